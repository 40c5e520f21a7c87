/*
 * otlp.c - sessions as traces (OTLP/JSON, ExportTraceServiceRequest), for OpenTelemetry.
 *
 * A session is a trace: a root span, a span a part of its course, a client span a call, callbacks and
 * findings as events of the root. Ids are digests of the session's id, so that the same log gives the
 * same traces. Names and attributes of calls follow the semantic conventions of HTTP; our own begin with
 * rectrace. Sessions without times cannot be spans and are left out.
 */
#include "config.h"

#include <nettle/sha2.h>
#include <stdio.h>

#include "extract/route.h"
#include "report/brief.h"
#include "report/course.h"
#include "report/json.h"
#include "report/layout.h"
#include "report/redact.h"
#include "report/writer.h"

enum {
    KIND_INTERNAL = 1,
    KIND_CLIENT = 3,
    STATUS_UNSET = 0,
    STATUS_ERROR = 2,
    TRACE_BYTES = 16,
    SPAN_BYTES = 8,
    HTTPS = 443,
    FIRST_BAD_STATUS = 400,
    PARTS_FROM = 1 << 30 /* numbers of their spans, behind those of all events */
};

static void
digest(rt_str id, uint64_t n, uint8_t out[SHA256_DIGEST_SIZE])
{
    struct sha256_ctx sha;
    sha256_init(&sha);
    sha256_update(&sha, id.n, (const uint8_t *)id.p);
    sha256_update(&sha, sizeof(n), (const uint8_t *)&n);
    sha256_digest(&sha, SHA256_DIGEST_SIZE, out);
}

/* `n` 0: the trace; 1: its root; n + 1: the n-th event. */
static void
hex(struct out *o, rt_str id, uint64_t n, size_t bytes)
{
    uint8_t sum[SHA256_DIGEST_SIZE];
    digest(id, n, sum);
    out_char(o, '"');
    for (size_t i = 0; i < bytes; i++)
        out_fmt(o, "%02x", sum[i]);
    out_char(o, '"');
}

static void
nanoseconds(struct out *o, const char *key, rt_time t)
{
    out_fmt(o, ", \"%s\": \"%lld000\"", key, (long long)t);
}

static void
text_attribute(struct out *o, bool *first, const char *key, rt_str value)
{
    if (value.n == 0)
        return;
    out_fmt(o, "%s{ \"key\": \"%s\", \"value\": { \"stringValue\": ", *first ? "" : ", ", key);
    redact_write(o, value, out_json);
    out_raw(o, " } }");
    *first = false;
}

static void
number_attribute(struct out *o, bool *first, const char *key, int64_t value)
{
    out_fmt(o, "%s{ \"key\": \"%s\", \"value\": { \"intValue\": \"%lld\" } }",
            *first ? "" : ", ", key, (long long)value);
    *first = false;
}

static void
span_head(struct out *o, const struct session *s, uint64_t n, rt_str name, int kind,
          rt_time from, rt_time to)
{
    out_raw(o, "{ \"traceId\": ");
    hex(o, s->id, 0, TRACE_BYTES);
    out_raw(o, ", \"spanId\": ");
    hex(o, s->id, n + 1, SPAN_BYTES);
    if (n > 0) {
        out_raw(o, ", \"parentSpanId\": ");
        hex(o, s->id, 1, SPAN_BYTES);
    }
    out_raw(o, ", \"name\": ");
    redact_write(o, name, out_json);
    out_fmt(o, ", \"kind\": %d", kind);
    nanoseconds(o, "startTimeUnixNano", from);
    nanoseconds(o, "endTimeUnixNano", to < from ? from : to);
}

static void
status(struct out *o, bool failed, rt_str why)
{
    out_fmt(o, ", \"status\": { \"code\": %d", failed ? STATUS_ERROR : STATUS_UNSET);
    if (failed && why.n > 0) {
        out_raw(o, ", \"message\": ");
        redact_write(o, why, out_json);
    }
    out_raw(o, " }");
}

static void
place_attributes(struct out *o, bool *first, const struct report *r, const struct event *e)
{
    if (e->input < r->input_count)
        text_attribute(o, first, "rectrace.file", r->inputs[e->input].path);
    number_attribute(o, first, "rectrace.line", (int64_t)e->line);
}

