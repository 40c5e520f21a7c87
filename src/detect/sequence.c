/*
 * sequence.c - the sequence of a rule over a scope, with three values. See match.h for the idea.
 */
#include "config.h"

#include "detect/match.h"

#include <stdio.h>

#define NOWHERE UINT32_MAX

enum tri { TRI_NO, TRI_YES, TRI_PENDING, TRI_NO_DATA };

struct joint {
    size_t step;              /* index of the see */
    size_t nos_begin, nos_end; /* steps before it, back to the joint before */
    uint32_t *from;           /* by event: where the joint before stands; NOWHERE = cannot stand here */
    uint32_t *run;            /* by event: first event of the run of a `times` step */
    uint8_t *can;             /* by event: stands here */
};

struct attempt {
    struct matcher *m;
    const struct rule *r;
    const struct scope *s;
    struct joint *joints;
    size_t joint_count;
    bool pending, no_data;
    char needs[120];
};

static const struct event *
at(const struct attempt *t, uint32_t i)
{
    return t->s->v[i].e;
}

static bool
timed(const struct event *e)
{
    return e->begin != RT_TIME_NONE;
}

static rt_time
end_of(const struct event *e)
{
    rt_time last = e->repeated > 1 && e->last != RT_TIME_NONE ? e->last : e->begin;
    return e->end > last ? e->end : last;
}

static bool
fits(const struct attempt *t, size_t step, uint32_t i)
{
    return match_event(t->m, t->r->when[step].alts, t->r->when[step].alt_count, at(t, i));
}

/* ---- neighbours ---- */

/* The values of a field, as text or number, equal in both and present. */
static bool
same_field(const struct event *a, const struct event *b, uint16_t field, bool *known)
{
    int64_t x = 0, y = 0;
    rt_str s = event_text(a, field), u = event_text(b, field);
    if (s.n > 0 && u.n > 0) {
        *known = true;
        return rt_str_eq(s, u);
    }
    *known = event_num(a, field, &x) && event_num(b, field, &y);
    return *known && x == y;
}

static bool
related(const struct rule_step *step, const struct event *a, const struct event *b)
{
    bool known = false, differs = step->differ_count == 0;
    for (size_t i = 0; i < step->same_count; i++)
        if (!same_field(a, b, step->same[i], &known))
            return false;
    for (size_t i = 0; i < step->differ_count; i++)
        differs |= !same_field(a, b, step->differ[i], &known) && known;
    return differs;
}

/* max(0, this.begin - previous.end) */
static rt_dur
distance(const struct event *p, const struct event *e)
{
    rt_dur d = e->begin - end_of(p);
    return d < 0 ? 0 : d;
}

static uint64_t
kinds_of(const struct rule_step *step)
{
    uint64_t kinds = 0;
    for (size_t i = 0; i < step->alt_count; i++)
        kinds |= step->alts[i].kinds;
    return kinds;
}

/* Does every source that the absence speaks of listen from `from` to `to`? */
static enum tri
covered(const struct attempt *t, const struct rule_step *step, rt_time from, rt_time to, rt_dur *missing)
{
    uint64_t calls = (UINT64_C(1) << KIND_OTHER_HOOK) - 1, kinds = kinds_of(step);
    enum tri verdict = TRI_YES;
    for (int source = 0; source < SOURCE__COUNT; source++) {
        uint64_t mine = source == SOURCE_API ? kinds & calls : kinds & ~calls;
        if (mine == 0)
            continue;
        rt_time reach = coverage_reach(t->m->coverage, (enum event_source)source, from);
        if (reach == RT_TIME_NONE)
            return TRI_NO_DATA;
        if (reach < to) {
            *missing = to - reach;
            verdict = TRI_PENDING;
        }
    }
    return verdict;
}

static void
note_pending(struct attempt *t, rt_time from, rt_dur missing, rt_dur length)
{
    char a[RT_TIME_MAX], b[RT_TIME_MAX];
    t->pending = true;
    (void)from;
    if (t->needs[0] == '\0')
        snprintf(t->needs, sizeof(t->needs), "log ends %s after it; %s more needed", rt_dur_human(length > missing ? length - missing : 0, a),
                 rt_dur_human(missing, b));
}

