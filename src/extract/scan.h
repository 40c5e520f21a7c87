/*
 * scan.h - an on-demand JSON scanner: members as slices, nothing parsed that nobody asked for.
 *
 * Linear in the text, no allocation, no recursion beyond the depth of the plan; nesting is counted
 * against a limit. It accepts what a strict parser would and a little more.
 */
#ifndef RECTRACE_EXTRACT_SCAN_H
#define RECTRACE_EXTRACT_SCAN_H

#include "base/arena.h"
#include "rules/rule_set.h"

enum scan_type { SCAN_NONE, SCAN_STRING, SCAN_NUMBER, SCAN_OBJECT, SCAN_ARRAY, SCAN_WORD };
struct scan_value {
    enum scan_type type;
    rt_str text;  /* of a string: without its quotes, still escaped */
    bool escaped; /* the string holds a backslash */
};

/* One value at `*at`; advances behind it. False: not JSON there (nothing changed). */
bool scan_value(rt_str s, size_t *at, unsigned depth, struct scan_value *out);
/* Iterates the members of an object or the items of an array: *at begins at 0. 1, 0 at its end, -1: broken. */
int scan_member(rt_str object, size_t *at, unsigned depth, rt_str *key, struct scan_value *value);
/* The member of an object by name, or SCAN_NONE. */
struct scan_value scan_get(rt_str object, const char *name);

/* Unescapes a string's text into `out` (appended); lone surrogates become U+FFFD. */
int scan_unescape(rt_str text, struct rt_buf *out);

/* Many pointers at once: slots are filled by the best-ranked path that is there. */
struct scan_plan;
struct scan_plan *scan_plan_new(struct rt_arena *a);
/* 0, or -1: memory. A later path of one slot ranks lower. `scalar`: objects and arrays are passed over. */
int scan_plan_add(struct scan_plan *p, const struct format_path *path, unsigned slot, bool scalar);
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
size_t scan_plan_run(const struct scan_plan *p, rt_str text, unsigned depth, struct scan_hint *hint,
                     struct scan_value *values, unsigned slots);

#endif
