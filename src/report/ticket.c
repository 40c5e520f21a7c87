/*
 * ticket.c - identity, what failed, what happened and why, what is excluded, timeline, lines, what is missing.
 *
 * What a reader needs comes whole; the timeline and the lines share what --max leaves, and say how much
 * they left out. The finished text is searched for secrets before anything is written.
 */
#include "config.h"

#include "report/ticket.h"

#include <stdio.h>

#include "base/alloc.h"
#include "extract/route.h"
#include "report/brief.h"
#include "report/layout.h"
#include "report/redact.h"
#include "report/ticket_style.h"

enum { FINDINGS_MOST = 6, LEFT_OUT = 80 };

struct ticket {
    const struct report *r;
    const struct session *s;
    const struct ticket_options *how;
    const struct ticket_style *style;
    struct out *o;
    const size_t *findings; /* indexes; the most severe first */
    size_t finding_count;
};

static const struct finding *
finding_of(const struct ticket *t, size_t i)
{
    return t->r->findings[t->findings[i]];
}

/* ---- pieces ---- */

static void
text(const struct ticket *t, rt_str s)
{
    redact_write(t->o, s, t->style->text);
}

static void
row_begin(const struct ticket *t, const char *name)
{
    out_raw(t->o, t->style->row);
    out_raw(t->o, name);
    out_raw(t->o, t->style->cell);
}

static void
row(const struct ticket *t, const char *name, rt_str value)
{
    row_begin(t, name);
    text(t, value);
    out_raw(t->o, t->style->row_end);
}

static void
id(const struct ticket *t, rt_str s)
{
    if (s.n > 0)
        redact_write(t->o, s, t->style->id);
    else
        out_raw(t->o, "none");
}

static void
id_row(const struct ticket *t, const char *name, rt_str value)
{
    row_begin(t, name);
    id(t, value);
    out_raw(t->o, t->style->row_end);
}

static void
strong(const struct ticket *t, const char *words)
{
    out_raw(t->o, t->style->strong);
    out_raw(t->o, words);
    out_raw(t->o, t->style->strong_end);
}

/* A line as it stands, which cannot end the code around it. */
static void
code_line(const struct ticket *t, rt_str line)
{
    rt_str never = rt_str_of(t->style->never);
    out_raw(t->o, t->style->indent);
    for (size_t at; never.n > 0 && (at = rt_str_find(line, never)) != SIZE_MAX;
         line = rt_str_from(line, at + 1)) {
        out_tty(t->o, (rt_str){line.p, at + 1});
        out_char(t->o, ' ');
    }
    out_tty(t->o, line);
    out_char(t->o, '\n');
}

/* ---- parts ---- */

static void
window_row(const struct ticket *t)
{
    const struct session *s = t->s;
    char from[RT_TIME_MAX], to[RT_TIME_MAX], length[RT_TIME_MAX],
        text[200] = "the logs tell no time";
    if (s->first != RT_TIME_NONE) {
        bool day = s->first / RT_DAY == s->last / RT_DAY;
        rt_time_human(s->last, to);
        snprintf(text, sizeof(text), "%s - %s (%s)", rt_time_human(s->first, from),
                 day ? to + sizeof("2026-01-05") : to,
                 rt_dur_human(s->last - s->first, length));
    }
    row(t, report_is_zoned(t->r) ? "UTC window" : "Window, no zone", rt_str_of(text));
}

static void
failed_row(const struct ticket *t, const struct event *e)
{
    const char *method = route_method(e->kind);
    rt_str mode = e->kind == KIND_ACQUIRE ? RT_NONE : e->mode.n > 0 ? e->mode : t->s->mode;
    struct rt_buf b, result;
    rt_buf_init(&b, 4000);
    rt_buf_init(&result, 4000);
    brief_result(e, &result);
    rt_buf_addf(&b, "%.*s …/%s%.*s%s%.*s → %.*s",
                RT_FMT(e->method.n > 0 ? e->method : rt_str_of(method == NULL ? "" : method)),
                mode.n > 0 ? "mode/" : "", RT_FMT(mode), mode.n > 0 ? "/" : "",
                RT_FMT(rule_set_kind_name(t->r->rules, e->kind)), RT_FMT(rt_buf_str(&result)));
    row(t, "Call that failed", rt_str_trim(rt_buf_str(&b)));
    rt_buf_fini(&b);
    rt_buf_fini(&result);
}

static void
identity(const struct ticket *t, const struct event *failed)
{
    const struct session *s = t->s;
    out_raw(t->o, t->style->table);
    row_begin(t, "App ID / channel / uid");
    id(t, s->app_id);
    out_raw(t->o, " / ");
    id(t, s->cname);
    out_raw(t->o, " / ");
    id(t, s->uid);
    out_raw(t->o, t->style->row_end);
    id_row(t, "Resource ID", s->rid);
    id_row(t, "sid", s->sid);
    row(t, "Mode", s->mode.n > 0 ? s->mode : RT_LIT("not told"));
    window_row(t);
    row(t, "State", rt_str_of(session_phase_name(s->phase)));
    if (failed != NULL)
        failed_row(t, failed);
    out_raw(t->o, t->style->table_end);
}

