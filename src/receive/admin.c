/*
 * admin.c - the admin port: a request is collected, a page made, an answer given.
 */
#include "config.h"

#include "receive/admin.h"

#include <unistd.h>

#include "base/alloc.h"
#include "receive/admin_internal.h"
#include "receive/changes.h"

enum { CONNECTIONS = 64, IDLE_S = 30 };

struct upload { /* of one request */
    struct rt_buf body;
};

static enum MHD_Result
answer(const struct admin *a, struct MHD_Connection *m, struct page *p)
{
    const char *const headers[][2] = {
        {"X-Content-Type-Options", "nosniff"},
        {"Cache-Control", "no-store"},
        {"Referrer-Policy", "no-referrer"},
        {"Content-Security-Policy", p->policy[0] != '\0' ? p->policy : "default-src 'none'"},
    };
    rt_str text = out_text(p->out);
    struct MHD_Response *r = mhd.create_response_from_buffer(text.n, (void *)(uintptr_t)text.p,
                                                             MHD_RESPMEM_MUST_COPY);
    enum MHD_Result rc = MHD_NO;
    if (r != NULL) {
        mhd.add_response_header(r, "Content-Type", p->type);
        for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
            mhd.add_response_header(r, headers[i][0], headers[i][1]);
        if (a->options.unsigned_mode)
            mhd.add_response_header(r, "X-Rectrace-Unsigned", "signatures are not checked");
        if (p->status == 401) {
            mhd.add_response_header(r, "WWW-Authenticate", "Bearer");
            mhd.add_response_header(r, "WWW-Authenticate",
                                    "Basic realm=\"rectrace: any name, and the token\"");
        }
        if (p->status == 503)
            mhd.add_response_header(r, "Retry-After", "5");
        rc = mhd.queue_response(m, p->status, r);
        mhd.destroy_response(r);
    }
    return rc;
}

static enum MHD_Result
answer_status(const struct admin *a, struct MHD_Connection *m, unsigned status, const char *why)
{
    struct page p = {.type = "application/json", .out = out_memory(NULL)};
    if (p.out == NULL)
        return MHD_NO;
    pages_fail(&p, status, why);
    enum MHD_Result rc = answer(a, m, &p);
    out_abort(&p.out);
    return rc;
}

static enum MHD_Result
on_request(void *arg, struct MHD_Connection *m, const char *url, const char *method,
           const char *version, const char *data, size_t *size, void **slot)
{
    struct admin *a = arg;
    struct upload *u = *slot;
    bool other = false;
    const struct route *r = pages_find(url, method, &other);
    (void)version;
    if (u == NULL) {
        unsigned no = r == NULL ? (other ? 405 : 404) : access_refused(a, m, r);
        if (no != 0)
            return answer_status(a, m, no,
                                 no == 401   ? "a token is needed"
                                 : no == 403 ? "not under this name"
                                             : "no such page");
        u = *slot = rt_calloc(1, sizeof(*u));
        if (u == NULL)
            return MHD_NO;
        rt_buf_init(&u->body, (size_t)a->options.limits->serve_log_bytes);
        return MHD_YES;
    }
    if (*size > 0) {
        rt_buf_add(&u->body, (rt_str){data, *size});
        *size = 0;
        return MHD_YES;
    }
    if (r == NULL)
        return MHD_NO;
    if (u->body.failed)
        return answer_status(a, m, 413, "too much at once");
    struct page p = {.status = 200, .type = "application/json", .out = out_memory(NULL)};
    if (p.out == NULL)
        return MHD_NO;
    r->make(a, m, rt_buf_str(&u->body), &p);
    enum MHD_Result rc = p.stream ? stream_answer(a, m) : answer(a, m, &p);
    out_abort(&p.out);
    return rc;
}

static void
on_completed(void *arg, struct MHD_Connection *m, void **slot,
             enum MHD_RequestTerminationCode code)
{
    struct upload *u = *slot;
    (void)arg, (void)m, (void)code;
    *slot = NULL;
    if (u != NULL)
        rt_buf_fini(&u->body);
    rt_free(u);
}

static void
no_log(void *arg, const char *fmt, va_list ap)
{
    (void)arg, (void)fmt, (void)ap;
}

struct admin *
admin_new(const struct admin_options *options, struct rt_err *err)
{
    struct admin *a = rt_calloc(1, sizeof(*a));
    if (a == NULL) {
        close(options->listen_fd);
        rt_fail_mem(err);
        return NULL;
    }
    a->options = *options;
    struct MHD_OptionItem items[] = {
        {MHD_OPTION_LISTEN_SOCKET, options->listen_fd, NULL},
        {MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS, NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, IDLE_S, NULL},
        {MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL},
        {MHD_OPTION_END, 0, NULL},
    };
    unsigned flags = MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD |
                     MHD_USE_POLL | MHD_USE_ERROR_LOG | MHD_USE_ITC;
    if (mhd_open(err) == 0)
        a->daemon =
            mhd.start_daemon(flags, 0, NULL, NULL, on_request, a, MHD_OPTION_EXTERNAL_LOGGER,
                             no_log, NULL, MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL,
                             MHD_OPTION_ARRAY, items, MHD_OPTION_END);
    if (a->daemon != NULL)
        return a;
    close(options->listen_fd);
    if (err->code == RT_OK)
        rt_fail_here(err, RT_EIO, "libmicrohttpd does not start");
    rt_free(a);
    return NULL;
}

void
admin_free(struct admin **pa)
{
    struct admin *a = *pa;
    *pa = NULL;
    if (a == NULL)
        return;
    changes_stop(a->options.changes); /* so that the threads of the streams end */
    mhd.stop_daemon(a->daemon);
    rt_free(a);
}
