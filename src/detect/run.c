/*
 * run.c - `times: N`: for each event the shortest run that ends there.
 *
 * Identical polls that were stored as one event count one by one; their times are taken to be
 * evenly spread.
 */
#include "config.h"

#include "detect/attempt.h"
#include "detect/value_ids.h"

struct runs {
    const struct attempt *t;
    struct joint *j;
    uint32_t *last; /* by group: the last that fits */
    uint64_t *sum;  /* by event: polls of its group so far, its own included */
    uint32_t *next; /* by event: the next of its group */
    uint32_t *tail; /* by group: where the run that ends now begins */
};

static uint32_t
group_of(const struct joint *j, uint32_t i)
{
    return j->groups == NULL ? 1 : j->groups[i];
}

/* Average time from one poll to the next, in an event that stands for many. */
static rt_dur
pace(const struct event *e)
{
    return e->repeated > 1 ? moment_span(e->begin, moment_last(e)) / (rt_dur)(e->repeated - 1)
                           : 0;
}

/* From the first poll of the run to its last. */
static rt_dur
length(const struct runs *r, uint32_t begin, uint32_t i)
{
    const struct event *a = attempt_event(r->t, begin), *b = attempt_event(r->t, i);
    uint32_t times = r->j->step->times;
    if (begin == i)
        return pace(b) * (rt_dur)(times - 1);
    rt_dur used = (rt_dur)(times - (r->sum[i] - r->sum[begin]));
    return moment_span(moment_last(a), moment_last(b)) + pace(a) * (used - 1);
}

static bool
short_enough(const struct runs *r, uint32_t begin, uint32_t i)
{
    rt_dur within = r->j->step->within;
    if (within == RT_DUR_NONE)
        return true;
    /* What is not timed cannot be counted in a window: a run of such is none. */
    return moment_known(attempt_event(r->t, begin)) && moment_known(attempt_event(r->t, i)) &&
           length(r, begin, i) <= within;
}

/* From the last of event `begin` on, whatever it stands for. */
static bool
near_enough(const struct runs *r, uint32_t begin, uint32_t i)
{
    const struct event *a = attempt_event(r->t, begin), *b = attempt_event(r->t, i);
    rt_dur within = r->j->step->within;
    return within == RT_DUR_NONE || (moment_known(a) && moment_known(b) &&
                                     moment_span(moment_last(a), b->begin) <= within);
}

/* How many polls of the event find enough before them. */
static uint32_t
weigh(const struct runs *r, uint32_t i)
{
    uint32_t repeated = attempt_event(r->t, i)->repeated, times = r->j->step->times;
    uint64_t before = r->sum[i] - repeated;
    uint64_t spent = before >= times - 1 ? 0 : times - 1 - before;
    return repeated - (uint32_t)spent;
}

static void
end_at(struct runs *r, uint32_t i)
{
    struct joint *j = r->j;
    uint32_t group = group_of(j, i), before = r->last[group];
    uint32_t repeated = attempt_event(r->t, i)->repeated;
    j->previous[i] = before;
    r->sum[i] = repeated + (before == NOWHERE ? 0 : r->sum[before]);
    r->last[group] = i;
    if (before == NOWHERE)
        r->tail[group] = i;
    else
        r->next[before] = i;
    if (r->sum[i] < j->step->times)
        return;
    uint32_t begin = r->tail[group];
    while (begin != i && r->sum[i] - r->sum[begin] >= j->step->times)
        begin = r->next[begin];
    r->tail[group] = begin;
    if (!short_enough(r, begin, i))
        return;
    j->begin[i] = begin;
    j->weight[i] = weigh(r, i);
}

/* With `differ` each differs from the one before it in some field: the latest such is the best. With
 * `mixed` it is enough that some two do. */
struct chain {        /* of one field */
    uint32_t *last;   /* by group: the last whose value is known */
    uint32_t *unlike; /* by event: the latest before it with another value */
};

