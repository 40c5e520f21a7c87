/*
 * text_why.h - the step table: why a rule did or did not fire.
 */
#ifndef RECTRACE_REPORT_TEXT_WHY_H
#define RECTRACE_REPORT_TEXT_WHY_H

#include "detect/detect.h"
#include "report/writer.h"

/* What stopped a step, or excused the rule, stands below it: nothing of either is cut. */
void text_why(const struct session *s, const struct rule *rule, const struct why *why,
              const struct writer_options *w, struct out *o);

#endif
