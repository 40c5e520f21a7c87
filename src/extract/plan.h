/*
 * plan.h - many pointers into one object, answered by one walk over it.
 *
 * The walk stops at the members that are asked for and reads nothing else. A plan of a log remembers how the
 * last line looked, so that a line like it costs little more than comparing.
 */
#ifndef RECTRACE_EXTRACT_PLAN_H
#define RECTRACE_EXTRACT_PLAN_H

#include "base/arena.h"
#include "extract/scan.h"
#include "rules/rule_set.h"

/* Many pointers at once: slots are filled by the best-ranked path that is there. */
struct scan_plan;
struct scan_plan *scan_plan_new(struct rt_arena *a);
/* 0, or -1: memory. A later path of one slot ranks lower. `scalar`: objects and arrays are passed over. */
int scan_plan_add(struct scan_plan *p, const struct format_path *path, unsigned slot,
                  bool scalar);
/* From now on the plan remembers the order of keys that it met last, which makes lines of one logger cheap. Such a
 * plan belongs to one thread. 0, or -1: memory. */
int scan_plan_learn(struct scan_plan *p);
/* A bet on one value: when the member of `key_slot` was read, `expect` may tell what the member of `value_slot`
 * most likely says; bytes that are there are taken without being scanned. */
struct scan_hint {
    unsigned key_slot, value_slot;
    rt_str (*expect)(void *arg, const struct scan_value *key);
    void *arg;
    rt_str expected; /* an object; empty = no bet */
    bool won;
};
/* `values` has room for all slots and is set to SCAN_NONE first. The bytes read (the whole object), or
 * 0 when the text does not begin with an object. `hint` may be NULL. */
size_t scan_plan_run(const struct scan_plan *p, rt_str text, unsigned depth,
                     struct scan_hint *hint, struct scan_value *values, unsigned slots);

#endif
