/*
 * cells.h - the calls of one app, by 32nds of a second: as many as surely fit, the latest ones.
 *
 * A table found by time. Older cells are forgotten when it is full, and `since` says from when on it is whole; so the
 * order of adding does not matter.
 */
#ifndef RECTRACE_SESSION_CELLS_H
#define RECTRACE_SESSION_CELLS_H

#include <stddef.h>
#include <stdint.h>

#include "base/time.h"

struct cell { /* the calls of one tick */
    int64_t tick;
    uint32_t line; /* of its first call, with `input` */
    uint16_t input;
    uint16_t calls : 15; /* 0: free; saturates */
    uint16_t coarse : 1;
};
_Static_assert(sizeof(struct cell) == 16, "many are kept");

enum { CELL_TICKS = 32 /* a second */, CELLS_MOST = 1 << 16, CELLS_SURE = 3 * CELLS_MOST / 8 };
#define CELL_TICK (RT_SEC / CELL_TICKS)

struct cells {
    struct cell *v; /* owned; `mask + 1` of them, found by their time */
    size_t n, mask;
    int64_t since; /* earlier ticks are forgotten */
};

/* 0, or -1: memory; to be ended in either case. */
int cells_init(struct cells *c);
void cells_fini(struct cells *c);
/* Adds the calls of `more` to those of its tick. 0, or -1: memory. */
int cells_add(struct cells *c, const struct cell *more);
/* All in the order of their ticks, at the front of c->v; how many. Nothing may be added afterwards. */
size_t cells_sort(struct cells *c);

#endif
