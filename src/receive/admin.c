#include "config.h"

#include "receive/admin.h"

#include <nettle/base64.h>
#include <nettle/memops.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <microhttpd.h>

#include "base/alloc.h"
#include "base/out.h"
#include "live/engine.h"
#include "receive/changes.h"
#include "receive/deliveries.h"
#include "receive/follow.h"
#include "receive/metrics.h"
#include "receive/paging.h"
#include "receive/shipped.h"
#include "report/json.h"
#include "report/page.h"
#include "report/writer.h"

enum {
    CONNECTIONS = 64,
    IDLE_S = 30,
    SOURCE_BYTES = 64,
    STREAMS = 16,
    ALIVE_S = 10
};

struct admin {
    struct admin_options options;
    atomic_uint streams; /* that follow the changes */
    struct MHD_Daemon *daemon;
};

struct page { /* an answer being made */
    unsigned status;
    const char *type;
    char policy[300]; /* empty: a page that does nothing */
    bool stream;      /* /api/v1/changes: made by itself */
    struct out *out;
};

struct upload { /* of one request */
    struct rt_buf body;
    bool started;
};

/* ---- pages ---- */

static const char *
argument(struct MHD_Connection *m, const char *name)
{
    return MHD_lookup_connection_value(m, MHD_GET_ARGUMENT_KIND, name);
}

static void
fail(struct page *p, unsigned status, const char *why)
{
    p->status = status;
    out_raw(p->out, "{\"error\":");
    out_json(p->out, rt_str_of(why));
    out_raw(p->out, "}\n");
}

static void
page_healthz(struct admin *a, struct MHD_Connection *m, rt_str body, struct page *p)
{
    (void)m, (void)body;
    bool turns = monotonic_now() - atomic_load(&a->options.gauges->ticked) < 5 * RT_SEC;
    p->status = turns ? 200 : 503;
    out_fmt(p->out, "{\"ok\":%s%s}\n", turns ? "true" : "false",
            a->options.unsigned_mode ? ",\"unsigned\":true" : "");
}

/* Its answer without the last brace. Are callbacks taken? */
static bool
write_state(struct admin *a, struct out *o)
{
    static const char *const words[] = {
        [HEALTH_GOOD] = "good", [HEALTH_SICK] = "sick", [HEALTH_FULL] = "full"};
    struct writer_facts f;
    writer_facts(a->options.writer, &f);
    bool low = atomic_load(&a->options.gauges->disk_low) != 0;
    bool slow = f.busy > (rt_dur)a->options.limits->serve_wait_s * RT_SEC;
    bool ready = f.health == HEALTH_GOOD && !low && !slow;
    out_fmt(o,
            "{\"ready\":%s,\"store\":\"%s\",\"disk_low\":%s,\"slow\":%s,\"queued\":%zu,"
            "\"unsigned\":%s",
            ready ? "true" : "false", words[f.health], low ? "true" : "false",
            slow ? "true" : "false", f.queued, a->options.unsigned_mode ? "true" : "false");
    out_raw(o, ",\"why\":");
    out_json(o, f.health != HEALTH_GOOD ? rt_str_of(f.why) : RT_LIT(""));
    return ready;
}

static void
page_readyz(struct admin *a, struct MHD_Connection *m, rt_str body, struct page *p)
{
    (void)m, (void)body;
    p->status = write_state(a, p->out) ? 200 : 503;
    out_raw(p->out, "}\n");
}

static void
page_state(struct admin *a, struct MHD_Connection *m, rt_str body, struct page *p)
{
    (void)m, (void)body;
    write_state(a, p->out);
    out_raw(p->out, ",\"counted\":");
    for (int i = 0; i < COUNT__COUNT; i++)
        out_fmt(p->out, "%s\"%s\":%llu", i == 0 ? "{" : ",", counter_rows[i].name,
                (unsigned long long)counted(a->options.counters, (enum counter)i));
    out_raw(p->out, "}}\n");
}

static void
page_metrics(struct admin *a, struct MHD_Connection *m, rt_str body, struct page *p)
{
    (void)m, (void)body;
    p->type = "text/plain; version=0.0.4; charset=utf-8";
    metrics_write(&a->options, p->out);
}

static void
page_report(struct admin *a, struct MHD_Connection *m, rt_str body, struct page *p)
{
    struct writer_options w = {.columns = 80, .unicode = true};
    struct rt_err err = {0};
    (void)m, (void)body;
    const struct live_view *v = live_view_get(a->options.live);
    if (v == NULL)
        fail(p, 503, "no view of the store yet");
    else if (writer_find("json")->write(live_view_report(v), &w, p->out, &err) < 0)
        fail(p, 500, "out of memory");
    live_view_put(&v);
}

