/*
 * out.h - where documents go, and the escaping of each format, at the last moment.
 *
 * An error of writing is kept and told once, by out_close(); writers need not check.
 */
#ifndef RECTRACE_BASE_OUT_H
#define RECTRACE_BASE_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

struct out;

/* `path` "-" is stdout. A file is written beside its place and renamed by out_close(). */
struct out *out_file(const char *path, struct rt_err *err);
/* Collects in memory; out_text() borrows what is there. */
struct out *out_memory(struct rt_err *err);
rt_str out_text(const struct out *o);
/* Texts from outside that are written through a filter (report/redact.h) go through `filter` first; what it gives is valid
 * until its next call. out_filter(): what it makes of `s`; false: there is none. */
typedef rt_str out_filter_fn(void *arg, rt_str s);
void out_set_filter(struct out *o, out_filter_fn *filter, void *arg);
void out_share_filter(struct out *to, const struct out *from);
bool out_filter(const struct out *o, rt_str s, rt_str *filtered);
/* Flushes, closes, frees; -1 with err set when anything was not written. */
int out_close(struct out **po, struct rt_err *err);
/* Throws away: a file under construction is removed. */
void out_abort(struct out **po);
int out_flush(struct out *o);

/* Raw: literals of ours only. */
void out_raw(struct out *o, const char *z);
void out_rawn(struct out *o, rt_str s);
void out_char(struct out *o, char c);
void out_fmt(struct out *o, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void out_pad(struct out *o, char c, size_t n);

/* Text from outside, for a terminal or a pipe: control bytes and invalid UTF-8 become \xNN; bidi
 * overrides and other invisible format characters become \u{NNNN}. */
void out_tty(struct out *o, rt_str s);
/* A JSON string with its quotes; invalid UTF-8 becomes U+FFFD. */
void out_json(struct out *o, rt_str s);
/* Markdown text: its special characters are escaped, line ends become blanks. */
void out_md(struct out *o, rt_str s);
/* Markdown code span, safe for any bytes inside. */
void out_md_code(struct out *o, rt_str s);
/* HTML text or attribute. */
void out_html(struct out *o, rt_str s);

/* Columns that out_tty(s) takes on a terminal (wide East Asian characters count two). */
size_t out_tty_width(rt_str s);
/* Is it shown as it is, with nothing escaped? */
bool out_tty_is_plain(rt_str s);
/* Plain ASCII text of ours, broken at blanks so that no line passes column 80; lines go on at `indent`,
 * where the first one is now. With a line end. */
void out_wrap(struct out *o, const char *text, size_t indent);
/* The longest beginning of `s` that fits `columns`, never inside a character. */
rt_str out_tty_cut(rt_str s, size_t columns);

#endif
