/*
 * shipped.h - what a log shipper sends, as the lines that the application wrote.
 */
#ifndef RECTRACE_RECEIVE_SHIPPED_H
#define RECTRACE_RECEIVE_SHIPPED_H

#include "base/err.h"
#include "base/limits.h"
#include "base/str.h"

/* Gzip or not; lines, or one JSON array of records. A record of a shipper (Fluent Bit's "log", Vector's
 * "message" beside "source_type") is unwrapped. Appends whole lines to `out`, which is born with its
 * maximum. 0; -1: broken gzip, broken JSON, or too much. */
int shipped_lines(rt_str body, const struct rt_limits *limits, struct rt_buf *out,
                  struct rt_err *err);

#endif
