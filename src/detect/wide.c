/*
 * wide.c - rules about whole apps and hosts: what they need of each session is kept until the end.
 *
 * A run may have millions of sessions; so a witness holds only the fields that such rules ask
 * for, each text once, and a long run of equal ones is its beginning and its end.
 */
#include "config.h"

#include <stdlib.h>

#include "detect/internal.h"
#include "detect/moment.h"

enum { RUN_MOST = 64 }; /* equal witnesses of one session in a row, kept one by one */

/* ---- what is asked for ---- */

static void
learn_field(struct detector *det, uint16_t field)
{
    /* Fields of formats are few, and share the last bit. */
    unsigned bit = field < 127 ? field : 127;
    det->wide_fields[bit / 64] |= UINT64_C(1) << bit % 64;
}

bool
witness_asks(const struct detector *det, uint16_t field)
{
    unsigned bit = field < 127 ? field : 127;
    return (det->wide_fields[bit / 64] >> bit % 64 & 1) != 0;
}

static int
learn_step(struct detector *det, const struct rule *r, const struct rule_step *step)
{
    struct wide_step *slot = RT_VEC_PUSH(&det->wide_steps);
    if (slot == NULL)
        return -1;
    *slot = (struct wide_step){step, r->scope == SCOPE_RUN};
    for (size_t i = 0; i < step->alt_count; i++)
        for (size_t k = 0; k < step->alts[i].cond_count; k++) {
            const struct rule_cond *c = &step->alts[i].conds[k];
            if (c->op != OP_OK && c->op != OP_FAIL)
                learn_field(det, c->field);
        }
    for (size_t i = 0; i < step->same_count; i++)
        learn_field(det, step->same[i]);
    for (size_t i = 0; i < step->differ_count; i++)
        learn_field(det, step->differ[i]);
    return 0;
}

/* {label.field} */
static void
learn_template(struct detector *det, rt_str text)
{
    for (size_t dot = 0; dot < text.n; dot++) {
        size_t end = dot + 1;
        uint16_t field = 0;
        while (end < text.n && text.p[end] != '}' && text.p[end] != ' ')
            end++;
        if (text.p[dot] == '.' && end < text.n && text.p[end] == '}' &&
            rule_set_field(det->rules, (rt_str){text.p + dot + 1, end - dot - 1}, &field))
            learn_field(det, field);
    }
}

int
witness_learn(struct detector *det)
{
    const struct rule *r;
    RT_EACH (r, &det->rules->rules) {
        if (r->off || !rule_is_wide(r))
            continue;
        det->wide_rules = true;
        for (size_t i = 0; i < r->when_count; i++)
            if (learn_step(det, r, &r->when[i]) < 0)
                return -1;
        for (size_t i = 0; i < r->unless_count; i++)
            if (learn_step(det, r, &r->unless[i]) < 0)
                return -1;
        learn_template(det, r->say);
        learn_template(det, r->why);
        learn_template(det, r->fix);
    }
    return 0;
}

/* ---- keeping ---- */

/* The steps of wide rules that the event fits, folded into a number; 0: none. */
static uint64_t
signature(const struct detector *det, const struct event *e)
{
    uint64_t sign = 0, step = 1;
    bool aside = event_is_aside(e->kind);
    uint64_t kind = UINT64_C(1) << e->kind, marks = condition_marks(e);
    for (size_t i = 0; i < det->wide_steps.n; i++, step++) {
        const struct rule_step *s = det->wide_steps.v[i].step;
        if (det->wide_steps.v[i].aside == aside &&
            condition_may_fit(s->alts, s->alt_count, kind, marks) &&
            match_event(&det->matcher, s->alts, s->alt_count, e))
            sign = sign * 31 + step;
    }
    return sign;
}

int
witness_word(struct detector *det, rt_str *text)
{
    bool ok = true;
    const rt_str *known = rt_map_get(&det->words, *text);
    if (known != NULL) {
        *text = *known;
        return 0;
    }
    rt_str *kept = rt_arena_alloc(&det->arena, sizeof(*kept));
    if (kept == NULL)
        return -1;
    *kept = rt_arena_str(&det->arena, *text, &ok);
    if (!ok || rt_map_put(&det->words, *kept, kept) < 0)
        return -1;
    *text = *kept;
    return 0;
}

/* Each text is kept once: apps and hosts are few. */
static int
keep_word(struct detector *det, uint16_t field, rt_str *text)
{
    bool always = field == FIELD_APP || field == FIELD_HOST;
    if (text->n > 0 && (always || witness_asks(det, field)))
        return witness_word(det, text);
    *text = RT_NONE;
    return 0;
}

