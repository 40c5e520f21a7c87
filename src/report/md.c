/*
 * md.c - the report as Markdown.
 */
#include "config.h"

#include "report/redact.h"
#include "report/writer.h"

static void
finding(const struct report *r, const struct finding *f, struct out *o)
{
    char buf[RT_TIME_MAX];
    out_fmt(o, "\n### %s: %.*s\n\n", severity_name(f->severity), RT_FMT(f->id));
    redact_write(o, f->say, out_md);
    out_raw(o, "\n\n* **Why** ");
    redact_write(o, f->why, out_md);
    out_raw(o, "\n* **Do** ");
    redact_write(o, f->fix, out_md);
    out_raw(o, "\n* **Where** ");
    if (f->session.n > 0)
        redact_write(o, f->session, out_md_code);
    else
        redact_write(o, f->app_id.n > 0 ? f->app_id : RT_LIT("all inputs"), out_md_code);
    if (f->first != RT_TIME_NONE)
        out_fmt(o, ", first %s %s", rt_time_human(f->first, buf),
                report_is_zoned(r) ? "UTC" : "(no zone)");
    out_fmt(o, ", %u time%s, confidence %s\n", f->count, f->count == 1 ? "" : "s",
            confidence_name(f->confidence));
    out_raw(o, "* **Proof** ");
    for (size_t i = 0; i < f->evidence_count; i++) {
        out_raw(o, i > 0 ? ", " : "");
        if (f->evidence[i].input < r->input_count)
            redact_write(o, r->inputs[f->evidence[i].input].path, out_md_code);
        out_fmt(o, " line %llu", (unsigned long long)f->evidence[i].line);
    }
    out_char(o, '\n');
    for (size_t i = 0; i < f->folded_count; i++)
        out_fmt(o, "%s%.*s", i == 0 ? "* **Explains** " : ", ", RT_FMT(f->folded[i]));
    if (f->folded_count > 0)
        out_char(o, '\n');
    for (size_t i = 0; i < f->excluded_count; i++) {
        out_raw(o, i == 0 ? "* **Already excluded** " : "; ");
        out_md(o, f->excluded[i]);
    }
    if (f->excluded_count > 0)
        out_char(o, '\n');
}

static int
write_md(const struct report *r, const struct writer_options *w, struct out *o,
         struct rt_err *err)
{
    char buf[RT_TIME_MAX];
    (void)w, (void)err;
    out_raw(
        o,
        "# Recording diagnostics\n\n| input | format | lines | first | last |\n|---|---|---:|---|---|\n");
    for (size_t i = 0; i < r->input_count; i++) {
        const struct report_input *in = &r->inputs[i];
        out_raw(o, "| ");
        redact_write(o, in->path, out_md_code);
        out_fmt(o, " | %.*s | %llu | ", RT_FMT(in->format), (unsigned long long)in->lines);
        out_raw(o, in->first != RT_TIME_NONE ? rt_time_human(in->first, buf) : "-");
        out_raw(o, " | ");
        out_raw(o, in->last != RT_TIME_NONE ? rt_time_human(in->last, buf) : "-");
        out_raw(o, " |\n");
    }
    out_fmt(o, "\n%zu session%s, %zu finding%s (rectrace %s, rules %.*s). Times are %s.\n",
            r->session_count, rt_plural(r->session_count), r->finding_count,
            rt_plural(r->finding_count), r->version, RT_FMT(r->rules->version),
            report_is_zoned(r) ? "UTC" : "those of the logs, which tell no zone");
    out_raw(o, r->finding_count > 0 ? "\n## Findings\n" : "\nNo misuse was found.\n");
    for (size_t i = 0; i < r->finding_count; i++)
        finding(r, r->findings[i], o);
    if (r->unchecked_count > 0)
        out_raw(o, "\n## Could not check\n\n");
    for (size_t i = 0; i < r->unchecked_count; i++) {
        out_fmt(o, "* %.*s", RT_FMT(r->unchecked[i].rule->id));
        if (r->unchecked[i].session.n > 0) { /* of an app there is none */
            out_raw(o, " in ");
            redact_write(o, r->unchecked[i].session, out_md_code);
        }
        out_raw(o, ": ");
        out_md(o, r->unchecked[i].needs);
        out_char(o, '\n');
    }
    out_raw(
        o,
        "\n## Sessions\n\n| id | channel | uid | state | start | length |\n|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < r->session_count; i++) {
        const struct session *s = r->sessions[i];
        const rt_str cells[] = {s->id.n > 40 ? (rt_str){s->id.p, 40} : s->id, s->cname, s->uid};
        for (size_t c = 0; c < 3; c++) {
            out_raw(o, "| ");
            redact_write(o, cells[c].n > 0 ? cells[c] : RT_LIT("-"), out_md_code);
            out_char(o, ' ');
        }
        out_fmt(o, "| %s | ", session_phase_name(s->phase));
        out_raw(o, s->first != RT_TIME_NONE ? rt_time_human(s->first, buf) : "-");
        out_raw(o, " | ");
        out_raw(o, s->first != RT_TIME_NONE ? rt_dur_human(s->last - s->first, buf) : "-");
        out_raw(o, " |\n");
    }
    return 0;
}

extern const struct writer writer_md;
const struct writer writer_md = {
    .name = "md",
    .title = "Markdown",
    .media_type = "text/markdown; charset=utf-8",
    .passed_on = true,
    .write = write_md,
};
