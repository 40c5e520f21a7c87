/*
 * folding.c - one root cause a failed session: what a finding explains is listed under it.
 */
#include "config.h"

#include "detect/internal.h"

bool
rule_explains(const struct rule *r, rt_str id)
{
    for (size_t i = 0; i < r->explain_count; i++)
        if (rt_str_eq(r->explains[i], id))
            return true;
    return false;
}

int
fold_note(struct claim *d, rt_str id)
{
    for (size_t i = 0; i < d->folded.n; i++)
        if (rt_str_eq(d->folded.v[i], id))
            return 0;
    rt_str *slot = RT_VEC_PUSH(&d->folded);
    if (slot == NULL)
        return -1;
    *slot = id;
    return 0;
}

static bool
share_event(const struct claim *a, const struct claim *b)
{
    for (size_t i = 0; i < b->cover_count; i++)
        if (claim_covers(a, b->covers[i]))
            return true;
    return false;
}

static bool
touch(const struct claim *cause, const struct claim *effect)
{
    if (share_event(cause, effect))
        return true;
    if (!rt_str_eq(cause->f.session, effect->f.session))
        return false;
    return cause->f.first == RT_TIME_NONE || effect->f.first == RT_TIME_NONE || effect->f.first >= cause->f.first;
}

/* The nearest to the root first; a later rule cannot fold what folded it. */
static bool
outranks(const struct claim *a, const struct claim *b)
{
    if (b->f.rule == NULL)
        return a->f.rule != NULL;
    return a->f.rule != NULL && (a->f.rule->rank < b->f.rule->rank ||
                                 (a->f.rule->rank == b->f.rule->rank && !rule_explains(b->f.rule, a->f.id)));
}

static int
settle_folded(struct claim *d, struct rt_arena *a)
{
    rt_str *list = rt_arena_array(a, d->folded.n, sizeof(*list));
    if (list == NULL)
        return -1;
    for (size_t i = 0; i < d->folded.n; i++) {
        size_t k = i;
        for (; k > 0 && rt_str_cmp(list[k - 1], d->folded.v[i]) > 0; k--)
            list[k] = list[k - 1];
        list[k] = d->folded.v[i];
    }
    d->f.folded = list;
    d->f.folded_count = d->folded.n;
    return 0;
}

int
fold_claims(struct claims *d, struct rt_err *err)
{
    for (size_t e = 0; e < d->list.n; e++) {
        struct claim *effect = &d->list.v[e];
        struct claim *best = NULL;
        for (size_t c = 0; c < d->list.n; c++) {
            struct claim *cause = &d->list.v[c];
            if (c == e || cause->gone || cause->f.rule == NULL || !rule_explains(cause->f.rule, effect->f.id) ||
                !outranks(cause, effect) || !touch(cause, effect))
                continue;
            if (best == NULL || cause->f.rule->rank < best->f.rule->rank)
                best = cause;
        }
        if (best == NULL)
            continue;
        effect->gone = true;
        int rc = fold_note(best, effect->f.id);
        for (size_t i = 0; rc == 0 && i < effect->folded.n; i++)
            rc = fold_note(best, effect->folded.v[i]);
        if (rc < 0)
            return rt_fail_mem(err);
    }
    for (size_t i = 0; i < d->list.n; i++) {
        if (d->list.v[i].gone)
            continue;
        struct finding *slot = settle_folded(&d->list.v[i], &d->out->arena) < 0 ? NULL : RT_VEC_PUSH(&d->out->findings);
        if (slot == NULL)
            return rt_fail_mem(err);
        *slot = d->list.v[i].f;
    }
    return 0;
}
