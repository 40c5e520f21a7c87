/*
 * registry.h - all boxes of an engine, by what identifies them.
 */
#ifndef RECTRACE_SESSION_REGISTRY_H
#define RECTRACE_SESSION_REGISTRY_H

#include "base/map.h"
#include "session/cluster.h"
#include "session/engine.h"

struct registry {
    const struct session_options *options; /* NULL: none */
    struct rt_map boxes[BOX__TYPES];       /* key -> struct box; each is in a cluster too */
    struct cluster_set clusters;
    struct rt_buf key; /* scratch */
    uint64_t bytes;    /* of all boxes */
};
struct registry_place {
    enum box_type type;
    rt_str key; /* valid until the next registry_find */
    struct box *box;
};

void registry_init(struct registry *r, const struct session_options *options);
void registry_fini(struct registry *r);
/* Where the event belongs by the surest name that it has; `box` is NULL when nothing was met under
 * that name yet. 0, or -1: memory. */
int registry_find(struct registry *r, const struct event *ev, struct registry_place *out);
/* Makes the box that registry_find did not find. 0, or -1: memory. */
int registry_create(struct registry *r, struct registry_place *at);
/* Learns from `ev`, which is about to go to `b`, what belongs together. 0, or -1: memory. */
int registry_tie(struct registry *r, struct box *b, const struct event *ev);
/* The boxes of `c` are not found any more; their keys are about to go. */
void registry_forget(struct registry *r, struct cluster *c);

#endif
