/*
 * store.h - callbacks on disk: one SQLite file, one writer, any number of readers.
 *
 * The writer holds a lock file, writes in batches (begin, put, commit) and is the only one that
 * ever checkpoints. When store_commit() has returned 0, the batch is on disk, synced. After a
 * failure nothing of the batch counts; store_heal() must succeed before the next one.
 * A connection belongs to one thread.
 */
#ifndef RECTRACE_STORE_STORE_H
#define RECTRACE_STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/time.h"

struct store; /* opaque */

enum store_mode {
    STORE_WRITE, /* creates it when nothing is there; refuses while another writer runs */
    STORE_READ,  /* a running writer is no obstacle */
    STORE_CHECK, /* likewise; where none runs, which would have done so, it is looked for damage first */
};

/* What a callback is to us. The names are stored numbers: append only. */
enum store_label {
#define LABEL(id, name, doc) STORE_##id,
#include "store/labels.def"
#undef LABEL
    STORE__LABELS
};
extern const char *const store_label_names[STORE__LABELS];

enum { STORE_TWIN = 16 };

struct store_callback {
    int64_t id; /* set when read: the place in the store, never reused */
    int64_t of; /* of a copy whose bytes differ: the id of the first; else 0 */
    rt_str app;
    rt_str notice;                  /* key of resends */
    unsigned char twin[STORE_TWIN]; /* key of redundant copies; only when has_twin */
    bool has_twin;
    rt_time received, last; /* wall clock; last: of the newest copy */
    rt_time notify;         /* as the sender says; RT_TIME_NONE */
    enum store_label label;
    rt_str secret; /* label of the one that fitted; empty: unsigned */
    int64_t copies;
    rt_str body;
};

/* A body that was refused. */
struct store_refused {
    int64_t id;
    rt_str app, reason, near;       /* near: what would have fitted; may be empty */
    rt_str from;                    /* address of the client */
    rt_str signature, signature_v1; /* as sent; may be empty */
    rt_time received;
    rt_str body;         /* cut at limits.quarantine_body_bytes */
    uint64_t body_bytes; /* before it was cut */
};

/* NULL: err tells what is wrong with the file. `limits` is borrowed. */
struct store *store_open(const char *path, enum store_mode mode, const struct rt_limits *limits,
                         struct rt_err *err);
void store_close(struct store **ps);

/* How much the store holds at one moment, or a place in it. */
struct store_extent {
    int64_t callbacks, lines; /* ids */
};

/* ---- the writer ---- */

enum store_put {
    STORE_NEW,
    STORE_COPY, /* counted with the first; kept beside it when its bytes differ */
};
int store_begin(struct store *s, struct rt_err *err);
int store_put(struct store *s, const struct store_callback *c, enum store_put *out,
              struct rt_err *err);
/* Keeps the newest limits.quarantine_rows. */
int store_refuse(struct store *s, const struct store_refused *r, struct rt_err *err);
/* A line of an API log, without its end. */
int store_put_line(struct store *s, rt_str source, rt_time received, rt_str text,
                   struct rt_err *err);
/* How far a followed file is stored. */
struct store_tail {
    uint64_t device, inode, offset;
};
int store_set_tail(struct store *s, rt_str source, const struct store_tail *t,
                   struct rt_err *err);
/* 1 found, 0 not, -1. */
int store_get_tail(struct store *s, rt_str source, struct store_tail *out, struct rt_err *err);
/* Removes callbacks and lines that arrived before `before`, and while more than `bytes` are in use the
 * oldest, up to `most` rows in all; never one after `keep` (by id), never the newest of either. The
 * rows removed, or -1. `before` RT_TIME_NONE and `bytes` 0: not asked for. */
int64_t store_forget(struct store *s, const struct store_extent *keep, rt_time before,
                     uint64_t bytes, int64_t most, struct rt_err *err);
