/*
 * detect.h - runs the rules over sessions: matching, folding, fallbacks.
 *
 * Matching is exact dynamic programming, O(steps x events) a rule and scope; a rule runs only where
 * all kinds that it needs occur. Rules of scope app and host see the events of all groups and are
 * decided by detect_finish().
 */
#ifndef RECTRACE_DETECT_DETECT_H
#define RECTRACE_DETECT_DETECT_H

#include "detect/coverage.h"
#include "detect/finding.h"
#include "session/engine.h"

struct detector;
/* All borrowed; `coverage` must be settled before the first group. */
struct detector *detector_new(const struct rule_set *rules, const struct rt_limits *limits,
                              const struct coverage *coverage, struct rt_err *err);
/* Another for other groups of the same run, in a thread of its own; it ends before `d`, by detector_join() or
 * detector_free(). NULL: memory. */
struct detector *detector_fork(const struct detector *d, struct rt_err *err);
void detector_free(struct detector **pd);
/* Rules of scope session, recorder, channel and fields; fallback findings; folding. Appends to
 * `out`, unsorted. Borrows the group; what app rules need of it is copied. */
int detector_group(struct detector *d, const struct session_group *g, struct finding_list *out,
                   struct rt_err *err);
/* The same without keeping anything for rules about apps and hosts: to try other times. */
int detector_retry(struct detector *d, const struct session_group *g, struct finding_list *out,
                   struct rt_err *err);
/* Moves what `from` kept for rules about apps and hosts, and ends it: so groups can be parted among
 * several detectors of one run. 0, or -1: memory. */
int detector_join(struct detector *d, struct detector **from, struct rt_err *err);
/* Rules of scope app and host. Findings of these may fold fallbacks of sessions: the ids of the
 * findings in `out` that they explain move into their `folded`. `meter`: of the engine. */
int detector_finish(struct detector *d, struct meter *meter, struct finding_list *out,
                    struct rt_err *err);

/* May a finding about an app or a host still fold findings of this id? Then a stream holds them back. */
bool detector_may_fold(const struct detector *d, const struct finding *f);

/* One step of the table that `rectrace why` prints. */
struct why_step {
    const struct rule_step *step;
    const struct event *found; /* NULL: not reached or nothing there */
    uint32_t event;            /* its number in its session */
    enum { WHY_OK, WHY_FAILED, WHY_PENDING, WHY_NOT_REACHED } state;
    rt_str note; /* "FAILED by 2s - start ok at +4m58s" */
};
struct why {
    enum verdict verdict;
    const struct why_step *steps;
    size_t count;
};
/* The best attempt of one rule in one session of the group. */
int detector_why(struct detector *d, const struct session_group *g, const struct session *s,
                 const struct rule *rule, struct rt_arena *a, struct why *out,
                 struct rt_err *err);

#endif
