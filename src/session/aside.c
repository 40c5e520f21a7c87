#include "config.h"

#include "session/aside.h"

#include "base/alloc.h"
#include "session/fold.h"

void
aside_fini(struct aside *a)
{
    session_free(&a->session);
    RT_VEC_FREE(&a->events);
}

int
aside_keep(struct aside *a, const struct event *ev, uint64_t events_max)
{
    if (a->session == NULL) {
        a->session = rt_calloc(1, sizeof(*a->session));
        if (a->session == NULL)
            return -1;
        rt_arena_init(&a->session->arena, 1024, 0);
        a->session->first = a->session->last = RT_TIME_NONE;
    }
    if (a->events.n >= events_max) {
        a->session->dropped++;
        return 0;
    }
    struct event *copy = event_copy(&a->session->arena, ev, NULL);
    struct event **slot = copy == NULL ? NULL : RT_VEC_PUSH(&a->events);
    if (slot == NULL)
        return -1;
    *slot = copy;
    a->session->kinds |= UINT64_C(1) << ev->kind;
    return 0;
}

int
aside_deliver(struct aside *a, uint64_t *duplicates, struct session_sink sink,
              struct rt_err *err)
{
    struct session *s = a->session;
    if (s == NULL)
        return 0;
    if (fold_events(a->events.v, &a->events.n, duplicates) < 0)
        return rt_fail_mem(err);
    struct event **events = rt_arena_array(&s->arena, a->events.n, sizeof(struct event *));
    if (events == NULL)
        return rt_fail_mem(err);
    for (size_t i = 0; i < a->events.n; i++)
        events[i] = a->events.v[i];
    s->events = events;
    s->event_count = a->events.n;
    a->session = NULL;
    a->events.n = 0;
    struct session_group g = {.sessions = &s, .count = 1, .aside = true};
    return sink.group(sink.arg, &g, err);
}
