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
    m->regex.limited = &m->limited;
    m->regex.match = pcre2_match_data_create(16, NULL);
    m->regex.context = pcre2_match_context_create(NULL);
    if (m->regex.match == NULL || m->regex.context == NULL)
        return rt_fail_mem(err);
    pcre2_set_match_limit(m->regex.context, (uint32_t)limits->match_steps);
    pcre2_set_depth_limit(m->regex.context, (uint32_t)limits->match_depth);
    pcre2_set_heap_limit(m->regex.context, (uint32_t)limits->match_heap_kib);
    return 0;
}

void
matcher_fini(struct matcher *m)
{
    pcre2_match_data_free(m->regex.match);
    pcre2_match_context_free(m->regex.context);
    rt_arena_fini(&m->scratch);
}