static void
page_data(struct admin *a, struct MHD_Connection *m, rt_str body, struct page *p)
{
    struct rt_err err = {0};
    (void)m, (void)body;
    const struct live_view *v = live_view_get(a->options.live);
    if (v == NULL)
        fail(p, 503, "no view of the store yet");
    else if (page_json(live_view_report(v), p->out, &err) < 0)
        fail(p, 500, "out of memory");
    live_view_put(&v);
}

/* ---- lists ---- */

typedef const char *paged(const struct report *r, const struct live_facts *facts, const char *after, size_t limit,
                          struct out *o);

static void
list(struct admin *a, struct MHD_Connection *m, struct page *p, paged *write)
{
    size_t limit = 0;
    const char *wrong = paging_limit(argument(m, "limit"), &limit);
    const struct live_view *v = wrong != NULL ? NULL : live_view_get(a->options.live);
    if (wrong != NULL)
        fail(p, 400, wrong);
    else if (v == NULL)
        fail(p, 503, "no view of the store yet");
    else if ((wrong = write(live_view_report(v), live_view_facts(v), argument(m, "after"), limit, p->out)) != NULL)
        fail(p, 400, wrong);
    live_view_put(&v);
}

static void
page_sessions(struct admin *a, struct MHD_Connection *m, rt_str body, struct page *p)
{
    (void)body;
    list(a, m, p, paging_sessions);
}

static void
page_findings(struct admin *a, struct MHD_Connection *m, rt_str body, struct page *p)
{
    (void)body;
    list(a, m, p, paging_findings);
}

static void
list_rows(struct admin *a, struct MHD_Connection *m, struct page *p, bool refused)
{
    const struct deliveries d = {a->options.store, a->options.rules, a->options.limits};
    struct rt_err err = {0};
    size_t limit = 0;
    int64_t before = 0;
    const char *wrong = paging_limit(argument(m, "limit"), &limit);
    if (wrong == NULL)
        wrong = paging_row(argument(m, "before"), INT64_MAX, &before);
    if (wrong != NULL)
        fail(p, 400, wrong);
    else if ((refused ? deliveries_refused : deliveries_stored)(&d, before, limit, p->out, &err) < 0)
        fail(p, 503, "the store cannot be read now");
}

static void
page_deliveries(struct admin *a, struct MHD_Connection *m, rt_str body, struct page *p)
{
    (void)body;
    list_rows(a, m, p, false);
}

static void
page_quarantine(struct admin *a, struct MHD_Connection *m, rt_str body, struct page *p)
{
    (void)body;
    list_rows(a, m, p, true);
}

static void
one_row(struct admin *a, struct MHD_Connection *m, struct page *p, bool refused)
{
    const struct deliveries d = {a->options.store, a->options.rules, a->options.limits};
    struct rt_err err = {0};
    int64_t id = 0;
    const char *wrong = paging_row(argument(m, "id"), 0, &id);
    if (wrong != NULL || id == 0 || id == INT64_MAX) {
        fail(p, 400, "id is the number of a row");
        return;
    }
    int rc = (refused ? deliveries_refusal : deliveries_one)(&d, id, p->out, &err);
    if (rc <= 0)
        fail(p, rc == 0 ? 404 : 503, rc == 0 ? "there is no such row" : "the store cannot be read now");
}

static void
page_delivery(struct admin *a, struct MHD_Connection *m, rt_str body, struct page *p)
{
    (void)body;
    one_row(a, m, p, false);
}

static void
page_refusal(struct admin *a, struct MHD_Connection *m, rt_str body, struct page *p)
{
    (void)body;
    one_row(a, m, p, true);
}

static void
write_deliveries(void *arg, struct out *o)
{
    enum { SHOWN = 40 };
    const struct admin *a = arg;
    const struct deliveries d = {a->options.store, a->options.rules, a->options.limits};
    struct rt_err ignored = {0};
    deliveries_html(&d, SHOWN, o, &ignored);
}

/* Why callbacks are not taken now; NULL: they are. */
static const char *
trouble(const struct admin *a)
{
    struct writer_facts f;
    writer_facts(a->options.writer, &f);
    if (f.health == HEALTH_FULL || atomic_load(&a->options.gauges->disk_low) != 0)
        return "The disk is full: callbacks are answered 503.";
    return f.health == HEALTH_SICK ? "The store fails: callbacks are answered 503." : NULL;
}

