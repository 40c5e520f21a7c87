/*
 * alloc.h - every allocation of the program, so that tests can make the n-th one fail.
 *
 * jansson is given these functions in main; zlib takes them by stream.
 */
#ifndef RECTRACE_BASE_ALLOC_H
#define RECTRACE_BASE_ALLOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void *rt_malloc(size_t n) __attribute__((malloc, alloc_size(1)));
void *rt_calloc(size_t count, size_t size) __attribute__((malloc, alloc_size(1, 2)));
/* Likewise, and all of it is touched: for tables that are searched before they are filled. Memory that is read
 * before it is written costs two faults a page, and the second one interrupts all other threads. */
void *rt_zeroed(size_t count, size_t size) __attribute__((malloc, alloc_size(1, 2)));
/* Fails, and leaves `p` alone, when count * size overflows. */
void *rt_realloc_array(void *p, size_t count, size_t size);
void rt_free(void *p);
/* For a thread of a run that will need about so much and then end: its heap has room at once, in large pages where the
 * system gives them, and nothing goes back to the system. Else glibc extends it by a page at a time, and each
 * time stops the others. Takes no memory that is not used. */
void rt_heap_ahead(size_t bytes);
/* Is everything to be freed before the process ends? Only where leaks are counted: the system is faster at it. */
bool rt_frees_at_end(void);
char *rt_strdup(const char *z);

/* Test hook: the `n`-th allocation from now (0 = the next) fails, and all after it as long as
 * `sticky`; a negative `n` switches the hook off. Returns how many were asked for since the
 * last call. Costs one relaxed atomic load an allocation when off. */
uint64_t rt_alloc_fail_at(int64_t n, int sticky);

#endif
