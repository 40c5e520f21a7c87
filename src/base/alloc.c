#include "config.h"

#include "base/alloc.h"

#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#ifdef __GLIBC__
#    include <malloc.h>
#endif

#ifdef __SANITIZE_ADDRESS__ /* gcc */
#    define LEAKS_ARE_COUNTED
#elif defined(__has_feature)
#    if __has_feature(address_sanitizer) /* clang */
#        define LEAKS_ARE_COUNTED
#    endif
#endif

/* So far away that the hook counts but does not fail again. */
#define NEVER (LLONG_MAX / 2)

/* -1: off. Otherwise the number of allocations that still succeed. */
static atomic_llong until_failure = -1;
static atomic_int stays_failing;
static atomic_ullong asked;

static bool
may_not(void)
{
    if (atomic_load_explicit(&until_failure, memory_order_relaxed) < 0)
        return false;
    atomic_fetch_add(&asked, 1);
    /* Threads share the count: exactly one of them takes each step of it. */
    long long left = atomic_load(&until_failure), next = 0;
    do {
        if (left < 0)
            return false;
        next = left > 0 ? left - 1 : atomic_load(&stays_failing) ? 0 : NEVER;
    } while (!atomic_compare_exchange_weak(&until_failure, &left, next));
    return left == 0;
}

void *
rt_malloc(size_t n)
{
    return may_not() ? NULL : malloc(n == 0 ? 1 : n);
}

void *
rt_calloc(size_t count, size_t size)
{
    return may_not() ? NULL : calloc(count == 0 ? 1 : count, size == 0 ? 1 : size);
}

void *
rt_zeroed(size_t count, size_t size)
{
    enum { PAGE = 4096 }; /* or less than a page */
    void *p = rt_calloc(count, size);
    for (size_t i = 0; p != NULL && i < count * size; i += PAGE)
        ((volatile char *)p)[i] = 0;
    return p;
}

void *
rt_realloc_array(void *p, size_t count, size_t size)
{
    size_t n = 0;
    if (__builtin_mul_overflow(count, size, &n) || may_not())
        return NULL;
    return realloc(p, n == 0 ? 1 : n);
}

void
rt_free(void *p)
{
    free(p);
}

bool
rt_frees_at_end(void)
{
#ifdef LEAKS_ARE_COUNTED
    return true;
#else
    return false;
#endif
}

char *
rt_strdup(const char *z)
{
    size_t n = strlen(z) + 1;
    char *copy = rt_malloc(n);
    if (copy != NULL)
        memcpy(copy, z, n);
    return copy;
}

void
rt_heap_ahead(size_t bytes)
{
#if defined(M_TRIM_THRESHOLD) && defined(MADV_HUGEPAGE)
    enum {
        PAGE = 4096,
        PIECE = 24 << 20,
        LARGEST = 32 << 20,
        PIECES = 2
    }; /* the heap of a thread ends at 64 MiB */
    void *pieces[PIECES] = {NULL};
    mallopt(M_TRIM_THRESHOLD, INT_MAX);
    mallopt(M_MMAP_THRESHOLD, LARGEST);
    for (size_t i = 0; i < PIECES && bytes >= PAGE; i++) {
        size_t n = bytes < PIECE ? bytes : PIECE;
        bytes -= n;
        if ((pieces[i] = malloc(n)) == NULL)
            break;
        uintptr_t from = ((uintptr_t)pieces[i] + PAGE - 1) / PAGE * PAGE;
        (void)madvise((void *)from, n / PAGE * PAGE - PAGE,
                      MADV_HUGEPAGE); /* small pages do as well */
    }
    for (size_t i = PIECES; i-- > 0;)
        free(pieces[i]);
#else
    (void)bytes;
#endif
}

uint64_t
rt_alloc_fail_at(int64_t n, int sticky)
{
    atomic_store(&stays_failing, sticky);
    atomic_store(&until_failure, n);
    return atomic_exchange(&asked, 0);
}
