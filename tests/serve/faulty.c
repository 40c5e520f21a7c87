/*
 * faulty.c - rectrace over a disk that fails when it is told to, and that keeps a journal.
 *
 * A VFS of SQLite between the store and the files. FAULTY_CONTROL names a file whose first byte is
 * the fault: '-' none, 'w' EIO on write, 'h' likewise after half of it was written, 'n' ENOSPC on write, 'q' EDQUOT,
 * 'r' read-only, 's' EIO on sync, 'd' each sync takes 400 ms, 'D' 7 s, 'L' 30 s, 'k' until it is told otherwise; 'a': of our allocations the one that
 * the second byte says fails, once. FAULTY_NTH=N: the Nth call that may fail does, FAULTY_STICKY=1: and all after it; how
 * many there were stands in the control file from its ninth byte on, and behind it by how many seconds the wall clock is
 * wrong. FAULTY_JOURNAL names a file that gets
 * every write, cut and sync with its time, so that a power cut can be played back at any point. FAULTY_OFTEN=1:
 * the log goes into the database each 50 pages.
 *
 * Mutants, which prove that the tests can see a loss: FAULTY_SKIP_SYNC=1 leaves the syncs out of the journal,
 * FAULTY_NORMAL=1 lets SQLite sync at checkpoints only.
 */
#include "config.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/alloc.h"

#undef main
int rectrace_main(int argc, char **argv);

struct faulty_file {
    sqlite3_file base;
    char role;          /* 'd' database, 'w' its log, 'o' other */
    sqlite3_file *real; /* behind this struct */
};
/* Host order; read by powercut.py. */
struct record {
    uint64_t at_ns;
    uint64_t offset;
    uint32_t length;
    char op; /* 'W' write, 'T' truncate, 'S' sync, 'F' a sync that failed, 'X' deleted */
    char role;
    char pad[2];
};

static sqlite3_vfs *real_vfs;
enum { CONTROL_BYTES = 24, COUNT_AT = 8, CLOCK_AT = 16 };
static volatile char *control;
static int journal = -1;
static int skip_sync, normal, often, sticky;
static uint64_t nth;
static _Thread_local int said; /* errno of the last fault, as the file itself keeps it */

static char
fault(void)
{
    return control == NULL ? '-' : *control;
}

