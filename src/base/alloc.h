/*
 * alloc.h - every allocation of the program, so that tests can make the n-th one fail.
 *
 * jansson is given these functions in main; zlib takes them by stream.
 */
#ifndef RECTRACE_BASE_ALLOC_H
#define RECTRACE_BASE_ALLOC_H

#include <stddef.h>
#include <stdint.h>

void *rt_malloc(size_t n) __attribute__((malloc, alloc_size(1)));
void *rt_calloc(size_t count, size_t size) __attribute__((malloc, alloc_size(1, 2)));
/* Fails, and leaves `p` alone, when count * size overflows. */
void *rt_realloc_array(void *p, size_t count, size_t size);
void rt_free(void *p);
char *rt_strdup(const char *z);

/* Test hook: the `n`-th allocation from now (0 = the next) fails, and all after it as long as
 * `sticky`; a negative `n` switches the hook off. Returns how many were asked for since the
 * last call. Costs one relaxed atomic load an allocation when off. */
uint64_t rt_alloc_fail_at(int64_t n, int sticky);

#endif
