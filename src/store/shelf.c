#include "config.h"

#include "store/shelf.h"

#include <stdio.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/alloc.h"

enum shelf_statement {
    SHELF_BEGIN,
    SHELF_COMMIT,
    SHELF_FIND,
    SHELF_LOAD,
    SHELF_NEXT,
    SHELF_PUT,
    SHELF_TIE,
    SHELF_DROP,
    SHELF_NOTE,
    SHELF_NOTED,
    SHELF__COUNT
};

static const char *const statements[SHELF__COUNT] = {
    [SHELF_BEGIN] = "BEGIN IMMEDIATE",
    [SHELF_COMMIT] = "COMMIT",
    [SHELF_FIND] = "SELECT knot FROM tie WHERE key = ?1",
    [SHELF_LOAD] = "SELECT id, at_hand, events, keys FROM knot WHERE id = ?1",
    [SHELF_NEXT] =
        "SELECT id, at_hand, events, keys FROM knot WHERE at_hand AND id > ?1 ORDER BY id LIMIT 1",
    [SHELF_PUT] =
        "INSERT OR REPLACE INTO knot (id, at_hand, events, keys) VALUES (?1, ?2, ?3, ?4)",
    [SHELF_TIE] = "INSERT OR REPLACE INTO tie (key, knot) VALUES (?1, ?2)",
    [SHELF_DROP] = "DELETE FROM knot WHERE id = ?1",
    [SHELF_NOTE] = "INSERT OR REPLACE INTO note (name, bytes) VALUES (?1, ?2)",
    [SHELF_NOTED] = "SELECT bytes FROM note WHERE name = ?1",
};

static const char tables[] =
    "CREATE TABLE IF NOT EXISTS knot (id INTEGER PRIMARY KEY, at_hand INTEGER NOT NULL, events BLOB NOT NULL,"
    " keys BLOB NOT NULL);"
    "CREATE INDEX IF NOT EXISTS knot_at_hand ON knot (id) WHERE at_hand;"
    "CREATE TABLE IF NOT EXISTS tie (key INTEGER PRIMARY KEY, knot INTEGER NOT NULL);"
    "CREATE TABLE IF NOT EXISTS note (name TEXT PRIMARY KEY, bytes BLOB NOT NULL);";

struct shelf {
    char *path;
    sqlite3 *db;
    bool begun;
    sqlite3_stmt *sql[SHELF__COUNT];
    sqlite3_stmt *open; /* its row is borrowed */
};

static int
fail(struct shelf *s, struct rt_err *err)
{
    return rt_fail_here(err, sqlite3_errcode(s->db) == SQLITE_NOMEM ? RT_ENOMEM : RT_EIO,
                        "%s: %s", s->path, sqlite3_errmsg(s->db));
}

static sqlite3_stmt *
statement(struct shelf *s, enum shelf_statement which)
{
    if (s->open != NULL)
        sqlite3_reset(s->open);
    s->open = NULL;
    if (s->sql[which] == NULL)
        sqlite3_prepare_v3(s->db, statements[which], -1, SQLITE_PREPARE_PERSISTENT,
                           &s->sql[which], NULL);
    return s->sql[which];
}

static rt_str
blob(sqlite3_stmt *q, int at)
{
    const void *p = sqlite3_column_blob(q, at);
    return (rt_str){p == NULL ? "" : p, p == NULL ? 0 : (size_t)sqlite3_column_bytes(q, at)};
}

/* 1: a row, which stays readable until the next statement. */
static int
ask(struct shelf *s, sqlite3_stmt *q, struct rt_err *err)
{
    int rc = q == NULL ? SQLITE_ERROR : sqlite3_step(q);
    if (rc == SQLITE_ROW) {
        s->open = q;
        return 1;
    }
    int told = rc == SQLITE_DONE ? 0 : fail(s, err);
    sqlite3_reset(q);
    return told;
}

static int
tell(struct shelf *s, sqlite3_stmt *q, struct rt_err *err)
{
    int rc = ask(s, q, err);
    sqlite3_reset(q);
    s->open = NULL;
    return rc < 0 ? -1 : 0;
}

static int
begin(struct shelf *s, struct rt_err *err)
{
    if (!s->begun && tell(s, statement(s, SHELF_BEGIN), err) < 0)
        return -1;
    s->begun = true;
    return 0;
}

int64_t
shelf_find(struct shelf *s, uint64_t key, struct rt_err *err)
{
    sqlite3_stmt *q = statement(s, SHELF_FIND);
    if (q != NULL)
        sqlite3_bind_int64(q, 1, (int64_t)key);
    int rc = ask(s, q, err);
    return rc == 1 ? sqlite3_column_int64(q, 0) : rc;
}

static int
knot_by(struct shelf *s, enum shelf_statement which, int64_t id, struct shelf_knot *out,
        struct rt_err *err)
{
    sqlite3_stmt *q = statement(s, which);
    if (q != NULL)
        sqlite3_bind_int64(q, 1, id);
    int rc = ask(s, q, err);
    if (rc == 1)
        *out = (struct shelf_knot){sqlite3_column_int64(q, 0), sqlite3_column_int(q, 1) != 0,
                                   blob(q, 2), blob(q, 3)};
    return rc;
}

int
shelf_load(struct shelf *s, int64_t id, struct shelf_knot *out, struct rt_err *err)
{
    return knot_by(s, SHELF_LOAD, id, out, err);
}

int
shelf_next(struct shelf *s, int64_t id, struct shelf_knot *out, struct rt_err *err)
{
    return knot_by(s, SHELF_NEXT, id, out, err);
}