static void
note_no_data(struct attempt *t, const struct rule_step *step)
{
    uint64_t calls = (UINT64_C(1) << KIND_OTHER_HOOK) - 1;
    t->no_data = true;
    if (t->needs[0] == '\0')
        snprintf(t->needs, sizeof(t->needs), "no %s log covers the time", (kinds_of(step) & calls) != 0 ? "API" : "callback");
}

/* An event strictly between p and i that the step forbids. */
static bool
seen_between(const struct attempt *t, size_t step, uint32_t p, uint32_t i)
{
    for (uint32_t k = p + 1; k < i; k++)
        if (fits(t, step, k))
            return true;
    return false;
}

/* `no` between two joints. */
static enum tri
absent_between(struct attempt *t, size_t no, uint32_t p, uint32_t i)
{
    const struct rule_step *step = &t->r->when[no];
    const struct event *a = at(t, p), *b = at(t, i);
    rt_dur missing = 0;
    if (step->lasts == RT_DUR_NONE) {
        if (seen_between(t, no, p, i))
            return TRI_NO;
        if (!timed(a) || !timed(b))
            return TRI_YES; /* the input's own order decides */
        enum tri c = covered(t, step, a->begin, b->begin, &missing);
        if (c == TRI_PENDING || c == TRI_NO_DATA) {
            note_no_data(t, step);
            return TRI_NO_DATA;
        }
        return TRI_YES;
    }
    if (!timed(a) || !timed(b)) {
        note_no_data(t, step);
        return TRI_NO_DATA;
    }
    rt_time limit = end_of(a) + step->lasts;
    if (b->begin <= limit)
        return TRI_NO;
    for (uint32_t k = p + 1; k < t->s->n && timed(at(t, k)) && at(t, k)->begin <= limit; k++)
        if (k != i && fits(t, no, k))
            return TRI_NO;
    enum tri c = covered(t, step, a->begin, limit, &missing);
    if (c == TRI_PENDING || c == TRI_NO_DATA) {
        note_no_data(t, step);
        return TRI_NO_DATA;
    }
    return TRI_YES;
}

/* `no … for D` before the first joint. */
static enum tri
absent_before(struct attempt *t, size_t no, uint32_t i)
{
    const struct rule_step *step = &t->r->when[no];
    const struct event *e = at(t, i);
    rt_dur missing = 0;
    if (!timed(e)) {
        note_no_data(t, step);
        return TRI_NO_DATA;
    }
    /* Without a length it means: never before, as far as the log goes back. */
    rt_time from = step->lasts == RT_DUR_NONE ? e->begin : e->begin - step->lasts;
    for (uint32_t k = i; k-- > 0;) {
        bool outside = timed(at(t, k)) && end_of(at(t, k)) < from && at(t, k)->begin < from;
        if (outside && step->lasts != RT_DUR_NONE)
            break;
        if (fits(t, no, k))
            return TRI_NO;
    }
    if (covered(t, step, from, e->begin, &missing) != TRI_YES) {
        note_no_data(t, step);
        return TRI_NO_DATA;
    }
    return TRI_YES;
}

/* `no … for D` after the last joint. */
static enum tri
absent_after(struct attempt *t, size_t no, uint32_t i)
{
    const struct rule_step *step = &t->r->when[no];
    const struct event *e = at(t, i);
    rt_dur missing = 0;
    if (!timed(e)) {
        if (i + 1 < t->s->n && seen_between(t, no, i, (uint32_t)t->s->n))
            return TRI_NO;
        note_no_data(t, step);
        return TRI_NO_DATA;
    }
    rt_time limit = end_of(e) + step->lasts;
    for (uint32_t k = i + 1; k < t->s->n && timed(at(t, k)) && at(t, k)->begin <= limit; k++)
        if (fits(t, no, k))
            return TRI_NO;
    enum tri c = covered(t, step, e->begin, limit, &missing);
    if (c == TRI_PENDING)
        note_pending(t, e->begin, missing, step->lasts);
    else if (c == TRI_NO_DATA)
        note_no_data(t, step);
    return c;
}

