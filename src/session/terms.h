/*
 * terms.h - the vendor's numbers that derived fields are measured by, as the rule set has them.
 */
#ifndef RECTRACE_SESSION_TERMS_H
#define RECTRACE_SESSION_TERMS_H

#include "rules/rule_set.h"

struct terms {      /* RT_DUR_NONE: the rule set does not tell */
    rt_dur settle;  /* after start queries may come quickly: parameter of rule poll-too-fast */
    rt_dur least;   /* between two queries later on: likewise */
    rt_dur idle;    /* default of maxIdleTime */
    rt_dur slack;   /* around the end of maxIdleTime: parameter of rule idle-exit */
    rt_dur tardy;   /* a call that takes longer is slow: parameter of rule cross-region-host */
    rt_dur control; /* default of resourceExpiredHour */
    const struct rule_set *rules; /* borrowed */
};

struct terms terms_of(const struct rule_set *rules);
/* How long an empty channel is kept by what start said: its maxIdleTime, or the default where its body is known.
 * RT_DUR_NONE: nobody knows. */
rt_dur terms_idle(const struct terms *t, const struct event *start);
/* A duration among the parameters of a rule. */
rt_dur terms_param(const struct rule_set *rules, const char *rule, const char *param);

#endif
