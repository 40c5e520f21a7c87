/*
 * read.c - what the store holds, in order.
 */
#include "config.h"

#include <string.h>

#include "base/alloc.h"
#include "store/internal.h"

static rt_str
text(sqlite3_stmt *q, int at)
{
    const void *p = sqlite3_column_blob(q, at);
    return (rt_str){p, p == NULL ? 0 : (size_t)sqlite3_column_bytes(q, at)};
}

static rt_time
instant(sqlite3_stmt *q, int at)
{
    return sqlite3_column_type(q, at) == SQLITE_NULL ? RT_TIME_NONE
                                                     : sqlite3_column_int64(q, at);
}

/* In the place of a body whose sum is wrong: no format reads it, so it is counted with what cannot be read. */
static const rt_str damaged = {"damaged in the store", sizeof("damaged in the store") - 1};

/* ---- rows ---- */

struct store_cursor {
    struct store *s;
    sqlite3_stmt *q;
    bool ended;        /* a further step would begin anew */
    struct rt_err why; /* it ended so; told again when it is asked again */
    int after;         /* parameter: rows with a larger id follow; 0: it is read in one go */
    int64_t last;
    unsigned rows;
};
/* A cursor is a transaction, and holds the log of the store: after so many rows it is let go of. */
enum { ROWS_A_TURN = 2000 };

static struct store_cursor *
cursor_new(struct store *s, const char *sql, rt_str source, int64_t first, int64_t second,
           struct rt_err *err)
{
    struct store_cursor *c = rt_calloc(1, sizeof(*c));
    if (c == NULL) {
        rt_fail_mem(err);
        return NULL;
    }
    c->s = s;
    if (sqlite3_prepare_v2(s->db, sql, -1, &c->q, NULL) != SQLITE_OK) {
        store_fail(s, "cannot be read", err);
        store_cursor_free(&c);
        return NULL;
    }
    int at = 1;
    if (source.p != NULL)
        sqlite3_bind_text64(c->q, at++, source.p, source.n, SQLITE_TRANSIENT, SQLITE_UTF8);
    sqlite3_bind_int64(c->q, at, first);
    if (sqlite3_bind_parameter_count(c->q) > at)
        sqlite3_bind_int64(c->q, at + 1, second);
    return c;
}

void
store_cursor_free(struct store_cursor **pc)
{
    struct store_cursor *c = *pc;
    *pc = NULL;
    if (c == NULL)
        return;
    sqlite3_finalize(c->q);
    rt_free(c);
}

/* The id is the first column of a cursor that lets go. */
static int
step(struct store_cursor *c, struct rt_err *err)
{
    if (c->why.code != RT_OK && err->code == RT_OK)
        *err = c->why;
    if (c->ended)
        return c->why.code != RT_OK ? -1 : 0;
    if (c->after > 0 && c->rows >= ROWS_A_TURN) {
        sqlite3_reset(c->q);
        sqlite3_bind_int64(c->q, c->after, c->last);
        c->rows = 0;
    }
    int rc = sqlite3_step(c->q);
    c->ended = rc != SQLITE_ROW;
    if (rc == SQLITE_ROW && c->after > 0) {
        c->last = sqlite3_column_int64(c->q, 0);
        c->rows++;
    }
    if (c->ended && rc != SQLITE_DONE) {
        store_fail(c->s, "cannot be read", &c->why);
        *err = err->code == RT_OK ? c->why : *err;
        return -1;
    }
    return rc == SQLITE_ROW;
}

struct store_cursor *
store_callbacks(struct store *s, int64_t after, int64_t upto, struct rt_err *err)
{
    struct store_cursor *c = cursor_new(
        s,
        "SELECT id, of, app, notice, twin, received, last, notify, label, secret, copies, body,"
        " sum FROM callback WHERE id > ?1 AND id <= ?2 ORDER BY id",
        RT_NONE, after, upto, err);
    if (c != NULL)
        c->after = 1;
    return c;
}

struct store_cursor *
store_refusals(struct store *s, int64_t after, struct rt_err *err)
{
    return cursor_new(s,
                      "SELECT id, app, reason, near, source, signature, signature_v1, "
                      "received, body, body_bytes"
                      " FROM refused WHERE id > ?1 ORDER BY id",
                      RT_NONE, after, 0, err);
}

struct store_cursor *
store_callbacks_back(struct store *s, int64_t before, struct rt_err *err)
{
    return cursor_new(
        s,
        "SELECT id, of, app, notice, twin, received, last, notify, label, secret, copies, body,"
        " sum FROM callback WHERE id < ?1 ORDER BY id DESC",
        RT_NONE, before, 0, err);
}

struct store_cursor *
store_refusals_back(struct store *s, int64_t before, struct rt_err *err)
{
    return cursor_new(s,
                      "SELECT id, app, reason, near, source, signature, signature_v1, "
                      "received, body, body_bytes"
                      " FROM refused WHERE id < ?1 ORDER BY id DESC",
                      RT_NONE, before, 0, err);
}

struct store_cursor *
store_lines(struct store *s, rt_str source, int64_t after, int64_t upto, struct rt_err *err)
{
    struct store_cursor *c =
        cursor_new(s,
                   "SELECT id, text, source, received, sum FROM line"
                   " WHERE source = ?1 AND id > ?2 AND id <= ?3 ORDER BY id",
                   source, after, upto, err);
    if (c != NULL)
        c->after = 2;
    return c;
}

