/*
 * text.c - the report for a terminal: verdict first, evidence one step away.
 */
#include "config.h"

#include <stdio.h>

#include "report/brief.h"
#include "report/text_parts.h"

static void
show_phases(const struct layout *l, const struct report *r)
{
    char p50[RT_TIME_MAX], p95[RT_TIME_MAX], max[RT_TIME_MAX];
    for (size_t i = 0; i < r->phase_count; i++) {
        const struct report_phase *p = &r->phases[i];
        out_raw(l->o, i == 0 ? "\nPhases   " : "         ");
        out_fmt(l->o, "%-16s p50 %-6s p95 %-6s max %-6s of %u\n", p->name,
                rt_dur_human(p->p50, p50), rt_dur_human(p->p95, p95), rt_dur_human(p->max, max),
                p->count);
    }
}

static void
show_nothing(const struct layout *l, const struct report *r)
{
    char a[32];
    size_t rules = 0, blind = 0;
    const struct rule *one;
    uint64_t lines = 0;
    bool whole = true;
    for (size_t i = 0; i < r->input_count; i++) {
        lines += r->inputs[i].lines;
        whole &= r->inputs[i].complete;
    }
    RT_EACH (one, &r->rules->rules)
        rules += one->variant == 0 && !one->off;
    for (size_t i = 0; i < r->unchecked_count; i++)
        blind += i == 0 || r->unchecked[i].rule != r->unchecked[i - 1].rule;
    if (r->session_count > 0) {
        char text[240];
        char undecided[60] = "";
        if (blind > 0)
            snprintf(undecided, sizeof(undecided), ", %zu could not be decided", blind);
        snprintf(text, sizeof(text), "No misuse found in %s session%s (%zu rules checked%s).",
                 rt_grouped(r->session_count, a), rt_plural(r->session_count), rules,
                 undecided);
        layout_paint_on(l, PAINT_GOOD);
        layout_wrapped(l, rt_str_of(text), 0, 0);
        layout_paint_off(l, PAINT_GOOD);
        return;
    }
    if (lines == 0) {
        out_raw(l->o, whole ? "Nothing to read: the input is empty.\n"
                            : "No line of it could be read.\n");
        return;
    }
    char text[400];
    for (size_t i = 0; l->w->narrowed != NULL && i < r->input_count; i++)
        if (r->inputs[i].counts[0] > 0) {
            snprintf(
                text, sizeof(text),
                "There are recording calls in it, but %.200s leaves none of their sessions.",
                l->w->narrowed);
            layout_wrapped(l, rt_str_of(text), 0, 0);
            return;
        }
    snprintf(
        text, sizeof(text),
        "%s line%s read, none is a Cloud Recording call. Looked for %s/cloud_recording/(acquire|start|query|update|"
        "updateLayout|stop) in text and JSON. Best guess for the first file: %.*s.",
        rt_grouped(lines, a), rt_plural(lines), l->w->unicode ? "…" : "...",
        RT_FMT(r->input_count > 0 ? r->inputs[0].format : RT_LIT("nothing")));
    layout_wrapped(l, rt_str_of(text), 0, 0);
}

static void
show_next(const struct layout *l, const struct report *r)
{
    const char *file = l->w->next != NULL ? l->w->next : "FILE";
    out_raw(l->o, "\nNext     ");
    for (size_t i = 0; i < r->finding_count; i++) {
        const struct session *s = report_session(r, r->findings[i]->session);
        if (s == NULL)
            continue;
        out_raw(l->o, "rectrace session ");
        brief_name(l->o, s);
        out_char(l->o, ' ');
        out_tty(l->o, rt_str_of(file));
        out_raw(l->o, "\n         ");
        break;
    }
    if (r->finding_count > 0 && r->findings[0]->code_count > 0)
        out_fmt(l->o, "rectrace explain %d\n", r->findings[0]->codes[0]);
    else if (r->session_count > 0 || l->w->narrowed != NULL) {
        out_raw(l->o, "rectrace sessions ");
        out_tty(l->o, rt_str_of(file));
        out_char(l->o, '\n');
    } else {
        out_raw(l->o, "rectrace formats test ");
        out_tty(l->o, rt_str_of(file));
        out_char(l->o, '\n');
    }
    if (r->accepted > 0)
        out_fmt(l->o, "         (%u accepted finding%s hidden, --all shows)\n", r->accepted,
                rt_plural(r->accepted));
}

static int
write_text(const struct report *r, const struct writer_options *w, struct out *o,
           struct rt_err *err)
{
    struct layout l = {o, w};
    text_head(&l, r);
    out_char(o, '\n');
    if (r->finding_count == 0)
        show_nothing(&l, r);
    else if (text_findings(&l, r, err) < 0)
        return -1;
    text_unchecked(&l, r);
    show_phases(&l, r);
    show_next(&l, r);
    return 0;
}

extern const struct writer writer_text;
const struct writer writer_text = {
    .name = "text",
    .title = "for a terminal",
    .media_type = "text/plain; charset=utf-8",
    .write = write_text,
};
