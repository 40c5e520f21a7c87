/*
 * text.c - the report for a terminal: verdict first, evidence one step away.
 */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "report/layout.h"
#include "report/redact.h"

enum { SHOWN_GROUPS = 12, SHOWN_UNCHECKED = 6, SHOWN_WHERE = 3, SHOWN_GAPS = 2 };

/* Findings with one id, as one block. */
struct group {
    const struct finding *first; /* the worst, earliest */
    size_t from, count;          /* in the sorted list of groups' members */
    uint64_t occurrences;
    size_t sessions;
    rt_time last;
};

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
    uint64_t calls = in->counts[0] - in->callbacks, unread = in->counts[2] + in->counts[3] + in->counts[4];
    api->read += calls;
    callbacks->read += in->callbacks;
    *(in->callbacks > calls ? &callbacks->unread : &api->unread) += unread;
}

/* "api 40 911 (99.9 % understood)": 100 % is said of all of them only. */
static void
tell_source(const struct layout *l, size_t *used, const char *name, const struct tally *t, const char *word)
{
    char n[RT_GROUPED_MAX];
    if (t->read == 0)
        return;
    double share = 100.0 * (double)t->read / (double)(t->read + t->unread);
    bool all = t->unread == 0;
    piece(l, used, "   %s %s (%.*f %%%s)", name, rt_grouped(t->read, n), all ? 0 : 1, all || share < 99.9 ? share : 99.9, word);
}

static void
header_inputs(const struct layout *l, const struct report *r)
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
    piece(l, &used, "Read     %zu file%s, %s line%s", r->input_count, rt_plural(r->input_count), rt_grouped(lines, a), rt_plural(lines));
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
        out_fmt(l->o, "         %s told twice and counted once\n", rt_grouped(r->duplicate_count, a));
    if (r->rules->skipped > 0)
        out_fmt(l->o, "         %u rule%s skipped because of mistakes\n", r->rules->skipped, rt_plural(r->rules->skipped));
    for (size_t i = 0; l->w->verbose && i < r->input_count; i++) {
        out_raw(l->o, "         ");
        cell(l, r->inputs[i].path, 36);
        out_fmt(l->o, " %-16.*s %s lines\n", RT_FMT(r->inputs[i].format), rt_grouped(r->inputs[i].lines, a));
    }
}

/* A difference below a second is no news. */
static void
header_clocks(const struct layout *l, const struct report *r)
{
    char human[RT_TIME_MAX];
    rt_dur d = r->skew < 0 ? -r->skew : r->skew;
    if (r->skew_known && d >= RT_SEC)
        out_fmt(l->o, "Clocks   API host runs %s %s the vendor (estimated from %u recording%s, not applied)\n",
                rt_dur_human(d, human), r->skew < 0 ? "behind" : "ahead of", r->skew_basis,
                rt_plural(r->skew_basis));
}

/* Times without a zone count only where no input has one: all that are shown are UTC, or none. */
static bool
is_zoned(const struct report *r)
{
    bool zoned = false, unzoned = false;
    for (size_t i = 0; i < r->input_count; i++) {
        zoned |= r->inputs[i].first != RT_TIME_NONE && !r->inputs[i].unzoned;
        unzoned |= r->inputs[i].first != RT_TIME_NONE && r->inputs[i].unzoned;
    }
    return zoned || !unzoned;
}

static void
header_covers(const struct layout *l, const struct report *r)
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
              rt_time_human(to, b) + (same_day ? 11 : 0), is_zoned(r) ? " UTC" : " (no zone)");
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
        rt_buf_addf(&said, "%s %s up to %s out of order (normal for several workers); sorted", rt_grouped(r->disorder_count, b),
                    r->disorder_count == 1 ? "line was" : "lines were", rt_dur_human(r->disorder_worst, a));
        out_pad(l->o, ' ', 9);
        wrapped(l, rt_buf_str(&said), 9, 9);
        rt_buf_fini(&said);
    }
}

static bool
over(enum session_phase p)
{
    return p == PHASE_DONE || p == PHASE_BACKUP || p == PHASE_EXITED_ALONE || p == PHASE_START_FAILED ||
           p == PHASE_NEVER_STARTED || p == PHASE_EXPIRED;
}

static void
header_sessions(const struct layout *l, const struct report *r)
{
    size_t with = 0, open = 0;
    char a[32];
    for (size_t i = 0; i < r->session_count; i++) {
        const size_t *of = NULL;
        bool found = report_session_findings(r, r->sessions[i], &of) > 0;
        with += found;
        open += !found && !over(r->sessions[i]->phase) && r->sessions[i]->phase != PHASE_STOPPING &&
                r->sessions[i]->phase != PHASE_NONE;
    }
    size_t used = 0;
    piece(l, &used, "Sessions %s:  %zu clean  %zu with findings  %zu still open", rt_grouped(r->session_count, a),
          r->session_count - with - open, with, open);
    if (r->unchecked_count > 0)
        piece(l, &used, "  %zu check%s not possible", r->unchecked_count, rt_plural(r->unchecked_count));
    out_char(l->o, '\n');
}

