/*
 * condition.h - one event against a match.
 */
#ifndef RECTRACE_RULES_CONDITION_H
#define RECTRACE_RULES_CONDITION_H

#include "rules/rule_set.h"

struct condition_regex { /* of the thread that asks */
    pcre2_match_data *match;
    pcre2_match_context *context; /* limits of steps, depth and heap */
};

/* Of all the alternatives together. */
uint64_t condition_kinds(const struct rule_match *alts, size_t count);
/* Does any of the alternatives fit the event? `re` NULL: a regular expression fits nothing. */
bool condition_fits(const struct rule_match *alts, size_t count, const struct event *e,
                    const struct condition_regex *re);

#endif
