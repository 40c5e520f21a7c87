/*
 * roll.h - the witnesses that rules of one scope may ask, by owner and in order.
 */
#ifndef RECTRACE_DETECT_ROLL_H
#define RECTRACE_DETECT_ROLL_H

#include "base/vec.h"
#include "detect/testimony.h"
#include "rules/rule_set.h"

struct roll_entry {
    const struct witness_like *like;
    const char *at; /* testimony_read() */
    rt_time begin;
};
struct roll {
    enum rule_scope scope;
    RT_VEC(struct roll_entry) list;
};
/* `rules`: the bits of those that will ask. 0, or -1: memory; to be ended in either case. */
int roll_init(struct roll *r, enum rule_scope scope, uint64_t rules,
              const struct testimonies *all);
void roll_fini(struct roll *r);
/* The app or host of an entry; RT_NONE for a run. */
rt_str roll_owner(const struct roll *r, size_t i);
/* The first entry of another owner. */
size_t roll_next(const struct roll *r, size_t begin);

#endif
