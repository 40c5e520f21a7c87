/*
 * match.c - where the joints of a rule can stand, by dynamic programming. See match.h for the idea.
 */
#include "config.h"

#include "detect/match.h"

#include <stdlib.h>

#include "detect/attempt.h"
#include "detect/neighbours.h"
#include "detect/value_ids.h"

/* ---- opening ---- */

bool
match_possible(const struct rule *r, uint64_t kinds, struct event_marks marks)
{
    if ((r->needs & kinds) == 0)
        return false;
    for (size_t i = 0; i < r->when_count; i++)
        if (r->when[i].type == STEP_SEE &&
            !condition_may_fit(r->when[i].alts, r->when[i].alt_count, kinds, marks))
            return false;
    return true;
}

static int
add_joint(struct attempt *t, size_t at, size_t since)
{
    struct joint *j = &t->joints[t->joint_count++];
    *j = (struct joint){.step = &t->r->when[at],
                        .at = at,
                        .nos = since,
                        .nos_end = at,
                        .column = &t->columns[at]};
    j->can = rt_arena_array(t->a, t->s->n + 1, sizeof(*j->can));
    j->from = rt_arena_array(t->a, t->s->n + 1, sizeof(*j->from));
    j->colours = rt_arena_array(t->a, j->step->differ_count, sizeof(*j->colours));
    if (j->can == NULL || j->from == NULL || j->colours == NULL)
        return -1;
    if (j->step->same_count > 0) {
        j->groups = value_ids(t->s, j->step->same, j->step->same_count, t->a);
        if (j->groups == NULL)
            return -1;
    }
    for (size_t f = 0; f < j->step->differ_count; f++) {
        j->colours[f] = value_ids(t->s, &j->step->differ[f], 1, t->a);
        if (j->colours[f] == NULL)
            return -1;
    }
    return j->step->times > 1 ? run_fill(t, j) : 0;
}

static int
ask_sees(struct attempt *t)
{
    for (size_t i = 0; i < t->r->when_count; i++)
        if (t->r->when[i].type == STEP_SEE &&
            column_fill(&t->columns[i], t->m, &t->r->when[i], t->s, t->a) < 0)
            return -1;
    return 0;
}

static int
ask_others(struct attempt *t)
{
    size_t since = 0;
    for (size_t i = 0; i < t->r->when_count; i++) {
        if (t->r->when[i].type != STEP_SEE) {
            if (column_fill(&t->columns[i], t->m, &t->r->when[i], t->s, t->a) < 0 ||
                column_link(&t->columns[i], t->s, t->a) < 0)
                return -1;
            continue;
        }
        if (add_joint(t, i, since) < 0)
            return -1;
        since = i + 1;
    }
    return unless_fill(t);
}

/* Most rules end here: no event of theirs is among these. */
static bool
all_seen(const struct matcher *m, const struct rule *r, const struct scope *s)
{
    for (size_t i = 0; i < r->when_count; i++)
        if (r->when[i].type == STEP_SEE && !column_any(m, &r->when[i], s))
            return false;
    return true;
}

int
attempt_open(struct attempt *t, struct matcher *m, const struct rule *r, const struct scope *s,
             bool thorough, struct rt_arena *a)
{
    *t = (struct attempt){.m = m, .r = r, .s = s, .a = a};
    if (!thorough && !all_seen(m, r, s))
        return 0;
    t->columns = rt_arena_array(a, r->when_count, sizeof(*t->columns));
    t->joints = rt_arena_array(a, r->when_count, sizeof(*t->joints));
    if (t->columns == NULL || t->joints == NULL)
        return -1;
    return ask_sees(t) < 0 || ask_others(t) < 0 ? -1 : 1;
}

/* ---- the table ---- */

struct turn { /* the events of a joint, in the order in which their runs begin */
    uint32_t begin, event;
};

static int
by_begin(const void *a, const void *b)
{
    const struct turn *x = a, *y = b;
    if (x->begin != y->begin)
        return x->begin < y->begin ? -1 : 1;
    return (x->event > y->event) - (x->event < y->event);
}

/* Those of the joint that are in `only` (NULL: all that fit). NULL: memory. */
static struct turn *
take_turns(const struct attempt *t, const struct joint *j, const uint8_t *only, size_t *count)
{
    struct turn *turns = rt_arena_array(t->a, t->s->n + 1, sizeof(*turns));
    *count = 0;
    for (uint32_t i = 0; turns != NULL && i < t->s->n; i++)
        if (j->column->fits[i] && joint_begin(j, i) != NOWHERE && (only == NULL || only[i]))
            turns[(*count)++] = (struct turn){joint_begin(j, i), i};
    if (turns != NULL && j->begin != NULL)
        qsort(turns, *count, sizeof(*turns), by_begin);
    return turns;
}

static void
stand_first(const struct attempt *t, struct joint *j)
{
    struct doubt ignored = {.verdict = TRI_YES};
    for (uint32_t i = 0; i < t->s->n; i++) {
        uint32_t begin = joint_begin(j, i);
        enum tri verdict = j->column->fits[i] && begin != NOWHERE ? TRI_YES : TRI_NO;
        for (size_t no = j->nos; no < j->nos_end && verdict != TRI_NO; no++) {
            if (t->r->when[no].type != STEP_NO)
                continue;
            enum tri one = absence_before(t, no, begin, &ignored);
            verdict = one < verdict ? one : verdict;
        }
        j->can[i] = verdict;
    }
}

