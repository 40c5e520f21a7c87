/*
 * text_session.c - the table of sessions, and one session with its timeline.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "report/layout.h"
#include "report/redact.h"

enum { IDLE_GAP_S = 60, NARROW = 90 };

/* Columns of the table of sessions, that a line fits the screen. */
struct widths {
    int channel, uid, mode, length, findings;
};

static struct widths
widths_of(unsigned columns)
{
    if (columns < NARROW)
        return (struct widths){11, 8, 4, 6, 4};
    return (struct widths){columns >= 110 ? 28 : 15, 10, 10, 8, 7};
}

static enum severity
worst(const struct report *r, const struct session *s, size_t *count)
{
    enum severity most = SEVERITY_NONE;
    const size_t *of = NULL;
    *count = report_session_findings(r, s, &of);
    for (size_t i = 0; i < *count; i++)
        most = r->findings[of[i]]->severity > most ? r->findings[of[i]]->severity : most;
    return most;
}

int
text_sessions(const struct report *r, const struct writer_options *w, struct out *o, struct rt_err *err)
{
    struct layout l = {o, w};
    (void)err;
    struct widths c = widths_of(w->columns);
    out_fmt(o, "  #  %-*s %-*s %-*s %-16s %-8s %-*s %-*s %s\n", c.channel, "channel", c.uid, "uid", c.mode, "mode", "state", "start",
            c.length, "length", c.findings + 1, c.findings < 7 ? "found" : "findings", "sid");
    for (size_t i = 0; i < r->session_count; i++) {
        const struct session *s = r->sessions[i];
        char a[RT_TIME_MAX] = "-", b[RT_TIME_MAX] = "-", mark[40] = "-";
        size_t n = 0;
        enum severity most = worst(r, s, &n);
        if (s->first != RT_TIME_NONE) {
            rt_time_clock(s->first, a);
            rt_dur_human(s->last - s->first, b);
        }
        if (n > 0)
            snprintf(mark, sizeof(mark), "%s %zu", severity_mark(&l, most), n);
        out_fmt(o, "%3zu  ", i + 1);
        cell(&l, s->cname.n > 0 ? s->cname : s->id, (size_t)c.channel);
        out_char(o, ' ');
        cell(&l, s->uid.n > 0 ? s->uid : RT_LIT("-"), (size_t)c.uid);
        out_char(o, ' ');
        cell(&l, s->mode.n > 0 ? s->mode : RT_LIT("-"), (size_t)c.mode);
        out_fmt(o, " %-16s %-8.8s %-*s ", session_phase_name(s->phase), a, c.length, b);
        paint_on(&l, severity_paint(most));
        cell(&l, rt_str_of(mark), (size_t)c.findings);
        paint_off(&l, severity_paint(most));
        out_raw(o, "  ");
        redact_write(o, s->sid.n > 0 ? short_id(s->sid) : RT_LIT("-"), out_tty);
        if (s->inferred)
            out_char(o, '~');
        out_char(o, '\n');
    }
    if (r->session_count == 0) {
        out_raw(o, "No session was found.\n");
    } else {
        out_raw(o, "\nNext     rectrace session '#1' ");
        out_tty(o, rt_str_of(w->next != NULL ? w->next : "FILE..."));
        out_char(o, '\n');
    }
    return 0;
}

/* ---- one session ---- */

static void
head(const struct layout *l, const struct session *s)
{
    char a[RT_TIME_MAX] = "-", b[RT_TIME_MAX] = "";
    paint_on(l, PAINT_BOLD);
    redact_write(l->o, s->cname.n > 0 ? s->cname : s->id, out_tty);
    paint_off(l, PAINT_BOLD);
    const struct {
        const char *name;
        rt_str text;
    } rows[] = {{"uid", s->uid}, {"mode", s->mode}, {"app", short_id(s->app_id)}, {"resource", short_id(s->rid)}, {"sid", short_id(s->sid)}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        out_fmt(l->o, "  %s ", rows[i].name);
        redact_write(l->o, rows[i].text.n > 0 ? rows[i].text : RT_LIT("(none)"), out_tty);
    }
    if (s->inferred)
        out_raw(l->o, " ~");
    if (s->first != RT_TIME_NONE)
        out_fmt(l->o, "\n%s .. %.8s UTC", rt_time_human(s->first, a), rt_time_clock(s->last, b));
    out_fmt(l->o, "   state: %s\n", session_phase_name(s->phase));
}

