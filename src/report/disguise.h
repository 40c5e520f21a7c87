/*
 * disguise.h - texts in other encodings: how a secret could come back without being recognised.
 */
#ifndef RECTRACE_REPORT_DISGUISE_H
#define RECTRACE_REPORT_DISGUISE_H

#include "base/str.h"

/* One layer less: escapes of JSON and JavaScript, percent-encoding, character references of HTML. The text
 * itself when there is nothing to take off; else in `b`. */
rt_str disguise_off(rt_str s, struct rt_buf *b);
/* The same until nothing changes, at most four times, over two buffers. */
enum { DISGUISE_LAYERS = 4 };

enum { DISGUISES = 8 };
/* One of DISGUISES forms that a search for the text itself does not find, appended: base64 in both alphabets, wherever the
 * text begins in a group of three, and hexadecimal. What neighbours decide is left off. */
void disguise_put(struct rt_buf *b, rt_str s, unsigned which);
/* As loggers spell it: percent-encoded, escaped for JSON (plain, ASCII only, with slashes). */
enum { SPELLINGS = 6 };
void disguise_spell(struct rt_buf *b, rt_str s, unsigned which);

#endif
