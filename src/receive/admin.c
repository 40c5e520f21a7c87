#include "config.h"

#include "receive/admin.h"

#include <nettle/memops.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <microhttpd.h>

#include "base/alloc.h"
#include "base/out.h"
#include "receive/follow.h"
#include "receive/http.h"
#include "receive/shipped.h"
#include "report/json.h"
#include "report/writer.h"

enum { CONNECTIONS = 64, IDLE_S = 30, PAGE = 100, PAGE_MOST = 500, SOURCE_BYTES = 64 };

struct admin {
    struct admin_options options;
    struct MHD_Daemon *daemon;
};

struct page { /* an answer being made */
    unsigned status;
    const char *type;
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
    out_raw(p->out, turns ? "{\"ok\":true}\n" : "{\"ok\":false}\n");
}

static void
page_readyz(struct admin *a, struct MHD_Connection *m, rt_str body, struct page *p)
{
    static const char *const words[] = {
        [HEALTH_GOOD] = "good", [HEALTH_SICK] = "sick", [HEALTH_FULL] = "full"};
    struct writer_facts f;
    (void)m, (void)body;
    writer_facts(a->options.writer, &f);
    bool low = atomic_load(&a->options.gauges->disk_low) != 0;
    bool slow = f.busy > (rt_dur)a->options.limits->serve_wait_s * RT_SEC;
    bool ready = f.health == HEALTH_GOOD && !low && !slow;
    p->status = ready ? 200 : 503;
    out_fmt(p->out,
            "{\"ready\":%s,\"store\":\"%s\",\"disk_low\":%s,\"slow\":%s,\"queued\":%zu,"
            "\"unsigned\":%s",
            ready ? "true" : "false", words[f.health], low ? "true" : "false",
            slow ? "true" : "false", f.queued, a->options.unsigned_mode ? "true" : "false");
    out_raw(p->out, ",\"why\":");
    out_json(p->out, f.health != HEALTH_GOOD ? rt_str_of(f.why) : RT_LIT(""));
    out_raw(p->out, "}\n");
}

static void
metric(struct out *o, const char *name, const char *suffix, const char *type, const char *doc,
       double value)
{
    out_fmt(o, "# HELP rectrace_%s%s %s\n# TYPE rectrace_%s%s %s\nrectrace_%s%s %.17g\n", name,
            suffix, doc, name, suffix, type, name, suffix, value);
}

