#include "config.h"

#include "detect/scope.h"

#include <stdlib.h>

static void
put(struct scope *out, const struct session *s)
{
    for (size_t i = 0; i < s->event_count; i++) {
        out->v[out->n++] = (struct scope_event){s->events[i], s->id, (uint32_t)(i + 1)};
        out->kinds |= UINT64_C(1) << s->events[i]->kind;
    }
}

int
scope_session(struct scope *out, const struct session *s, struct rt_arena *a)
{
    *out = (struct scope){.v = rt_arena_array(a, s->event_count + 1, sizeof(*out->v))};
    if (out->v == NULL)
        return -1;
    put(out, s);
    return 0;
}

static int
by_order(const void *a, const void *b)
{
    const struct scope_event *x = a, *y = b;
    return event_compare(x->e, y->e);
}

void
scope_sort(struct scope *s)
{
    if (s->n > 1)
        qsort(s->v, s->n, sizeof(*s->v), by_order);
}

int
scope_merge(struct scope *out, const struct session_group *g, bool (*keep)(const struct session *, const void *),
            const void *arg, struct rt_arena *a)
{
    size_t n = 0;
    for (size_t i = 0; i < g->count; i++)
        n += g->sessions[i]->event_count;
    *out = (struct scope){.v = rt_arena_array(a, n + 1, sizeof(*out->v))};
    if (out->v == NULL)
        return -1;
    for (size_t i = 0; i < g->count; i++)
        if (keep == NULL || keep(g->sessions[i], arg))
            put(out, g->sessions[i]);
    scope_sort(out);
    return 0;
}
