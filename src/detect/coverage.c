#include "config.h"

#include "detect/coverage.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

void
coverage_init(struct coverage *c)
{
    *c = (struct coverage){0};
}

void
coverage_fini(struct coverage *c)
{
    for (int i = 0; i < SOURCE__COUNT; i++)
        RT_VEC_FREE(&c->spans[i]);
}

int
coverage_add(struct coverage *c, enum event_source source, rt_time from, rt_time to)
{
    struct span *s = RT_VEC_PUSH(&c->spans[source]);
    if (s == NULL)
        return -1;
    *s = (struct span){from, to};
    return 0;
}

int
coverage_add_but(struct coverage *c, enum event_source source, rt_time from, rt_time to,
                 const struct span_list *holes)
{
    for (size_t i = 0; i < holes->v.n && from <= to; i++) {
        const struct span *h = &holes->v.v[i];
        if (h->to <= from || h->from >= to)
            continue;
        if (h->from > from && coverage_add(c, source, from, h->from) < 0)
            return -1;
        from = h->to;
    }
    return from <= to ? coverage_add(c, source, from, to) : 0;
}

enum { HOLES_MOST = 4096 };

int
coverage_note_hole(struct span_list *holes, rt_time from, rt_time to)
{
    size_t at = holes->v.n;
    while (at > 0 && holes->v.v[at - 1].from > from)
        at--;
    if (at == holes->v.n && at >= HOLES_MOST)
        from = holes->v.v[at - 1].from;
    if (RT_VEC_PUSH(&holes->v) == NULL)
        return -1;
    struct span *v = holes->v.v;
    memmove(&v[at + 1], &v[at], (holes->v.n - 1 - at) * sizeof(*v));
    v[at] = (struct span){from, to};
    size_t kept = 0;
    for (size_t i = 0; i < holes->v.n; i++)
        if (kept > 0 && v[i].from <= v[kept - 1].to)
            v[kept - 1].to = v[i].to > v[kept - 1].to ? v[i].to : v[kept - 1].to;
        else
            v[kept++] = v[i];
    holes->v.n = kept;
    return 0;
}

static int
by_from(const void *a, const void *b)
{
    const struct span *x = a, *y = b;
    return (x->from > y->from) - (x->from < y->from);
}

void
coverage_settle(struct coverage *c)
{
    for (int i = 0; i < SOURCE__COUNT; i++) {
        size_t kept = 0, n = c->spans[i].n;
        struct span *v = c->spans[i].v;
        if (n > 1)
            qsort(v, n, sizeof(*v), by_from);
        for (size_t k = 0; k < n; k++) {
            if (kept > 0 && v[k].from <= v[kept - 1].to) {
                if (v[k].to > v[kept - 1].to)
                    v[kept - 1].to = v[k].to;
            } else {
                v[kept++] = v[k];
            }
        }
        c->spans[i].n = kept;
    }
}

bool
coverage_any(const struct coverage *c, enum event_source source)
{
    return c->spans[source].n > 0;
}

/* The span that holds `t`, or NULL: a year of hourly files has thousands. */
static const struct span *
holder(const struct coverage *c, enum event_source source, rt_time t)
{
    const struct span *v = c->spans[source].v;
    size_t low = 0, high = c->spans[source].n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (v[middle].to < t)
            low = middle + 1;
        else
            high = middle;
    }
    return low < c->spans[source].n && v[low].from <= t ? &v[low] : NULL;
}

rt_time
coverage_reach(const struct coverage *c, enum event_source source, rt_time from)
{
    const struct span *s = holder(c, source, from);
    return s == NULL ? RT_TIME_NONE : s->to;
}

rt_time
coverage_since(const struct coverage *c, enum event_source source, rt_time to)
{
    const struct span *s = holder(c, source, to);
    return s == NULL ? RT_TIME_NONE : s->from;
}

bool
coverage_goes_on(const struct coverage *c, enum event_source source, rt_time reach)
{
    size_t n = c->spans[source].n;
    return n > 0 && c->spans[source].v[n - 1].to > reach;
}
