/*
 * exclude.c - beside a cause: the other causes of its family that the session does not show, each
 * with what it lacks.
 */
#include "config.h"

#include "detect/internal.h"

enum { EXCLUDED_MOST = 4 };

static bool
share_explained(const struct rule *a, const struct rule *b)
{
    for (size_t i = 0; i < a->explain_count; i++)
        if (rule_explains(b, a->explains[i]))
            return true;
    return false;
}

/* Has the rule anything to do with the session already? */
static bool
was_found(const struct claims *d, rt_str place, const struct rule *r)
{
    const struct claim_refs *refs = claims_at(d, place);
    for (size_t i = 0; refs != NULL && i < refs->v.n; i++)
        if (rt_str_eq(d->list.v[refs->v.v[i]].f.id, r->id))
            return true;
    return false;
}

static bool
is_rival(const struct claims *d, const struct claim *c, const struct rule *r)
{
    const struct rule *mine = c->f.rule;
    return !r->off && r->variant == 0 && r->scope == SCOPE_SESSION &&
           !rt_str_eq(r->id, mine->id) && rt_str_eq(r->family, mine->family) &&
           share_explained(mine, r) && !was_found(d, c->place, r);
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
        bool stopped = trace.failed_step < r->when_count;
        rt_str step = stopped ? r->when[trace.failed_step].text : RT_NONE;
        text = rt_arena_printf(a, "%.*s: %s%s%.*s%s", RT_FMT(r->id), trace.note,
                               stopped ? " (" : "", RT_FMT(step), stopped ? ")" : "");
        *ok = text != NULL;
    }
    rt_arena_reset(&det->scratch, mark);
    return text;
}

static int
exclude(struct claims *d, struct detector *det, struct claim *c, const struct scope *s,
        struct rt_err *err)
{
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
        if (c->f.rule == NULL || c->f.rule->explain_count == 0 ||
            !rt_str_eq(c->place, session->id))
            continue;
        if (s.v == NULL && scope_of(&s, &session, 1, &det->scratch) < 0)
            return rt_fail_mem(err);
        if (exclude(d, det, c, &s, err) < 0)
            return -1;
    }
    return 0;
}