static void
note(char op, char role, uint64_t offset, const void *data, uint32_t n)
{
    struct timespec t;
    if (journal < 0 || role == 'o')
        return;
    clock_gettime(CLOCK_MONOTONIC, &t);
    struct record r = {(uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec,
                       offset,
                       op == 'W' ? n : 0,
                       op,
                       role,
                       {0, 0}};
    if (write(journal, &r, sizeof(r)) != (ssize_t)sizeof(r) ||
        (r.length > 0 && write(journal, data, n) != (ssize_t)n))
        abort();
}

/* Is this the call that is to fail? */
static int
its_turn(void)
{
    if (control == NULL)
        return 0;
    uint64_t n = 1 + atomic_fetch_add((_Atomic uint64_t *)(uintptr_t)(control + COUNT_AT), 1);
    if (n != nth && !(sticky && nth > 0 && n > nth))
        return 0;
    errno = EIO;
    return 1;
}

/* Stands before that of the C library: only the wall clock can be set. */
int
clock_gettime(clockid_t id, struct timespec *t)
{
    int rc = (int)syscall(SYS_clock_gettime, id, t);
    if (rc == 0 && id == CLOCK_REALTIME && control != NULL)
        t->tv_sec += *(volatile int64_t *)(uintptr_t)(control + CLOCK_AT);
    return rc;
}

/* Stands before SQLite's own. */
int
sqlite3_exec(sqlite3 *db, const char *sql, int (*row)(void *, int, char **, char **), void *arg,
             char **message)
{
    typedef int function(sqlite3 *, const char *, int (*)(void *, int, char **, char **),
                         void *, char **);
    static function *real;
    if (real == NULL)
        *(void **)&real = dlsym(RTLD_NEXT, "sqlite3_exec");
    if (normal && strcmp(sql, "PRAGMA synchronous = FULL") == 0)
        sql = "PRAGMA synchronous = NORMAL";
    return real(db, sql, row, arg, message);
}

static int (*log_grew)(void *, sqlite3 *, const char *, int);

static int
grew_more(void *arg, sqlite3 *db, const char *name, int pages)
{
    return log_grew(arg, db, name, pages * 160);
}

/* Stands before SQLite's own. */
void *
sqlite3_wal_hook(sqlite3 *db, int (*hook)(void *, sqlite3 *, const char *, int), void *arg)
{
    typedef void *function(sqlite3 *, int (*)(void *, sqlite3 *, const char *, int), void *);
    static function *real;
    if (real == NULL)
        *(void **)&real = dlsym(RTLD_NEXT, "sqlite3_wal_hook");
    log_grew = hook;
    return real(db, often ? grew_more : hook, arg);
}

#define FILE_OF(f) ((struct faulty_file *)(void *)(f))

static int
f_close(sqlite3_file *f)
{
    sqlite3_file *r = FILE_OF(f)->real;
    return r->pMethods->xClose(r);
}
static int
f_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
    sqlite3_file *r = FILE_OF(f)->real;
    if (its_turn())
        return SQLITE_IOERR_READ;
    return r->pMethods->xRead(r, p, n, at);
}
static int
f_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
    sqlite3_file *r = FILE_OF(f)->real;
    said = 0;
    if (its_turn())
        return SQLITE_IOERR_WRITE;
    switch (fault()) {
    case 'w': errno = EIO; return SQLITE_IOERR_WRITE;
    case 'h':
        if (r->pMethods->xWrite(r, p, n / 2, at) == SQLITE_OK)
            note('W', FILE_OF(f)->role, (uint64_t)at, p, (uint32_t)n / 2);
        errno = EIO;
        return SQLITE_IOERR_WRITE;
    case 'q': said = EDQUOT; return SQLITE_IOERR_WRITE;
    case 'a':
        *control = '-';
        rt_alloc_fail_at(control[1], 0);
        break;
    case 'n': errno = ENOSPC; return SQLITE_FULL;
    case 'r': errno = EROFS; return SQLITE_READONLY;
    default: break;
    }
    int rc = r->pMethods->xWrite(r, p, n, at);
    if (rc == SQLITE_OK)
        note('W', FILE_OF(f)->role, (uint64_t)at, p, (uint32_t)n);
    return rc;
}
static int
f_truncate(sqlite3_file *f, sqlite3_int64 n)
{
    sqlite3_file *r = FILE_OF(f)->real;
    if (its_turn())
        return SQLITE_IOERR_TRUNCATE;
    int rc = r->pMethods->xTruncate(r, n);
    if (rc == SQLITE_OK)
        note('T', FILE_OF(f)->role, (uint64_t)n, NULL, 0);
    return rc;
}
static int
f_sync(sqlite3_file *f, int flags)
{
    sqlite3_file *r = FILE_OF(f)->real;
    char now = fault();
    struct timespec takes = {now == 'D' ? 7 : now == 'L' ? 30 : 0, now == 'd' ? 400000000 : 0};
    if (its_turn() || now == 's') {
        note('F', FILE_OF(f)->role, 0, NULL, 0);
        errno = EIO;
        return SQLITE_IOERR_FSYNC;
    }
    if (now == 'd' || now == 'D' || now == 'L')
        nanosleep(&takes, NULL);
    while (fault() == 'k')
        nanosleep(&(struct timespec){0, 5000000}, NULL);
    int rc = r->pMethods->xSync(r, flags);
    if (rc == SQLITE_OK && !skip_sync)
        note('S', FILE_OF(f)->role, 0, NULL, 0);
    return rc;
}
static int
f_size(sqlite3_file *f, sqlite3_int64 *n)
{
    sqlite3_file *r = FILE_OF(f)->real;
    return r->pMethods->xFileSize(r, n);
}
static int
f_lock(sqlite3_file *f, int how)
{
    sqlite3_file *r = FILE_OF(f)->real;
    return r->pMethods->xLock(r, how);
}
static int
f_unlock(sqlite3_file *f, int how)
{
    sqlite3_file *r = FILE_OF(f)->real;
    return r->pMethods->xUnlock(r, how);
}
static int
f_reserved(sqlite3_file *f, int *out)
{
    sqlite3_file *r = FILE_OF(f)->real;
    return r->pMethods->xCheckReservedLock(r, out);
}
static int
f_control(sqlite3_file *f, int op, void *arg)
{
    sqlite3_file *r = FILE_OF(f)->real;
    if (op == SQLITE_FCNTL_LAST_ERRNO && said != 0) {
        *(int *)arg = said;
        return SQLITE_OK;
    }
    return r->pMethods->xFileControl(r, op, arg);
}
static int
f_sector(sqlite3_file *f)
{
    sqlite3_file *r = FILE_OF(f)->real;
    return r->pMethods->xSectorSize(r);
}
static int
f_features(sqlite3_file *f)
{
    /* A disk that promises nothing: neither whole sectors nor their order. */
    (void)f;
    return 0;
}
static int
f_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **out)
{
    sqlite3_file *r = FILE_OF(f)->real;
    if (its_turn())
        return SQLITE_IOERR_SHMMAP;
    return r->pMethods->xShmMap(r, page, size, extend, out);
}
static int
f_shm_lock(sqlite3_file *f, int at, int n, int flags)
{
    sqlite3_file *r = FILE_OF(f)->real;
    return r->pMethods->xShmLock(r, at, n, flags);
}
static void
f_shm_barrier(sqlite3_file *f)
{
    sqlite3_file *r = FILE_OF(f)->real;
    r->pMethods->xShmBarrier(r);
}
static int
f_shm_unmap(sqlite3_file *f, int gone)
{
    sqlite3_file *r = FILE_OF(f)->real;
    return r->pMethods->xShmUnmap(r, gone);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = f_close,
    .xRead = f_read,
    .xWrite = f_write,
    .xTruncate = f_truncate,
    .xSync = f_sync,
    .xFileSize = f_size,
    .xLock = f_lock,
    .xUnlock = f_unlock,
    .xCheckReservedLock = f_reserved,
    .xFileControl = f_control,
    .xSectorSize = f_sector,
    .xDeviceCharacteristics = f_features,
    .xShmMap = f_shm_map,
    .xShmLock = f_shm_lock,
    .xShmBarrier = f_shm_barrier,
    .xShmUnmap = f_shm_unmap,
};

