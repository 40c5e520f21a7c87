/*
 * detect.c - rules over groups of sessions; what looks at whole apps or hosts waits for the end.
 */
#include "config.h"

#include "detect/detect.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "detect/internal.h"

/* `survey`: NULL: it makes its own. */
static struct detector *
new_detector(const struct rule_set *rules, const struct rt_limits *limits,
             const struct coverage *coverage, const struct survey *survey, struct rt_err *err)
{
    struct detector *d = rt_calloc(1, sizeof(*d));
    if (d == NULL) {
        rt_fail_mem(err);
        return NULL;
    }
    d->rules = rules;
    d->limits = limits;
    rt_arena_init(&d->arena, 4096, 0);
    rt_arena_init(&d->scratch, 4096, 0);
    rt_map_init(&d->subscribed);
    rt_map_init(&d->words);
    testimony_draft_init(&d->draft);
    crowds_init(&d->crowds);
    d->survey = survey != NULL ? survey : &d->own;
    if (survey == NULL && survey_init(&d->own, rules) < 0) {
        rt_fail_mem(err);
        detector_free(&d);
        return NULL;
    }
    if (matcher_init(&d->matcher, rules, limits, coverage, err) < 0)
        detector_free(&d);
    return d;
}

struct detector *
detector_new(const struct rule_set *rules, const struct rt_limits *limits,
             const struct coverage *coverage, struct rt_err *err)
{
    return new_detector(rules, limits, coverage, NULL, err);
}

struct detector *
detector_fork(const struct detector *d, struct rt_err *err)
{
    return new_detector(d->rules, d->limits, d->matcher.coverage, d->survey, err);
}

void
detector_free(struct detector **pd)
{
    struct detector *d = *pd;
    *pd = NULL;
    if (d == NULL)
        return;
    matcher_fini(&d->matcher);
    testimony_draft_fini(&d->draft);
    crowds_fini(&d->crowds);
    rt_map_fini(&d->words);
    rt_map_fini(&d->subscribed);
    rt_arena_fini(&d->scratch);
    rt_arena_fini(&d->arena);
    survey_fini(&d->own);
    rt_free(d);
}

int
detector_join(struct detector *d, struct detector **pfrom, struct rt_err *err)
{
    int rc = crowds_move(d, *pfrom) < 0 || subscription_move(d, *pfrom) < 0 ? -1 : 0;
    if (rc == 0) {
        testimonies_move(&d->witnesses, &(*pfrom)->witnesses);
        rt_arena_move(&d->arena, &(*pfrom)->arena);
    }
    detector_free(pfrom);
    return rc < 0 ? rt_fail_mem(err) : 0;
}

size_t
detector_next(const struct detector *det, size_t rule)
{
    do
        rule++;
    while (rule < det->rules->rules.n && det->rules->rules.v[rule].variant > 0);
    return rule;
}

static int
note_unchecked(struct claims *d, const struct rule *r, rt_str session, const struct matched *m,
               struct rt_err *err)
{
    bool ok = true;
    char *needs = rt_arena_strz(&d->out->arena, rt_str_of(m->needs));
    rt_str id = rt_arena_str(&d->out->arena, session, &ok);
    struct unchecked *u = needs == NULL || !ok ? NULL : RT_VEC_PUSH(&d->out->unchecked);
    if (u == NULL)
        return rt_fail_mem(err);
    *u = (struct unchecked){r, id, m->verdict, rt_str_of(needs), m->due, m->awaits};
    return 0;
}

/* An expression that gave up said neither yes nor no. */
static int
note_limited(struct detector *det, struct claims *d, const struct rule *r, rt_str session,
             struct rt_err *err)
{
    struct matched m = {.verdict = VERDICT_NO_DATA, .due = RT_TIME_NONE};
    m.needs =
        rt_arena_printf(&det->scratch, "a regular expression of it ended at a limit (%s:%u)",
                        r->pos.file == NULL ? "built in" : r->pos.file, r->pos.line);
    return m.needs == NULL ? rt_fail_mem(err) : note_unchecked(d, r, session, &m, err);
}

int
detector_try(struct detector *det, struct claims *d, size_t rule, const struct scope *s,
             rt_str session, rt_str place, struct rt_err *err)
{
    const struct rule *open = NULL, *limited = NULL;
    struct matched undecided = {0};
    struct rt_arena_mark mark = rt_arena_mark(&det->scratch);
    size_t end = detector_next(det, rule);
    int rc = 0;
    for (; rc == 0 && rule < end; rule++) {
        const struct rule *r = &det->rules->rules.v[rule];
        struct matched m;
        det->matcher.limited = 0;
        rc = match_rule(&det->matcher, r, s, &det->scratch, &m, err);
        if (rc == 0 && m.verdict == VERDICT_FOUND) {
            open = limited = NULL;
            rc = claim_add(d, det, r, s, &m, place, err);
            break;
        }
        if (rc == 0 && det->matcher.limited > 0)
            limited = r;
        if (rc == 0 && m.verdict != VERDICT_CLEAR &&
            (open == NULL || (undecided.unsubscribed && !m.unsubscribed))) {
            open = r;
            undecided = m;
        }
    }
    /* A mere note that could not be checked is not worth a line, nor is what would need callbacks that nobody
     * subscribed. */
    if (rc == 0 && limited != NULL)
        rc = note_limited(det, d, limited, session, err);
    else if (rc == 0 && open != NULL && open->severity >= SEVERITY_WARNING &&
             !undecided.unsubscribed)
        rc = note_unchecked(d, open, session, &undecided, err);
    rt_arena_reset(&det->scratch, mark);
    return rc;
}

