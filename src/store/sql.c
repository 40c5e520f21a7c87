/*
 * sql.c - statements: prepared once, stepped, and what SQLite says when one fails.
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "store/internal.h"

static const char *const statements[SQL__COUNT] = {
    [SQL_BEGIN] = "BEGIN IMMEDIATE",
    [SQL_COMMIT] = "COMMIT",
    [SQL_ROLLBACK] = "ROLLBACK",
    [SQL_INSERT] =
        "INSERT INTO callback"
        " (id, app, notice, twin, received, last, notify, label, secret, copies, body, sum)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6, ?7, ?8, 1, ?9, ?10)",
    [SQL_BY_ID] = "SELECT copies, body = ?2 FROM callback WHERE id = ?1 AND of IS NULL",
    [SQL_CHUNK_GET] = "SELECT keys FROM chunk WHERE id = ?1",
    [SQL_CHUNK_PUT] =
        "INSERT OR REPLACE INTO chunk (id, run, no, sum, keys) VALUES (?1, ?2, ?3, ?4, ?5)",
    [SQL_RUN_PUT] = "INSERT INTO run (id, level, upto, keys) VALUES (?1, ?2, ?3, ?4)",
    [SQL_RUN_DROP] = "DELETE FROM run WHERE id = ?1",
    [SQL_MARK_SET] = "INSERT OR REPLACE INTO mark (name, value) VALUES ('seen', ?1)",
    [SQL_KEYS] = "SELECT id, app, notice, twin FROM callback WHERE id > ?1 AND of IS NULL"
                 " ORDER BY id LIMIT ?2",
    [SQL_COUNT_COPY] =
        "UPDATE callback SET copies = copies + 1, last = max(last, ?2) WHERE id = ?1",
    [SQL_HAS_COPY] = "SELECT 1 FROM callback WHERE of = ?1 AND body = ?2",
    [SQL_INSERT_COPY] =
        "INSERT INTO callback"
        " (id, of, app, notice, received, last, notify, label, secret, copies, body, sum)"
        " VALUES (?1, ?4, ?2, ?3, ?5, ?5, ?6, ?7, ?8, 1, ?9, ?10)",
    [SQL_REFUSE] =
        "INSERT INTO refused"
        " (app, reason, near, source, signature, signature_v1, received, body, body_bytes)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    [SQL_REFUSE_TRIM] = "DELETE FROM refused WHERE id <= ?1",
    [SQL_INSERT_LINE] =
        "INSERT INTO line (source, received, text, sum) VALUES (?1, ?2, ?3, ?4)",
    [SQL_SET_TAIL] =
        "INSERT OR REPLACE INTO tail (source, device, inode, offset) VALUES (?1, ?2, ?3, ?4)",
    [SQL_GET_TAIL] = "SELECT device, inode, offset FROM tail WHERE source = ?1",
    [SQL_PAGES] = "PRAGMA page_count",
};

/* What the system said to the last write that failed, to the file or to its log. SQLite itself tells a full disk from other
 * trouble, but not a quota that is used up. */
static int
last_errno(sqlite3 *db)
{
    sqlite3_file *log = NULL;
    int file_said = 0, log_said = 0;
    sqlite3_file_control(db, "main", SQLITE_FCNTL_LAST_ERRNO, &file_said);
    sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
    if (log != NULL && log->pMethods != NULL)
        log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &log_said);
    return log_said != 0 ? log_said : file_said != 0 ? file_said : sqlite3_system_errno(db);
}

int
store_fail(struct store *s, const char *what, struct rt_err *err)
{
    int code = s->db != NULL ? sqlite3_errcode(s->db) : SQLITE_NOMEM;
    bool io = (code & 0xff) == SQLITE_IOERR || (code & 0xff) == SQLITE_CANTOPEN;
    int system = s->db != NULL && io ? last_errno(s->db) : 0;
    s->full = (code & 0xff) == SQLITE_FULL || (io && (system == ENOSPC || system == EDQUOT));
    if (code == SQLITE_NOMEM)
        return rt_fail_mem(err);
    if (code == SQLITE_NOTADB)
        return rt_fail_here(err, RT_EIO, "%s: is not an SQLite file", s->path);
    if (code == SQLITE_CORRUPT)
        return rt_fail_here(err, RT_EIO,
                            "%s: is damaged (%s); copy it away, then see sqlite3 .recover",
                            s->path, sqlite3_errmsg(s->db));
    return rt_fail_here(err, RT_EIO, "%s: %s: %s%s%s", s->path, what, sqlite3_errmsg(s->db),
                        io && system != 0 ? ": " : "",
                        io && system != 0 ? strerror(system) : "");
}

int
store_run(struct store *s, const char *sql, const char *what, struct rt_err *err)
{
    return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0
                                                                   : store_fail(s, what, err);
}

int
store_number(struct store *s, const char *sql, int64_t *out, struct rt_err *err)
{
    sqlite3_stmt *q = NULL;
    int rc = sqlite3_prepare_v2(s->db, sql, -1, &q, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(q);
    if (rc == SQLITE_ROW)
        *out = sqlite3_column_int64(q, 0);
    rc = rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : store_fail(s, "cannot be read", err);
    sqlite3_finalize(q);
    return rc;
}

sqlite3_stmt *
store_statement(struct store *s, enum store_statement which)
{
    if (s->sql[which] == NULL)
        sqlite3_prepare_v3(s->db, statements[which], -1, SQLITE_PREPARE_PERSISTENT,
                           &s->sql[which], NULL);
    return s->sql[which];
}

int
store_step(struct store *s, sqlite3_stmt *q, void (*read)(sqlite3_stmt *, void *), void *arg,
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
