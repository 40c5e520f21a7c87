/*
 * out.c - one buffer before a descriptor, or a growing one in memory.
 */
#include "config.h"

#include "base/out.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"

enum { BUFFER = 64 * 1024 };

struct out {
    int fd; /* -1: memory */
    struct rt_buf buf;
    char *path, *temporary; /* of a file; temporary: one that was made */
    int error;              /* errno of the first failure; ENOMEM for memory */
    out_filter_fn *filter;  /* or NULL */
    void *filter_arg;
};

static struct out *
new_out(struct rt_err *err)
{
    struct out *o = rt_calloc(1, sizeof(*o));
    if (o == NULL) {
        rt_fail_mem(err);
        return NULL;
    }
    o->fd = -1;
    rt_buf_init(&o->buf, SIZE_MAX / 4);
    return o;
}

static int
open_beside(struct out *o, const char *path, struct rt_err *err)
{
    size_t n = strlen(path) + sizeof(".XXXXXX");
    char *temporary = rt_malloc(n);
    o->path = temporary == NULL ? NULL : rt_strdup(path);
    if (o->path == NULL) {
        rt_free(temporary);
        return rt_fail_mem(err);
    }
    snprintf(temporary, n, "%s.XXXXXX", path);
    o->fd = mkstemp(temporary);
    if (o->fd < 0) {
        rt_fail_here(err, RT_EIO, "%s: %s", path, strerror(errno));
        rt_free(temporary);
        return -1;
    }
    o->temporary = temporary; /* it is there: whoever gives up removes it */
    mode_t mask = umask(0);
    umask(mask);
    fchmod(o->fd, 0666 & ~mask);
    return 0;
}

void
out_set_filter(struct out *o, out_filter_fn *filter, void *arg)
{
    o->filter = filter;
    o->filter_arg = arg;
}

void
out_share_filter(struct out *to, const struct out *from)
{
    to->filter = from->filter;
    to->filter_arg = from->filter_arg;
}

bool
out_filter(const struct out *o, rt_str s, rt_str *filtered)
{
    if (o->filter == NULL)
        return false;
    *filtered = o->filter(o->filter_arg, s);
    return true;
}

struct out *
out_file(const char *path, struct rt_err *err)
{
    struct out *o = new_out(err);
    struct stat st;
    if (o == NULL)
        return NULL;
    if (strcmp(path, "-") == 0) {
        o->fd = STDOUT_FILENO;
        return o;
    }
    /* A device or a pipe cannot be replaced by a rename. */
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
        o->fd = open(path, O_WRONLY | O_CLOEXEC);
        if (o->fd < 0)
            rt_fail_here(err, RT_EIO, "%s: %s", path, strerror(errno));
        o->path = o->fd < 0 ? NULL : rt_strdup(path);
    } else {
        open_beside(o, path, err);
    }
    if (o->fd < 0)
        out_abort(&o);
    return o;
}

struct out *
out_memory(struct rt_err *err)
{
    return new_out(err);
}

rt_str
out_text(const struct out *o)
{
    /* Never a null pointer: fwrite() and its like do not take one, not even with no bytes. */
    return o->buf.p == NULL ? RT_LIT("") : rt_buf_str(&o->buf);
}

int
out_flush(struct out *o)
{
    size_t done = 0;
    while (o->fd >= 0 && o->error == 0 && done < o->buf.n) {
        ssize_t n = write(o->fd, o->buf.p + done, o->buf.n - done);
        if (n >= 0)
            done += (size_t)n;
        else if (errno != EINTR)
            o->error = errno;
    }
    if (o->fd >= 0)
        rt_buf_clear(&o->buf);
    return o->error == 0 ? 0 : -1;
}

static void
free_out(struct out **po)
{
    struct out *o = *po;
    *po = NULL;
    rt_buf_fini(&o->buf);
    rt_free(o->path);
    rt_free(o->temporary);
    rt_free(o);
}

int
out_close(struct out **po, struct rt_err *err)
{
    struct out *o = *po;
    out_flush(o);
    if (o->fd > STDOUT_FILENO && close(o->fd) < 0 && o->error == 0)
        o->error = errno;
    if (o->error == 0 && o->temporary != NULL && rename(o->temporary, o->path) < 0)
        o->error = errno;
    if (o->error != 0 && o->temporary != NULL)
        unlink(o->temporary);
    int failed = o->error;
    if (failed != 0)
        rt_fail_here(err, failed == ENOMEM ? RT_ENOMEM : RT_EIO, "cannot write %s: %s",
                     o->path != NULL ? o->path : "to standard output", strerror(failed));
    free_out(po);
    return failed == 0 ? 0 : -1;
}

void
out_abort(struct out **po)
{
    struct out *o = *po;
    if (o == NULL)
        return;
    if (o->fd > STDOUT_FILENO)
        close(o->fd);
    if (o->temporary != NULL)
        unlink(o->temporary);
    free_out(po);
}

/* ---- raw ---- */

void
out_rawn(struct out *o, rt_str s)
{
    if (o->fd >= 0 && o->buf.n + s.n > BUFFER)
        out_flush(o);
    if (rt_buf_add(&o->buf, s) < 0 && o->error == 0)
        o->error = ENOMEM;
}

void
out_raw(struct out *o, const char *z)
{
    out_rawn(o, rt_str_of(z));
}

void
out_char(struct out *o, char c)
{
    out_rawn(o, (rt_str){&c, 1});
}

void
out_fmt(struct out *o, const char *fmt, ...)
{
    char text[1024];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    if (n < 0)
        return;
    if ((size_t)n < sizeof(text)) {
        out_rawn(o, (rt_str){text, (size_t)n});
        return;
    }
    char *long_text = rt_malloc((size_t)n + 1);
    if (long_text == NULL) {
        o->error = o->error == 0 ? ENOMEM : o->error;
        return;
    }
    va_start(ap, fmt);
    vsnprintf(long_text, (size_t)n + 1, fmt, ap);
    va_end(ap);
    out_rawn(o, (rt_str){long_text, (size_t)n});
    rt_free(long_text);
}

void
out_pad(struct out *o, char c, size_t n)
{
    char some[64];
    memset(some, c, sizeof(some));
    for (; n > 0; n -= n < sizeof(some) ? n : sizeof(some))
        out_rawn(o, (rt_str){some, n < sizeof(some) ? n : sizeof(some)});
}

void
out_wrap(struct out *o, const char *text, size_t indent)
{
    enum { COLUMNS = 80 };
    size_t at = indent;
    for (size_t n; *text != '\0'; text += n + (text[n] == ' ')) {
        n = strcspn(text, " ");
        if (at > indent && at + 1 + n > COLUMNS) {
            out_char(o, '\n');
            out_pad(o, ' ', indent);
            at = indent;
        } else if (at > indent) {
            out_char(o, ' ');
            at++;
        }
        out_rawn(o, (rt_str){text, n});
        at += n;
    }
    out_char(o, '\n');
}
