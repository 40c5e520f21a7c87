/*
 * metrics.h - /metrics: the counters, gauges and spreads of the receiver as text for Prometheus.
 */
#ifndef RECTRACE_RECEIVE_METRICS_H
#define RECTRACE_RECEIVE_METRICS_H

#include "base/out.h"
#include "receive/admin.h"

void metrics_write(const struct admin_options *a, struct out *o);

#endif
