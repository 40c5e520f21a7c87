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

int
finding_list_copy(struct finding_list *l, const struct finding *f)
{
    struct rt_arena *a = &l->arena;
    bool ok = true;
    struct finding *c = RT_VEC_PUSH(&l->findings);
    if (c == NULL)
        return -1;
    *c = *f;
    rt_str *folded = rt_arena_array(a, f->folded_count, sizeof(*folded));
    rt_str *excluded = rt_arena_array(a, f->excluded_count, sizeof(*excluded));
    struct finding_evidence *evidence = rt_arena_array(a, f->evidence_count, sizeof(*evidence));
    struct finding_value *values = rt_arena_array(a, f->value_count, sizeof(*values));
    int32_t *codes = rt_arena_array(a, f->code_count, sizeof(*codes));
    if (folded == NULL || excluded == NULL || evidence == NULL || values == NULL ||
        codes == NULL) {
        l->findings.n--;
        return -1;
    }
    c->session = rt_arena_str(a, f->session, &ok);
    c->app_id = rt_arena_str(a, f->app_id, &ok);
    c->whose = rt_arena_str(a, f->whose, &ok);
    c->say = rt_arena_str(a, f->say, &ok);
    c->why = rt_arena_str(a, f->why, &ok);
    c->fix = rt_arena_str(a, f->fix, &ok);
    for (size_t i = 0; i < f->folded_count; i++)
        folded[i] = rt_arena_str(a, f->folded[i], &ok);
    for (size_t i = 0; i < f->excluded_count; i++)
        excluded[i] = rt_arena_str(a, f->excluded[i], &ok);
    for (size_t i = 0; i < f->evidence_count; i++) {
        evidence[i] = f->evidence[i];
        evidence[i].session = rt_arena_str(a, f->evidence[i].session, &ok);
    }
    if (f->value_count > 0)
        memcpy(values, f->values, f->value_count * sizeof(*values));
    if (f->code_count > 0)
        memcpy(codes, f->codes, f->code_count * sizeof(*codes));
    c->folded = folded;
    c->excluded = excluded;
    c->evidence = evidence;
    c->values = values;
    c->codes = codes;
    return ok ? 0 : -1;
}

int
finding_list_move(struct finding_list *l, struct finding_list *from)
{
    for (size_t i = 0; i < from->findings.n; i++) {
        struct finding *slot = RT_VEC_PUSH(&l->findings);
        if (slot == NULL)
            return -1;
        *slot = from->findings.v[i];
    }
    for (size_t i = 0; i < from->unchecked.n; i++) {
        struct unchecked *slot = RT_VEC_PUSH(&l->unchecked);
        if (slot == NULL)
            return -1;
        *slot = from->unchecked.v[i];
    }
    rt_arena_move(&l->arena, &from->arena);
    finding_list_fini(from);
    finding_list_init(from);
    return 0;
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
