/*
 * cluster.h - the boxes that close together, because something ties them: a call with both ids, a
 * common channel name. And the queue of clusters by the time at which one may be over.
 */
#ifndef RECTRACE_SESSION_CLUSTER_H
#define RECTRACE_SESSION_CLUSTER_H

#include "session/box.h"

struct cluster {
    struct cluster *prev, *next; /* of all clusters */
    struct box *boxes;
    size_t count;
    rt_time due;
    size_t turn; /* place in the queue + 1; 0 = not queued */
};

struct cluster_queue { /* a heap: the earliest due is first */
    RT_VEC(struct cluster *) v;
};

struct cluster_set {
    struct cluster *all;
    struct cluster_queue queue;
};

/* A cluster of one box, which it takes. NULL: memory; the box is still the caller's. */
struct cluster *cluster_new(struct cluster_set *set, struct box *b);
/* Makes one of the clusters of `a` and `b`. */
void cluster_join(struct cluster_set *set, struct box *a, struct box *b);
/* Frees the boxes too. */
void cluster_free(struct cluster_set *set, struct cluster *c);
size_t cluster_count(const struct cluster_set *set);
void cluster_set_fini(struct cluster_set *set);

/* Queues, or moves in the queue. 0, or -1: memory (only when it was not queued yet). */
int cluster_schedule(struct cluster_set *set, struct cluster *c, rt_time due);
/* The one that is due first, or NULL. */
struct cluster *cluster_first_due(const struct cluster_set *set);
/* Last time of anything in it; RT_TIME_NONE. */
rt_time cluster_last(const struct cluster *c);

#endif
