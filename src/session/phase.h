/*
 * phase.h - what events mean for the life of a recording, and the machine that follows it.
 */
#ifndef RECTRACE_SESSION_PHASE_H
#define RECTRACE_SESSION_PHASE_H

#include "session/session.h"

enum phase_input {
#define INPUT(id, doc) IN_##id,
#include "session/phases.def"
#undef INPUT
    IN__COUNT
};

/* The rows of the table by kind: rows[from[kind]] up to rows[from[kind + 1]]. */
struct phase_signs {
    uint8_t rows[128];
    uint8_t from[KIND__MAX + 1];
    rt_dur ttl; /* life of an unused resource id; RT_DUR_NONE: no rule tells */
};

void phase_signs_init(struct phase_signs *signs, const struct rule_set *rules);
/* Mask of what the event means. */
uint32_t phase_signs_of(const struct phase_signs *signs, const struct event *e);
/* Where an input leads; PHASE__COUNT: the table has a hole (a test walks it). */
enum session_phase phase_step(enum session_phase from, enum phase_input in);
/* The phase after all events; `clock` is the latest time that the log knows of. */
enum session_phase phase_after(const struct phase_signs *signs, struct event *const *events,
                               size_t count, rt_time clock);

#endif