static void
page_page(struct admin *a, struct MHD_Connection *m, rt_str body, struct page *p)
{
    const struct page_live_facts facts = {.unsigned_mode = a->options.unsigned_mode,
                                          .trouble = trouble(a),
                                          .deliveries = write_deliveries,
                                          .arg = a};
    struct rt_err err = {0};
    (void)m, (void)body;
    const struct live_view *v = live_view_get(a->options.live);
    if (v == NULL) {
        fail(p, 503, "no view of the store yet");
        return;
    }
    p->type = "text/html; charset=utf-8";
    page_policy(true, p->policy, sizeof(p->policy));
    if (page_write_live(live_view_report(v), &facts, p->out, &err) < 0)
        p->status = 500;
    live_view_put(&v);
}

static void
page_changes(struct admin *a, struct MHD_Connection *m, rt_str body, struct page *p)
{
    (void)m, (void)body;
    if (atomic_fetch_add(&a->streams, 1) < STREAMS) {
        p->stream = true;
        return;
    }
    atomic_fetch_sub(&a->streams, 1);
    fail(p, 503, "too many pages follow the changes");
}

/* A plain name: it is shown in reports and becomes a file name in a replay. */
static bool
is_source(const char *s)
{
    size_t n = strlen(s);
    return n > 0 && n <= SOURCE_BYTES && s[0] != '.' &&
           strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == n;
}

static void
page_logs(struct admin *a, struct MHD_Connection *m, rt_str body, struct page *p)
{
    const char *source = argument(m, "source");
    struct rt_err err = {0};
    struct rt_buf lines;
    rt_buf_init(&lines, (size_t)a->options.limits->serve_log_bytes * 4);
    if (source == NULL)
        source = "http.log";
    const char *kind = MHD_lookup_connection_value(m, MHD_HEADER_KIND, "Content-Type");
    if (kind != NULL && strstr(kind, "msgpack") != NULL)
        fail(p, 415, "lines or JSON are meant; of Fluent Bit: Format json_lines");
    else if (!is_source(source))
        fail(p, 400, "source is a name of letters, digits, '.', '_' and '-'");
    else if (shipped_lines(body, a->options.limits, &lines, &err) < 0)
        fail(p, 400, err.msg);
    else if (lines.n > 0 && lines_store(a->options.writer, a->options.counters, source,
                                        rt_buf_str(&lines), a->options.now(), NULL) < 0)
        fail(p, 503, "the store does not take it now");
    else
        out_raw(p->out, "{\"ok\":true}\n");
    rt_buf_fini(&lines);
}

/* ---- who may ---- */

enum needs { OPEN, TOKEN, ALWAYS };
static const struct route {
    const char *method, *path;
    enum needs needs;
    void (*make)(struct admin *, struct MHD_Connection *, rt_str body, struct page *);
} routes[] = {
#define ROUTE(id, method, path, needs, doc) {method, path, needs, page_##id},
#include "receive/routes.def"
#undef ROUTE
};

static bool
is_token(rt_str given, rt_str want)
{
    return given.n == want.n && memeql_sec(given.p, want.p, want.n) != 0;
}

/* A browser asks its user for a name and a password; the name is of no importance. */
static bool
is_password(rt_str encoded, rt_str want)
{
    uint8_t plain[400];
    size_t n = sizeof(plain);
    struct base64_decode_ctx ctx;
    base64_decode_init(&ctx);
    if (encoded.n > 500 || !base64_decode_update(&ctx, &n, plain, encoded.n, encoded.p) ||
        !base64_decode_final(&ctx))
        return false;
    rt_str both = {(const char *)plain, n};
    size_t colon = rt_str_find(both, RT_LIT(":"));
    return colon != SIZE_MAX && is_token(rt_str_from(both, colon + 1), want);
}

static bool
has_token(const struct admin *a, struct MHD_Connection *m)
{
    const char *given = MHD_lookup_connection_value(m, MHD_HEADER_KIND, "Authorization");
    rt_str want = rt_str_of(a->options.token), text = rt_str_of(given);
    if (want.n == 0)
        return false;
    if (rt_str_starts(text, RT_LIT("Bearer ")))
        return is_token(rt_str_from(text, strlen("Bearer ")), want);
    return rt_str_starts(text, RT_LIT("Basic ")) &&
           is_password(rt_str_from(text, strlen("Basic ")), want);
}

