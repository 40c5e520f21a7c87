/*
 * text_session.c - one session: what it came to, its course, its timeline, its findings.
 */
#include "config.h"

#include <string.h>

#include "report/brief.h"
#include "report/layout.h"
#include "report/redact.h"
#include "report/text_parts.h"

static void
head(const struct layout *l, const struct report *r, const struct session *s)
{
    char a[RT_TIME_MAX] = "-", b[RT_TIME_MAX] = "";
    rt_str name = s->cname.n > 0 ? s->cname : s->id;
    size_t used = out_tty_width(name);
    layout_paint_on(l, PAINT_BOLD);
    redact_write(l->o, name, out_tty);
    layout_paint_off(l, PAINT_BOLD);
    const struct {
        const char *name;
        rt_str text;
    } rows[] = {{"uid", s->uid},
                {"mode", s->mode},
                {"app", layout_short_id(s->app_id)},
                {"resource", layout_short_id(s->rid)},
                {"sid", layout_short_id(s->sid)}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        rt_str text = rows[i].text.n > 0 ? rows[i].text : RT_LIT("(none)");
        size_t width = strlen("   ") + strlen(rows[i].name) + out_tty_width(text);
        if (used + width > l->w->columns) {
            out_raw(l->o, "\n");
            used = 0;
        }
        used += width;
        out_fmt(l->o, used == width ? "%s " : "  %s ", rows[i].name);
        redact_write(l->o, text, out_tty);
    }
    if (s->inferred)
        out_raw(l->o, " ~");
    out_char(l->o, '\n');
    if (s->first != RT_TIME_NONE)
        out_fmt(l->o, "%s .. %.8s %s", rt_time_human(s->first, a), rt_time_clock(s->last, b),
                report_is_zoned(r) ? "UTC" : "(no zone)");
    out_fmt(l->o, "%sstate: %s\n", s->first != RT_TIME_NONE ? "   " : "",
            session_phase_name(s->phase));
}

static void
labelled(const struct layout *l, const char *label, rt_str text)
{
    out_fmt(l->o, "%-6s ", label);
    layout_wrapped(l, text, 7, 7);
}

static void
finding(const struct layout *l, const struct report *r, const struct finding *f)
{
    out_char(l->o, '\n');
    layout_paint_on(l, severity_paint(f->severity));
    out_fmt(l->o, "%s %.*s", severity_mark(l, f->severity), RT_FMT(f->id));
    layout_paint_off(l, severity_paint(f->severity));
    out_fmt(l->o, "  (%s, %s)\n", severity_name(f->severity), confidence_name(f->confidence));
    labelled(l, "What", f->say);
    labelled(l, "Why", f->why);
    labelled(l, "Do", f->fix);
    struct rt_buf b;
    rt_buf_init(&b, 4000);
    for (size_t i = 0; i < f->evidence_count; i++)
        rt_buf_addf(&b, "%s%.*s:%llu", i > 0 ? ", " : "",
                    RT_FMT(f->evidence[i].input < r->input_count
                               ? r->inputs[f->evidence[i].input].path
                               : RT_NONE),
                    (unsigned long long)f->evidence[i].line);
    labelled(l, "Proof", rt_buf_str(&b));
    rt_buf_clear(&b);
    if (f->rule != NULL)
        rt_buf_addf(&b, "rule %.*s rev %u, pack %.*s", RT_FMT(f->rule->id), f->rule->rev,
                    RT_FMT(r->rules->version));
    else if (f->entry != NULL)
        rt_buf_addf(
            &b, "table of codes: %.*s",
            RT_FMT(f->entry->source.n > 0 ? f->entry->source : RT_LIT("rules/codes.yaml")));
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
    layout_paint_on(l, p);
    out_raw(l->o, session_phase_verdict(s->phase));
    if (worst != NULL)
        out_fmt(l->o, " - %.*s", RT_FMT(worst->id));
    layout_paint_off(l, p);
    out_char(l->o, '\n');
}

static void
next(const struct layout *l, const struct session *s, bool found)
{
    out_fmt(l->o, "\nNext     rectrace %s ", found ? "ticket" : "sessions");
    if (found) {
        brief_name(l->o, s);
        out_char(l->o, ' ');
    }
    out_tty(l->o, rt_str_of(l->w->next != NULL ? l->w->next : "FILE..."));
    out_char(l->o, '\n');
}

int
text_session(const struct report *r, const struct session *s, const struct writer_options *w,
             struct out *o, struct rt_err *err)
{
    struct layout l = {o, w};
    const size_t *indexes = NULL;
    size_t n = report_session_findings(r, s, &indexes);
    struct phase_signs signs;
    struct course c;
    if (phase_signs_init(&signs, r->rules) < 0) {
        phase_signs_fini(&signs);
        return rt_fail_mem(err);
    }
    course_of(r, &signs, s, &c);
    phase_signs_fini(&signs);
    head(&l, r, s);
    verdict(&l, s, n > 0 ? r->findings[indexes[0]] : NULL);
    text_bar(&l, s, &c);
    text_timeline(&l, r, s, &c);
    if (n == 0) {
        out_char(o, '\n');
        layout_painted(&l, PAINT_GOOD, "No misuse found in this session.");
        out_char(o, '\n');
    }
    for (size_t i = 0; i < n; i++)
        finding(&l, r, r->findings[indexes[i]]);
    for (size_t i = 0; i < r->unchecked_count; i++)
        if (rt_str_eq(r->unchecked[i].session, s->id)) {
            out_raw(o, "? ");
            struct rt_buf b;
            rt_buf_init(&b, 1000);
            rt_buf_addf(&b, "%.*s could not be checked: %.*s", RT_FMT(r->unchecked[i].rule->id),
                        RT_FMT(r->unchecked[i].needs));
            layout_wrapped(&l, rt_buf_str(&b), 2, 2);
            rt_buf_fini(&b);
        }
    next(&l, s, n > 0);
    return 0;
}
