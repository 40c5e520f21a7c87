/*
 * parcel.h - a batch of events with its own memory, from a worker to the engine.
 */
#ifndef RECTRACE_PIPELINE_PARCEL_H
#define RECTRACE_PIPELINE_PARCEL_H

#include "base/arena.h"
#include "base/err.h"
#include "base/vec.h"
#include "event/event.h"

struct parcel {
    struct rt_arena arena;
    RT_VEC(struct event *) events;
};
void parcel_init(struct parcel *p);
void parcel_fini(struct parcel *p);
/* Copies the event. 0, or -1: memory. */
int parcel_add(struct parcel *p, const struct event *e, struct rt_err *err);
/* Worth handing over: by count or by bytes. */
bool parcel_full(const struct parcel *p);
/* Empties it and keeps its first memory. */
void parcel_clear(struct parcel *p);

#endif
