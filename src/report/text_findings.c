/*
 * text_findings.c - findings for a terminal, those with one id as one block, and what could not be checked.
 */
#include "config.h"

#include "base/alloc.h"
#include "report/text_parts.h"

enum { SHOWN_GROUPS = 12, SHOWN_UNCHECKED = 6, SHOWN_WHERE = 3 };

/* Findings with one id, as one block. */
struct group {
    const struct finding *first; /* the worst, earliest */
    size_t from, count;          /* in the sorted list of groups' members */
    uint64_t occurrences;
    size_t sessions;
    rt_time last;
};

static void
more(const struct layout *l, size_t left_out)
{
    if (left_out > 0)
        out_fmt(l->o, "   %s %zu more (--all)\n", l->w->unicode ? "…" : "...", left_out);
}

static void
where(const struct layout *l, const struct report *r, const struct finding *const *members,
      size_t n)
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
            rt_buf_addf(&b, "app %.*s", RT_FMT(layout_short_id(members[i]->app_id)));
            continue;
        }
        if (s->cname.n > 0)
            rt_buf_addf(&b, "%.*s (sid %.*s)", RT_FMT(s->cname),
                        RT_FMT(s->sid.n > 0 ? layout_short_id(s->sid) : RT_LIT("-")));
        else
            rt_buf_addf(&b, "%.*s",
                        RT_FMT(s->sid.n > 0 || s->rid.n > 0 ? layout_short_id(s->id) : s->id));
        if (members[i]->evidence_count > 0 && n == 1)
            rt_buf_addf(
                &b, ", line %llu",
                (unsigned long long)members[i]->evidence[members[i]->evidence_count - 1].line);
    }
    if (n > shown)
        rt_buf_addf(&b, ", %zu more", n - shown);
    out_raw(l->o, "            where ");
    layout_wrapped(l, rt_buf_str(&b), 18, 18);
    rt_buf_fini(&b);
}

static const char *
severity_word(enum severity s)
{
    static const char *const words[] = {"", "INFO", "WARNING", "ERROR", "CRITICAL"};
    return words[s];
}

/* Severity, id, how often and when last, on one line. */
static void
title(const struct layout *l, const struct group *g)
{
    const struct finding *f = g->first;
    char a[RT_TIME_MAX], n[32];
    out_char(l->o, ' ');
    layout_paint_on(l, severity_paint(f->severity));
    out_fmt(l->o, "%s %-8s", severity_mark(l, f->severity), severity_word(f->severity));
    layout_paint_off(l, severity_paint(f->severity));
    out_char(l->o, ' ');
    layout_paint_on(l, PAINT_BOLD);
    out_fmt(l->o, "%-30.*s", RT_FMT(f->id));
    layout_paint_off(l, PAINT_BOLD);
    if (g->sessions == 0)
        out_fmt(l->o, " %s time%s", rt_grouped(g->occurrences, n), rt_plural(g->occurrences));
    else if (g->occurrences > g->sessions)
        out_fmt(l->o, " %s times in %zu session%s", rt_grouped(g->occurrences, n), g->sessions,
                rt_plural(g->sessions));
    else
        out_fmt(l->o, " %zu session%s", g->sessions, rt_plural(g->sessions));
    if (g->last != RT_TIME_NONE)
        out_fmt(l->o, "  last %.8s", rt_time_clock(g->last, a));
    out_char(l->o, '\n');
}

static void
show_group(const struct layout *l, const struct report *r, const struct group *g,
           const struct finding *const *members)
{
    const struct finding *f = g->first;
    title(l, g);
    out_raw(l->o, "            ");
    layout_wrapped(l, f->say, 12, 12);
    out_raw(l->o, "            fix   ");
    layout_wrapped(l, f->fix, 18, 18);
    where(l, r, members, g->count);
    if (f->folded_count > 0) {
        out_raw(l->o, "            also  ");
        struct rt_buf b;
        rt_buf_init(&b, 1000);
        for (size_t i = 0; i < f->folded_count; i++)
            rt_buf_addf(&b, "%s%.*s", i > 0 ? ", " : "", RT_FMT(f->folded[i]));
        rt_buf_add(&b, RT_LIT(" explained by this"));
        layout_wrapped(l, rt_buf_str(&b), 18, 18);
        rt_buf_fini(&b);
    }
}

