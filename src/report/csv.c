/*
 * csv.c - a row a finding, and one for each session without any: for spreadsheets.
 *
 * RFC 4180 with LF. A cell that a spreadsheet would take for a formula begins with an apostrophe:
 * channel names come from outside.
 */
#include "config.h"

#include <string.h>

#include "report/redact.h"
#include "report/writer.h"

/* Between quotes; control bytes as out_tty() shows them. */
static void
quoted(struct out *o, rt_str s)
{
    out_char(o, '"');
    if (s.n > 0 && strchr("=+-@\t\r", s.p[0]) != NULL)
        out_char(o, '\'');
    while (s.n > 0) {
        size_t n = rt_str_find(s, RT_LIT("\""));
        n = n == SIZE_MAX ? s.n : n;
        out_tty(o, (rt_str){s.p, n});
        if (n < s.n)
            out_raw(o, "\"\"");
        s = rt_str_from(s, n < s.n ? n + 1 : n);
    }
    out_char(o, '"');
}

static void
layout_cell(struct out *o, rt_str s)
{
    out_char(o, ',');
    if (s.n > 0)
        redact_write(o, s, quoted);
}

static void
time_cell(struct out *o, rt_time t)
{
    char buf[RT_TIME_MAX];
    out_char(o, ',');
    if (t != RT_TIME_NONE)
        out_raw(o, rt_time_rfc3339(t, buf));
}

static void
finding_cells(struct out *o, const struct report *r, const struct finding *f)
{
    const struct finding_evidence *e = f->evidence_count > 0 ? &f->evidence[0] : NULL;
    out_raw(o, severity_name(f->severity));
    layout_cell(o, f->id);
    out_fmt(o, ",%s,%u,", confidence_name(f->confidence), f->count);
    for (size_t i = 0; i < f->code_count; i++)
        out_fmt(o, "%s%d", i > 0 ? " " : "", f->codes[i]);
    time_cell(o, f->first);
    time_cell(o, f->last);
    layout_cell(o, f->say);
    layout_cell(o, f->fix);
    layout_cell(o, e != NULL && e->input < r->input_count ? r->inputs[e->input].path : RT_NONE);
    out_char(o, ',');
    if (e != NULL)
        out_fmt(o, "%llu", (unsigned long long)e->line);
}

/* `f` and `s`: either may be NULL, not both. */
static void
row(struct out *o, const struct report *r, const struct finding *f, const struct session *s)
{
    if (f != NULL)
        finding_cells(o, r, f);
    else
        out_raw(o, ",,,,,,,,,,");
    layout_cell(o, f != NULL && f->app_id.n > 0 ? f->app_id : s != NULL ? s->app_id : RT_NONE);
    layout_cell(o, s != NULL ? s->cname : RT_NONE);
    layout_cell(o, s != NULL ? s->uid : RT_NONE);
    layout_cell(o, s != NULL ? s->rid : RT_NONE);
    layout_cell(o, s != NULL ? s->sid : RT_NONE);
    layout_cell(o, s != NULL ? s->mode : RT_NONE);
    out_fmt(o, ",%s", s != NULL ? session_phase_name(s->phase) : "");
    time_cell(o, s != NULL ? s->first : RT_TIME_NONE);
    time_cell(o, s != NULL ? s->last : RT_TIME_NONE);
    out_char(o, '\n');
}

static int
write_csv(const struct report *r, const struct writer_options *w, struct out *o,
          struct rt_err *err)
{
    const size_t *of = NULL;
    (void)w, (void)err;
    out_raw(
        o,
        "severity,finding,confidence,count,codes,first_time,last_time,say,fix,file,line,"
        "app_id,channel,uid,resource_id,sid,mode,state,session_first_time,session_last_time\n");
    for (size_t i = 0; i < r->finding_count; i++)
        row(o, r, r->findings[i], report_session(r, r->findings[i]->session));
    for (size_t i = 0; i < r->session_count; i++)
        if (report_session_findings(r, r->sessions[i], &of) == 0)
            row(o, r, NULL, r->sessions[i]);
    return 0;
}

extern const struct writer writer_csv;
const struct writer writer_csv = {
    .name = "csv",
    .title = "a row a finding, for spreadsheets",
    .media_type = "text/csv; charset=utf-8",
    .passed_on = true,
    .write = write_csv,
};
