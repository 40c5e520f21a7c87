#include "config.h"

#include "ingest/spool.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"

int
spool_open(struct spool *s, struct rt_err *err)
{
    const char *folder = getenv("TMPDIR");
    char path[4096];
    *s = (struct spool){0};
    snprintf(path, sizeof(path), "%s/rectrace-XXXXXX",
             folder == NULL || *folder == '\0' ? "/tmp" : folder);
    int fd = mkstemp(path);
    if (fd >= 0)
        unlink(path);
    s->file = fd < 0 ? NULL : fdopen(fd, "w+b");
    if (s->file != NULL)
        return 0;
    int why = errno;
    if (fd >= 0)
        close(fd);
    return rt_fail_here(err, RT_EIO, "%s: no temporary file can be made: %s", path,
                        strerror(why));
}

void
spool_close(struct spool *s)
{
    if (s->file != NULL)
        fclose(s->file);
    s->file = NULL;
}

/* ---- reading a part ---- */

struct cursor {
    const struct spool_part *part;
    uint64_t at;
};

static void *
open_part(const void *arg, struct rt_err *err)
{
    struct cursor *c = rt_calloc(1, sizeof(*c));
    if (c == NULL)
        rt_fail_mem(err);
    else
        c->part = arg;
    return c;
}

static ssize_t
read_part(void *state, void *out, size_t room)
{
    struct cursor *c = state;
    uint64_t left = c->part->bytes - c->at;
    ssize_t n = 0;
    if (left == 0)
        return 0;
    do
        n = pread(c->part->fd, out, left < room ? (size_t)left : room,
                  (off_t)(c->part->begin + c->at));
    while (n < 0 && errno == EINTR);
    c->at += n > 0 ? (uint64_t)n : 0;
    return n;
}

static void
close_part(void *state)
{
    rt_free(state);
}

/* ---- writing one ---- */

void
spool_begin(struct spool *s, struct spool_part *part)
{
    *part = (struct spool_part){.fd = fileno(s->file),
                                .begin = s->bytes,
                                .source = {open_part, read_part, close_part, part}};
}

static int
unwritten(struct rt_err *err)
{
    return rt_fail_here(err, RT_EIO, "the temporary file cannot be written: %s",
                        strerror(errno));
}

int
spool_write(struct spool *s, rt_str text, struct rt_err *err)
{
    size_t n = fwrite(text.p, 1, text.n, s->file);
    s->bytes += n;
    return n == text.n ? 0 : unwritten(err);
}

int
spool_end(struct spool *s, struct spool_part *part, struct rt_err *err)
{
    part->bytes = s->bytes - part->begin;
    return fflush(s->file) == 0 && !ferror(s->file) ? 0 : unwritten(err);
}
