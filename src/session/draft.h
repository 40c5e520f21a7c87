/*
 * draft.h - a session on its way out of a cluster: its events are whole and sorted, but polls are
 * still packed, and nothing is said yet about how it went.
 */
#ifndef RECTRACE_SESSION_DRAFT_H
#define RECTRACE_SESSION_DRAFT_H

#include "session/box.h"
#include "session/engine.h"
#include "session/meter.h"
#include "session/phase.h"
#include "session/terms.h"

struct draft {
    struct session *s;
    const struct box *box; /* NULL: an attempt without any id */
    struct poll_run *runs; /* of the box; settled */
    size_t run_count;
    RT_VEC(struct event *) events; /* in the session's arena */
    bool disordered;               /* an event was added behind */
    bool probe;                    /* a test of the receiver, and no recording */
};
struct draft_name {
    rt_str uid;
    size_t draft;
};
struct draft_list {
    RT_VEC(struct draft) v;
    RT_VEC(struct draft_name) names; /* of those with ids, sorted by uid, then place */
};

/* What closing a cluster needs to know. */
struct closing {
    const struct rt_limits *limits;
    const struct phase_signs *signs;
    const struct terms *terms;
    rt_time clock; /* latest time met */
    uint64_t *duplicates;
    struct meter *meter;
};

/* A draft with an empty session, at the end of the list. NULL: memory. */
struct draft *draft_new(struct draft_list *list, const struct box *b);
void draft_list_fini(struct draft_list *list);
/* Adds a copy of `e`. 0, or -1: memory. */
int draft_add(struct draft *d, const struct event *e);
/* First and last time, from events and packed polls. */
void draft_measure(struct draft *d);

/* Events and unpacked polls in order, identical neighbours as one; kinds, span. -1: memory. */
int timeline_build(struct draft *d, const struct closing *how);
/* What the answers said. -1: memory. */
int codes_collect(struct session *s);
/* The derived fields that compare an event with others of its session. -1: memory. */
int relate_events(struct session *s, const struct box *b);
/* Tells resource ids that are the beginning of one that another session of the cluster got. */
int relate_stumps(const struct draft_list *drafts);
/* What the bodies of its requests are to each other; to be asked before course_events(), which forgets. -1: memory. */
int bodies_relate(struct session *s, const struct terms *terms);
/* Those that tell what came before: the end of the recording, an answer not waited for. -1: memory. */
int course_events(struct session *s, const struct closing *how);
/* The ends of their credentials against what happened then. -1: memory. */
int lifespan_events(struct session *s);
/* What recordings of one channel, by first time, are to each other. -1: memory. */
int beside_events(struct session *const *sessions, size_t count, const struct closing *how);
/* What callbacks are in the light of each other. -1: memory. */
int hooks_relate(struct session *s, const struct terms *terms);
/* Sorts `names`; to be done before triples look for their sessions. -1: memory. */
int triple_index(struct draft_list *drafts);
/* Events without ids: to the one session that they can belong to, or attempts of their own. */
int triple_settle(const struct closing *how, struct box *b, struct draft_list *drafts);

#endif
