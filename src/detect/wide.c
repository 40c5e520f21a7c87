/*
 * wide.c - rules about whole apps and hosts, and what belongs to no session: they run once, at the end.
 */
#include "config.h"

#include <stdlib.h>

#include "detect/internal.h"

static int
by_app(const void *a, const void *b)
{
    const struct scope_event *x = a, *y = b;
    int order = rt_str_cmp(x->e->app_id, y->e->app_id);
    return order != 0 ? order : event_compare(x->e, y->e);
}

static int
by_host(const void *a, const void *b)
{
    const struct scope_event *x = a, *y = b;
    int order = rt_str_cmp(x->e->host, y->e->host);
    return order != 0 ? order : event_compare(x->e, y->e);
}

static rt_str
owner(const struct scope_event *e, enum rule_scope scope)
{
    if (scope == SCOPE_RUN)
        return RT_NONE;
    return scope == SCOPE_HOST ? e->e->host : e->e->app_id;
}

static int
run_owner(struct detector *det, struct claims *d, enum rule_scope scope, const struct scope *s,
          struct rt_err *err)
{
    for (size_t i = 0; i < det->rules->rules.n; i = detector_next(det, i)) {
        const struct rule *r = &det->rules->rules.v[i];
        if (r->off || r->scope != scope)
            continue;
        if (detector_try(det, d, i, s, RT_NONE, owner(&s->v[0], scope), err) < 0)
            return -1;
    }
    return 0;
}

static int
run_wide(struct detector *det, struct claims *d, enum rule_scope scope, struct rt_err *err)
{
    struct scope_event *v = scope == SCOPE_RUN ? det->asides.v : det->witnesses.v;
    size_t n = scope == SCOPE_RUN ? det->asides.n : det->witnesses.n;
    if (n > 1)
        qsort(v, n, sizeof(*v), scope == SCOPE_HOST ? by_host : by_app);
    for (size_t begin = 0, end = 0; begin < n; begin = end) {
        struct scope s = {.v = v + begin};
        rt_str whose = owner(&v[begin], scope);
        for (; end < n && rt_str_eq(whose, owner(&v[end], scope)); end++)
            s.kinds |= UINT64_C(1) << v[end].e->kind;
        s.n = end - begin;
        /* Calls to hosts that nobody named are not calls to one host. */
        if (scope == SCOPE_HOST && whose.n == 0)
            continue;
        if (scope == SCOPE_APP && whose.n > 0 && crowd_tell(det, &s) < 0)
            return rt_fail_mem(err);
        for (size_t i = 0; i < s.n; i++) {
            s.v[i].marks = condition_marks(s.v[i].e);
            condition_marks_add(&s.marks, s.v[i].marks);
        }
        if (run_owner(det, d, scope, &s, err) < 0)
            return -1;
    }
    return 0;
}

/* ---- findings of sessions that a finding about their app or host explains ---- */

static bool
shares_line(const struct claim *c, const struct finding *f)
{
    for (size_t i = 0; i < c->cover_count; i++)
        for (size_t k = 0; k < f->evidence_count; k++)
            if (c->covers[i]->input == f->evidence[k].input &&
                c->covers[i]->line == f->evidence[k].line)
                return true;
    return false;
}

static bool
explains(const struct claim *c, const struct finding *f)
{
    if (!rule_explains(c->f.rule, f->id) ||
        (f->rule != NULL && c->f.rule->rank > f->rule->rank))
        return false;
    /* A recording that was lost has a cause of its own: it is this one only where both rest on one call. */
    if (f->severity == SEVERITY_CRITICAL && f->rule != NULL)
        return shares_line(c, f);
    bool later = c->f.first == RT_TIME_NONE || f->last == RT_TIME_NONE || f->last >= c->f.first;
    if (c->f.rule->scope == SCOPE_APP && later && rt_str_eq(c->f.app_id, f->app_id))
        return true;
    return shares_line(c, f);
}

/* With what it had folded itself. */
static int
fold_finding(struct claim *c, const struct finding *f)
{
    int rc = fold_note(c, f->id);
    for (size_t i = 0; rc == 0 && i < f->folded_count; i++)
        rc = fold_note(c, f->folded[i]);
    return rc;
}

static int
fold_sessions(struct claims *d, struct rt_err *err)
{
    struct finding_list *out = d->out;
    size_t kept = 0;
    for (size_t i = 0; i < out->findings.n; i++) {
        const struct finding *f = &out->findings.v[i];
        size_t k = 0;
        while (k < d->list.n && !explains(&d->list.v[k], f))
            k++;
        if (k == d->list.n) {
            out->findings.v[kept++] = *f;
            continue;
        }
        if (fold_finding(&d->list.v[k], f) < 0)
            return rt_fail_mem(err);
    }
    out->findings.n = kept;
    return 0;
}

bool
detector_may_fold(const struct detector *det, const struct finding *f)
{
    const struct rule *r;
    if (subscription_decides(f->rule))
        return true;
    RT_EACH (r, &det->rules->rules)
        if (!r->off && rule_is_wide(r) && rule_explains(r, f->id))
            return true;
    return false;
}

int
detector_finish(struct detector *det, struct meter *meter, struct finding_list *out,
                struct rt_err *err)
{
    struct claims d;
    claims_init(&d, out);
    subscription_settle(det, out);
    meter_settle(meter);
    int rc = witness_unpack(det) < 0 || crowd_rates(det, meter) < 0 ? rt_fail_mem(err) : 0;
    if (rc == 0)
        rc = run_wide(det, &d, SCOPE_APP, err);
    if (rc == 0)
        rc = run_wide(det, &d, SCOPE_HOST, err);
    if (rc == 0)
        rc = run_wide(det, &d, SCOPE_RUN, err);
    if (rc == 0)
        rc = fold_sessions(&d, err);
    if (rc == 0)
        rc = fold_claims(&d, err);
    claims_fini(&d);
    return rc;
}
