#include "config.h"

#include "report/json.h"

#include <stdio.h>

#include "report/redact.h"
#include "report/writer.h"

void
json_text(struct out *o, rt_str s)
{
    if (s.n == 0)
        out_raw(o, "null");
    else
        redact_write(o, s, out_json);
}

void
json_time(struct out *o, rt_time t)
{
    char buf[RT_TIME_MAX];
    if (t == RT_TIME_NONE)
        out_raw(o, "null");
    else
        out_fmt(o, "\"%s\"", rt_time_rfc3339(t, buf));
}

static void
seconds(struct out *o, rt_dur d)
{
    int64_t whole = d / RT_SEC, part = d % RT_SEC;
    part = part < 0 ? -part : part;
    out_fmt(o, "%s%lld.%0*lld", d < 0 && whole == 0 ? "-" : "", (long long)whole,
            part % 1000 == 0 ? 3 : 6, (long long)(part % 1000 == 0 ? part / 1000 : part));
}

static void
key(struct out *o, bool *first, const char *name)
{
    if (!*first)
        out_raw(o, ", ");
    *first = false;
    out_fmt(o, "\"%s\": ", name);
}

static void
number_or_null(struct out *o, int32_t n, int32_t none)
{
    if (n == none)
        out_raw(o, "null");
    else
        out_fmt(o, "%d", n);
}

static void
texts(struct out *o, const rt_str *list, size_t n)
{
    out_char(o, '[');
    for (size_t i = 0; i < n; i++) {
        out_raw(o, i > 0 ? ", " : "");
        redact_write(o, list[i], out_json);
    }
    out_char(o, ']');
}

void
json_tool(struct out *o, const struct report *r)
{
    size_t rules = 0;
    const struct rule *one;
    RT_EACH (one, &r->rules->rules)
        rules += one->variant == 0 && !one->off;
    out_fmt(
        o,
        "{ \"name\": \"rectrace\", \"version\": \"%s\", \"rules\": { \"version\": \"%.*s\", \"sha256\": \"%s\", \"count\": %zu, "
        "\"skipped\": %u } }",
        r->version, RT_FMT(r->rules->version), r->rules->sha256, rules, r->rules->skipped);
}

void
json_input(struct out *o, const struct report_input *i)
{
    static const char *const names[] = {"events", "ignored", "unmatched", "undecodable",
                                        "too_long"};
    out_raw(o, "{ \"path\": ");
    redact_write(o, i->path, out_json);
    out_raw(o, ", \"format\": ");
    out_json(o, i->format);
    out_fmt(o, ", \"bytes\": %llu, \"lines\": %llu, \"counts\": { ",
            (unsigned long long)i->bytes, (unsigned long long)i->lines);
    for (size_t c = 0; c < 5; c++)
        out_fmt(o, "%s\"%s\": %llu", c > 0 ? ", " : "", names[c],
                (unsigned long long)i->counts[c]);
    out_raw(o, " }, \"first_time\": ");
    json_time(o, i->first);
    out_raw(o, ", \"last_time\": ");
    json_time(o, i->last);
    out_fmt(o, ", \"complete\": %s, \"warnings\": ", i->complete ? "true" : "false");
    texts(o, i->warnings, i->warning_count);
    out_raw(o, " }");
}

void
json_coverage(struct out *o, const struct report *r)
{
    static const char *const names[] = {"api", "webhook"};
    out_raw(o, "{ ");
    for (int s = 0; s < SOURCE__COUNT; s++) {
        out_fmt(o, "%s\"%s\": [", s > 0 ? ", " : "", names[s]);
        for (size_t i = 0; i < r->coverage->spans[s].n; i++) {
            out_raw(o, i > 0 ? ", [" : "[");
            json_time(o, r->coverage->spans[s].v[i].from);
            out_raw(o, ", ");
            json_time(o, r->coverage->spans[s].v[i].to);
            out_char(o, ']');
        }
        out_char(o, ']');
    }
    out_raw(o, " }");
}

void
json_skew(struct out *o, const struct report *r)
{
    if (!r->skew_known) {
        out_raw(o, "null");
        return;
    }
    out_raw(o, "{ \"api_minus_vendor_s\": ");
    seconds(o, r->skew);
    out_fmt(o, ", \"basis\": %u }", r->skew_basis);
}

