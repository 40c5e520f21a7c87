/*
 * pages.c - what each page of the admin port says, and the table of them.
 */
#include "config.h"

#include <string.h>

#include "base/monotonic.h"
#include "base/out.h"
#include "live/engine.h"
#include "receive/admin_internal.h"
#include "receive/deliveries.h"
#include "receive/follow.h"
#include "receive/metrics.h"
#include "receive/paging.h"
#include "receive/shipped.h"
#include "report/page.h"
#include "report/writer.h"

enum { SOURCE_BYTES = 64 };

static const char *
argument(struct MHD_Connection *m, const char *name)
{
    return mhd.lookup_connection_value(m, MHD_GET_ARGUMENT_KIND, name);
}

void
pages_fail(struct page *p, unsigned status, const char *why)
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
        pages_fail(p, 503, "no view of the store yet");
    else if (writer_find("json")->write(live_view_report(v), &w, p->out, &err) < 0)
        pages_fail(p, 500, "out of memory");
    live_view_put(&v);
}

static void
page_data(struct admin *a, struct MHD_Connection *m, rt_str body, struct page *p)
{
    struct rt_err err = {0};
    (void)m, (void)body;
    const struct live_view *v = live_view_get(a->options.live);
    if (v == NULL)
        pages_fail(p, 503, "no view of the store yet");
    else if (page_json(live_view_report(v), p->out, &err) < 0)
        pages_fail(p, 500, "out of memory");
    live_view_put(&v);
}

/* ---- lists ---- */

typedef const char *paged(const struct report *r, const struct live_facts *facts,
                          const char *after, size_t limit, struct out *o);

static void
list(struct admin *a, struct MHD_Connection *m, struct page *p, paged *write)
{
    size_t limit = 0;
    const char *wrong = paging_limit(argument(m, "limit"), &limit);
    const struct live_view *v = wrong != NULL ? NULL : live_view_get(a->options.live);
    if (wrong != NULL)
        pages_fail(p, 400, wrong);
    else if (v == NULL)
        pages_fail(p, 503, "no view of the store yet");
    else if ((wrong = write(live_view_report(v), live_view_facts(v), argument(m, "after"),
                            limit, p->out)) != NULL)
        pages_fail(p, 400, wrong);
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
        pages_fail(p, 400, wrong);
    else if ((refused ? deliveries_refused : deliveries_stored)(&d, before, limit, p->out,
                                                                &err) < 0)
        pages_fail(p, 503, "the store cannot be read now");
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
        pages_fail(p, 400, "id is the number of a row");
        return;
    }
    int rc = (refused ? deliveries_refusal : deliveries_one)(&d, id, p->out, &err);
    if (rc <= 0)
        pages_fail(p, rc == 0 ? 404 : 503,
                   rc == 0 ? "there is no such row" : "the store cannot be read now");
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
        pages_fail(p, 503, "no view of the store yet");
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
    p->stream = stream_take(a);
    if (!p->stream)
        pages_fail(p, 503, "too many pages follow the changes");
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
    const char *kind = mhd.lookup_connection_value(m, MHD_HEADER_KIND, "Content-Type");
    if (kind != NULL && strstr(kind, "msgpack") != NULL)
        pages_fail(p, 415, "lines or JSON are meant; of Fluent Bit: Format json_lines");
    else if (!is_source(source))
        pages_fail(p, 400, "source is a name of letters, digits, '.', '_' and '-'");
    else if (shipped_lines(body, a->options.limits, &lines, &err) < 0)
        pages_fail(p, 400, err.msg);
    else if (lines.n > 0 && lines_store(a->options.writer, a->options.counters, source,
                                        rt_buf_str(&lines), a->options.now(), NULL) < 0)
        pages_fail(p, 503, "the store does not take it now");
    else
        out_raw(p->out, "{\"ok\":true}\n");
    rt_buf_fini(&lines);
}

/* ---- the table ---- */

static const struct route routes[] = {
#define ROUTE(id, method, path, needs, doc) {method, path, needs, page_##id},
#include "receive/routes.def"
#undef ROUTE
};

const struct route *
pages_find(const char *path, const char *method, bool *other_method)
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
