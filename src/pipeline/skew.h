/*
 * skew.h - how far the caller's clock is from the vendor's.
 *
 * A recorder reports that it came up right after its start was answered: the one time is the caller's, the
 * other the vendor's. The median over all recordings is told, never applied.
 */
#ifndef RECTRACE_PIPELINE_SKEW_H
#define RECTRACE_PIPELINE_SKEW_H

#include "base/vec.h"
#include "rules/rule_set.h"
#include "session/session.h"

struct skew {
    RT_VEC(rt_dur) offsets; /* caller's minus vendor's */
    rt_dur settles;         /* from the answer of start to the recorder, usually */
    rt_dur tolerance;       /* a smaller difference changes no verdict */
    const struct rule_set *rules;
};

/* Its numbers are parameters of rule clock-skew; without that rule nothing is estimated. */
void skew_init(struct skew *k, const struct rule_set *rules);
void skew_fini(struct skew *k);
/* 0, or -1: memory. */
int skew_add(struct skew *k, const struct session *s);
/* The median. False: nothing is known. */
bool skew_settle(struct skew *k, rt_dur *out);

/* The events of a session with its callbacks moved by `d`: `copies` and `events` have room for all, the latter
 * is put in order. False: the session has but one side. */
bool skew_moved(const struct session *s, rt_dur d, struct event *copies, struct event **events);

#endif
