/*
 * subscription.c - which types of callbacks come for which app.
 *
 * Types are subscribed app by app. That one came in some session of the run lets an absence be decided while
 * the log is read; whether it came for this app is known at the end.
 */
#include "config.h"

#include "base/alloc.h"
#include "detect/internal.h"

static int
note(struct detector *det, rt_str app, uint64_t kinds)
{
    uint64_t *known = rt_map_get(&det->subscribed, app);
    if (known == NULL) {
        known =
            witness_word(det, &app) < 0 ? NULL : rt_arena_alloc(&det->arena, sizeof(*known));
        if (known == NULL || rt_map_put(&det->subscribed, app, known) < 0)
            return -1;
        *known = 0;
    }
    *known |= kinds;
    return 0;
}

int
subscription_keep(struct detector *det, const struct session *s)
{
    uint64_t kinds = s->kinds & ~KIND_CALLS;
    return s->app_id.n == 0 || kinds == 0 ? 0 : note(det, s->app_id, kinds);
}

int
subscription_move(struct detector *det, const struct detector *from)
{
    const struct rt_map_slot *slot;
    for (size_t i = 0; (slot = rt_map_next(&from->subscribed, &i)) != NULL;)
        if (note(det, slot->key, *(const uint64_t *)slot->value) < 0)
            return -1;
    return 0;
}

/* Does it rest on a type of callback that never came? */
static bool
rests_on_silence(const struct rule *r, uint64_t came)
{
    for (size_t i = 0; i < r->when_count; i++) {
        uint64_t asked = condition_kinds(r->when[i].alts, r->when[i].alt_count) & ~KIND_CALLS;
        if (r->when[i].type == STEP_NO && asked != 0 && (asked & came) == 0)
            return true;
    }
    return false;
}

static bool
same_steps(const struct rule *a, const struct rule *b)
{
    bool same = a->when_count == b->when_count;
    for (size_t i = 0; same && i < a->when_count; i++)
        same = a->when[i].type == b->when[i].type;
    return same;
}

/* False: it is taken back. A further shape of the rule may say that other types are proof enough. */
static bool
stands(const struct detector *det, struct finding *f)
{
    const struct rule *end = det->rules->rules.v + det->rules->rules.n;
    const uint64_t *came = f->whose.n == 0 ? NULL : rt_map_get(&det->subscribed, f->whose);
    if (came == NULL || !rests_on_silence(f->rule, *came))
        return true;
    for (const struct rule *r = f->rule + 1; r < end && r->variant > 0; r++)
        if (same_steps(f->rule, r) && !rests_on_silence(r, *came)) {
            f->severity = r->severity;
            f->confidence = r->confidence;
            return true;
        }
    return false;
}

bool
subscription_decides(const struct rule *r)
{
    for (size_t i = 0; r != NULL && r->scope == SCOPE_SESSION && i < r->when_count; i++)
        if (r->when[i].type == STEP_NO &&
            (condition_kinds(r->when[i].alts, r->when[i].alt_count) & ~KIND_CALLS) != 0)
            return true;
    return false;
}

void
subscription_settle(const struct detector *det, struct finding_list *out)
{
    size_t kept = 0;
    for (size_t i = 0; i < out->findings.n; i++)
        if (!subscription_decides(out->findings.v[i].rule) || stands(det, &out->findings.v[i]))
            out->findings.v[kept++] = out->findings.v[i];
    out->findings.n = kept;
}
