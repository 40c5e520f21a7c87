/*
 * fold.h - what was told twice becomes one event with copies.
 */
#ifndef RECTRACE_SESSION_FOLD_H
#define RECTRACE_SESSION_FOLD_H

#include "event/event.h"

/* Sorts `v` by event_compare and folds duplicates; *count becomes what is left, and *duplicates
 * grows by the rest. 0, or -1: memory. */
int fold_events(struct event **v, size_t *count, uint64_t *duplicates);

/* views.c: of events in order of time, those that are another log's view of one that is kept become its copies. `views` is room
 * for n. Returns how many are left. */
struct fold_view {
    uint32_t told_by; /* input + 1 */
    bool rich, bare, gone;
};
size_t views_fold(struct event **v, struct fold_view *views, size_t n, uint64_t *duplicates);

#endif
