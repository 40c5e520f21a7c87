#include "config.h"

/* igzip_lib.h names its own type `struct inflate_state`, as our enum is named: it comes first and alone. */
#ifdef HAVE_ISAL
#    define inflate_state isal_state
#    include <isa-l/igzip_lib.h>
#    undef inflate_state

#    include "base/alloc.h"
#    include "ingest/inflate.h"

static void *
isal_open(struct rt_err *err)
{
    struct isal_state *z = rt_malloc(sizeof(*z));
    if (z == NULL) {
        rt_fail_mem(err);
        return NULL;
    }
    isal_inflate_init(z);
    z->crc_flag = ISAL_GZIP;
    return z;
}

static void
isal_close(void *state)
{
    rt_free(state);
}

static void
isal_reset(void *state)
{
    struct isal_state *z = state;
    isal_inflate_reset(z);
    z->crc_flag = ISAL_GZIP;
}

static enum inflate_state
isal_step(void *state, struct inflate_step *s)
{
    struct isal_state *z = state;
    uint32_t in_n = s->in_n > UINT32_MAX ? UINT32_MAX : (uint32_t)s->in_n;
    uint32_t out_n = s->out_n > UINT32_MAX ? UINT32_MAX : (uint32_t)s->out_n;
    union {
        const uint8_t *from;
        uint8_t *to;
    } in = {s->in}; /* the library takes no const, and does not write */
    z->next_in = in.to;
    z->avail_in = in_n;
    z->next_out = s->out;
    z->avail_out = out_n;
    int rc = isal_inflate(z);
    s->in_n -= in_n - z->avail_in;
    s->out_n -= out_n - z->avail_out;
    if (rc == ISAL_INCORRECT_CHECKSUM)
        return INFLATE_BAD_CHECK;
    if (rc < 0)
        return INFLATE_BAD_DATA;
    return z->block_state == ISAL_BLOCK_FINISH ? INFLATE_MEMBER : INFLATE_MORE;
}

extern const struct inflate_backend inflate_isal;
const struct inflate_backend inflate_isal = {
    .name = "isa-l",
    .doc = "three times as fast, where configure finds it",
    .open = isal_open,
    .close = isal_close,
    .reset = isal_reset,
    .step = isal_step,
};
#else
typedef int inflate_isal_is_not_built;
#endif
