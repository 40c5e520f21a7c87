#include "config.h"

#include "detect/roll.h"

#include <stdlib.h>

static int
by_moment(const struct roll_entry *x, const struct roll_entry *y)
{
    struct witness w;
    struct event a, b;
    if (x->begin != y->begin && x->begin != RT_TIME_NONE && y->begin != RT_TIME_NONE)
        return x->begin < y->begin ? -1 : 1;
    testimony_read(x->at, &w);
    witness_event(&w, &a);
    testimony_read(y->at, &w);
    witness_event(&w, &b);
    int order = event_compare(&a, &b);
    return order != 0 ? order : rt_str_cmp(x->like->e.app_id, y->like->e.app_id);
}

static int
by_app(const void *a, const void *b)
{
    const struct roll_entry *x = a, *y = b;
    int order = x->like == y->like ? 0 : rt_str_cmp(x->like->e.app_id, y->like->e.app_id);
    return order != 0 ? order : by_moment(x, y);
}

static int
by_host(const void *a, const void *b)
{
    const struct roll_entry *x = a, *y = b;
    int order = x->like == y->like ? 0 : rt_str_cmp(x->like->e.host, y->like->e.host);
    return order != 0 ? order : by_moment(x, y);
}

static int
by_any(const void *a, const void *b)
{
    return by_moment(a, b);
}

int
roll_init(struct roll *r, enum rule_scope scope, uint64_t rules, const struct testimonies *all)
{
    struct testimony_walk walk = testimony_walk(all);
    struct witness w;
    const char *at;
    *r = (struct roll){.scope = scope};
    while ((at = testimony_next(&walk, &w)) != NULL) {
        if ((w.like->rules & rules) == 0 ||
            event_is_aside(w.like->e.kind) != (scope == SCOPE_RUN))
            continue;
        struct roll_entry *slot = RT_VEC_PUSH(&r->list);
        if (slot == NULL)
            return -1;
        *slot = (struct roll_entry){w.like, at, w.begin};
    }
    if (r->list.n > 1)
        qsort(r->list.v, r->list.n, sizeof(*r->list.v),
              scope == SCOPE_RUN    ? by_any
              : scope == SCOPE_HOST ? by_host
                                    : by_app);
    return 0;
}

void
roll_fini(struct roll *r)
{
    RT_VEC_FREE(&r->list);
}

rt_str
roll_owner(const struct roll *r, size_t i)
{
    const struct event *e = &r->list.v[i].like->e;
    return r->scope == SCOPE_RUN ? RT_NONE : r->scope == SCOPE_HOST ? e->host : e->app_id;
}

size_t
roll_next(const struct roll *r, size_t begin)
{
    size_t end = begin + 1;
    rt_str owner = roll_owner(r, begin);
    while (end < r->list.n && rt_str_eq(owner, roll_owner(r, end)))
        end++;
    return end;
}
