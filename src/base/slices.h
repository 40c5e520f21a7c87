/*
 * slices.h - one loop over many things, by several threads.
 */
#ifndef RECTRACE_BASE_SLICES_H
#define RECTRACE_BASE_SLICES_H

#include <stddef.h>

/* From `from` to before `to`; `slice` and `thread` count from 0. 0, or -1. */
typedef int rt_slice_fn(void *arg, size_t thread, size_t slice, size_t from, size_t to);
/* Parts 0..n into `slices` stretches that follow each other, and calls `fn` once for each, in up to
 * `threads` threads: who is ready takes the next, and thread 0 is the caller, who does all when no other
 * can be had. 0, or -1 when any of them said so. */
int rt_slices(size_t threads, size_t slices, size_t n, rt_slice_fn *fn, void *arg);

#endif
