/*
 * text_timeline.c - the calls and callbacks of one session, a row each, with the steps that are missing.
 */
#include "config.h"

#include <string.h>

#include "report/brief.h"
#include "report/layout.h"
#include "report/text_parts.h"

enum { IDLE_GAP_S = 60, BEFORE_NAME = 37 /* columns of a row in front of the event */ };

/* Of the name of the file in a row; 0: there is one input only, and no room to name it in each row. */
static size_t
file_width(const struct layout *l, const struct report *r)
{
    if (l->w->columns < NARROW)
        return r->input_count == 1 ? 0 : 8;
    return l->w->columns > 100 ? 24 : 16;
}

/* What the names of events and their results may take. */
struct columns {
    size_t event, result;
};

static void
event_name(const struct report *r, const struct event *e, struct rt_buf *b)
{
    rt_buf_add(b, rule_set_kind_name(r->rules, e->kind));
    if (e->repeated > 1)
        rt_buf_addf(b, " x%u", e->repeated);
    else if (e->copies > 1)
        rt_buf_addf(b, " (told %u times)", e->copies);
}

/* A name has what it needs where the results leave that. */
static struct columns
columns_of(const struct layout *l, const struct report *r, const struct session *s)
{
    enum { LINE = 6, ALONE = 10, LEAST_NAME = 16, MOST_NAME = 32, LEAST = 10, MOST = 60 };
    size_t file = file_width(l, r), used = BEFORE_NAME + 2 + (file == 0 ? ALONE : file + LINE);
    size_t room = l->w->columns > used ? l->w->columns - used : 0, name = LEAST_NAME,
           result = LEAST;
    struct rt_buf b;
    rt_buf_init(&b, 2000);
    for (size_t i = 0; i < s->event_count; i++) {
        rt_buf_clear(&b);
        event_name(r, s->events[i], &b);
        name = b.n > name ? b.n : name;
        rt_buf_clear(&b);
        brief_result(s->events[i], &b);
        result = b.n > result ? b.n : result;
    }
    rt_buf_fini(&b);
    name = name > MOST_NAME ? MOST_NAME : name;
    if (name + result > room)
        name = room > LEAST_NAME + result ? room - result : LEAST_NAME;
    size_t rest = room > name ? room - name : 0;
    return (struct columns){name, rest < LEAST ? LEAST : rest > MOST ? MOST : rest};
}

static void
place(const struct layout *l, const struct report *r, const struct event *e)
{
    rt_str path = e->input < r->input_count ? r->inputs[e->input].path : RT_NONE;
    for (size_t i = path.n; i > 0; i--)
        if (path.p[i - 1] == '/') {
            path = rt_str_from(path, i);
            break;
        }
    size_t room = file_width(l, r);
    if (room == 0) {
        out_fmt(l->o, "line %llu", (unsigned long long)e->line);
        return;
    }
    if (path.n > room) {
        path = rt_str_from(path, path.n - (room - 1));
        out_raw(l->o, l->w->unicode ? "…" : "~");
    }
    out_tty(l->o, path);
    out_fmt(l->o, ":%llu", (unsigned long long)e->line);
}

static void
row(const struct layout *l, const struct report *r, const struct event *e, size_t n,
    rt_time before, rt_time first, const struct columns *w)
{
    char clock[RT_TIME_MAX] = "-", since[RT_TIME_MAX + 1] = "";
    struct rt_buf b;
    if (e->begin != RT_TIME_NONE)
        rt_time_clock(e->begin, clock);
    if (e->begin != RT_TIME_NONE && before != RT_TIME_NONE) {
        since[0] = '+';
        rt_dur_human(e->begin - before < 0 ? 0 : e->begin - before, since + 1);
    } else if (e->begin != RT_TIME_NONE && e->begin == first) {
        strcpy(since, "0");
    }
    out_fmt(l->o, "%3zu  %-12s  %-8s  %-4s  ", n, clock, since,
            e->source == SOURCE_HOOK ? "hook" : "call");
    struct rt_buf name;
    rt_buf_init(&name, 200);
    event_name(r, e, &name);
    layout_cell(l, rt_buf_str(&name), w->event);
    out_raw(l->o, "  ");
    rt_buf_init(&b, 2000);
    brief_result(e, &b);
    enum paint p = e->outcome == OUTCOME_FAIL ? PAINT_ERROR
                   : e->outcome == OUTCOME_OK ? PAINT_NONE
                                              : PAINT_UNCHECKED;
    layout_paint_on(l, p);
    layout_cell(l, rt_buf_str(&b), w->result);
    layout_paint_off(l, p);
    out_raw(l->o, "  ");
    place(l, r, e);
    out_char(l->o, '\n');
    rt_buf_fini(&b);
    rt_buf_fini(&name);
}

/* What a healthy life would show, drawn as a hole. */
static void
hole(const struct layout *l, const struct course_step *step, size_t event_columns)
{
    out_fmt(l->o, "  %s  %-12s  %-8s  %-4s  ", l->w->unicode ? "◌" : "o", "-", "-",
            step->hook ? "hook" : "call");
    out_fmt(l->o, "%-*.*s  ", (int)event_columns, RT_FMT(step->name));
    layout_wrapped(l, rt_str_of(step->why), BEFORE_NAME + event_columns,
                   BEFORE_NAME + event_columns);
}

/* Those in front of the next step that was seen, when event `at` shows it; at the end, the others. */
static void
holes(const struct layout *l, const struct course *c, size_t *next, size_t at,
      size_t event_columns)
{
    for (;;) {
        size_t seen = *next;
        while (seen < c->step_count && c->steps[seen].event == SIZE_MAX)
            seen++;
        size_t shown_by = seen < c->step_count ? c->steps[seen].event : SIZE_MAX;
        if (shown_by > at)
            return;
        for (; *next < seen; (*next)++)
            hole(l, &c->steps[*next], event_columns);
        if (seen == c->step_count)
            return;
        *next = seen + 1;
    }
}

void
text_timeline(const struct layout *l, const struct report *r, const struct session *s,
              const struct course *c)
{
    rt_time before = RT_TIME_NONE;
    char gap[RT_TIME_MAX];
    size_t next = 0;
    bool pasted = s->kinds == UINT64_C(1) << KIND_ANSWER; /* answers alone tell of no life */
    struct columns w = columns_of(l, r, s);
    out_fmt(l->o, "\n     %-12s  %-8s  %-4s  %-*s  %s\n",
            report_is_zoned(r) ? "time (UTC)" : "time", "+since", "who", (int)w.event, "event",
            "result");
    for (size_t i = 0; i < s->event_count; i++) {
        const struct event *e = s->events[i];
        if (!pasted)
            holes(l, c, &next, i, w.event);
        if (before != RT_TIME_NONE && e->begin != RT_TIME_NONE &&
            e->begin - before > IDLE_GAP_S * RT_SEC)
            out_fmt(l->o, "  %s  %-12s  +%-7s  nothing for this session\n",
                    l->w->unicode ? "·" : ".", "", rt_dur_human(e->begin - before, gap));
        row(l, r, e, i + 1, before, s->first, &w);
        before = e->repeated > 1 ? e->last : e->begin;
    }
    if (s->dropped > 0)
        out_fmt(l->o, "     %llu more events of this session were only counted\n",
                (unsigned long long)s->dropped);
    if (!pasted)
        holes(l, c, &next, SIZE_MAX, w.event);
}
