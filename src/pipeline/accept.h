/*
 * accept.h - findings that the user knows of and has asked to hide, until a date.
 */
#ifndef RECTRACE_PIPELINE_ACCEPT_H
#define RECTRACE_PIPELINE_ACCEPT_H

#include "detect/finding.h"

/* `s` may be NULL (a finding about an app). `now` is compared with the end of the acceptance. */
bool accept_hides(const struct rule_set *rules, const struct finding *f,
                  const struct session *s, rt_time now);

#endif
