/*
 * column.h - one step of a rule against all events of a scope, asked once.
 */
#ifndef RECTRACE_DETECT_COLUMN_H
#define RECTRACE_DETECT_COLUMN_H

#include "detect/match.h"

#define NOWHERE UINT32_MAX

struct column {
    size_t count;     /* how many fit */
    uint8_t *fits;    /* by event */
    uint32_t *next;   /* by event: the first that fits, from it on; NOWHERE */
    uint32_t *before; /* by event: the last that fits, before it; NOWHERE */
    rt_time *until;   /* by event: when those before it were over; RT_TIME_NONE */
};

/* Does any event fit the step? Mostly none does, and no column is made. */
bool column_any(const struct matcher *m, const struct rule_step *step, const struct scope *s);
/* Everything in `a`. 0, or -1: memory. */
int column_fill(struct column *c, const struct matcher *m, const struct rule_step *step,
                const struct scope *s, struct rt_arena *a);
/* Fills next, before and until from what fits. 0, or -1: memory. */
int column_link(struct column *c, const struct scope *s, struct rt_arena *a);

#endif
