#include "config.h"

#include "detect/finding.h"

#include <stdlib.h>

#include "base/alloc.h"

void
finding_list_init(struct finding_list *l)
{
    *l = (struct finding_list){0};
    rt_arena_init(&l->arena, 4096, 0);
}

void
finding_list_fini(struct finding_list *l)
{
    RT_VEC_FREE(&l->findings);
    RT_VEC_FREE(&l->unchecked);
    rt_arena_fini(&l->arena);
}

static int
by_weight(const void *a, const void *b)
{
    const struct finding *x = a, *y = b;
    if (x->severity != y->severity)
        return x->severity > y->severity ? -1 : 1;
    if (x->first != y->first) {
        if (x->first == RT_TIME_NONE || y->first == RT_TIME_NONE)
            return x->first == RT_TIME_NONE ? 1 : -1;
        return x->first < y->first ? -1 : 1;
    }
    int order = rt_str_cmp(x->id, y->id);
    order = order != 0 ? order : rt_str_cmp(x->session, y->session);
    return order != 0 ? order : rt_str_cmp(x->app_id, y->app_id);
}

void
finding_list_sort(struct finding_list *l)
{
    if (l->findings.n > 1)
        qsort(l->findings.v, l->findings.n, sizeof(*l->findings.v), by_weight);
}