static void
stand(const struct attempt *t, struct joint *j, uint32_t i, const struct neighbours *sure,
      const struct neighbours *possible)
{
    struct bounds b = neighbours_bounds(t, j, i);
    uint32_t p = b.unsure ? NOWHERE : neighbours_find(sure, joint_begin(j, i), &b);
    if (p != NOWHERE && p >= b.sure) {
        j->can[i] = TRI_YES;
        j->from[i] = p;
        return;
    }
    p = neighbours_find(possible, joint_begin(j, i), &b);
    if (p != NOWHERE && p >= b.possible) {
        j->can[i] = TRI_NO_DATA;
        j->from[i] = p;
    }
}

static enum tri *
all_before(const struct attempt *t, const struct joint *j)
{
    enum tri *before = rt_arena_array(t->a, t->s->n + 1, sizeof(*before));
    for (uint32_t p = 0; before != NULL && p < t->s->n; p++)
        before[p] = neighbours_stand(t, j, p);
    return before;
}

/* Can anything about this joint stay open? */
static bool
doubtful(const struct attempt *t, const struct joint *j, const enum tri *before)
{
    for (size_t no = j->nos; no < j->nos_end; no++)
        if (t->r->when[no].type == STEP_NO && t->r->when[no].lasts == RT_DUR_NONE)
            return true;
    for (size_t p = 0; p < t->s->n; p++)
        if (before[p] == TRI_NO_DATA || before[p] == TRI_PENDING)
            return true;
    return !moment_known(attempt_event(t, (uint32_t)t->s->n - 1)); /* they come last */
}

static int
stand_next(const struct attempt *t, struct joint *j)
{
    struct neighbours sure, possible = {.j = j};
    size_t count = 0;
    enum tri *before = all_before(t, j);
    struct turn *turns = take_turns(t, j, NULL, &count);
    if (before == NULL || turns == NULL || neighbours_init(&sure, t, j, before, TRI_YES) < 0)
        return -1;
    if (doubtful(t, j, before) && neighbours_init(&possible, t, j, before, TRI_NO_DATA) < 0)
        return -1;
    uint32_t p = 0;
    for (size_t k = 0; k < count; k++) {
        for (; p < turns[k].begin; p++) {
            neighbours_add(&sure, p);
            neighbours_add(&possible, p);
        }
        stand(t, j, turns[k].event, &sure, &possible);
    }
    return 0;
}

static bool
stands_anywhere(const struct attempt *t, const struct joint *j)
{
    for (size_t i = 0; i < t->s->n; i++)
        if (j->can[i] != TRI_NO)
            return true;
    return false;
}

int
attempt_run(struct attempt *t)
{
    stand_first(t, &t->joints[0]);
    for (size_t k = 1; k < t->joint_count && stands_anywhere(t, &t->joints[k - 1]); k++)
        if (stand_next(t, &t->joints[k]) < 0)
            return -1;
    return 0;
}

/* ---- looking back ---- */

void
attempt_doubts(const struct attempt *t, const struct joint *j, uint32_t i, struct doubt *d)
{
    uint32_t begin = joint_begin(j, i);
    bool first = j == t->joints;
    if (!first && neighbours_bounds(t, j, i).unsure) {
        struct doubt more = {.verdict = TRI_NO_DATA, .step = j->step, .untimed = true};
        doubt_add(d, &more);
    }
    for (size_t no = j->nos; no < j->nos_end; no++) {
        if (t->r->when[no].type != STEP_NO)
            continue;
        if (first)
            absence_before(t, no, begin, d);
        else if (t->r->when[no].lasts == RT_DUR_NONE)
            absence_heard(t, no, j->from[i], i, d);
        else
            absence_since(t, no, j->from[i], d);
    }
}

void
attempt_path(const struct attempt *t, const struct joint *last, uint32_t i, uint32_t *steps)
{
    for (size_t k = 0; k < t->r->when_count; k++)
        steps[k] = MATCH_NOTHING;
    for (const struct joint *j = last;; j--) {
        steps[j->at] = i;
        if (j == t->joints)
            break;
        i = j->from[i];
    }
}

int
attempt_mark(const struct attempt *t, size_t joint, const uint8_t *marked, uint8_t *out)
{
    const struct joint *j = &t->joints[joint];
    struct neighbours sure;
    size_t count = 0;
    enum tri *before = all_before(t, j);
    struct turn *turns = take_turns(t, j, marked, &count);
    if (before == NULL || turns == NULL || neighbours_init(&sure, t, j, before, TRI_YES) < 0)
        return -1;
    uint32_t p = 0;
    for (size_t k = 0; k < count; k++) {
        uint32_t begin = turns[k].begin;
        struct bounds b = neighbours_bounds(t, j, turns[k].event);
        for (; p < begin; p++)
            neighbours_add(&sure, p);
        /* What is marked need not be found again. */
        for (uint32_t q = neighbours_find(&sure, begin, &b); q != NOWHERE && q >= b.sure;
             q = neighbours_find(&sure, begin, &b)) {
            out[q] = 1;
            neighbours_drop(&sure, q);
        }
    }
    return 0;
}
