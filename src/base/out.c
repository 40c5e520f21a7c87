/*
 * out.c - one buffer before a descriptor, or a growing one in memory; escapes by format.
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
    char *path, *temporary; /* of a file */
    int error;              /* errno of the first failure; ENOMEM for memory */
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
    size_t n = strlen(path) + 8;
    o->path = rt_strdup(path);
    o->temporary = rt_malloc(n);
    if (o->path == NULL || o->temporary == NULL)
        return rt_fail_mem(err);
    snprintf(o->temporary, n, "%s.XXXXXX", path);
    o->fd = mkstemp(o->temporary);
    if (o->fd < 0) {
        rt_free(o->temporary);
        o->temporary = NULL;
        return rt_fail_here(err, RT_EIO, "%s: %s", path, strerror(errno));
    }
    mode_t mask = umask(0);
    umask(mask);
    fchmod(o->fd, 0666 & ~mask);
    return 0;
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
    return rt_buf_str(&o->buf);
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

/* ---- characters ---- */

/* The character at `i`: its bytes, and its code point; 0 bytes when it is not UTF-8. */
static size_t
decode(rt_str s, size_t i, uint32_t *out)
{
    unsigned char c = (unsigned char)s.p[i];
    size_t n = c < 0x80 ? 1 : c >= 0xc2 && c < 0xe0 ? 2 : c >= 0xe0 && c < 0xf0 ? 3 : c >= 0xf0 && c < 0xf5 ? 4 : 0;
    if (n == 0 || s.n - i < n)
        return 0;
    uint32_t cp = n == 1 ? c : c & (0x7fu >> n);
    for (size_t k = 1; k < n; k++) {
        unsigned char next = (unsigned char)s.p[i + k];
        if ((next & 0xc0) != 0x80)
            return 0;
        cp = cp << 6 | (next & 0x3f);
    }
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (cp < least[n] || cp > 0x10ffff || (cp >= 0xd800 && cp < 0xe000))
        return 0;
    *out = cp;
    return n;
}

/* Characters that show nothing, or turn text around: a terminal must not act on them. */
static bool
deceives(uint32_t cp)
{
    return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0xad || cp == 0x61c || (cp >= 0x200b && cp <= 0x200f) ||
           (cp >= 0x2028 && cp <= 0x202e) || (cp >= 0x2060 && cp <= 0x206f) || cp == 0xfeff ||
           (cp >= 0xfff9 && cp <= 0xfffb) || (cp >= 0xe0000 && cp <= 0xe007f);
}

static bool
wide(uint32_t cp)
{
    return (cp >= 0x1100 && cp <= 0x115f) || (cp >= 0x2e80 && cp <= 0xa4cf && cp != 0x303f) ||
           (cp >= 0xac00 && cp <= 0xd7a3) || (cp >= 0xf900 && cp <= 0xfaff) || (cp >= 0xfe30 && cp <= 0xfe6f) ||
           (cp >= 0xff00 && cp <= 0xff60) || (cp >= 0xffe0 && cp <= 0xffe6) || (cp >= 0x1f300 && cp <= 0x1faff) ||
           (cp >= 0x20000 && cp <= 0x3fffd);
}

/* Combining marks take no column. */
static bool
joins(uint32_t cp)
{
    return (cp >= 0x300 && cp <= 0x36f) || (cp >= 0xfe00 && cp <= 0xfe0f) || (cp >= 0x20d0 && cp <= 0x20ff);
}

/* What out_tty writes for the character at `i`: text in `buf` when it is escaped. */
static size_t
tty_character(rt_str s, size_t i, char buf[16], size_t *columns)
{
    uint32_t cp = 0;
    size_t n = decode(s, i, &cp);
    buf[0] = '\0';
    if (n == 0 || (deceives(cp) && cp < 0x80))
        *columns = (size_t)snprintf(buf, 16, "\\x%02x", (unsigned char)s.p[i]);
    else if (deceives(cp))
        *columns = (size_t)snprintf(buf, 16, "\\u{%04x}", cp);
    else
        *columns = joins(cp) ? 0 : wide(cp) ? 2 : 1;
    return n == 0 ? 1 : n;
}