static int
keep_values(struct detector *det, struct event *e)
{
    const struct event_value *all = e->values;
    uint32_t count = e->value_count, n = 0;
    for (uint32_t i = 0; i < count; i++)
        n += witness_asks(det, all[i].field);
    struct event_value *kept = n == 0 ? NULL : rt_arena_array(&det->arena, n, sizeof(*kept));
    e->values = kept;
    e->value_count = 0;
    if (n > 0 && kept == NULL)
        return -1;
    for (uint32_t i = 0; i < count; i++) {
        if (!witness_asks(det, all[i].field))
            continue;
        kept[e->value_count] = all[i];
        if (all[i].is_text && keep_word(det, all[i].field, &kept[e->value_count].text) < 0)
            return -1;
        e->value_count++;
    }
    return 0;
}

/* NULL: memory. */
static struct event *
copy_witness(struct detector *det, const struct session *s, const struct event *e)
{
    struct event *c = rt_arena_alloc(&det->arena, sizeof(*c));
    if (c == NULL)
        return NULL;
    *c = *e;
    c->join = RT_NONE;
    if (c->app_id.n == 0)
        c->app_id = s->app_id;
    bool good = keep_word(det, FIELD_APP, &c->app_id) == 0 &&
                keep_word(det, FIELD_HOST, &c->host) == 0 &&
                keep_word(det, FIELD_RID, &c->rid) == 0 &&
                keep_word(det, FIELD_SID, &c->sid) == 0 &&
                keep_word(det, FIELD_CNAME, &c->cname) == 0 &&
                keep_word(det, FIELD_UID, &c->uid) == 0 &&
                keep_word(det, FIELD_MODE, &c->mode) == 0 &&
                keep_word(det, FIELD_METHOD, &c->method) == 0 &&
                keep_word(det, FIELD_REASON, &c->reason) == 0 &&
                keep_word(det, FIELD_ERROR, &c->error) == 0 && keep_values(det, c) == 0;
    return good ? c : NULL;
}

struct tail { /* the end of a run of equal witnesses */
    uint64_t sign;
    int32_t code, http;
    uint32_t run;
    struct event *last;
};

/* True: it is told by the one before it. */
static bool
swallow(struct tail *t, uint64_t sign, const struct event *e)
{
    bool equal = t->last != NULL && t->sign == sign && t->code == e->code &&
                 t->http == e->http && t->last->kind == e->kind && moment_known(e);
    if (!equal) {
        *t = (struct tail){sign, e->code, e->http, 0, NULL};
        return false;
    }
    if (++t->run < RUN_MOST)
        return false;
    t->last->repeated += e->repeated;
    t->last->last = moment_last(e);
    if (moment_over(e) > t->last->end)
        t->last->end = moment_over(e);
    return true;
}

static int
keep_session(struct detector *det, const struct session *s)
{
    struct tail tail = {0};
    rt_str id = RT_NONE;
    bool ok = true;
    for (size_t k = 0; k < s->event_count; k++) {
        const struct event *e = s->events[k];
        uint64_t sign = signature(det, e);
        if (sign == 0 || swallow(&tail, sign, e))
            continue;
        if (id.p == NULL)
            id = rt_arena_str(&det->arena, s->id, &ok);
        tail.last = ok ? copy_witness(det, s, e) : NULL;
        struct scope_event *slot = NULL;
        if (tail.last != NULL)
            slot = event_is_aside(e->kind) ? RT_VEC_PUSH(&det->asides) : RT_VEC_PUSH(&det->witnesses);
        if (slot == NULL)
            return -1;
        *slot = (struct scope_event){tail.last, id, (uint32_t)(k + 1)};
    }
    return 0;
}

int
witness_keep(struct detector *det, const struct session_group *g, struct rt_err *err)
{
    for (size_t i = 0; det->wide_rules && i < g->count; i++)
        if (keep_session(det, g->sessions[i]) < 0 || crowd_keep(det, g->sessions[i]) < 0)
            return rt_fail_mem(err);
    return 0;
}

static int
move_list(struct scope_events *to, const struct scope_events *from)
{
    for (size_t i = 0; i < from->n; i++) {
        struct scope_event *slot = RT_VEC_PUSH(to);
        if (slot == NULL)
            return -1;
        *slot = from->v[i];
    }
    return 0;
}

int
witness_move(struct detector *det, const struct detector *from)
{
    for (size_t i = 0; i < from->lives.n; i++) {
        struct life *slot = RT_VEC_PUSH(&det->lives);
        if (slot == NULL)
            return -1;
        *slot = from->lives.v[i];
    }
    return move_list(&det->witnesses, &from->witnesses) < 0 ? -1 : move_list(&det->asides, &from->asides);
}

/* ---- the end ---- */

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
        for (size_t i = 0; i < s.n; i++)
            s.marks |= condition_marks(s.v[i].e);
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
detector_may_fold(const struct detector *det, rt_str id)
{
    const struct rule *r;
    RT_EACH (r, &det->rules->rules)
        if (!r->off && rule_is_wide(r) && rule_explains(r, id))
            return true;
    return false;
}

int
detector_finish(struct detector *det, struct meter *meter, struct finding_list *out,
                struct rt_err *err)
{
    struct claims d;
    claims_init(&d, out);
    meter_settle(meter);
    int rc = crowd_rates(det, meter) < 0 ? rt_fail_mem(err) : 0;
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
