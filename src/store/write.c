/*
 * write.c - batches of callbacks: what is new, what is a copy, what was refused.
 */
#include "config.h"

#include <string.h>

#include "store/internal.h"
#include "store/seen.h"

/* Bytes of copies that are kept beside the first; further copies are only counted. */
enum { COPIES_KEPT = 8 };

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

static int
plain(struct store *s, enum store_statement which, struct rt_err *err)
{
    return store_step(s, store_statement(s, which), NULL, NULL, err) < 0 ? -1 : 0;
}

int
store_begin(struct store *s, struct rt_err *err)
{
    return plain(s, SQL_BEGIN, err);
}

int
store_commit(struct store *s, struct rt_err *err)
{
    if (seen_settle(s->seen, err) < 0 || plain(s, SQL_COMMIT, err) < 0)
        return -1;
    /* A rollback without a begin takes nothing back. */
    s->begun_id = s->last_id;
    seen_begin(s->seen);
    return 0;
}

void
store_rollback(struct store *s)
{
    struct rt_err ignored = {0};
    bool full = s->full;
    if (sqlite3_get_autocommit(s->db) == 0)
        plain(s, SQL_ROLLBACK, &ignored);
    s->last_id = s->begun_id;
    seen_rollback(s->seen, s->last_id);
    s->full = full;
}

/* The log is written into the file and cut to nothing. What a failed sync left in the page cache
 * never becomes the ground of a later commit. */
