/*
 * trace.c - the best attempt of a rule, and what stops it, in words.
 */
#include "config.h"

#include <inttypes.h>

#include "detect/attempt.h"
#include "detect/value_ids.h"

/* The last event at which a joint stands, sure or not. */
static uint32_t
last_place(const struct attempt *t, const struct joint *j)
{
    for (uint32_t i = (uint32_t)t->s->n; i-- > 0;)
        if (j->can[i] != TRI_NO)
            return i;
    return NOWHERE;
}

static const char *
too_late(const struct attempt *t, const struct joint *j, uint32_t p, uint32_t i)
{
    char text[RT_TIME_MAX];
    const struct event *a = attempt_event(t, p), *b = attempt_event(t, i);
    rt_dur within = j->step->times > 1 ? RT_DUR_NONE : j->step->within;
    if (!moment_known(a) || !moment_known(b))
        return NULL;
    rt_dur d = moment_distance(a, b);
    if (within != RT_DUR_NONE && d > within)
        return rt_arena_printf(t->a, "came %s too late", rt_dur_human(d - within, text));
    if (j->step->after != RT_DUR_NONE && d < j->step->after)
        return rt_arena_printf(t->a, "came %s too early",
                               rt_dur_human(j->step->after - d, text));
    return NULL;
}

static const char *
not_absent(const struct attempt *t, size_t no, uint32_t p, uint32_t i)
{
    char text[RT_TIME_MAX], when[RT_TIME_MAX];
    const struct rule_step *step = &t->r->when[no];
    const struct event *a = attempt_event(t, p), *b = attempt_event(t, i);
    uint32_t next = t->columns[no].next[p + 1];
    if (step->lasts == RT_DUR_NONE)
        return next < i ? "such an event lies between" : NULL;
    if (!moment_known(a) || !moment_known(b))
        return NULL;
    rt_time limit = moment_add(moment_over(a), step->lasts);
    if (next != NOWHERE && moment_known(attempt_event(t, next)) &&
        attempt_event(t, next)->begin <= limit) {
        const struct event *k = attempt_event(t, next);
        return rt_arena_printf(t->a, "missed by %s: it came at +%s (line %" PRIu64 ")",
                               rt_dur_human(limit - k->begin, text),
                               rt_dur_human(moment_distance(a, k), when), k->line);
    }
    if (b->begin <= limit)
        return rt_arena_printf(t->a, "the next step came %s too early",
                               rt_dur_human(limit - b->begin, text));
    return NULL;
}

static const char *
not_related(const struct attempt *t, const struct joint *j, uint32_t p, uint32_t i)
{
    bool unlike = !joint_differs(j);
    if (j->groups != NULL && (j->groups[p] != j->groups[i] || j->groups[p] == VALUE_UNKNOWN))
        return rt_arena_printf(t->a, "its %s is not the same",
                               rule_set_field_name(t->m->rules, j->step->same[0]).p);
    for (size_t f = 0; f < j->step->differ_count; f++)
        unlike |= j->colours[f][p] != VALUE_UNKNOWN && j->colours[f][i] != VALUE_UNKNOWN &&
                  j->colours[f][p] != j->colours[f][i];
    return unlike ? NULL
                  : rt_arena_printf(t->a, "its %s does not differ",
                                    rule_set_field_name(t->m->rules, j->step->differ[0]).p);
}

/* What keeps joint `j` from standing at i, seen from p. */
static const char *
stopped(const struct attempt *t, const struct joint *j, uint32_t p, uint32_t i, size_t *failed)
{
    const char *why = too_late(t, j, p, i);
    *failed = j->at;
    for (size_t no = j->nos; why == NULL && no < j->nos_end; no++) {
        if (t->r->when[no].type != STEP_NO)
            continue;
        why = not_absent(t, no, p, i);
        if (why != NULL)
            *failed = no;
    }
    return why != NULL ? why : not_related(t, j, p, i);
}

static const char *
stopped_first(const struct attempt *t, const struct joint *j, uint32_t i, size_t *failed)
{
    for (size_t no = j->nos; no < j->nos_end; no++) {
        struct doubt d = {.verdict = TRI_YES};
        if (t->r->when[no].type != STEP_NO || absence_before(t, no, i, &d) != TRI_NO)
            continue;
        *failed = no;
        return "such an event came before";
    }
    return NULL;
}

