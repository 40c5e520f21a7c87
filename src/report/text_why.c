#include "config.h"

#include "report/text_why.h"

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

int
text_why(const struct report *r, const struct session *s, const struct rule *rule, const struct why *why,
         const struct writer_options *w, struct out *o, struct rt_err *err)
{
    static const char *const states[] = {"ok", "FAILED", "pending", "not reached"};
    static const char *const verdicts[] = {"is clear for", "fired for", "is pending for", "has no data for"};
    struct layout l = {o, w};
    (void)err, (void)r;
    size_t left = w->columns > 100 ? 44 : 34;
    out_fmt(o, " step  %-*s  %-24s  verdict\n", (int)left, "needs", "found");
    for (size_t i = 0; i < why->count; i++) {
        const struct why_step *step = &why->steps[i];
        struct rt_buf b, found;
        char clock[RT_TIME_MAX];
        rt_buf_init(&b, 1000);
        rt_buf_init(&found, 200);
        needs(step->step, &b);
        if (step->found != NULL && step->found->begin != RT_TIME_NONE)
            rt_buf_addf(&found, "%s line %llu", rt_time_clock(step->found->begin, clock), (unsigned long long)step->found->line);
        else if (step->found != NULL)
            rt_buf_addf(&found, "line %llu", (unsigned long long)step->found->line);
        out_fmt(o, " %-4zu  ", i + 1);
        cell(&l, rt_buf_str(&b), left);
        out_raw(o, "  ");
        cell(&l, rt_buf_str(&found), 24);
        out_fmt(o, "  %s", states[step->state]);
        if (step->note.n > 0) {
            out_raw(o, ": ");
            out_tty(o, step->note);
        }
        out_char(o, '\n');
        rt_buf_fini(&b);
        rt_buf_fini(&found);
    }
    out_fmt(o, "%.*s %s ", RT_FMT(rule->id), verdicts[why->verdict]);
    out_tty(o, s->cname.n > 0 ? s->cname : s->id);
    out_raw(o, ".\n\nNext     rectrace session ");
    session_word(o, s);
    out_char(o, ' ');
    out_tty(o, rt_str_of(w->next != NULL ? w->next : "FILE..."));
    out_char(o, '\n');
    return 0;
}