void
json_totals(struct out *o, const struct report *r)
{
    out_fmt(
        o,
        "{ \"events\": %llu, \"duplicates\": %llu, \"disordered\": %llu, \"sessions\": %zu, \"findings\": { ",
        (unsigned long long)r->event_count, (unsigned long long)r->duplicate_count,
        (unsigned long long)r->disorder_count, r->session_count);
    for (int s = SEVERITY_CRITICAL; s >= SEVERITY_INFO; s--)
        out_fmt(o, "\"%s\": %u%s", severity_name((enum severity)s), r->severity_counts[s],
                s > SEVERITY_INFO ? ", " : "");
    out_fmt(o, " }, \"accepted\": %u, \"unchecked\": %zu }", r->accepted, r->unchecked_count);
}

static void
value(struct out *o, const struct event_value *v)
{
    char text[RT_TIME_MAX];
    bool moment = v->field < FIELD__COUNT && event_fields[v->field].type == TYPE_TIME;
    if (v->is_text)
        redact_write(o, v->text, out_json);
    else if (moment && v->num >= 0 && v->num <= RT_UNIX_MAX)
        out_fmt(o, "\"%s\"", rt_time_rfc3339(v->num * RT_SEC, text));
    else
        out_fmt(o, "%lld", (long long)v->num);
}

/* Further fields by name; a field with several values is a list. */
static void
event_fields_of(struct out *o, const struct report *r, const struct event *e)
{
    const struct {
        const char *name;
        rt_str text;
    } core[] = {{"rid", e->rid},       {"sid", e->sid},   {"app_id", e->app_id},
                {"cname", e->cname},   {"uid", e->uid},   {"mode", e->mode},
                {"method", e->method}, {"host", e->host}, {"error", e->error}};
    bool first = true;
    out_raw(o, "{ ");
    for (size_t i = 0; i < sizeof(core) / sizeof(core[0]); i++)
        if (core[i].text.n > 0) {
            key(o, &first, core[i].name);
            redact_write(o, core[i].text, out_json);
        }
    if (e->status != EVENT_NO_CODE) {
        key(o, &first, "status");
        out_fmt(o, "%d", e->status);
    }
    for (uint32_t i = 0; i < e->value_count; i++) {
        uint16_t field = e->values[i].field;
        uint32_t same = 0, before = 0;
        for (uint32_t k = 0; k < e->value_count; k++) {
            same += e->values[k].field == field;
            before += k < i && e->values[k].field == field;
        }
        if (before > 0 || (field < FIELD__COUNT && event_fields[field].part == PART_INNER))
            continue;
        rt_str name = rule_set_field_name(r->rules, field);
        char text[80];
        snprintf(text, sizeof(text), "%.*s", RT_FMT(name));
        key(o, &first, text);
        if (same == 1) {
            value(o, &e->values[i]);
            continue;
        }
        out_char(o, '[');
        for (uint32_t k = i, n = 0; k < e->value_count; k++)
            if (e->values[k].field == field) {
                out_raw(o, n++ > 0 ? ", " : "");
                value(o, &e->values[k]);
            }
        out_char(o, ']');
    }
    out_raw(o, first ? "}" : " }");
}

static void
place(struct out *o, const struct report *r, uint32_t input, uint64_t line)
{
    out_raw(o, "\"file\": ");
    if (input < r->input_count)
        redact_write(o, r->inputs[input].path, out_json);
    else
        out_raw(o, "null");
    out_fmt(o, ", \"line\": %llu", (unsigned long long)line);
}

static void
json_event(struct out *o, const struct report *r, const struct event *e, size_t n)
{
    out_fmt(o, "{ \"n\": %zu, \"name\": ", n);
    out_json(o, rule_set_kind_name(r->rules, e->kind));
    out_fmt(o, ", \"source\": \"%s\", \"time\": ", e->source == SOURCE_HOOK ? "hook" : "api");
    json_time(o, e->begin);
    out_raw(o, ", \"end_time\": ");
    json_time(o, e->repeated > 1 && e->last > e->end ? e->last : e->end);
    out_fmt(o, ", \"ok\": %s, \"http\": ",
            e->outcome == OUTCOME_OK     ? "true"
            : e->outcome == OUTCOME_FAIL ? "false"
                                         : "null");
    number_or_null(o, e->http, 0);
    out_raw(o, ", \"code\": ");
    number_or_null(o, e->code, EVENT_NO_CODE);
    out_raw(o, ", \"reason\": ");
    json_text(o, e->reason);
    out_raw(o, ", \"fields\": ");
    event_fields_of(o, r, e);
    out_fmt(o, ", \"copies\": %u, \"repeated\": %u, \"at\": { ", e->copies, e->repeated);
    place(o, r, e->input, e->line);
    out_raw(o, " } }");
}

