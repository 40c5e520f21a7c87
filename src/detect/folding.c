/*
 * folding.c - one root cause: what a finding explains is listed under it, not beside it.
 */
#include "config.h"

#include "base/alloc.h"
#include "detect/internal.h"

enum { CHAIN_MOST = 64 };

bool
rule_explains(const struct rule *r, rt_str id)
{
    for (size_t i = 0; i < r->explain_count; i++)
        if (rt_str_eq(r->explains[i], id))
            return true;
    return false;
}

int
fold_note(struct claim *c, rt_str id)
{
    for (size_t i = 0; i < c->folded.n; i++)
        if (rt_str_eq(c->folded.v[i], id))
            return 0;
    rt_str *slot = RT_VEC_PUSH(&c->folded);
    if (slot == NULL)
        return -1;
    *slot = id;
    return 0;
}

static bool
share_event(const struct claim *a, const struct claim *b)
{
    const struct claim *few = a->cover_count < b->cover_count ? a : b, *many = few == a ? b : a;
    for (size_t i = 0; i < few->cover_count; i++)
        if (claim_covers(many, few->covers[i]))
            return true;
    return false;
}

/* They rest on one event, or the effect follows the cause in the same place. */
static bool
touch(const struct claim *cause, const struct claim *effect)
{
    bool timed = cause->f.first != RT_TIME_NONE && effect->f.first != RT_TIME_NONE;
    if (rt_str_eq(cause->place, effect->place) && (!timed || effect->f.first >= cause->f.first))
        return true;
    return share_event(cause, effect);
}

/* The nearest to the root; of equals, the one that the other does not explain in turn. */
static bool
outranks(const struct claim *a, const struct claim *b)
{
    if (a->f.rule == NULL || b->f.rule == NULL)
        return a->f.rule != NULL;
    if (a->f.rule->rank != b->f.rule->rank)
        return a->f.rule->rank < b->f.rule->rank;
    return !rule_explains(b->f.rule, a->f.id);
}

/* The claim nearest to the root that explains `effect`. */
static size_t
find_cause(const struct claims *d, size_t effect)
{
    const struct claim *e = &d->list.v[effect];
    size_t best = CLAIM_NONE;
    for (size_t i = 0; i < e->places.n; i++) {
        const struct claim_refs *refs = claims_at(d, e->places.v[i]);
        for (size_t k = 0; refs != NULL && k < refs->v.n; k++) {
            size_t at = refs->v.v[k];
            const struct claim *c = &d->list.v[at];
            if (at == effect || c->f.rule == NULL || !rule_explains(c->f.rule, e->f.id) ||
                !outranks(c, e))
                continue;
            uint32_t rank = c->f.rule->rank,
                     best_rank = best == CLAIM_NONE ? UINT32_MAX : d->list.v[best].f.rule->rank;
            bool better =
                best == CLAIM_NONE || rank < best_rank || (rank == best_rank && at < best);
            if (better && touch(c, e))
                best = at;
        }
    }
    return best;
}

/* The end of the chain of causes; CLAIM_NONE: it has none (rules may explain each other in a circle). */
static size_t
find_root(const struct claims *d, size_t effect)
{
    size_t at = effect;
    for (unsigned n = 0; n < CHAIN_MOST; n++) {
        if (d->list.v[at].under == CLAIM_NONE)
            return at == effect ? CLAIM_NONE : at;
        at = d->list.v[at].under;
    }
    return CLAIM_NONE;
}

static int
move_under(struct claims *d, size_t effect, size_t root)
{
    const struct claim *e = &d->list.v[effect];
    if (fold_note(&d->list.v[root], e->f.id) < 0)
        return -1;
    for (size_t i = 0; i < e->folded.n; i++)
        if (fold_note(&d->list.v[root], e->folded.v[i]) < 0)
            return -1;
    return 0;
}

static int
settle(struct claim *c, struct finding_list *out)
{
    rt_str *list = rt_arena_array(&out->arena, c->folded.n, sizeof(*list));
    struct finding *slot = list == NULL ? NULL : RT_VEC_PUSH(&out->findings);
    if (slot == NULL)
        return -1;
    for (size_t i = 0; i < c->folded.n; i++) {
        size_t k = i;
        for (; k > 0 && rt_str_cmp(list[k - 1], c->folded.v[i]) > 0; k--)
            list[k] = list[k - 1];
        list[k] = c->folded.v[i];
    }
    c->f.folded = list;
    c->f.folded_count = c->folded.n;
    *slot = c->f;
    return 0;
}

int
fold_claims(struct claims *d, struct rt_err *err)
{
    for (size_t i = 0; i < d->list.n; i++)
        d->list.v[i].under = find_cause(d, i);
    for (size_t i = 0; i < d->list.n; i++) {
        size_t root = find_root(d, i);
        if (root == CLAIM_NONE)
            d->list.v[i].under = CLAIM_NONE;
        else if (move_under(d, i, root) < 0)
            return rt_fail_mem(err);
    }
    return 0;
}

int
fold_settle(struct claims *d, struct rt_err *err)
{
    for (size_t i = 0; i < d->list.n; i++)
        if (d->list.v[i].under == CLAIM_NONE && settle(&d->list.v[i], d->out) < 0)
            return rt_fail_mem(err);
    return 0;
}
