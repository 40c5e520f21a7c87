/*
 * html_live.c - what stands on the page of a receiver beside the report; its script goes on from there.
 */
#include "config.h"

#include "report/html_parts.h"
#include "report/page.h"
#include "report/redact.h"

void
html_live_banners(const struct page_live_facts *live, struct out *o)
{
    out_raw(o, "<div id=\"banners\" role=\"status\">");
    if (live->trouble != NULL)
        out_fmt(o, "<p class=\"banner bad\">%s</p>", live->trouble);
    out_raw(o, "</div>\n");
}

/* What a session waits for, for a reader without scripts. */
static void
awaited(const struct report *r, const struct session *s, struct out *o)
{
    char due[RT_TIME_MAX];
    for (size_t i = 0; i < r->unchecked_count; i++) {
        const struct unchecked *u = &r->unchecked[i];
        if (u->due == RT_TIME_NONE || !rt_str_eq(u->session, s->id))
            continue;
        out_raw(o, "<br><span class=\"quiet\">");
        out_html(o, u->rule->id);
        out_fmt(o, ": decided at %s UTC</span>", rt_time_clock(u->due, due));
    }
}

static bool
goes_on(const struct session *s)
{
    return !s->ended && s->phase != PHASE_DONE && session_phase_stage(s->phase) != STAGE_LOST;
}

void
html_live_parts(const struct report *r, const struct page_live_facts *live, struct out *o)
{
    enum { SHOWN = 40 };
    char last[RT_TIME_MAX];
    size_t n = 0;
    out_raw(
        o,
        "<div class=\"three\"><section><h2>Active recordings <span class=\"quiet\" id=\"active-count\"></span></h2><ul id=\"active\">");
    for (size_t i = r->session_count; i-- > 0 && n < SHOWN;) {
        const struct session *s = r->sessions[i];
        if (!goes_on(s))
            continue;
        n++;
        out_raw(o, "<li><strong>");
        redact_write(o, s->cname.n > 0 ? s->cname : s->id, out_html);
        out_fmt(o, "</strong> %s <span class=\"time quiet\">%s</span>",
                session_phase_name(s->phase),
                s->last == RT_TIME_NONE ? "" : rt_time_clock(s->last, last));
        awaited(r, s, o);
        out_raw(o, "</li>");
    }
    out_raw(o, n > 0 ? "</ul></section>"
                     : "<li class=\"quiet\">None is running.</li></ul></section>");
    out_raw(
        o,
        "<section><h2>Deliveries <span class=\"tool\"><button type=\"button\" id=\"pause\" aria-pressed=\"false\">pause</button>"
        "<select id=\"delivery-kind\" aria-label=\"kind of delivery\"><option value=\"\">all</option><option "
        "value=\"accepted\">accepted</option><option value=\"copies\">duplicates</option><option "
        "value=\"refused\">refused</option></select></span></h2><ul id=\"deliveries\">");
    if (live->deliveries != NULL)
        live->deliveries(live->arg, o);
    out_raw(
        o,
        "</ul></section><section><h2>Findings that changed</h2><ul id=\"changes\"><li class=\"quiet empty\">None since this page "
        "was opened; what there is stands below.</li></ul></section></div>\n");
}