static void
json_codes(struct out *o, const struct report *r, const struct session *s)
{
    out_char(o, '[');
    for (size_t i = 0; i < s->code_count; i++) {
        const struct session_code *c = &s->codes[i];
        out_raw(o, i > 0 ? ", { \"on\": " : "{ \"on\": ");
        out_json(o, rule_set_kind_name(r->rules, c->kind));
        out_raw(o, ", \"http\": ");
        number_or_null(o, c->http, 0);
        out_raw(o, ", \"code\": ");
        number_or_null(o, c->code, EVENT_NO_CODE);
        out_raw(o, ", \"reason\": ");
        json_text(o, c->reason);
        out_fmt(o, ", \"count\": %u }", c->count);
    }
    out_char(o, ']');
}

void
json_session(struct out *o, const struct report *r, const struct session *s,
             const size_t *indexes, size_t count)
{
    const struct {
        const char *name;
        rt_str text;
    } ids[] = {{"app_id", s->app_id},   {"cname", s->cname}, {"uid", s->uid},
               {"resource_id", s->rid}, {"sid", s->sid},     {"mode", s->mode}};
    out_raw(o, "{ \"id\": ");
    out_json(o, s->id);
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        out_fmt(o, ", \"%s\": ", ids[i].name);
        json_text(o, ids[i].text);
    }
    out_fmt(o, ", \"state\": \"%s\", \"inferred\": %s, \"first_time\": ",
            session_phase_name(s->phase), s->inferred ? "true" : "false");
    json_time(o, s->first);
    out_raw(o, ", \"last_time\": ");
    json_time(o, s->last);
    out_raw(o, ", \"codes\": ");
    json_codes(o, r, s);
    out_raw(o, ", \"events\": [");
    for (size_t i = 0; i < s->event_count; i++) {
        out_raw(o, i > 0 ? ", " : "");
        json_event(o, r, s->events[i], i + 1);
    }
    out_fmt(o, "], \"dropped\": %llu, \"findings\": [", (unsigned long long)s->dropped);
    for (size_t i = 0; i < count; i++)
        out_fmt(o, "%s%zu", i > 0 ? ", " : "", indexes[i]);
    out_raw(o, "] }");
}

void
json_finding(struct out *o, const struct report *r, const struct finding *f)
{
    out_raw(o, "{ \"id\": ");
    out_json(o, f->id);
    if (f->rule != NULL &&
        !rt_str_eq(f->rule->id, f->id)) { /* the one that `why` can be asked for */
        out_raw(o, ", \"rule\": ");
        out_json(o, f->rule->id);
    }
    out_fmt(o, ", \"severity\": \"%s\", \"confidence\": \"%s\", \"session\": ",
            severity_name(f->severity), confidence_name(f->confidence));
    json_text(o, f->session);
    out_raw(o, ", \"app_id\": ");
    json_text(o, f->app_id);
    out_raw(o, ", \"codes\": [");
    for (size_t i = 0; i < f->code_count; i++)
        out_fmt(o, "%s%d", i > 0 ? ", " : "", f->codes[i]);
    out_fmt(o, "], \"count\": %u, \"first_time\": ", f->count);
    json_time(o, f->first);
    out_raw(o, ", \"last_time\": ");
    json_time(o, f->last);
    out_raw(o, ", \"values\": { ");
    for (size_t i = 0; i < f->value_count; i++) {
        out_fmt(o, "%s\"%.*s_s\": ", i > 0 ? ", " : "", RT_FMT(f->values[i].name));
        seconds(o, f->values[i].value);
    }
    out_raw(o, f->value_count > 0 ? " }, \"say\": " : "}, \"say\": ");
    redact_write(o, f->say, out_json);
    out_raw(o, ", \"why\": ");
    redact_write(o, f->why, out_json);
    out_raw(o, ", \"fix\": ");
    redact_write(o, f->fix, out_json);
    out_raw(o, ", \"evidence\": [");
    for (size_t i = 0; i < f->evidence_count; i++) {
        const struct finding_evidence *e = &f->evidence[i];
        out_raw(o, i > 0 ? ", { " : "{ ");
        place(o, r, e->input, e->line);
        out_fmt(o, ", \"event\": %u", e->event);
        if (e->session.n > 0 && !rt_str_eq(e->session, f->session)) {
            out_raw(o, ", \"session\": ");
            out_json(o, e->session);
        }
        out_raw(o, " }");
    }
    out_raw(o, "], \"folded\": ");
    texts(o, f->folded, f->folded_count);
    if (f->within_skew)
        out_raw(o, ", \"within_clock_skew\": true");
    out_raw(o, ", \"excluded\": ");
    texts(o, f->excluded, f->excluded_count);
    out_raw(o, " }");
}

