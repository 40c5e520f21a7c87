/*
 * coverage.h - for which spans of time each source was listening.
 *
 * A `no` is decided only where its source covers the whole window.
 */
#ifndef RECTRACE_DETECT_COVERAGE_H
#define RECTRACE_DETECT_COVERAGE_H

#include "base/arena.h"
#include "base/vec.h"
#include "event/event.h"

struct span {
    rt_time from, to;
};
struct span_list {
    RT_VEC(struct span) v;
};
struct coverage {
    RT_VEC(struct span) spans[SOURCE__COUNT]; /* sorted, disjoint after coverage_settle() */
    uint64_t kinds;                           /* mask of the kinds that came at all */
};
void coverage_init(struct coverage *c);
void coverage_fini(struct coverage *c);
int coverage_add(struct coverage *c, enum event_source source, rt_time from, rt_time to);
/* Likewise, less the holes, which are in order. */
int coverage_add_but(struct coverage *c, enum event_source source, rt_time from, rt_time to,
                     const struct span_list *holes);
/* Keeps the list in order and disjoint, and so long at most that its last hole takes in what follows. */
int coverage_note_hole(struct span_list *holes, rt_time from, rt_time to);
void coverage_settle(struct coverage *c);
bool coverage_any(const struct coverage *c, enum event_source source);
/* How far the span that holds `from` reaches; RT_TIME_NONE when none holds it. */
rt_time coverage_reach(const struct coverage *c, enum event_source source, rt_time from);
/* Is there a later span than the one that reaches to `reach`? */
bool coverage_goes_on(const struct coverage *c, enum event_source source, rt_time reach);
/* Since when the span that holds `to` goes; RT_TIME_NONE when none holds it. */
rt_time coverage_since(const struct coverage *c, enum event_source source, rt_time to);

#endif
