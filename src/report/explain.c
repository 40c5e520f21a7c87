#include "config.h"

#include "report/explain.h"

#include <stdio.h>
#include <string.h>

#include "report/json.h"
#include "report/layout.h"
#include "session/session.h"

static const char *const subject_words[SUBJECT__COUNT] = {
    "code",          "HTTP status",      "string",
    "service state", "recording status", "leave code, bit",
    "exit status",   "upload status",    "stream state",
    "error",         "warning",          "page stop code",
    "health check",  "no answer"};

struct json_member {
    const char *name;
    rt_str text;
};

/* What is asked for: a word or phrase, or what stands in which field: "leave 6", "errorCode=32", "event 41". */
struct question {
    rt_str word;
    bool in_field;
    rt_str field;
    int64_t number; /* of `in_field` */
    int64_t bits;   /* all those of leave codes */
    bool sum;       /* a number by itself that is several of them */
};

static struct question
question_of(const struct rule_set *rules, rt_str text)
{
    struct question q = {.word = text};
    size_t at = text.n;
    int64_t n = 0;
    const struct code_entry *e;
    RT_EACH (e, &rules->codes)
        q.bits |= e->subject == SUBJECT_LEAVE ? e->number : 0;
    q.sum = rt_str_int(text, &n) && n > 0 && (n & ~q.bits) == 0 && (n & (n - 1)) != 0;
    while (at > 0 && text.p[at - 1] >= '0' && text.p[at - 1] <= '9')
        at--;
    size_t end = at;
    while (end > 0 && strchr(" =:-", text.p[end - 1]) != NULL)
        end--;
    q.field = (rt_str){text.p, end};
    q.in_field = end > 0 && at < text.n && rt_str_int(rt_str_from(text, at), &q.number);
    return q;
}

static bool
is_small(char c)
{
    return c >= 'a' && c <= 'z';
}

/* "leaveCode" is a leave, "warnCode" a warning, but "state" no status. */
static bool
is_field(rt_str field, const char *name)
{
    enum { ENOUGH = 4 };
    size_t most = strlen(name), n = 0;
    while (n < most && n < field.n &&
           rt_str_eq_nocase((rt_str){field.p + n, 1}, (rt_str){name + n, 1}))
        n++;
    return n == most || (n >= ENOUGH && (n == field.n || !is_small(field.p[n])));
}

/* As a row is headed, or the last word of that: "page stop code", "stream state", "status"; "code" alone is the code. */
static bool
is_heading(rt_str field, const char *words)
{
    const char *last = strrchr(words, ' ');
    bool short_form = last != NULL && strcmp(last + 1, code_subject_names[SUBJECT_CODE]) != 0;
    return rt_str_eq_nocase(field, rt_str_of(words)) ||
           (short_form && rt_str_eq_nocase(field, rt_str_of(last + 1)));
}

static bool
is_subject(rt_str field, enum code_subject s)
{
    return is_field(field, code_subject_names[s]) || is_heading(field, subject_words[s]);
}

/* A leave code is a sum. */
static bool
has_number(const struct code_entry *e, const struct question *q)
{
    if (e->subject == SUBJECT_LEAVE && e->number > 0 && q->number > 0)
        return (q->number & e->number) == e->number;
    return e->number == q->number;
}

static bool
speaks_of(const struct code_entry *e, const struct question *q, uint8_t on)
{
    int64_t n = 0;
    rt_str word = q->word;
    if (on != KIND_NONE && e->on != 0 && (e->on >> on & 1) == 0)
        return false;
    if (on != KIND_NONE && e->subject != SUBJECT_CODE && e->subject != SUBJECT_HTTP &&
        e->subject != SUBJECT_STRING && e->subject != SUBJECT_NETWORK)
        return false;
    if (rt_str_eq(e->id, word))
        return true;
    if (rt_str_int(word, &n))
        return !code_subject_is_text(e->subject) &&
               (e->number == n || (e->subject == SUBJECT_LEAVE && e->number > 0 && q->sum &&
                                   (n & e->number) != 0));
    if (q->in_field && !code_subject_is_text(e->subject))
        return is_subject(q->field, e->subject) && has_number(e, q);
    if (!code_subject_is_text(e->subject) && rt_str_eq_nocase(e->title, word))
        return true;
    if (word.n >= 4 && rt_str_find_nocase(e->title, word) != SIZE_MAX)
        return true;
    return code_subject_is_text(e->subject) && word.n >= 3 &&
           (rt_str_find_nocase(e->text, word) != SIZE_MAX ||
            rt_str_find_nocase(word, e->text) != SIZE_MAX);
}

