/*
 * seen.h - which callbacks the store holds, by two keys each: its notice and its twin.
 *
 * Keys gather in memory, and are written as a sorted run (run.h), a few with each batch. What is in no run yet is read
 * again from the rows when the store is opened:
 *
 *   rows   ......................................
 *   runs   ====|=======|=| mark    frozen   fresh
 */
#ifndef RECTRACE_STORE_SEEN_H
#define RECTRACE_STORE_SEEN_H

#include "store/store.h"

enum { SEEN_KEY = 16 };

struct seen; /* opaque; belongs to the store */

void seen_notice_key(rt_str app, rt_str notice, unsigned char out[SEEN_KEY]);
void seen_twin_key(rt_str app, const unsigned char *twin, unsigned char out[SEEN_KEY]);

/* Reads what is in no run yet. NULL: err says why. */
struct seen *seen_open(struct store *s, struct rt_err *err);
void seen_close(struct seen **pn);
/* The id of the row with this key, in `id`: 1; 0 none; -1. The row may be gone: then it counts for nothing. */
int seen_find(struct seen *n, const unsigned char *key, int64_t *id, struct rt_err *err);
/* In a transaction; keys that are there already are replaced. */
int seen_add(struct seen *n, const unsigned char *key, int64_t id, struct rt_err *err);
/* What was done is done; what was done since then is taken back. */
void seen_begin(struct seen *n);
void seen_rollback(struct seen *n, int64_t last_id);
/* Before a commit: writes some keys. */
int seen_settle(struct seen *n, struct rt_err *err);

#endif