/* Of a client span: where it went, what came back. */
static void
http_attributes(struct out *o, bool *first, const struct session *s, const struct event *e,
                rt_str method)
{
    char status[12];
    struct rt_buf url, shape;
    rt_buf_init(&url, 8192);
    rt_buf_init(&shape, 1024);
    text_attribute(o, first, "http.request.method", method);
    text_attribute(o, first, "server.address", e->host);
    if (e->host.n > 0)
        number_attribute(o, first, "server.port", HTTPS);
    rt_buf_addf(&url, "https://%.*s", RT_FMT(e->host));
    if (e->host.n > 0 &&
        route_path(e->kind, e->app_id, e->rid, e->sid, e->mode.n > 0 ? e->mode : s->mode, &url))
        text_attribute(o, first, "url.full", rt_buf_str(&url));
    if (route_path(e->kind, RT_NONE, RT_NONE, RT_NONE, RT_NONE, &shape))
        text_attribute(o, first, "url.template", rt_buf_str(&shape));
    if (e->http != 0)
        number_attribute(o, first, "http.response.status_code", e->http);
    snprintf(status, sizeof(status), "%d", e->http >= FIRST_BAD_STATUS ? e->http : e->code);
    if (e->error.n > 0)
        text_attribute(o, first, "error.type", e->error);
    else if (e->http >= FIRST_BAD_STATUS ||
             (e->outcome == OUTCOME_FAIL && e->code != EVENT_NO_CODE))
        text_attribute(o, first, "error.type", rt_str_of(status));
    rt_buf_fini(&url);
    rt_buf_fini(&shape);
}

static void
call_span(struct out *o, const struct report *r, const struct session *s, const struct event *e,
          uint64_t n)
{
    bool first = true;
    char name[200];
    rt_time end = e->repeated > 1 && e->last > e->end ? e->last : e->end;
    const char *usual = route_method(e->kind);
    rt_str method = e->method.n > 0 ? e->method : rt_str_of(usual != NULL ? usual : ""),
           kind = rule_set_kind_name(r->rules, e->kind);
    snprintf(name, sizeof(name), "%.*s%s%.*s", RT_FMT(method), method.n > 0 ? " " : "",
             RT_FMT(kind));
    span_head(o, s, n, rt_str_of(name), KIND_CLIENT, e->begin, end);
    out_raw(o, ", \"attributes\": [");
    http_attributes(o, &first, s, e, method);
    text_attribute(o, &first, "rectrace.call", kind);
    if (e->code != EVENT_NO_CODE)
        number_attribute(o, &first, "rectrace.code", e->code);
    text_attribute(o, &first, "rectrace.reason", e->reason);
    if (e->repeated > 1)
        number_attribute(o, &first, "rectrace.repeated", e->repeated);
    place_attributes(o, &first, r, e);
    out_char(o, ']');
    status(o, e->outcome == OUTCOME_FAIL, e->reason);
    out_raw(o, " }");
}

static void
part_span(struct out *o, const struct session *s, const struct course *c, int part)
{
    span_head(o, s, (uint64_t)(PARTS_FROM + part),
              rt_str_of(course_part_name((enum course_part)part)), KIND_INTERNAL, c->from[part],
              c->to[part]);
    out_raw(o, ", \"attributes\": []");
    status(o, false, RT_NONE);
    out_raw(o, " }");
}

static void
event_head(struct out *o, bool *any, rt_time at, rt_str name)
{
    out_fmt(o, "%s{ \"timeUnixNano\": \"%lld000\", \"name\": ", *any ? ", " : "",
            (long long)at);
    out_json(o, name);
    out_raw(o, ", \"attributes\": [");
    *any = true;
}

