/*
 * scope.h - the events that a rule looks at, in order, each with its session.
 */
#ifndef RECTRACE_DETECT_SCOPE_H
#define RECTRACE_DETECT_SCOPE_H

#include "session/engine.h"

struct scope_event {
    const struct event *e;
    rt_str session;   /* id */
    uint32_t number;  /* of the event in its session, 1-based */
};
struct scope {
    struct scope_event *v;
    size_t n;
    uint64_t kinds;
};

/* One session. The list lives in the arena; -1: memory. */
int scope_session(struct scope *out, const struct session *s, struct rt_arena *a);
/* All sessions of the group that `keep` accepts (NULL: all), merged and sorted. */
int scope_merge(struct scope *out, const struct session_group *g, bool (*keep)(const struct session *, const void *),
                const void *arg, struct rt_arena *a);
void scope_sort(struct scope *s);

#endif
