/*
 * neighbours.c - the bounds are exact for times; what lies between is asked of the columns of the absences.
 */
#include "config.h"

#include "detect/neighbours.h"

#include "detect/value_ids.h"

static rt_dur
longest_absence(const struct attempt *t, const struct joint *j)
{
    rt_dur longest = RT_DUR_NONE;
    for (size_t no = j->nos; no < j->nos_end; no++)
        if (t->r->when[no].type == STEP_NO && t->r->when[no].lasts > longest)
            longest = t->r->when[no].lasts;
    return longest;
}

static void
bound_times(const struct attempt *t, const struct joint *j, uint32_t begin, struct bounds *b)
{
    const struct event *e = attempt_event(t, begin);
    bool window = j->step->within != RT_DUR_NONE && j->step->times == 1;
    bool delay = j->step->after != RT_DUR_NONE && j->step->after > 0;
    rt_dur absence = longest_absence(t, j);
    /* of polls that are one event, the last may be late enough */
    rt_time last = moment_last(e);
    *b = (struct bounds){.from = INT64_MIN, .to = INT64_MAX};
    if (!moment_known(e)) {
        b->unsure = window || delay || absence != RT_DUR_NONE;
        return;
    }
    if (window)
        b->from = moment_add(e->begin, -j->step->within);
    if (delay)
        b->to = moment_add(last, -j->step->after);
    /* The absence must be over before the joint. */
    if (absence != RT_DUR_NONE && moment_add(last, -absence - 1) < b->to)
        b->to = moment_add(last, -absence - 1);
}

/* The first event that does not begin before `time`. */
static uint32_t
first_since(const struct scope *s, rt_time time)
{
    size_t low = 0, high = s->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct event *e = s->v[middle].e;
        if (moment_known(e) && e->begin < time)
            low = middle + 1;
        else
            high = middle;
    }
    return (uint32_t)low;
}

static void
bound_places(const struct attempt *t, const struct joint *j, uint32_t i, struct bounds *b)
{
    for (size_t no = j->nos; no < j->nos_end; no++) {
        const struct rule_step *step = &t->r->when[no];
        if (step->type != STEP_NO || step->lasts != RT_DUR_NONE)
            continue;
        uint32_t last = t->columns[no].before[i];
        if (last != NOWHERE && last > b->possible)
            b->possible = last;
        if (!moment_known(attempt_event(t, i)))
            continue;
        rt_time since = absence_heard_since(t, no, attempt_event(t, i)->begin);
        uint32_t heard = since == INT64_MAX ? NOWHERE : first_since(t->s, since);
        b->sure = heard > b->sure ? heard : b->sure;
    }
    b->sure = b->possible > b->sure ? b->possible : b->sure;
}

struct bounds
neighbours_bounds(const struct attempt *t, const struct joint *j, uint32_t i)
{
    struct bounds b;
    bound_times(t, j, joint_begin(j, i), &b);
    bound_places(t, j, i, &b);
    return b;
}

enum tri
neighbours_stand(const struct attempt *t, const struct joint *j, uint32_t p)
{
    enum tri verdict = (j - 1)->can[p];
    struct doubt ignored = {.verdict = TRI_YES};
    for (size_t no = j->nos; no < j->nos_end && verdict != TRI_NO; no++) {
        if (t->r->when[no].type != STEP_NO || t->r->when[no].lasts == RT_DUR_NONE)
            continue;
        enum tri one = absence_since(t, no, p, &ignored);
        verdict = one < verdict ? one : verdict;
    }
    return verdict;
}

static int
plant(const struct attempt *t, const struct joint *j, const uint32_t *colours,
      const enum tri *before, enum tri least, struct latest *out)
{
    struct latest_leaf *leaves = rt_arena_array(t->a, t->s->n + 1, sizeof(*leaves));
    size_t n = 0;
    for (uint32_t p = 0; leaves != NULL && p < t->s->n; p++) {
        uint32_t group = j->groups == NULL ? 1 : j->groups[p];
        bool known = group != VALUE_UNKNOWN && (colours == NULL || colours[p] != VALUE_UNKNOWN);
        if (before[p] < least || !known)
            continue;
        leaves[n++] = (struct latest_leaf){moment_over(attempt_event(t, p)), group, p};
    }
    return leaves == NULL ? -1 : latest_init(out, leaves, n, t->s->n, colours, t->a);
}

int
neighbours_init(struct neighbours *nb, const struct attempt *t, const struct joint *j,
                const enum tri *before, enum tri least)
{
    *nb = (struct neighbours){.j = j, .count = 1};
    if (joint_differs(j))
        nb->count = j->step->differ_count;
    nb->trees = rt_arena_array(t->a, nb->count, sizeof(*nb->trees));
    for (size_t f = 0; nb->trees != NULL && f < nb->count; f++)
        if (plant(t, j, joint_differs(j) ? j->colours[f] : NULL, before, least, &nb->trees[f]) <
            0)
            return -1;
    return nb->trees == NULL ? -1 : 0;
}

uint32_t
neighbours_find(const struct neighbours *nb, uint32_t begin, const struct bounds *b)
{
    uint32_t group = nb->j->groups == NULL ? 1 : nb->j->groups[begin], best = NOWHERE;
    for (size_t f = 0; f < nb->count && group != VALUE_UNKNOWN; f++) {
        bool unlike = joint_differs(nb->j);
        uint32_t colour = unlike ? nb->j->colours[f][begin] : LATEST_ANY;
        if (unlike && colour == VALUE_UNKNOWN)
            continue;
        uint32_t p = latest_find(&nb->trees[f], group, b->from, b->to, colour);
        if (p != LATEST_NONE && (best == NOWHERE || p > best))
            best = p;
    }
    return best;
}

void
neighbours_add(struct neighbours *nb, uint32_t p)
{
    for (size_t f = 0; f < nb->count; f++)
        latest_add(&nb->trees[f], p);
}

void
neighbours_drop(struct neighbours *nb, uint32_t p)
{
    for (size_t f = 0; f < nb->count; f++)
        latest_drop(&nb->trees[f], p);
}
