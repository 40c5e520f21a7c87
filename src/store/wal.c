/*
 * wal.c - is the log of the store whole? SQLite takes its frames up to the first whose sum is wrong and drops the rest
 * without a word. That is right after a power cut, when what is dropped was never acknowledged; after a bit has
 * flipped it is a loss, and has to be told.
 *
 *   head: magic, version, page size, number, salt 1, salt 2, sum 1, sum 2
 *   then frames: page, size of the file if it commits, salt 1, salt 2, sum 1, sum 2, the page
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "store/internal.h"

enum { HEAD = 32, FRAME = 24, MAGIC = 0x377f0682, PAGE_MOST = 65536 };

struct sums {
    uint32_t a, b;
    bool big; /* words are summed in this order */
};

static uint32_t
word(const unsigned char *p, bool big)
{
    return big ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]
               : (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static void
add(struct sums *s, const unsigned char *p, size_t n)
{
    for (size_t i = 0; i + 8 <= n; i += 8) {
        s->a += word(p + i, s->big) + s->b;
        s->b += word(p + i + 4, s->big) + s->a;
    }
}

struct walk {
    int fd;
    size_t page; /* bytes */
    unsigned char head[HEAD], *frame;
    struct sums sums;
    uint64_t good, behind; /* frames that count; of this log, after the first that does not */
};

static bool
head_is_good(struct walk *w)
{
    uint32_t magic = word(w->head, true);
    w->page = word(w->head + 8, true);
    w->sums = (struct sums){0, 0, (magic & 1) != 0};
    if ((magic & ~1u) != MAGIC || w->page < 512 || w->page > PAGE_MOST)
        return false;
    add(&w->sums, w->head, 24);
    return w->sums.a == word(w->head + 24, true) && w->sums.b == word(w->head + 28, true);
}

static bool
frame_is_of_this_log(const struct walk *w)
{
    return memcmp(w->frame + 8, w->head + 16, 8) == 0;
}

static bool
frame_is_good(struct walk *w)
{
    add(&w->sums, w->frame, 8);
    add(&w->sums, w->frame + FRAME, w->page);
    return frame_is_of_this_log(w) && w->sums.a == word(w->frame + 16, true) &&
           w->sums.b == word(w->frame + 20, true);
}

static int
walk(struct walk *w)
{
    w->frame = rt_malloc(FRAME + w->page);
    if (w->frame == NULL)
        return -1;
    bool broken = false;
    for (off_t at = HEAD;; at += (off_t)(FRAME + w->page)) {
        if (pread(w->fd, w->frame, FRAME + w->page, at) != (ssize_t)(FRAME + w->page))
            break;
        if (!broken && frame_is_good(w))
            w->good++;
        else
            broken = true;
        w->behind += broken && frame_is_of_this_log(w);
    }
    rt_free(w->frame);
    return 0;
}

/* What is dropped may still be of use to somebody. */
static void
copy_away(int fd, const char *path)
{
    char to[4200], block[65536];
    snprintf(to, sizeof(to), "%s.broken", path);
    int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    ssize_t n = 0;
    for (off_t at = 0; out >= 0 && (n = pread(fd, block, sizeof(block), at)) > 0; at += n)
        if (write(out, block, (size_t)n) != n)
            break;
    if (out >= 0)
        close(out);
}

void
wal_look(const struct store *s, enum store_mode mode)
{
    char path[4096];
    struct walk w = {.fd = -1};
    snprintf(path, sizeof(path), "%s-wal", s->path);
    w.fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = w.fd < 0 ? 0 : pread(w.fd, w.head, HEAD, 0);
    if (n == HEAD && !head_is_good(&w)) {
        struct stat st;
        w.behind = fstat(w.fd, &st) == 0 && st.st_size > HEAD ? 1 : 0;
        if (w.behind > 0)
            log_warn("the head of %s is damaged, so nothing of it counts; what it held beside "
                     "the store is lost%s",
                     path, mode == STORE_WRITE ? ", a copy ends in .broken" : "");
    } else if (n == HEAD && walk(&w) == 0 && w.behind > 0) {
        log_warn("%s is damaged: of its frames %llu count and %llu behind them do not. After a "
                 "power cut "
                 "these were never acknowledged; otherwise callbacks are lost%s",
                 path, (unsigned long long)w.good, (unsigned long long)w.behind,
                 mode == STORE_WRITE ? ", a copy ends in .broken" : "");
    }
    if (w.behind > 0 && mode == STORE_WRITE)
        copy_away(w.fd, path);
    if (w.fd >= 0)
        close(w.fd);
}
