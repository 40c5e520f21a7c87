/*
 * trace.c - sessions on a time axis (Trace Event Format), for Perfetto and chrome://tracing.
 *
 * An app is a process, a session a thread of it: calls are slices, callbacks and findings instants.
 * Sessions without times cannot be drawn and are left out.
 */
#include "config.h"

#include "base/map.h"
#include "report/json.h"
#include "report/redact.h"
#include "report/writer.h"

struct tracks {
    struct out *o;
    const struct report *r;
    struct rt_map apps; /* app id -> 1 + its number, as a pointer */
    size_t app_count;
    bool any;
};

static void
begin(struct tracks *t)
{
    out_raw(t->o, t->any ? ",\n  { " : "\n  { ");
    t->any = true;
}

static void
name_track(struct tracks *t, const char *what, size_t pid, size_t tid, rt_str name)
{
    begin(t);
    out_fmt(
        t->o,
        "\"ph\": \"M\", \"name\": \"%s\", \"pid\": %zu, \"tid\": %zu, \"args\": { \"name\": ",
        what, pid, tid);
    redact_write(t->o, name, out_json);
    out_raw(t->o, " } }");
}

/* The number of the app; -1: memory. */
static int
process_of(struct tracks *t, rt_str app, size_t *pid)
{
    rt_str name = app.n > 0 ? app : RT_LIT("app not known");
    *pid = (size_t)(uintptr_t)rt_map_get(&t->apps, name);
    if (*pid != 0)
        return 0;
    *pid = ++t->app_count;
    if (rt_map_put(&t->apps, name, (void *)(uintptr_t)*pid) < 0)
        return -1;
    name_track(t, "process_name", *pid, 0, name);
    return 0;
}

static void
stand(struct tracks *t, const char *ph, rt_str name, size_t pid, size_t tid, rt_time at)
{
    begin(t);
    out_fmt(t->o, "\"ph\": \"%s\", \"pid\": %zu, \"tid\": %zu, \"ts\": %lld, \"name\": ", ph,
            pid, tid, (long long)at);
    out_json(t->o, name);
}

static void
slice(struct tracks *t, const struct event *e, size_t pid, size_t tid)
{
    rt_time end = e->repeated > 1 && e->last > e->end ? e->last : e->end;
    bool call = e->source == SOURCE_API;
    stand(t, call ? "X" : "i", rule_set_kind_name(t->r->rules, e->kind), pid, tid, e->begin);
    if (call)
        out_fmt(t->o, ", \"dur\": %lld", (long long)(end > e->begin ? end - e->begin : 1));
    else
        out_raw(t->o, ", \"s\": \"t\"");
    out_fmt(t->o, ", \"cat\": \"%s\", \"args\": { \"line\": %llu", call ? "call" : "callback",
            (unsigned long long)e->line);
    if (e->http != 0)
        out_fmt(t->o, ", \"http\": %d", e->http);
    if (e->code != EVENT_NO_CODE)
        out_fmt(t->o, ", \"code\": %d", e->code);
    if (e->repeated > 1)
        out_fmt(t->o, ", \"repeated\": %u", e->repeated);
    out_raw(t->o, " } }");
}

static void
finding(struct tracks *t, const struct finding *f, size_t pid, size_t tid)
{
    stand(t, "i", f->id, pid, tid, f->first);
    out_fmt(t->o, ", \"s\": \"t\", \"cat\": \"finding,%s\", \"args\": { \"say\": ",
            severity_name(f->severity));
    redact_write(t->o, f->say, out_json);
    out_raw(t->o, ", \"fix\": ");
    redact_write(t->o, f->fix, out_json);
    out_raw(t->o, " } }");
}

static int
thread(struct tracks *t, const struct session *s, size_t tid)
{
    size_t pid = 0;
    const size_t *of = NULL;
    if (process_of(t, s->app_id, &pid) < 0)
        return -1;
    name_track(t, "thread_name", pid, tid, s->cname.n > 0 ? s->cname : s->id);
    stand(t, "X", rt_str_of(session_phase_name(s->phase)), pid, tid, s->first);
    out_fmt(t->o, ", \"dur\": %lld, \"cat\": \"session\", \"args\": { \"id\": ",
            (long long)(s->last - s->first + 1));
    redact_write(t->o, s->id, out_json);
    out_raw(t->o, " } }");
    for (size_t i = 0; i < s->event_count; i++)
        if (s->events[i]->begin != RT_TIME_NONE)
            slice(t, s->events[i], pid, tid);
    size_t n = report_session_findings(t->r, s, &of);
    for (size_t i = 0; i < n; i++)
        if (t->r->findings[of[i]]->first != RT_TIME_NONE)
            finding(t, t->r->findings[of[i]], pid, tid);
    return 0;
}

static int
write_trace(const struct report *r, const struct writer_options *w, struct out *o,
            struct rt_err *err)
{
    struct tracks t = {.o = o, .r = r};
    int rc = 0;
    (void)w;
    rt_map_init(&t.apps);
    out_raw(o, "{ \"displayTimeUnit\": \"ms\", \"traceEvents\": [");
    for (size_t i = 0; rc == 0 && i < r->session_count; i++)
        if (r->sessions[i]->first != RT_TIME_NONE)
            rc = thread(&t, r->sessions[i], i + 1);
    out_raw(o, " ] }\n");
    rt_map_fini(&t.apps);
    return rc < 0 ? rt_fail_mem(err) : 0;
}

extern const struct writer writer_trace;
const struct writer writer_trace = {
    .name = "trace",
    .title = "a time axis, for Perfetto and chrome://tracing",
    .media_type = "application/json",
    .passed_on = true,
    .write = write_trace,
};
