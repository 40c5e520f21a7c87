/*
 * arena.c - chunks in a list, the newest first; only the newest is allocated from.
 *
 *   arena -> [next | size | used | bytes ....] -> [next | ...] -> NULL
 */
#include "config.h"

#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/alloc.h"

struct rt_arena_chunk {
    struct rt_arena_chunk *next;
    size_t size, used;
    alignas(max_align_t) char bytes[];
};

enum { FIRST_CHUNK = 1024, LARGEST_CHUNK = 256 * 1024, ALIGN = alignof(max_align_t) };

void
rt_arena_init(struct rt_arena *a, size_t first, size_t max)
{
    *a = (struct rt_arena){.first = first, .max = max};
}

void
rt_arena_fini(struct rt_arena *a)
{
    for (struct rt_arena_chunk *c = a->head, *next = NULL; c != NULL; c = next) {
        next = c->next;
        rt_free(c);
    }
    a->head = NULL;
    a->held = 0;
}

static struct rt_arena_chunk *
grow(struct rt_arena *a, size_t n)
{
    size_t size = a->first == 0 ? FIRST_CHUNK : a->first; /* the owner had no opinion */
    if (size < a->held / 2)
        size = a->held / 2;
    if (size > LARGEST_CHUNK)
        size = LARGEST_CHUNK;
    if (size < n)
        size = n;
    size_t whole = size + sizeof(struct rt_arena_chunk);
    if (whole < size || (a->max != 0 && whole > a->max - (a->held < a->max ? a->held : a->max)))
        return NULL;
    struct rt_arena_chunk *c = rt_malloc(whole);
    if (c == NULL)
        return NULL;
    *c = (struct rt_arena_chunk){.next = a->head, .size = size};
    a->head = c;
    a->held += whole;
    return c;
}

/* Not zeroed: for copies that fill it at once. */
static void *
take(struct rt_arena *a, size_t n)
{
    if (n > SIZE_MAX - ALIGN)
        return NULL;
    n = (n + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    struct rt_arena_chunk *c = a->head;
    if (c == NULL || c->size - c->used < n)
        c = grow(a, n);
    if (c == NULL)
        return NULL;
    void *p = c->bytes + c->used;
    c->used += n;
    return p;
}

void *
rt_arena_alloc(struct rt_arena *a, size_t n)
{
    void *p = take(a, n);
    return p == NULL ? NULL : memset(p, 0, n);
}

void *
rt_arena_array(struct rt_arena *a, size_t count, size_t size)
{
    size_t n = 0;
    return __builtin_mul_overflow(count, size, &n) ? NULL : rt_arena_alloc(a, n);
}

void *
rt_arena_extend(struct rt_arena *a, const void *p, size_t n, size_t more)
{
    struct rt_arena_chunk *c = a->head;
    size_t whole = 0;
    if (__builtin_add_overflow(n, more, &whole))
        return NULL;
    bool even = n % ALIGN == 0 && more % ALIGN == 0;
    char *last = p == NULL || c == NULL || n > c->used ? NULL : c->bytes + c->used - n;
    if (even && last == p && last != NULL && c->size - c->used >= more) {
        c->used += more;
        return last;
    }
    char *copy = take(a, whole);
    if (copy != NULL && n > 0)
        memcpy(copy, p, n);
    return copy;
}

char *
rt_arena_strz(struct rt_arena *a, rt_str s)
{
    char *p = s.n == SIZE_MAX ? NULL : take(a, s.n + 1);
    if (p == NULL)
        return NULL;
    if (s.n > 0)
        memcpy(p, s.p, s.n);
    p[s.n] = '\0';
    return p;
}

rt_str
rt_arena_str(struct rt_arena *a, rt_str s, bool *ok)
{
    char *p = rt_arena_strz(a, s);
    if (p == NULL) {
        if (ok != NULL)
            *ok = false;
        return RT_NONE;
    }
    return (rt_str){p, s.n};
}

char *
rt_arena_printf(struct rt_arena *a, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    char *p = n < 0 ? NULL : take(a, (size_t)n + 1);
    if (p == NULL)
        return NULL;
    va_start(ap, fmt);
    vsnprintf(p, (size_t)n + 1, fmt, ap);
    va_end(ap);
    return p;
}

void
rt_arena_move(struct rt_arena *a, struct rt_arena *from)
{
    struct rt_arena_chunk **last = &a->head;
    while (*last != NULL)
        last = &(*last)->next;
    *last = from->head;
    a->held += from->held;
    from->head = NULL;
    from->held = 0;
}

struct rt_arena_mark
rt_arena_mark(const struct rt_arena *a)
{
    return (struct rt_arena_mark){a->head, a->head == NULL ? 0 : a->head->used};
}

void
rt_arena_reset(struct rt_arena *a, struct rt_arena_mark m)
{
    while (a->head != m.head) {
        struct rt_arena_chunk *c = a->head;
        a->head = c->next;
        a->held -= c->size + sizeof(*c);
        rt_free(c);
    }
    if (a->head != NULL)
        a->head->used = m.used;
}