/* May joint j stand at event i (its run ending at `last`) with the joint before at p? *hopeless: no earlier
 * p can do either. */
static enum tri
neighbours(struct attempt *t, const struct joint *j, uint32_t p, uint32_t i, uint32_t last, bool *hopeless)
{
    const struct rule_step *step = &t->r->when[j->step];
    const struct event *a = at(t, p), *b = at(t, i);
    bool measured = step->after != RT_DUR_NONE || (step->within != RT_DUR_NONE && step->times == 1);
    *hopeless = false;
    if (measured && (!timed(a) || !timed(b))) {
        note_no_data(t, step);
        return TRI_NO_DATA;
    }
    if (step->within != RT_DUR_NONE && step->times == 1 && distance(a, b) > step->within) {
        *hopeless = a->repeated == 1;
        return TRI_NO;
    }
    if (step->after != RT_DUR_NONE && distance(a, b) < step->after)
        return TRI_NO;
    if (!related(step, a, b))
        return TRI_NO;
    for (size_t no = j->nos_begin; no < j->nos_end; no++) {
        if (t->r->when[no].type != STEP_NO)
            continue;
        enum tri verdict = absent_between(t, no, p, t->r->when[no].lasts == RT_DUR_NONE ? last : i);
        if (verdict == TRI_NO && t->r->when[no].lasts == RT_DUR_NONE)
            *hopeless = true;
        if (verdict != TRI_YES)
            return verdict;
    }
    return TRI_YES;
}

/* ---- runs of `times` ---- */

/* The first event of the run of `times` matches that ends at i; NOWHERE: there is none. */
static uint32_t
run_begin(struct attempt *t, size_t step_index, uint32_t i)
{
    const struct rule_step *step = &t->r->when[step_index];
    uint64_t seen = at(t, i)->repeated;
    uint32_t begin = i;
    for (uint32_t k = i; seen < step->times && k-- > 0;) {
        if (!fits(t, step_index, k))
            continue;
        if ((step->same_count > 0 || step->differ_count > 0) && !related(step, at(t, k), at(t, begin)))
            continue;
        seen += at(t, k)->repeated;
        begin = k;
    }
    if (seen < step->times)
        return NOWHERE;
    if (step->within != RT_DUR_NONE) {
        if (!timed(at(t, begin)) || !timed(at(t, i))) {
            note_no_data(t, step);
            return NOWHERE;
        }
        if (end_of(at(t, i)) - at(t, begin)->begin > step->within)
            return NOWHERE;
    }
    return begin;
}

/* ---- the table ---- */

static void
stand_first(struct attempt *t, struct joint *j, uint32_t i, uint32_t run)
{
    for (size_t no = j->nos_begin; no < j->nos_end; no++)
        if (t->r->when[no].type == STEP_NO && absent_before(t, no, run) != TRI_YES)
            return;
    j->can[i] = 1;
    j->run[i] = run;
}

static void
stand(struct attempt *t, size_t index, uint32_t i)
{
    struct joint *j = &t->joints[index];
    uint32_t run = i;
    if (!fits(t, j->step, i))
        return;
    if (t->r->when[j->step].times > 1 && (run = run_begin(t, j->step, i)) == NOWHERE)
        return;
    if (index == 0) {
        stand_first(t, j, i, run);
        return;
    }
    const struct joint *before = &t->joints[index - 1];
    for (uint32_t p = run; p-- > 0;) {
        bool hopeless = false;
        if (!before->can[p])
            continue;
        if (neighbours(t, j, p, run, i, &hopeless) == TRI_YES) {
            j->can[i] = 1;
            j->from[i] = p;
            j->run[i] = run;
            return;
        }
        if (hopeless)
            return;
    }
}

