/*
 * keys.c - the tables of keys: runs, their chunks, and up to which row they go.
 */
#include "config.h"

#include "store/internal.h"
#include "store/run.h"

static rt_str
bytes_at(sqlite3_stmt *q, int at)
{
    const void *p = sqlite3_column_blob(q, at);
    return (rt_str){p, p == NULL ? 0 : (size_t)sqlite3_column_bytes(q, at)};
}

/* Binds numbers from the first place on. */
static sqlite3_stmt *
with(struct store *s, enum store_statement which, int n, const int64_t *numbers)
{
    sqlite3_stmt *q = store_statement(s, which);
    for (int i = 0; q != NULL && i < n; i++)
        sqlite3_bind_int64(q, i + 1, numbers[i]);
    return q;
}

static int
done(struct store *s, sqlite3_stmt *q, struct rt_err *err)
{
    return store_step(s, q, NULL, NULL, err) < 0 ? -1 : 0;
}

int
store_begin_plain(struct store *s, struct rt_err *err)
{
    return done(s, store_statement(s, SQL_BEGIN), err);
}

int
store_commit_plain(struct store *s, struct rt_err *err)
{
    return done(s, store_statement(s, SQL_COMMIT), err);
}

int
store_mark_get(struct store *s, int64_t *id, struct rt_err *err)
{
    return store_number(s, "SELECT value FROM mark WHERE name = 'seen'", id, err);
}

int
store_mark_set(struct store *s, int64_t id, struct rt_err *err)
{
    return done(s, with(s, SQL_MARK_SET, 1, &id), err);
}

int64_t
store_keys(struct store *s, int64_t *after, int64_t most, store_key_row *each, void *arg,
           struct rt_err *err)
{
    sqlite3_stmt *q = with(s, SQL_KEYS, 2, (const int64_t[]){*after, most});
    int64_t n = 0;
    int rc = SQLITE_ERROR;
    while (q != NULL && (rc = sqlite3_step(q)) == SQLITE_ROW) {
        rt_str twin = bytes_at(q, 3);
        *after = sqlite3_column_int64(q, 0);
        if (each(arg, *after, bytes_at(q, 1), bytes_at(q, 2),
                 twin.n == STORE_TWIN ? (const unsigned char *)twin.p : NULL, err) < 0)
            break;
        n++;
    }
    n = rc == SQLITE_DONE ? n : err->code != RT_OK ? -1 : store_fail(s, "cannot be read", err);
    sqlite3_reset(q);
    return n;
}

/* ---- chunks ---- */

struct reading {
    int (*read)(void *arg, rt_str bytes);
    void *arg;
    int got;
};

static void
read_chunk(sqlite3_stmt *q, void *arg)
{
    struct reading *r = arg;
    r->got = r->read(r->arg, bytes_at(q, 0));
}

int
store_chunk_get(struct store *s, int64_t id, int (*read)(void *arg, rt_str bytes), void *arg,
                struct rt_err *err)
{
    struct reading r = {read, arg, 0};
    return store_step(s, with(s, SQL_CHUNK_GET, 1, &id), read_chunk, &r, err) < 0 ? -1 : r.got;
}

int
store_chunk_put(struct store *s, int64_t id, int64_t run, int64_t no, rt_str bytes,
                struct rt_err *err)
{
    const int64_t numbers[] = {id, run, no, store_sum_bytes(bytes)};
    sqlite3_stmt *q = with(s, SQL_CHUNK_PUT, 4, numbers);
    if (q != NULL)
        sqlite3_bind_blob64(q, 5, bytes.p, bytes.n, SQLITE_STATIC);
    return done(s, q, err);
}

/* ---- runs ---- */

int
store_run_put(struct store *s, const struct run *r, struct rt_err *err)
{
    const int64_t numbers[] = {r->id, r->level, r->upto, (int64_t)r->keys};
    return done(s, with(s, SQL_RUN_PUT, 4, numbers), err);
}

int
store_run_drop(struct store *s, int64_t id, struct rt_err *err)
{
    return done(s, with(s, SQL_RUN_DROP, 1, &id), err);
}

int
store_runs_forget(struct store *s, struct rt_err *err)
{
    return store_run(s, "BEGIN; DELETE FROM run; DELETE FROM mark WHERE name = 'seen'; COMMIT",
                     "forgetting keys", err);
}

/* Each row by `each`, which gives -1 to stop. */
static int
rows(struct store *s, const char *sql, int (*each)(sqlite3_stmt *, void *, struct rt_err *),
     void *arg, struct rt_err *err)
{
    sqlite3_stmt *q = NULL;
    int rc = sqlite3_prepare_v2(s->db, sql, -1, &q, NULL);
    while (rc == SQLITE_OK || rc == SQLITE_ROW) {
        rc = sqlite3_step(q);
        if (rc == SQLITE_ROW && each(q, arg, err) < 0)
            break;
    }
    if (rc != SQLITE_DONE && err->code == RT_OK)
        store_fail(s, "cannot be read", err);
    sqlite3_finalize(q);
    return rc == SQLITE_DONE ? 0 : -1;
}

struct giving {
    store_run_row *run;
    store_chunk_row *chunk;
    void *arg;
};

static int
give_run(sqlite3_stmt *q, void *arg, struct rt_err *err)
{
    const struct giving *g = arg;
    return g->run(g->arg, sqlite3_column_int64(q, 0), sqlite3_column_int64(q, 1),
                  sqlite3_column_int64(q, 2), sqlite3_column_int64(q, 3), err);
}

int
store_runs(struct store *s, store_run_row *each, void *arg, struct rt_err *err)
{
    struct giving g = {.run = each, .arg = arg};
    return rows(s, "SELECT id, level, upto, keys FROM run ORDER BY id", give_run, &g, err);
}

static int
give_chunk(sqlite3_stmt *q, void *arg, struct rt_err *err)
{
    const struct giving *g = arg;
    rt_str bytes = bytes_at(q, 4);
    return g->chunk(g->arg, sqlite3_column_int64(q, 0), sqlite3_column_int64(q, 1),
                    sqlite3_column_int64(q, 2), bytes,
                    store_sum_bytes(bytes) == sqlite3_column_int64(q, 3), err);
}

int
store_chunks(struct store *s, store_chunk_row *each, void *arg, struct rt_err *err)
{
    struct giving g = {.chunk = each, .arg = arg};
    return rows(s, "SELECT id, run, no, sum, keys FROM chunk ORDER BY id", give_chunk, &g, err);
}
