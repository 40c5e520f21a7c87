/*
 * box.h - what was read under one identity, in the order of arrival.
 *
 *   BOX_RID      a resource id            BOX_TRIPLE   (app, cname, uid) without any id
 *   BOX_SID      a sid without one        BOX_INPUT    nothing at all: one an input
 *   BOX_CHANNEL  a channel name: holds no events, ties boxes into one cluster
 *
 * Nothing is decided while events arrive: a box remembers which sids its resource id was seen
 * with, and how surely; who gets the events of a sid is settled when the cluster closes.
 */
#ifndef RECTRACE_SESSION_BOX_H
#define RECTRACE_SESSION_BOX_H

#include "session/poll.h"

enum box_type { BOX_RID, BOX_SID, BOX_TRIPLE, BOX_INPUT, BOX_CHANNEL, BOX__TYPES };

/* How sure it is that a resource id and a sid belong together. */
enum binding_rank { RANK_NONE, RANK_PATH, RANK_ANSWER, RANK_START };

struct box;
struct binding {
    rt_str sid;
    struct box *sid_box;
    enum binding_rank rank;
    rt_time since; /* first time at that rank */
};

struct cluster;
struct box {
    /* One cache line: all that a poll like those before needs. */
    rt_str key;     /* in the box's arena; of a sid: or in that of a box that is bound to it */
    uint64_t kinds; /* 0: nothing was read under this identity */
    rt_time last;
    uint64_t bytes;
    RT_VEC(struct poll_run) runs;

    enum box_type type;
    uint32_t signs; /* mask of enum rule_meaning */
    struct cluster *cluster;
    struct box *next; /* in the cluster */
    struct rt_arena arena;
    RT_VEC(struct event *) events;
    RT_VEC(struct binding) bindings;
    rt_str channel; /* the name it was last tied to */
    uint64_t dropped;

    /* Of a sid, when the cluster closes: the resource id that it goes to. */
    struct box *owner;
    enum binding_rank owner_rank;
    rt_time owner_since;
    /* Of what the box and the sids that it owns have seen. */
    uint64_t all_kinds;
    uint32_t all_signs;
};

/* Copies `key` unless `borrow`. NULL: memory. */
struct box *box_new(enum box_type type, rt_str key, bool borrow);
void box_free(struct box *b);

struct box_keep {
    uint64_t events_max;
    uint32_t (*signs)(void *arg, const struct event *e); /* asked once for each new content */
    void *arg;
};
/* Keeps one more poll like others before. 1, 0 when there is none like it yet, -1: memory. */
int box_go_on(struct box *b, const struct event *e);
/* The content that polls like `e` are kept with, or NULL: those are kept whole, or none came yet. */
const struct event *box_kept(struct box *b, const struct event *e);
/* As box_go_on() for a poll of the content `kept` of this box. */
int box_go_on_with(struct box *b, const struct event *kept, const struct poll *p);
/* Keeps a copy. 0, or -1: memory. */
int box_keep(struct box *b, const struct event *e, const struct box_keep *how);
/* The binding of `b` with `sid`, or NULL. */
struct binding *box_binding(const struct box *b, rt_str sid);
/* Moves what `from` holds into `to`; `from` is empty afterwards. 0, or -1: memory. */
int box_absorb(struct box *to, struct box *from);

/* Asked for each poll, some of them several times. */

/* Earlier of two times; unknown counts as latest. */
static inline rt_time
box_earlier(rt_time a, rt_time b)
{
    if (a == RT_TIME_NONE || b == RT_TIME_NONE)
        return a == RT_TIME_NONE ? b : a;
    return a < b ? a : b;
}

/* t + d, without going past either end of time. */
static inline rt_time
box_shift(rt_time t, rt_dur d)
{
    rt_time sum = 0;
    if (__builtin_add_overflow(t, d, &sum))
        return d < 0 ? INT64_MIN + 1 : INT64_MAX;
    return sum;
}

/* to - from, likewise. */
static inline rt_dur
box_span(rt_time from, rt_time to)
{
    rt_dur d = 0;
    if (__builtin_sub_overflow(to, from, &d))
        return to < from ? INT64_MIN + 1 : INT64_MAX;
    return d;
}

#endif
