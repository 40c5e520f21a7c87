/*
 * draft.c - the life of a session between its boxes and its group.
 */
#include "config.h"

#include "session/draft.h"

#include "base/alloc.h"

void
session_free(struct session **ps)
{
    struct session *s = *ps;
    *ps = NULL;
    if (s == NULL)
        return;
    rt_arena_fini(&s->arena);
    rt_free(s);
}

struct draft *
draft_new(struct draft_list *list, const struct box *b)
{
    struct session *s = rt_calloc(1, sizeof(*s));
    struct draft *d = s == NULL ? NULL : RT_VEC_PUSH(&list->v);
    if (d == NULL) {
        rt_free(s);
        return NULL;
    }
    rt_arena_init(&s->arena, 1024, 0);
    s->first = s->last = RT_TIME_NONE;
    d->s = s;
    d->box = b;
    return d;
}

void
draft_list_fini(struct draft_list *list)
{
    struct draft *d;
    RT_EACH (d, &list->v) {
        session_free(&d->s);
        RT_VEC_FREE(&d->events);
    }
    RT_VEC_FREE(&list->v);
    RT_VEC_FREE(&list->names);
}

int
draft_add(struct draft *d, const struct event *e)
{
    const struct event *like = d->events.n > 0 ? d->events.v[d->events.n - 1] : NULL;
    struct event *copy = event_copy(&d->s->arena, e, like);
    struct event **slot = copy == NULL ? NULL : RT_VEC_PUSH(&d->events);
    if (slot == NULL)
        return -1;
    *slot = copy;
    return 0;
}

static void
widen(struct session *s, rt_time begin, rt_time end)
{
    s->first = box_earlier(s->first, begin);
    s->last = begin > s->last ? begin : s->last;
    s->last = end > s->last ? end : s->last;
}

void
draft_measure(struct draft *d)
{
    for (size_t i = 0; i < d->events.n; i++)
        widen(d->s, d->events.v[i]->begin, d->events.v[i]->end);
    for (size_t r = 0; r < d->run_count; r++) {
        const struct poll *p;
        RT_EACH (p, &d->runs[r].polls)
            if (p->begin != RT_TIME_NONE)
                widen(d->s, p->begin, p->begin + (rt_dur)p->duration_us);
    }
}
