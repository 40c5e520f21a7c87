/*
 * text_parts.h - the parts of a session on a terminal: the bar of its phases, the rows of its timeline.
 */
#ifndef RECTRACE_REPORT_TEXT_PARTS_H
#define RECTRACE_REPORT_TEXT_PARTS_H

#include "report/course.h"
#include "report/layout.h"

/* The phases on one line, with the steps above and their times below. Nothing, where no time is known. */
void text_bar(const struct layout *l, const struct session *s, const struct course *c);
/* Steps that are missing are drawn as holes, at the place they belong. */
void text_timeline(const struct layout *l, const struct report *r, const struct session *s,
                   const struct course *c);

#endif
