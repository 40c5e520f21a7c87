/*
 * latest.h - of the events before a joint, the latest whose end lies in a window.
 *
 * A segment tree over the candidates in order of (group, end). Every node knows the latest
 * candidate below it and the latest of another colour than that one's, so that "unlike this
 * colour" costs no more. Groups are what `same` asks for, colours what `differ` does.
 */
#ifndef RECTRACE_DETECT_LATEST_H
#define RECTRACE_DETECT_LATEST_H

#include "base/arena.h"
#include "base/time.h"

#define LATEST_NONE UINT32_MAX
#define LATEST_ANY  UINT32_MAX /* a colour that nothing has */

struct latest_leaf {
    rt_time over;
    uint32_t group, event;
};
struct latest_node {
    uint32_t best, colour, other; /* events + 1; 0 = none */
};
struct latest {
    struct latest_leaf *leaves; /* sorted */
    uint32_t *leaf_of;          /* by event */
    size_t count, base;
    struct latest_node *nodes;
    const uint32_t *colours; /* by event; NULL: all alike */
};

/* Takes the leaves, in any order; `events`: one more than the largest. Nothing is in the tree yet.
 * 0, or -1: memory. */
int latest_init(struct latest *t, struct latest_leaf *leaves, size_t count, size_t events,
                const uint32_t *colours, struct rt_arena *a);
/* Only what is a leaf has an effect. */
void latest_add(struct latest *t, uint32_t event);
void latest_drop(struct latest *t, uint32_t event);
/* The latest of `group` with from <= end <= to that is not of the colour `unlike`; LATEST_NONE. */
uint32_t latest_find(const struct latest *t, uint32_t group, rt_time from, rt_time to,
                     uint32_t unlike);

#endif
