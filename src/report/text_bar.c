/*
 * text_bar.c - the phases of a recording as one bar.
 *
 *      acquire  start    joined                         stop   uploaded
 *      │░400ms░░│▒ 5.6s ▒│█████████ 12m14s ████████████│▓▓▓ 18s ▓▓▓▓▓▓│
 *      09:00:10 09:00:10 09:00:16                       09:12:30 09:12:48
 *
 * A piece is wide enough for what stands above and below it; what room is left goes by time.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "report/text_parts.h"

enum {
    MARKS = COURSE_STEPS + 4,
    INDENT = 1,
    MOST = 100,
    WORD = 8,
    LEAST = WORD + 1,
    LEAST_LAST = 2 * WORD + 1
};

struct mark {
    rt_time at;
    const char *name; /* WORD bytes at most */
    const char *says; /* of the piece that it ends, behind its length */
    bool failed;
    size_t column;
};

struct bar {
    const struct layout *l;
    const struct session *s;
    const struct course *c;
    struct mark marks[MARKS];
    size_t count, columns;
};

/* How the parts are drawn, and what stands where nothing is known. */
static const struct {
    const char *fancy;
    char plain;
    enum paint paint;
} looks[COURSE_PARTS + 1] = {
    [PART_PROVISION] = {"░", '.', PAINT_NONE}, [PART_JOINING] = {"▒", '-', PAINT_INFO},
    [PART_RECORDING] = {"█", '#', PAINT_GOOD}, [PART_DRAINING] = {"▓", '/', PAINT_INFO},
    [COURSE_PARTS] = {" ", ' ', PAINT_NONE},
};

/* ---- marks ---- */

/* In order of time; what comes with another mark adds none. */
static void
add_mark(struct bar *b, rt_time at, const char *name, const char *says, bool failed)
{
    size_t i = b->count;
    if (at == RT_TIME_NONE || b->count == MARKS)
        return;
    for (size_t k = 0; k < b->count; k++)
        if (b->marks[k].at == at)
            return;
    for (; i > 0 && b->marks[i - 1].at > at; i--)
        b->marks[i] = b->marks[i - 1];
    b->marks[i] = (struct mark){at, name, says, failed, 0};
    b->count++;
}

static void
find_marks(struct bar *b)
{
    static const char *const names[COURSE_STEPS] = {"acquire", "start", "joined",
                                                    "stop",    "left",  "uploaded"};
    const struct course *c = b->c;
    for (size_t i = 0; i < c->step_count; i++) {
        bool late = c->steps[i].step == COURSE_STEP_START && c->expires != RT_TIME_NONE &&
                    c->steps[i].at != RT_TIME_NONE;
        add_mark(b, c->steps[i].at, names[c->steps[i].step], late ? "late" : NULL,
                 c->steps[i].state == COURSE_FAILED);
    }
    if (b->count == 0)
        return;
    add_mark(b, c->gone, "gone", NULL, false);
    if (c->expires != RT_TIME_NONE && c->expires <= b->s->last)
        add_mark(b, c->expires, "expired", "valid", false);
    add_mark(b, b->s->first, "first", NULL, false);
    if (b->s->last >= b->marks[b->count - 1].at + RT_SEC)
        add_mark(b, b->s->last, "last", NULL, false);
}

/* The piece that takes least time loses the mark in front of it, until the others have room. */
static void
make_room(struct bar *b)
{
    while (b->count > 2 && (b->count - 2) * LEAST + LEAST_LAST + 1 > b->columns) {
        size_t least = 1;
        for (size_t i = 1; i + 1 < b->count; i++)
            if (b->marks[i + 1].at - b->marks[i].at <
                b->marks[least + 1].at - b->marks[least].at)
                least = i;
        memmove(&b->marks[least], &b->marks[least + 1],
                (b->count - least - 1) * sizeof(b->marks[0]));
        b->count--;
    }
}

static void
spread(struct bar *b)
{
    size_t n = b->count, narrow = (n - 2) * LEAST + LEAST_LAST;
    rt_dur whole = b->marks[n - 1].at - b->marks[0].at;
    double rest = b->columns > narrow + 1 ? (double)(b->columns - 1 - narrow) : 0;
    for (size_t i = 0; i < n; i++)
        b->marks[i].column =
            (i + 1 < n ? i * LEAST : narrow) +
            (size_t)(rest * (double)(b->marks[i].at - b->marks[0].at) / (double)whole);
}

/* ---- drawing ---- */

