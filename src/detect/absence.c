/*
 * absence.c - `no`, with three values: an absence counts only while somebody listened.
 */
#include "config.h"

#include "detect/attempt.h"

static bool
speaks_of(const struct rule_step *step, enum event_source source)
{
    return (condition_kinds(step->alts, step->alt_count) &
            (source == SOURCE_API ? KIND_CALLS : ~KIND_CALLS)) != 0;
}

void
doubt_add(struct doubt *d, const struct doubt *more)
{
    bool graver =
        d->verdict == TRI_YES || (d->verdict == TRI_PENDING && more->verdict == TRI_NO_DATA);
    if (more->verdict != TRI_YES && graver)
        *d = *more;
}

char *
doubt_text(const struct doubt *d, struct rt_arena *a)
{
    char held[RT_TIME_MAX], more[RT_TIME_MAX];
    if (d->untimed)
        return rt_arena_strz(a, RT_LIT("the input gives no times"));
    if (d->unsubscribed)
        return rt_arena_strz(
            a, RT_LIT("no such callback came in any session; it may not be subscribed"));
    /* The log may end inside the call itself. */
    rt_dur had = moment_span(d->missing, d->length);
    if (d->verdict == TRI_PENDING)
        return rt_arena_printf(a, "log ends %s after it; %s more needed",
                               rt_dur_human(had < 0 ? 0 : had, held),
                               rt_dur_human(d->missing, more));
    return rt_arena_printf(a, "no %s log covers the time",
                           d->deaf == SOURCE_API ? "API" : "callback");
}

static enum tri
untimed(const struct rule_step *step, struct doubt *d)
{
    struct doubt more = {.verdict = TRI_NO_DATA, .step = step, .untimed = true};
    doubt_add(d, &more);
    return TRI_NO_DATA;
}

/* Where callbacks come, one of a type that never did may not be subscribed: its absence says nothing. */
static bool
subscribed(const struct attempt *t, const struct rule_step *step)
{
    uint64_t asked = condition_kinds(step->alts, step->alt_count) & ~KIND_CALLS;
    uint64_t came = t->m->coverage->kinds & ~KIND_CALLS;
    return asked == 0 || came == 0 || (asked & came) != 0;
}

/* Does every source that the step speaks of listen from `from` to `to`? */
static enum tri
heard(const struct attempt *t, const struct rule_step *step, rt_time from, rt_time to,
      rt_dur length, struct doubt *d)
{
    struct doubt all = {.verdict = TRI_YES, .step = step, .length = length};
    if (!subscribed(t, step))
        all = (struct doubt){.verdict = TRI_NO_DATA, .step = step, .unsubscribed = true};
    for (int source = 0; source < SOURCE__COUNT; source++) {
        if (!speaks_of(step, (enum event_source)source))
            continue;
        rt_time reach = coverage_reach(t->m->coverage, (enum event_source)source, from);
        bool deaf =
            reach == RT_TIME_NONE ||
            (reach < to && coverage_goes_on(t->m->coverage, (enum event_source)source, reach));
        if (deaf && all.verdict != TRI_NO_DATA)
            all.deaf = (enum event_source)source;
        if (deaf)
            all.verdict = TRI_NO_DATA;
        else if (reach < to && all.verdict == TRI_YES)
            all.verdict = TRI_PENDING;
        if (!deaf && reach < to && moment_span(reach, to) > all.missing) {
            all.missing = moment_span(reach, to);
            all.due = to;
        }
    }
    doubt_add(d, &all);
    return all.verdict;
}

rt_time
absence_heard_since(const struct attempt *t, size_t no, rt_time to)
{
    rt_time since = INT64_MIN;
    for (int source = 0; source < SOURCE__COUNT; source++) {
        if (!speaks_of(&t->r->when[no], (enum event_source)source))
            continue;
        rt_time one = coverage_since(t->m->coverage, (enum event_source)source, to);
        if (one == RT_TIME_NONE)
            return INT64_MAX;
        since = one > since ? one : since;
    }
    return since;
}

enum tri
absence_heard(const struct attempt *t, size_t no, uint32_t p, uint32_t i, struct doubt *d)
{
    const struct event *from = attempt_event(t, p), *to = attempt_event(t, i);
    /* Without times the input's own order decides. */
    if (!moment_known(from) || !moment_known(to))
        return TRI_YES;
    return heard(t, &t->r->when[no], from->begin, to->begin,
                 moment_span(from->begin, to->begin), d);
}

enum tri
absence_before(const struct attempt *t, size_t no, uint32_t i, struct doubt *d)
{
    const struct rule_step *step = &t->r->when[no];
    const struct event *e = attempt_event(t, i);
    const struct column *c = &t->columns[no];
    if (!moment_known(e))
        return c->before[i] != NOWHERE ? TRI_NO : untimed(step, d);
    /* Without a length, as a changed rule may have it: never before. */
    rt_time from = step->lasts == RT_DUR_NONE ? INT64_MIN : moment_add(e->begin, -step->lasts);
    if (c->until[i] != RT_TIME_NONE && c->until[i] >= from)
        return TRI_NO;
    return heard(t, step, from, e->begin, step->lasts, d);
}

enum tri
absence_since(const struct attempt *t, size_t no, uint32_t p, struct doubt *d)
{
    const struct rule_step *step = &t->r->when[no];
    const struct event *e = attempt_event(t, p);
    uint32_t next = t->columns[no].next[p + 1];
    if (!moment_known(e))
        return untimed(step, d);
    rt_time limit = moment_add(moment_over(e), step->lasts);
    if (next != NOWHERE && moment_known(attempt_event(t, next)) &&
        attempt_event(t, next)->begin <= limit)
        return TRI_NO;
    return heard(t, step, e->begin, limit, step->lasts, d);
}

enum tri
absence_after(const struct attempt *t, size_t no, uint32_t i, struct doubt *d)
{
    /* What follows in an input without times may follow in time. */
    if (!moment_known(attempt_event(t, i)) && t->columns[no].next[i + 1] != NOWHERE)
        return TRI_NO;
    return absence_since(t, no, i, d);
}

enum tri
absence_tail(const struct attempt *t, uint32_t i, struct doubt *d)
{
    enum tri verdict = TRI_YES;
    for (size_t no = t->joints[t->joint_count - 1].at + 1; no < t->r->when_count; no++) {
        if (t->r->when[no].type != STEP_NO)
            continue;
        enum tri one = absence_after(t, no, i, d);
        verdict = one < verdict ? one : verdict;
    }
    return verdict;
}
