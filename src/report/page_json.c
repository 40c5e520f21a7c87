/*
 * page_json.c - the report as the script of the page wants it: as small as can be, since a page holds thousands of
 * sessions. Times are milliseconds; an event is a list; what follows from its session is left out.
 */
#include "config.h"

#include "report/course.h"
#include "report/json.h"
#include "report/page.h"
#include "report/redact.h"

#define MILLI (RT_SEC / 1000)

static void
number(struct out *o, int64_t n, bool known)
{
    if (known)
        out_fmt(o, "%lld", (long long)n);
    else
        out_raw(o, "null");
}

static void
moment(struct out *o, rt_time t)
{
    number(o, t / MILLI, t != RT_TIME_NONE);
}

static void
text(struct out *o, rt_str s)
{
    redact_write(o, s, out_json);
}

static void
member(struct out *o, const char *name, rt_str s)
{
    if (s.n == 0)
        return;
    out_fmt(o, ",\"%s\":", name);
    text(o, s);
}

static void
list(struct out *o, const char *name, const rt_str *items, size_t n)
{
    if (n == 0)
        return;
    out_fmt(o, ",\"%s\":[", name);
    for (size_t i = 0; i < n; i++) {
        out_raw(o, i > 0 ? "," : "");
        text(o, items[i]);
    }
    out_char(o, ']');
}

/* ---- events ---- */

static bool
said_already(const struct event *e, const struct event_value *v)
{
    bool inner = v->field < FIELD__COUNT && event_fields[v->field].part == PART_INNER;
    return inner || v->field == FIELD_NOTICE ||
           (v->is_text &&
            (rt_str_is(v->text, "no") || v->text.n == 0 || rt_str_eq(v->text, e->cname)));
}

static bool
told_before(const struct event *e, uint32_t i)
{
    for (uint32_t k = 0; k < i; k++)
        if (e->values[k].field == e->values[i].field)
            return true;
    return false;
}

static void
fields(struct out *o, const struct report *r, const struct event *e)
{
    const char *comma = "";
    out_char(o, '{');
    if (e->status != EVENT_NO_CODE) {
        out_fmt(o, "\"status\":%d", e->status);
        comma = ",";
    }
    if (e->error.n > 0) {
        out_fmt(o, "%s\"error\":", comma);
        text(o, e->error);
        comma = ",";
    }
    for (uint32_t i = 0; i < e->value_count; i++) {
        const struct event_value *v = &e->values[i];
        if (said_already(e, v) || told_before(e, i))
            continue;
        out_raw(o, comma);
        out_json(o, rule_set_field_name(r->rules, v->field));
        out_char(o, ':');
        comma = ",";
        if (v->is_text)
            text(o, v->text);
        else
            out_fmt(o, "%lld", (long long)v->num);
    }
    out_char(o, '}');
}

/* [kind, hook, begin, took, ok, http, code, reason, repeated, copies, input, line, fields] */
static void
event(struct out *o, const struct report *r, const struct event *e)
{
    rt_time end = e->repeated > 1 && e->last > e->end ? e->last : e->end;
    bool timed = e->begin != RT_TIME_NONE;
    out_fmt(o, "[%u,%d,", e->kind, e->source == SOURCE_HOOK);
    moment(o, e->begin);
    out_fmt(o, ",%lld,%s,%d,",
            timed && end != RT_TIME_NONE ? (long long)((end - e->begin) / MILLI) : 0,
            e->outcome == OUTCOME_OK     ? "1"
            : e->outcome == OUTCOME_FAIL ? "0"
                                         : "null",
            e->http);
    number(o, e->code, e->code != EVENT_NO_CODE);
    out_char(o, ',');
    if (e->reason.n > 0)
        text(o, e->reason);
    else
        out_char(o, '0');
    out_fmt(o, ",%u,%u,%u,%llu,", e->repeated, e->copies, e->input,
            (unsigned long long)e->line);
    fields(o, r, e);
    out_char(o, ']');
}

/* ---- sessions ---- */

static void
course(struct out *o, const struct report *r, const struct phase_signs *signs,
       const struct session *s)
{
    struct course c;
    course_of(r, signs, s, &c);
    out_raw(o, ",\"parts\":[");
    for (int p = 0, n = 0; p < COURSE_PARTS; p++) {
        if (c.from[p] == RT_TIME_NONE)
            continue;
        out_fmt(o, "%s[%d,", n++ > 0 ? "," : "", p);
        moment(o, c.from[p]);
        out_char(o, ',');
        moment(o, c.to[p]);
        out_char(o, ']');
    }
    out_raw(o, "],\"steps\":[");
    for (size_t i = 0; i < c.step_count; i++) {
        const struct course_step *one = &c.steps[i];
        out_raw(o, i > 0 ? ",[" : "[");
        text(o, one->name);
        out_fmt(o, ",%d,\"%s\",", one->hook, course_state_name(one->state));
        moment(o, one->at);
        out_fmt(o, ",\"%s\"]", one->why);
    }
    out_fmt(o, "],\"failed\":%d,\"uploaded\":", c.failed);
    moment(o, c.uploaded);
}

