/*
 * engine.h - turns events, in any order, into sessions.
 *
 * The clock is the events' own time; the wall clock is never read here, so a replayed log gives
 * the same answer as the live one. Nothing depends on the order of feeding, on duplicates, or on
 * how lines were spread over inputs. One engine belongs to one thread.
 *
 *   feed: halves are joined by request id, then events go to the session of their resource id or
 *   sid; plain polls are kept as 24 bytes. finish/advance: duplicates are folded, events sorted,
 *   identical neighbouring polls become one, callbacks and lone answers are attached, the phase
 *   and the relations to acquire (cname-is, uid-is, pair, owner) are computed.
 */
#ifndef RECTRACE_SESSION_ENGINE_H
#define RECTRACE_SESSION_ENGINE_H

#include "session/session.h"

struct session_engine; /* opaque */

struct session_options {
    /* of the inputs, for the ids of sessions without identity; borrowed */
    const char *const *paths;
    size_t path_count;
    size_t threads; /* that may share the work of finishing; 0 as 1 */
};
enum { SESSION_THREADS = 16 }; /* more are not used */

/* Sessions of one channel (app, cname) that ended together: what recorder and channel rules look
 * at. The callee takes the sessions (session_free each). */
struct session_group {
    rt_str app_id, cname;
    struct session **sessions; /* by first time, then id */
    size_t count;
    bool aside; /* no recording: its only session holds callbacks that belong to none */
};
/* Which of two is handed out first at the end. */
int session_group_order(const struct session_group *a, const struct session_group *b);
struct session_sink {
    int (*group)(void *arg, const struct session_group *g, struct rt_err *err);
    void *arg;
};

/* `rules` and `limits` are borrowed and must outlive the engine. NULL: err says why. */
struct session_engine *session_engine_new(const struct rule_set *rules,
                                          const struct rt_limits *limits,
                                          const struct session_options *options,
                                          struct rt_err *err);
void session_engine_free(struct session_engine **pe);
/* Borrows `ev` for the call; keeps what it needs. Odd events are not errors. */
int session_engine_feed(struct session_engine *e, const struct event *ev, struct rt_err *err);
/* The same for one of several plain polls that are alike: `site->like` says what they have in common. A site serves
 * until the engine is asked to advance or to finish. */
struct box;
struct session_site {
    const struct event *like; /* borrowed */
    struct box *box;          /* of the engine, as the rest; NULL: not looked for yet */
    const struct event *kept; /* the run's own; NULL: none */
};
struct poll;
int session_engine_feed_poll(struct session_engine *e, struct session_site *site,
                             const struct poll *p, struct rt_err *err);
/* No later event will be older than `clock`: groups whose sessions are all over by then (ended and
 * quiet for the linger time, or quiet for a day) are handed out, in order of their end, then id. */
int session_engine_advance(struct session_engine *e, rt_time clock, struct session_sink sink,
                           struct rt_err *err);
/* Everything else, in order of first time, then id. */
int session_engine_finish(struct session_engine *e, struct session_sink sink,
                          struct rt_err *err);

/* How busy the apps were; when all is finished. */
struct meter;
struct meter *session_engine_meter(struct session_engine *e);

struct session_engine_facts {
    uint64_t events, duplicates, disordered, dropped;
    rt_dur worst_disorder;
    size_t open, open_peak;
};
void session_engine_facts(const struct session_engine *e, struct session_engine_facts *out);

void session_free(struct session **ps);

#endif
