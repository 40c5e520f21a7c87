/*
 * sieve.h - which rules of sessions are worth a try, at a glance.
 *
 * Most rules ask for something that most sessions lack: a kind, a code, a word in a field. A row of
 * the sieve has what all shapes of a rule ask for in common, next to each other in memory.
 */
#ifndef RECTRACE_DETECT_SIEVE_H
#define RECTRACE_DETECT_SIEVE_H

#include "base/arena.h"
#include "rules/rule_set.h"

struct sieve_row {
    uint64_t kinds;           /* one of them at least */
    struct event_marks marks; /* all of them */
    uint32_t rule;            /* the first of its shapes, by index */
};
struct sieve {
    const struct sieve_row *v;
    size_t n;
};

/* Rows for the rules of scope `session` that are not off, in their order; in `a`. 0, or -1: memory. */
int sieve_init(struct sieve *s, const struct rule_set *rules, struct rt_arena *a);

/* False is sure: with these kinds and marks no shape of the rule can be complete. */
static inline bool
sieve_passes(const struct sieve_row *r, uint64_t kinds, struct event_marks marks)
{
    return (r->kinds & kinds) != 0 && (r->marks.has & ~marks.has) == 0 &&
           (r->marks.says & ~marks.says) == 0;
}

#endif