static void
labelled(const struct layout *l, const char *label, rt_str text)
{
    if (text.n == 0)
        return;
    out_fmt(l->o, "  %-8s", label);
    layout_wrapped(l, text, 10, 10);
}

/* What is asked for, on which calls, and what comes with it; in a line of its own where there is no room. */
static void
show_heading(const struct layout *l, const struct rule_set *rules, const struct code_entry *e)
{
    struct rt_buf name, calls, rest;
    rt_buf_init(&name, 1 << 16);
    rt_buf_init(&calls, 1000);
    rt_buf_init(&rest, 1 << 16);
    rt_buf_addf(&name, "%s ", subject_words[e->subject]);
    if (code_subject_is_text(e->subject))
        rt_buf_addf(&name, "\"%.*s\"", RT_FMT(e->text));
    else
        rt_buf_addf(&name, "%lld", (long long)e->number);
    for (uint8_t k = 0; k < KIND_HOOK; k++)
        if (e->on != 0 && (e->on >> k & 1) != 0)
            rt_buf_addf(&calls, "%s%.*s", calls.n == 0 ? " on " : ", ",
                        RT_FMT(rule_set_kind_name(rules, k)));
    if (e->module >= 0)
        rt_buf_addf(&rest, "  module %d", e->module);
    if (e->http != 0 && e->subject != SUBJECT_HTTP)
        rt_buf_addf(&rest, "  HTTP %d", e->http);
    if (e->title.n > 0)
        rt_buf_addf(&rest, "  \"%.*s\"", RT_FMT(e->title));
    rt_buf_addf(&rest, "%s", e->retryable ? "   retry: yes" : "");
    bool room = name.n + calls.n + rest.n <= l->w->columns;
    layout_paint_on(l, PAINT_BOLD);
    out_fmt(l->o, "%.*s", RT_FMT(rt_buf_str(&name)));
    layout_paint_off(l, PAINT_BOLD);
    out_fmt(l->o, "%.*s%s%.*s\n", RT_FMT(rt_buf_str(&calls)), room ? "" : "\n",
            RT_FMT(rt_buf_str(&rest)));
    rt_buf_fini(&name);
    rt_buf_fini(&calls);
    rt_buf_fini(&rest);
}

static void
show_entry(const struct layout *l, const struct rule_set *rules, const struct code_entry *e)
{
    show_heading(l, rules, e);
    labelled(l, "means", e->means);
    for (size_t i = 0; i < e->cause_count; i++)
        labelled(l, i == 0 ? "causes" : "", e->causes[i]);
    labelled(l, "check", e->check);
    labelled(l, "do", e->fix);
    labelled(l, "note", e->note);
    labelled(l, "source", e->source);
}

static void
show_hook(const struct layout *l, const struct hook_type *h)
{
    layout_paint_on(l, PAINT_BOLD);
    out_fmt(l->o, "callback %lld %.*s", (long long)h->number, RT_FMT(h->name));
    layout_paint_off(l, PAINT_BOLD);
    if (h->sender.n > 0)
        out_fmt(l->o, "  from %.*s", RT_FMT(h->sender));
    out_char(l->o, '\n');
    labelled(l, "means", h->means);
    struct rt_buf b;
    rt_buf_init(&b, 1000);
    for (size_t i = 0; i < h->detail_count; i++)
        rt_buf_addf(&b, "%s%.*s", i > 0 ? ", " : "", RT_FMT(h->details[i].name));
    labelled(l, "details", rt_buf_str(&b));
    labelled(l, "source", h->source);
    rt_buf_fini(&b);
}

