/*
 * text_head.c - the head of the report for a terminal: what was read, what it covers, how many sessions.
 */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "report/text_parts.h"

enum { SHOWN_GAPS = 2 };

/* One more piece of a line of the header; on a line of its own when it does not fit. */
__attribute__((format(printf, 3, 4))) static void
piece(const struct layout *l, size_t *used, const char *fmt, ...)
{
    enum { INDENT = 9 };
    char text[300];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    size_t width = n < 0 ? 0 : (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1;
    const char *from = text;
    if (*used > INDENT && *used + width > l->w->columns) {
        from += strspn(text, " ,");
        out_char(l->o, '\n');
        out_pad(l->o, ' ', INDENT);
        *used = INDENT;
    }
    out_raw(l->o, from);
    *used += width - (size_t)(from - text);
}

struct tally { /* lines of one source */
    uint64_t read, unread;
};

/* What an input holds that nobody understands is taken for more of what it holds most of. */
static void
count_lines(const struct report_input *in, struct tally *api, struct tally *callbacks)
{
    uint64_t calls = in->counts[0] - in->callbacks,
             unread = in->counts[2] + in->counts[3] + in->counts[4];
    api->read += calls;
    callbacks->read += in->callbacks;
    *(in->callbacks > calls ? &callbacks->unread : &api->unread) += unread;
}

/* "api 40 911 (99.9 % understood)": 100 % is said of all of them only. */
static void
tell_source(const struct layout *l, size_t *used, const char *name, const struct tally *t,
            const char *word)
{
    char n[RT_GROUPED_MAX];
    if (t->read == 0)
        return;
    double share = 100.0 * (double)t->read / (double)(t->read + t->unread);
    bool all = t->unread == 0;
    piece(l, used, "   %s %s (%.*f %%%s)", name, rt_grouped(t->read, n), all ? 0 : 1,
          all || share < 99.9 ? share : 99.9, word);
}

static void
inputs(const struct layout *l, const struct report *r)
{
    uint64_t lines = 0, ignored = 0;
    struct tally api = {0}, callbacks = {0};
    char a[32], b[32];
    for (size_t i = 0; i < r->input_count; i++) {
        lines += r->inputs[i].lines;
        ignored += r->inputs[i].counts[1];
        count_lines(&r->inputs[i], &api, &callbacks);
    }
    uint64_t unread = api.unread + callbacks.unread;
    size_t used = 0;
    piece(l, &used, "Read     %zu file%s, %s line%s", r->input_count, rt_plural(r->input_count),
          rt_grouped(lines, a), rt_plural(lines));
    if (r->seconds >= 0 && l->w->colour)
        piece(l, &used, " in %.1f s", r->seconds);
    tell_source(l, &used, "api", &api, " understood");
    tell_source(l, &used, "callbacks", &callbacks, api.read == 0 ? " understood" : "");
    if (ignored > 0)
        piece(l, &used, "   %s others", rt_grouped(ignored, b));
    if (unread > 0)
        piece(l, &used, "   %s not understood", rt_grouped(unread, a));
    out_char(l->o, '\n');
    if (r->duplicate_count > 0)
        out_fmt(l->o, "         %s told twice and counted once\n",
                rt_grouped(r->duplicate_count, a));
    if (r->rules->skipped > 0)
        out_fmt(l->o, "         %u rule%s skipped because of mistakes\n", r->rules->skipped,
                rt_plural(r->rules->skipped));
    for (size_t i = 0; l->w->verbose && i < r->input_count; i++) {
        out_raw(l->o, "         ");
        layout_cell(l, r->inputs[i].path, 36);
        out_fmt(l->o, " %-16.*s %s lines\n", RT_FMT(r->inputs[i].format),
                rt_grouped(r->inputs[i].lines, a));
    }
}

/* A difference below a second is no news. */
static void
clocks(const struct layout *l, const struct report *r)
{
    char human[RT_TIME_MAX];
    rt_dur d = r->skew < 0 ? -r->skew : r->skew;
    if (r->skew_known && d >= RT_SEC)
        out_fmt(
            l->o,
            "Clocks   API host runs %s %s the vendor (estimated from %u recording%s, not applied)\n",
            rt_dur_human(d, human), r->skew < 0 ? "behind" : "ahead of", r->skew_basis,
            rt_plural(r->skew_basis));
}

static void
covers(const struct layout *l, const struct report *r)
{
    char a[RT_TIME_MAX], b[RT_TIME_MAX];
    size_t used = 0;
    for (int s = 0; s < SOURCE__COUNT; s++) {
        size_t n = r->coverage->spans[s].n;
        if (n == 0)
            continue;
        rt_time from = r->coverage->spans[s].v[0].from, to = r->coverage->spans[s].v[n - 1].to;
        bool same_day = from / RT_DAY == to / RT_DAY;
        piece(l, &used, "%s%s%s .. %s%s", used > 0 ? "   " : "Covers   ",
              s == SOURCE_HOOK ? "callbacks " : "", rt_time_human(from, a),
              rt_time_human(to, b) + (same_day ? 11 : 0),
              report_is_zoned(r) ? " UTC" : " (no zone)");
        for (size_t i = 1; i < n && i <= SHOWN_GAPS; i++) {
            from = r->coverage->spans[s].v[i - 1].to;
            to = r->coverage->spans[s].v[i].from;
            same_day = from / RT_DAY == to / RT_DAY;
            piece(l, &used, "%s%s .. %s", i == 1 ? "   missing " : ", ", rt_time_human(from, a),
                  rt_time_human(to, b) + (same_day ? 11 : 0));
        }
        if (n > SHOWN_GAPS + 1)
            piece(l, &used, ", %zu more", n - SHOWN_GAPS - 1);
    }
    if (used > 0)
        out_char(l->o, '\n');
    if (r->disorder_count > 0) {
        struct rt_buf said;
        rt_buf_init(&said, 200);
        rt_buf_addf(&said, "%s %s up to %s out of order (normal for several workers); sorted",
                    rt_grouped(r->disorder_count, b),
                    r->disorder_count == 1 ? "line was" : "lines were",
                    rt_dur_human(r->disorder_worst, a));
        out_pad(l->o, ' ', 9);
        layout_wrapped(l, rt_buf_str(&said), 9, 9);
        rt_buf_fini(&said);
    }
}

static void
sessions(const struct layout *l, const struct report *r)
{
    size_t with = 0, open = 0;
    char a[32];
    for (size_t i = 0; i < r->session_count; i++) {
        const size_t *of = NULL;
        bool found = report_session_findings(r, r->sessions[i], &of) > 0;
        with += found;
        open += !found && session_phase_stage(r->sessions[i]->phase) == STAGE_OPEN;
    }
    size_t used = 0;
    piece(l, &used, "Sessions %s:  %zu clean  %zu with findings  %zu still open",
          rt_grouped(r->session_count, a), r->session_count - with - open, with, open);
    if (r->unchecked_count > 0)
        piece(l, &used, "  %zu check%s not possible", r->unchecked_count,
              rt_plural(r->unchecked_count));
    out_char(l->o, '\n');
}

void
text_head(const struct layout *l, const struct report *r)
{
    inputs(l, r);
    if (r->session_count == 0)
        return;
    covers(l, r);
    clocks(l, r);
    sessions(l, r);
}
