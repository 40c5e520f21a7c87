/*
 * wide.c - rules about whole apps and hosts, and what belongs to no session: they run once, at the end.
 */
#include "config.h"

#include "detect/candidates.h"
#include "detect/internal.h"
#include "session/meter.h"

struct wide { /* rules of one scope on their way through the witnesses */
    struct detector *det;
    struct claims *claims;
    struct rt_map *covered; /* where a witness stands -> its event, for findings to rest on */
};

/* One event for all findings that rest on the witness, for as long as the detector lives. */
static const struct event *
lasting(void *arg, const struct event *e)
{
    struct wide *w = arg;
    struct rt_arena *a = &w->det->arena;
    const struct candidate *c = (const struct candidate *)e;
    const struct event *known =
        rt_map_get(w->covered, (rt_str){(const char *)&c->at, sizeof(c->at)});
    if (known != NULL)
        return known;
    struct candidate *copy = rt_arena_alloc(a, sizeof(*copy));
    struct event_value *values = rt_arena_array(a, e->value_count + 1, sizeof(*values));
    if (copy == NULL || values == NULL)
        return NULL;
    *copy = *c;
    for (uint32_t i = 0; i < e->value_count; i++)
        values[i] = e->values[i];
    copy->e.values = values;
    rt_str key = {(const char *)&copy->at, sizeof(copy->at)};
    return rt_map_put(w->covered, key, copy) < 0 ? NULL : &copy->e;
}

static int
run_rule(struct wide *w, const struct wide_rule *r, const struct roll *roll, size_t begin,
         size_t end, struct rt_err *err)
{
    struct detector *det = w->det;
    const struct rule *rules = det->rules->rules.v;
    size_t before = w->claims->list.n;
    struct candidates_search search = {
        .matcher = &det->matcher,
        .crowds = &det->crowds,
        .r = &rules[r->first],
        .r_end = &rules[detector_next(det, r->first)],
        .bit = r->bit,
        .every = r->every,
        .v = roll->list.v + begin,
        .n = end - begin,
    };
    struct scope s;
    if (candidates_find(&search, &det->scratch, &s) < 0)
        return rt_fail_mem(err);
    if (s.n > 0 &&
        detector_try(det, w->claims, r->first, &s, RT_NONE, roll_owner(roll, begin), err) < 0)
        return -1;
    for (size_t i = before; i < w->claims->list.n; i++)
        if (claim_stand_in(&w->claims->list.v[i], lasting, w) < 0)
            return rt_fail_mem(err);
    return 0;
}

static int
run_owner(struct wide *w, const struct roll *roll, size_t begin, size_t end, struct rt_err *err)
{
    struct detector *det = w->det;
    if (roll->scope == SCOPE_APP)
        crowd_settle(&det->crowds, roll->list.v + begin, end - begin);
    const struct wide_rule *r;
    RT_EACH (r, &det->survey->wide) {
        struct rt_arena_mark mark = rt_arena_mark(&det->scratch);
        if (r->scope != roll->scope)
            continue;
        if (run_rule(w, r, roll, begin, end, err) < 0)
            return -1;
        rt_arena_reset(&det->scratch, mark);
    }
    return 0;
}

static int
run_scope(struct wide *w, enum rule_scope scope, struct rt_err *err)
{
    struct roll roll;
    uint64_t rules = scope == SCOPE_APP ? UINT64_MAX : 0; /* crowds are told by all of an app */
    const struct wide_rule *r;
    RT_EACH (r, &w->det->survey->wide)
        if (r->scope == scope)
            rules |= field_set_any(&r->every) ? UINT64_MAX : r->bit;
    int rc = roll_init(&roll, scope, rules, &w->det->witnesses) < 0 ? rt_fail_mem(err) : 0;
    for (size_t begin = 0, end; rc == 0 && begin < roll.list.n; begin = end) {
        end = roll_next(&roll, begin);
        /* Calls to hosts that nobody named are not calls to one host. */
        if (scope != SCOPE_HOST || roll_owner(&roll, begin).n > 0)
            rc = run_owner(w, &roll, begin, end, err);
    }
    roll_fini(&roll);
    return rc;
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
    static const enum rule_scope scopes[] = {SCOPE_APP, SCOPE_HOST, SCOPE_RUN};
    struct claims d;
    struct rt_map covered;
    struct wide w = {det, &d, &covered};
    claims_init(&d, out);
    rt_map_init(&covered);
    subscription_settle(det, out);
    meter_settle(meter);
    int rc = rates_note(det, meter) < 0 ? rt_fail_mem(err) : 0;
    for (size_t i = 0; rc == 0 && i < sizeof(scopes) / sizeof(scopes[0]); i++)
        rc = run_scope(&w, scopes[i], err);
    if (rc == 0)
        rc = fold_sessions(&d, err);
    if (rc == 0)
        rc = fold_claims(&d, err);
    if (rc == 0)
        rc = fold_settle(&d, err);
    rt_map_fini(&covered);
    claims_fini(&d);
    return rc;
}
