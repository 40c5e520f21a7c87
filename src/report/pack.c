#include "config.h"

#include "report/pack.h"

#include "base/alloc.h"
#include "ingest/libarchive.h"

struct pack {
    struct archive *to;
    struct out *out;
};

static la_ssize_t
give(struct archive *a, void *arg, const void *p, size_t n)
{
    (void)a;
    out_rawn(((struct pack *)arg)->out, (rt_str){p, n});
    return (la_ssize_t)n;
}

static int
failed(struct pack *p, struct rt_err *err)
{
    return rt_fail_here(err, RT_EIO, "the archive cannot be made: %s",
                        libarchive.error_string(p->to));
}

struct pack *
pack_open(struct out *o, struct rt_err *err)
{
    if (libarchive_open(err) < 0)
        return NULL;
    struct pack *p = rt_calloc(1, sizeof(*p));
    if (p == NULL || (p->to = libarchive.write_new()) == NULL) {
        rt_free(p);
        rt_fail_mem(err);
        return NULL;
    }
    p->out = o;
    libarchive.write_add_filter_gzip(p->to);
    libarchive.write_set_filter_option(p->to, "gzip", "timestamp", NULL);
    libarchive.write_set_format_pax_restricted(p->to);
    libarchive.write_set_bytes_in_last_block(p->to, 1);
    if (libarchive.write_open(p->to, p, NULL, give, NULL) == ARCHIVE_OK)
        return p;
    failed(p, err);
    pack_abort(&p);
    return NULL;
}

int
pack_member(struct pack *p, const char *name, uint64_t size, struct rt_err *err)
{
    struct archive_entry *e = libarchive.entry_new();
    if (e == NULL)
        return rt_fail_mem(err);
    libarchive.entry_set_pathname(e, name);
    libarchive.entry_set_size(e, (la_int64_t)size);
    libarchive.entry_set_filetype(e, AE_IFREG);
    libarchive.entry_set_perm(e, 0644);
    libarchive.entry_set_mtime(e, 0, 0);
    int rc = libarchive.write_header(p->to, e);
    libarchive.entry_free(e);
    return rc == ARCHIVE_OK ? 0 : failed(p, err);
}

int
pack_write(struct pack *p, rt_str text, struct rt_err *err)
{
    return libarchive.write_data(p->to, text.p, text.n) == (la_ssize_t)text.n ? 0
                                                                              : failed(p, err);
}

int
pack_close(struct pack **pp, struct rt_err *err)
{
    int rc = libarchive.write_close((*pp)->to) == ARCHIVE_OK ? 0 : failed(*pp, err);
    pack_abort(pp);
    return rc;
}

void
pack_abort(struct pack **pp)
{
    if (*pp == NULL)
        return;
    libarchive.write_free((*pp)->to);
    rt_free(*pp);
    *pp = NULL;
}
