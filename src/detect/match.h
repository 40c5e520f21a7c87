/*
 * match.h - one event against a match; one rule against a scope.
 *
 * The `see` steps of a rule are its joints. Every constraint touches neighbouring joints only, so
 * for a joint at an event it is enough to know the latest event at which the joint before can
 * stand: a path of latest neighbours exists exactly when any path exists, and it is the tightest.
 */
#ifndef RECTRACE_DETECT_MATCH_H
#define RECTRACE_DETECT_MATCH_H

#include "detect/coverage.h"
#include "detect/finding.h"
#include "detect/scope.h"
#include "rules/condition.h"

struct matcher {
    const struct rule_set *rules;
    const struct rt_limits *limits;
    const struct coverage *coverage;
    struct rt_arena scratch;
    struct regex_memory regex;
    uint32_t limited; /* matches of regular expressions that ended at a limit */
};
int matcher_init(struct matcher *m, const struct rule_set *rules,
                 const struct rt_limits *limits, const struct coverage *coverage,
                 struct rt_err *err);
void matcher_fini(struct matcher *m);

/* Does any of the alternatives fit the event? */
bool match_event(const struct matcher *m, const struct rule_match *alts, size_t count,
                 const struct event *e);
/* Can the rule be complete with nothing but events of these kinds and marks? */
bool match_possible(const struct rule *r, uint64_t kinds, struct event_marks marks);

#define MATCH_NOTHING UINT32_MAX

struct occurrence {
    uint32_t *steps; /* by step: index into the scope, or MATCH_NOTHING */
};
struct matched { /* what came of one rule in one scope */
    enum verdict verdict;
    uint32_t *ends; /* the events that complete it, in order: an occurrence each */
    size_t count;
    uint64_t total;           /* occurrences, identical polls counted one by one */
    struct occurrence *shown; /* paths: the first, the last, then from the second on; a few */
    size_t shown_count;
    uint32_t *covers; /* all events that any path stands on, in order */
    size_t cover_count;
    bool certain;      /* some path has the evidence of `certain-with` */
    const char *needs; /* of PENDING and NO_DATA */
    rt_time due;       /* of PENDING: when the log will have told; RT_TIME_NONE: not known */
    uint64_t awaits;   /* likewise: a mask of the kinds that are waited for */
    bool unsubscribed; /* likewise: nobody seems to have subscribed what would tell */
};
/* Everything is put into `a`. -1: memory. */
int match_rule(struct matcher *m, const struct rule *r, const struct scope *s,
               struct rt_arena *a, struct matched *out, struct rt_err *err);

/* How far the best attempt of a rule comes, and what stops it. Texts in `a`. */
struct match_trace {
    uint32_t *steps;    /* as in an occurrence */
    size_t failed_step; /* when_count: none */
    const char *note;   /* NULL: nothing to say */
    bool pending;
};
int match_trace(struct matcher *m, const struct rule *r, const struct scope *s,
                struct rt_arena *a, struct match_trace *out, struct rt_err *err);

#endif
