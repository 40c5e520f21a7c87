/*
 * reader.c - blocks to lines. Only a line that spans blocks is copied.
 */
#include "config.h"

#include "ingest/reader.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "ingest/feed.h"
#include "ingest/marks.h"
#include "ingest/ring.h"

enum { WARNINGS = 4 };

struct reader {
    struct feed feed;
    struct ring *ring;
    const struct rt_limits *limits;
    rt_str block; /* what is left of it */
    struct rt_buf carry;
    bool carrying, skipping, ended, foreign;
    uint64_t lines, bytes, too_long;
    char *warnings[WARNINGS];
    size_t warning_count;
};

const char *
reader_inflate_name(void)
{
    return inflate_backends[0]->name;
}

static struct reader *
new_reader(const struct rt_limits *limits, struct rt_err *err)
{
    struct reader *r = rt_calloc(1, sizeof(*r));
    if (r == NULL) {
        rt_fail_mem(err);
        return NULL;
    }
    r->limits = limits;
    r->feed.fd = -1;
    rt_buf_init(&r->carry, limits->line_bytes);
    return r;
}

struct reader *
reader_open(const char *path, enum reader_way way, const struct rt_limits *limits,
            struct rt_err *err)
{
    struct reader *r = new_reader(limits, err);
    if (r == NULL)
        return NULL;
    if (feed_open(&r->feed, path, limits, err) < 0 ||
        (r->ring = ring_new(&r->feed, way, err)) == NULL)
        reader_free(&r);
    return r;
}

struct reader *
reader_open_memory(const void *p, size_t n, const char *inflate, const struct rt_limits *limits,
                   struct rt_err *err)
{
    struct reader *r = new_reader(limits, err);
    if (r == NULL)
        return NULL;
    if (feed_open_memory(&r->feed, p, n, inflate, limits, err) < 0 ||
        (r->ring = ring_new(&r->feed, READ_ALONE, err)) == NULL)
        reader_free(&r);
    return r;
}

struct reader *
reader_open_source(const struct feed_source *source, enum reader_way way,
                   const struct rt_limits *limits, struct rt_err *err)
{
    struct reader *r = new_reader(limits, err);
    if (r == NULL)
        return NULL;
    if (feed_open_source(&r->feed, source, limits, err) < 0 ||
        (r->ring = ring_new(&r->feed, way, err)) == NULL)
        reader_free(&r);
    return r;
}

void
reader_free(struct reader **pr)
{
    struct reader *r = *pr;
    *pr = NULL;
    if (r == NULL)
        return;
    ring_free(&r->ring);
    feed_close(&r->feed);
    rt_buf_fini(&r->carry);
    for (size_t i = 0; i < r->warning_count; i++)
        rt_free(r->warnings[i]);
    rt_free(r);
}

static void
warn(struct reader *r, const char *text)
{
    char *copy = r->warning_count < WARNINGS ? rt_strdup(text) : NULL;
    if (copy != NULL)
        r->warnings[r->warning_count++] = copy;
}

static const char *
used(uint64_t lines)
{
    return lines == 0   ? "nothing of it can be used"
           : lines == 1 ? "that line is used"
                        : "those lines are used";
}

/* What the feed met, said with the line that it came after. */
static void
tell_damage(struct reader *r)
{
    const struct feed *f = &r->feed;
    char text[240], lines[RT_GROUPED_MAX + 8], most[RT_GROUPED_MAX];
    unsigned long long at = f->damage_at;
    rt_grouped(r->lines, lines);
    strcat(lines, r->lines == 1 ? " line" : " lines");
    switch (f->damage) {
    case FEED_WELL: return;
    case FEED_CUT:
        snprintf(text, sizeof(text), "ends in the middle of a block after %s; %s", lines,
                 used(r->lines));
        break;
    case FEED_BAD_DATA:
        snprintf(text, sizeof(text), "gzip data is broken at byte %llu, after %s; %s", at,
                 lines, used(r->lines));
        break;
    case FEED_BAD_CHECK:
        snprintf(
            text, sizeof(text),
            "gzip checksum is wrong at byte %llu, after %s; some of that may have changed%s",
            at, lines, f->more ? ", and what follows was left out" : "");
        break;
    case FEED_GARBAGE:
        snprintf(text, sizeof(text),
                 "bytes after the gzip data at byte %llu are not gzip and were left out", at);
        break;
    case FEED_READ:
        snprintf(text, sizeof(text), "reading failed at byte %llu, after %s: %s", at, lines,
                 strerror(f->error));
        break;
    case FEED_FULL:
        snprintf(
            text, sizeof(text),
            "holds more than %s bytes of text (limit inflate_bytes); the rest was left out after %s",
            rt_grouped(f->limits->inflate_bytes, most), lines);
        break;
    case FEED_BOMB:
        snprintf(
            text, sizeof(text),
            "grows to more than %s times its size (limit inflate_times), as no log does; the rest was left out after %s",
            rt_grouped(f->limits->inflate_times, most), lines);
        break;
    }
    warn(r, text);
}

