/*
 * join.h - the two lines of a call that some loggers write, made one event.
 *
 * A request and an answer with one request id meet inside their input first; what is left over is
 * tried across inputs when it is let go: at the limit, by the clock, at the end.
 */
#ifndef RECTRACE_SESSION_JOIN_H
#define RECTRACE_SESSION_JOIN_H

#include "base/err.h"
#include "base/map.h"
#include "event/event.h"

struct half;
struct join_sink { /* takes whole calls, and halves that stay alone */
    int (*event)(void *arg, const struct event *e, struct rt_err *err);
    void *arg;
};
struct join {
    struct rt_map by_id; /* request id -> struct half_set */
    struct half *oldest, *newest;
    size_t count, max;
    struct join_sink sink;
};

void join_init(struct join *j, size_t max, struct join_sink sink);
void join_fini(struct join *j);
/* 0, or -1: memory, or the sink failed. */
int join_feed(struct join *j, const struct event *half, struct rt_err *err);
/* Lets go of halves older than `clock`, and, with RT_TIME_NONE, of all. */
int join_release(struct join *j, rt_time clock, struct rt_err *err);

#endif
