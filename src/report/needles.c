#include "config.h"

#include "report/needles.h"

#include <stdlib.h>

#include "base/alloc.h"

int
needles_add(struct needles *n, rt_str text, rt_str put)
{
    struct needle *slot = text.n < NEEDLE_LEAST ? NULL : RT_VEC_PUSH(&n->v);
    if (slot != NULL)
        *slot = (struct needle){text, put};
    return text.n >= NEEDLE_LEAST && slot == NULL ? -1 : 0;
}

static uint32_t
window(const char *p)
{
    uint32_t w;
    memcpy(&w, p, sizeof(w));
    return (w * UINT32_C(2654435761)) >> 16;
}

static int
by_text(const void *a, const void *b)
{
    const struct needle *x = a, *y = b;
    return rt_str_cmp(x->text, y->text);
}

void
needles_settle(struct needles *n)
{
    if (n->v.n > 1)
        qsort(n->v.v, n->v.n, sizeof(*n->v.v), by_text);
    for (size_t i = 0; i < n->v.n; i++) {
        uint32_t w = window(n->v.v[i].text.p);
        n->filter[w / 8] |= (uint8_t)(1u << w % 8);
    }
}

void
needles_fini(struct needles *n)
{
    RT_VEC_FREE(&n->v);
}

/* The first needle that is not before the text at `i`, by its first bytes. */
static size_t
lower(const struct needles *n, const char *p)
{
    size_t low = 0, high = n->v.n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (memcmp(n->v.v[middle].text.p, p, NEEDLE_LEAST) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct needle *
needles_at(const struct needles *n, rt_str text, size_t i)
{
    const struct needle *longest = NULL;
    if (n->v.n == 0 || text.n - i < NEEDLE_LEAST)
        return NULL;
    uint32_t w = window(text.p + i);
    if ((n->filter[w / 8] & 1u << w % 8) == 0)
        return NULL;
    for (size_t k = lower(n, text.p + i);
         k < n->v.n && memcmp(n->v.v[k].text.p, text.p + i, NEEDLE_LEAST) == 0; k++)
        if (rt_str_starts(rt_str_from(text, i), n->v.v[k].text) &&
            (longest == NULL || n->v.v[k].text.n > longest->text.n))
            longest = &n->v.v[k];
    return longest;
}

const struct needle *
needles_in(const struct needles *n, rt_str text)
{
    for (size_t i = 0; n->v.n > 0 && i + NEEDLE_LEAST <= text.n; i++) {
        uint32_t w = window(text.p + i);
        if ((n->filter[w / 8] & 1u << w % 8) == 0)
            continue;
        const struct needle *found = needles_at(n, text, i);
        if (found != NULL)
            return found;
    }
    return NULL;
}
