#include "config.h"

#include "detect/internal.h"

/* What the rule sees of the group when it looks at the session. */
static int
scope_for(const struct session_group *g, const struct session *s, const struct rule *r,
          struct rt_arena *a, struct scope *out)
{
    struct scope_parts parts;
    if (scope_split(&parts, g, r, a) < 0)
        return -1;
    for (size_t i = 0; i < parts.n; i++)
        for (size_t k = 0; k < parts.v[i].count; k++)
            if (parts.v[i].sessions[k] == s)
                return scope_of(out, parts.v[i].sessions, parts.v[i].count, a);
    return scope_of(out, NULL, 0, a);
}

int
detector_why(struct detector *d, const struct session_group *g, const struct session *s,
             const struct rule *rule, struct rt_arena *a, struct why *out, struct rt_err *err)
{
    struct scope scope;
    struct matched m;
    struct match_trace trace;
    *out = (struct why){.count = rule->when_count};
    struct why_step *steps = rt_arena_array(a, rule->when_count, sizeof(*steps));
    if (steps == NULL || scope_for(g, s, rule, a, &scope) < 0)
        return rt_fail_mem(err);
    d->matcher.limited = 0;
    if (match_rule(&d->matcher, rule, &scope, a, &m, err) < 0 ||
        match_trace(&d->matcher, rule, &scope, a, &trace, err) < 0)
        return -1;
    bool limited = d->matcher.limited > 0 && m.verdict == VERDICT_CLEAR;
    out->verdict = limited ? VERDICT_NO_DATA : m.verdict;
    out->steps = steps;
    const uint32_t *stands = m.count > 0 ? m.shown[0].steps : trace.steps;
    for (size_t i = 0; i < rule->when_count; i++) {
        struct why_step *w = &steps[i];
        bool failed = m.count == 0 && i == trace.failed_step;
        bool before = m.count > 0 || i < trace.failed_step;
        w->step = &rule->when[i];
        w->state = failed   ? (trace.pending ? WHY_PENDING : WHY_FAILED)
                   : before ? WHY_OK
                            : WHY_NOT_REACHED;
        w->note = failed && trace.note != NULL ? rt_str_of(trace.note) : RT_NONE;
        if (stands[i] != MATCH_NOTHING && before) {
            w->found = scope.v[stands[i]].e;
            w->event = scope.v[stands[i]].number;
        }
    }
    /* Every step holds, and yet: the rule was excused. */
    bool excused = m.count == 0 && trace.failed_step == rule->when_count && trace.note != NULL;
    if (excused && rule->when_count > 0)
        steps[rule->when_count - 1].note = rt_str_of(trace.note);
    if (limited && trace.failed_step < rule->when_count)
        steps[trace.failed_step].note = RT_LIT("a regular expression ended at a limit");
    return 0;
}
