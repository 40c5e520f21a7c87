/*
 * html_sessions.c - the table of sessions as any browser shows it, each with what happened behind it; and the
 * controls that the script brings to life.
 */
#include "config.h"

#include <stdio.h>

#include "report/brief.h"
#include "report/html_parts.h"
#include "report/layout.h"

enum { ROWS_STILL = 300, EVENTS_STILL = 40, RESULT_MOST = 120, COLUMNS_STILL = 7 };

/* ---- what happened in one ---- */

static void
told_finding(const struct report *r, const struct finding *f, struct out *o)
{
    out_fmt(o, "<p><b class=\"%s\">", severity_name(f->severity));
    html_text(o, f->id);
    out_raw(o, "</b> ");
    html_text(o, f->say);
    out_raw(o, " <i>");
    html_text(o, f->fix);
    out_raw(o, "</i>");
    for (size_t i = 0; i < f->evidence_count; i++)
        if (f->evidence[i].input < r->input_count) {
            out_raw(o, i == 0 ? " <span class=\"id\">" : ", ");
            html_text(o, r->inputs[f->evidence[i].input].path);
            out_fmt(o, ":%llu", (unsigned long long)f->evidence[i].line);
        }
    out_raw(o, f->evidence_count > 0 ? "</span></p>\n" : "</p>\n");
}

static void
told_event(const struct report *r, const struct event *e, struct out *o)
{
    char clock[RT_TIME_MAX] = "-";
    struct rt_buf b;
    if (e->begin != RT_TIME_NONE)
        rt_time_clock(e->begin, clock);
    rt_buf_init(&b, 4000);
    brief_result(e, &b);
    out_fmt(o, "%-12s  %s  ", clock, e->source == SOURCE_HOOK ? "hook" : "call");
    html_text(o, rule_set_kind_name(r->rules, e->kind));
    if (e->repeated > 1)
        out_fmt(o, " x%u", e->repeated);
    out_raw(o, "  ");
    html_text(o, (rt_str){b.p, b.n < RESULT_MOST ? b.n : RESULT_MOST});
    out_char(o, '\n');
    rt_buf_fini(&b);
}

static void
told_session(const struct report *r, const struct phase_signs *signs, const struct session *s,
             const size_t *of, size_t n, struct out *o)
{
    struct course c;
    course_of(r, signs, s, &c);
    for (size_t i = 0; i < n; i++)
        told_finding(r, r->findings[of[i]], o);
    out_raw(o, "<pre>");
    for (size_t i = 0; i < s->event_count && i < EVENTS_STILL; i++)
        told_event(r, s->events[i], o);
    if (s->event_count > EVENTS_STILL)
        out_fmt(o, "… %zu more events\n", s->event_count - EVENTS_STILL);
    for (size_t i = 0; i < c.step_count; i++)
        if (c.steps[i].state == COURSE_MISSING || c.steps[i].state == COURSE_MOOT) {
            out_fmt(o, "◌             %s  ", c.steps[i].hook ? "hook" : "call");
            html_text(o, c.steps[i].name);
            out_fmt(o, "  %s\n", c.steps[i].why);
        }
    out_raw(o, "</pre>");
}

/* ---- the table ---- */

static void
row(const struct report *r, const struct phase_signs *signs, const struct session *s,
    const struct html_frame *f, struct out *o)
{
    const size_t *of = NULL;
    size_t n = report_session_findings(r, s, &of);
    char length[RT_TIME_MAX] = "-";
    const rt_str cells[] = {s->cname.n > 0 ? s->cname : s->id, s->uid, s->mode,
                            rt_str_of(session_phase_name(s->phase))};
    out_raw(o, "<tr>");
    for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
        out_raw(o, "<td>");
        html_text(o, cells[i].n > 0 ? cells[i] : RT_LIT("-"));
        out_raw(o, "</td>");
    }
    out_raw(o, "<td>");
    for (size_t i = 0; i < n; i++) {
        out_raw(o, i > 0 ? ", " : "");
        html_text(o, r->findings[of[i]]->id);
    }
    if (s->first != RT_TIME_NONE)
        rt_dur_human(s->last - s->first, length);
    out_fmt(o, "</td><td class=\"time\">%s</td><td class=\"time\">", length);
    html_when(f, s->first, o);
    out_fmt(
        o,
        "</td></tr>\n<tr class=\"told\"><td colspan=\"%d\"><details><summary>%zu event%s</summary>",
        COLUMNS_STILL, s->event_count, rt_plural(s->event_count));
    told_session(r, signs, s, of, n, o);
    out_raw(o, "</details></td></tr>\n");
}

