/*
 * identity.c - see identity.h.
 *
 * Ids decide, names never do: two recordings of one channel and uid stay two. A pair of ids in the
 * path of a call may be a mistake of the caller, so what an answer said is believed before it, and
 * what the start answered before all.
 */
#include "config.h"

#include "session/identity.h"

#include <stdlib.h>

#include "base/alloc.h"

enum binding_rank
identity_rank(const struct event *e)
{
    if (e->outcome != OUTCOME_OK)
        return RANK_PATH;
    return e->kind == KIND_START ? RANK_START : RANK_ANSWER;
}

/* Negative: the first is surer. */
static int
compare_claims(enum binding_rank rank_a, rt_time a, rt_str key_a, enum binding_rank rank_b,
               rt_time b, rt_str key_b)
{
    if (rank_a != rank_b)
        return rank_a > rank_b ? -1 : 1;
    if (a != b)
        return box_earlier(a, b) == a ? -1 : 1;
    return rt_str_cmp(key_a, key_b);
}

static void
claim(struct box *by, const struct binding *with)
{
    struct box *sid = with->sid_box;
    if (sid->owner != NULL && compare_claims(sid->owner_rank, sid->owner_since, sid->owner->key,
                                             with->rank, with->since, by->key) <= 0)
        return;
    sid->owner = by;
    sid->owner_rank = with->rank;
    sid->owner_since = with->since;
}

/* The polls that went on with a run told nothing to the binding but their time. */
static void
hear_runs(struct box *b)
{
    for (size_t i = 0; i < b->runs.n; i++) {
        const struct poll_run *run = &b->runs.v[i];
        struct binding *x = box_binding(b, run->like->sid);
        if (x != NULL && x->rank == identity_rank(run->like))
            x->since = box_earlier(x->since, run->since);
    }
}

void
identity_resolve(struct cluster *c)
{
    for (struct box *b = c->boxes; b != NULL; b = b->next) {
        b->owner = NULL;
        hear_runs(b);
    }
    for (struct box *b = c->boxes; b != NULL; b = b->next)
        for (size_t i = 0; i < b->bindings.n; i++)
            claim(b, &b->bindings.v[i]);
}

rt_str
identity_sid(const struct box *b)
{
    const struct binding *best = NULL;
    for (size_t i = 0; i < b->bindings.n; i++) {
        const struct binding *x = &b->bindings.v[i];
        if (x->sid_box->owner != b)
            continue;
        if (best == NULL ||
            compare_claims(x->rank, x->since, x->sid, best->rank, best->since, best->sid) < 0)
            best = x;
    }
    return best == NULL ? RT_NONE : best->sid;
}

const struct box *
identity_issuer(const struct binding *b)
{
    const struct box *sid = b->sid_box;
    return sid->owner != NULL && sid->owner_rank == RANK_START ? sid->owner : NULL;
}

/* ---- names ---- */

static rt_str
first_of(struct event *const *events, size_t count, uint16_t field, uint8_t kind,
         bool any_outcome)
{
    for (size_t i = 0; i < count; i++) {
        const struct event *e = events[i];
        rt_str text = e->kind != kind ? RT_NONE : event_text(e, field);
        if (text.n > 0 && (any_outcome || e->outcome == OUTCOME_OK))
            return text;
    }
    return RT_NONE;
}

struct vote {
    rt_str text;
    uint64_t count;
};
struct votes {
    RT_VEC(struct vote) v;
};

static int
vote(struct votes *votes, const struct event *e, uint16_t field, uint8_t source, uint64_t count)
{
    rt_str text = event_text(e, field);
    if (e->source != source || text.n == 0)
        return 0;
    if (votes->v.n > 0 && rt_str_eq(votes->v.v[votes->v.n - 1].text, text)) {
        votes->v.v[votes->v.n - 1].count += count;
        return 0;
    }
    struct vote *slot = RT_VEC_PUSH(&votes->v);
    if (slot == NULL)
        return -1;
    *slot = (struct vote){text, count};
    return 0;
}

static int
by_text(const void *a, const void *b)
{
    return rt_str_cmp(((const struct vote *)a)->text, ((const struct vote *)b)->text);
}

/* The text with the most votes; of equals the first by bytes. `all` (may be NULL): whether there
 * is only one text. */
static rt_str
winner(struct votes *votes, bool *all)
{
    struct vote best = {RT_NONE, 0};
    struct vote *v = votes->v.v;
    size_t n = votes->v.n;
    if (n > 1)
        qsort(v, n, sizeof(*v), by_text);
    if (all != NULL)
        *all = n > 0 && rt_str_eq(v[0].text, v[n - 1].text);
    for (size_t from = 0, to; from < n; from = to) {
        uint64_t count = 0;
        for (to = from; to < n && rt_str_eq(v[to].text, v[from].text); to++)
            count += v[to].count;
        if (count > best.count)
            best = (struct vote){v[from].text, count};
    }
    return best.text;
}

static int
most_frequent(const struct box *b, struct event *const *events, size_t count, uint16_t field,
              uint8_t source, rt_str *out, bool *all)
{
    struct votes votes = {{NULL, 0, 0}};
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < count; i++)
        rc = vote(&votes, events[i], field, source, 1);
    for (size_t i = 0; rc == 0 && b != NULL && i < b->runs.n; i++)
        rc = vote(&votes, b->runs.v[i].like, field, source, b->runs.v[i].polls.n);
    *out = winner(&votes, all);
    RT_VEC_FREE(&votes.v);
    return rc;
}

static int
name_of(const struct box *b, struct event *const *events, size_t count, uint16_t field,
        rt_str *out)
{
    *out = first_of(events, count, field, KIND_ACQUIRE, false);
    if (out->n == 0)
        *out = first_of(events, count, field, KIND_ACQUIRE, true);
    if (out->n == 0)
        *out = first_of(events, count, field, KIND_START, false);
    /* Callbacks last: after a failover they carry a uid that nobody chose. */
    if (out->n == 0 && most_frequent(b, events, count, field, SOURCE_API, out, NULL) < 0)
        return -1;
    return out->n > 0 ? 0 : most_frequent(b, events, count, field, SOURCE_HOOK, out, NULL);
}

/* Events without identity have nothing in common but their input: a name that not all share is
 * nobody's. */
static int
fill_stray(struct session *s, const struct box *b, struct event *const *events, size_t count)
{
    bool one = false;
    if (most_frequent(b, events, count, FIELD_APP, SOURCE_API, &s->app_id, &one) < 0)
        return -1;
    s->app_id = one ? s->app_id : RT_NONE;
    if (most_frequent(b, events, count, FIELD_MODE, SOURCE_API, &s->mode, &one) < 0)
        return -1;
    s->mode = one ? s->mode : RT_NONE;
    return 0;
}

int
identity_fill(struct session *s, const struct box *b, struct event *const *events, size_t count)
{
    if (b != NULL && b->type == BOX_INPUT)
        return fill_stray(s, b, events, count);
    const struct {
        uint16_t field;
        rt_str *out;
    } names[] = {{FIELD_APP, &s->app_id},
                 {FIELD_CNAME, &s->cname},
                 {FIELD_UID, &s->uid},
                 {FIELD_MODE, &s->mode}};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (name_of(b, events, count, names[i].field, names[i].out) < 0)
            return -1;
    return 0;
}
