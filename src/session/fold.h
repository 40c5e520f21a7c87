/*
 * fold.h - what was told twice becomes one event with copies.
 */
#ifndef RECTRACE_SESSION_FOLD_H
#define RECTRACE_SESSION_FOLD_H

#include "event/event.h"

/* Sorts `v` by event_compare and folds duplicates; *count becomes what is left, and *duplicates
 * grows by the rest. 0, or -1: memory. */
int fold_events(struct event **v, size_t *count, uint64_t *duplicates);

#endif
