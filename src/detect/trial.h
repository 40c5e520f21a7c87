/*
 * trial.h - the log of an inline test, run through the real session engine and detector, as it is or
 * changed in a way that must not matter.
 */
#ifndef RECTRACE_DETECT_TRIAL_H
#define RECTRACE_DETECT_TRIAL_H

#include "detect/coverage.h"
#include "detect/finding.h"
#include "detect/rule_test.h"

enum trial_change {
    TRIAL_AS_WRITTEN,
    TRIAL_REVERSED,
    TRIAL_SHUFFLED,
    TRIAL_DOUBLED,
    TRIAL_TWO_INPUTS,
    TRIAL_SHIFTED,
    TRIAL_STRANGER,
    TRIAL_CUT, /* after the last event: what needs the time after it may be pending */
    TRIAL__COUNT
};
extern const char *const trial_names[TRIAL__COUNT];

struct trial_log {
    struct rt_arena arena;
    RT_VEC(struct event *) events;
    rt_time first, last;
    rt_time ends[SOURCE__COUNT]; /* RT_TIME_NONE: an hour after the last event */
    struct span_list gaps[SOURCE__COUNT];
};
/* 0, or -1: memory, or the text is wrong. Is to be freed in both cases. */
int trial_read(const struct rule_set *set, rt_str text, struct trial_log *log,
               struct rt_err *err);
void trial_free(struct trial_log *log);
/* Is it said where the log ends? Then there is nothing to cut. */
bool trial_ends(const struct trial_log *log);

/* All findings, sorted; `found` is to be ended by the caller in any case. */
int trial_run(const struct rule_set *set, const struct rt_limits *limits,
              const struct trial_log *log, enum trial_change how, struct finding_list *found,
              struct rt_err *err);
const struct finding *trial_find(const struct finding_list *l, rt_str id);

/* mutate.c: is some test of the rule at `rule` bound to notice when a step is left out? The set is
 * changed for the time of the call. -1: memory. */
int mutate_when(struct rule_set *set, const struct rt_limits *limits, size_t rule, size_t step,
                bool *noticed, struct rt_err *err);
int mutate_unless(struct rule_set *set, const struct rt_limits *limits, size_t rule,
                  bool *noticed, struct rt_err *err);

#endif
