/*
 * alias.h - ids told by another name: stable, keyed, of the same kind.
 *
 * An alias keeps what rules look at (hexadecimal digits stay such, a number stays a number of an
 * allowed size, a byte that is not allowed stays where it is) and nothing else. The key and who is
 * meant are in a private file, readable by its owner only; with the same file the aliases stay the same.
 */
#ifndef RECTRACE_REPORT_ALIAS_H
#define RECTRACE_REPORT_ALIAS_H

#include "base/arena.h"
#include "base/err.h"
#include "base/map.h"
#include "base/vec.h"

enum { ALIAS_KEY = 32 };
struct alias_pair {
    rt_str real, alias;
};
struct aliases {
    struct rt_arena arena;
    struct rt_map by_real, by_alias;
    RT_VEC(struct alias_pair) pairs; /* in the order of their making */
    uint8_t key[ALIAS_KEY];
    bool changed;
};
/* With what the file holds, or with a new key when there is none. -1: it cannot be read. */
int aliases_open(struct aliases *a, const char *path, struct rt_err *err);
void aliases_fini(struct aliases *a);
/* `word`: what a readable alias begins with, or NULL. The empty text and "0" stay. RT_NONE: memory. */
rt_str alias_of(struct aliases *a, rt_str real, const char *word);
/* Mode 0600, beside its place and renamed. */
int aliases_save(const struct aliases *a, const char *path, struct rt_err *err);

#endif
