/*
 * text_why.c - the steps of a rule, a row each, with the event that each of them found.
 */
#include "config.h"

#include "report/text_why.h"

#include "report/brief.h"
#include "report/layout.h"

static void
needs(const struct rule_step *s, struct rt_buf *b)
{
    static const char *const words[] = {"see", "no", "maybe"};
    char d[RT_TIME_MAX];
    rt_buf_addf(b, "%s %.*s", words[s->type], RT_FMT(s->text));
    if (s->lasts != RT_DUR_NONE)
        rt_buf_addf(b, " for %s", rt_dur_human(s->lasts, d));
    if (s->within != RT_DUR_NONE)
        rt_buf_addf(b, " within %s", rt_dur_human(s->within, d));
    if (s->after != RT_DUR_NONE)
        rt_buf_addf(b, " after %s", rt_dur_human(s->after, d));
    if (s->times > 1)
        rt_buf_addf(b, ", %u times", s->times);
}

static void
found(const struct why_step *s, struct rt_buf *b)
{
    char clock[RT_TIME_MAX];
    if (s->found != NULL && s->found->begin != RT_TIME_NONE)
        rt_buf_addf(b, "%s line %llu", rt_time_clock(s->found->begin, clock),
                    (unsigned long long)s->found->line);
    else if (s->found != NULL)
        rt_buf_addf(b, "line %llu", (unsigned long long)s->found->line);
}

/* Takes off as many words as fit; at least something. */
static rt_str
take_line(rt_str *text, size_t columns)
{
    rt_str line = out_tty_cut(*text, columns);
    if (line.n < text->n)
        for (size_t i = line.n; i > 0; i--)
            if (text->p[i] == ' ') {
                line.n = i;
                break;
            }
    *text = rt_str_trim(rt_str_from(*text, line.n));
    return line;
}

enum {
    NEEDS = 7,
    FOUND = 24
}; /* the column where the needs begin; columns of what was found */

static void
row(const struct layout *l, size_t number, const struct why_step *step, size_t width)
{
    static const char *const states[] = {"ok", "FAILED", "pending", "not reached"};
    struct rt_buf b, place;
    rt_buf_init(&b, 1000);
    rt_buf_init(&place, 200);
    needs(step->step, &b);
    found(step, &place);
    rt_str rest = rt_buf_str(&b);
    out_fmt(l->o, " %-4zu  ", number);
    layout_cell(l, take_line(&rest, width), width);
    out_raw(l->o, "  ");
    layout_cell(l, rt_buf_str(&place), FOUND);
    out_fmt(l->o, "  %s\n", states[step->state]);
    while (rest.n > 0) {
        out_pad(l->o, ' ', NEEDS);
        out_tty(l->o, take_line(&rest, width));
        out_char(l->o, '\n');
    }
    if (step->note.n > 0) {
        out_pad(l->o, ' ', NEEDS);
        out_raw(l->o, l->w->unicode ? "└ " : "- ");
        layout_wrapped(l, step->note, NEEDS + 2, NEEDS + 2);
    }
    rt_buf_fini(&b);
    rt_buf_fini(&place);
}

void
text_why(const struct session *s, const struct rule *rule, const struct why *why,
         const struct writer_options *w, struct out *o)
{
    static const char *const verdicts[] = {"is clear for", "fired for", "is pending for",
                                           "has no data for"};
    const struct layout l = {o, w};
    size_t width = w->columns > 100 ? 44 : 34;
    out_fmt(o, " step  %-*s  %-*s  verdict\n", (int)width, "needs", FOUND, "found");
    for (size_t i = 0; i < why->count; i++)
        row(&l, i + 1, &why->steps[i], width);
    out_fmt(o, "%.*s %s ", RT_FMT(rule->id), verdicts[why->verdict]);
    out_tty(o, s->cname.n > 0 ? s->cname : s->id);
    out_raw(o, ".\n\nNext     rectrace session ");
    brief_name(o, s);
    out_char(o, ' ');
    out_tty(o, rt_str_of(w->next != NULL ? w->next : "FILE..."));
    out_char(o, '\n');
}