void
event_result(const struct event *e, struct rt_buf *b)
{
    int64_t n = 0;
    if (e->http != 0)
        rt_buf_addf(b, "%d", e->http);
    if (e->code != EVENT_NO_CODE)
        rt_buf_addf(b, "%scode %d", b->n > 0 ? " " : "", e->code);
    if (e->status != EVENT_NO_CODE)
        rt_buf_addf(b, "%sstatus %d", b->n > 0 ? " " : "", e->status);
    for (uint32_t i = 0; i < e->value_count; i++) {
        uint16_t f = e->values[i].field;
        if (f == FIELD_ERROR_CODE || f == FIELD_LEAVE_CODE || f == FIELD_EXIT_STATUS || f == FIELD_WARN_CODE) {
            event_num(e, f, &n);
            rt_buf_addf(b, "%s%s %lld", b->n > 0 ? " " : "", event_fields[f].name, (long long)n);
        } else if (f == FIELD_UPLOADING || f == FIELD_SERVICE || f == FIELD_ROUTE) {
            rt_buf_addf(b, "%s%.*s", b->n > 0 ? " " : "", RT_FMT(e->values[i].text));
        }
    }
    if (e->error.n > 0)
        rt_buf_addf(b, "%s%.*s", b->n > 0 ? " " : "", RT_FMT(e->error));
    if (e->reason.n > 0)
        rt_buf_addf(b, "%s%.*s", b->n > 0 ? " " : "", RT_FMT(e->reason));
    if (b->n == 0)
        rt_buf_add(b, e->source == SOURCE_HOOK ? RT_LIT("") : RT_LIT("no answer"));
}

/* Of the name of the file in a row; 0: there is one input only, and no room to name it in each row. */
static size_t
file_width(const struct layout *l, const struct report *r)
{
    if (l->w->columns < NARROW)
        return r->input_count == 1 ? 0 : 8;
    return l->w->columns > 100 ? 24 : 16;
}

static size_t
event_width(const struct layout *l)
{
    return l->w->columns < NARROW ? 16 : 20;
}

/* What the other cells of a row leave. */
static size_t
result_width(const struct layout *l, const struct report *r)
{
    enum { BEFORE = 37, LINE = 6, ALONE = 10, LEAST = 10, MOST = 60 };
    size_t file = file_width(l, r), used = BEFORE + event_width(l) + 2 + (file == 0 ? ALONE : file + LINE);
    size_t rest = l->w->columns > used ? l->w->columns - used : 0;
    return rest < LEAST ? LEAST : rest > MOST ? MOST : rest;
}

static void
place(const struct layout *l, const struct report *r, const struct event *e)
{
    rt_str path = e->input < r->input_count ? r->inputs[e->input].path : RT_NONE;
    for (size_t i = path.n; i > 0; i--)
        if (path.p[i - 1] == '/') {
            path = rt_str_from(path, i);
            break;
        }
    size_t room = file_width(l, r);
    if (room == 0) {
        out_fmt(l->o, "line %llu", (unsigned long long)e->line);
        return;
    }
    if (path.n > room) {
        path = rt_str_from(path, path.n - (room - 1));
        out_raw(l->o, l->w->unicode ? "…" : "~");
    }
    out_tty(l->o, path);
    out_fmt(l->o, ":%llu", (unsigned long long)e->line);
}