/* Words at the columns of the marks; the last one ends where the bar does. */
static void
words(const struct bar *b, bool times)
{
    size_t at = 0;
    out_pad(b->l->o, ' ', INDENT);
    for (size_t i = 0; i < b->count; i++) {
        const struct mark *m = &b->marks[i];
        char clock[RT_TIME_MAX];
        const char *word = times ? rt_time_clock(m->at, clock) : m->name;
        size_t width = times ? WORD : strlen(word) + (m->failed ? 2 : 0), from = m->column;
        if (i + 1 == b->count)
            from = from + 1 > width ? from + 1 - width : 0;
        out_pad(b->l->o, ' ', from > at ? from - at : 0);
        out_fmt(b->l->o, "%.*s", WORD, word);
        if (!times && m->failed) {
            out_char(b->l->o, ' ');
            layout_painted(b->l, PAINT_ERROR, b->l->w->unicode ? "✖" : "X");
        }
        at = from + width;
    }
    out_char(b->l->o, '\n');
}

/* The part that has most of the time between two marks. */
static int
part_between(const struct course *c, rt_time from, rt_time to)
{
    int best = COURSE_PARTS;
    rt_dur most = 0;
    for (int p = 0; p < COURSE_PARTS; p++) {
        if (c->from[p] == RT_TIME_NONE)
            continue;
        rt_time a = c->from[p] > from ? c->from[p] : from, z = c->to[p] < to ? c->to[p] : to;
        if (z - a > most) {
            most = z - a;
            best = p;
        }
    }
    return best;
}

static void
fill(const struct layout *l, int part, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (l->w->unicode)
            out_raw(l->o, looks[part].fancy);
        else
            out_char(l->o, looks[part].plain);
}

static void
piece(const struct bar *b, size_t i, int part)
{
    const struct mark *from = &b->marks[i], *to = &b->marks[i + 1];
    size_t room = to->column - from->column - 1;
    char human[RT_TIME_MAX], text[RT_TIME_MAX + 16];
    snprintf(text, sizeof(text), " %s%s%s ", rt_dur_human(to->at - from->at, human),
             to->says != NULL ? " " : "", to->says != NULL ? to->says : "");
    if (strlen(text) > room)
        snprintf(text, sizeof(text), "%s", human);
    if (strlen(text) > room)
        text[0] = '\0';
    size_t left = (room - strlen(text)) / 2;
    layout_paint_on(b->l, looks[part].paint);
    fill(b->l, part, left);
    layout_paint_off(b->l, looks[part].paint);
    out_raw(b->l->o, text);
    layout_paint_on(b->l, looks[part].paint);
    fill(b->l, part, room - strlen(text) - left);
    layout_paint_off(b->l, looks[part].paint);
}

static void
legend(const struct bar *b, const bool drawn[COURSE_PARTS + 1])
{
    out_pad(b->l->o, ' ', INDENT);
    layout_paint_on(b->l, PAINT_DIM);
    for (int p = 0, n = 0; p < COURSE_PARTS; p++)
        if (drawn[p]) {
            out_raw(b->l->o, n++ > 0 ? "   " : "");
            fill(b->l, p, 2);
            out_fmt(b->l->o, " %s", course_part_name((enum course_part)p));
        }
    layout_paint_off(b->l, PAINT_DIM);
    out_char(b->l->o, '\n');
}

void
text_bar(const struct layout *l, const struct session *s, const struct course *c)
{
    struct bar b = {.l = l,
                    .s = s,
                    .c = c,
                    .columns = (l->w->columns < MOST ? l->w->columns : MOST) - 2 * INDENT};
    bool drawn[COURSE_PARTS + 1] = {false}, refused = false;
    if (s->first == RT_TIME_NONE)
        return;
    find_marks(&b);
    make_room(&b);
    if (b.count < 2)
        return;
    spread(&b);
    out_char(l->o, '\n');
    words(&b, false);
    out_pad(l->o, ' ', INDENT);
    for (size_t i = 0; i < b.count; i++) {
        refused |= b.marks[i].failed;
        /* Nothing was refused, and nothing was recorded all the same. */
        if (i + 1 == b.count && c->failed && !refused)
            layout_painted(l, PAINT_ERROR, l->w->unicode ? "✖" : "X");
        else
            out_raw(l->o, l->w->unicode ? "│" : "|");
        if (i + 1 == b.count)
            break;
        bool expired = c->expires != RT_TIME_NONE && b.marks[i].at >= c->expires;
        int part = expired ? COURSE_PARTS : part_between(c, b.marks[i].at, b.marks[i + 1].at);
        drawn[part] = true;
        piece(&b, i, part);
    }
    out_char(l->o, '\n');
    words(&b, true);
    legend(&b, drawn);
}