/* ---- findings ---- */

static void
where(const struct layout *l, const struct report *r, const struct finding *const *members, size_t n)
{
    struct rt_buf b;
    rt_buf_init(&b, 2000);
    size_t shown = l->w->all ? 12 : SHOWN_WHERE;
    for (size_t i = 0; i < n && i < shown; i++) {
        const struct session *s = report_session(r, members[i]->session);
        if (i > 0)
            rt_buf_add(&b, RT_LIT(", "));
        if (s == NULL && members[i]->app_id.n == 0) {
            rt_buf_add(&b, RT_LIT("all inputs"));
            continue;
        }
        if (s == NULL) {
            rt_buf_addf(&b, "app %.*s", RT_FMT(short_id(members[i]->app_id)));
            continue;
        }
        if (s->cname.n > 0)
            rt_buf_addf(&b, "%.*s (sid %.*s)", RT_FMT(s->cname), RT_FMT(s->sid.n > 0 ? short_id(s->sid) : RT_LIT("-")));
        else
            rt_buf_addf(&b, "%.*s", RT_FMT(s->sid.n > 0 || s->rid.n > 0 ? short_id(s->id) : s->id));
        if (members[i]->evidence_count > 0 && n == 1)
            rt_buf_addf(&b, ", line %llu", (unsigned long long)members[i]->evidence[members[i]->evidence_count - 1].line);
    }
    if (n > shown)
        rt_buf_addf(&b, ", %zu more", n - shown);
    out_raw(l->o, "            where ");
    wrapped(l, rt_buf_str(&b), 18, 18);
    rt_buf_fini(&b);
}

static const char *
severity_word(enum severity s)
{
    static const char *const words[] = {"", "INFO", "WARNING", "ERROR", "CRITICAL"};
    return words[s];
}

static void
show_group(const struct layout *l, const struct report *r, const struct group *g, const struct finding *const *members)
{
    const struct finding *f = g->first;
    char a[RT_TIME_MAX], n[32];
    out_char(l->o, ' ');
    paint_on(l, severity_paint(f->severity));
    out_fmt(l->o, "%s %-8s", severity_mark(l, f->severity), severity_word(f->severity));
    paint_off(l, severity_paint(f->severity));
    out_char(l->o, ' ');
    paint_on(l, PAINT_BOLD);
    out_fmt(l->o, "%-30.*s", RT_FMT(f->id));
    paint_off(l, PAINT_BOLD);
    if (g->sessions == 0)
        out_fmt(l->o, " %s time%s", rt_grouped(g->occurrences, n), rt_plural(g->occurrences));
    else if (g->occurrences > g->sessions)
        out_fmt(l->o, " %s times in %zu session%s", rt_grouped(g->occurrences, n), g->sessions, rt_plural(g->sessions));
    else
        out_fmt(l->o, " %zu session%s", g->sessions, rt_plural(g->sessions));
    if (g->last != RT_TIME_NONE)
        out_fmt(l->o, "  last %.8s", rt_time_clock(g->last, a));
    out_raw(l->o, "\n            ");
    wrapped(l, f->say, 12, 12);
    out_raw(l->o, "            fix   ");
    wrapped(l, f->fix, 18, 18);
    where(l, r, members, g->count);
    if (f->folded_count > 0) {
        out_raw(l->o, "            also  ");
        struct rt_buf b;
        rt_buf_init(&b, 1000);
        for (size_t i = 0; i < f->folded_count; i++)
            rt_buf_addf(&b, "%s%.*s", i > 0 ? ", " : "", RT_FMT(f->folded[i]));
        rt_buf_add(&b, RT_LIT(" explained by this"));
        wrapped(l, rt_buf_str(&b), 18, 18);
        rt_buf_fini(&b);
    }
}

static int
show_findings(const struct layout *l, const struct report *r, struct rt_err *err)
{
    size_t n = r->finding_count, groups = 0;
    const struct finding **members = rt_calloc(n + 1, sizeof(struct finding *));
    struct group *list = rt_calloc(n + 1, sizeof(*list));
    if (members == NULL || list == NULL) {
        rt_free(members);
        rt_free(list);
        return rt_fail_mem(err);
    }
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        const struct finding *f = r->findings[i];
        bool done = false;
        for (size_t k = 0; k < groups; k++)
            done |= rt_str_eq(list[k].first->id, f->id) && list[k].first->severity == f->severity;
        if (done)
            continue;
        struct group *g = &list[groups++];
        *g = (struct group){.first = f, .from = used, .last = RT_TIME_NONE};
        for (size_t k = i; k < n; k++) {
            const struct finding *m = r->findings[k];
            if (!rt_str_eq(m->id, f->id) || m->severity != f->severity)
                continue;
            members[used++] = m;
            g->count++;
            g->occurrences += m->count;
            g->sessions += m->session.n > 0;
            g->last = m->last != RT_TIME_NONE && (g->last == RT_TIME_NONE || m->last > g->last) ? m->last : g->last;
        }
    }
    /* Severity, then sessions affected, then recency. */
    for (size_t i = 1; i < groups; i++)
        for (size_t k = i; k > 0; k--) {
            struct group *x = &list[k - 1], *y = &list[k];
            bool swap = y->first->severity > x->first->severity ||
                        (y->first->severity == x->first->severity &&
                         (y->count > x->count || (y->count == x->count && y->last > x->last)));
            if (!swap)
                break;
            struct group t = *x;
            *x = *y;
            *y = t;
        }
    size_t shown = l->w->all || groups <= SHOWN_GROUPS ? groups : SHOWN_GROUPS;
    for (size_t i = 0; i < shown; i++)
        show_group(l, r, &list[i], members + list[i].from);
    if (shown < groups)
        out_fmt(l->o, "   %s %zu more (--all)\n", l->w->unicode ? "…" : "...", groups - shown);
    rt_free(members);
    rt_free(list);
    return 0;
}

