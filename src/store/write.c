/*
 * write.c - batches of callbacks: what is new, what is a copy, what was refused.
 */
#include "config.h"

#include <string.h>

#include "store/internal.h"

/* Bytes of copies that are kept beside the first; further copies are only counted. */
enum { COPIES_KEPT = 8 };

static const char *const statements[SQL__COUNT] = {
    [SQL_BEGIN] = "BEGIN IMMEDIATE",
    [SQL_COMMIT] = "COMMIT",
    [SQL_ROLLBACK] = "ROLLBACK",
    [SQL_INSERT] =
        "INSERT OR IGNORE INTO callback"
        " (id, app, notice, twin, received, last, notify, label, secret, copies, body)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6, ?7, ?8, 1, ?9)",
    [SQL_BY_NOTICE] = "SELECT id, copies, body = ?3 FROM callback WHERE app = ?1 AND notice = "
                      "?2 AND of IS NULL",
    [SQL_BY_TWIN] = "SELECT id, copies, body = ?3 FROM callback WHERE app = ?1 AND twin = ?2 "
                    "AND of IS NULL",
    [SQL_COUNT_COPY] =
        "UPDATE callback SET copies = copies + 1, last = max(last, ?2) WHERE id = ?1",
    [SQL_HAS_COPY] = "SELECT 1 FROM callback WHERE of = ?1 AND body = ?2",
    [SQL_INSERT_COPY] =
        "INSERT INTO callback"
        " (id, of, app, notice, received, last, notify, label, secret, copies, body)"
        " VALUES (?1, ?4, ?2, ?3, ?5, ?5, ?6, ?7, ?8, 1, ?9)",
    [SQL_REFUSE] =
        "INSERT INTO refused"
        " (app, reason, near, source, signature, signature_v1, received, body, body_bytes)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    [SQL_REFUSE_TRIM] = "DELETE FROM refused WHERE id <= ?1",
    [SQL_INSERT_LINE] = "INSERT INTO line (source, received, text) VALUES (?1, ?2, ?3)",
    [SQL_SET_TAIL] =
        "INSERT OR REPLACE INTO tail (source, device, inode, offset) VALUES (?1, ?2, ?3, ?4)",
    [SQL_GET_TAIL] = "SELECT device, inode, offset FROM tail WHERE source = ?1",
};

static sqlite3_stmt *
statement(struct store *s, enum store_statement which)
{
    if (s->sql[which] == NULL)
        sqlite3_prepare_v3(s->db, statements[which], -1, SQLITE_PREPARE_PERSISTENT,
                           &s->sql[which], NULL);
    return s->sql[which];
}

static void
bind_text(sqlite3_stmt *q, int at, rt_str s)
{
    if (s.p == NULL)
        sqlite3_bind_null(q, at);
    else
        sqlite3_bind_text64(q, at, s.p, s.n, SQLITE_STATIC, SQLITE_UTF8);
}

static void
bind_blob(sqlite3_stmt *q, int at, rt_str s)
{
    sqlite3_bind_blob64(q, at, s.n == 0 ? "" : s.p, s.n, SQLITE_STATIC);
}

static void
bind_time(sqlite3_stmt *q, int at, rt_time t)
{
    if (t == RT_TIME_NONE)
        sqlite3_bind_null(q, at);
    else
        sqlite3_bind_int64(q, at, t);
}

/* Steps once and lets go: 1 row (columns are read by `read`), 0 none, -1. */
static int
step(struct store *s, sqlite3_stmt *q, void (*read)(sqlite3_stmt *, void *), void *arg,
     struct rt_err *err)
{
    if (q == NULL)
        return store_fail(s, "cannot be used", err);
    int rc = sqlite3_step(q);
    if (rc == SQLITE_ROW && read != NULL)
        read(q, arg);
    int result = rc == SQLITE_ROW ? 1 : rc == SQLITE_DONE ? 0 : store_fail(s, "writing", err);
    sqlite3_reset(q);
    return result;
}