static void
row(const struct layout *l, const struct report *r, const struct event *e, size_t n, rt_time before, rt_time first)
{
    char clock[RT_TIME_MAX] = "-", since[RT_TIME_MAX + 1] = "";
    struct rt_buf b;
    if (e->begin != RT_TIME_NONE)
        rt_time_clock(e->begin, clock);
    if (e->begin != RT_TIME_NONE && before != RT_TIME_NONE) {
        since[0] = '+';
        rt_dur_human(e->begin - before < 0 ? 0 : e->begin - before, since + 1);
    } else if (e->begin != RT_TIME_NONE && e->begin == first) {
        strcpy(since, "0");
    }
    out_fmt(l->o, "%3zu  %-12s  %-8s  %-4s  ", n, clock, since, e->source == SOURCE_HOOK ? "hook" : "call");
    struct rt_buf name;
    rt_buf_init(&name, 200);
    rt_buf_add(&name, rule_set_kind_name(r->rules, e->kind));
    if (e->repeated > 1)
        rt_buf_addf(&name, " x%u", e->repeated);
    else if (e->copies > 1)
        rt_buf_addf(&name, " (told %u times)", e->copies);
    cell(l, rt_buf_str(&name), event_width(l));
    out_raw(l->o, "  ");
    rt_buf_init(&b, 2000);
    event_result(e, &b);
    enum paint p = e->outcome == OUTCOME_FAIL ? PAINT_ERROR : e->outcome == OUTCOME_OK ? PAINT_NONE : PAINT_UNCHECKED;
    paint_on(l, p);
    cell(l, rt_buf_str(&b), result_width(l, r));
    paint_off(l, p);
    out_raw(l->o, "  ");
    place(l, r, e);
    out_char(l->o, '\n');
    rt_buf_fini(&b);
    rt_buf_fini(&name);
}

/* What a healthy life would show next, drawn as a hole. */
static void
hole(const struct layout *l, const char *lane, rt_str what, const char *why)
{
    out_fmt(l->o, "  %s  %-12s  %-8s  %-4s  ", l->w->unicode ? "◌" : "o", "-", "-", lane);
    out_fmt(l->o, "%-*.*s  %s\n", (int)event_width(l), RT_FMT(what), why);
}

static void
holes(const struct layout *l, const struct report *r, const struct session *s)
{
    const struct hook_type *expected = rule_set_expected(r->rules, KIND_START, s->mode);
    bool hooks_known = coverage_any(r->coverage, SOURCE_HOOK), started = s->sid.n > 0;
    if (!started && (s->kinds >> KIND_START & 1) != 0 && expected != NULL)
        hole(l, "hook", expected->name, "not expected: start failed");
    else if (!started && (s->kinds >> KIND_ACQUIRE & 1) != 0)
        hole(l, "call", rule_set_kind_name(r->rules, KIND_START), "never came");
    else if (hooks_known && expected != NULL && (s->kinds >> expected->kind & 1) == 0 && started)
        hole(l, "hook", expected->name, "missing");
    if (started && (s->kinds >> KIND_STOP & 1) == 0)
        hole(l, "call", rule_set_kind_name(r->rules, KIND_STOP), "not in the logs");
}

static void
table(const struct layout *l, const struct report *r, const struct session *s)
{
    rt_time before = RT_TIME_NONE;
    char gap[RT_TIME_MAX];
    out_fmt(l->o, "\n     %-12s  %-8s  %-4s  %-*s  %s\n", "time (UTC)", "+since", "who", (int)event_width(l), "event", "result");
    for (size_t i = 0; i < s->event_count; i++) {
        const struct event *e = s->events[i];
        if (before != RT_TIME_NONE && e->begin != RT_TIME_NONE && e->begin - before > IDLE_GAP_S * RT_SEC)
            out_fmt(l->o, "  %s  %-12s  +%-7s  nothing for this session\n", l->w->unicode ? "·" : ".", "",
                    rt_dur_human(e->begin - before, gap));
        row(l, r, e, i + 1, before, s->first);
        before = e->repeated > 1 ? e->last : e->begin;
    }
    if (s->dropped > 0)
        out_fmt(l->o, "     %llu more events of this session were only counted\n", (unsigned long long)s->dropped);
    holes(l, r, s);
}

static void
labelled(const struct layout *l, const char *label, rt_str text)
{
    out_fmt(l->o, "%-6s ", label);
    wrapped(l, text, 7, 7);
}