static bool
is_member(const struct group *g, const struct finding *f)
{
    return rt_str_eq(g->first->id, f->id) && g->first->severity == f->severity;
}

static void
add_member(struct group *g, const struct finding *f)
{
    g->count++;
    g->occurrences += f->count;
    g->sessions += f->session.n > 0;
    g->last = f->last != RT_TIME_NONE && (g->last == RT_TIME_NONE || f->last > g->last)
                  ? f->last
                  : g->last;
}

/* The groups, each with its members next to each other in `members`; both have room for all findings. */
static size_t
gather(const struct report *r, struct group *list, const struct finding **members)
{
    size_t groups = 0, used = 0;
    for (size_t i = 0; i < r->finding_count; i++) {
        const struct finding *f = r->findings[i];
        bool done = false;
        for (size_t k = 0; k < groups; k++)
            done |= is_member(&list[k], f);
        if (done)
            continue;
        struct group *g = &list[groups++];
        *g = (struct group){.first = f, .from = used, .last = RT_TIME_NONE};
        for (size_t k = i; k < r->finding_count; k++)
            if (is_member(g, r->findings[k])) {
                members[used++] = r->findings[k];
                add_member(g, r->findings[k]);
            }
    }
    return groups;
}

/* Severity, then sessions affected, then recency. */
static bool
goes_before(const struct group *a, const struct group *b)
{
    if (a->first->severity != b->first->severity)
        return a->first->severity > b->first->severity;
    return a->count != b->count ? a->count > b->count : a->last > b->last;
}

/* Those that are equal stay as they are. */
static void
order(struct group *list, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct group one = list[i];
        size_t k = i;
        for (; k > 0 && goes_before(&one, &list[k - 1]); k--)
            list[k] = list[k - 1];
        list[k] = one;
    }
}

int
text_findings(const struct layout *l, const struct report *r, struct rt_err *err)
{
    const struct finding **members = rt_calloc(r->finding_count + 1, sizeof(struct finding *));
    struct group *list = rt_calloc(r->finding_count + 1, sizeof(*list));
    int rc = members == NULL || list == NULL ? rt_fail_mem(err) : 0;
    if (rc == 0) {
        size_t groups = gather(r, list, members);
        size_t shown = l->w->all || groups <= SHOWN_GROUPS ? groups : SHOWN_GROUPS;
        order(list, groups);
        for (size_t i = 0; i < shown; i++)
            show_group(l, r, &list[i], members + list[i].from);
        more(l, groups - shown);
    }
    rt_free(members);
    rt_free(list);
    return rc;
}

void
text_unchecked(const struct layout *l, const struct report *r)
{
    if (r->unchecked_count == 0)
        return;
    out_fmt(l->o, "\nCould not check (%zu)\n", r->unchecked_count);
    size_t shown = l->w->all || r->unchecked_count <= SHOWN_UNCHECKED ? r->unchecked_count
                                                                      : SHOWN_UNCHECKED;
    for (size_t i = 0; i < shown; i++) {
        const struct unchecked *u = &r->unchecked[i];
        const struct session *s = report_session(r, u->session);
        rt_str name = s != NULL && s->cname.n > 0 ? s->cname : u->session;
        out_char(l->o, ' ');
        layout_painted(l, PAINT_UNCHECKED, "?");
        struct rt_buf b;
        rt_buf_init(&b, 1000);
        rt_buf_add(&b, u->rule->id);
        if (name.n > 0) /* of an app there is none */
            rt_buf_addf(&b, " in %.*s", RT_FMT(name.n > 40 ? layout_short_id(name) : name));
        rt_buf_addf(&b, ": %.*s", RT_FMT(u->needs));
        out_raw(l->o, "  ");
        layout_wrapped(l, rt_buf_str(&b), 4, 4);
        rt_buf_fini(&b);
    }
    more(l, r->unchecked_count - shown);
}
