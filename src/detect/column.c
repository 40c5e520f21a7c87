#include "config.h"

#include "detect/column.h"

#include "detect/moment.h"
#include "rules/condition.h"

static bool
may_fit(const struct rule_step *step, const struct scope_event *v)
{
    return condition_may_fit(step->alts, step->alt_count, UINT64_C(1) << v->e->kind, v->marks);
}

bool
column_any(const struct matcher *m, const struct rule_step *step, const struct scope *s)
{
    for (size_t i = 0; i < s->n; i++)
        if (may_fit(step, &s->v[i]) && match_event(m, step->alts, step->alt_count, s->v[i].e))
            return true;
    return false;
}

int
column_fill(struct column *c, const struct matcher *m, const struct rule_step *step,
            const struct scope *s, struct rt_arena *a)
{
    *c = (struct column){.fits = rt_arena_array(a, s->n + 1, sizeof(*c->fits))};
    if (c->fits == NULL)
        return -1;
    for (size_t i = 0; i < s->n; i++) {
        c->fits[i] =
            may_fit(step, &s->v[i]) && match_event(m, step->alts, step->alt_count, s->v[i].e);
        c->count += c->fits[i];
    }
    return 0;
}

int
column_link(struct column *c, const struct scope *s, struct rt_arena *a)
{
    uint32_t n = (uint32_t)s->n, near = NOWHERE;
    rt_time over = RT_TIME_NONE;
    c->next = rt_arena_array(a, s->n + 1, sizeof(*c->next));
    c->before = rt_arena_array(a, s->n + 1, sizeof(*c->before));
    c->until = rt_arena_array(a, s->n + 1, sizeof(*c->until));
    if (c->next == NULL || c->before == NULL || c->until == NULL)
        return -1;
    for (uint32_t i = 0; i <= n; i++) {
        c->before[i] = near;
        c->until[i] = over;
        if (i == n || !c->fits[i])
            continue;
        near = i;
        if (moment_known(s->v[i].e) && moment_over(s->v[i].e) > over)
            over = moment_over(s->v[i].e);
    }
    near = NOWHERE;
    for (uint32_t i = n + 1; i-- > 0;) {
        if (i < n && c->fits[i])
            near = i;
        c->next[i] = near;
    }
    return 0;
}
