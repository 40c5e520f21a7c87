/*
 * text_sessions.c - the table of sessions.
 */
#include "config.h"

#include <stdio.h>

#include "report/layout.h"
#include "report/redact.h"

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
text_sessions(const struct report *r, const struct writer_options *w, struct out *o,
              struct rt_err *err)
{
    struct layout l = {o, w};
    (void)err;
    struct widths c = widths_of(w->columns);
    out_fmt(o, "  #  %-*s %-*s %-*s %-16s %-8s %-*s %-*s %s\n", c.channel, "channel", c.uid,
            "uid", c.mode, "mode", "state", "start", c.length, "length", c.findings + 1,
            c.findings < 7 ? "found" : "findings", "sid");
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
        layout_cell(&l, s->cname.n > 0 ? s->cname : s->id, (size_t)c.channel);
        out_char(o, ' ');
        layout_cell(&l, s->uid.n > 0 ? s->uid : RT_LIT("-"), (size_t)c.uid);
        out_char(o, ' ');
        layout_cell(&l, s->mode.n > 0 ? s->mode : RT_LIT("-"), (size_t)c.mode);
        out_fmt(o, " %-16s %-8.8s %-*s ", session_phase_name(s->phase), a, c.length, b);
        layout_paint_on(&l, severity_paint(most));
        layout_cell(&l, rt_str_of(mark), (size_t)c.findings);
        layout_paint_off(&l, severity_paint(most));
        out_raw(o, "  ");
        redact_write(o, s->sid.n > 0 ? layout_short_id(s->sid) : RT_LIT("-"), out_tty);
        if (s->inferred)
            out_char(o, '~');
        out_char(o, '\n');
    }
    if (r->session_count == 0) {
        out_raw(o, "No session was found.\n");
        if (w->narrowed != NULL) {
            out_tty(o, rt_str_of(w->narrowed));
            out_raw(o, " may have left them out.\n");
        }
    } else {
        out_raw(o, "\nNext     rectrace session '#1' ");
        out_tty(o, rt_str_of(w->next != NULL ? w->next : "FILE..."));
        out_char(o, '\n');
    }
    return 0;
}
