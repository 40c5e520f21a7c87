/*
 * lenient.h - objects as languages print them, rewritten as JSON: util.inspect, Python's repr, Java's
 * maps, Go's map[...], JSON with typographic quotes.
 */
#ifndef RECTRACE_EXTRACT_LENIENT_H
#define RECTRACE_EXTRACT_LENIENT_H

#include "base/str.h"

/* What was learnt of one text, so that no part of it is searched again and again. Begins zeroed; places are offsets,
 * 0: none. */
enum { LENIENT_ENDS = 7 };
struct lenient_past {
    size_t tried; /* nothing that begins before it need be tried */
    /* from there on an end of that kind does not come: lenient_reader.h */
    size_t never[LENIENT_ENDS];
};

/* The object that begins at `at` ("{" or "map["), appended to `json`. Its end, or 0: it is none, nested too deeply, or
 * tried before. */
size_t lenient_object(rt_str text, size_t at, struct rt_buf *json, struct lenient_past *past);

/* All "key=value" of a line (logfmt and its like) as members of one object; their number. */
size_t lenient_pairs(rt_str text, struct rt_buf *json);

#endif
