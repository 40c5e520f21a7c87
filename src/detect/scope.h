/*
 * scope.h - the events that a rule looks at, in order, each with its session.
 */
#ifndef RECTRACE_DETECT_SCOPE_H
#define RECTRACE_DETECT_SCOPE_H

#include "session/engine.h"

struct scope_event {
    const struct event *e;
    rt_str session;           /* id */
    uint32_t number;          /* of the event in its session, 1-based */
    struct event_marks marks; /* condition_marks() */
};
struct scope {
    struct scope_event *v;
    size_t n;
    uint64_t kinds; /* of all events */
    struct event_marks marks;
};

/* Events of the sessions together, in order. The list lives in the arena; -1: memory. */
int scope_of(struct scope *out, struct session *const *sessions, size_t count,
             struct rt_arena *a);

/* Sessions that a rule sees together, next to each other. */
struct scope_part {
    struct session **sessions;
    size_t count;
};
struct scope_parts {
    struct scope_part *v;
    size_t n;
};
/* The parts of a group by the scope of a rule: a session, a recorder, the channel, or equal values of
 * fields. What has no value stands for itself. In `a`; -1: memory. */
int scope_split(struct scope_parts *out, const struct session_group *g, const struct rule *r,
                struct rt_arena *a);

#endif
