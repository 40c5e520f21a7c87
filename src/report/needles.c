#include "config.h"

#include "report/needles.h"

#include <stdlib.h>

#include "base/alloc.h"

int
needles_add(struct needles *n, rt_str text, rt_str put)
{
    struct needle *slot = text.n < NEEDLE_LEAST ? NULL : RT_VEC_PUSH(&n->v);
    if (slot != NULL)
        *slot = (struct needle){text, put, 0};
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
        size_t up = i; /* the one before it, or the nearest that this one begins with */
        while (up > 0 && !rt_str_starts(n->v.v[i].text, n->v.v[up - 1].text))
            up = n->v.v[up - 1].up;
        n->v.v[i].up = up;
        uint32_t w = window(n->v.v[i].text.p);
        n->filter[w / 8] |= (uint8_t)(1u << w % 8);
    }
}

void
needles_fini(struct needles *n)
{
    RT_VEC_FREE(&n->v);
}

/* How many needles are not behind the text, in the order of bytes. */
static size_t
upper(const struct needles *n, rt_str text)
{
    size_t low = 0, high = n->v.n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (rt_str_cmp(n->v.v[middle].text, text) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* All between a beginning of the text and the text begin with it too. */
const struct needle *
needles_at(const struct needles *n, rt_str text, size_t i)
{
    if (n->v.n == 0 || text.n - i < NEEDLE_LEAST)
        return NULL;
    uint32_t w = window(text.p + i);
    if ((n->filter[w / 8] & 1u << w % 8) == 0)
        return NULL;
    rt_str rest = rt_str_from(text, i);
    size_t k = upper(n, rest);
    while (k > 0 && !rt_str_starts(rest, n->v.v[k - 1].text))
        k = n->v.v[k - 1].up;
    return k == 0 ? NULL : &n->v.v[k - 1];
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
