/*
 * detect.c - rules over groups of sessions; what looks at whole apps waits for the end.
 */
#include "config.h"

#include "detect/detect.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "detect/internal.h"

struct detector *
detector_new(const struct rule_set *rules, const struct rt_limits *limits, const struct coverage *coverage,
             struct rt_err *err)
{
    struct detector *d = rt_calloc(1, sizeof(*d));
    if (d == NULL) {
        rt_fail_mem(err);
        return NULL;
    }
    d->rules = rules;
    d->limits = limits;
    rt_arena_init(&d->arena, 4096, 0);
    const struct rule *r;
    RT_EACH (r, &rules->rules)
        d->wide_rules |= !r->off && (r->scope == SCOPE_APP || r->scope == SCOPE_HOST);
    if (matcher_init(&d->matcher, rules, limits, coverage, err) < 0)
        detector_free(&d);
    return d;
}

void
detector_free(struct detector **pd)
{
    struct detector *d = *pd;
    *pd = NULL;
    if (d == NULL)
        return;
    matcher_fini(&d->matcher);
    RT_VEC_FREE(&d->witnesses);
    rt_arena_fini(&d->arena);
    rt_free(d);
}

static bool
in_scope(const struct rule *r, enum rule_scope scope)
{
    return r->scope == scope && !r->off;
}

/* Could not be decided: told, unless another shape of the rule was found. */
static int
note_unchecked(struct claims *d, const struct rule *r, rt_str session, const struct matched *m, struct rt_err *err)
{
    struct unchecked *u = RT_VEC_PUSH(&d->out->unchecked);
    if (u == NULL)
        return rt_fail_mem(err);
    char *needs = rt_arena_strz(&d->out->arena, rt_str_of(m->needs));
    bool ok = true;
    rt_str id = rt_arena_str(&d->out->arena, session, &ok);
    if (needs == NULL || !ok)
        return rt_fail_mem(err);
    *u = (struct unchecked){r, id, m->verdict, rt_str_of(needs)};
    return 0;
}

/* All rules of one scope over one list of events. */
static int
run_rules(struct detector *det, struct claims *d, enum rule_scope scope, const struct scope *s, rt_str session,
          struct rt_err *err)
{
    const struct rule *found = NULL;
    for (size_t i = 0; i < det->rules->rules.n; i++) {
        const struct rule *r = &det->rules->rules.v[i];
        if (!in_scope(r, scope) || (r->needs & s->kinds) == 0)
            continue;
        if (r->variant > 0 && found != NULL && rt_str_eq(found->id, r->id))
            continue;
        struct matched m;
        struct rt_arena scratch;
        rt_arena_init(&scratch, 1024, 0);
        int rc = match_rule(&det->matcher, r, s, &scratch, &m, err);
        if (rc == 0 && m.verdict == VERDICT_FOUND) {
            found = r;
            rc = claim_add(d, det, r, s, &m, scope != SCOPE_APP && scope != SCOPE_HOST, err);
        } else if (rc == 0 && m.verdict != VERDICT_CLEAR && r->severity >= SEVERITY_WARNING) {
            rc = note_unchecked(d, r, session, &m, err);
        }
        rt_arena_fini(&scratch);
        if (rc < 0)
            return -1;
    }
    return 0;
}

/* A later shape of the rule, or the rule in a wider scope, was found after all: then it was checked. */
static void
drop_answered(struct claims *d, size_t from)
{
    size_t kept = from;
    for (size_t i = from; i < d->out->unchecked.n; i++) {
        const struct unchecked *u = &d->out->unchecked.v[i];
        bool answered = false;
        for (size_t k = 0; k < d->list.n; k++)
            answered |= rt_str_eq(d->list.v[k].f.id, u->rule->id) && rt_str_eq(d->list.v[k].f.session, u->session);
        for (size_t k = from; k < kept; k++)
            answered |= rt_str_eq(d->out->unchecked.v[k].rule->id, u->rule->id) &&
                        rt_str_eq(d->out->unchecked.v[k].session, u->session);
        if (!answered)
            d->out->unchecked.v[kept++] = *u;
    }
    d->out->unchecked.n = kept;
}

static bool
of_uid(const struct session *s, const void *uid)
{
    return rt_str_eq(s->uid, *(const rt_str *)uid);
}