static bool
is_sum(sqlite3_stmt *q, int at, int64_t want)
{
    return sqlite3_column_type(q, at) == SQLITE_INTEGER && sqlite3_column_int64(q, at) == want;
}

int
store_next_callback(struct store_cursor *c, struct store_callback *out, struct rt_err *err)
{
    int rc = step(c, err);
    sqlite3_stmt *q = c->q;
    if (rc <= 0)
        return rc;
    int64_t label = sqlite3_column_int64(q, 8);
    *out = (struct store_callback){
        .id = sqlite3_column_int64(q, 0),
        .of = sqlite3_column_int64(q, 1),
        .app = text(q, 2),
        .notice = text(q, 3),
        .received = instant(q, 5),
        .last = instant(q, 6),
        .notify = instant(q, 7),
        .label = label >= 0 && label < STORE__LABELS ? (enum store_label)label : STORE_UNKNOWN,
        .secret = text(q, 9),
        .copies = sqlite3_column_int64(q, 10),
        .body = text(q, 11),
    };
    rt_str twin = text(q, 4);
    out->has_twin = twin.n == STORE_TWIN;
    if (out->has_twin)
        memcpy(out->twin, twin.p, STORE_TWIN);
    if (out->id > c->s->unsummed.callbacks && !is_sum(q, 12, store_sum_callback(out)))
        out->body = damaged;
    return 1;
}

int
store_next_refusal(struct store_cursor *c, struct store_refused *out, struct rt_err *err)
{
    int rc = step(c, err);
    sqlite3_stmt *q = c->q;
    if (rc <= 0)
        return rc;
    *out = (struct store_refused){
        .id = sqlite3_column_int64(q, 0),
        .app = text(q, 1),
        .reason = text(q, 2),
        .near = text(q, 3),
        .from = text(q, 4),
        .signature = text(q, 5),
        .signature_v1 = text(q, 6),
        .received = instant(q, 7),
        .body = text(q, 8),
        .body_bytes = (uint64_t)sqlite3_column_int64(q, 9),
    };
    return 1;
}

int
store_next_line(struct store_cursor *c, rt_str *out, struct rt_err *err)
{
    int rc = step(c, err);
    sqlite3_stmt *q = c->q;
    if (rc <= 0)
        return rc;
    *out = text(q, 1);
    if (sqlite3_column_int64(q, 0) > c->s->unsummed.lines &&
        !is_sum(q, 4, store_sum_line(text(q, 2), instant(q, 3), *out)))
        *out = damaged;
    return rc;
}

struct store_cursor *
store_new_lines(struct store *s, int64_t after, int64_t upto, struct rt_err *err)
{
    struct store_cursor *c =
        cursor_new(s,
                   "SELECT id, text, source, received, sum FROM line WHERE id > ?1 AND id <= ?2"
                   " ORDER BY id",
                   RT_NONE, after, upto, err);
    if (c != NULL)
        c->after = 1;
    return c;
}

int
store_next_new_line(struct store_cursor *c, struct store_line *out, struct rt_err *err)
{
    int rc = store_next_line(c, &out->text, err);
    if (rc <= 0)
        return rc;
    out->source = text(c->q, 2);
    out->id = sqlite3_column_int64(c->q, 0);
    return 1;
}

int
store_extent(struct store *s, struct store_extent *out, struct rt_err *err)
{
    return store_number(s, "SELECT max(id) FROM callback", &out->callbacks, err) < 0
               ? -1
               : store_number(s, "SELECT max(id) FROM line", &out->lines, err);
}

int
store_first(struct store *s, struct store_extent *out, struct rt_err *err)
{
    return store_number(s, "SELECT min(id) FROM callback", &out->callbacks, err) < 0
               ? -1
               : store_number(s, "SELECT min(id) FROM line", &out->lines, err);
}

int
store_sources(struct store *s, const struct store_extent *upto,
              int (*each)(void *arg, rt_str source), void *arg, struct rt_err *err)
{
    struct store_cursor *c =
        cursor_new(s, "SELECT DISTINCT source FROM line WHERE id <= ?1 ORDER BY source",
                   RT_NONE, upto->lines, 0, err);
    int rc = c == NULL ? -1 : 0;
    while (rc == 0 && (rc = step(c, err)) == 1)
        rc = each(arg, text(c->q, 0)) < 0 ? rt_fail_mem(err) : 0;
    store_cursor_free(&c);
    return rc;
}

int
store_place(struct store *s, rt_str source, int64_t nth, int64_t *id, struct rt_err *err)
{
    struct store_cursor *c =
        source.p == NULL
            ? cursor_new(s, "SELECT id FROM callback ORDER BY id LIMIT 1 OFFSET ?1", RT_NONE,
                         nth - 1, 0, err)
            : cursor_new(s,
                         "SELECT id FROM line WHERE source = ?1 ORDER BY id LIMIT 1 OFFSET ?2",
                         source, nth - 1, 0, err);
    int rc = c == NULL ? -1 : step(c, err);
    if (rc == 1)
        *id = sqlite3_column_int64(c->q, 0);
    store_cursor_free(&c);
    return rc == 1 ? 0 : rc < 0 ? -1 : rt_fail_here(err, RT_EIO, "%s: a row is gone", s->path);
}

int
store_newest(struct store *s, rt_time *out, struct rt_err *err)
{
    int64_t notify = 0;
    int rc = store_number(
        s, "SELECT max(notify) FROM (SELECT notify FROM callback ORDER BY id DESC LIMIT 1000)",
        &notify, err);
    *out = notify > 0 ? notify : RT_TIME_NONE;
    return rc;
}