/* The joint that stands nowhere: what came nearest, and what kept it. */
static const char *
explain_joint(const struct attempt *t, const struct joint *j, size_t *failed)
{
    const char *why = NULL;
    uint32_t before = NOWHERE;
    bool seen = false, in_order = false;
    for (uint32_t i = 0; why == NULL && i < t->s->n; i++) {
        if (j->column->fits[i] && joint_begin(j, i) != NOWHERE) {
            seen = true;
            if (j == t->joints)
                why = stopped_first(t, j, i, failed);
            else if (before != NOWHERE && before < joint_begin(j, i))
                why = stopped(t, j, before, i, failed);
            in_order |= before != NOWHERE;
        }
        if (j != t->joints && (j - 1)->can[i] != TRI_NO)
            before = i;
    }
    if (why != NULL)
        return why;
    *failed = j->at;
    if (j->column->count == 0)
        return "no such event";
    if (!seen)
        return "not that often";
    return in_order ? "it is there, but not with what comes before"
                    : "it is there, but not in this order";
}

/* Follows the joints as far as they stand. False: `out` says where they stop. */
static int
follow(const struct attempt *t, struct match_trace *out)
{
    for (size_t k = 0; k < t->joint_count; k++) {
        uint32_t last = last_place(t, &t->joints[k]);
        if (last == NOWHERE) {
            out->note = explain_joint(t, &t->joints[k], &out->failed_step);
            return out->note == NULL ? -1 : 0;
        }
        attempt_path(t, &t->joints[k], last, out->steps);
    }
    return 1;
}

/* The first of the alternatives that the scope holds. */
static rt_str
excuse(const struct attempt *t)
{
    const struct rule_step *step = &t->r->unless[0];
    rt_str rest = step->text;
    for (size_t k = 0; k < step->alt_count; k++) {
        size_t or = rt_str_find(rest, RT_LIT(" or "));
        rt_str one = or == SIZE_MAX ? rest : (rt_str){rest.p, or };
        for (uint32_t i = 0; i < t->s->n; i++)
            if (match_event(t->m, &step->alts[k], 1, attempt_event(t, i)))
                return one;
        rest = or == SIZE_MAX ? rest : rt_str_from(rest, or +4);
    }
    return step->text;
}

static int
judge(const struct attempt *t, struct match_trace *out)
{
    const struct joint *last = &t->joints[t->joint_count - 1];
    uint32_t i = out->steps[last->at];
    struct doubt d = {.verdict = TRI_YES};
    if (absence_tail(t, i, &d) == TRI_NO) {
        out->failed_step = t->r->when_count - 1;
        out->note = "such an event follows in time";
        return 0;
    }
    if (unless_holds(t, i, &d) == TRI_YES) {
        out->note = rt_arena_printf(t->a, "excused by %.*s", RT_FMT(excuse(t)));
        return out->note == NULL ? -1 : 0;
    }
    for (const struct joint *j = last;; j--) {
        attempt_doubts(t, j, out->steps[j->at], &d);
        if (j == t->joints)
            break;
    }
    if (d.verdict == TRI_YES)
        return 0;
    out->pending = true;
    out->failed_step = t->r->when_count - 1;
    for (size_t k = 0; k < t->r->when_count; k++)
        if (d.step == &t->r->when[k])
            out->failed_step = k;
    out->note = doubt_text(&d, t->a);
    return out->note == NULL ? -1 : 0;
}

int
match_trace(struct matcher *m, const struct rule *r, const struct scope *s, struct rt_arena *a,
            struct match_trace *out, struct rt_err *err)
{
    struct attempt t;
    *out = (struct match_trace){.failed_step = r->when_count};
    out->steps = rt_arena_array(a, r->when_count, sizeof(*out->steps));
    if (out->steps == NULL || attempt_open(&t, m, r, s, true, a) < 0 || attempt_run(&t) < 0)
        return rt_fail_mem(err);
    for (size_t k = 0; k < r->when_count; k++)
        out->steps[k] = MATCH_NOTHING;
    int rc = follow(&t, out);
    if (rc > 0)
        rc = judge(&t, out);
    return rc < 0 ? rt_fail_mem(err) : 0;
}
