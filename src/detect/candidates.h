/*
 * candidates.h - of the witnesses of an app or host those that may have part in an occurrence of a rule.
 *
 * An owner may have millions, and most rules rest on a few. Where a `no` stands between all its steps, what
 * fits it parts the witnesses into stretches that no occurrence leaves: one that cannot hold a whole
 * occurrence is left out. Matching finds in the candidates what it would find in all.
 */
#ifndef RECTRACE_DETECT_CANDIDATES_H
#define RECTRACE_DETECT_CANDIDATES_H

#include "detect/crowd.h"
#include "detect/match.h"
#include "detect/roll.h"
#include "detect/survey.h"

struct candidate { /* its address is that of the event */
    struct event e;
    const char *at; /* where it stands as a witness */
};
struct candidates_search {
    const struct matcher *matcher;
    const struct crowds *crowds; /* tell what starts have in common */
    const struct rule *r;        /* followed by its further shapes, r_end is behind them */
    const struct rule *r_end;
    uint64_t bit;           /* of the rule */
    struct field_set every; /* who says one of these is a candidate, too */
    const struct roll_entry *v;
    size_t n;
};
/* In order, everything in `a`; the events are those of struct candidate. 0, or -1: memory. */
int candidates_find(const struct candidates_search *s, struct rt_arena *a, struct scope *out);

#endif