static void
page_metrics(struct admin *a, struct MHD_Connection *m, rt_str body, struct page *p)
{
    struct gauges *g = a->options.gauges;
    struct writer_facts f;
    (void)m, (void)body;
    writer_facts(a->options.writer, &f);
    p->type = "text/plain; version=0.0.4; charset=utf-8";
    for (int i = 0; i < COUNT__COUNT; i++)
        metric(p->out, counter_rows[i].name, "_total", "counter", counter_rows[i].doc,
               (double)counted(a->options.counters, (enum counter)i));
    const struct {
        const char *name, *doc;
        double value;
    } rows[] = {
        {"open_connections", "connections of the hook port",
         (double)atomic_load(&g->connections)},
        {"waiting", "callbacks that wait for the disk", (double)atomic_load(&g->waiting)},
        {"store_good", "1 while the store takes callbacks", f.health == HEALTH_GOOD ? 1 : 0},
        {"disk_low", "1 while free disk is below the reserve",
         (double)atomic_load(&g->disk_low)},
        {"unsigned_mode", "1 when signatures are not checked",
         a->options.unsigned_mode ? 1 : 0},
        {"last_commit_age_seconds", "since the last sync", (double)f.since_commit / RT_SEC},
        {"commit_busy_seconds", "how long the batch at work has been", (double)f.busy / RT_SEC},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        metric(p->out, rows[i].name, "", "gauge", rows[i].doc, rows[i].value);
    out_fmt(p->out,
            "# HELP rectrace_build_info versions in use\n# TYPE rectrace_build_info gauge\n"
            "rectrace_build_info{version=\"%s\",libmicrohttpd=\"%s\",sqlite=\"%s\"} 1\n",
            PACKAGE_VERSION, http_library(), store_library());
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

/* False: told already. */
static bool
paging(struct MHD_Connection *m, struct page *p, size_t *after, size_t *limit)
{
    const char *texts[] = {argument(m, "after"), argument(m, "limit")};
    int64_t n[] = {0, PAGE};
    for (int i = 0; i < 2; i++)
        if (texts[i] != NULL && (!rt_str_int(rt_str_of(texts[i]), &n[i]) || n[i] < i ||
                                 n[i] > (i ? PAGE_MOST : INT32_MAX))) {
            fail(p, 400,
                 i ? "limit is a number from 1 to 500"
                   : "after is the \"next\" of the page before");
            return false;
        }
    *after = (size_t)n[0];
    *limit = (size_t)n[1];
    return true;
}

static void
list(struct admin *a, struct MHD_Connection *m, struct page *p, bool sessions)
{
    size_t after = 0, limit = 0;
    if (!paging(m, p, &after, &limit))
        return;
    const struct live_view *v = live_view_get(a->options.live);
    if (v == NULL) {
        fail(p, 503, "no view of the store yet");
        return;
    }
    const struct report *r = live_view_report(v);
    size_t count = sessions ? r->session_count : r->finding_count, i = after;
    out_fmt(p->out, "{ \"total\": %zu, \"callbacks\": %lld, \"lines\": %lld, \"items\": [",
            count, (long long)live_view_extent(v)->callbacks,
            (long long)live_view_extent(v)->lines);
    for (; i < count && i - after < limit; i++) {
        out_raw(p->out, i > after ? ",\n  " : "\n  ");
        const size_t *indexes = NULL;
        if (sessions) {
            size_t n = report_session_findings(r, r->sessions[i], &indexes);
            json_session(p->out, r, r->sessions[i], indexes, n);
        } else {
            json_finding(p->out, r, r->findings[i]);
        }
    }
    if (i < count)
        out_fmt(p->out, " ], \"next\": %zu }\n", i);
    else
        out_raw(p->out, " ], \"next\": null }\n");
    live_view_put(&v);
}

static void
page_sessions(struct admin *a, struct MHD_Connection *m, rt_str body, struct page *p)
{
    (void)body;
    list(a, m, p, true);
}

static void
page_findings(struct admin *a, struct MHD_Connection *m, rt_str body, struct page *p)
{
    (void)body;
    list(a, m, p, false);
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
    if (!is_source(source))
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
has_token(const struct admin *a, struct MHD_Connection *m)
{
    const char *given = MHD_lookup_connection_value(m, MHD_HEADER_KIND, "Authorization"),
               *want = a->options.token;
    if (want == NULL || given == NULL || !rt_str_starts(rt_str_of(given), RT_LIT("Bearer ")))
        return false;
    given += strlen("Bearer ");
    return strlen(given) == strlen(want) && memeql_sec(given, want, strlen(want)) != 0;
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

/* ---- requests ---- */

static enum MHD_Result
answer(struct MHD_Connection *m, struct page *p)
{
    static const char *const headers[][2] = {
        {"X-Content-Type-Options", "nosniff"},
        {"Cache-Control", "no-store"},
        {"Content-Security-Policy", "default-src 'none'"},
    };
    rt_str text = out_text(p->out);
    struct MHD_Response *r = MHD_create_response_from_buffer(text.n, (void *)(uintptr_t)text.p,
                                                             MHD_RESPMEM_MUST_COPY);
    enum MHD_Result rc = MHD_NO;
    if (r != NULL) {
        MHD_add_response_header(r, "Content-Type", p->type);
        for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
            MHD_add_response_header(r, headers[i][0], headers[i][1]);
        if (p->status == 401)
            MHD_add_response_header(r, "WWW-Authenticate", "Bearer");
        if (p->status == 503)
            MHD_add_response_header(r, "Retry-After", "5");
        rc = MHD_queue_response(m, p->status, r);
        MHD_destroy_response(r);
    }
    return rc;
}

static enum MHD_Result
answer_status(struct MHD_Connection *m, unsigned status, const char *why)
{
    struct page p = {.type = "application/json", .out = out_memory(NULL)};
    if (p.out == NULL)
        return MHD_NO;
    fail(&p, status, why);
    enum MHD_Result rc = answer(m, &p);
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
            return answer_status(m, no,
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
        return answer_status(m, 413, "too much at once");
    struct page p = {.status = 200, .type = "application/json", .out = out_memory(NULL)};
    if (p.out == NULL)
        return MHD_NO;
    r->make(a, m, rt_buf_str(&u->body), &p);
    enum MHD_Result rc = answer(m, &p);
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
    MHD_stop_daemon(a->daemon);
    rt_free(a);
}