static void
what_happened(const struct ticket *t)
{
    for (size_t i = 0; i < t->finding_count && i < FINDINGS_MOST; i++) {
        const struct finding *f = finding_of(t, i);
        strong(t, i == 0 ? "What happened" : "Also");
        text(t, f->say);
        out_raw(t->o, "\n\n");
        if (i > 0)
            continue;
        strong(t, "Why");
        text(t, f->why);
        out_fmt(t->o, " (confidence: %s; rule %.*s)\n\n", confidence_name(f->confidence),
                RT_FMT(f->id));
        strong(t, "What we will do");
        text(t, f->fix);
        out_raw(t->o, "\n\n");
    }
    if (t->finding_count == 0)
        out_raw(t->o, "No misuse of the API was found in this recording.\n\n");
}

static void
excluded(const struct ticket *t)
{
    bool any = false;
    for (size_t i = 0; i < t->finding_count; i++) {
        const struct finding *f = finding_of(t, i);
        for (size_t k = 0; k < f->excluded_count; k++) {
            if (!any)
                strong(t, "Already excluded");
            out_raw(t->o, any ? "; " : "");
            text(t, f->excluded[k]);
            any = true;
        }
    }
    if (any)
        out_raw(t->o, "\n\n");
}

static void
timeline(const struct ticket *t, size_t budget)
{
    const struct session *s = t->s;
    rt_time before = RT_TIME_NONE;
    struct rt_buf b, result;
    size_t shown = 0;
    rt_buf_init(&b, 4000);
    rt_buf_init(&result, 4000);
    out_raw(t->o, t->style->fold);
    out_fmt(t->o, "Timeline (%zu event%s)", s->event_count, rt_plural(s->event_count));
    out_raw(t->o, t->style->fold_middle);
    out_raw(t->o, t->style->code);
    for (size_t begin = out_text(t->o).n;
         shown < s->event_count && out_text(t->o).n - begin + 300 < budget; shown++) {
        const struct event *e = s->events[shown];
        char clock[RT_TIME_MAX] = "-", since[RT_TIME_MAX] = "";
        rt_buf_clear(&b);
        if (e->begin != RT_TIME_NONE) {
            rt_time_clock(e->begin, clock);
            if (before != RT_TIME_NONE && e->begin >= before)
                rt_dur_human(e->begin - before, since);
            before = e->repeated > 1 ? e->last : e->begin;
        }
        rt_buf_clear(&result);
        brief_result(e, &result);
        rt_buf_addf(&b, "%-12s  %s%-8s  %-8s  %.*s", clock, since[0] != '\0' ? "+" : " ", since,
                    e->source == SOURCE_HOOK ? "callback" : "call",
                    RT_FMT(rule_set_kind_name(t->r->rules, e->kind)));
        if (e->repeated > 1)
            rt_buf_addf(&b, " x%u", e->repeated);
        if (result.n > 0)
            rt_buf_addf(&b, "  %.*s", RT_FMT(rt_buf_str(&result)));
        code_line(t, (rt_str){rt_buf_str(&b).p, b.n < 280 ? b.n : 280});
    }
    if (shown < s->event_count) {
        rt_buf_clear(&b);
        rt_buf_addf(&b, "… %zu more", s->event_count - shown);
        code_line(t, rt_buf_str(&b));
    }
    out_raw(t->o, t->style->code_end);
    out_raw(t->o, t->style->fold_end);
    rt_buf_fini(&b);
    rt_buf_fini(&result);
}

static void
evidence(const struct ticket *t, size_t budget)
{
    size_t shown = 0, have = 0;
    for (size_t i = 0; i < t->how->line_count; i++)
        have += t->how->lines[i].text.n > 0;
    if (have == 0)
        return;
    out_raw(t->o, t->style->fold);
    out_fmt(t->o, "Evidence (%zu line%s, %s)", have, rt_plural(have),
            t->how->scrub->profile == SCRUB_NONE ? "nothing taken out" : "without secrets");
    out_raw(t->o, t->style->fold_middle);
    out_raw(t->o, t->style->code);
    size_t begin = out_text(t->o).n;
    for (size_t i = 0; i < t->how->line_count; i++) {
        const struct ticket_line *l = &t->how->lines[i];
        if (l->text.n == 0)
            continue;
        rt_str clean = l->text;
        if (out_text(t->o).n - begin + clean.n + l->path.n + LEFT_OUT > budget)
            break;
        struct rt_buf b;
        rt_buf_init(&b, l->path.n + clean.n + 64);
        rt_buf_addf(&b, "%.*s:%llu: ", RT_FMT(l->path), (unsigned long long)l->line);
        rt_buf_add(&b, clean);
        code_line(t, rt_buf_str(&b));
        rt_buf_fini(&b);
        shown++;
    }
    if (shown < have) {
        char left[LEFT_OUT];
        snprintf(left, sizeof(left), "%zu more line%s left out for size", have - shown,
                 rt_plural(have - shown));
        code_line(t, rt_str_of(left));
    }
    out_raw(t->o, t->style->code_end);
    out_raw(t->o, t->style->fold_end);
}

