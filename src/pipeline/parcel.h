/*
 * parcel.h - what a worker read, on its way to the engine, in the order of reading.
 *
 *   steps  E P P E P ...   E: an event of its own, P: one more poll like one before
 *
 * Most of a log is polls that differ from another of their session in nothing but time: a parcel holds
 * what they say once, and 24 bytes of each. So the engine looks for their session once a parcel, and
 * its lock is taken seldom. A parcel keeps its memory from one filling to the next.
 */
#ifndef RECTRACE_PIPELINE_PARCEL_H
#define RECTRACE_PIPELINE_PARCEL_H

#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"
#include "event/event.h"
#include "session/engine.h"
#include "session/poll.h"

enum { PARCEL_TWINS = 1024 };

struct parcel_step {
    struct poll poll;
    uint32_t at; /* in `likes`, or in `events` */
    bool whole;
};
struct parcel {
    struct rt_arena arena;
    struct rt_arena_mark empty;
    RT_VEC(struct parcel_step) steps;
    RT_VEC(const struct event *) events;
    RT_VEC(struct session_site) likes;
    struct parcel_twin { /* where a number of twins stands, if it was not driven out */
        uint32_t twin, like;
    } twins[PARCEL_TWINS];
};
/* 0, or -1: memory. */
int parcel_init(struct parcel *p, struct rt_err *err);
void parcel_fini(struct parcel *p);
/* Copies the event. 0, or -1: memory. */
int parcel_add(struct parcel *p, const struct event *e, struct rt_err *err);
/* Worth handing over: by count or by bytes. */
bool parcel_full(const struct parcel *p);
/* Feeds all of it, in order, and empties it. 0, or -1 as the engine says. */
int parcel_deliver(struct parcel *p, struct session_engine *e, struct rt_err *err);

#endif
