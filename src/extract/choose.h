/*
 * choose.h - which format reads an input, by its first lines.
 */
#ifndef RECTRACE_EXTRACT_CHOOSE_H
#define RECTRACE_EXTRACT_CHOOSE_H

#include "extract/work.h"

/* Sets x->format (NULL: text) from the lines held. 0, or -1: memory. */
int choose_format(struct extract *x, struct rt_err *err);
/* How many of the lines the format reads; *filled: how many are not blank. Where fewer than `least` are left to be
 * read, not all are asked. -1: memory. */
int choose_count(struct extract *x, const struct format *f, const rt_str *lines, size_t count,
                 size_t least, size_t *filled);
/* So many lines must be read by a format: more than by another, and half of them. */
static inline size_t
choose_least(size_t most, size_t filled)
{
    size_t half = (filled + 1) / 2;
    return most + 1 > half ? most + 1 : half;
}
/* Fixes a format: its plan and zone. */
int choose_fix(struct extract *x, const struct format *f, struct rt_err *err);
/* One line against one format; *stop: the byte where it gave up. */
bool choose_matches(struct extract *x, const struct format *f, const struct scan_plan *plan,
                    rt_str line, size_t *stop);

#endif
