#include "config.h"

#include "detect/latest.h"

#include <stdlib.h>

static int
by_group_and_end(const void *a, const void *b)
{
    const struct latest_leaf *x = a, *y = b;
    if (x->group != y->group)
        return x->group < y->group ? -1 : 1;
    if (x->over != y->over)
        return x->over < y->over ? -1 : 1;
    return (x->event > y->event) - (x->event < y->event);
}

int
latest_init(struct latest *t, struct latest_leaf *leaves, size_t count, size_t events,
            const uint32_t *colours, struct rt_arena *a)
{
    *t = (struct latest){.leaves = leaves, .count = count, .base = 1, .colours = colours};
    while (t->base < count)
        t->base *= 2;
    t->leaf_of = rt_arena_array(a, events + 1, sizeof(*t->leaf_of));
    t->nodes = rt_arena_array(a, 2 * t->base, sizeof(*t->nodes));
    if (t->leaf_of == NULL || t->nodes == NULL)
        return -1;
    if (count > 1)
        qsort(leaves, count, sizeof(*leaves), by_group_and_end);
    for (size_t i = 0; i < events; i++)
        t->leaf_of[i] = LATEST_NONE;
    for (size_t i = 0; i < count; i++)
        t->leaf_of[leaves[i].event] = (uint32_t)i;
    return 0;
}

static struct latest_node
merge(struct latest_node a, struct latest_node b)
{
    struct latest_node high = a.best >= b.best ? a : b, low = a.best >= b.best ? b : a;
    uint32_t unlike = low.colour != high.colour ? low.best : low.other;
    if (unlike > high.other)
        high.other = unlike;
    return high;
}

static void
put(struct latest *t, uint32_t event, struct latest_node node)
{
    if (t->leaf_of[event] == LATEST_NONE)
        return;
    size_t at = t->base + t->leaf_of[event];
    t->nodes[at] = node;
    while (at > 1) {
        at /= 2;
        t->nodes[at] = merge(t->nodes[2 * at], t->nodes[2 * at + 1]);
    }
}

void
latest_add(struct latest *t, uint32_t event)
{
    uint32_t colour = t->colours == NULL ? 0 : t->colours[event];
    put(t, event, (struct latest_node){.best = event + 1, .colour = colour});
}

void
latest_drop(struct latest *t, uint32_t event)
{
    put(t, event, (struct latest_node){0});
}

/* How many leaves stand before (group, over), or before and at it. */
static size_t
rank(const struct latest *t, uint32_t group, rt_time over, bool and_at)
{
    size_t low = 0, high = t->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct latest_leaf *l = &t->leaves[middle];
        bool before = l->group != group ? l->group < group
                                        : l->over < over || (and_at && l->over == over);
        if (before)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint32_t
latest_find(const struct latest *t, uint32_t group, rt_time from, rt_time to, uint32_t unlike)
{
    struct latest_node all = {0};
    size_t low = rank(t, group, from, false) + t->base;
    size_t high = rank(t, group, to, true) + t->base;
    for (; low < high; low /= 2, high /= 2) {
        if (low % 2 == 1)
            all = merge(all, t->nodes[low++]);
        if (high % 2 == 1)
            all = merge(all, t->nodes[--high]);
    }
    uint32_t found = unlike != LATEST_ANY && all.colour == unlike ? all.other : all.best;
    return found == 0 ? LATEST_NONE : found - 1;
}
