#include "config.h"

#include "ingest/archive.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define ZLIB_CONST
#include <zlib.h>

#include "base/alloc.h"
#include "ingest/libarchive.h"
#include "ingest/marks.h"

enum { HEAD = 512, MAGIC_AT = 257, BLOCK = 64 * 1024, MANIFEST_MOST = 16 * 1024 * 1024 };

/* ---- what it is ---- */

/* The first bytes of what a gzip file holds. */
static size_t
unpacked_head(const unsigned char *in, size_t n, unsigned char *out)
{
    z_stream z = {.next_in = in, .avail_in = (uInt)n, .next_out = out, .avail_out = HEAD};
    if (inflateInit2(&z, 15 + 16) != Z_OK)
        return 0;
    inflate(&z, Z_SYNC_FLUSH);
    size_t got = z.total_out;
    inflateEnd(&z);
    return got;
}

/* The way it is packed; false: not at all. */
static bool
packed_as(rt_str head, enum mark_kind *kind)
{
    const struct mark *mark = mark_of(head);
    /* Headers pack well, but 512 bytes may give less than one. */
    bool tar = head.n >= MAGIC_AT + 5 && memcmp(head.p + MAGIC_AT, "ustar", 5) == 0;
    *kind = mark != NULL ? mark->kind : MARK_FILES;
    return mark != NULL ? *kind != MARK_ENCODED : tar;
}

/* As what it is to be opened; false: as a log, which may be packed by gzip. */
static bool
kind_of(const char *path, enum mark_kind *kind)
{
    unsigned char head[HEAD], plain[HEAD];
    struct stat st;
    if (stat(path, &st) < 0 ||
        !S_ISREG(st.st_mode)) /* a pipe has no first bytes to give away */
        return false;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : pread(fd, head, sizeof(head), 0);
    if (fd >= 0)
        close(fd);
    rt_str packed = {(const char *)head, got < 0 ? 0 : (size_t)got};
    if (!packed_as(packed, kind))
        return false;
    if (*kind != MARK_GZIP)
        return true;
    rt_str inner = {(const char *)plain, unpacked_head(head, packed.n, plain)};
    return packed_as(inner, kind) && *kind == MARK_FILES; /* nothing is unpacked twice */
}

bool
archive_is(const char *path)
{
    enum mark_kind kind;
    return kind_of(path, &kind);
}

/* ---- what it holds ---- */

/* The members go to a disk: the same bounds as for one gzip file. */
static const char *
too_much(const struct archive_content *c, struct archive *from, const struct rt_limits *limits)
{
    la_int64_t packed = libarchive.filter_bytes(from, -1);
    if (c->spool.bytes >= limits->inflate_bytes)
        return "it holds more than the limit inflate_bytes; the rest is left out";
    if (c->spool.bytes > limits->inflate_bomb_bytes && packed >= 0 &&
        c->spool.bytes / limits->inflate_times > (uint64_t)packed)
        return "it grows beyond the limit inflate_times, as no log does; the rest is left out";
    return NULL;
}

/* `name`: of the member that cannot be read on; NULL: it is the next one. */
static const char *
told(struct archive_content *c, struct archive *from, const char *name)
{
    const char *why = libarchive.error_string(from);
    why = why == NULL ? "no reason is given" : why;
    if (c->single)
        return rt_arena_printf(&c->arena, "is damaged (%s); what came before is used", why);
    if (name != NULL)
        return rt_arena_printf(&c->arena, "is damaged in %s (%s); what came before is used",
                               name, why);
    return rt_arena_printf(&c->arena, "is damaged behind the first %zu file%s (%s); %s",
                           c->members.n, rt_plural(c->members.n), why,
                           c->members.n == 0 ? "nothing of it can be used"
                                             : "what came before is used");
}

static int
copy_member(struct archive_content *c, struct archive *from, const char *name,
            struct spool_part *part, const struct rt_limits *limits, struct rt_err *err)
{
    char *block = rt_malloc(BLOCK);
    la_ssize_t n = 0;
    int rc = 0;
    if (block == NULL)
        return rt_fail_mem(err);
    spool_begin(&c->spool, part);
    while (rc == 0 && (c->damage = too_much(c, from, limits)) == NULL &&
           (n = libarchive.read_data(from, block, BLOCK)) > 0)
        rc = spool_write(&c->spool, (rt_str){block, (size_t)n}, err);
    if (n < 0)
        c->damage = told(c, from, name);
    rt_free(block);
    return rc < 0 ? -1 : spool_end(&c->spool, part, err);
}

