/*
 * poll.h - the healthy poll, which is most of a log, in 24 bytes.
 *
 * Polls that differ in nothing but their time share one event that says the rest; each of them
 * keeps only when and where it was. What does not fit is kept as a whole event.
 */
#ifndef RECTRACE_SESSION_POLL_H
#define RECTRACE_SESSION_POLL_H

#include "base/vec.h"
#include "event/event.h"

struct poll {
    rt_time begin;
    uint32_t line;
    uint32_t duration_us;
    uint32_t input : 20;
    uint32_t copies : 12; /* further ones that were folded into this; saturates */
    /* joined: lines from the request to its answer; else order in the line */
    uint32_t extra : 29;
    uint32_t joined : 1;
    uint32_t coarse : 1;
    uint32_t zoned : 1;
};
_Static_assert(sizeof(struct poll) == 24, "polls are most of the memory of a run");

struct poll_run {
    struct event *like; /* arena: all that its polls have in common */
    rt_time since;      /* the first of them */
    RT_VEC(struct poll) polls;
};

/* Whether `e`, which has the identity of the run, differs from its polls in nothing but time. This is
 * event_alike() without the long resource id: it is asked for every poll of a log. */
bool poll_is_like(const struct event *like, const struct event *e);
/* False: this event must be kept whole. */
bool poll_pack(const struct event *e, struct poll *out);
/* The event that `p` stands for; its text is that of `like`. */
void poll_unpack(const struct event *like, const struct poll *p, struct event *out);
/* The same for an `e` that another poll of the run was unpacked into. */
void poll_unpack_next(const struct poll *p, struct event *e);
static inline rt_time
poll_end(const struct poll *p)
{
    return p->begin == RT_TIME_NONE ? RT_TIME_NONE : p->begin + (rt_dur)p->duration_us;
}
/* Sorts, and folds what was read twice. Returns how many were duplicates. */
uint64_t poll_settle(struct poll_run *run);

#endif
