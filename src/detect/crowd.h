/*
 * crowd.h - what the recordings of an app have in common: told of its starts when all are known.
 */
#ifndef RECTRACE_DETECT_CROWD_H
#define RECTRACE_DETECT_CROWD_H

#include "base/map.h"
#include "base/vec.h"
#include "detect/testimony.h"
#include "session/engine.h"

struct crowd_place {
    uint32_t input;
    uint64_t line;
};
struct crowd { /* the recordings of one app */
    rt_str app;
    RT_VEC(rt_time) from, to; /* of each whose begin is known; sorted apart at the end */
    RT_VEC(struct crowd_place) failed; /* starts of those that never ran */
    int64_t over, alone;               /* how many ended; of these, without a stop */
    const char *last, *bare; /* the last start, and the only one without a token; NULL: none */
    int64_t tokened;         /* starts that have a token */
};
struct crowds {
    RT_VEC(struct crowd *) list; /* in the arena of the detector */
    struct rt_map by_app;
};

struct detector;
struct roll_entry;
void crowds_init(struct crowds *c);
void crowds_fini(struct crowds *c);
/* Of a session; of an app that is not named nothing is kept. 0, or -1: memory. */
int crowd_keep(struct detector *det, const struct session *s);
/* All that `from` kept. 0, or -1: memory. */
int crowds_move(struct detector *det, const struct detector *from);
/* Everything is kept; `v`: all witnesses of one app, in order. */
void crowd_settle(const struct crowds *all, const struct roll_entry *v, size_t n);
/* Adds what is told of a start, which stands at `at`. Values in `a`; 0, or -1: memory. */
int crowd_tell(const struct crowds *all, const char *at, struct event *e, struct rt_arena *a);

#endif
