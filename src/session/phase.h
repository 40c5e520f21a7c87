/*
 * phase.h - what events mean for the life of a recording, and the machine that follows it.
 */
#ifndef RECTRACE_SESSION_PHASE_H
#define RECTRACE_SESSION_PHASE_H

#include "session/session.h"

/* The signs of the rule set, by kind: rows[from[kind]] up to rows[from[kind + 1]]. */
struct phase_signs {
    const struct rule_sign **rows; /* owned */
    uint32_t from[KIND__MAX + 1];
    rt_dur ttl; /* life of an unused resource id; RT_DUR_NONE: no rule tells */
};

/* Borrows the rule set. -1: memory; may be ended in any case. */
int phase_signs_init(struct phase_signs *signs, const struct rule_set *rules);
void phase_signs_fini(struct phase_signs *signs);
/* Mask of what the event means. */
uint32_t phase_signs_of(const struct phase_signs *signs, const struct event *e);
/* Where an input leads; PHASE__COUNT: the table has a hole (a test walks it). */
enum session_phase phase_step(enum session_phase from, enum rule_meaning in);
/* The phase after all events; `clock` is the latest time that the log knows of. */
enum session_phase phase_after(const struct phase_signs *signs, struct event *const *events,
                               size_t count, rt_time clock);

#endif