static int
run_recorders(struct detector *det, struct claims *d, const struct session_group *g, struct rt_arena *a,
              struct rt_err *err)
{
    for (size_t i = 0; i < g->count; i++) {
        rt_str uid = g->sessions[i]->uid;
        bool done = uid.n == 0;
        for (size_t k = 0; k < i; k++)
            done |= rt_str_eq(g->sessions[k]->uid, uid);
        struct scope s;
        if (done && uid.n > 0)
            continue;
        /* A session whose recorder is not known stands for itself. */
        int rc = uid.n == 0 ? scope_session(&s, g->sessions[i], a) : scope_merge(&s, g, of_uid, &uid, a);
        if (rc < 0)
            return rt_fail_mem(err);
        if (run_rules(det, d, SCOPE_RECORDER, &s, g->sessions[i]->id, err) < 0)
            return -1;
    }
    return 0;
}

/* Sessions of the group with equal values of the rule's fields. */
struct by_fields {
    const struct rule *rule;
    const struct session *like;
};

static rt_str
session_text(const struct session *s, uint16_t field)
{
    switch (field) {
    case FIELD_APP: return s->app_id;
    case FIELD_CNAME: return s->cname;
    case FIELD_UID: return s->uid;
    case FIELD_RID: return s->rid;
    case FIELD_SID: return s->sid;
    case FIELD_MODE: return s->mode;
    default: return RT_NONE;
    }
}

static bool
of_fields(const struct session *s, const void *arg)
{
    const struct by_fields *b = arg;
    for (size_t i = 0; i < b->rule->scope_field_count; i++)
        if (!rt_str_eq(session_text(s, b->rule->scope_fields[i]), session_text(b->like, b->rule->scope_fields[i])))
            return false;
    return true;
}

static int
run_fields(struct detector *det, struct claims *d, const struct session_group *g, struct rt_arena *a, struct rt_err *err)
{
    const struct rule *r;
    RT_EACH (r, &det->rules->rules) {
        for (size_t i = 0; in_scope(r, SCOPE_FIELDS) && i < g->count; i++) {
            struct by_fields like = {r, g->sessions[i]};
            bool done = false;
            for (size_t k = 0; k < i; k++)
                done |= of_fields(g->sessions[k], &like);
            struct scope s;
            struct matched m;
            if (done)
                continue;
            if (scope_merge(&s, g, of_fields, &like, a) < 0)
                return rt_fail_mem(err);
            if (match_rule(&det->matcher, r, &s, a, &m, err) < 0 ||
                (m.verdict == VERDICT_FOUND && claim_add(d, det, r, &s, &m, true, err) < 0))
                return -1;
        }
    }
    return 0;
}

/* ---- witnesses of app and host rules ---- */

static bool
matters(const struct detector *det, const struct event *e)
{
    const struct rule *r;
    RT_EACH (r, &det->rules->rules) {
        if (!in_scope(r, SCOPE_APP) && !in_scope(r, SCOPE_HOST))
            continue;
        for (size_t i = 0; i < r->when_count; i++)
            if (match_event(&det->matcher, r->when[i].alts, r->when[i].alt_count, e))
                return true;
        for (size_t i = 0; i < r->unless_count; i++)
            if (match_event(&det->matcher, r->unless[i].alts, r->unless[i].alt_count, e))
                return true;
    }
    return false;
}

static int
keep_witnesses(struct detector *det, const struct session_group *g, struct rt_err *err)
{
    for (size_t i = 0; det->wide_rules && i < g->count; i++) {
        const struct session *s = g->sessions[i];
        bool ok = true;
        rt_str id = RT_NONE;
        for (size_t k = 0; k < s->event_count; k++) {
            if (!matters(det, s->events[k]))
                continue;
            if (id.p == NULL)
                id = rt_arena_str(&det->arena, s->id, &ok);
            struct event *copy = event_copy(&det->arena, s->events[k], NULL);
            struct scope_event *slot = copy == NULL || !ok ? NULL : RT_VEC_PUSH(&det->witnesses);
            if (slot == NULL)
                return rt_fail_mem(err);
            if (copy->app_id.n == 0)
                copy->app_id = rt_arena_str(&det->arena, s->app_id, &ok);
            *slot = (struct scope_event){copy, id, (uint32_t)(k + 1)};
        }
    }
    return 0;
}