static void
miss(const struct ticket *t, size_t *n, rt_str what)
{
    out_raw(t->o, (*n)++ == 0 ? "" : ", ");
    text(t, what);
}

/* What support will ask for next. */
static void
missing(const struct ticket *t)
{
    size_t n = 0, unread = 0;
    bool unzoned = false;
    strong(t, "Missing from this ticket");
    if (!coverage_any(t->r->coverage, SOURCE_API))
        miss(t, &n, RT_LIT("log of the API calls"));
    if (!coverage_any(t->r->coverage, SOURCE_HOOK))
        miss(t, &n, RT_LIT("callback log"));
    for (size_t i = 0; i < t->s->event_count; i++) {
        const struct event *e = t->s->events[i];
        unzoned |= e->begin != RT_TIME_NONE && !e->zoned && e->source != SOURCE_HOOK;
        if (e->kind == KIND_START && event_get(e, FIELD_RECORDING) == NULL) {
            miss(t, &n, RT_LIT("request body of start (not logged)"));
            break;
        }
    }
    if (unzoned)
        miss(t, &n, RT_LIT("time zone of the log"));
    for (size_t i = 0; i < t->how->line_count; i++)
        unread += t->how->lines[i].text.n == 0;
    if (unread > 0)
        miss(t, &n, RT_LIT("the lines themselves (they cannot be read again)"));
    for (size_t i = 0; i < t->r->unchecked_count && n < 8; i++)
        if (rt_str_eq(t->r->unchecked[i].session, t->s->id))
            miss(t, &n, t->r->unchecked[i].needs);
    if (n == 0)
        out_raw(t->o, "nothing");
    out_raw(t->o, "\n");
}

static void
title(const struct ticket *t)
{
    out_raw(t->o, t->style->head);
    out_raw(t->o, "Cloud Recording: ");
    if (t->finding_count > 0) {
        struct rt_buf b;
        rt_str id = finding_of(t, 0)->id;
        rt_buf_init(&b, 200);
        for (size_t i = 0; i < id.n; i++)
            rt_buf_addc(&b, id.p[i] == '-' ? ' ' : id.p[i]);
        text(t, rt_buf_str(&b));
        rt_buf_fini(&b);
    } else {
        out_raw(t->o, "question about a recording");
    }
    out_raw(t->o, t->style->head_end);
}

static void
foot(const struct ticket *t)
{
    char removed[200];
    scrub_summary(t->how->scrub, removed, sizeof(removed));
    out_fmt(t->o, "\nMade by rectrace %s, rules %.*s, profile %s. Taken out: %s.\n",
            t->r->version, RT_FMT(t->r->rules->version),
            scrub_profile_name(t->how->scrub->profile),
            removed[0] != '\0' ? removed : "nothing");
}

/* For what may be left out: what stands behind it is known. */
static size_t
room_left(const struct ticket *t, const struct out *last)
{
    size_t used = out_text(t->o).n + out_text(last).n + 400;
    return t->how->max_bytes > used ? t->how->max_bytes - used : 0;
}

static void
document(struct ticket *t)
{
    const struct event *failed =
        ticket_failed_call(t->s, t->finding_count > 0 ? finding_of(t, 0) : NULL);
    struct out *whole = t->o, *last = out_memory(NULL);
    if (last == NULL)
        return;
    title(t);
    identity(t, failed);
    what_happened(t);
    excluded(t);
    /* The end is made first, so that its room is known. */
    t->o = last;
    missing(t);
    t->o = whole;
    size_t room = room_left(t, last);
    bool timed = room > 500, proven = false;
    if (timed)
        timeline(t, room / 2 > 20000 ? 20000 : room / 2);
    room = room_left(t, last);
    if ((proven = room > 300))
        evidence(t, room);
    if (!timed || !proven)
        out_fmt(whole, "(left out for size: %s%s)\n\n", timed ? "" : "timeline",
                proven  ? ""
                : timed ? "evidence lines"
                        : " and evidence lines");
    out_rawn(whole, out_text(last));
    out_abort(&last);
    foot(t);
}

int
ticket_write(const struct report *r, const struct session *s, const struct ticket_options *how,
             struct out *o, struct rt_err *err)
{
    struct ticket t = {.r = r, .s = s, .how = how, .style = how->style, .o = out_memory(err)};
    int rc = -1;
    if (t.o == NULL)
        return -1;
    t.finding_count = report_session_findings(r, s, &t.findings);
    document(&t);
    rt_str all = out_text(t.o);
    if (all.n == 0 || how->scrub->text.failed)
        rt_fail_mem(err);
    else if (scrub_leak(how->scrub, all))
        rt_fail_here(err, RT_EIO,
                     "a secret of the input would be in the ticket; nothing is written");
    else if (all.n > how->max_bytes)
        rt_fail_here(
            err, RT_EUSAGE,
            "--max %zu: this ticket needs %zu bytes without its timeline and its lines",
            how->max_bytes, all.n);
    else
        rc = 0;
    if (rc == 0)
        out_rawn(o, all);
    out_abort(&t.o);
    return rc;
}
