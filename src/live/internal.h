/*
 * internal.h - the insides of the live engine, for the files of this folder only.
 */
#ifndef RECTRACE_LIVE_INTERNAL_H
#define RECTRACE_LIVE_INTERNAL_H

#include <stdatomic.h>

#include "base/vec.h"
#include "event/pack.h"
#include "live/engine.h"
#include "pipeline/intake.h"
#include "session/engine.h"
#include "session/meter.h"
#include "session/phase.h"
#include "store/shelf.h"

/* ---- knots ---- */

struct upshot { /* a knot, finished; reports share it */
    atomic_uint users;
    RT_VEC(struct session_group) groups; /* own their lists and sessions */
    struct meter meter;
    uint64_t duplicates;
};
void upshot_put(struct upshot **pv);

struct knot {
    int64_t id;
    RT_VEC(uint64_t) keys;
    struct rt_buf events; /* packed */
    struct event_packer packer;
    size_t count;
    rt_time last;     /* latest time of any event */
    bool dirty;       /* to be finished */
    bool unsaved;     /* the shelf has another state */
    bool provisional; /* has events of a spring whose format is not settled */
    bool aside;       /* what belongs to no recording */
    size_t at;        /* in the list of the engine */
    uint64_t tried;   /* bytes when it was thinned out last */
    struct upshot *upshot;
};
struct knot *knot_new(int64_t id);
void knot_free(struct knot **pk);
/* 0, or -1: memory. */
int knot_add(struct knot *k, const struct event *e);
int knot_key(struct knot *k, uint64_t key);
/* Keeps the events that `wanted` says; 0, or -1: memory. */
int knot_sieve(struct knot *k, bool (*wanted)(void *arg, const struct event *e), void *arg);

enum { KEYS_MOST = 6 };
/* What ties the event to others. How many. */
size_t knot_keys(const struct event *e, uint64_t out[KEYS_MOST]);

/* key -> knot */
struct ties {
    struct tie {
        uint64_t key;
        struct knot *knot; /* NULL: free */
    } * v;
    size_t n, mask;
};
void ties_fini(struct ties *t);
struct knot *ties_get(const struct ties *t, uint64_t key);
int ties_put(struct ties *t, uint64_t key, struct knot *k);
void ties_del(struct ties *t, uint64_t key);

/* ---- springs ---- */

struct spring_tally { /* saved as it is; the shelf's identity tells its shape */
    struct intake_tally read;
    struct extract_tally extract;
    rt_time begin, end; /* how far its events have come, for the count of disorder */
    uint64_t disordered;
    rt_dur worst;
    rt_time clock;
    rt_time head_first; /* of the first lines */
    bool head_unzoned;
};
struct spring {
    struct live_engine *engine;
    char *source;          /* NULL: the callbacks */
    uint32_t number, rank; /* in order of appearance; in that of the report */
    struct input input;
    struct intake *intake;
    bool settled; /* goes on where it is; else its few lines are read anew when others come */
    bool stale, muted;
    struct span_list holes; /* when the receiver was down */
    struct spring_tally tally;
};
struct spring *spring_new(struct live_engine *e, rt_str source, bool callbacks,
                          struct rt_err *err);
void spring_free(struct spring **ps);
int spring_line(struct spring *s, rt_str line, struct rt_err *err);
/* The callbacks of the store behind `after`, up to `upto`, as lines of the spring. */
int spring_callbacks(struct spring *s, struct store *store, int64_t after, int64_t upto,
                     struct rt_err *err);
/* Reads a spring that is not settled from its beginning. */
int spring_replay(struct spring *s, struct store *store, const struct store_extent *upto,
                  struct rt_err *err);
/* Opens its extractor behind the lines that chose the format. 0, -1: it cannot go on. */
int spring_resume(struct spring *s, struct store *store, const struct store_extent *upto,
                  struct rt_err *err);
bool spring_can_resume(struct spring *s);

/* ---- all ---- */

struct live_engine {
    struct live_options options;
    struct store *store;
    struct shelf *shelf;
    struct store_extent extent, first; /* taken in; ids of the first rows */
    RT_VEC(struct spring *) springs;   /* by number; the first: callbacks */
    struct spring **ranked;            /* by rank */
    const char **paths;                /* likewise */
    bool drop_times;
    RT_VEC(struct knot *) knots;
    struct ties ties;
    int64_t last_id;
    struct session_engine *sessions;        /* finishes one knot after the other */
    struct session_options session_options; /* it borrows them */
    struct phase_signs signs;
    uint64_t duplicates; /* that it had counted before */
    struct rt_arena scratch;
    uint64_t bytes;    /* of all knots at hand */
    rt_time forgotten; /* latest time of what was put away; RT_TIME_NONE: nothing was */
    struct live_facts facts;
};

/* An event of a spring. */
int live_take(struct live_engine *e, struct spring *s, const struct event *ev,
              struct rt_err *err);
/* Takes the events of a spring out of all knots. */
int live_retract(struct live_engine *e, const struct spring *s, struct rt_err *err);
struct knot *live_load(struct live_engine *e, const struct shelf_knot *from,
                       struct rt_err *err);
/* Out of the list and the ties; not out of memory. */
void live_unlist(struct live_engine *e, struct knot *k);
/* springs.c: one more, without a rank as yet. NULL: err says why. */
struct spring *live_add_spring(struct live_engine *e, rt_str source, bool callbacks,
                               struct rt_err *err);
/* Springs came or changed: ranks, zones. */
int live_rank(struct live_engine *e, struct rt_err *err);
/* All knots are to be finished anew. */
void live_all_dirty(struct live_engine *e);
/* The latest time that any of them tells; RT_TIME_NONE: none does. */
rt_time live_clock(const struct live_engine *e);
/* Stamps without a zone are dropped when others have one. */
bool live_drops_times(const struct live_engine *e);
/* Forgets all that was taken in. */
void live_clear(struct live_engine *e);
/* upshot.c: finishes a knot. */
int live_finish(struct live_engine *e, struct knot *k, struct rt_err *err);
int live_finish_dirty(struct live_engine *e, struct rt_err *err);
/* trim.c: makes room. */
int live_make_room(struct live_engine *e, struct rt_err *err);
/* resume.c: 1 goes on, 0 begins anew, -1. */
int live_resume(struct live_engine *e, struct rt_err *err);

#endif