static int
open_attempt(struct attempt *t, struct matcher *m, const struct rule *r, const struct scope *s, struct rt_arena *a)
{
    *t = (struct attempt){.m = m, .r = r, .s = s};
    t->joints = rt_arena_array(a, r->when_count, sizeof(*t->joints));
    if (t->joints == NULL)
        return -1;
    size_t since = 0;
    for (size_t i = 0; i < r->when_count; i++) {
        if (r->when[i].type != STEP_SEE)
            continue;
        struct joint *j = &t->joints[t->joint_count++];
        *j = (struct joint){.step = i, .nos_begin = since, .nos_end = i};
        j->from = rt_arena_array(a, s->n + 1, sizeof(*j->from));
        j->run = rt_arena_array(a, s->n + 1, sizeof(*j->run));
        j->can = rt_arena_array(a, s->n + 1, sizeof(*j->can));
        if (j->from == NULL || j->run == NULL || j->can == NULL)
            return -1;
        since = i + 1;
    }
    return 0;
}

static bool
fill_table(struct attempt *t)
{
    for (size_t k = 0; k < t->joint_count; k++) {
        bool any = false;
        for (uint32_t i = 0; i < t->s->n; i++) {
            stand(t, k, i);
            any |= t->joints[k].can[i];
        }
        if (!any)
            return false;
    }
    return true;
}

/* ---- what follows the last joint ---- */

static enum tri
absences_after(struct attempt *t, uint32_t i)
{
    enum tri verdict = TRI_YES;
    const struct joint *last = &t->joints[t->joint_count - 1];
    for (size_t no = last->step + 1; no < t->r->when_count; no++) {
        if (t->r->when[no].type != STEP_NO)
            continue;
        enum tri one = absent_after(t, no, i);
        if (one == TRI_NO)
            return TRI_NO;
        if (one != TRI_YES)
            verdict = one;
    }
    return verdict;
}

/* Within `near` of the last joint, both ways; anywhere without it. */
static bool
unless_anchor(const struct attempt *t, const struct rule_step *step, uint32_t k, uint32_t i)
{
    const struct event *a = at(t, k), *b = at(t, i);
    if (step->within == RT_DUR_NONE)
        return true;
    if (!timed(a) || !timed(b))
        return false;
    rt_dur d = a->begin > end_of(b) ? a->begin - end_of(b) : b->begin > end_of(a) ? b->begin - end_of(a) : 0;
    return d <= step->within;
}

static bool
excused(const struct attempt *t, uint32_t i)
{
    const struct rule *r = t->r;
    if (r->unless_count == 0)
        return false;
    for (uint32_t k = 0; k < t->s->n; k++) {
        size_t step = 0;
        if (!match_event(t->m, r->unless[0].alts, r->unless[0].alt_count, at(t, k)) ||
            !unless_anchor(t, &r->unless[0], k, i))
            continue;
        uint32_t next = k;
        for (step = 1; step < r->unless_count; step++) {
            const struct rule_step *u = &r->unless[step];
            uint32_t from = next;
            do
                next++;
            while (next < t->s->n && !match_event(t->m, u->alts, u->alt_count, at(t, next)));
            bool late = next < t->s->n && u->within != RT_DUR_NONE && timed(at(t, from)) && timed(at(t, next)) &&
                        distance(at(t, from), at(t, next)) > u->within;
            if (next >= t->s->n || late)
                break;
        }
        if (step == r->unless_count)
            return true;
    }
    return false;
}

/* ---- occurrences ---- */

static void
walk_back(const struct attempt *t, uint32_t i, struct occurrence *o)
{
    for (size_t k = 0; k < t->r->when_count; k++)
        o->steps[k] = o->run_begins[k] = NOWHERE;
    for (size_t k = t->joint_count; k-- > 0;) {
        const struct joint *j = &t->joints[k];
        o->steps[j->step] = i;
        o->run_begins[j->step] = j->run[i];
        if (k > 0)
            i = j->from[i];
    }
}

