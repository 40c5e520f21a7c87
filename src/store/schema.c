/*
 * schema.c - the tables, by version. A migration is one more row; it runs in one transaction.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "store/internal.h"

/* "rctr": tells our files from other SQLite files. */
#define APPLICATION_ID 0x72637472

static const char *const migrations[] = {
    /* 1: callbacks and what was refused. `of`: of a copy with other bytes, the first. A first one
     * is found by its notice or by its twin (sid, uid, sequence, type); copies have no such key. */
    "CREATE TABLE callback ("
    " id INTEGER PRIMARY KEY, of INTEGER, app TEXT NOT NULL, notice TEXT NOT NULL, twin BLOB,"
    " received INTEGER NOT NULL, last INTEGER NOT NULL, notify INTEGER, label INTEGER NOT NULL,"
    " secret TEXT, copies INTEGER NOT NULL, body BLOB NOT NULL);"
    "CREATE UNIQUE INDEX callback_notice ON callback (app, notice) WHERE of IS NULL;"
    "CREATE UNIQUE INDEX callback_twin ON callback (app, twin) WHERE of IS NULL AND twin IS "
    "NOT NULL;"
    "CREATE INDEX callback_of ON callback (of) WHERE of IS NOT NULL;"
    "CREATE TABLE refused ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, app TEXT, reason TEXT NOT NULL, near TEXT, source "
    "TEXT,"
    " signature TEXT, signature_v1 TEXT, received INTEGER NOT NULL, body BLOB NOT NULL,"
    " body_bytes INTEGER NOT NULL);",
    /* 2: lines of API logs, and how far each followed file was read. */
    "CREATE TABLE line (id INTEGER PRIMARY KEY, source TEXT NOT NULL, received INTEGER NOT "
    "NULL,"
    " text BLOB NOT NULL);"
    "CREATE INDEX line_source ON line (source, id);"
    "CREATE TABLE tail (source TEXT PRIMARY KEY, device INTEGER NOT NULL, inode INTEGER NOT "
    "NULL,"
    " offset INTEGER NOT NULL);",
    /* 3: what is known by its keys, up to the row of the mark (seen.c); a sum of each row. */
    "CREATE TABLE seen (key BLOB PRIMARY KEY, id INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE mark (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;"
    "DROP INDEX callback_notice; DROP INDEX callback_twin;"
    "ALTER TABLE callback ADD COLUMN sum INTEGER;"
    "ALTER TABLE line ADD COLUMN sum INTEGER;"
    "INSERT INTO mark SELECT 'callbacks without sum', ifnull(max(id), 0) FROM callback;"
    "INSERT INTO mark SELECT 'lines without sum', ifnull(max(id), 0) FROM line;",
    /* 4: the keys in sorted runs (run.c). A tree of them took more time than the callbacks. */
    "DROP TABLE seen; DELETE FROM mark WHERE name = 'seen';"
    "CREATE TABLE run (id INTEGER PRIMARY KEY, level INTEGER NOT NULL, upto INTEGER NOT NULL,"
    " keys INTEGER NOT NULL);"
    "CREATE TABLE chunk (id INTEGER PRIMARY KEY, run INTEGER NOT NULL, no INTEGER NOT NULL,"
    " sum INTEGER NOT NULL, keys BLOB NOT NULL);",
};
enum { SCHEMA_VERSION = sizeof(migrations) / sizeof(migrations[0]) };

static int
migrate(struct store *s, int64_t from, struct rt_err *err)
{
    for (int64_t v = from; v < SCHEMA_VERSION; v++) {
        char version[64];
        snprintf(version, sizeof(version), "PRAGMA user_version = %d", (int)v + 1);
        if (store_run(s, "BEGIN IMMEDIATE", "migrating", err) < 0 ||
            store_run(s, migrations[v], "migrating", err) < 0 ||
            store_run(s, version, "migrating", err) < 0 ||
            store_run(s, "COMMIT", "migrating", err) < 0)
            return -1;
    }
    return 0;
}

static int
sync_folder(const char *path, struct rt_err *err)
{
    char *copy = rt_strdup(path);
    if (copy == NULL)
        return rt_fail_mem(err);
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    rt_free(copy);
    int rc = fd < 0 ? -1 : fsync(fd);
    int why = errno;
    if (fd >= 0)
        close(fd);
    return rc < 0 ? rt_fail_here(err, RT_EIO, "%s: its folder cannot be synced: %s", path,
                                 strerror(why))
                  : 0;
}

int
schema_create(const char *path, struct rt_err *err)
{
    size_t n = strlen(path) + 8;
    struct store fresh = {.path = rt_malloc(n), .lock_fd = -1};
    if (fresh.path == NULL)
        return rt_fail_mem(err);
    snprintf(fresh.path, n, "%s.new", path);
    unlink(fresh.path);
    char id[64];
    snprintf(id, sizeof(id), "PRAGMA application_id = %d", APPLICATION_ID);
    int rc = sqlite3_open_v2(fresh.path, &fresh.db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                             NULL);
    if (rc != SQLITE_OK)
        rc = store_fail(&fresh, "cannot be created", err);
    else if (store_run(&fresh, "PRAGMA synchronous = FULL", "creating", err) < 0 ||
             store_run(&fresh, id, "creating", err) < 0 || migrate(&fresh, 0, err) < 0)
        rc = -1;
    sqlite3_close(fresh.db);
    if (rc == 0 && rename(fresh.path, path) < 0)
        rc = rt_fail_here(err, RT_EIO, "%s: %s", path, strerror(errno));
    if (rc != 0)
        unlink(fresh.path);
    rt_free(fresh.path);
    return rc == 0 ? sync_folder(path, err) : -1;
}

int
schema_check(struct store *s, enum store_mode mode, struct rt_err *err)
{
    int64_t id = 0, version = 0;
    if (store_number(s, "PRAGMA application_id", &id, err) < 0 ||
        store_number(s, "PRAGMA user_version", &version, err) < 0)
        return -1;
    if (id != APPLICATION_ID)
        return rt_fail_here(err, RT_EIO, "%s: is an SQLite file, but no store of rectrace",
                            s->path);
    if (version > SCHEMA_VERSION)
        return rt_fail_here(
            err, RT_EIO,
            "%s: is of version %lld, and this program knows %d; use a newer rectrace", s->path,
            (long long)version, SCHEMA_VERSION);
    if (version < SCHEMA_VERSION && mode != STORE_WRITE)
        return rt_fail_here(err, RT_EIO,
                            "%s: is of version %lld; rectrace serve brings it to %d", s->path,
                            (long long)version, SCHEMA_VERSION);
    return migrate(s, version, err);
}
