/*
 * work.c - what every part of an extractor does: read a value, keep a text, note a time, hand an event on.
 */
#include "config.h"

#include "extract/work.h"

#include <string.h>

rt_str
work_text(struct extract *x, const struct scan_value *v, unsigned which)
{
    if (!v->escaped)
        return v->text;
    rt_buf_clear(&x->text[which]);
    return scan_unescape(v->text, &x->text[which]) < 0 ? RT_NONE : rt_buf_str(&x->text[which]);
}

rt_str
work_body(struct extract *x, const struct scan_value *v, unsigned which)
{
    if (v->type != SCAN_STRING)
        return v->type == SCAN_OBJECT ? v->text : RT_NONE;
    rt_str text = work_text(x, v, which);
    /* JSON in a string in a string. */
    if (text.n > 2 && text.p[0] == '"' && text.p[text.n - 1] == '"') {
        struct scan_value inner = {SCAN_STRING,
                                   work_keep_whole(x, (rt_str){text.p + 1, text.n - 2}), true};
        text = work_text(x, &inner, which);
    }
    return text;
}

rt_str
work_keep_whole(struct extract *x, rt_str s)
{
    bool ok = true;
    return rt_arena_str(&x->scratch, s, &ok);
}

rt_str
work_keep(struct extract *x, rt_str s)
{
    bool ok = true;
    if (s.n <= x->limits->field_bytes)
        return rt_arena_str(&x->scratch, s, &ok);
    char *cut = rt_arena_printf(&x->scratch, "%.*s...", (int)x->limits->field_bytes, s.p);
    return rt_str_of(cut);
}

void
work_take_number(int32_t *to, int64_t n)
{
    if (n > EVENT_NO_CODE && n <= INT32_MAX)
        *to = (int32_t)n;
}

int
work_add_int(struct extract *x, struct event *e, uint16_t field, int64_t n)
{
    return event_add(&x->scratch, e, &(struct event_value){.field = field, .num = n});
}

int
work_add_text(struct extract *x, struct event *e, uint16_t field, rt_str s)
{
    return event_add(&x->scratch, e,
                     &(struct event_value){.field = field, .is_text = 1, .text = s});
}

int
work_emit(struct extract *x, struct event *e, struct rt_err *err)
{
    e->input = x->options.input;
    e->line = x->line;
    e->order = x->order++;
    e->last = e->begin;
    if (e->source == SOURCE_API && e->begin == RT_TIME_NONE)
        e->zoned = true;
    return x->sink.event(x->sink.arg, e, err);
}

rt_time
work_stamp_time(struct extract *x, const struct rt_stamp *stamp, bool *zoned)
{
    const struct zone *z = x->zone != NULL ? x->zone : x->format_zone;
    *zoned = stamp->zoned || z != NULL;
    if (stamp->zoned)
        return stamp->at;
    if (z != NULL)
        return zone_to_utc(z, stamp->at);
    x->unzoned = true;
    return stamp->at;
}

void
work_note_time(struct extract *x, const struct rt_stamp *stamp)
{
    bool zoned = false;
    rt_time t = work_stamp_time(x, stamp, &zoned);
    if (x->first_time == RT_TIME_NONE || t < x->first_time)
        x->first_time = t;
    if (x->last_time == RT_TIME_NONE || t > x->last_time)
        x->last_time = t;
}

size_t
work_forget_older(void *v, size_t n, size_t size, size_t most)
{
    size_t older = n < most ? 0 : (n + 1) / 2;
    if (older > 0)
        memmove(v, (char *)v + older * size, (n - older) * size);
    return n - older;
}
