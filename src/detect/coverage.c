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

rt_time
coverage_reach(const struct coverage *c, enum event_source source, rt_time from)
{
    for (size_t i = 0; i < c->spans[source].n; i++)
        if (c->spans[source].v[i].from <= from && from <= c->spans[source].v[i].to)
            return c->spans[source].v[i].to;
    return RT_TIME_NONE;
}
