/*
 * follow.c - tail -F that remembers.
 *
 *   name ──▶ file (device, inode)     another file under the name: the old one is read to its end
 *            offset: what is stored   shorter than the offset: it was cut, and begins anew; so it does
 *                                     when other bytes than those that were read stand before it
 */
#include "config.h"

#include "receive/follow.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/monotonic.h"

enum { BLOCK = 1 << 20, LOOK_MS = 250, SEAL = 64 };

struct followed {
    const char *path;
    int fd; /* -1: not open */
    struct store_tail at;
    bool known;      /* `at` was read from the store */
    bool silent;     /* that it is missing was told */
    bool skip;       /* inside a line that is too long */
    char seal[SEAL]; /* the bytes before `at.offset`, as they were read */
    size_t sealed;
};

struct follow {
    struct followed *files;
    size_t count;
    struct writer *writer;
    struct counters *counters;
    const struct rt_limits *limits;
    rt_time (*now)(void);
    char *block;
    pthread_t thread;
    pthread_mutex_t lock; /* guards stop */
    pthread_cond_t wake;
    bool stop;
};

/* ---- storing ---- */

struct lines {
    const char *source;
    rt_str text; /* whole lines */
    rt_time now;
    const struct store_tail *tail;
    uint64_t count;
};

static int
put_lines(struct store *s, void *arg, struct rt_err *err)
{
    struct lines *l = arg;
    rt_str source = rt_str_of(l->source), rest = l->text;
    l->count = 0;
    while (rest.n > 0) {
        size_t end = rt_str_find(rest, RT_LIT("\n"));
        rt_str line = {rest.p, end == SIZE_MAX ? rest.n : end};
        rest = rt_str_from(rest, line.n + 1);
        if (line.n > 0 && line.p[line.n - 1] == '\r')
            line.n--;
        if (line.n > 0 && store_put_line(s, source, l->now, line, err) < 0)
            return -1;
        l->count += line.n > 0;
    }
    return l->tail == NULL ? 0 : store_set_tail(s, source, l->tail, err);
}

ssize_t
lines_store(struct writer *writer, struct counters *counters, const char *source, rt_str text,
            rt_time now, const struct store_tail *tail)
{
    const char *last = text.n == 0 ? NULL : memrchr(text.p, '\n', text.n);
    struct lines l = {
        source, {text.p, last == NULL ? 0 : (size_t)(last - text.p) + 1}, now, tail, 0};
    if (l.text.n == 0)
        return 0;
    struct writer_job job = {.run = put_lines, .arg = &l};
    if (writer_run(writer, &job) < 0)
        return -1;
    atomic_fetch_add_explicit(&counters->v[COUNT_LINES], l.count, memory_order_relaxed);
    return (ssize_t)l.text.n;
}

/* ---- one file ---- */

struct tail_query {
    const char *source;
    struct store_tail tail;
    int found;
};

static int
get_tail(struct store *s, void *arg, struct rt_err *err)
{
    struct tail_query *q = arg;
    q->found = store_get_tail(s, rt_str_of(q->source), &q->tail, err);
    return q->found < 0 ? -1 : 0;
}

static void
close_file(struct followed *f)
{
    if (f->fd >= 0)
        close(f->fd);
    f->fd = -1;
}

static bool
is_file(const struct stat *st, const struct store_tail *at)
{
    return (uint64_t)st->st_dev == at->device && (uint64_t)st->st_ino == at->inode;
}

/* Remembers what stands before the offset. */
static void
seal(struct followed *f)
{
    size_t n = f->at.offset < SEAL ? (size_t)f->at.offset : SEAL;
    ssize_t got = pread(f->fd, f->seal, n, (off_t)(f->at.offset - n));
    f->sealed = got == (ssize_t)n ? n : 0;
}

/* Cut, and written again beyond the offset before anybody looked. */
static bool
is_other_text(const struct followed *f)
{
    char now[SEAL];
    if (f->sealed == 0 || f->sealed > f->at.offset)
        return false;
    ssize_t got = pread(f->fd, now, f->sealed, (off_t)(f->at.offset - f->sealed));
    return got == (ssize_t)f->sealed && memcmp(now, f->seal, f->sealed) != 0;
}

/* Stores what is new. False: the store does not take it now. */
static bool
read_on(struct follow *w, struct followed *f)
{
    for (;;) {
        ssize_t n = pread(f->fd, w->block, BLOCK, (off_t)f->at.offset);
        if (n <= 0)
            return true;
        rt_str text = {w->block, (size_t)n};
        const char *last = memrchr(text.p, '\n', text.n);
        if (last == NULL && n < BLOCK)
            return true; /* its last line is still being written */
        if (last == NULL || f->skip) {
            /* A line that no block holds: left out up to its end. */
            const char *end = memchr(text.p, '\n', text.n);
            f->skip = end == NULL;
            f->at.offset += end == NULL ? (uint64_t)n : (uint64_t)(end - text.p) + 1;
            continue;
        }
        struct store_tail after = f->at;
        after.offset += (uint64_t)(last - text.p) + 1;
        if (lines_store(w->writer, w->counters, f->path, text, w->now(), &after) < 0)
            return false;
        f->at = after;
    }
}