static int
plain(struct store *s, enum store_statement which, struct rt_err *err)
{
    return step(s, statement(s, which), NULL, NULL, err) < 0 ? -1 : 0;
}

int
store_begin(struct store *s, struct rt_err *err)
{
    s->begun_id = s->last_id;
    return plain(s, SQL_BEGIN, err);
}

int
store_commit(struct store *s, struct rt_err *err)
{
    return plain(s, SQL_COMMIT, err);
}

void
store_rollback(struct store *s)
{
    struct rt_err ignored = {0};
    bool full = s->full;
    if (sqlite3_get_autocommit(s->db) == 0)
        plain(s, SQL_ROLLBACK, &ignored);
    s->last_id = s->begun_id;
    s->full = full;
}

/* The log is written into the file and cut to nothing. What a failed sync left in the page cache
 * never becomes the ground of a later commit. */
int
store_heal(struct store *s, struct rt_err *err)
{
    int64_t busy = 0;
    if (store_number(s, "PRAGMA wal_checkpoint(TRUNCATE)", &busy, err) < 0)
        return -1;
    /* A reader pins the log: its frames stay, and stand before all that follows. */
    return busy == 0 ? 0 : rt_fail_here(err, RT_EIO, "%s: a reader holds the log", s->path);
}

bool
store_is_full(const struct store *s)
{
    return s->full;
}

int64_t
store_last_id(const struct store *s)
{
    return s->last_id;
}

struct first {
    int64_t id, copies;
    bool same;
};

static void
read_first(sqlite3_stmt *q, void *arg)
{
    struct first *f = arg;
    *f = (struct first){sqlite3_column_int64(q, 0), sqlite3_column_int64(q, 1),
                        sqlite3_column_int(q, 2) != 0};
}

static void
bind_callback(sqlite3_stmt *q, int64_t id, const struct store_callback *c)
{
    sqlite3_bind_int64(q, 1, id);
    bind_text(q, 2, c->app);
    bind_text(q, 3, c->notice);
    bind_time(q, 5, c->received);
    bind_time(q, 6, c->notify);
    sqlite3_bind_int(q, 7, (int)c->label);
    bind_text(q, 8, c->secret);
    bind_blob(q, 9, c->body);
}

static int
find_first(struct store *s, const struct store_callback *c, struct first *out,
           struct rt_err *err)
{
    sqlite3_stmt *q = statement(s, SQL_BY_NOTICE);
    if (q != NULL) {
        bind_text(q, 1, c->app);
        bind_text(q, 2, c->notice);
        bind_blob(q, 3, c->body);
    }
    int got = step(s, q, read_first, out, err);
    if (got != 0 || !c->has_twin)
        return got;
    q = statement(s, SQL_BY_TWIN);
    if (q != NULL) {
        bind_text(q, 1, c->app);
        sqlite3_bind_blob(q, 2, c->twin, STORE_TWIN, SQLITE_STATIC);
        bind_blob(q, 3, c->body);
    }
    return step(s, q, read_first, out, err);
}

static int
keep_copy(struct store *s, const struct store_callback *c, const struct first *f,
          struct rt_err *err)
{
    sqlite3_stmt *q = statement(s, SQL_HAS_COPY);
    if (q != NULL) {
        sqlite3_bind_int64(q, 1, f->id);
        bind_blob(q, 2, c->body);
    }
    int known = step(s, q, NULL, NULL, err);
    if (known != 0)
        return known < 0 ? -1 : 0;
    q = statement(s, SQL_INSERT_COPY);
    if (q != NULL) {
        bind_callback(q, s->last_id + 1, c);
        sqlite3_bind_int64(q, 4, f->id);
    }
    if (step(s, q, NULL, NULL, err) < 0)
        return -1;
    s->last_id++;
    return 0;
}

