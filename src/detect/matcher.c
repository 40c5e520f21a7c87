/*
 * matcher.c - what a thread needs to match.
 */
#include "config.h"

#include "detect/match.h"

bool
match_event(const struct matcher *m, const struct rule_match *alts, size_t count,
            const struct event *e)
{
    return condition_fits(alts, count, e, &m->regex);
}

int
matcher_init(struct matcher *m, const struct rule_set *rules, const struct rt_limits *limits,
             const struct coverage *coverage, struct rt_err *err)
{
    *m = (struct matcher){.rules = rules, .limits = limits, .coverage = coverage};
    rt_arena_init(&m->scratch, 16 * 1024, 0);
    int rc = regex_memory_init(&m->regex, limits, err);
    m->regex.limited = &m->limited;
    return rc;
}

void
matcher_fini(struct matcher *m)
{
    regex_memory_fini(&m->regex);
    rt_arena_fini(&m->scratch);
}