int
detector_group(struct detector *det, const struct session_group *g, struct finding_list *out, struct rt_err *err)
{
    struct claims d = {.out = out};
    struct rt_arena a;
    struct scope s;
    size_t unchecked = out->unchecked.n;
    int rc = 0;
    rt_arena_init(&a, 4096, 0);
    for (size_t i = 0; rc == 0 && i < g->count; i++) {
        rc = scope_session(&s, g->sessions[i], &a) < 0 ? rt_fail_mem(err) : 0;
        if (rc == 0)
            rc = run_rules(det, &d, SCOPE_SESSION, &s, g->sessions[i]->id, err);
    }
    if (rc == 0)
        rc = run_recorders(det, &d, g, &a, err);
    if (rc == 0)
        rc = scope_merge(&s, g, NULL, NULL, &a) < 0 ? rt_fail_mem(err) : 0;
    if (rc == 0)
        rc = run_rules(det, &d, SCOPE_CHANNEL, &s, g->count > 0 ? g->sessions[0]->id : RT_NONE, err);
    if (rc == 0)
        rc = run_fields(det, &d, g, &a, err);
    for (size_t i = 0; rc == 0 && i < g->count; i++)
        rc = fallback_add(&d, det, g->sessions[i], err);
    if (rc == 0)
        rc = keep_witnesses(det, g, err);
    drop_answered(&d, unchecked);
    if (rc == 0)
        rc = fold_claims(&d, err);
    claims_fini(&d);
    rt_arena_fini(&a);
    return rc;
}

/* ---- the end ---- */

static rt_str
owner(const struct scope_event *e, enum rule_scope scope)
{
    return scope == SCOPE_HOST ? e->e->host : e->e->app_id;
}

static int
by_owner(const void *a, const void *b)
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

static int
run_wide(struct detector *det, struct claims *d, enum rule_scope scope, struct rt_err *err)
{
    struct scope_event *v = det->witnesses.v;
    size_t n = det->witnesses.n;
    if (n > 1)
        qsort(v, n, sizeof(*v), scope == SCOPE_HOST ? by_host : by_owner);
    for (size_t begin = 0, end = 0; begin < n; begin = end) {
        struct scope s = {.v = v + begin};
        for (end = begin; end < n && rt_str_eq(owner(&v[begin], scope), owner(&v[end], scope)); end++)
            s.kinds |= UINT64_C(1) << v[end].e->kind;
        s.n = end - begin;
        if (run_rules(det, d, scope, &s, RT_NONE, err) < 0)
            return -1;
    }
    return 0;
}

/* Fallbacks and findings of sessions that a finding about their app explains. */
static int
fold_sessions(struct claims *d, size_t findings, struct rt_err *err)
{
    struct finding_list *out = d->out;
    size_t kept = 0;
    for (size_t i = 0; i < findings; i++) {
        const struct finding *f = &out->findings.v[i];
        struct claim *cause = NULL;
        for (size_t k = 0; cause == NULL && k < d->list.n; k++) {
            struct claim *c = &d->list.v[k];
            if (rt_str_eq(c->f.app_id, f->app_id) && rule_explains(c->f.rule, f->id) &&
                (f->rule == NULL || c->f.rule->rank <= f->rule->rank) &&
                (c->f.first == RT_TIME_NONE || f->last == RT_TIME_NONE || f->last >= c->f.first))
                cause = c;
        }
        if (cause == NULL) {
            out->findings.v[kept++] = *f;
            continue;
        }
        if (fold_note(cause, f->id) < 0)
            return rt_fail_mem(err);
    }
    out->findings.n = kept;
    return 0;
}

bool
detector_may_fold(const struct detector *det, rt_str id)
{
    const struct rule *r;
    RT_EACH (r, &det->rules->rules)
        if ((in_scope(r, SCOPE_APP) || in_scope(r, SCOPE_HOST)) && rule_explains(r, id))
            return true;
    return false;
}

int
detector_finish(struct detector *det, struct finding_list *out, struct rt_err *err)
{
    struct claims d = {.out = out};
    size_t unchecked = out->unchecked.n;
    int rc = run_wide(det, &d, SCOPE_APP, err);
    if (rc == 0)
        rc = run_wide(det, &d, SCOPE_HOST, err);
    drop_answered(&d, unchecked);
    if (rc == 0)
        rc = fold_sessions(&d, out->findings.n, err);
    if (rc == 0)
        rc = fold_claims(&d, err);
    claims_fini(&d);
    return rc;
}