static void
show_rule(const struct layout *l, const struct rule *r)
{
    layout_paint_on(l, PAINT_BOLD);
    out_fmt(l->o, "finding %.*s", RT_FMT(r->id));
    layout_paint_off(l, PAINT_BOLD);
    out_fmt(l->o, "  %s, family %.*s\n", severity_name(r->severity), RT_FMT(r->family));
    labelled(l, "says", r->say);
    labelled(l, "why", r->why);
    labelled(l, "do", r->fix);
    struct rt_buf b;
    rt_buf_init(&b, 1000);
    for (size_t i = 0; i < r->explain_count; i++)
        rt_buf_addf(&b, "%s%.*s", i > 0 ? ", " : "", RT_FMT(r->explains[i]));
    labelled(l, "covers", rt_buf_str(&b));
    rt_buf_fini(&b);
}

static bool
hook_is(const struct hook_type *h, const struct question *q)
{
    int64_t n = 0;
    if (q->in_field && (is_field(q->field, "event") || is_field(q->field, "callback")))
        return h->number == q->number;
    return rt_str_eq_nocase(h->name, q->word) || (rt_str_int(q->word, &n) && h->number == n);
}

static void
suggest(const struct rule_set *rules, rt_str word, const struct layout *l)
{
    struct rt_buf b;
    unsigned best = 5;
    int64_t number = 0;
    rt_str near = RT_NONE;
    const struct rule *r;
    const struct hook_type *h;
    const struct code_entry *e;
    RT_EACH (r, &rules->rules) {
        unsigned d = rt_str_distance(r->id, word, best);
        if (d < best) {
            best = d;
            near = r->id;
        }
    }
    RT_EACH (h, &rules->hooks) {
        unsigned d = rt_str_distance(h->name, word, best);
        if (d < best) {
            best = d;
            near = h->name;
        }
    }
    RT_EACH (e, &rules->codes) {
        unsigned d =
            code_subject_is_text(e->subject) ? rt_str_distance(e->text, word, best) : best;
        if (d < best) {
            best = d;
            near = e->text;
        }
    }
    rt_buf_init(&b, word.n + 1000);
    rt_buf_addf(&b, "Nothing is known of \"%.*s\".", RT_FMT(word));
    if (near.n > 0)
        rt_buf_addf(&b, " Near: %.*s.", RT_FMT(near));
    rt_buf_add(
        &b,
        rt_str_int(word, &number)
            ? RT_LIT(
                  " No table of the vendor lists that number: go by the HTTP status, 4xx refused, 5xx failed.")
            : RT_LIT(" A code, HTTP status, string, state, callback or finding is meant."));
    layout_wrapped(l, rt_buf_str(&b), 0, 0);
    rt_buf_fini(&b);
}

int
explain_text(const struct rule_set *rules, rt_str word, uint8_t on,
             const struct writer_options *w, struct out *o)
{
    struct layout l = {o, w};
    struct question q = question_of(rules, word);
    size_t n = 0;
    const struct code_entry *e;
    const struct hook_type *h;
    const struct rule *r;
    RT_EACH (e, &rules->codes)
        if (speaks_of(e, &q, on)) {
            out_raw(o, n++ > 0 ? "\n" : "");
            show_entry(&l, rules, e);
        }
    RT_EACH (h, &rules->hooks)
        if (on == KIND_NONE && hook_is(h, &q)) {
            out_raw(o, n++ > 0 ? "\n" : "");
            show_hook(&l, h);
        }
    RT_EACH (r, &rules->rules)
        if (r->variant == 0 && rt_str_eq(r->id, word)) {
            out_raw(o, n++ > 0 ? "\n" : "");
            show_rule(&l, r);
        }
    for (int p = 0; p < PHASE__COUNT; p++)
        if (rt_str_is(word, session_phase_name((enum session_phase)p))) {
            out_fmt(o, "%sstate of a session \"%s\"\n", n++ > 0 ? "\n" : "",
                    session_phase_name((enum session_phase)p));
            labelled(&l, "means", rt_str_of(session_phase_doc((enum session_phase)p)));
        }
    int64_t rest = q.number & ~q.bits;
    if (n > 0 && q.in_field && is_subject(q.field, SUBJECT_LEAVE) && rest != 0)
        out_fmt(o,
                "\nA leave code is a sum: the %lld that is left of %lld stands in no table.\n",
                (long long)rest, (long long)q.number);
    else if (n > 0 && q.in_field && is_subject(q.field, SUBJECT_LEAVE))
        out_fmt(o, "\nA leave code is a sum: %lld is %s.\n", (long long)q.number,
                n > 1 ? "all of these" : "this alone");
    else if (n > 1 && !w->verbose)
        out_fmt(
            o,
            "\n%zu meanings; which one applies depends on what happened before:\n  rectrace session ID FILE...\n",
            n);
    if (n == 0)
        suggest(rules, word, &l);
    return n > 0 ? 0 : 1;
}