/* Evidence that never decides: from the see before it on, itself included, up to the next see. */
static void
find_maybes(const struct attempt *t, struct occurrence *o)
{
    uint32_t from = 0;
    for (size_t k = 0; k < t->r->when_count; k++) {
        if (t->r->when[k].type == STEP_SEE)
            from = o->steps[k];
        if (t->r->when[k].type != STEP_MAYBE)
            continue;
        uint32_t to = (uint32_t)t->s->n;
        for (size_t n = k + 1; n < t->r->when_count; n++)
            if (t->r->when[n].type == STEP_SEE) {
                to = o->steps[n];
                break;
            }
        for (uint32_t i = from; i < to && o->steps[k] == NOWHERE; i++)
            if (fits(t, k, i))
                o->steps[k] = i;
    }
}

/* Earlier events that could stand where the last joint but one does: the same story, told once. */
static int
find_others(struct attempt *t, struct occurrence *o, struct rt_arena *a)
{
    if (t->joint_count < 2)
        return 0;
    const struct joint *last = &t->joints[t->joint_count - 1], *before = &t->joints[t->joint_count - 2];
    uint32_t end = o->steps[last->step], begin = o->run_begins[last->step], chosen = o->steps[before->step];
    o->others = rt_arena_array(a, chosen + 1, sizeof(*o->others));
    if (o->others == NULL)
        return -1;
    for (uint32_t p = chosen; p-- > 0;) {
        bool hopeless = false;
        if (before->can[p] && neighbours(t, last, p, begin, end, &hopeless) == TRI_YES)
            o->others[o->other_count++] = p;
        if (hopeless)
            break;
    }
    return 0;
}

static bool
needed_kinds_occur(const struct rule *r, const struct scope *s)
{
    for (size_t i = 0; i < r->when_count; i++)
        if (r->when[i].type == STEP_SEE && (kinds_of(&r->when[i]) & s->kinds) == 0)
            return false;
    return true;
}

static int
collect(struct attempt *t, struct rt_arena *a, struct matched *out)
{
    const struct joint *last = &t->joints[t->joint_count - 1];
    size_t most = 0;
    for (uint32_t i = 0; i < t->s->n; i++)
        most += last->can[i];
    out->occurrences = rt_arena_array(a, most, sizeof(*out->occurrences));
    if (out->occurrences == NULL)
        return -1;
    for (uint32_t i = 0; i < t->s->n; i++) {
        if (!last->can[i] || excused(t, i) || absences_after(t, i) != TRI_YES)
            continue;
        struct occurrence *o = &out->occurrences[out->count++];
        o->steps = rt_arena_array(a, t->r->when_count, sizeof(*o->steps));
        o->run_begins = rt_arena_array(a, t->r->when_count, sizeof(*o->run_begins));
        if (o->steps == NULL || o->run_begins == NULL)
            return -1;
        walk_back(t, i, o);
        find_maybes(t, o);
        if (find_others(t, o, a) < 0)
            return -1;
    }
    return 0;
}

int
match_rule(struct matcher *m, const struct rule *r, const struct scope *s, struct rt_arena *a, struct matched *out,
           struct rt_err *err)
{
    *out = (struct matched){.verdict = VERDICT_CLEAR};
    if ((r->needs & s->kinds) == 0 || !needed_kinds_occur(r, s))
        return 0;
    struct attempt t;
    struct rt_arena_mark mark = rt_arena_mark(&m->scratch);
    int rc = open_attempt(&t, m, r, s, &m->scratch);
    if (rc == 0 && fill_table(&t))
        rc = collect(&t, a, out);
    if (rc == 0) {
        out->verdict = out->count > 0 ? VERDICT_FOUND
                       : t.pending    ? VERDICT_PENDING
                       : t.no_data    ? VERDICT_NO_DATA
                                      : VERDICT_CLEAR;
        if (out->verdict == VERDICT_PENDING || out->verdict == VERDICT_NO_DATA)
            out->needs = rt_arena_strz(a, rt_str_of(t.needs));
    }
    rt_arena_reset(&m->scratch, mark);
    return rc < 0 ? rt_fail_mem(err) : 0;
}

/* ---- trace ---- */

