#include "config.h"

#include "detect/coverage.h"

#include <stdlib.h>

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
