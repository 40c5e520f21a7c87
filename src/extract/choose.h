/*
 * choose.h - which format reads an input, by its first lines.
 */
#ifndef RECTRACE_EXTRACT_CHOOSE_H
#define RECTRACE_EXTRACT_CHOOSE_H

#include "extract/work.h"

/* Sets x->format (NULL: text) from the lines held. 0, or -1: memory. */
int choose_format(struct extract *x, struct rt_err *err);
/* Does the format read every line held that is not blank? */
bool choose_reads_all(struct extract *x, const struct format *f);
/* Fixes a format: its plan and zone. */
int choose_fix(struct extract *x, const struct format *f, struct rt_err *err);
/* One line against one format; *stop: the byte where it gave up. */
bool choose_matches(struct extract *x, const struct format *f, const struct scan_plan *plan, rt_str line, size_t *stop);

#endif