/* A page of another site cannot reach us under a name that it has bent to this address. */
static bool
host_is_local(struct MHD_Connection *m)
{
    static const char *const names[] = {"127.0.0.1", "localhost", "[::1]"};
    const char *host = MHD_lookup_connection_value(m, MHD_HEADER_KIND, "Host");
    for (size_t i = 0; host != NULL && i < 3; i++) {
        size_t n = strlen(names[i]);
        if (strncmp(host, names[i], n) == 0 && (host[n] == '\0' || host[n] == ':'))
            return true;
    }
    return false;
}

/* 0: go on. */
static unsigned
refused(const struct admin *a, struct MHD_Connection *m, const struct route *r)
{
    if (r->needs == ALWAYS || (r->needs == TOKEN && a->options.token != NULL))
        return has_token(a, m) ? 0 : 401;
    return a->options.token != NULL || host_is_local(m) ? 0 : 403;
}

static const struct route *
find_route(const char *path, const char *method, bool *other_method)
{
    for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
        if (strcmp(routes[i].path, path) != 0)
            continue;
        if (strcmp(routes[i].method, method) == 0)
            return &routes[i];
        *other_method = true;
    }
    return NULL;
}

/* ---- changes, as long as somebody reads ---- */

struct stream { /* of one connection, in its own thread */
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

static enum MHD_Result
answer_stream(struct admin *a, struct MHD_Connection *m)
{
    struct stream *s = rt_calloc(1, sizeof(*s));
    struct MHD_Response *r = NULL;
    if (s != NULL) {
        *s = (struct stream){.admin = a,
                             .place = changes_place(a->options.changes,
                                                    MHD_lookup_connection_value(
                                                        m, MHD_HEADER_KIND, "Last-Event-ID"))};
        rt_buf_init(&s->text, SIZE_MAX / 2);
        rt_buf_add(&s->text, RT_LIT("retry: 2000\n\n"));
        r = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 16 * 1024, stream_read, s,
                                              stream_free);
    }
    if (r == NULL) {
        atomic_fetch_sub(&a->streams, 1);
        rt_free(s);
        return MHD_NO;
    }
    MHD_add_response_header(r, "Content-Type", "text/event-stream");
    MHD_add_response_header(r, "Cache-Control", "no-store");
    MHD_add_response_header(r, "X-Content-Type-Options", "nosniff");
    enum MHD_Result rc = MHD_queue_response(m, 200, r);
    MHD_destroy_response(r);
    return rc;
}

/* ---- requests ---- */

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
    struct MHD_Response *r = MHD_create_response_from_buffer(text.n, (void *)(uintptr_t)text.p,
                                                             MHD_RESPMEM_MUST_COPY);
    enum MHD_Result rc = MHD_NO;
    if (r != NULL) {
        MHD_add_response_header(r, "Content-Type", p->type);
        for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
            MHD_add_response_header(r, headers[i][0], headers[i][1]);
        if (a->options.unsigned_mode)
            MHD_add_response_header(r, "X-Rectrace-Unsigned", "signatures are not checked");
        if (p->status == 401) {
            MHD_add_response_header(r, "WWW-Authenticate", "Bearer");
            MHD_add_response_header(r, "WWW-Authenticate",
                                    "Basic realm=\"rectrace: any name, and the token\"");
        }
        if (p->status == 503)
            MHD_add_response_header(r, "Retry-After", "5");
        rc = MHD_queue_response(m, p->status, r);
        MHD_destroy_response(r);
    }
    return rc;
}

static enum MHD_Result
answer_status(const struct admin *a, struct MHD_Connection *m, unsigned status, const char *why)
{
    struct page p = {.type = "application/json", .out = out_memory(NULL)};
    if (p.out == NULL)
        return MHD_NO;
    fail(&p, status, why);
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
    const struct route *r = find_route(url, method, &other);
    (void)version;
    if (u == NULL) {
        unsigned no = r == NULL ? (other ? 405 : 404) : refused(a, m, r);
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
    enum MHD_Result rc = p.stream ? answer_stream(a, m) : answer(a, m, &p);
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
    a->daemon =
        MHD_start_daemon(flags, 0, NULL, NULL, on_request, a, MHD_OPTION_EXTERNAL_LOGGER,
                         no_log, NULL, MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL,
                         MHD_OPTION_ARRAY, items, MHD_OPTION_END);
    if (a->daemon != NULL)
        return a;
    close(options->listen_fd);
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
    MHD_stop_daemon(a->daemon);
    rt_free(a);
}