static void
finding(const struct layout *l, const struct report *r, const struct finding *f)
{
    out_char(l->o, '\n');
    paint_on(l, severity_paint(f->severity));
    out_fmt(l->o, "%s %.*s", severity_mark(l, f->severity), RT_FMT(f->id));
    paint_off(l, severity_paint(f->severity));
    out_fmt(l->o, "  (%s, %s)\n", severity_name(f->severity), confidence_name(f->confidence));
    labelled(l, "What", f->say);
    labelled(l, "Why", f->why);
    labelled(l, "Do", f->fix);
    struct rt_buf b;
    rt_buf_init(&b, 4000);
    for (size_t i = 0; i < f->evidence_count; i++)
        rt_buf_addf(&b, "%s%.*s:%llu", i > 0 ? ", " : "",
                    RT_FMT(f->evidence[i].input < r->input_count ? r->inputs[f->evidence[i].input].path : RT_NONE),
                    (unsigned long long)f->evidence[i].line);
    labelled(l, "Proof", rt_buf_str(&b));
    rt_buf_clear(&b);
    if (f->rule != NULL)
        rt_buf_addf(&b, "rule %.*s rev %u, pack %.*s", RT_FMT(f->rule->id), f->rule->rev, RT_FMT(r->rules->version));
    else if (f->entry != NULL)
        rt_buf_addf(&b, "table of codes: %.*s", RT_FMT(f->entry->source.n > 0 ? f->entry->source : RT_LIT("rules/codes.yaml")));
    else
        rt_buf_add(&b, RT_LIT("no table lists the number"));
    for (size_t i = 0; i < f->folded_count; i++)
        rt_buf_addf(&b, "%s%.*s", i == 0 ? "; explains " : ", ", RT_FMT(f->folded[i]));
    labelled(l, "Basis", rt_buf_str(&b));
    rt_buf_clear(&b);
    for (size_t i = 0; i < f->excluded_count; i++)
        rt_buf_addf(&b, "%s%.*s", i > 0 ? "; " : "", RT_FMT(f->excluded[i]));
    if (f->excluded_count > 0)
        labelled(l, "Not it", rt_buf_str(&b));
    if (f->within_skew)
        labelled(l, "Clocks", RT_LIT("not found when their difference is taken into account"));
    rt_buf_fini(&b);
}

/* What it came to, and the worst of why. */
static void
verdict(const struct layout *l, const struct session *s, const struct finding *worst)
{
    enum paint p = worst != NULL ? severity_paint(worst->severity) : PAINT_BOLD;
    paint_on(l, p);
    out_raw(l->o, session_phase_verdict(s->phase));
    if (worst != NULL)
        out_fmt(l->o, " - %.*s", RT_FMT(worst->id));
    paint_off(l, p);
    out_char(l->o, '\n');
}

/* The name of a session, as a word for a shell. */
void
session_word(struct out *o, const struct session *s)
{
    struct rt_buf b;
    rt_buf_init(&b, 1000);
    rt_buf_add_word(&b, s->cname.n > 0 && s->cname.n <= 40 ? s->cname : short_id(s->id));
    redact_write(o, rt_buf_str(&b), out_tty);
    rt_buf_fini(&b);
}

static void
next(const struct layout *l, const struct session *s, bool found)
{
    out_fmt(l->o, "\nNext     rectrace %s ", found ? "ticket" : "sessions");
    if (found) {
        session_word(l->o, s);
        out_char(l->o, ' ');
    }
    out_tty(l->o, rt_str_of(l->w->next != NULL ? l->w->next : "FILE..."));
    out_char(l->o, '\n');
}

int
text_session(const struct report *r, const struct session *s, const struct writer_options *w, struct out *o,
             struct rt_err *err)
{
    struct layout l = {o, w};
    const size_t *indexes = NULL;
    size_t n = report_session_findings(r, s, &indexes);
    (void)err;
    head(&l, s);
    verdict(&l, s, n > 0 ? r->findings[indexes[0]] : NULL);
    table(&l, r, s);
    if (n == 0) {
        out_char(o, '\n');
        painted(&l, PAINT_GOOD, "No misuse found in this session.");
        out_char(o, '\n');
    }
    for (size_t i = 0; i < n; i++)
        finding(&l, r, r->findings[indexes[i]]);
    for (size_t i = 0; i < r->unchecked_count; i++)
        if (rt_str_eq(r->unchecked[i].session, s->id)) {
            out_raw(o, "? ");
            struct rt_buf b;
            rt_buf_init(&b, 1000);
            rt_buf_addf(&b, "%.*s could not be checked: %.*s", RT_FMT(r->unchecked[i].rule->id), RT_FMT(r->unchecked[i].needs));
            wrapped(&l, rt_buf_str(&b), 2, 2);
            rt_buf_fini(&b);
        }
    next(&l, s, n > 0);
    return 0;
}