static void
tools(struct out *o)
{
    static const char *const levels[][2] = {
        {"critical", "✖"}, {"error", "✖"}, {"warning", "▲"}, {"info", "●"}, {"clean", "✓"}};
    out_raw(
        o,
        "<div class=\"tools only-js\"><input type=\"search\" id=\"search\" "
        "placeholder=\"channel, uid, sid, code, finding  ( / )\" aria-label=\"search sessions\">"
        "<span class=\"levels\" role=\"group\" aria-label=\"severity\">");
    for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
        out_fmt(
            o, "<button class=\"%s\" data-severity=\"%s\" aria-pressed=\"true\">%s %s</button>",
            levels[i][0], levels[i][0], levels[i][1], levels[i][0]);
    out_raw(
        o,
        "</span><select id=\"rule\" aria-label=\"finding\"><option value=\"\">all findings</option></select>"
        "<select id=\"state\" aria-label=\"state\"><option value=\"\">all states</option></select>"
        "<button id=\"reset\" class=\"link\" hidden>clear filters</button>"
        "<span id=\"count\" aria-live=\"polite\"></span></div>\n"
        "<div class=\"range only-js\" id=\"range\"><span class=\"quiet\">starts</span><svg id=\"starts\" role=\"img\" "
        "aria-label=\"sessions by their start; drag to choose a time\"></svg>"
        "<label><span class=\"quiet\">from</span> <input id=\"from\" size=\"19\" spellcheck=\"false\" placeholder=\"first\"></label>"
        "<label><span class=\"quiet\">to</span> <input id=\"to\" size=\"19\" spellcheck=\"false\" placeholder=\"last\"></label></div>\n");
}

static void
legend(struct out *o)
{
    static const char *const parts[][2] = {{"provision", "until start was answered"},
                                           {"joining", "until it shows that it records"},
                                           {"recording", "until stop, or until it left"},
                                           {"draining", "until the last event"}};
    out_raw(o, "<ul class=\"legend only-js\" aria-label=\"parts of the bars\">");
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        out_fmt(
            o,
            "<li title=\"%s\"><svg viewBox=\"0 0 22 10\" aria-hidden=\"true\"><rect y=\"1\" width=\"22\" height=\"8\" class=\"%s\"/></svg>%s</li>",
            parts[i][1], parts[i][0], parts[i][0]);
    out_raw(
        o,
        "<li title=\"no start succeeded, or the recorder never ran\"><svg viewBox=\"0 0 22 10\" aria-hidden=\"true\"><path class=\"cross\" "
        "d=\"M7 1l8 8m0-8l-8 8\"/></svg>not recorded</li><li class=\"keys\"><kbd>j</kbd> <kbd>k</kbd> move, <kbd>Enter</kbd> opens, "
        "<kbd>/</kbd> searches, <kbd>Esc</kbd> closes</li></ul>\n");
}

void
html_sessions(const struct report *r, const struct phase_signs *signs,
              const struct html_frame *f, struct out *o)
{
    out_raw(o, "<section class=\"sessions\"><h2>Sessions</h2>\n");
    tools(o);
    out_fmt(
        o,
        "<div class=\"grid\" id=\"grid\" tabindex=\"0\"><table><caption "
        "class=\"quiet\">by their start</caption><thead><tr><th scope=\"col\">channel</th>"
        "<th scope=\"col\">uid</th><th scope=\"col\">mode</th><th scope=\"col\">state</th><th scope=\"col\">findings</th>"
        "<th scope=\"col\">length</th><th scope=\"col\">start (%s)</th></tr></thead><tbody>\n",
        report_zone(r));
    for (size_t i = 0; i < r->session_count && i < ROWS_STILL; i++)
        row(r, signs, r->sessions[i], f, o);
    out_raw(o, "</tbody></table></div>\n");
    legend(o);
    if (r->session_count > ROWS_STILL)
        out_fmt(o,
                "<noscript><p class=\"quiet\">%zu more sessions are in the data of this page; "
                "they are shown with JavaScript.</p></noscript>\n",
                r->session_count - ROWS_STILL);
    out_raw(o, "</section>\n");
}
