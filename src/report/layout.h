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

enum paint { PAINT_ERROR, PAINT_WARNING, PAINT_INFO, PAINT_GOOD, PAINT_UNCHECKED, PAINT_BOLD, PAINT_DIM, PAINT_NONE };

void paint_on(const struct layout *l, enum paint p);
void paint_off(const struct layout *l, enum paint p);
/* Literal of ours, painted. */
void painted(const struct layout *l, enum paint p, const char *z);
enum paint severity_paint(enum severity s);
/* "✖" or "E", … */
const char *severity_mark(const struct layout *l, enum severity s);
/* Foreign text wrapped at blanks: the first line begins at column `at`, further ones are indented. */
void wrapped(const struct layout *l, rt_str text, size_t at, size_t indent);
/* Cut to `columns`, then padded to them. */
void cell(const struct layout *l, rt_str text, size_t columns);
/* What came of a call or callback, in short: status, code, state, reason. */
void event_result(const struct event *e, struct rt_buf *b);
/* The name of a session, as a word for a shell. */
void session_word(struct out *o, const struct session *s);
/* The first eight characters of an id. */
rt_str short_id(rt_str id);

#endif