static int
add_member(struct archive_content *c, struct archive *from, const char *name,
           const struct rt_limits *limits, struct rt_err *err)
{
    struct archive_member m = {rt_arena_strz(&c->arena, rt_str_of(name)),
                               rt_arena_alloc(&c->arena, sizeof(*m.part)), false};
    struct archive_member *slot =
        m.name == NULL || m.part == NULL ? NULL : RT_VEC_PUSH(&c->members);
    if (slot == NULL)
        return rt_fail_mem(err);
    *slot = m;
    if (copy_member(c, from, name, m.part, limits, err) < 0)
        return -1;
    slot->cut = c->damage != NULL;
    return 0;
}

static int
read_members(struct archive_content *c, struct archive *from, const struct rt_limits *limits,
             struct rt_err *err)
{
    struct archive_entry *entry;
    int rc = ARCHIVE_OK;
    while (c->damage == NULL &&
           (rc = libarchive.read_next_header(from, &entry)) == ARCHIVE_OK) {
        const char *name = libarchive.entry_pathname(entry);
        c->single = libarchive.format(from) == ARCHIVE_FORMAT_RAW;
        if (libarchive.entry_filetype(entry) != AE_IFREG || name == NULL ||
            libarchive.entry_hardlink(entry) != NULL)
            continue;
        if (c->members.n >= limits->inputs) {
            c->damage = "it holds too many files; the rest is left out";
            break;
        }
        if (add_member(c, from, name, limits, err) < 0)
            return -1;
    }
    if (rc != ARCHIVE_OK && rc != ARCHIVE_EOF && c->damage == NULL)
        c->damage = told(c, from, NULL);
    return 0;
}

/* The first member of a bundle is its manifest. */
static int
read_manifest(struct archive_content *c, struct rt_err *err)
{
    const struct archive_member *m = c->members.n > 0 ? &c->members.v[0] : NULL;
    if (m == NULL || strcmp(m->name, MANIFEST_NAME) != 0 || m->part->bytes > MANIFEST_MOST)
        return 0;
    char *text = rt_arena_alloc(&c->arena, (size_t)m->part->bytes + 1);
    if (text == NULL)
        return rt_fail_mem(err);
    ssize_t n = pread(m->part->fd, text, (size_t)m->part->bytes, (off_t)m->part->begin);
    int rc = n < 0 ? 0 : manifest_read(&c->manifest, (rt_str){text, (size_t)n}, &c->arena, err);
    c->bundle = rc > 0;
    return rc < 0 ? -1 : 0;
}

struct archive_content *
archive_open(const char *path, const struct rt_limits *limits, struct rt_err *err)
{
    if (libarchive_open(err) < 0)
        return NULL;
    struct archive *from = libarchive.read_new();
    struct archive_content *c = rt_calloc(1, sizeof(*c));
    int rc = from == NULL || c == NULL ? rt_fail_mem(err) : 0;
    if (rc == 0) {
        rt_arena_init(&c->arena, 4096, 0);
        manifest_init(&c->manifest);
        libarchive.read_support_filter_all(from);
        enum mark_kind kind;
        if (kind_of(path, &kind) &&
            kind == MARK_PACKED) { /* other formats would take a log for theirs */
            libarchive.read_support_format_tar(from);
            libarchive.read_support_format_raw(from);
        } else {
            libarchive.read_support_format_all(from);
        }
        if (libarchive.read_open_filename(from, path, BLOCK) != ARCHIVE_OK)
            rc = rt_fail_here(err, RT_EIO, "cannot be unpacked: %s",
                              libarchive.error_string(from));
    }
    if (rc == 0)
        rc = spool_open(&c->spool, err);
    if (rc == 0)
        rc = read_members(c, from, limits, err);
    if (rc == 0)
        rc = read_manifest(c, err);
    libarchive.read_free(from);
    if (rc < 0)
        archive_close(&c);
    return c;
}

void
archive_close(struct archive_content **pc)
{
    struct archive_content *c = *pc;
    if (c == NULL)
        return;
    RT_VEC_FREE(&c->members);
    manifest_fini(&c->manifest);
    spool_close(&c->spool);
    rt_arena_fini(&c->arena);
    rt_free(c);
    *pc = NULL;
}