/* alive.c: until when callbacks were taken, RT_TIME_NONE: not known; and a row for a time in which none were. */
#define STORE_OUTAGE_NAME "receiver_down_since"
#define STORE_OUTAGE_BODY "{\"" STORE_OUTAGE_NAME "\":"
int store_alive_until(struct store *s, rt_time *out, struct rt_err *err);
int store_set_alive(struct store *s, rt_time now, struct rt_err *err);
int store_put_outage(struct store *s, rt_time from, rt_time to, struct rt_err *err);
int store_commit(struct store *s, struct rt_err *err);
/* After a commit, when all who waited for it were told: moves the log into the file if it is long enough, sooner when
 * nobody waits. A commit does so only when this was forgotten. */
void store_tidy(struct store *s, bool idle);
void store_rollback(struct store *s);
/* After a failure: everything that counts is moved out of the log that failed, and synced. `patient`: who reads is waited for. */
int store_heal(struct store *s, bool patient, struct rt_err *err);
/* Has it come half the way to limits.store_log_bytes, because a reader holds it? Then each commit should hold much. */
bool store_log_is_long(const struct store *s);
/* Free bytes of its disk, and how many are not to be used: limits.store_reserve_bytes, or 2 % when that is less. */
uint64_t store_room(const struct store *s, uint64_t *reserve);
/* What a long log takes of that room when it is moved into the file; already left out of store_room(). */
uint64_t store_owed(const struct store *s);
/* Did the last failure come from a disk or quota that is full? */
bool store_is_full(const struct store *s);
/* Highest id given so far. */
int64_t store_last_id(const struct store *s);

/* ---- readers ---- */

int store_extent(struct store *s, struct store_extent *out, struct rt_err *err);
/* The time of the newest notice by its sender's clock; RT_TIME_NONE: none says one. */
int store_newest(struct store *s, rt_time *out, struct rt_err *err);
/* Ids of the first rows; 0: none. */
int store_first(struct store *s, struct store_extent *out, struct rt_err *err);
/* The id of the nth row (1-based) of a source; p NULL: of the callbacks. */
int store_place(struct store *s, rt_str source, int64_t nth, int64_t *id, struct rt_err *err);
/* Names of the API logs, in order; of those up to the extent. The callee copies. */
int store_sources(struct store *s, const struct store_extent *upto,
                  int (*each)(void *arg, rt_str source), void *arg, struct rt_err *err);

/* One row after another, in order of id. Text is borrowed until the next step. A row whose sum is wrong comes with
 * "damaged in the store" for its body. */
struct store_cursor;
struct store_cursor *store_callbacks(struct store *s, int64_t after, int64_t upto,
                                     struct rt_err *err);
struct store_cursor *store_refusals(struct store *s, int64_t after, struct rt_err *err);
/* The newest first: those before `before`. Not for many: it holds the log of the store. */
struct store_cursor *store_callbacks_back(struct store *s, int64_t before, struct rt_err *err);
struct store_cursor *store_refusals_back(struct store *s, int64_t before, struct rt_err *err);
struct store_cursor *store_lines(struct store *s, rt_str source, int64_t after, int64_t upto,
                                 struct rt_err *err);
void store_cursor_free(struct store_cursor **pc);
/* 1, 0 at the end, -1. */
int store_next_callback(struct store_cursor *c, struct store_callback *out, struct rt_err *err);
int store_next_refusal(struct store_cursor *c, struct store_refused *out, struct rt_err *err);
int store_next_line(struct store_cursor *c, rt_str *out, struct rt_err *err);
/* Of all sources, by id. */
struct store_cursor *store_new_lines(struct store *s, int64_t after, int64_t upto,
                                     struct rt_err *err);
struct store_line {
    int64_t id;
    rt_str source, text;
};
int store_next_new_line(struct store_cursor *c, struct store_line *out, struct rt_err *err);

/* Version of SQLite in use. */
const char *store_library(void);

#endif
