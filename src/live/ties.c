#include "config.h"

#include "base/alloc.h"
#include "live/internal.h"

void
ties_fini(struct ties *t)
{
    rt_free(t->v);
    *t = (struct ties){0};
}

static size_t
place(const struct ties *t, uint64_t key)
{
    size_t i = (size_t)(key * UINT64_C(0x9fb21c651e98df25) >> 20) & t->mask;
    while (t->v[i].knot != NULL && t->v[i].key != key)
        i = (i + 1) & t->mask;
    return i;
}

struct knot *
ties_get(const struct ties *t, uint64_t key)
{
    return t->n == 0 ? NULL : t->v[place(t, key)].knot;
}

static int
grow(struct ties *t)
{
    struct ties wider = {.mask = t->v == NULL ? 255 : 2 * t->mask + 1};
    wider.v = rt_calloc(wider.mask + 1, sizeof(*wider.v));
    if (wider.v == NULL)
        return -1;
    for (size_t i = 0; t->v != NULL && i <= t->mask; i++)
        if (t->v[i].knot != NULL)
            wider.v[place(&wider, t->v[i].key)] = t->v[i];
    wider.n = t->n;
    rt_free(t->v);
    *t = wider;
    return 0;
}

int
ties_put(struct ties *t, uint64_t key, struct knot *k)
{
    if ((t->v == NULL || 4 * t->n >= 3 * t->mask) && grow(t) < 0)
        return -1;
    struct tie *slot = &t->v[place(t, key)];
    t->n += slot->knot == NULL;
    *slot = (struct tie){key, k};
    return 0;
}

void
ties_del(struct ties *t, uint64_t key)
{
    if (t->n == 0)
        return;
    size_t hole = place(t, key);
    if (t->v[hole].knot == NULL)
        return;
    t->v[hole].knot = NULL;
    t->n--;
    /* What was pushed behind the hole moves up. */
    for (size_t i = (hole + 1) & t->mask; t->v[i].knot != NULL; i = (i + 1) & t->mask) {
        struct tie moved = t->v[i];
        t->v[i].knot = NULL;
        t->v[place(t, moved.key)] = moved;
    }
}