/* ---- a group ---- */

struct content {
    uint64_t kinds;
    struct event_marks marks;
};

static struct content
content_of(const struct scope_part *p)
{
    struct content c = {0, {0, 0}};
    for (size_t i = 0; i < p->count; i++) {
        c.kinds |= p->sessions[i]->kinds;
        condition_marks_add(&c.marks, p->sessions[i]->marks);
    }
    return c;
}

/* Can the rule, in any of its shapes, be complete with that? */
static bool
possible(const struct detector *det, size_t rule, struct content c)
{
    for (size_t end = detector_next(det, rule); rule < end; rule++)
        if (match_possible(&det->rules->rules.v[rule], c.kinds, c.marks))
            return true;
    return false;
}

/* One rule, wider than a session, over the parts of the group that it sees together. */
static int
run_rule(struct detector *det, struct claims *d, size_t rule, const struct session_group *g,
         struct rt_err *err)
{
    struct scope_parts parts;
    struct scope s;
    if (scope_split(&parts, g, &det->rules->rules.v[rule], &det->scratch) < 0)
        return rt_fail_mem(err);
    for (size_t i = 0; i < parts.n; i++) {
        const struct scope_part *p = &parts.v[i];
        struct rt_arena_mark mark = rt_arena_mark(&det->scratch);
        if (!possible(det, rule, content_of(p)))
            continue;
        if (scope_of(&s, p->sessions, p->count, &det->scratch) < 0)
            return rt_fail_mem(err);
        if (detector_try(det, d, rule, &s, p->sessions[0]->id, RT_NONE, err) < 0)
            return -1;
        rt_arena_reset(&det->scratch, mark);
    }
    return 0;
}

static int
run_wider_rules(struct detector *det, struct claims *d, const struct session_group *g,
                struct rt_err *err)
{
    struct scope_part whole = {g->sessions, g->count};
    struct content all = content_of(&whole);
    for (size_t i = 0; i < det->rules->rules.n; i = detector_next(det, i)) {
        const struct rule *r = &det->rules->rules.v[i];
        if (r->off || r->scope == SCOPE_SESSION || rule_is_wide(r) || !possible(det, i, all))
            continue;
        struct rt_arena_mark mark = rt_arena_mark(&det->scratch);
        if (run_rule(det, d, i, g, err) < 0)
            return -1;
        rt_arena_reset(&det->scratch, mark);
    }
    return 0;
}

static int
run_session_rules(struct detector *det, struct claims *d, struct session *session,
                  struct rt_err *err)
{
    struct scope s;
    struct rt_arena_mark mark = rt_arena_mark(&det->scratch);
    if (scope_of(&s, &session, 1, &det->scratch) < 0)
        return rt_fail_mem(err);
    struct content all = {s.kinds, s.marks};
    session->marks = s.marks;
    for (const struct sieve_row *r = det->survey->sieve.v;
         r < det->survey->sieve.v + det->survey->sieve.n; r++)
        if (sieve_passes(r, s.kinds, s.marks) && possible(det, r->rule, all) &&
            detector_try(det, d, r->rule, &s, session->id, RT_NONE, err) < 0)
            return -1;
    rt_arena_reset(&det->scratch, mark);
    return 0;
}

static int
name_owner(struct claims *d, size_t from, rt_str app)
{
    bool ok = true;
    for (size_t i = from; i < d->list.n; i++)
        d->list.v[i].f.whose = claims_text(d, app, &ok);
    return ok ? 0 : -1;
}

static int
run_group(struct detector *det, const struct session_group *g, struct finding_list *out,
          struct rt_err *err)
{
    struct claims d;
    struct rt_arena_mark mark = rt_arena_mark(&det->scratch);
    int rc = 0;
    claims_init(&d, out);
    for (size_t i = 0; rc == 0 && i < g->count; i++) {
        size_t before = d.list.n;
        rc = run_session_rules(det, &d, g->sessions[i], err);
        rc = rc == 0 && name_owner(&d, before, g->sessions[i]->app_id) < 0 ? rt_fail_mem(err)
                                                                           : rc;
    }
    if (rc == 0)
        rc = run_wider_rules(det, &d, g, err);
    for (size_t i = 0; rc == 0 && i < g->count; i++)
        rc = fallback_add(&d, det, g->sessions[i], err);
    if (rc == 0)
        rc = fold_claims(&d, err);
    for (size_t i = 0; rc == 0 && i < g->count; i++)
        rc = exclude_others(&d, det, g->sessions[i], err);
    if (rc == 0)
        rc = fold_settle(&d, err);
    rt_arena_reset(&det->scratch, mark);
    claims_fini(&d);
    return rc;
}

int
detector_retry(struct detector *det, const struct session_group *g, struct finding_list *out,
               struct rt_err *err)
{
    return run_group(det, g, out, err);
}

int
detector_group(struct detector *det, const struct session_group *g, struct finding_list *out,
               struct rt_err *err)
{
    if (witness_keep(det, g, err) < 0)
        return -1;
    for (size_t i = 0; i < g->count; i++)
        if (crowd_keep(det, g->sessions[i]) < 0 || subscription_keep(det, g->sessions[i]) < 0)
            return rt_fail_mem(err);
    return g->aside ? 0 : run_group(det, g, out, err);
}
