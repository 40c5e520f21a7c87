/*
 * exclude.c - beside a cause: the other causes that the session does not show, each with what it lacks.
 *
 * For some findings rules/causes.yaml lists what else could be behind them; for others the rules of the
 * same family are asked.
 */
#include "config.h"

#include "detect/internal.h"

enum { EXCLUDED_MOST = 4, CAUSES_MOST = 16 };

/* Would the rule explain anything of what was said here? That both explain some other code is no matter. */
static bool
could_explain(const struct rule *r, const struct claim *c)
{
    for (size_t i = 0; i < c->folded.n; i++)
        if (rule_explains(r, c->folded.v[i]))
            return true;
    return false;
}

/* Has the rule anything to do with the session already? */
static bool
was_found(const struct claims *d, rt_str place, const struct rule *r)
{
    const struct claim_refs *refs = claims_at(d, place);
    for (size_t i = 0; refs != NULL && i < refs->v.n; i++)
        if (rt_str_eq(d->list.v[refs->v.v[i]].f.id, r->finding))
            return true;
    return false;
}

static bool
is_rival(const struct claims *d, const struct claim *c, const struct rule *r)
{
    const struct rule *mine = c->f.rule; /* a lesser matter is no rival */
    return r->severity >= mine->severity && !r->off && r->variant == 0 &&
           r->scope == SCOPE_SESSION && !rt_str_eq(r->finding, mine->finding) &&
           rt_str_eq(r->family, mine->family) && could_explain(r, c) &&
           !was_found(d, c->place, r);
}

/* "RULE: what it lacks", or NULL with *ok untouched when nothing can be said. */
static char *
reason(struct detector *det, const struct rule *r, const struct scope *s, struct rt_arena *a,
       bool *ok, struct rt_err *err)
{
    struct match_trace trace;
    struct rt_arena_mark mark = rt_arena_mark(&det->scratch);
    char *text = NULL;
    *ok = match_trace(&det->matcher, r, s, &det->scratch, &trace, err) == 0;
    if (*ok && !trace.pending && trace.note != NULL) {
        text = rt_arena_printf(a, "%.*s: %s", RT_FMT(r->id), trace.note);
        *ok = text != NULL;
    }
    rt_arena_reset(&det->scratch, mark);
    return text;
}

/* ---- the causes that the rule set lists ---- */

static bool
is_of(const struct rule_cause *cause, rt_str id)
{
    for (size_t i = 0; i < cause->of_count; i++)
        if (rt_str_eq(cause->of[i], id))
            return true;
    return false;
}

/* A callback that did not come proves something only where callbacks were listened to. */
static bool
was_heard(const struct detector *det, const struct rule_cause *cause, const struct claim *c)
{
    uint64_t kinds = condition_kinds(cause->see, cause->see_count);
    const struct coverage *coverage = det->matcher.coverage;
    if ((kinds & ~KIND_CALLS) == 0 || c->f.first == RT_TIME_NONE)
        return (kinds & ~KIND_CALLS) == 0;
    return coverage_reach(coverage, SOURCE_HOOK, c->f.first) != RT_TIME_NONE;
}

static bool
is_out(const struct detector *det, const struct rule_cause *cause, const struct claim *c,
       const struct scope *s)
{
    bool seen = false;
    for (size_t i = 0; !seen && i < s->n; i++)
        seen = match_event(&det->matcher, cause->see, cause->see_count, s->v[i].e);
    return cause->shows.n > 0 ? seen : !seen && was_heard(det, cause, c);
}

/* True: the rule set lists causes for this finding. */
static int
exclude_listed(struct claims *d, const struct detector *det, struct claim *c,
               const struct scope *s, bool *any)
{
    const struct rule_cause *cause;
    rt_str list[CAUSES_MOST];
    size_t n = 0;
    *any = false;
    RT_EACH (cause, &det->rules->causes) {
        if (!is_of(cause, c->f.id) || n == CAUSES_MOST)
            continue;
        *any = true;
        if (!is_out(det, cause, c, s))
            continue;
        rt_str why = cause->shows.n > 0 ? cause->shows : cause->lacks;
        char *text =
            rt_arena_printf(&d->out->arena, "%.*s: %.*s", RT_FMT(cause->name), RT_FMT(why));
        if (text == NULL)
            return -1;
        list[n++] = rt_str_of(text);
    }
    rt_str *kept = rt_arena_array(&d->out->arena, n == 0 ? 1 : n, sizeof(*kept));
    if (kept == NULL)
        return -1;
    memcpy(kept, list, n * sizeof(*kept));
    c->f.excluded = kept;
    c->f.excluded_count = n;
    return 0;
}

/* ---- the rules of its family ---- */

static int
exclude(struct claims *d, struct detector *det, struct claim *c, const struct scope *s,
        struct rt_err *err)
{
    bool listed = false;
    if (exclude_listed(d, det, c, s, &listed) < 0)
        return rt_fail_mem(err);
    if (listed)
        return 0;
    rt_str *list = rt_arena_array(&d->out->arena, EXCLUDED_MOST, sizeof(*list));
    const struct rule *r;
    if (list == NULL)
        return rt_fail_mem(err);
    RT_EACH (r, &det->rules->rules) {
        bool ok = true;
        if (c->f.excluded_count == EXCLUDED_MOST || !is_rival(d, c, r))
            continue;
        char *text = reason(det, r, s, &d->out->arena, &ok, err);
        if (!ok)
            return rt_fail_mem(err);
        if (text != NULL)
            list[c->f.excluded_count++] = rt_str_of(text);
    }
    c->f.excluded = list;
    return 0;
}

int
exclude_others(struct claims *d, struct detector *det, struct session *session,
               struct rt_err *err)
{
    const struct claim_refs *refs = claims_at(d, session->id);
    struct scope s = {0};
    for (size_t i = 0; refs != NULL && i < refs->v.n; i++) {
        struct claim *c = &d->list.v[refs->v.v[i]];
        if (c->f.rule == NULL || c->f.rule->explain_count == 0 || c->under != CLAIM_NONE ||
            !rt_str_eq(c->place, session->id))
            continue;
        if (s.v == NULL && scope_of(&s, &session, 1, &det->scratch) < 0)
            return rt_fail_mem(err);
        if (exclude(d, det, c, &s, err) < 0)
            return -1;
    }
    return 0;
}