/* Names of kinds; a rule that asks for many of them asks for none in particular. */
static void
awaits(struct out *o, const struct report *r, uint64_t kinds)
{
    enum { MANY = 4 };
    bool first = true;
    out_char(o, '[');
    for (uint8_t kind = 0; kind < KIND__MAX && __builtin_popcountll(kinds) <= MANY; kind++) {
        if ((kinds >> kind & 1) == 0)
            continue;
        out_raw(o, first ? "" : ", ");
        out_json(o, rule_set_kind_name(r->rules, kind));
        first = false;
    }
    out_char(o, ']');
}

void
json_unchecked(struct out *o, const struct report *r, const struct unchecked *u)
{
    out_raw(o, "{ \"rule\": ");
    out_json(o, u->rule->id);
    out_raw(o, ", \"session\": ");
    json_text(o, u->session);
    out_fmt(o, ", \"verdict\": \"%s\", \"needs\": ",
            u->verdict == VERDICT_PENDING ? "pending" : "no data");
    json_text(o, u->needs);
    if (u->due != RT_TIME_NONE) {
        out_raw(o, ", \"due\": ");
        json_time(o, u->due);
        out_raw(o, ", \"awaits\": ");
        awaits(o, r, u->awaits);
    }
    out_raw(o, " }");
}

static int
write_json(const struct report *r, const struct writer_options *w, struct out *o,
           struct rt_err *err)
{
    (void)w, (void)err;
    out_raw(o, "{\n  \"schema\": \"rectrace.report/1\",\n  \"tool\": ");
    json_tool(o, r);
    if (r->stamp != RT_TIME_NONE) {
        out_raw(o, ",\n  \"stamp\": ");
        json_time(o, r->stamp);
    }
    out_raw(o, ",\n  \"inputs\": [");
    for (size_t i = 0; i < r->input_count; i++) {
        out_raw(o, i > 0 ? ",\n    " : "\n    ");
        json_input(o, &r->inputs[i]);
    }
    out_raw(o, " ],\n  \"coverage\": ");
    json_coverage(o, r);
    out_raw(o, ",\n  \"clock_skew\": ");
    json_skew(o, r);
    out_raw(o, ",\n  \"totals\": ");
    json_totals(o, r);
    out_raw(o, ",\n  \"sessions\": [");
    for (size_t i = 0; i < r->session_count; i++) {
        const size_t *indexes = NULL;
        size_t n = report_session_findings(r, r->sessions[i], &indexes);
        out_raw(o, i > 0 ? ",\n    " : "\n    ");
        json_session(o, r, r->sessions[i], indexes, n);
    }
    out_raw(o, " ],\n  \"findings\": [");
    for (size_t i = 0; i < r->finding_count; i++) {
        out_raw(o, i > 0 ? ",\n    " : "\n    ");
        json_finding(o, r, r->findings[i]);
    }
    out_raw(o, " ],\n  \"unchecked\": [");
    for (size_t i = 0; i < r->unchecked_count; i++) {
        out_raw(o, i > 0 ? ",\n    " : "\n    ");
        json_unchecked(o, r, &r->unchecked[i]);
    }
    out_raw(o, " ]\n}\n");
    return 0;
}

extern const struct writer writer_json;
const struct writer writer_json = {
    .name = "json",
    .title = "one JSON document, docs/report.schema.json",
    .media_type = "application/json",
    .write = write_json,
};
