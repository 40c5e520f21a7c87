/*
 * call_time.c - when a call was sent and answered: by its stamps, its duration, or its wrapper.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "extract/work.h"

#define TOOK_MOST \
    (10000 * RT_DAY) /* what is longer took no call: it is as unknown as what is below zero */

/* The time of the wrapper, when the line itself has none. */
static void
take_outer(const struct extract *x, struct event *e)
{
    if (!x->outer.known)
        return;
    e->begin = e->end = x->outer.at;
    e->zoned = x->outer.zoned;
    e->coarse = x->outer.coarse;
}

size_t
call_stamp(struct extract *x, const struct format *f, rt_str text, struct rt_stamp *out)
{
    size_t n = f != NULL && f->time_format.n > 0
                   ? rt_time_parse_format(text, f->time_format.p, out)
                   : 0;
    return n > 0 ? n : rt_time_parse_near(text, &x->minute, out);
}

void
call_time(struct extract *x, const struct scan_value *v, struct event *e)
{
    struct rt_stamp stamp;
    if (v->type != SCAN_STRING && v->type != SCAN_NUMBER) {
        take_outer(x, e);
        return;
    }
    if (call_stamp(x, x->format, work_text(x, v, 3), &stamp) == 0)
        return;
    work_note_time(x, &stamp);
    e->begin = work_stamp_time(x, &stamp, &e->zoned);
    e->end = e->begin;
    e->coarse = stamp.digits == 0;
}

rt_dur
call_took(struct extract *x, const struct scan_value *v)
{
    rt_dur d = 0;
    int64_t whole = 0;
    rt_dur unit = x->format != NULL ? x->format->duration_unit : RT_MS;
    if (v->type == SCAN_NUMBER && unit > 0 && v->text.n < 10 && rt_str_int(v->text, &whole))
        return whole < 0 ? 0 : whole * unit;
    if (v->type == SCAN_STRING && rt_dur_parse(rt_str_trim(v->text), &d))
        return d >= 0 && d <= TOOK_MOST ? d : 0;
    if ((v->type != SCAN_NUMBER && v->type != SCAN_STRING) || v->text.n == 0 || v->text.n > 30)
        return 0;
    char text[32];
    snprintf(text, sizeof(text), "%.*s", RT_FMT(v->text));
    char *end = NULL;
    double n = strtod(text, &end);
    double us = unit == 0 ? n / 1000 : n * (double)unit;
    return end != text && us >= 0 && us <= (double)TOOK_MOST ? (rt_dur)us
                                                             : 0; /* "nan" is neither */
}

void
call_duration(struct extract *x, const struct scan_value *parts, struct event *e)
{
    rt_dur d =
        parts[FORMAT_DURATION].type == SCAN_NONE ? 0 : call_took(x, &parts[FORMAT_DURATION]);
    if (e->begin == RT_TIME_NONE)
        return;
    if (parts[FORMAT_END].type != SCAN_NONE) {
        struct event other;
        event_init(&other);
        call_time(x, &parts[FORMAT_END], &other);
        if (other.begin != RT_TIME_NONE && other.begin >= e->begin)
            e->end = other.begin;
    } else if (d > 0 && x->format != NULL && x->format->end_stamp) {
        e->begin = e->end - d;
    } else {
        e->end = e->begin + d;
    }
}
