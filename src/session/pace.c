#include "config.h"

#include "session/pace.h"

#include "session/box.h"

static void
forget(struct pace *p)
{
    p->gap = p->least = p->steady = RT_DUR_NONE;
    p->hasty = 0;
}

void
pace_init(struct pace *p, const struct terms *terms)
{
    *p = (struct pace){.terms = terms, .started = RT_TIME_NONE, .settled = RT_TIME_NONE};
    forget(p);
}

static void
lower(rt_dur *to, rt_dur d)
{
    if (*to == RT_DUR_NONE || d < *to)
        *to = d;
}

static rt_time
begin_of(const struct pace *p, size_t i)
{
    return p->begins[i % PACE_RING];
}

/* The widest of the last gaps; they begin at the oldest query that is kept. */
static rt_dur
widest(const struct pace *p)
{
    rt_dur most = 0;
    for (size_t i = p->count - PACE_GAPS; i < p->count; i++) {
        rt_dur gap = box_span(begin_of(p, i - 1), begin_of(p, i));
        most = gap > most ? gap : most;
    }
    return most;
}

static void
measure(struct pace *p)
{
    rt_time now = begin_of(p, p->count - 1), before = begin_of(p, p->count - 2);
    rt_dur gap = box_span(before, now);
    bool settled = p->settled != RT_TIME_NONE && before >= p->settled;
    p->gap = gap > p->gap ? gap : p->gap;
    p->hasty += settled && gap < p->terms->least;
    if (p->count <= PACE_GAPS)
        return;
    rt_dur wide = widest(p);
    lower(&p->least, wide);
    if (p->settled != RT_TIME_NONE && begin_of(p, p->count - 1 - PACE_GAPS) >= p->settled)
        lower(&p->steady, wide);
}

void
pace_step(struct pace *p, const struct event *e)
{
    if (e->begin == RT_TIME_NONE)
        return;
    if (e->kind == KIND_START && e->outcome == OUTCOME_OK) {
        p->started = e->end;
        p->settled = e->end != RT_TIME_NONE && p->terms->settle != RT_DUR_NONE
                         ? box_shift(e->end, p->terms->settle)
                         : RT_TIME_NONE;
        p->count = 0;
    }
    if (e->kind != KIND_QUERY)
        return;
    p->begins[p->count++ % PACE_RING] = e->begin;
    if (p->count > 1)
        measure(p);
}

static int
put(struct rt_arena *a, struct event *e, uint16_t field, int64_t number)
{
    struct event_value v = {.field = field, .num = number};
    return event_add(a, e, &v);
}

int
pace_tell(struct pace *p, struct rt_arena *a, struct event *e)
{
    int rc = 0;
    if (e->kind != KIND_QUERY)
        return 0;
    if (p->gap != RT_DUR_NONE)
        rc |= put(a, e, FIELD_GAP, p->gap / RT_MS);
    if (p->gap != RT_DUR_NONE && p->started != RT_TIME_NONE)
        rc |= put(a, e, FIELD_AGE, box_span(p->started, begin_of(p, p->count - 1)) / RT_MS);
    if (p->least != RT_DUR_NONE)
        rc |= put(a, e, FIELD_PACE, p->least / RT_MS);
    if (p->steady != RT_DUR_NONE)
        rc |= put(a, e, FIELD_STEADY_PACE, p->steady / RT_MS);
    if (p->hasty > 0)
        rc |= put(a, e, FIELD_HASTY, p->hasty);
    forget(p);
    return rc < 0 ? -1 : 0;
}
