#include "config.h"

#include <string.h>

#define ZLIB_CONST
#include <zlib.h>

#include "base/alloc.h"
#include "ingest/inflate.h"

static void *
take(void *opaque, uInt count, uInt size)
{
    (void)opaque;
    return rt_calloc(count, size);
}

static void
give_back(void *opaque, void *p)
{
    (void)opaque;
    rt_free(p);
}

static void *
zlib_open(struct rt_err *err)
{
    z_stream *z = rt_calloc(1, sizeof(*z));
    if (z == NULL) {
        rt_fail_mem(err);
        return NULL;
    }
    z->zalloc = take;
    z->zfree = give_back;
    if (inflateInit2(z, 16 + MAX_WBITS) != Z_OK) {
        rt_free(z);
        rt_fail_mem(err);
        return NULL;
    }
    return z;
}

static void
zlib_close(void *state)
{
    z_stream *z = state;
    if (z != NULL)
        inflateEnd(z);
    rt_free(z);
}

static void
zlib_reset(void *state)
{
    inflateReset(state);
}

static enum inflate_state
zlib_step(void *state, struct inflate_step *s)
{
    z_stream *z = state;
    uInt in_n = s->in_n > UINT32_MAX ? UINT32_MAX : (uInt)s->in_n;
    uInt out_n = s->out_n > UINT32_MAX ? UINT32_MAX : (uInt)s->out_n;
    z->next_in = s->in;
    z->avail_in = in_n;
    z->next_out = s->out;
    z->avail_out = out_n;
    int rc = inflate(z, Z_NO_FLUSH);
    s->in_n -= in_n - z->avail_in;
    s->out_n -= out_n - z->avail_out;
    if (rc == Z_STREAM_END)
        return INFLATE_MEMBER;
    if (rc == Z_OK || rc == Z_BUF_ERROR)
        return INFLATE_MORE;
    if (z->msg != NULL &&
        (strstr(z->msg, "data check") != NULL || strstr(z->msg, "length check") != NULL))
        return INFLATE_BAD_CHECK;
    return INFLATE_BAD_DATA;
}

extern const struct inflate_backend inflate_zlib;
const struct inflate_backend inflate_zlib = {
    .name = "zlib",
    .doc = "always there",
    .open = zlib_open,
    .close = zlib_close,
    .reset = zlib_reset,
    .step = zlib_step,
};
