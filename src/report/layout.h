/*
 * layout.h - colours, widths and wrapping of the terminal documents.
 */
#ifndef RECTRACE_REPORT_LAYOUT_H
#define RECTRACE_REPORT_LAYOUT_H

#include "report/writer.h"

enum { NARROW = 90 }; /* columns below which a table does without */

struct layout {
    struct out *o;
    const struct writer_options *w;
};

enum paint {
    PAINT_ERROR,
    PAINT_WARNING,
    PAINT_INFO,
    PAINT_GOOD,
    PAINT_UNCHECKED,
    PAINT_BOLD,
    PAINT_DIM,
    PAINT_NONE
};

void layout_paint_on(const struct layout *l, enum paint p);
void layout_paint_off(const struct layout *l, enum paint p);
/* Literal of ours, painted. */
void layout_painted(const struct layout *l, enum paint p, const char *z);
enum paint severity_paint(enum severity s);
/* "✖" or "E", … */
const char *severity_mark(const struct layout *l, enum severity s);
/* Foreign text wrapped at blanks: the first line begins at column `at`, further ones are indented. */
void layout_wrapped(const struct layout *l, rt_str text, size_t at, size_t indent);
/* Cut to `columns`, then padded to them. */
void layout_cell(const struct layout *l, rt_str text, size_t columns);
/* The first eight characters of an id. */
rt_str layout_short_id(rt_str id);

#endif