/* Callbacks, then findings. */
static void
root_events(struct out *o, const struct report *r, const struct session *s, const size_t *of,
            size_t n)
{
    bool any = false;
    out_raw(o, ", \"events\": [");
    for (size_t i = 0; i < s->event_count; i++) {
        const struct event *e = s->events[i];
        bool first = true;
        if (e->source != SOURCE_HOOK || e->begin == RT_TIME_NONE)
            continue;
        event_head(o, &any, e->begin, rule_set_kind_name(r->rules, e->kind));
        struct rt_buf b;
        rt_buf_init(&b, 4000);
        brief_result(e, &b);
        text_attribute(o, &first, "rectrace.result", rt_buf_str(&b));
        rt_buf_fini(&b);
        place_attributes(o, &first, r, e);
        out_raw(o, "] }");
    }
    for (size_t i = 0; i < n; i++) {
        const struct finding *f = r->findings[of[i]];
        bool first = true;
        event_head(o, &any, f->first != RT_TIME_NONE ? f->first : s->first, f->id);
        text_attribute(o, &first, "rectrace.severity", rt_str_of(severity_name(f->severity)));
        text_attribute(o, &first, "rectrace.say", f->say);
        text_attribute(o, &first, "rectrace.fix", f->fix);
        out_raw(o, "] }");
    }
    out_char(o, ']');
}

static void
root_span(struct out *o, const struct report *r, const struct session *s)
{
    const size_t *of = NULL;
    size_t n = report_session_findings(r, s, &of);
    bool first = true, failed = n > 0 && r->findings[of[0]]->severity >= SEVERITY_ERROR;
    span_head(o, s, 0, s->cname.n > 0 ? s->cname : RT_LIT("recording"), KIND_INTERNAL, s->first,
              s->last);
    out_raw(o, ", \"attributes\": [");
    text_attribute(o, &first, "rectrace.session", s->id);
    text_attribute(o, &first, "rectrace.app_id", s->app_id);
    text_attribute(o, &first, "rectrace.uid", s->uid);
    text_attribute(o, &first, "rectrace.resource_id", s->rid);
    text_attribute(o, &first, "rectrace.sid", s->sid);
    text_attribute(o, &first, "rectrace.mode", s->mode);
    text_attribute(o, &first, "rectrace.state", rt_str_of(session_phase_name(s->phase)));
    out_char(o, ']');
    root_events(o, r, s, of, n);
    status(o, failed, failed ? r->findings[of[0]]->say : RT_NONE);
    out_raw(o, " }");
}

static void
session_spans(struct out *o, const struct report *r, const struct phase_signs *signs,
              const struct session *s)
{
    struct course c;
    course_of(r, signs, s, &c);
    root_span(o, r, s);
    for (int p = 0; p < COURSE_PARTS; p++)
        if (c.from[p] != RT_TIME_NONE) {
            out_raw(o, ",\n      ");
            part_span(o, s, &c, p);
        }
    for (size_t i = 0; i < s->event_count; i++)
        if (s->events[i]->source == SOURCE_API && s->events[i]->begin != RT_TIME_NONE) {
            out_raw(o, ",\n      ");
            call_span(o, r, s, s->events[i], i + 1);
        }
}

static int
write_otlp(const struct report *r, const struct writer_options *w, struct out *o,
           struct rt_err *err)
{
    bool any = false;
    struct phase_signs signs;
    (void)w;
    if (phase_signs_init(&signs, r->rules) < 0)
        return rt_fail_mem(err);
    out_raw(o, "{ \"resourceSpans\": [ { \"resource\": { \"attributes\": [ { \"key\": "
               "\"service.name\", "
               "\"value\": { \"stringValue\": \"cloud-recording\" } } ] },\n  \"scopeSpans\": "
               "[ { \"scope\": { \"name\": "
               "\"rectrace\", \"version\": ");
    out_json(o, rt_str_of(r->version));
    out_raw(o, " }, \"spans\": [");
    for (size_t i = 0; i < r->session_count; i++)
        if (r->sessions[i]->first != RT_TIME_NONE) {
            out_raw(o, any ? ",\n      " : "\n      ");
            session_spans(o, r, &signs, r->sessions[i]);
            any = true;
        }
    out_raw(o, " ] } ] } ] }\n");
    phase_signs_fini(&signs);
    return 0;
}

extern const struct writer writer_otlp;
const struct writer writer_otlp = {
    .name = "otlp",
    .title = "traces for OpenTelemetry (OTLP/JSON)",
    .media_type = "application/json",
    .passed_on = true,
    .write = write_otlp,
};
