#include "config.h"

#include "base/literals.h"

#include <string.h>

enum { WINDOW = 4, BITS = 14, BUCKETS = 1024 };
#define LOWER UINT32_C(0x20202020)

struct place {             /* a window of a word */
    uint32_t window, last; /* `last`: the window that ends the word */
    uint32_t word, back;   /* back: bytes from the word's begin */
    uint32_t next;         /* of its bucket, from 1; 0: none */
};

struct literals {
    const rt_str *words;
    size_t stride;             /* from one window to the next */
    uint8_t may[1 << BITS];    /* 1: a word may have a window of this hash */
    uint32_t buckets[BUCKETS]; /* first place, from 1 */
    struct place places[];
};

/* Letters lose their case; other bytes may fall together, which costs a closer look. */
static inline uint32_t
window_at(const char *p)
{
    uint32_t w = 0;
    memcpy(&w, p, WINDOW);
    return w | LOWER;
}

static inline uint32_t
mix(uint32_t window)
{
    return window * UINT32_C(2654435761) >> (32 - BITS);
}

struct literals *
literals_new(const rt_str *words, size_t count, struct rt_arena *a)
{
    size_t least = words[0].n;
    for (size_t i = 1; i < count; i++)
        least = words[i].n < least ? words[i].n : least;
    size_t stride = least - WINDOW + 1, n = 0, places = 0, bytes = 0;
    struct literals *l = NULL;
    if (__builtin_mul_overflow(count, stride, &places) || places > UINT32_MAX ||
        __builtin_mul_overflow(places, sizeof(l->places[0]), &bytes) ||
        __builtin_add_overflow(bytes, sizeof(*l), &bytes) ||
        (l = rt_arena_alloc(a, bytes)) == NULL)
        return NULL;
    l->words = words;
    l->stride = stride;
    for (size_t i = 0; i < count; i++)
        for (size_t back = 0; back < stride; back++) {
            uint32_t window = window_at(words[i].p + back), at = mix(window);
            uint32_t *bucket = &l->buckets[at % BUCKETS],
                     last = window_at(words[i].p + words[i].n - WINDOW);
            l->places[n] = (struct place){window, last, (uint32_t)i, (uint32_t)back, *bucket};
            l->may[at] = 1;
            *bucket = (uint32_t)++n;
        }
    return l;
}

/* Out of line: the loop that asks for it keeps its registers. */
static bool __attribute__((noinline))
stands_around(const struct literals *l, rt_str line, size_t at)
{
    uint32_t window = window_at(line.p + at);
    for (uint32_t i = l->buckets[mix(window) % BUCKETS]; i != 0; i = l->places[i - 1].next) {
        const struct place *p = &l->places[i - 1];
        rt_str word = l->words[p->word];
        if (p->window != window || p->back > at || line.n - (at - p->back) < word.n)
            continue;
        if (window_at(line.p + at - p->back + word.n - WINDOW) != p->last)
            continue;
        if (rt_str_eq_nocase((rt_str){line.p + at - p->back, word.n}, word))
            return true;
    }
    return false;
}

/* Whether any word has this window: nearly always not. */
static inline unsigned
may_stand(const struct literals *l, const char *p)
{
    return l->may[mix(window_at(p))];
}

static inline bool
is_at(const struct literals *l, rt_str line, size_t at)
{
    return may_stand(l, line.p + at) != 0 && stands_around(l, line, at);
}

/* Four windows for one branch. */
static inline bool
may_stand_in_four(const struct literals *l, const char *p)
{
    size_t step = l->stride;
    return (may_stand(l, p) | may_stand(l, p + step) | may_stand(l, p + 2 * step) |
            may_stand(l, p + 3 * step)) != 0;
}

bool
literals_near(const struct literals *l, rt_str line, size_t *near)
{
    size_t step = l->stride;
    if (*near + WINDOW <= line.n && is_at(l, line, *near))
        return true;
    for (size_t at = 0; at + WINDOW <= line.n; at += step) {
        while (at + 3 * step + WINDOW <= line.n && !may_stand_in_four(l, line.p + at))
            at += 4 * step;
        if (at + WINDOW > line.n)
            break;
        if (is_at(l, line, at)) {
            *near = at;
            return true;
        }
    }
    return false;
}

bool
literals_in(const struct literals *l, rt_str line)
{
    size_t near = 0;
    return literals_near(l, line, &near);
}
