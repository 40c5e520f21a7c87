/*
 * internal.h - what the files of the store share.
 */
#ifndef RECTRACE_STORE_INTERNAL_H
#define RECTRACE_STORE_INTERNAL_H

#include <stdatomic.h>

#include <sqlite3.h>

#include "store/store.h"

enum store_statement {
    SQL_BEGIN,
    SQL_COMMIT,
    SQL_ROLLBACK,
    SQL_INSERT,
    SQL_BY_ID,
    SQL_CHUNK_GET,
    SQL_CHUNK_PUT,
    SQL_RUN_PUT,
    SQL_RUN_DROP,
    SQL_MARK_SET,
    SQL_KEYS,
    SQL_COUNT_COPY,
    SQL_HAS_COPY,
    SQL_INSERT_COPY,
    SQL_REFUSE,
    SQL_REFUSE_TRIM,
    SQL_INSERT_LINE,
    SQL_SET_TAIL,
    SQL_GET_TAIL,
    SQL_PAGES,
    SQL__COUNT
};

struct run;

struct store {
    char *path;
    sqlite3 *db;
    const struct rt_limits *limits;
    int lock_fd; /* -1: a reader */
    int64_t last_id, begun_id;
    int log_pages;                 /* after the last commit, as long as they were not moved */
    int64_t page_bytes, log_bytes; /* of the log after the last commit */
    /* bytes by which the file grows when the log is moved into it */
    atomic_uint_least64_t owed;
    struct store_extent unsummed; /* rows up to here are older than the sums */
    bool full;
    struct seen *seen; /* NULL: a reader */
    sqlite3_stmt *sql[SQL__COUNT];
};

enum { STORE_BUSY_MS = 5000 }; /* that a lock is waited for */

void store_reckon(struct store *s);

/* ---- sql.c ---- */

/* Fills err from the connection; always -1. */
int store_fail(struct store *s, const char *what, struct rt_err *err);
int store_run(struct store *s, const char *sql, const char *what, struct rt_err *err);
/* One integer; -1 with err set. */
int store_number(struct store *s, const char *sql, int64_t *out, struct rt_err *err);
/* NULL: it cannot be prepared, and store_step() says why. */
sqlite3_stmt *store_statement(struct store *s, enum store_statement which);
/* Steps once and lets go: 1 row (columns are read by `read`, which may be NULL), 0 none, -1. */
int store_step(struct store *s, sqlite3_stmt *q, void (*read)(sqlite3_stmt *, void *),
               void *arg, struct rt_err *err);

/* ---- schema.c ---- */

/* A new store beside its place, complete and synced, then renamed: a crash leaves no half of one. */
int schema_create(const char *path, struct rt_err *err);
/* Checks that the file is one of ours and brings it to the version of this program. */
int schema_check(struct store *s, enum store_mode mode, struct rt_err *err);

/* ---- sum.c ---- */

/* Of what a row says and never changes; stored with it, so that a bit that flips is noticed. */
int64_t store_sum_callback(const struct store_callback *c);
int64_t store_sum_line(rt_str source, rt_time received, rt_str text);
/* Of bytes that are stored beside it. */
int64_t store_sum_bytes(rt_str bytes);

/* ---- keys.c: what seen.c and run.c need of the file ---- */

/* Rows with ids from the mark on are in no run. */
int store_mark_get(struct store *s, int64_t *id, struct rt_err *err);
int store_mark_set(struct store *s, int64_t id, struct rt_err *err);
/* First rows after `*after` with their keys, `most` of them; moves `*after`. How many, or -1. `twin` may be NULL. */
typedef int store_key_row(void *arg, int64_t id, rt_str app, rt_str notice,
                          const unsigned char *twin, struct rt_err *err);
int64_t store_keys(struct store *s, int64_t *after, int64_t most, store_key_row *each,
                   void *arg, struct rt_err *err);
int store_begin_plain(struct store *s, struct rt_err *err);
int store_commit_plain(struct store *s, struct rt_err *err);
/* What `read` gives, 0 when there is none, -1. */
int store_chunk_get(struct store *s, int64_t id, int (*read)(void *arg, rt_str bytes),
                    void *arg, struct rt_err *err);
int store_chunk_put(struct store *s, int64_t id, int64_t run, int64_t no, rt_str bytes,
                    struct rt_err *err);
int store_run_put(struct store *s, const struct run *r, struct rt_err *err);
int store_run_drop(struct store *s, int64_t id, struct rt_err *err);
/* All of them, by id. */
typedef int store_run_row(void *arg, int64_t id, int64_t level, int64_t upto, int64_t keys,
                          struct rt_err *err);
int store_runs(struct store *s, store_run_row *each, void *arg, struct rt_err *err);
typedef int store_chunk_row(void *arg, int64_t id, int64_t run, int64_t no, rt_str bytes,
                            bool good, struct rt_err *err);
int store_chunks(struct store *s, store_chunk_row *each, void *arg, struct rt_err *err);
/* No run counts any more, and no row is in one. */
int store_runs_forget(struct store *s, struct rt_err *err);

/* ---- chunk.c ---- */

struct chunk;
void chunk_unpack(rt_str bytes, struct chunk *out);
int chunk_write(struct store *s, int64_t id, int64_t run, int64_t no, const struct chunk *c,
                struct rt_err *err);
/* The row of a key that stands in it, if it does: 1, 0, -1. */
int chunk_find(struct store *s, int64_t chunk, const unsigned char *key, int64_t *id,
               struct rt_err *err);

/* ---- wal.c, lock.c ---- */

/* Warns of a log that is damaged. Only while nobody writes to it. */
void wal_look(const struct store *s, enum store_mode mode);
/* Does a writer run? */
bool lock_is_taken(const struct store *s);
/* Takes the lock file of a writer; it goes with the process. */
int lock_take(struct store *s, struct rt_err *err);

#endif
