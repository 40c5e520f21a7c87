/*
 * moment.h - instants of events, and sums that stop at the ends of time: stamps and windows come
 * from outside.
 */
#ifndef RECTRACE_DETECT_MOMENT_H
#define RECTRACE_DETECT_MOMENT_H

#include "event/event.h"

static inline rt_time
moment_add(rt_time t, rt_dur d)
{
    rt_time sum = 0;
    if (!__builtin_add_overflow(t, d, &sum))
        return sum;
    return d > 0 ? INT64_MAX : INT64_MIN;
}

static inline rt_dur
moment_span(rt_time from, rt_time to)
{
    rt_dur d = 0;
    if (!__builtin_sub_overflow(to, from, &d))
        return d;
    return to > from ? INT64_MAX : INT64_MIN;
}

static inline bool
moment_known(const struct event *e)
{
    return e->begin != RT_TIME_NONE;
}

/* Begin of the last of the polls that an event stands for. */
static inline rt_time
moment_last(const struct event *e)
{
    return e->repeated > 1 && e->last > e->begin ? e->last : e->begin;
}

/* When it was over: the answer of the last of them. */
static inline rt_time
moment_over(const struct event *e)
{
    rt_time last = moment_last(e);
    return e->end > last ? e->end : last;
}

/* max(0, this.begin - previous.end) */
static inline rt_dur
moment_distance(const struct event *previous, const struct event *e)
{
    rt_dur d = moment_span(moment_over(previous), e->begin);
    return d < 0 ? 0 : d;
}

#endif
