/*
 * stream.c - changes as server-sent events, as long as somebody reads; each in the thread of its connection.
 */
#include "config.h"

#include <string.h>

#include "base/alloc.h"
#include "receive/admin_internal.h"
#include "receive/changes.h"

enum { STREAMS = 16, ALIVE_S = 10 };

struct stream { /* of one connection */
    struct admin *admin;
    uint64_t place;
    struct rt_buf text; /* what was not sent yet, from `sent` on */
    size_t sent;
};

static void
stream_free(void *arg)
{
    struct stream *s = arg;
    atomic_fetch_sub(&s->admin->streams, 1);
    rt_buf_fini(&s->text);
    rt_free(s);
}

static ssize_t
stream_read(void *arg, uint64_t at, char *out, size_t room)
{
    struct stream *s = arg;
    (void)at;
    if (s->sent == s->text.n) {
        rt_buf_clear(&s->text);
        s->sent = 0;
        int got =
            changes_next(s->admin->options.changes, &s->place, ALIVE_S * RT_SEC, &s->text);
        if (got < 0 || s->text.failed)
            return MHD_CONTENT_READER_END_OF_STREAM;
        if (got == 0)
            rt_buf_add(&s->text, RT_LIT(": still here\n\n"));
    }
    size_t n = s->text.n - s->sent < room ? s->text.n - s->sent : room;
    memcpy(out, rt_buf_str(&s->text).p + s->sent, n);
    s->sent += n;
    return (ssize_t)n;
}

enum MHD_Result
stream_answer(struct admin *a, struct MHD_Connection *m)
{
    struct stream *s = rt_calloc(1, sizeof(*s));
    struct MHD_Response *r = NULL;
    if (s != NULL) {
        *s = (struct stream){.admin = a,
                             .place = changes_place(a->options.changes,
                                                    mhd.lookup_connection_value(
                                                        m, MHD_HEADER_KIND, "Last-Event-ID"))};
        rt_buf_init(&s->text, SIZE_MAX / 2);
        rt_buf_add(&s->text, RT_LIT("retry: 2000\n\n"));
        r = mhd.create_response_from_callback(MHD_SIZE_UNKNOWN, 16 * 1024, stream_read, s,
                                              stream_free);
    }
    if (r == NULL) {
        atomic_fetch_sub(&a->streams, 1);
        rt_free(s);
        return MHD_NO;
    }
    mhd.add_response_header(r, "Content-Type", "text/event-stream");
    mhd.add_response_header(r, "Cache-Control", "no-store");
    mhd.add_response_header(r, "X-Content-Type-Options", "nosniff");
    enum MHD_Result rc = mhd.queue_response(m, 200, r);
    mhd.destroy_response(r);
    return rc;
}

bool
stream_take(struct admin *a)
{
    if (atomic_fetch_add(&a->streams, 1) < STREAMS)
        return true;
    atomic_fetch_sub(&a->streams, 1);
    return false;
}
