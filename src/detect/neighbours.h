/*
 * neighbours.h - where the joint before may stand, seen from an event of the next.
 */
#ifndef RECTRACE_DETECT_NEIGHBOURS_H
#define RECTRACE_DETECT_NEIGHBOURS_H

#include "detect/attempt.h"
#include "detect/latest.h"

struct bounds {
    rt_time from, to;  /* of the end of the event before */
    uint32_t possible; /* it stands here or later: nothing forbidden lies between */
    uint32_t sure;     /* likewise, and somebody listened; NOWHERE: nobody does */
    bool unsure;       /* a distance is asked for, but there are no times */
};
/* What joint `j` at event `i` asks of the one before it. */
struct bounds neighbours_bounds(const struct attempt *t, const struct joint *j, uint32_t i);

/* How sure it is that the joint before stands at p, with the absences that follow it. */
enum tri neighbours_stand(const struct attempt *t, const struct joint *j, uint32_t p);

/* The events at which it can: */
struct neighbours {
    struct latest *trees; /* one; or one for each field of `differ`, any of which will do */
    size_t count;
    const struct joint *j;
};
/* Those that are at least so sure in `before`, by event; none counts until it is added. 0, or -1: memory. */
int neighbours_init(struct neighbours *nb, const struct attempt *t, const struct joint *j,
                    const enum tri *before, enum tri least);
/* The latest that lies within `b`, for a joint whose run begins at `begin`; NOWHERE. */
uint32_t neighbours_find(const struct neighbours *nb, uint32_t begin, const struct bounds *b);
void neighbours_add(struct neighbours *nb, uint32_t p);
void neighbours_drop(struct neighbours *nb, uint32_t p);

#endif
