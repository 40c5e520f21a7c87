/*
 * store.c - opening and closing: the refusals first, then the pragmas that make a commit durable.
 */
#include "config.h"

#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/alloc.h"
#include "store/internal.h"
#include "store/seen.h"

/* A store up to this size is read through when it is opened. */
#define CHECKED_BYTES ((int64_t)256 << 20)

const char *const store_label_names[STORE__LABELS] = {
#define LABEL(id, name, doc) name,
#include "store/labels.def"
#undef LABEL
};

const char *
store_library(void)
{
    return sqlite3_libversion();
}

uint64_t
store_owed(const struct store *s)
{
    return atomic_load_explicit(&s->owed, memory_order_relaxed);
}

static void
read_pages(sqlite3_stmt *q, void *arg)
{
    *(int64_t *)arg = sqlite3_column_int64(q, 0);
}

/* While somebody reads, the log only grows. When he goes it has to find room in the file. */
void
store_reckon(struct store *s)
{
    struct stat st;
    struct rt_err ignored = {0};
    int64_t pages = 0;
    uint64_t owed = 0;
    if (store_step(s, store_statement(s, SQL_PAGES), read_pages, &pages, &ignored) > 0 &&
        stat(s->path, &st) == 0 && pages * s->page_bytes > st.st_size)
        owed = (uint64_t)(pages * s->page_bytes - st.st_size);
    atomic_store_explicit(&s->owed, owed, memory_order_relaxed);
}

uint64_t
store_room(const struct store *s, uint64_t *reserve)
{
    uint64_t owed = store_owed(s);
    struct statvfs v;
    char path[4096];
    snprintf(path, sizeof(path), "%s", s->path);
    *reserve = 0;
    if (statvfs(dirname(path), &v) < 0)
        return UINT64_MAX;
    *reserve = (uint64_t)v.f_blocks * v.f_frsize / 50;
    if (*reserve > s->limits->store_reserve_bytes)
        *reserve = s->limits->store_reserve_bytes;
    uint64_t room = (uint64_t)v.f_bavail * v.f_frsize;
    return room > owed ? room - owed : 0;
}

/* What is there is never replaced by an empty store. 1: nothing is there. */
static int
look(const char *path, struct rt_err *err)
{
    struct stat st, log;
    char wal[4096];
    if (snprintf(wal, sizeof(wal), "%s-wal", path) >= (int)sizeof(wal))
        return rt_fail_here(err, RT_EIO, "%s: the name is too long", path);
    if (stat(path, &st) < 0 && errno == ENOENT) {
        if (stat(wal, &log) == 0 && log.st_size > 0)
            return rt_fail_here(
                err, RT_EIO,
                "%s: is missing, but its log %s is there: bring the file back first", path,
                wal);
        return 1;
    }
    if (stat(path, &st) < 0)
        return rt_fail_here(err, RT_EIO, "%s: %s", path, strerror(errno));
    if (!S_ISREG(st.st_mode))
        return rt_fail_here(err, RT_EIO, "%s: is no regular file", path);
    if (st.st_size == 0)
        return rt_fail_here(
            err, RT_EIO,
            "%s: is empty, so something has cut it; remove it to begin a new store", path);
    return 0;
}

static int
connect_to(struct store *s, enum store_mode mode, struct rt_err *err)
{
    int flags = (mode == STORE_WRITE ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) |
                SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(s->path, &s->db, flags, NULL) != SQLITE_OK)
        return store_fail(s, "cannot be opened", err);
    sqlite3_extended_result_codes(s->db, 0);
    sqlite3_busy_timeout(s->db, STORE_BUSY_MS);
    /* Only the writer checkpoints, on its own connection: SQLite before 3.51.3 can lose a commit
     * when one connection checkpoints while another one writes. */
    if (mode != STORE_WRITE)
        sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)NULL);
    if (schema_check(s, mode, err) < 0)
        return -1;
    return store_number(s, "SELECT value FROM mark WHERE name = 'callbacks without sum'",
                        &s->unsummed.callbacks, err) < 0
               ? -1
               : store_number(s, "SELECT value FROM mark WHERE name = 'lines without sum'",
                              &s->unsummed.lines, err);
}

