/*
 * arena.h - memory with one lifetime: many allocations, one free.
 *
 * An arena belongs to one thread. A chunk has `first` bytes or half of what is held, up to 256 KiB: a log
 * has thousands of small sessions, and room that nobody uses is what they would mostly hold.
 */
#ifndef RECTRACE_BASE_ARENA_H
#define RECTRACE_BASE_ARENA_H

#include <stddef.h>

#include "base/str.h"

struct rt_arena_chunk;
struct rt_arena {
    struct rt_arena_chunk *head;
    size_t first; /* bytes of the first chunk */
    size_t held;  /* bytes of all chunks */
    size_t max;   /* never hold more; 0 = no limit of its own */
};
struct rt_arena_mark {
    struct rt_arena_chunk *head;
    size_t used;
};

void rt_arena_init(struct rt_arena *a, size_t first, size_t max);
void rt_arena_fini(struct rt_arena *a);
/* Zeroed, aligned for any type. NULL: memory or the limit ran out. */
void *rt_arena_alloc(struct rt_arena *a, size_t n);
void *rt_arena_array(struct rt_arena *a, size_t count, size_t size);
/* `more` bytes, not zeroed, behind the `n` at `p` (NULL: none): where they are if nothing was taken since, else
 * in a copy. What was there stays valid in either case. NULL when memory runs out. */
void *rt_arena_extend(struct rt_arena *a, const void *p, size_t n, size_t more);
/* A copy; `ok` (may be NULL) is set to false when memory runs out, and RT_NONE is returned. */
rt_str rt_arena_str(struct rt_arena *a, rt_str s, bool *ok);
/* NUL-terminated copy, NULL when memory runs out. */
char *rt_arena_strz(struct rt_arena *a, rt_str s);
char *rt_arena_printf(struct rt_arena *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* All of `from` lives as long as `a`; `from` is empty then. The limit of `a` is not asked. */
void rt_arena_move(struct rt_arena *a, struct rt_arena *from);
/* Scratch inside a stage: everything since the mark is given back. */
struct rt_arena_mark rt_arena_mark(const struct rt_arena *a);
void rt_arena_reset(struct rt_arena *a, struct rt_arena_mark m);

#endif
