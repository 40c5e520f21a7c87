/*
 * redact.h - text from logs, with what looks like a credential taken out.
 *
 * Fields never carry bodies; but a reason or an error text may quote a header or a token. What is made to be passed on
 * has a stricter filter (out_set_filter() with report/scrub.h), which redact_write() then uses instead.
 */
#ifndef RECTRACE_REPORT_REDACT_H
#define RECTRACE_REPORT_REDACT_H

#include "base/out.h"

/* Writes `s` through `write` (out_json, out_tty, out_md, out_html), credentials replaced by [redacted]. */
void redact_write(struct out *o, rt_str s, void (*write)(struct out *, rt_str));
/* The text with credentials replaced, in `b` when there were any; else the text itself. */
rt_str redact_text(rt_str s, struct rt_buf *b);
/* The credential that begins at `i`: how much of a keyword stands before it, and its length. 0: none. */
size_t redact_credential(rt_str s, size_t i, size_t *skip);
/* Does the text hold anything that looks like a credential? */
bool redact_finds(rt_str s);

#endif
