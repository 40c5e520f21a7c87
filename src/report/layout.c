#include "config.h"

#include "report/layout.h"

#include <stdio.h>

#include "report/redact.h"

static const char *const codes[] = {"1;31", "33", "36", "32", "35", "1", "90"};

void
layout_paint_on(const struct layout *l, enum paint p)
{
    if (l->w->colour && p != PAINT_NONE)
        out_fmt(l->o, "\033[%sm", codes[p]);
}

void
layout_paint_off(const struct layout *l, enum paint p)
{
    if (l->w->colour && p != PAINT_NONE)
        out_raw(l->o, "\033[0m");
}

void
layout_painted(const struct layout *l, enum paint p, const char *z)
{
    layout_paint_on(l, p);
    out_raw(l->o, z);
    layout_paint_off(l, p);
}

enum paint
severity_paint(enum severity s)
{
    static const enum paint paints[] = {PAINT_NONE, PAINT_INFO, PAINT_WARNING, PAINT_ERROR,
                                        PAINT_ERROR};
    return paints[s];
}

const char *
severity_mark(const struct layout *l, enum severity s)
{
    static const char *const fancy[] = {" ", "●", "▲", "✖", "✖"};
    static const char *const plain[] = {" ", "I", "W", "E", "E"};
    return l->w->unicode ? fancy[s] : plain[s];
}

rt_str
layout_short_id(rt_str id)
{
    return id.n > 8 ? (rt_str){id.p, 8} : id;
}

void
layout_cell(const struct layout *l, rt_str text, size_t columns)
{
    struct rt_buf clean;
    rt_buf_init(&clean, text.n * 2 + 1024);
    text = redact_text(text, &clean);
    size_t width = out_tty_width(text);
    if (width > columns) {
        text = out_tty_cut(text, columns - 1);
        out_tty(l->o, text);
        width = out_tty_width(text);
        out_raw(l->o, l->w->unicode ? "…" : ".");
        width++;
    } else {
        out_tty(l->o, text);
    }
    out_pad(l->o, ' ', columns > width ? columns - width : 0);
    rt_buf_fini(&clean);
}

void
layout_wrapped(const struct layout *l, rt_str text, size_t at, size_t indent)
{
    size_t column = at, limit = l->w->columns;
    bool begins = true;
    /* The whole text at once: a credential may span the words that are wrapped one by one. */
    struct rt_buf clean;
    rt_buf_init(&clean, text.n * 2 + 1024);
    text = redact_text(text, &clean);
    while (text.n > 0) {
        size_t n = 0;
        while (n < text.n && text.p[n] != ' ' && text.p[n] != '\n')
            n++;
        rt_str word = {text.p, n};
        size_t width = out_tty_width(word);
        if (!begins && column + 1 + width > limit) {
            out_char(l->o, '\n');
            out_pad(l->o, ' ', indent);
            column = indent;
            begins = true;
        }
        if (!begins) {
            out_char(l->o, ' ');
            column++;
        }
        out_tty(l->o, word);
        column += width;
        begins = false;
        text = rt_str_from(text, n);
        while (text.n > 0 && (text.p[0] == ' ' || text.p[0] == '\n'))
            text = rt_str_from(text, 1);
    }
    out_char(l->o, '\n');
    rt_buf_fini(&clean);
}
