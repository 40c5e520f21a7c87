/*
 * http.c - the hook port as its loop sees it: time limits, start and end.
 */
#include "config.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/monotonic.h"
#include "receive/http_internal.h"

/* What GnuTLS calls normal, without what is too old. */
#define TLS_PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

/* For head and answer of a request; libmicrohttpd clears all of it for each. Many a proxy sends no head above 8 KiB. */
enum { CONNECTION_BYTES = 8192 };

const char *
http_library(void)
{
    struct rt_err err = {0};
    return mhd_open(&err) < 0 ? "not there" : mhd.get_version();
}

/* ---- what the loop asks for ---- */

static void
resume(struct http *h, struct request *r, enum answer a)
{
    http_wait_unlink(r->state == HELD_BACK ? &h->back : &h->store, r);
    r->state = ANSWER_DUE;
    r->answer = a;
    mhd.resume_connection(r->mhd);
}

static void
let_go(struct http *h)
{
    rt_dur now = h->back.first == NULL ? 0 : monotonic_now();
    while (h->back.first != NULL && (h->draining || h->back.first->queued <= now))
        resume(h, h->back.first, ANSWER_UNAUTHORIZED);
}

void
http_run(struct http *h)
{
    struct delivery *next;
    for (struct delivery *d = writer_done(h->options.writer); d != NULL; d = next) {
        struct request *r = d->owner;
        next = d->next;
        r->at_writer = false;
        if (d->outcome != DELIVERY_FAILED)
            http_count_stored(h, r);
        else if (r->state == WAITING)
            count(h->options.counters, COUNT_REFUSED_BUSY);
        if (r->state == WAITING)
            resume(h, r, d->outcome == DELIVERY_FAILED ? ANSWER_BUSY : ANSWER_STORED);
        http_request_free(h, r);
    }
    let_go(h);
    h->again = false;
    mhd.run(h->daemon);
}

static void
give_up_waiting(struct http *h, rt_dur before)
{
    while (h->store.first != NULL && h->store.first->queued < before) {
        count(h->options.counters, COUNT_REFUSED_BUSY);
        resume(h, h->store.first, ANSWER_BUSY);
    }
}

void
http_give_up(struct http *h)
{
    give_up_waiting(h, INT64_MAX);
}

void
http_tick(struct http *h, bool low)
{
    rt_dur now = monotonic_now();
    h->low = low;
    give_up_waiting(h, now - (rt_dur)h->options.limits->serve_wait_s * RT_SEC);
    for (struct connection *c = h->first; c != NULL; c = c->next) {
        if (now - c->since < (rt_dur)h->options.limits->serve_request_s * RT_SEC)
            break;
        if (c->request == NULL ||
            (c->request->state != WAITING && c->request->state != HELD_BACK))
            http_connection_close(h, c, COUNT_TIMED_OUT);
    }
}

void
http_set_secrets(struct http *h, const struct secrets *secrets)
{
    secrets_unref(&h->options.secrets);
    h->options.secrets = secrets;
}

void
http_drain(struct http *h)
{
    if (h->draining)
        return;
    h->draining = true;
    MHD_socket fd = mhd.quiesce_daemon(h->daemon);
    if (fd != MHD_INVALID_SOCKET)
        close(fd);
}

bool
http_idle(const struct http *h)
{
    return h->requests == 0;
}

size_t
http_connections(const struct http *h)
{
    return h->connections;
}

size_t
http_waiting(const struct http *h)
{
    return h->store.n;
}

rt_dur
http_oldest(const struct http *h)
{
    return h->store.first == NULL ? 0 : h->store.first->queued;
}

