/*
 * witness.h - which events are kept for rules about whole apps, hosts and the run, and what of them.
 */
#ifndef RECTRACE_DETECT_WITNESS_H
#define RECTRACE_DETECT_WITNESS_H

#include "detect/testimony.h"
#include "session/engine.h"

enum { WITNESS_LIKES = 4 };
struct witness_likes {
    const struct witness_like *v[WITNESS_LIKES]; /* the last ones; NULL: none */
    size_t next;
};

struct detector;
/* Keeps what these rules need of a group. */
int witness_keep(struct detector *det, const struct session_group *g, struct rt_err *err);
/* Keeps an event of no session as it is; its texts must live as long as the detector. 0, or -1: memory. */
int witness_note(struct detector *det, const struct event *e);

/* The text in the detector's own memory, each once. 0, or -1: memory. */
int witness_word(struct detector *det, rt_str *text);

#endif