static int
add_copy(struct store *s, const struct store_callback *c, struct rt_err *err)
{
    struct first f = {0};
    int got = find_first(s, c, &f, err);
    if (got <= 0)
        return got < 0 ? -1
                       : rt_fail_here(err, RT_EIO, "%s: a copy without its first", s->path);
    sqlite3_stmt *q = statement(s, SQL_COUNT_COPY);
    if (q != NULL) {
        sqlite3_bind_int64(q, 1, f.id);
        bind_time(q, 2, c->received);
    }
    if (step(s, q, NULL, NULL, err) < 0)
        return -1;
    return f.same || f.copies > COPIES_KEPT ? 0 : keep_copy(s, c, &f, err);
}

int
store_put(struct store *s, const struct store_callback *c, enum store_put *out,
          struct rt_err *err)
{
    sqlite3_stmt *q = statement(s, SQL_INSERT);
    if (q != NULL) {
        bind_callback(q, s->last_id + 1, c);
        if (c->has_twin)
            sqlite3_bind_blob(q, 4, c->twin, STORE_TWIN, SQLITE_STATIC);
        else
            sqlite3_bind_null(q, 4);
    }
    if (step(s, q, NULL, NULL, err) < 0)
        return -1;
    if (sqlite3_changes(s->db) == 1) {
        s->last_id++;
        *out = STORE_NEW;
        return 0;
    }
    *out = STORE_COPY;
    return add_copy(s, c, err);
}

int
store_refuse(struct store *s, const struct store_refused *r, struct rt_err *err)
{
    sqlite3_stmt *q = statement(s, SQL_REFUSE);
    rt_str body = r->body;
    if (body.n > s->limits->quarantine_body_bytes)
        body.n = (size_t)s->limits->quarantine_body_bytes;
    if (q != NULL) {
        const rt_str texts[] = {r->app,  r->reason,    r->near,
                                r->from, r->signature, r->signature_v1};
        for (int i = 0; i < 6; i++)
            bind_text(q, i + 1, texts[i]);
        bind_time(q, 7, r->received);
        bind_blob(q, 8, body);
        sqlite3_bind_int64(q, 9, (int64_t)r->body.n);
    }
    if (step(s, q, NULL, NULL, err) < 0)
        return -1;
    q = statement(s, SQL_REFUSE_TRIM);
    if (q != NULL)
        sqlite3_bind_int64(
            q, 1, sqlite3_last_insert_rowid(s->db) - (int64_t)s->limits->quarantine_rows);
    return step(s, q, NULL, NULL, err) < 0 ? -1 : 0;
}

/* ---- API logs ---- */

int
store_put_line(struct store *s, rt_str source, rt_time received, rt_str text,
               struct rt_err *err)
{
    sqlite3_stmt *q = statement(s, SQL_INSERT_LINE);
    if (q != NULL) {
        bind_text(q, 1, source);
        bind_time(q, 2, received);
        bind_blob(q, 3, text);
    }
    return step(s, q, NULL, NULL, err) < 0 ? -1 : 0;
}

int
store_set_tail(struct store *s, rt_str source, const struct store_tail *t, struct rt_err *err)
{
    sqlite3_stmt *q = statement(s, SQL_SET_TAIL);
    if (q != NULL) {
        bind_text(q, 1, source);
        sqlite3_bind_int64(q, 2, (int64_t)t->device);
        sqlite3_bind_int64(q, 3, (int64_t)t->inode);
        sqlite3_bind_int64(q, 4, (int64_t)t->offset);
    }
    return step(s, q, NULL, NULL, err) < 0 ? -1 : 0;
}

static void
read_tail(sqlite3_stmt *q, void *arg)
{
    struct store_tail *t = arg;
    *t = (struct store_tail){(uint64_t)sqlite3_column_int64(q, 0),
                             (uint64_t)sqlite3_column_int64(q, 1),
                             (uint64_t)sqlite3_column_int64(q, 2)};
}

int
store_get_tail(struct store *s, rt_str source, struct store_tail *out, struct rt_err *err)
{
    sqlite3_stmt *q = statement(s, SQL_GET_TAIL);
    if (q != NULL)
        bind_text(q, 1, source);
    return step(s, q, read_tail, out, err);
}
