/*
 * lenient.h - objects as languages print them, rewritten as JSON: util.inspect, Python's repr, Java's
 * maps, Go's map[...], JSON with typographic quotes.
 */
#ifndef RECTRACE_EXTRACT_LENIENT_H
#define RECTRACE_EXTRACT_LENIENT_H

#include "base/str.h"

/* The object that begins at `at` ("{" or "map["), appended to `json`. Its end, or 0: it is none, or
 * nested too deeply; then nothing that begins before `*stop` need be tried. */
size_t lenient_object(rt_str text, size_t at, struct rt_buf *json, size_t *stop);

/* All "key=value" of a line (logfmt and its like) as members of one object; their number. */
size_t lenient_pairs(rt_str text, struct rt_buf *json);

#endif