/* The file that was read last, under the name that rotation gave it. */
static void
finish_rotated(struct follow *w, struct followed *f)
{
    char path[4096];
    struct stat st;
    for (int i = 0; i < 3; i++) {
        snprintf(path, sizeof(path), i == 0 ? "%s.1" : i == 1 ? "%s.0" : "%s.old", f->path);
        f->fd = open(path, O_RDONLY | O_CLOEXEC);
        if (f->fd >= 0 && fstat(f->fd, &st) == 0 && is_file(&st, &f->at) &&
            (uint64_t)st.st_size >= f->at.offset) {
            read_on(w, f);
            close_file(f);
            return;
        }
        close_file(f);
    }
    log_warn("%s: was replaced while nobody followed it; what stood behind byte %llu of the "
             "old one was not read",
             f->path, (unsigned long long)f->at.offset);
}

static void
open_file(struct follow *w, struct followed *f)
{
    struct stat st;
    int fd = open(f->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
        if (!f->silent)
            log_warn("%s: %s; it is looked for again", f->path,
                     fd < 0 ? strerror(errno) : "is no regular file");
        f->silent = true;
        if (fd >= 0)
            close(fd);
        return;
    }
    f->silent = false;
    if (f->at.inode != 0 && !is_file(&st, &f->at))
        finish_rotated(w, f);
    if (f->at.inode == 0 || !is_file(&st, &f->at))
        f->at = (struct store_tail){(uint64_t)st.st_dev, (uint64_t)st.st_ino, 0};
    f->fd = fd;
}

static void
look(struct follow *w, struct followed *f)
{
    struct stat st, now;
    if (!f->known) {
        struct tail_query q = {.source = f->path};
        struct writer_job job = {.run = get_tail, .arg = &q};
        if (writer_run(w->writer, &job) < 0)
            return;
        f->known = true;
        f->at = q.tail;
    }
    if (f->fd < 0)
        open_file(w, f);
    if (f->fd < 0)
        return;
    if ((fstat(f->fd, &st) == 0 && (uint64_t)st.st_size < f->at.offset) || is_other_text(f)) {
        log_info("%s: was cut; it is read from its beginning", f->path);
        f->at.offset = 0;
        f->skip = false;
    }
    bool all = read_on(w, f);
    seal(f);
    if (!all)
        return;
    /* Another file under the name: this one was read to its end just now. */
    if (stat(f->path, &now) == 0 && !is_file(&now, &f->at)) {
        if (!read_on(w, f))
            return;
        close_file(f);
        f->at = (struct store_tail){(uint64_t)now.st_dev, (uint64_t)now.st_ino, 0};
        f->sealed = 0;
        open_file(w, f);
    }
}

/* ---- the thread ---- */

static void *
work(void *arg)
{
    struct follow *w = arg;
    bool stop = false;
    while (!stop) {
        for (size_t i = 0; i < w->count; i++)
            look(w, &w->files[i]);
        rt_dur until = monotonic_now() + LOOK_MS * RT_MS;
        pthread_mutex_lock(&w->lock);
        while (!w->stop && monotonic_wait(&w->wake, &w->lock, until))
            ;
        stop = w->stop;
        pthread_mutex_unlock(&w->lock);
    }
    return NULL;
}

struct follow *
follow_new(const char *const *paths, size_t count, struct writer *writer,
           const struct rt_limits *limits, struct counters *counters, rt_time (*now)(void),
           struct rt_err *err)
{
    struct follow *w = rt_calloc(1, sizeof(*w));
    if (w != NULL) {
        w->files = rt_calloc(count, sizeof(*w->files));
        w->block = rt_malloc(BLOCK);
    }
    if (w == NULL || w->files == NULL || w->block == NULL) {
        rt_fail_mem(err);
        goto failed;
    }
    w->count = count;
    w->writer = writer;
    w->limits = limits;
    w->counters = counters;
    w->now = now;
    for (size_t i = 0; i < count; i++)
        w->files[i] = (struct followed){.path = paths[i], .fd = -1};
    pthread_mutex_init(&w->lock, NULL);
    monotonic_cond_init(&w->wake);
    if (pthread_create(&w->thread, NULL, work, w) == 0)
        return w;
    rt_fail_here(err, RT_EIO, "no thread to follow logs");
failed:
    if (w != NULL) {
        rt_free(w->files);
        rt_free(w->block);
    }
    rt_free(w);
    return NULL;
}

void
follow_free(struct follow **pf)
{
    struct follow *w = *pf;
    *pf = NULL;
    if (w == NULL)
        return;
    pthread_mutex_lock(&w->lock);
    w->stop = true;
    pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    for (size_t i = 0; i < w->count; i++)
        close_file(&w->files[i]);
    pthread_cond_destroy(&w->wake);
    pthread_mutex_destroy(&w->lock);
    rt_free(w->files);
    rt_free(w->block);
    rt_free(w);
}