int
shelf_put(struct shelf *s, const struct shelf_knot *k, struct rt_err *err)
{
    if (begin(s, err) < 0)
        return -1;
    sqlite3_stmt *q = statement(s, SHELF_PUT);
    if (q != NULL) {
        sqlite3_bind_int64(q, 1, k->id);
        sqlite3_bind_int(q, 2, k->at_hand);
        sqlite3_bind_blob64(q, 3, k->events.n == 0 ? "" : k->events.p, k->events.n,
                            SQLITE_STATIC);
        sqlite3_bind_blob64(q, 4, k->keys.n == 0 ? "" : k->keys.p, k->keys.n, SQLITE_STATIC);
    }
    if (tell(s, q, err) < 0)
        return -1;
    for (size_t i = 0; i + 8 <= k->keys.n; i += 8) {
        int64_t key = 0;
        memcpy(&key, k->keys.p + i, 8);
        q = statement(s, SHELF_TIE);
        if (q != NULL) {
            sqlite3_bind_int64(q, 1, key);
            sqlite3_bind_int64(q, 2, k->id);
        }
        if (tell(s, q, err) < 0)
            return -1;
    }
    return 0;
}

int
shelf_drop(struct shelf *s, int64_t id, struct rt_err *err)
{
    if (begin(s, err) < 0)
        return -1;
    sqlite3_stmt *q = statement(s, SHELF_DROP);
    if (q != NULL)
        sqlite3_bind_int64(q, 1, id);
    return tell(s, q, err);
}

int
shelf_note(struct shelf *s, const char *name, rt_str bytes, struct rt_err *err)
{
    if (begin(s, err) < 0)
        return -1;
    sqlite3_stmt *q = statement(s, SHELF_NOTE);
    if (q != NULL) {
        sqlite3_bind_text(q, 1, name, -1, SQLITE_STATIC);
        sqlite3_bind_blob64(q, 2, bytes.n == 0 ? "" : bytes.p, bytes.n, SQLITE_STATIC);
    }
    return tell(s, q, err);
}

int
shelf_noted(struct shelf *s, const char *name, rt_str *out, struct rt_err *err)
{
    sqlite3_stmt *q = statement(s, SHELF_NOTED);
    if (q != NULL)
        sqlite3_bind_text(q, 1, name, -1, SQLITE_STATIC);
    int rc = ask(s, q, err);
    if (rc == 1)
        *out = blob(q, 0);
    return rc;
}

int
shelf_commit(struct shelf *s, struct rt_err *err)
{
    if (!s->begun)
        return 0;
    if (tell(s, statement(s, SHELF_COMMIT), err) < 0)
        return -1;
    s->begun = false;
    return 0;
}

int
shelf_empty(struct shelf *s, struct rt_err *err)
{
    if (begin(s, err) < 0)
        return -1;
    statement(s, SHELF_BEGIN); /* lets go of a row */
    return sqlite3_exec(s->db, "DELETE FROM knot; DELETE FROM tie; DELETE FROM note", NULL,
                        NULL, NULL) == SQLITE_OK
               ? shelf_commit(s, err)
               : fail(s, err);
}

/* ---- life ---- */

static struct shelf *
open_file(const char *path, struct rt_err *err)
{
    static const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    struct shelf *s = rt_calloc(1, sizeof(*s));
    if (s == NULL || (s->path = rt_strdup(path)) == NULL) {
        rt_fail_mem(err);
        shelf_close(&s);
        return NULL;
    }
    /* Nothing hangs on its last moments: a power cut may take them, but not its shape. */
    if (sqlite3_open_v2(path, &s->db, flags, NULL) != SQLITE_OK ||
        sqlite3_exec(
            s->db,
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -4096",
            NULL, NULL, NULL) != SQLITE_OK ||
        sqlite3_exec(s->db, tables, NULL, NULL, NULL) != SQLITE_OK) {
        fail(s, err);
        shelf_close(&s);
    }
    return s;
}

static int
check_identity(struct shelf *s, rt_str identity, struct rt_err *err)
{
    rt_str known = RT_NONE;
    int rc = shelf_noted(s, "identity", &known, err);
    if (rc < 0 || (rc == 1 && rt_str_eq(known, identity)))
        return rc < 0 ? -1 : 0;
    if (shelf_empty(s, err) < 0 || shelf_note(s, "identity", identity, err) < 0)
        return -1;
    return shelf_commit(s, err);
}

static void
remove_files(const char *path)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    char name[4096];
    for (size_t i = 0; i < 3; i++)
        if (snprintf(name, sizeof(name), "%s%s", path, ends[i]) < (int)sizeof(name))
            unlink(name);
}

struct shelf *
shelf_open(const char *path, rt_str identity, struct rt_err *err)
{
    struct rt_err first = {0};
    struct shelf *s = open_file(path, &first);
    if (s != NULL && check_identity(s, identity, &first) == 0)
        return s;
    /* Of another kind, or damaged: it begins anew. */
    shelf_close(&s);
    remove_files(path);
    s = open_file(path, err);
    if (s != NULL && check_identity(s, identity, err) < 0)
        shelf_close(&s);
    return s;
}

void
shelf_close(struct shelf **ps)
{
    struct shelf *s = *ps;
    *ps = NULL;
    if (s == NULL)
        return;
    for (size_t i = 0; i < SHELF__COUNT; i++)
        sqlite3_finalize(s->sql[i]);
    sqlite3_close(s->db);
    rt_free(s->path);
    rt_free(s);
}
