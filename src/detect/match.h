/*
 * match.h - one event against a match; one rule against a scope.
 *
 *   The `see` steps of a rule are its joints. For each joint and event, `from` is the latest event at
 *   which the joint before can stand; every constraint touches neighbours only, so a path of latest
 *   neighbours exists exactly when any path exists, and it is the tightest.
 */
#ifndef RECTRACE_DETECT_MATCH_H
#define RECTRACE_DETECT_MATCH_H

#include "detect/coverage.h"
#include "detect/finding.h"
#include "detect/scope.h"

struct matcher {
    const struct rule_set *rules;
    const struct rt_limits *limits;
    const struct coverage *coverage;
    struct rt_arena scratch;
    pcre2_match_data *match;
    pcre2_match_context *context;
};
int matcher_init(struct matcher *m, const struct rule_set *rules, const struct rt_limits *limits,
                 const struct coverage *coverage, struct rt_err *err);
void matcher_fini(struct matcher *m);

bool match_event(const struct matcher *m, const struct rule_match *alts, size_t count, const struct event *e);

struct occurrence {
    uint32_t *steps;      /* index into the scope by step; UINT32_MAX = nothing there */
    uint32_t *run_begins; /* of a `times` step: the first event of its run */
    uint32_t *others;     /* earlier events that fit in place of the last joint but one */
    size_t other_count;
};
struct matched { /* what came of one rule in one scope */
    enum verdict verdict;
    struct occurrence *occurrences;
    size_t count;
    const char *needs; /* of PENDING and NO_DATA; in the arena */
};
/* Everything is put into `a`. -1: memory. */
int match_rule(struct matcher *m, const struct rule *r, const struct scope *s, struct rt_arena *a, struct matched *out,
               struct rt_err *err);

/* Why a path stops: used by why.c. Texts in `a`. */
struct match_trace {
    size_t reached;      /* joints that stand */
    uint32_t *steps;     /* as in an occurrence */
    size_t failed_step;  /* index of the step that fails; when_count = none */
    const char *note;
    bool pending;
};
int match_trace(struct matcher *m, const struct rule *r, const struct scope *s, struct rt_arena *a,
                struct match_trace *out, struct rt_err *err);

#endif
