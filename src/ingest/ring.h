/*
 * ring.h - blocks of a feed, filled ahead by a second thread or on demand.
 */
#ifndef RECTRACE_INGEST_RING_H
#define RECTRACE_INGEST_RING_H

#include "base/str.h"
#include "ingest/feed.h"
#include "ingest/reader.h"

struct ring; /* borrows the feed, which nobody else touches until ring_free() */
struct ring *ring_new(struct feed *f, enum reader_way way, struct rt_err *err);
void ring_free(struct ring **pr);
/* The next block, valid until the call after. 1, 0 at the end, -1: memory. */
int ring_next(struct ring *r, rt_str *out, struct rt_err *err);

#endif