/* Pages that are damaged are found now rather than by a finding that is wrong. */
static int
check_pages(struct store *s, struct rt_err *err)
{
    int64_t pages = 0, size = 0;
    if (store_number(s, "PRAGMA page_count", &pages, err) < 0 ||
        store_number(s, "PRAGMA page_size", &size, err) < 0)
        return -1;
    s->page_bytes = size;
    if (pages * size > CHECKED_BYTES)
        return 0;
    sqlite3_stmt *q = NULL;
    int rc = sqlite3_prepare_v2(s->db, "PRAGMA quick_check(1)", -1, &q, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(q);
    if (rc == SQLITE_ROW && strcmp((const char *)sqlite3_column_text(q, 0), "ok") != 0)
        rc = rt_fail_here(err, RT_EIO,
                          "%s: is damaged (%s); copy it away, then see sqlite3 .recover",
                          s->path, (const char *)sqlite3_column_text(q, 0));
    else
        rc = rc == SQLITE_ROW ? 0 : store_fail(s, "cannot be checked", err);
    sqlite3_finalize(q);
    return rc;
}

/* Of the log: pages from which on it is moved into the file when nobody waits, when somebody does, and at the latest. */
enum { LOG_IDLE = 250, LOG_BUSY = 2000, LOG_MOST = 8000 };

static void
move_log(struct store *s)
{
    /* When it fails, what counts is still in the log: the next one begins anew. */
    sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    if (s->log_pages >= LOG_BUSY)
        store_reckon(s);
    s->log_pages = 0;
}

/* After each commit, and before those who wait for it are told. */
static int
note_log(void *arg, sqlite3 *db, const char *name, int pages)
{
    struct store *s = arg;
    (void)db, (void)name;
    s->log_pages = pages;
    s->log_bytes = pages * s->page_bytes;
    if (pages >= LOG_MOST)
        move_log(s);
    else if (pages >= LOG_BUSY)
        store_reckon(s);
    else
        /* the reserve is more than that */
        atomic_store_explicit(&s->owed, 0, memory_order_relaxed);
    return SQLITE_OK;
}

bool
store_log_is_long(const struct store *s)
{
    return s->log_bytes > (int64_t)s->limits->store_log_bytes / 2;
}

void
store_tidy(struct store *s, bool idle)
{
    if (s->log_pages >= (idle ? LOG_IDLE : LOG_BUSY))
        move_log(s);
}

static int
prepare_writer(struct store *s, struct rt_err *err)
{
    if (store_run(s, "PRAGMA journal_mode = WAL", "its log cannot be opened", err) < 0 ||
        store_run(s, "PRAGMA synchronous = FULL", "cannot be set up", err) < 0 ||
        store_run(s, "PRAGMA journal_size_limit = 67108864", "cannot be set up", err) < 0 ||
        store_run(s, "PRAGMA cache_size = -32768", "cannot be set up", err) < 0 ||
        check_pages(s, err) < 0)
        return -1;
    sqlite3_wal_hook(s->db, note_log, s);
    /* A log that was written before a sync failed may stand in the page cache and not on the disk. */
    if (store_heal(s, true, err) < 0)
        return -1;
    if (store_number(s, "SELECT max(id) FROM callback", &s->last_id, err) < 0)
        return -1;
    s->begun_id = s->last_id;
    s->seen = seen_open(s, err);
    return s->seen == NULL ? -1 : 0;
}

struct store *
store_open(const char *path, enum store_mode mode, const struct rt_limits *limits,
           struct rt_err *err)
{
    struct store *s = rt_calloc(1, sizeof(*s));
    if (s == NULL) {
        rt_fail_mem(err);
        return NULL;
    }
    s->lock_fd = -1;
    s->limits = limits;
    s->path = rt_strdup(path);
    if (s->path == NULL)
        rt_fail_mem(err);
    if (s->path == NULL || (mode == STORE_WRITE && lock_take(s, err) < 0)) {
        store_close(&s);
        return NULL;
    }
    int missing = look(path, err);
    if (missing == 1 && mode != STORE_WRITE)
        missing = rt_fail_here(err, RT_EIO, "%s: No such file or directory", path);
    bool look_closely =
        missing == 0 && (mode == STORE_WRITE || (mode == STORE_CHECK && !lock_is_taken(s)));
    if (look_closely)
        wal_look(s, mode);
    if (missing < 0 || (missing == 1 && schema_create(path, err) < 0) ||
        connect_to(s, mode, err) < 0 || (mode == STORE_WRITE && prepare_writer(s, err) < 0) ||
        (mode == STORE_CHECK && look_closely && check_pages(s, err) < 0))
        store_close(&s);
    return s;
}

void
store_close(struct store **ps)
{
    struct store *s = *ps;
    *ps = NULL;
    if (s == NULL)
        return;
    seen_close(&s->seen);
    for (size_t i = 0; i < SQL__COUNT; i++)
        sqlite3_finalize(s->sql[i]);
    sqlite3_close(s->db);
    if (s->lock_fd >= 0)
        close(s->lock_fd);
    rt_free(s->path);
    rt_free(s);
}
