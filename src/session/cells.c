/*
 * cells.c - see cells.h. Open addressing with a walk to the next free cell; nothing is ever marked as deleted.
 */
#include "config.h"

#include "session/cells.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum { CALLS_MOST = (1 << 15) - 1, CELLS_LEAST = 128 };

int
cells_init(struct cells *c)
{
    *c = (struct cells){.since = INT64_MIN, .mask = CELLS_LEAST - 1};
    c->v = rt_calloc(CELLS_LEAST, sizeof(*c->v));
    return c->v == NULL ? -1 : 0;
}

void
cells_fini(struct cells *c)
{
    rt_free(c->v);
    c->v = NULL;
}

/* Spread, because ticks in a row would stand in a row and be walked along. The four of a cache line
 * stay together: they are looked at together. */
static size_t
home_of(const struct cells *c, int64_t tick)
{
    uint64_t line = ((uint64_t)tick >> 2) * UINT64_C(0x9fb21c651e98df25);
    return ((size_t)(line >> 32) << 2 | ((size_t)tick & 3)) & c->mask;
}

static struct cell *
find_cell(const struct cells *c, int64_t tick)
{
    size_t i = home_of(c, tick);
    while (c->v[i].calls != 0 && c->v[i].tick != tick)
        i = (i + 1) & c->mask;
    return &c->v[i];
}

static int
by_tick(const void *a, const void *b)
{
    const struct cell *x = a, *y = b;
    return (x->tick > y->tick) - (x->tick < y->tick);
}

/* Moves all to the front; how many there are. */
static size_t
collect(struct cells *c)
{
    size_t n = 0;
    for (size_t i = 0; i <= c->mask; i++)
        if (c->v[i].calls != 0)
            c->v[n++] = c->v[i];
    return n;
}

/* All in their order, at the front. A busy app has a call in most ticks: then looking at each is quicker
 * than to sort. */
size_t
cells_sort(struct cells *c)
{
    enum { CLOSE = 4 }; /* ticks a cell */
    int64_t from = INT64_MAX, to = INT64_MIN;
    for (size_t i = 0; i <= c->mask; i++)
        if (c->v[i].calls != 0) {
            from = c->v[i].tick < from ? c->v[i].tick : from;
            to = c->v[i].tick > to ? c->v[i].tick : to;
        }
    bool close = c->n > 1 && (uint64_t)to - (uint64_t)from < CLOSE * c->n;
    struct cell *v = close ? rt_calloc(c->mask + 1, sizeof(*v)) : NULL;
    size_t n = 0;
    if (v == NULL) {
        n = collect(c);
        if (n > 1)
            qsort(c->v, n, sizeof(*c->v), by_tick);
        return n;
    }
    for (int64_t tick = from; tick <= to; tick++) {
        const struct cell *at = find_cell(c, tick);
        if (at->calls != 0)
            v[n++] = *at;
    }
    rt_free(c->v);
    c->v = v;
    return n;
}

/* ---- counting ---- */

/* The tick of the cell that would stand at `at` if all were sorted: where it lies among ever shorter ranges of ticks. */
static int64_t
tick_at(const struct cells *c, size_t at)
{
    enum { BITS = 12, RANGES = 1 << BITS };
    uint32_t in[RANGES];
    uint64_t from = 0; /* ticks are counted from the least that can be */
    for (int shift = 64 - BITS;; shift = shift > BITS ? shift - BITS : 0) {
        memset(in, 0, sizeof(in));
        for (size_t i = 0; i <= c->mask; i++) {
            uint64_t tick = (uint64_t)c->v[i].tick - (uint64_t)INT64_MIN;
            if (c->v[i].calls != 0 && tick >= from && (tick - from) >> shift < RANGES)
                in[(tick - from) >> shift]++;
        }
        uint64_t r = 0;
        while (r + 1 < RANGES && in[r] <= at)
            at -= in[r++];
        from += r << shift;
        if (shift == 0)
            return (int64_t)(from + (uint64_t)INT64_MIN);
    }
}

/* What stands behind moves up, so that all are found from where they belong. */
static void
empty_cell(struct cells *c, size_t hole)
{
    for (size_t i = (hole + 1) & c->mask; c->v[i].calls != 0; i = (i + 1) & c->mask)
        if (((i - home_of(c, c->v[i].tick)) & c->mask) >= ((i - hole) & c->mask)) {
            c->v[hole] = c->v[i];
            hole = i;
        }
    c->v[hole] = (struct cell){.calls = 0};
}

/* The same room without the older half. */
static void
forget_old(struct cells *c)
{
    c->since = tick_at(c, c->n - CELLS_SURE);
    for (size_t i = 0; i <= c->mask; i++)
        while (c->v[i].calls != 0 && c->v[i].tick < c->since) {
            empty_cell(c, i);
            c->n--;
        }
}

static int
make_room(struct cells *c)
{
    if (c->mask + 1 >= CELLS_MOST) {
        forget_old(c);
        return 0;
    }
    size_t room = c->mask + 1 < CELLS_MOST / 8 ? 4 * (c->mask + 1) : CELLS_MOST, n = collect(c);
    struct cell *old = c->v, *fresh = rt_zeroed(room, sizeof(*fresh));
    if (fresh == NULL)
        return -1;
    c->v = fresh;
    c->mask = room - 1;
    for (size_t i = 0; i < n; i++)
        *find_cell(c, old[i].tick) = old[i];
    rt_free(old);
    return 0;
}

/* The least, so that no order of adding matters. */
static void
place_first(struct cell *c, const struct cell *more)
{
    if (more->input > c->input || (more->input == c->input && more->line >= c->line))
        return;
    c->input = more->input;
    c->line = more->line;
}

int
cells_add(struct cells *c, const struct cell *more)
{
    if (more->tick < c->since)
        return 0;
    struct cell *at = find_cell(c, more->tick);
    if (at->calls == 0) {
        if (4 * c->n >= 3 * c->mask)
            return make_room(c) < 0 ? -1 : cells_add(c, more);
        *at = *more;
        c->n++;
        return 0;
    }
    unsigned calls = (unsigned)at->calls + more->calls;
    place_first(at, more);
    at->coarse |= more->coarse;
    at->calls = (calls < CALLS_MOST ? calls : CALLS_MOST) & CALLS_MOST;
    return 0;
}
