#include "config.h"

#include "pipeline/skew.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "session/terms.h"

void
skew_init(struct skew *k, const struct rule_set *rules)
{
    *k = (struct skew){
        .settles = terms_param(rules, "clock-skew", "settles"),
        .tolerance = terms_param(rules, "clock-skew", "tolerance"),
        .rules = rules,
    };
}

void
skew_fini(struct skew *k)
{
    RT_VEC_FREE(&k->offsets);
}

int
skew_add(struct skew *k, const struct session *s)
{
    const struct hook_type *up = rule_set_expected(k->rules, KIND_START, s->mode);
    rt_time answered = RT_TIME_NONE, came = RT_TIME_NONE;
    if (k->settles == RT_DUR_NONE || up == NULL || s->inferred ||
        (s->kinds >> up->kind & 1) == 0 || (s->kinds >> KIND_START & 1) == 0)
        return 0;
    for (size_t i = 0; i < s->event_count; i++) {
        const struct event *e = s->events[i];
        if (e->kind == KIND_START && e->outcome == OUTCOME_OK && e->zoned &&
            answered == RT_TIME_NONE)
            answered = e->end;
        if (e->kind == up->kind && came == RT_TIME_NONE)
            came = e->begin;
    }
    rt_dur d = 0;
    if (answered == RT_TIME_NONE || came == RT_TIME_NONE ||
        __builtin_sub_overflow(answered, came, &d) || __builtin_add_overflow(d, k->settles, &d))
        return 0;
    rt_dur *slot = RT_VEC_PUSH(&k->offsets);
    if (slot != NULL)
        *slot = d;
    return slot == NULL ? -1 : 0;
}

static int
by_length(const void *a, const void *b)
{
    rt_dur x = *(const rt_dur *)a, y = *(const rt_dur *)b;
    return (x > y) - (x < y);
}

bool
skew_settle(struct skew *k, rt_dur *out)
{
    if (k->offsets.n == 0)
        return false;
    qsort(k->offsets.v, k->offsets.n, sizeof(rt_dur), by_length);
    *out = k->offsets.v[(k->offsets.n - 1) / 2];
    return true;
}

static void
move(rt_time *t, rt_dur d)
{
    rt_time moved = 0;
    if (*t != RT_TIME_NONE && !__builtin_add_overflow(*t, d, &moved))
        *t = moved;
}

static int
by_order(const void *a, const void *b)
{
    return event_compare(*(struct event *const *)a, *(struct event *const *)b);
}

bool
skew_moved(const struct session *s, rt_dur d, struct event *copies, struct event **events)
{
    if ((s->kinds & KIND_CALLS) == 0 || (s->kinds & ~KIND_CALLS) == 0)
        return false;
    for (size_t i = 0; i < s->event_count; i++) {
        struct event *e = events[i] = &copies[i];
        *e = *s->events[i];
        if (e->source != SOURCE_HOOK)
            continue;
        move(&e->begin, d);
        move(&e->end, d);
        move(&e->last, d);
    }
    qsort(events, s->event_count, sizeof(*events), by_order);
    return true;
}