static void
show_unchecked(const struct layout *l, const struct report *r)
{
    if (r->unchecked_count == 0)
        return;
    out_fmt(l->o, "\nCould not check (%zu)\n", r->unchecked_count);
    size_t shown = l->w->all || r->unchecked_count <= SHOWN_UNCHECKED ? r->unchecked_count : SHOWN_UNCHECKED;
    for (size_t i = 0; i < shown; i++) {
        const struct unchecked *u = &r->unchecked[i];
        const struct session *s = report_session(r, u->session);
        rt_str name = s != NULL && s->cname.n > 0 ? s->cname : u->session;
        out_char(l->o, ' ');
        painted(l, PAINT_UNCHECKED, "?");
        struct rt_buf b;
        rt_buf_init(&b, 1000);
        rt_buf_add(&b, u->rule->id);
        if (name.n > 0) /* of an app there is none */
            rt_buf_addf(&b, " in %.*s", RT_FMT(name.n > 40 ? short_id(name) : name));
        rt_buf_addf(&b, ": %.*s", RT_FMT(u->needs));
        out_raw(l->o, "  ");
        wrapped(l, rt_buf_str(&b), 4, 4);
        rt_buf_fini(&b);
    }
    if (shown < r->unchecked_count)
        out_fmt(l->o, "   %s %zu more (--all)\n", l->w->unicode ? "…" : "...", r->unchecked_count - shown);
}

static void
show_phases(const struct layout *l, const struct report *r)
{
    char p50[RT_TIME_MAX], p95[RT_TIME_MAX], max[RT_TIME_MAX];
    for (size_t i = 0; i < r->phase_count; i++) {
        const struct report_phase *p = &r->phases[i];
        out_raw(l->o, i == 0 ? "\nPhases   " : "         ");
        out_fmt(l->o, "%-16s p50 %-6s p95 %-6s max %-6s of %u\n", p->name, rt_dur_human(p->p50, p50),
                rt_dur_human(p->p95, p95), rt_dur_human(p->max, max), p->count);
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
        snprintf(text, sizeof(text), "No misuse found in %s session%s (%zu rules checked%s).", rt_grouped(r->session_count, a),
                 rt_plural(r->session_count), rules, undecided);
        paint_on(l, PAINT_GOOD);
        wrapped(l, rt_str_of(text), 0, 0);
        paint_off(l, PAINT_GOOD);
        return;
    }
    if (lines == 0) {
        out_raw(l->o, whole ? "Nothing to read: the input is empty.\n" : "No line of it could be read.\n");
        return;
    }
    char text[400];
    for (size_t i = 0; l->w->narrowed != NULL && i < r->input_count; i++)
        if (r->inputs[i].counts[0] > 0) {
            snprintf(
                text, sizeof(text),
                "There are recording calls in it, but %.200s leaves none of their sessions.",
                l->w->narrowed);
            wrapped(l, rt_str_of(text), 0, 0);
            return;
        }
    snprintf(text, sizeof(text),
             "%s line%s read, none is a Cloud Recording call. Looked for %s/cloud_recording/(acquire|start|query|update|"
             "updateLayout|stop) in text and JSON. Best guess for the first file: %.*s.",
             rt_grouped(lines, a), rt_plural(lines), l->w->unicode ? "…" : "...", RT_FMT(r->input_count > 0 ? r->inputs[0].format : RT_LIT("nothing")));
    wrapped(l, rt_str_of(text), 0, 0);
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
        session_word(l->o, s);
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
        out_fmt(l->o, "         (%u accepted finding%s hidden, --all shows)\n", r->accepted, rt_plural(r->accepted));
}

static int
write_text(const struct report *r, const struct writer_options *w, struct out *o, struct rt_err *err)
{
    struct layout l = {o, w};
    header_inputs(&l, r);
    if (r->session_count > 0) {
        header_covers(&l, r);
        header_clocks(&l, r);
        header_sessions(&l, r);
    }
    out_char(o, '\n');
    if (r->finding_count == 0)
        show_nothing(&l, r);
    else if (show_findings(&l, r, err) < 0)
        return -1;
    show_unchecked(&l, r);
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
