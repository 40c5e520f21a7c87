#include "config.h"

#include "ingest/feed.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"

enum { INPUT_BYTES = 256 * 1024 };

static const struct inflate_backend *
find_backend(const char *name)
{
    for (size_t i = 0; name != NULL && inflate_backends[i] != NULL; i++)
        if (strcmp(inflate_backends[i]->name, name) == 0)
            return inflate_backends[i];
    return inflate_backends[0];
}

int
feed_open(struct feed *f, const char *path, const struct rt_limits *limits, struct rt_err *err)
{
    struct stat st;
    *f = (struct feed){.fd = -1, .backend = inflate_backends[0], .limits = limits};
    f->fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
    if (f->fd < 0 || fstat(f->fd, &st) < 0) {
        int why = errno;
        feed_close(f);
        return rt_fail_here(err, RT_EIO, "cannot be read: %s", strerror(why));
    }
    if (S_ISDIR(st.st_mode)) {
        feed_close(f);
        return rt_fail_here(err, RT_EIO, "is a directory");
    }
    if (S_ISREG(st.st_mode)) {
        f->file_bytes = (uint64_t)st.st_size;
#ifdef POSIX_FADV_SEQUENTIAL
        posix_fadvise(f->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
#endif
    }
    f->in = rt_malloc(INPUT_BYTES);
    f->in_cap = INPUT_BYTES;
    if (f->in == NULL) {
        feed_close(f);
        return rt_fail_mem(err);
    }
    return 0;
}

int
feed_open_memory(struct feed *f, const void *p, size_t n, const char *inflate,
                 const struct rt_limits *limits, struct rt_err *err)
{
    *f = (struct feed){
        .fd = -1,
        .memory = p,
        .memory_n = n,
        .backend = find_backend(inflate),
        .limits = limits,
        .file_bytes = n,
        .in_cap = INPUT_BYTES,
        .in = rt_malloc(INPUT_BYTES),
    };
    return f->in == NULL ? rt_fail_mem(err) : 0;
}

int
feed_open_source(struct feed *f, const struct feed_source *source,
                 const struct rt_limits *limits, struct rt_err *err)
{
    *f = (struct feed){
        .fd = -1,
        .backend = inflate_backends[0],
        .limits = limits,
        .source = source,
        .in_cap = INPUT_BYTES,
        .in = rt_malloc(INPUT_BYTES),
    };
    if (f->in == NULL)
        return rt_fail_mem(err);
    f->source_state = source->open(source->arg, err);
    if (f->source_state != NULL)
        return 0;
    feed_close(f);
    return -1;
}

void
feed_read_at_most(struct feed *f, size_t bytes)
{
    if (bytes < f->in_cap)
        f->in_cap = bytes;
}

void
feed_close(struct feed *f)
{
    if (f->source_state != NULL)
        f->source->close(f->source_state);
    f->source_state = NULL;
    if (f->state != NULL)
        f->backend->close(f->state);
    if (f->fd >= 0)
        close(f->fd);
    rt_free(f->in);
    f->state = NULL;
    f->in = NULL;
    f->fd = -1;
}

static void
damage(struct feed *f, enum feed_damage what)
{
    f->damage = what;
    f->damage_at = atomic_load_explicit(&f->taken, memory_order_relaxed) - (f->in_n - f->in_at);
    f->ended = true;
}

static bool
in_memory(const struct feed *f)
{
    return f->fd < 0 && f->source == NULL;
}

static ssize_t
pull(struct feed *f, void *out, size_t room)
{
    if (f->source != NULL)
        return f->source->read(f->source_state, out, room);
    ssize_t n = 0;
    do
        n = read(f->fd, out, room);
    while (n < 0 && errno == EINTR);
    return n;
}

/* Appends to the input buffer; 0 at the end of the file. */
static size_t
refill(struct feed *f)
{
    ssize_t n = 0;
    if (f->in_at > 0) {
        memmove(f->in, f->in + f->in_at, f->in_n - f->in_at);
        f->in_n -= f->in_at;
        f->in_at = 0;
    }
    size_t room = f->in_cap - f->in_n;
    if (in_memory(f)) {
        n = (ssize_t)(f->memory_n < room ? f->memory_n : room);
        if (n > 0) { /* without a byte there may be no memory */
            memcpy(f->in + f->in_n, f->memory, (size_t)n);
            f->memory += n;
            f->memory_n -= (size_t)n;
        }
    } else {
        n = pull(f, f->in + f->in_n, room);
        if (n < 0) {
            f->error = errno;
            damage(f, FEED_READ);
            return 0;
        }
    }
    f->in_n += (size_t)n;
    atomic_fetch_add_explicit(&f->taken, (uint64_t)n, memory_order_relaxed);
    return (size_t)n;
}

static bool
magic(const struct feed *f)
{
    return f->in_n - f->in_at >= 3 && f->in[f->in_at] == 0x1f && f->in[f->in_at + 1] == 0x8b &&
           f->in[f->in_at + 2] == 8;
}

/* All that there is is the beginning of the mark: no text looks like that. */
static bool
cut_in_magic(struct feed *f)
{
    size_t n = f->in_n - f->in_at;
    if (n == 0 || n > 2 || f->in[f->in_at] != 0x1f || (n == 2 && f->in[f->in_at + 1] != 0x8b))
        return false;
    f->in_at = f->in_n;
    return true;
}

/* Looks at the first bytes, which may come one by one. */
static int
probe(struct feed *f, struct rt_err *err)
{
    while (f->in_n - f->in_at < 3 && refill(f) > 0)
        ;
    f->probed = true;
    f->gzip = magic(f);
    if (!f->gzip) {
        if (cut_in_magic(f))
            damage(f, FEED_CUT);
        return 0;
    }
    f->state = f->backend->open(err);
    f->in_member = f->state != NULL;
    return f->state == NULL ? -1 : 0;
}

/* Between members: another one, zero padding, the end, or garbage. */
static bool
next_member(struct feed *f)
{
    for (;;) {
        while (f->in_n - f->in_at < 3 && refill(f) > 0)
            ;
        while (f->in_at < f->in_n && f->in[f->in_at] == 0)
            f->in_at++;
        if (f->in_n - f->in_at >= 3)
            break;
        size_t before = f->in_n - f->in_at;
        if (refill(f) == 0) {
            if (before > 0 && !f->ended)
                damage(f, cut_in_magic(f) ? FEED_CUT : FEED_GARBAGE);
            f->ended = true;
            return false;
        }
    }
    if (!magic(f)) {
        damage(f, FEED_GARBAGE);
        return false;
    }
    f->backend->reset(f->state);
    f->in_member = true;
    return true;
}

/* A back end may leave what stands behind the checksum. */
static bool
more_than_a_trailer(struct feed *f)
{
    enum { TRAILER = 8 };
    while (f->in_n - f->in_at <= TRAILER && refill(f) > 0)
        ;
    return f->in_n - f->in_at > TRAILER;
}

static void
inflate_some(struct feed *f, uint8_t *out, size_t room, size_t *got)
{
    while (*got < room && !f->ended) {
        if (!f->in_member && !next_member(f))
            return;
        if (f->in_at == f->in_n && refill(f) == 0) {
            /* The back end may still hold text that it could not give out; ask once more below. */
            struct inflate_step rest = {f->in, 0, out + *got, room - *got};
            enum inflate_state last = f->backend->step(f->state, &rest);
            *got = room - rest.out_n;
            if (last == INFLATE_MORE && rest.out_n == 0)
                return;
            if (last == INFLATE_MEMBER) {
                f->members++;
                f->ended = true;
            } else if (!f->ended) {
                damage(f, FEED_CUT);
            }
            return;
        }
        struct inflate_step s = {f->in + f->in_at, f->in_n - f->in_at, out + *got, room - *got};
        enum inflate_state state = f->backend->step(f->state, &s);
        f->in_at = f->in_n - s.in_n;
        *got = room - s.out_n;
        switch (state) {
        case INFLATE_MORE: break;
        case INFLATE_MEMBER:
            f->members++;
            f->in_member = false;
            break;
        case INFLATE_BAD_CHECK:
            damage(f, FEED_BAD_CHECK);
            f->more = more_than_a_trailer(f);
            break;
        case INFLATE_BAD_DATA: damage(f, FEED_BAD_DATA); break;
        }
    }
}

static void
copy_some(struct feed *f, uint8_t *out, size_t room, size_t *got)
{
    size_t held = f->in_n - f->in_at;
    if (held > 0) {
        size_t n = held < room ? held : room;
        memcpy(out, f->in + f->in_at, n);
        f->in_at += n;
        *got = n;
        return;
    }
    if (f->ended)
        return;
    if (in_memory(f)) {
        if (refill(f) > 0)
            copy_some(f, out, room, got);
        return;
    }
    ssize_t n = pull(f, out, room);
    if (n < 0) {
        f->error = errno;
        damage(f, FEED_READ);
        return;
    }
    atomic_fetch_add_explicit(&f->taken, (uint64_t)n, memory_order_relaxed);
    *got = (size_t)n;
}

/* No log packs that well: what grows so much was made to fill memory, disk or time. */
static bool
is_bomb(const struct feed *f)
{
    uint64_t taken = atomic_load_explicit(&f->taken, memory_order_relaxed);
    return f->gzip && f->given > f->limits->inflate_bomb_bytes &&
           f->given / f->limits->inflate_times > taken;
}

int
feed_fill(struct feed *f, uint8_t *out, size_t room, size_t *got, struct rt_err *err)
{
    *got = 0;
    if (!f->probed && probe(f, err) < 0)
        return -1;
    uint64_t rest = f->limits->inflate_bytes - f->given;
    if (rest < room)
        room = (size_t)rest;
    if (room == 0 || is_bomb(f)) {
        if (!f->ended)
            damage(f, room == 0 ? FEED_FULL : FEED_BOMB);
        return 0;
    }
    if (f->gzip)
        inflate_some(f, out, room, got);
    else
        copy_some(f, out, room, got);
    f->given += *got;
    return 0;
}
