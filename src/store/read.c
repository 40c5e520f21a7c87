/*
 * read.c - what the store holds, in order.
 */
#include "config.h"

#include <string.h>

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

static int
give_callback(sqlite3_stmt *q, const struct store_sink *sink, struct rt_err *err)
{
    int64_t label = sqlite3_column_int64(q, 8);
    struct store_callback c = {
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
    c.has_twin = twin.n == STORE_TWIN;
    if (c.has_twin)
        memcpy(c.twin, twin.p, STORE_TWIN);
    return sink->callback(sink->arg, &c, err);
}

static int
give_refused(sqlite3_stmt *q, const struct store_sink *sink, struct rt_err *err)
{
    struct store_refused r = {
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
    return sink->refused(sink->arg, &r, err);
}

static int
each(struct store *s, const char *sql, int64_t after,
     int (*give)(sqlite3_stmt *, const struct store_sink *, struct rt_err *),
     struct store_sink sink, struct rt_err *err)
{
    sqlite3_stmt *q = NULL;
    if (sqlite3_prepare_v2(s->db, sql, -1, &q, NULL) != SQLITE_OK)
        return store_fail(s, "cannot be read", err);
    sqlite3_bind_int64(q, 1, after);
    int rc = SQLITE_ROW, result = 0;
    while (result == 0 && (rc = sqlite3_step(q)) == SQLITE_ROW)
        result = give(q, &sink, err);
    if (result == 0 && rc != SQLITE_DONE)
        result = store_fail(s, "cannot be read", err);
    sqlite3_finalize(q);
    return result;
}

int
store_callbacks(struct store *s, int64_t after, struct store_sink sink, struct rt_err *err)
{
    return each(
        s,
        "SELECT id, of, app, notice, twin, received, last, notify, label, secret, copies, body"
        " FROM callback WHERE id > ?1 ORDER BY id",
        after, give_callback, sink, err);
}

int
store_quarantine(struct store *s, int64_t after, struct store_sink sink, struct rt_err *err)
{
    return each(s,
                "SELECT id, app, reason, near, source, signature, signature_v1, received, "
                "body, body_bytes"
                " FROM refused WHERE id > ?1 ORDER BY id",
                after, give_refused, sink, err);
}