/* The joint that could not stand: what came nearest, and what kept it. */
static const char *
explain_joint(struct attempt *t, size_t index, struct rt_arena *a, size_t *failed)
{
    const struct joint *j = &t->joints[index];
    const struct joint *before = index > 0 ? &t->joints[index - 1] : NULL;
    *failed = j->step;
    bool seen = false;
    for (uint32_t i = 0; i < t->s->n; i++) {
        if (!fits(t, j->step, i))
            continue;
        seen = true;
        for (uint32_t p = i; before != NULL && p-- > 0;) {
            if (!before->can[p])
                continue;
            char text[RT_TIME_MAX];
            const struct rule_step *step = &t->r->when[j->step];
            if (step->within != RT_DUR_NONE && timed(at(t, p)) && timed(at(t, i)) && distance(at(t, p), at(t, i)) > step->within)
                return rt_arena_printf(a, "came %s too late",
                                       rt_dur_human(distance(at(t, p), at(t, i)) - step->within, text));
            if (step->after != RT_DUR_NONE && timed(at(t, p)) && timed(at(t, i)) && distance(at(t, p), at(t, i)) < step->after)
                return rt_arena_printf(a, "came %s too early",
                                       rt_dur_human(step->after - distance(at(t, p), at(t, i)), text));
            for (size_t no = j->nos_begin; no < j->nos_end; no++) {
                if (t->r->when[no].type != STEP_NO || absent_between(t, no, p, i) != TRI_NO)
                    continue;
                *failed = no;
                if (t->r->when[no].lasts == RT_DUR_NONE || !timed(at(t, p)))
                    return "such an event lies between";
                for (uint32_t k = p + 1; k < t->s->n; k++)
                    if (fits(t, no, k) && timed(at(t, k)) && at(t, k)->begin <= end_of(at(t, p)) + t->r->when[no].lasts)
                        return rt_arena_printf(a, "missed by %s: it came at +%s (line %llu)",
                                               rt_dur_human(end_of(at(t, p)) + t->r->when[no].lasts - at(t, k)->begin, text),
                                               rt_dur_human(distance(at(t, p), at(t, k)), (char[RT_TIME_MAX]){0}),
                                               (unsigned long long)at(t, k)->line);
                rt_dur early = end_of(at(t, p)) + t->r->when[no].lasts - at(t, i)->begin;
                return rt_arena_printf(a, "the next step came %s too early", rt_dur_human(early, text));
            }
        }
    }
    return seen ? "it is there, but not in this order" : "no such event";
}

int
match_trace(struct matcher *m, const struct rule *r, const struct scope *s, struct rt_arena *a, struct match_trace *out,
            struct rt_err *err)
{
    struct attempt t;
    *out = (struct match_trace){.failed_step = r->when_count};
    out->steps = rt_arena_array(a, r->when_count, sizeof(*out->steps));
    if (out->steps == NULL || open_attempt(&t, m, r, s, a) < 0)
        return rt_fail_mem(err);
    struct occurrence o = {.steps = out->steps, .run_begins = rt_arena_array(a, r->when_count, sizeof(uint32_t))};
    if (o.run_begins == NULL)
        return rt_fail_mem(err);
    for (size_t k = 0; k < r->when_count; k++)
        out->steps[k] = NOWHERE;
    fill_table(&t);
    size_t whole = t.joint_count;
    for (size_t k = 0; k < whole; k++) {
        uint32_t last = NOWHERE;
        for (uint32_t i = 0; i < s->n; i++)
            if (t.joints[k].can[i])
                last = i;
        if (last == NOWHERE) {
            out->note = explain_joint(&t, k, a, &out->failed_step);
            return out->note == NULL ? rt_fail_mem(err) : 0;
        }
        t.joint_count = k + 1;
        walk_back(&t, last, &o);
        out->reached = k + 1;
    }
    uint32_t last = out->steps[t.joints[whole - 1].step];
    enum tri after = absences_after(&t, last);
    if (after != TRI_YES) {
        out->failed_step = r->when_count - 1;
        out->pending = after != TRI_NO;
        out->note = after == TRI_NO ? "such an event follows in time" : rt_arena_strz(a, rt_str_of(t.needs));
    } else if (excused(&t, last)) {
        out->failed_step = r->when_count;
        out->note = "excused by `unless`";
    }
    return 0;
}