void
out_tty(struct out *o, rt_str s)
{
    size_t plain = 0;
    for (size_t i = 0, n = 0; i < s.n; i += n) {
        unsigned char c = (unsigned char)s.p[i];
        n = 1;
        if (c >= 0x20 && c < 0x7f)
            continue;
        char buf[16];
        size_t columns = 0;
        n = tty_character(s, i, buf, &columns);
        if (buf[0] == '\0')
            continue;
        out_rawn(o, (rt_str){s.p + plain, i - plain});
        out_raw(o, buf);
        plain = i + n;
    }
    if (plain < s.n)
        out_rawn(o, rt_str_from(s, plain));
}

size_t
out_tty_width(rt_str s)
{
    size_t width = 0;
    for (size_t i = 0; i < s.n;) {
        char buf[16];
        size_t columns = 0;
        i += tty_character(s, i, buf, &columns);
        width += columns;
    }
    return width;
}

rt_str
out_tty_cut(rt_str s, size_t columns)
{
    size_t width = 0, i = 0;
    while (i < s.n) {
        char buf[16];
        size_t more = 0, n = tty_character(s, i, buf, &more);
        if (width + more > columns)
            break;
        width += more;
        i += n;
    }
    return (rt_str){s.p, i};
}

void
out_json(struct out *o, rt_str s)
{
    size_t plain = 0;
    out_char(o, '"');
    for (size_t i = 0, n = 0; i < s.n; i += n) {
        unsigned char c = (unsigned char)s.p[i];
        uint32_t cp = 0;
        n = c < 0x80 ? 1 : decode(s, i, &cp);
        bool bad = n == 0;
        n = bad ? 1 : n;
        if (!bad && c >= 0x20 && c != '"' && c != '\\' && c != 0x7f && cp != 0x2028 && cp != 0x2029)
            continue;
        out_rawn(o, (rt_str){s.p + plain, i - plain});
        if (bad)
            out_raw(o, "\xef\xbf\xbd");
        else if (c == '"' || c == '\\')
            out_fmt(o, "\\%c", c);
        else if (c == '\n')
            out_raw(o, "\\n");
        else if (c == '\t')
            out_raw(o, "\\t");
        else
            out_fmt(o, "\\u%04x", c < 0x80 ? c : cp);
        plain = i + n;
    }
    if (plain < s.n)
        out_rawn(o, rt_str_from(s, plain));
    out_char(o, '"');
}

void
out_md(struct out *o, rt_str s)
{
    for (size_t i = 0, n = 0; i < s.n; i += n) {
        char buf[16];
        size_t columns = 0;
        n = tty_character(s, i, buf, &columns);
        if (s.p[i] == '\n' || s.p[i] == '\r')
            out_char(o, ' ');
        else if (buf[0] != '\0')
            out_fmt(o, "\\%s", buf);
        else if (n == 1 && strchr("\\`*_{}[]<>()#+-!|~&@:", s.p[i]) != NULL && !(strchr("-:()", s.p[i]) && i > 0))
            out_fmt(o, "\\%c", s.p[i]);
        else
            out_rawn(o, (rt_str){s.p + i, n});
    }
}

void
out_md_code(struct out *o, rt_str s)
{
    size_t run = 0, longest = 0;
    for (size_t i = 0; i < s.n; i++) {
        run = s.p[i] == '`' ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    out_pad(o, '`', longest + 1);
    if (longest > 0)
        out_char(o, ' ');
    for (size_t i = 0, n = 0; i < s.n; i += n) {
        char buf[16];
        size_t columns = 0;
        n = tty_character(s, i, buf, &columns);
        if (s.p[i] == '|')
            out_raw(o, "\\|"); /* spans stand in tables too */
        else if (buf[0] != '\0')
            out_raw(o, buf);
        else
            out_rawn(o, (rt_str){s.p + i, n});
    }
    if (longest > 0)
        out_char(o, ' ');
    out_pad(o, '`', longest + 1);
}

void
out_html(struct out *o, rt_str s)
{
    for (size_t i = 0, n = 0; i < s.n; i += n) {
        char buf[16];
        size_t columns = 0;
        n = tty_character(s, i, buf, &columns);
        switch (s.p[i]) {
        case '<': out_raw(o, "&lt;"); break;
        case '>': out_raw(o, "&gt;"); break;
        case '&': out_raw(o, "&amp;"); break;
        case '"': out_raw(o, "&quot;"); break;
        case '\'': out_raw(o, "&#39;"); break;
        default:
            if (buf[0] != '\0')
                out_raw(o, buf);
            else
                out_rawn(o, (rt_str){s.p + i, n});
        }
    }
}
