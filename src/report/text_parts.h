/*
 * text_parts.h - the parts of the documents for a terminal: of the report, and of one session.
 */
#ifndef RECTRACE_REPORT_TEXT_PARTS_H
#define RECTRACE_REPORT_TEXT_PARTS_H

#include "report/course.h"
#include "report/layout.h"

/* What was read and covered, and the count of sessions. */
void text_head(const struct layout *l, const struct report *r);
/* 0, or -1: memory. */
int text_findings(const struct layout *l, const struct report *r, struct rt_err *err);
void text_unchecked(const struct layout *l, const struct report *r);

/* The phases on one line, with the steps above and their times below. Nothing, where no time is known. */
void text_bar(const struct layout *l, const struct session *s, const struct course *c);
/* Steps that are missing are drawn as holes, at the place they belong. */
void text_timeline(const struct layout *l, const struct report *r, const struct session *s,
                   const struct course *c);

#endif
