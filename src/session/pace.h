/*
 * pace.h - how quickly queries follow each other. Asked while polls are unpacked, for afterwards
 * a run of equal ones is a single event.
 */
#ifndef RECTRACE_SESSION_PACE_H
#define RECTRACE_SESSION_PACE_H

#include "event/event.h"
#include "session/terms.h"

enum {
    PACE_GAPS = 5, /* in a row: fewer may be a retry */
    PACE_RING = 8, /* more; a power of two, since it is asked for every poll */
};

struct pace {
    const struct terms *terms;
    rt_time begins[PACE_RING]; /* of the last queries; in a ring */
    size_t count;
    rt_time started, settled; /* from here on; RT_TIME_NONE: no start was seen */
    /* Of the event that is being put together: */
    rt_dur least, steady, gap; /* RT_DUR_NONE: none */
    uint32_t hasty;
};

void pace_init(struct pace *p, const struct terms *terms);
/* One more event of the session, in order. */
void pace_step(struct pace *p, const struct event *e);
/* Writes what was measured since the last time to `e`, if that is a query; forgets it. 0, or -1:
 * memory. */
int pace_tell(struct pace *p, struct rt_arena *a, struct event *e);

#endif