/* The first line: a UTF-8 BOM goes, other marks cannot be helped. Files that are packed come unpacked (archive.h); in a
 * pipe or packed once more they are seen here. */
static rt_str
without_mark(struct reader *r, rt_str line)
{
    if (rt_str_starts(line, RT_LIT("\xef\xbb\xbf")))
        return rt_str_from(line, 3);
    const struct mark *mark = mark_of(line);
    if (mark != NULL)
        warn(r, mark->told);
    r->foreign = mark != NULL;
    return line;
}

static int
give(struct reader *r, rt_str line, struct reader_line *out)
{
    r->lines++;
    bool too_long = r->skipping || line.n > r->limits->line_bytes;
    if (line.n > 0 && line.p[line.n - 1] == '\r')
        line.n--;
    if (r->lines == 1)
        line = without_mark(r, line);
    *out = (struct reader_line){too_long ? RT_NONE : line, r->lines, too_long};
    r->skipping = false;
    return 1;
}

/* The rest of a block has no line end: keep it, unless the line is past its limit already. 0, or -1: memory. */
static int
carry(struct reader *r, rt_str part, struct rt_err *err)
{
    r->carrying = true;
    r->skipping |= r->carry.n + part.n > r->limits->line_bytes;
    if (!r->skipping)
        return rt_buf_add(&r->carry, part) < 0 ? rt_fail_mem(err) : 0;
    rt_buf_clear(&r->carry);
    return 0;
}

static int
finish(struct reader *r, struct reader_line *out)
{
    if (!r->ended) {
        r->ended = true;
        if (r->carrying) {
            r->carrying = false;
            int rc = give(r, rt_buf_str(&r->carry), out);
            tell_damage(r);
            return rc;
        }
        tell_damage(r);
    }
    return 0;
}

int
reader_next(struct reader *r, struct reader_line *out, struct rt_err *err)
{
    if (!r->carrying && r->carry.n > 0)
        rt_buf_clear(&r->carry);
    for (;;) {
        const char *end = r->block.n > 0 ? memchr(r->block.p, '\n', r->block.n) : NULL;
        if (end != NULL) {
            rt_str line = {r->block.p, (size_t)(end - r->block.p)};
            r->block = rt_str_from(r->block, line.n + 1);
            if (!r->carrying)
                return give(r, line, out);
            if (carry(r, line, err) < 0)
                return -1;
            r->carrying = false;
            return give(r, rt_buf_str(&r->carry), out);
        }
        if (r->block.n > 0 && carry(r, r->block, err) < 0)
            return -1;
        r->block = RT_NONE;
        if (r->ended)
            return 0;
        int got = ring_next(r->ring, &r->block, err);
        if (got < 0)
            return -1;
        if (got == 0)
            return finish(r, out);
        r->bytes += r->block.n;
    }
}

void
reader_facts(const struct reader *r, struct reader_facts *out)
{
    *out = (struct reader_facts){
        .gzip = r->feed.gzip,
        .complete = r->ended && r->feed.damage == FEED_WELL,
        .foreign = r->foreign,
        .lines = r->lines,
        .bytes = r->bytes,
        .file_bytes = r->feed.file_bytes,
        .members = r->feed.members,
        .warnings = (const char *const *)r->warnings,
        .warning_count = r->warning_count,
    };
}

uint64_t
reader_done_bytes(const struct reader *r)
{
    return atomic_load_explicit(&r->feed.taken, memory_order_relaxed);
}
