/*
 * unless.c - the sequence that excuses a rule, anchored at its last see.
 */
#include "config.h"

#include "detect/attempt.h"

/* Does the chain go on from k, when the rest of it begins at the events of `rest`? */
static bool
goes_on(const struct attempt *t, const struct rule_step *step, const struct column *rest,
        uint32_t k, bool trusting)
{
    uint32_t next = rest->next[k + 1];
    if (next == NOWHERE || step->within == RT_DUR_NONE)
        return next != NOWHERE;
    const struct event *from = attempt_event(t, k), *to = attempt_event(t, next);
    if (!moment_known(from) || !moment_known(to))
        return trusting;
    return moment_distance(from, to) <= step->within;
}

/* The events at which the whole sequence begins. From its end on: so each step is asked once. */
static int
fill_chains(const struct attempt *t, bool trusting, struct column *out)
{
    struct column rest = {0};
    for (size_t step = t->r->unless_count; step-- > 0;) {
        const struct rule_step *next = &t->r->unless[step] + 1;
        struct column c;
        if (column_fill(&c, t->m, &t->r->unless[step], t->s, t->a) < 0)
            return -1;
        for (uint32_t k = 0; step + 1 < t->r->unless_count && k < t->s->n; k++)
            c.fits[k] = c.fits[k] && goes_on(t, next, &rest, k, trusting);
        if (column_link(&c, t->s, t->a) < 0)
            return -1;
        rest = c;
    }
    *out = rest;
    return 0;
}

int
unless_fill(struct attempt *t)
{
    if (t->r->unless_count == 0)
        return 0;
    return fill_chains(t, false, &t->unless.chains) < 0
               ? -1
               : fill_chains(t, true, &t->unless.doubts);
}

/* Within `near` of the event, both ways. */
static bool
is_near(const struct attempt *t, const struct column *c, uint32_t i, rt_dur near)
{
    const struct event *e = attempt_event(t, i);
    uint32_t next = c->next[i];
    if (c->until[i] != RT_TIME_NONE && moment_span(c->until[i], e->begin) <= near)
        return true;
    return next != NOWHERE && moment_known(attempt_event(t, next)) &&
           moment_distance(e, attempt_event(t, next)) <= near;
}

enum tri
unless_holds(const struct attempt *t, uint32_t i, struct doubt *d)
{
    if (t->r->unless_count == 0)
        return TRI_NO;
    const struct rule_step *anchor = &t->r->unless[0];
    const struct column *sure = &t->unless.chains, *possible = &t->unless.doubts;
    struct doubt more = {.verdict = TRI_NO_DATA, .step = anchor, .untimed = true};
    bool anywhere = anchor->within == RT_DUR_NONE;
    if (possible->next[0] == NOWHERE)
        return TRI_NO;
    if (anywhere && sure->next[0] != NOWHERE)
        return TRI_YES;
    bool timed = moment_known(attempt_event(t, i));
    if (!anywhere && timed && is_near(t, sure, i, anchor->within))
        return TRI_YES;
    if (!anywhere && timed && !is_near(t, possible, i, anchor->within))
        return TRI_NO;
    doubt_add(d, &more);
    return TRI_NO_DATA;
}