int
store_heal(struct store *s, bool patient, struct rt_err *err)
{
    int64_t busy = 0;
    sqlite3_busy_timeout(s->db, patient ? STORE_BUSY_MS : 0);
    int rc = store_number(s, "PRAGMA wal_checkpoint(TRUNCATE)", &busy, err);
    sqlite3_busy_timeout(s->db, STORE_BUSY_MS);
    if (rc < 0)
        return -1;
    store_reckon(s);
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

/* ---- callbacks ---- */

struct first {
    int64_t id, copies;
    bool same;
};

static void
read_first(sqlite3_stmt *q, void *arg)
{
    struct first *f = arg;
    f->copies = sqlite3_column_int64(q, 0);
    f->same = sqlite3_column_int(q, 1) != 0;
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
    sqlite3_bind_int64(q, 10, store_sum_callback(c));
}

struct keys { /* of one callback */
    unsigned char notice[SEEN_KEY], twin[SEEN_KEY];
};

/* A key may outlive its row: then it counts for nothing. */
static int
find_by(struct store *s, const struct store_callback *c, const unsigned char *key,
        struct first *out, struct rt_err *err)
{
    int got = seen_find(s->seen, key, &out->id, err);
    if (got <= 0)
        return got;
    sqlite3_stmt *q = store_statement(s, SQL_BY_ID);
    if (q != NULL) {
        sqlite3_bind_int64(q, 1, out->id);
        bind_blob(q, 2, c->body);
    }
    return store_step(s, q, read_first, out, err);
}

/* 1: there is a first one. */
static int
find_first(struct store *s, const struct store_callback *c, const struct keys *k,
           struct first *out, struct rt_err *err)
{
    int got = find_by(s, c, k->notice, out, err);
    return got == 0 && c->has_twin ? find_by(s, c, k->twin, out, err) : got;
}

static int
keep_copy(struct store *s, const struct store_callback *c, const struct first *f,
          struct rt_err *err)
{
    sqlite3_stmt *q = store_statement(s, SQL_HAS_COPY);
    if (q != NULL) {
        sqlite3_bind_int64(q, 1, f->id);
        bind_blob(q, 2, c->body);
    }
    int known = store_step(s, q, NULL, NULL, err);
    if (known != 0)
        return known < 0 ? -1 : 0;
    q = store_statement(s, SQL_INSERT_COPY);
    if (q != NULL) {
        bind_callback(q, s->last_id + 1, c);
        sqlite3_bind_int64(q, 4, f->id);
    }
    if (store_step(s, q, NULL, NULL, err) < 0)
        return -1;
    s->last_id++;
    return 0;
}

static int
add_copy(struct store *s, const struct store_callback *c, const struct first *f,
         struct rt_err *err)
{
    sqlite3_stmt *q = store_statement(s, SQL_COUNT_COPY);
    if (q != NULL) {
        sqlite3_bind_int64(q, 1, f->id);
        bind_time(q, 2, c->received);
    }
    if (store_step(s, q, NULL, NULL, err) < 0)
        return -1;
    return f->same || f->copies > COPIES_KEPT ? 0 : keep_copy(s, c, f, err);
}

static int
add_new(struct store *s, const struct store_callback *c, const struct keys *k,
        struct rt_err *err)
{
    sqlite3_stmt *q = store_statement(s, SQL_INSERT);
    if (q != NULL) {
        bind_callback(q, s->last_id + 1, c);
        if (c->has_twin)
            sqlite3_bind_blob(q, 4, c->twin, STORE_TWIN, SQLITE_STATIC);
        else
            sqlite3_bind_null(q, 4);
    }
    if (store_step(s, q, NULL, NULL, err) < 0)
        return -1;
    s->last_id++;
    if (seen_add(s->seen, k->notice, s->last_id, err) < 0)
        return -1;
    return c->has_twin ? seen_add(s->seen, k->twin, s->last_id, err) : 0;
}

int
store_put(struct store *s, const struct store_callback *c, enum store_put *out,
          struct rt_err *err)
{
    struct keys k;
    struct first f = {0};
    seen_notice_key(c->app, c->notice, k.notice);
    if (c->has_twin)
        seen_twin_key(c->app, c->twin, k.twin);
    int got = find_first(s, c, &k, &f, err);
    *out = got > 0 ? STORE_COPY : STORE_NEW;
    return got < 0 ? -1 : got > 0 ? add_copy(s, c, &f, err) : add_new(s, c, &k, err);
}

int
store_refuse(struct store *s, const struct store_refused *r, struct rt_err *err)
{
    sqlite3_stmt *q = store_statement(s, SQL_REFUSE);
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
    if (store_step(s, q, NULL, NULL, err) < 0)
        return -1;
    q = store_statement(s, SQL_REFUSE_TRIM);
    if (q != NULL)
        sqlite3_bind_int64(
            q, 1, sqlite3_last_insert_rowid(s->db) - (int64_t)s->limits->quarantine_rows);
    return store_step(s, q, NULL, NULL, err) < 0 ? -1 : 0;
}

/* ---- API logs ---- */

int
store_put_line(struct store *s, rt_str source, rt_time received, rt_str text,
               struct rt_err *err)
{
    sqlite3_stmt *q = store_statement(s, SQL_INSERT_LINE);
    if (q != NULL) {
        bind_text(q, 1, source);
        bind_time(q, 2, received);
        bind_blob(q, 3, text);
        sqlite3_bind_int64(q, 4, store_sum_line(source, received, text));
    }
    return store_step(s, q, NULL, NULL, err) < 0 ? -1 : 0;
}

int
store_set_tail(struct store *s, rt_str source, const struct store_tail *t, struct rt_err *err)
{
    sqlite3_stmt *q = store_statement(s, SQL_SET_TAIL);
    if (q != NULL) {
        bind_text(q, 1, source);
        sqlite3_bind_int64(q, 2, (int64_t)t->device);
        sqlite3_bind_int64(q, 3, (int64_t)t->inode);
        sqlite3_bind_int64(q, 4, (int64_t)t->offset);
    }
    return store_step(s, q, NULL, NULL, err) < 0 ? -1 : 0;
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
    sqlite3_stmt *q = store_statement(s, SQL_GET_TAIL);
    if (q != NULL)
        bind_text(q, 1, source);
    return store_step(s, q, read_tail, out, err);
}
