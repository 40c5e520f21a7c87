/*
 * shelf.h - what the live view has put away: events by knots, found by keys, in a SQLite file of its own.
 *
 * It holds nothing that the store does not give again: a shelf of another program, of other rules or of
 * another store, or one that is damaged, is emptied when it is opened. What was put between two commits
 * counts whole or not at all. One thread.
 */
#ifndef RECTRACE_STORE_SHELF_H
#define RECTRACE_STORE_SHELF_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

struct shelf;
/* `identity`: what its content hangs on. NULL: err. */
struct shelf *shelf_open(const char *path, rt_str identity, struct rt_err *err);
void shelf_close(struct shelf **ps); /* what was not committed is forgotten */

struct shelf_knot {
    int64_t id;
    bool at_hand;  /* to be loaded at once when the program starts again */
    rt_str events; /* borrowed until the next call */
    rt_str keys;   /* likewise: 8 bytes each */
};
/* The knot that has the key; 0: none, -1: err. */
int64_t shelf_find(struct shelf *s, uint64_t key, struct rt_err *err);
/* 1 found, 0 not, -1. */
int shelf_load(struct shelf *s, int64_t id, struct shelf_knot *out, struct rt_err *err);
/* The first one at hand behind `id`. 1, 0, -1. */
int shelf_next(struct shelf *s, int64_t id, struct shelf_knot *out, struct rt_err *err);
/* Puts or replaces; its keys lead to it from now on. */
int shelf_put(struct shelf *s, const struct shelf_knot *k, struct rt_err *err);
int shelf_drop(struct shelf *s, int64_t id, struct rt_err *err);
/* Named bytes. 1 found, 0, -1; borrowed until the next call. */
int shelf_note(struct shelf *s, const char *name, rt_str bytes, struct rt_err *err);
int shelf_noted(struct shelf *s, const char *name, rt_str *out, struct rt_err *err);
int shelf_commit(struct shelf *s, struct rt_err *err);
int shelf_empty(struct shelf *s, struct rt_err *err);

#endif