static void
session(struct out *o, const struct report *r, const struct phase_signs *signs,
        const struct session *s)
{
    const size_t *indexes = NULL;
    size_t n = report_session_findings(r, s, &indexes);
    out_raw(o, "{\"id\":");
    text(o, s->id);
    member(o, "app_id", s->app_id);
    member(o, "cname", s->cname);
    member(o, "uid", s->uid);
    member(o, "resource_id", s->rid);
    member(o, "sid", s->sid);
    member(o, "mode", s->mode);
    out_fmt(o, ",\"state\":\"%s\",\"first_time\":", session_phase_name(s->phase));
    moment(o, s->first);
    out_raw(o, ",\"last_time\":");
    moment(o, s->last);
    if (s->dropped > 0)
        out_fmt(o, ",\"dropped\":%llu", (unsigned long long)s->dropped);
    course(o, r, signs, s);
    out_raw(o, ",\"findings\":[");
    for (size_t i = 0; i < n; i++)
        out_fmt(o, "%s%zu", i > 0 ? "," : "", indexes[i]);
    out_raw(o, "],\"e\":[");
    for (size_t i = 0; i < s->event_count; i++) {
        out_raw(o, i > 0 ? "," : "");
        event(o, r, s->events[i]);
    }
    out_raw(o, "]}");
}

/* ---- findings ---- */

static void
finding(struct out *o, const struct report *r, const struct finding *f)
{
    out_raw(o, "{\"id\":");
    text(o, f->id);
    out_fmt(o, ",\"severity\":\"%s\",\"confidence\":\"%s\",\"count\":%u,\"first_time\":",
            severity_name(f->severity), confidence_name(f->confidence), f->count);
    moment(o, f->first);
    out_raw(o, ",\"last_time\":");
    moment(o, f->last);
    member(o, "session", f->session);
    member(o, "app_id", f->app_id);
    member(o, "say", f->say);
    member(o, "why", f->why);
    member(o, "fix", f->fix);
    list(o, "excluded", f->excluded, f->excluded_count);
    list(o, "folded", f->folded, f->folded_count);
    out_raw(o, ",\"at\":[");
    for (size_t i = 0; i < f->evidence_count; i++)
        if (f->evidence[i].input < r->input_count)
            out_fmt(o, "%s[%u,%llu]", i > 0 ? "," : "", f->evidence[i].input,
                    (unsigned long long)f->evidence[i].line);
    out_raw(o, "]}");
}

static void
heads(struct out *o, const struct report *r)
{
    out_raw(o, "{\"schema\":\"rectrace.page/1\",\"tool\":");
    json_tool(o, r);
    out_raw(o, ",\"totals\":");
    json_totals(o, r);
    out_raw(o, ",\"coverage\":");
    json_coverage(o, r);
    out_raw(o, ",\"paths\":[");
    for (size_t i = 0; i < r->input_count; i++) {
        out_raw(o, i > 0 ? "," : "");
        text(o, r->inputs[i].path);
    }
    out_raw(o, "],\"kinds\":[");
    for (unsigned k = 0; k < KIND__MAX; k++) {
        out_raw(o, k > 0 ? "," : "");
        out_json(o, rule_set_kind_name(r->rules, (uint8_t)k));
    }
    out_raw(o, "],\"parts\":[");
    for (int p = 0; p < COURSE_PARTS; p++)
        out_fmt(o, "%s\"%s\"", p > 0 ? "," : "", course_part_name((enum course_part)p));
    out_char(o, ']');
}

int
page_json(const struct report *r, struct out *o, struct rt_err *err)
{
    struct phase_signs signs;
    if (phase_signs_init(&signs, r->rules) < 0)
        return rt_fail_mem(err);
    heads(o, r);
    out_raw(o, ",\n\"sessions\":[");
    for (size_t i = 0; i < r->session_count; i++) {
        out_raw(o, i > 0 ? ",\n" : "\n");
        session(o, r, &signs, r->sessions[i]);
    }
    out_raw(o, "],\n\"findings\":[");
    for (size_t i = 0; i < r->finding_count; i++) {
        out_raw(o, i > 0 ? ",\n" : "\n");
        finding(o, r, r->findings[i]);
    }
    out_raw(o, "],\n\"unchecked\":[");
    for (size_t i = 0; i < r->unchecked_count; i++) {
        out_raw(o, i > 0 ? "," : "");
        json_unchecked(o, r, &r->unchecked[i]);
    }
    out_raw(o, "]}\n");
    phase_signs_fini(&signs);
    return 0;
}
