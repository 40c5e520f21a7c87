/*
 * aside.h - callbacks that tell of no recording: other products, tests of the receiver.
 *
 * They are counted and told, but make no session: what is handed out is a group of its own, with
 * `aside` set, whose only session has no id.
 */
#ifndef RECTRACE_SESSION_ASIDE_H
#define RECTRACE_SESSION_ASIDE_H

#include "base/vec.h"
#include "session/engine.h"

struct aside {
    struct session *session; /* NULL: none came yet */
    RT_VEC(struct event *) events;
};

void aside_fini(struct aside *a);
/* Keeps a copy. 0, or -1: memory. */
int aside_keep(struct aside *a, const struct event *ev, uint64_t events_max);
/* Hands over what was kept; duplicates are folded and added to *duplicates. */
int aside_deliver(struct aside *a, uint64_t *duplicates, struct session_sink sink,
                  struct rt_err *err);

#endif