/* Members of one object, behind its "kind" and "id". */
static void
json_members(struct out *o, const struct json_member *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        out_fmt(o, ", \"%s\": ", rows[i].name);
        json_text(o, rows[i].text);
    }
}

static void
json_entry(struct out *o, const struct code_entry *e)
{
    const struct json_member rows[] = {{"title", e->title}, {"means", e->means},
                                       {"check", e->check}, {"fix", e->fix},
                                       {"note", e->note},   {"source", e->source}};
    out_fmt(o, "{ \"kind\": \"%s\", \"id\": ", code_subject_names[e->subject]);
    json_text(o, e->id);
    json_members(o, rows, sizeof(rows) / sizeof(rows[0]));
    out_fmt(o, ", \"severity\": \"%s\", \"retry\": %s }", severity_name(e->severity),
            e->retryable ? "true" : "false");
}

static void
json_rule(struct out *o, const struct rule *r)
{
    const struct json_member rows[] = {
        {"family", r->family}, {"say", r->say}, {"why", r->why}, {"fix", r->fix}};
    out_raw(o, "{ \"kind\": \"finding\", \"id\": ");
    json_text(o, r->id);
    json_members(o, rows, sizeof(rows) / sizeof(rows[0]));
    out_fmt(o, ", \"severity\": \"%s\" }", severity_name(r->severity));
}

int
explain_json(const struct rule_set *rules, rt_str word, uint8_t on, struct out *o)
{
    struct question q = question_of(rules, word);
    size_t n = 0;
    const struct code_entry *e;
    const struct hook_type *h;
    const struct rule *r;
    out_raw(o, "[");
    RT_EACH (e, &rules->codes)
        if (speaks_of(e, &q, on)) {
            out_raw(o, n++ > 0 ? ",\n  " : "\n  ");
            json_entry(o, e);
        }
    RT_EACH (h, &rules->hooks)
        if (on == KIND_NONE && hook_is(h, &q)) {
            out_fmt(o, "%s\n  { \"kind\": \"callback\", \"type\": %lld, \"id\": ",
                    n++ > 0 ? "," : "", (long long)h->number);
            json_text(o, h->name);
            json_members(o, &(struct json_member){"means", h->means}, 1);
            out_raw(o, " }");
        }
    RT_EACH (r, &rules->rules)
        if (r->variant == 0 && rt_str_eq(r->id, word)) {
            out_raw(o, n++ > 0 ? ",\n  " : "\n  ");
            json_rule(o, r);
        }
    for (int p = 0; p < PHASE__COUNT; p++)
        if (rt_str_is(word, session_phase_name((enum session_phase)p))) {
            out_fmt(o, "%s\n  { \"kind\": \"phase\", \"id\": \"%s\"", n++ > 0 ? "," : "",
                    session_phase_name((enum session_phase)p));
            json_members(o,
                         &(struct json_member){
                             "means", rt_str_of(session_phase_doc((enum session_phase)p))},
                         1);
            out_raw(o, " }");
        }
    out_raw(o, "\n]\n");
    return n > 0 ? 0 : 1;
}
