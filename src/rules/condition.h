/*
 * condition.h - one event against a match.
 */
#ifndef RECTRACE_RULES_CONDITION_H
#define RECTRACE_RULES_CONDITION_H

#include "rules/rule_set.h"

/* Of all the alternatives together. */
uint64_t condition_kinds(const struct rule_match *alts, size_t count);
/* What an event has: an outcome, a code, a class of status, further fields, words in them. Of several
 * events: all their marks together. So most rules need not be tried on what went well. */
struct event_marks condition_marks(const struct event *e);
/* The marks without which a match fits nothing. */
struct event_marks condition_wants(const struct rule_cond *conds, size_t count);
static inline void
condition_marks_add(struct event_marks *to, struct event_marks more)
{
    to->has |= more.has;
    to->says |= more.says;
}
/* Is one of several groups of values asked for? */
bool condition_asks_sets(const struct rule_cond *conds, size_t count);
/* May any of the alternatives fit one of the events that have these kinds and marks? */
static inline bool
condition_may_fit(const struct rule_match *alts, size_t count, uint64_t kinds,
                  struct event_marks marks)
{
    for (size_t i = 0; i < count; i++)
        if ((alts[i].kinds & kinds) != 0 && (alts[i].marks.has & ~marks.has) == 0 &&
            (alts[i].marks.says & ~marks.says) == 0)
            return true;
    return false;
}
/* Does any of the alternatives fit the event? `re` NULL: a regular expression fits nothing. */
bool condition_fits(const struct rule_match *alts, size_t count, const struct event *e,
                    const struct regex_memory *re);
/* Likewise, with this set of its values: what belongs together is asked together. */
bool condition_fits_set(const struct rule_match *alts, size_t count, const struct event *e,
                        unsigned set, const struct regex_memory *re);

#endif