static uint32_t
unlike(const struct joint *j, const struct chain *c, const uint32_t *colours, uint32_t i)
{
    uint32_t p = colours[i] == VALUE_UNKNOWN ? NOWHERE : c->last[group_of(j, i)];
    /* What was unlike an equal one is unlike this one. */
    return p == NOWHERE || colours[p] != colours[i] ? p : c->unlike[p];
}

/* The latest before i that is unlike it in some field; NOWHERE. */
static uint32_t
last_unlike(const struct joint *j, struct chain *chains, uint32_t i)
{
    uint32_t last = NOWHERE;
    for (size_t f = 0; f < j->step->differ_count; f++) {
        struct chain *c = &chains[f];
        uint32_t p = c->unlike[i] = unlike(j, c, j->colours[f], i);
        if (p != NOWHERE && (last == NOWHERE || p > last))
            last = p;
        if (j->colours[f][i] != VALUE_UNKNOWN)
            c->last[group_of(j, i)] = i;
    }
    return last;
}

static void
end_unlike(const struct runs *r, struct chain *chains, uint32_t i)
{
    struct joint *j = r->j;
    uint32_t begin = i;
    j->previous[i] = last_unlike(j, chains, i);
    for (uint32_t n = 1; n < j->step->times && begin != NOWHERE; n++)
        begin = j->previous[begin];
    if (begin == NOWHERE || !near_enough(r, begin, i))
        return;
    j->begin[i] = begin;
    j->weight[i] = 1;
}

/* A run that is long enough, reaching back to where some two of it are unlike. */
static void
end_mixed(struct runs *r, struct chain *chains, uint32_t i)
{
    struct joint *j = r->j;
    uint32_t other = last_unlike(j, chains, i);
    end_at(r, i);
    if (j->begin[i] == NOWHERE)
        return;
    if (other == NOWHERE || (other < j->begin[i] && !near_enough(r, other, i)))
        j->begin[i] = NOWHERE;
    else if (other < j->begin[i])
        j->begin[i] = other;
}

static uint32_t *
nowhere(struct rt_arena *a, size_t n)
{
    uint32_t *v = rt_arena_array(a, n, sizeof(*v));
    for (size_t i = 0; v != NULL && i < n; i++)
        v[i] = NOWHERE;
    return v;
}

static struct chain *
new_chains(const struct attempt *t, const struct joint *j, size_t n)
{
    struct chain *chains = rt_arena_array(t->a, j->step->differ_count, sizeof(*chains));
    for (size_t f = 0; chains != NULL && f < j->step->differ_count; f++) {
        chains[f] = (struct chain){nowhere(t->a, n), nowhere(t->a, n)};
        if (chains[f].last == NULL || chains[f].unlike == NULL)
            return NULL;
    }
    return chains;
}

int
run_fill(const struct attempt *t, struct joint *j)
{
    size_t n = t->s->n + 2; /* groups are numbered from 1 */
    struct runs r = {.t = t, .j = j};
    struct chain *chains = new_chains(t, j, n);
    j->begin = nowhere(t->a, n);
    j->previous = nowhere(t->a, n);
    j->weight = rt_arena_array(t->a, n, sizeof(*j->weight));
    r.last = nowhere(t->a, n);
    r.sum = rt_arena_array(t->a, n, sizeof(*r.sum));
    r.next = rt_arena_array(t->a, n, sizeof(*r.next));
    r.tail = rt_arena_array(t->a, n, sizeof(*r.tail));
    if (chains == NULL || j->begin == NULL || j->previous == NULL || j->weight == NULL ||
        r.last == NULL || r.sum == NULL || r.next == NULL || r.tail == NULL)
        return -1;
    for (uint32_t i = 0; i < t->s->n; i++) {
        if (!j->column->fits[i] || (j->groups != NULL && j->groups[i] == VALUE_UNKNOWN))
            continue;
        if (j->step->mixed)
            end_mixed(&r, chains, i);
        else if (j->step->differ_count > 0)
            end_unlike(&r, chains, i);
        else
            end_at(&r, i);
    }
    return 0;
}