static int
v_open(sqlite3_vfs *v, const char *name, sqlite3_file *f, int flags, int *out_flags)
{
    struct faulty_file *mine = FILE_OF(f);
    (void)v;
    mine->real = (sqlite3_file *)(void *)(mine + 1);
    /* What the live view puts away is no promise to anybody. */
    bool shelf = name != NULL && strstr(name, "-live") != NULL;
    mine->role = shelf                                ? 'o'
                 : (flags & SQLITE_OPEN_WAL) != 0     ? 'w'
                 : (flags & SQLITE_OPEN_MAIN_DB) != 0 ? 'd'
                                                      : 'o';
    f->pMethods = NULL;
    if (its_turn())
        return SQLITE_CANTOPEN;
    int rc = real_vfs->xOpen(real_vfs, name, mine->real, flags, out_flags);
    f->pMethods = rc == SQLITE_OK && mine->real->pMethods != NULL ? &methods : NULL;
    return rc;
}
static int
v_delete(sqlite3_vfs *v, const char *name, int sync)
{
    size_t n = strlen(name);
    (void)v;
    if (its_turn())
        return SQLITE_IOERR_DELETE;
    int rc = real_vfs->xDelete(real_vfs, name, sync);
    if (rc == SQLITE_OK && n > 4 && strcmp(name + n - 4, "-wal") == 0 &&
        strstr(name, "-live") == NULL)
        note('X', 'w', 0, NULL, 0);
    return rc;
}

int
main(int argc, char **argv)
{
    static sqlite3_vfs mine;
    const char *path = getenv("FAULTY_CONTROL");
    if (path != NULL) {
        int fd = open(path, O_RDWR);
        void *p = fd < 0 ? MAP_FAILED
                         : mmap(NULL, CONTROL_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (p == MAP_FAILED) {
            perror(path);
            return 99;
        }
        control = p;
    }
    if ((path = getenv("FAULTY_JOURNAL")) != NULL)
        journal = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
    skip_sync = getenv("FAULTY_SKIP_SYNC") != NULL;
    normal = getenv("FAULTY_NORMAL") != NULL;
    often = getenv("FAULTY_OFTEN") != NULL;
    sticky = getenv("FAULTY_STICKY") != NULL;
    if ((path = getenv("FAULTY_NTH")) != NULL)
        nth = strtoull(path, NULL, 10);
    real_vfs = sqlite3_vfs_find(NULL);
    mine = *real_vfs;
    mine.zName = "faulty";
    mine.pNext = NULL;
    mine.szOsFile = (int)sizeof(struct faulty_file) + real_vfs->szOsFile;
    mine.xOpen = v_open;
    mine.xDelete = v_delete;
    if (sqlite3_vfs_register(&mine, 1) != SQLITE_OK)
        return 99;
    return rectrace_main(argc, argv);
}