int
http_fd(const struct http *h)
{
    return mhd.get_daemon_info(h->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
}

int
http_timeout(struct http *h)
{
    MHD_UNSIGNED_LONG_LONG ms = 0;
    if (h->again)
        return 0;
    int most = mhd.get_timeout(h->daemon, &ms) != MHD_YES ? -1
               : ms > INT_MAX                             ? INT_MAX
                                                          : (int)ms;
    if (h->back.first == NULL)
        return most;
    rt_dur left = (h->back.first->queued - monotonic_now()) / RT_MS + 1;
    left = left < 0 ? 0 : left;
    return most >= 0 && most < left ? most : (int)left;
}

/* ---- life ---- */

/* Paths are compared as they were sent. */
static size_t
unescape_nothing(void *arg, struct MHD_Connection *m, char *s)
{
    (void)arg, (void)m;
    return strlen(s);
}

static void
no_log(void *arg, const char *fmt, va_list ap)
{
    (void)arg, (void)fmt, (void)ap;
}

static void *
text_of(const char *s)
{
    return (void *)(uintptr_t)s;
}

static int
start(struct http *h, struct rt_err *err)
{
    const struct rt_limits *l = h->options.limits;
    /* Resumed from this thread only, so no descriptor to wake it is needed. */
    unsigned flags = MHD_USE_EPOLL | MHD_USE_ERROR_LOG |
                     ((unsigned)MHD_ALLOW_SUSPEND_RESUME & ~(unsigned)MHD_USE_ITC);
    struct MHD_OptionItem items[] = {
        {MHD_OPTION_LISTEN_SOCKET, h->options.listen_fd, NULL},
        {MHD_OPTION_CONNECTION_LIMIT, (intptr_t)l->serve_connections, NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, (intptr_t)l->serve_idle_s, NULL},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_BYTES, NULL},
        {MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL},
        {h->options.tls_cert == NULL ? MHD_OPTION_END : MHD_OPTION_HTTPS_MEM_CERT, 0,
         text_of(h->options.tls_cert)},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, text_of(h->options.tls_key)},
        {MHD_OPTION_HTTPS_PRIORITIES, 0, text_of(TLS_PRIORITIES)},
        {MHD_OPTION_END, 0, NULL},
    };
    if (h->options.tls_cert != NULL)
        flags |= MHD_USE_TLS;
    if (h->options.tls_cert != NULL && mhd.is_feature_supported(MHD_FEATURE_TLS) != MHD_YES)
        return rt_fail_here(err, RT_EIO, "this libmicrohttpd was built without TLS");
    h->daemon = mhd.start_daemon(
        flags, 0, NULL, NULL, http_on_request, h, MHD_OPTION_EXTERNAL_LOGGER, no_log, NULL,
        MHD_OPTION_NOTIFY_COMPLETED, http_on_completed, h, MHD_OPTION_NOTIFY_CONNECTION,
        http_on_connection, h, MHD_OPTION_UNESCAPE_CALLBACK, unescape_nothing, NULL,
        MHD_OPTION_ARRAY, items, MHD_OPTION_END);
    if (h->daemon != NULL)
        return 0;
    return rt_fail_here(err, RT_EIO, "libmicrohttpd does not start%s",
                        h->options.tls_cert != NULL ? ": do certificate and key fit?" : "");
}

struct http *
http_new(const struct http_options *options, struct rt_err *err)
{
    struct http *h = rt_calloc(1, sizeof(*h));
    if (h == NULL) {
        const struct secrets *unused = options->secrets;
        secrets_unref(&unused);
        close(options->listen_fd);
        rt_fail_mem(err);
        return NULL;
    }
    h->options = *options;
    h->reader = envelope_reader_new(options->rules, options->limits, err);
    if (h->reader != NULL && mhd_open(err) == 0 && http_responses_make(h) < 0)
        rt_fail_mem(err);
    if (err->code != RT_OK || start(h, err) < 0) {
        close(options->listen_fd);
        http_free(&h);
    }
    return h;
}

void
http_free(struct http **ph)
{
    struct http *h = *ph;
    *ph = NULL;
    if (h == NULL)
        return;
    if (h->daemon != NULL)
        mhd.stop_daemon(h->daemon);
    http_responses_free(h);
    envelope_reader_free(&h->reader);
    secrets_unref(&h->options.secrets);
    rt_free(h);
}
