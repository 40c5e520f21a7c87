/*
 * html_parts.c - verdict, coverage and findings, and the foot of the page.
 */
#include "config.h"

#include "report/html_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/vec.h"
#include "report/redact.h"
#include "report/scrub.h"

enum { BUCKETS = 24, PLACES = 8, KINDS_SHOWN = 12, GAPS_TOLD = 4 };

void
html_text(struct out *o, rt_str s)
{
    redact_write(o, s, out_html);
}

/* ---- times ---- */

void
html_frame_of(const struct report *r, struct html_frame *f)
{
    *f = (struct html_frame){RT_TIME_NONE, RT_TIME_NONE, false};
    for (size_t i = 0; i < r->input_count; i++) {
        rt_time a = r->inputs[i].first, b = r->inputs[i].last;
        if (a != RT_TIME_NONE && (f->first == RT_TIME_NONE || a < f->first))
            f->first = a;
        if (b != RT_TIME_NONE && (f->last == RT_TIME_NONE || b > f->last))
            f->last = b;
    }
    f->days = f->first != RT_TIME_NONE && f->first / (24 * RT_HOUR) != f->last / (24 * RT_HOUR);
}

/* Without the year, which the head of the page tells. */
void
html_when(const struct html_frame *f, rt_time t, struct out *o)
{
    char text[RT_TIME_MAX];
    if (t == RT_TIME_NONE) {
        out_char(o, '-');
        return;
    }
    rt_time_human(t, text);
    const char *clock = strchr(text, ' '), *day = strchr(text, '-');
    if (f->days && clock != NULL && day != NULL)
        out_fmt(o, "<span class=\"day\">%.*s</span> %.8s", (int)(clock - day - 1), day + 1,
                clock + 1);
    else
        out_fmt(o, "%.8s", clock != NULL ? clock + 1 : text);
}

/* ---- what the inputs cover ---- */

static void
bar(const struct report *r, enum event_source source, const char *name,
    const struct html_frame *f, struct out *o)
{
    char a[RT_TIME_MAX], b[RT_TIME_MAX];
    double whole = (double)(f->last - f->first > 0 ? f->last - f->first : 1);
    size_t n = r->coverage->spans[source].n;
    out_fmt(o, "<span>%s</span><span class=\"bar\" role=\"img\" aria-label=\"%s: %s\">", name,
            name,
            n == 0   ? "nothing"
            : n == 1 ? "without a gap"
                     : "with gaps");
    for (size_t i = 0; i < n; i++) {
        const struct span *s = &r->coverage->spans[source].v[i];
        out_fmt(o, "<i style=\"left:%.3f%%;width:%.3f%%\" title=\"%s .. %s\"></i>",
                100 * (double)(s->from - f->first) / whole,
                100 * (double)(s->to - s->from) / whole, rt_time_human(s->from, a),
                rt_time_human(s->to, b));
    }
    out_raw(o, "</span>\n");
}

/* Where a source was not listening, in words. */
static void
gaps(const struct report *r, enum event_source source, const char *name,
     const struct html_frame *f, struct out *o)
{
    size_t n = r->coverage->spans[source].n, told = 0;
    const struct span *v = r->coverage->spans[source].v;
    if (n == 0) {
        out_fmt(o, "<p class=\"quiet\">No %s was given.</p>\n", name);
        return;
    }
    for (size_t i = 0; i + 1 < n; i++) {
        if (told == GAPS_TOLD)
            break;
        out_fmt(o, told++ == 0 ? "<p class=\"warning\">%s missing " : ", ", name);
        html_when(f, v[i].to, o);
        out_raw(o, "–");
        html_when(f, v[i + 1].from, o);
    }
    if (n > 1 + told)
        out_fmt(o, ", %zu more times", n - 1 - told);
    out_raw(o, told > 0 ? "</p>\n" : "");
}

void
html_coverage(const struct report *r, const struct html_frame *f, struct out *o)
{
    char human[RT_TIME_MAX];
    out_raw(o, "<section><h2>Coverage</h2>\n<div class=\"cover\">\n");
    if (f->first != RT_TIME_NONE) {
        bar(r, SOURCE_API, "API log", f, o);
        bar(r, SOURCE_HOOK, "callbacks", f, o);
        out_raw(o, "<span></span><span class=\"ends time quiet\"><span>");
        html_when(f, f->first, o);
        out_raw(o, "</span><span>");
        html_when(f, f->last, o);
        out_raw(o, "</span></span>\n");
    }
    out_raw(o, "</div>\n");
    if (f->first == RT_TIME_NONE) {
        out_raw(o, "<p class=\"quiet\">The inputs tell no times.</p>\n");
    } else {
        gaps(r, SOURCE_API, "API log", f, o);
        gaps(r, SOURCE_HOOK, "callback log", f, o);
    }
    if (r->skew_known)
        out_fmt(o,
                "<p class=\"quiet\">The host of the API log runs %s %s the vendor (estimated "
                "from %u pairs, not applied).</p>\n",
                rt_dur_human(r->skew < 0 ? -r->skew : r->skew, human),
                r->skew < 0 ? "behind" : "ahead of", r->skew_basis);
    out_raw(o, "</section>\n");
}

/* ---- verdict ---- */

void
html_verdict(const struct report *r, struct out *o)
{
    size_t bad = 0, lost = 0;
    const size_t *of = NULL;
    for (size_t i = 0; i < r->session_count; i++) {
        const struct session *s = r->sessions[i];
        bad += report_session_findings(r, s, &of) > 0;
        lost += session_phase_stage(s->phase) == STAGE_LOST;
    }
    out_raw(o, "<section><h2>Verdict</h2>\n");
    if (r->finding_count == 0)
        out_fmt(o, "<p class=\"verdict good\">No misuse was found in %zu session%s.</p>\n",
                r->session_count, rt_plural(r->session_count));
    else
        out_fmt(o, "<p class=\"verdict\">%zu of %zu session%s %s findings%s", bad,
                r->session_count, rt_plural(r->session_count), bad == 1 ? "has" : "have",
                lost == 0 ? ".</p>\n" : "");
    if (r->finding_count > 0 && lost > 0)
        out_fmt(o, "; %zu %s not recorded.</p>\n", lost, lost == 1 ? "was" : "were");
    out_raw(o, "<ul class=\"tally\">");
    for (int s = SEVERITY_CRITICAL; s >= SEVERITY_INFO; s--)
        if (r->severity_counts[s] > 0)
            out_fmt(o, "<li class=\"%s\">%u %s</li>", severity_name((enum severity)s),
                    r->severity_counts[s], severity_name((enum severity)s));
    if (r->unchecked_count > 0)
        out_fmt(o, "<li class=\"unknown\">%zu could not be checked</li>", r->unchecked_count);
    if (r->accepted > 0)
        out_fmt(o, "<li class=\"quiet\">%u accepted, hidden</li>", r->accepted);
    out_raw(o, "</ul></section>\n");
}

/* ---- findings, one row an id ---- */

struct kind_of_finding {
    const struct finding *worst; /* the first, which is the most severe */
    size_t count;
    rt_time first, last;
    unsigned buckets[BUCKETS];
    rt_str places[PLACES]; /* of the first ones */
};
struct kinds {
    RT_VEC(struct kind_of_finding) v;
    struct rt_map by_id; /* 1 + its place in `v` */
};
struct trend { /* when all of them were found first */
    rt_time from;
    rt_dur bucket;
};

static void
trend_of(const struct report *r, struct trend *t)
{
    rt_time last = RT_TIME_NONE;
    t->from = RT_TIME_NONE;
    for (size_t i = 0; i < r->finding_count; i++) {
        rt_time at = r->findings[i]->first;
        if (at == RT_TIME_NONE)
            continue;
        t->from = t->from == RT_TIME_NONE || at < t->from ? at : t->from;
        last = last == RT_TIME_NONE || at > last ? at : last;
    }
    t->bucket = t->from == RT_TIME_NONE ? 1 : (last - t->from) / BUCKETS + 1;
}

static struct kind_of_finding *
kind_of(struct kinds *all, const struct finding *f)
{
    size_t place = (size_t)(uintptr_t)rt_map_get(&all->by_id, f->id);
    if (place > 0)
        return &all->v.v[place - 1];
    struct kind_of_finding *k = RT_VEC_PUSH(&all->v);
    if (k == NULL || rt_map_put(&all->by_id, f->id, (void *)(uintptr_t)all->v.n) < 0)
        return NULL;
    k->worst = f;
    k->first = k->last = RT_TIME_NONE;
    return k;
}

static rt_str
name_session(const struct report *r, const struct finding *f)
{
    const struct session *s = report_session(r, f->session);
    return s == NULL        ? f->app_id.n > 0 ? f->app_id : RT_LIT("all inputs")
                  : s->cname.n > 0 ? s->cname
                            : s->id;
}

/* As on the terminal: the most severe, then the most frequent, then the newest. */
static int
by_weight(const void *a, const void *b)
{
    const struct kind_of_finding *x = a, *y = b;
    if (x->worst->severity != y->worst->severity)
        return x->worst->severity < y->worst->severity ? 1 : -1;
    if (x->count != y->count)
        return x->count < y->count ? 1 : -1;
    return x->last != y->last ? (x->last < y->last ? 1 : -1)
                              : rt_str_cmp(x->worst->id, y->worst->id);
}

static void
gather(const struct report *r, const struct trend *t, struct kinds *all)
{
    rt_map_init(&all->by_id);
    for (size_t i = 0; i < r->finding_count; i++) {
        const struct finding *f = r->findings[i];
        struct kind_of_finding *k = kind_of(all, f);
        if (k == NULL)
            return;
        if (k->count < PLACES)
            k->places[k->count] = name_session(r, f);
        k->count++;
        if (f->first == RT_TIME_NONE)
            continue;
        k->first = k->first == RT_TIME_NONE || f->first < k->first ? f->first : k->first;
        k->last = k->last == RT_TIME_NONE || f->last > k->last ? f->last : k->last;
        k->buckets[(f->first - t->from) / t->bucket]++;
    }
    if (all->v.n > 1)
        qsort(all->v.v, all->v.n, sizeof(*all->v.v), by_weight);
}

static void
draw_trend(const struct kind_of_finding *k, struct out *o)
{
    unsigned most = 1;
    for (int i = 0; i < BUCKETS; i++)
        most = k->buckets[i] > most ? k->buckets[i] : most;
    out_fmt(
        o,
        "<svg class=\"spark\" viewBox=\"0 0 120 22\" role=\"img\"><title>%zu over time, at most %u at once</title>",
        k->count, most);
    for (int i = 0; i < BUCKETS; i++) {
        double h = k->buckets[i] == 0 ? 1 : 4 + 18.0 * k->buckets[i] / most;
        out_fmt(o, "<rect x=\"%d\" y=\"%.1f\" width=\"4\" height=\"%.1f\"%s/>", i * 5, 22 - h,
                h, k->buckets[i] == 0 ? " class=\"none\"" : "");
    }
    out_raw(o, "</svg>");
}

static void
name_sessions(const struct kind_of_finding *k, struct out *o)
{
    size_t told = k->count < PLACES ? k->count : PLACES;
    for (size_t i = 0; i < told; i++) {
        out_raw(o, i > 0 ? ", " : "");
        html_text(o, k->places[i]);
    }
    if (k->count > told)
        out_fmt(o, ", %zu more", k->count - told);
}

static void
finding_row(const struct kind_of_finding *k, const struct html_frame *frame, struct out *o)
{
    static const char *const marks[] = {"", "●", "▲", "✖", "✖"};
    const struct finding *f = k->worst;
    const char *name = severity_name(f->severity);
    out_fmt(
        o,
        "<tr><td class=\"severity %s\"><span class=\"mark\">%s</span> <span class=\"word\">%s</span></td><td class=\"say\"><strong>",
        name, marks[f->severity], name);
    html_text(o, f->id);
    out_raw(o, "</strong><p>");
    html_text(o, f->say);
    out_raw(o, "</p>\n<div class=\"actions\"><details><summary>how to fix</summary><p>");
    html_text(o, f->fix);
    out_raw(o, "</p><p class=\"quiet\">");
    html_text(o, f->why);
    out_raw(o, "</p><p class=\"quiet\">in ");
    name_sessions(k, o);
    out_raw(o, "</p></details><button class=\"only-js link\" data-rule=\"");
    html_text(o, f->id);
    out_fmt(
        o,
        "\">show %zu session%s</button></div></td><td class=\"number\">%zu</td><td class=\"time first\">",
        k->count, rt_plural(k->count), k->count);
    html_when(frame, k->first, o);
    out_raw(o, "</td><td class=\"time last\">");
    html_when(frame, k->last, o);
    out_raw(o, "</td><td class=\"trend\">");
    draw_trend(k, o);
    out_raw(o, "</td></tr>\n");
}

static void
findings_head(const struct report *r, const struct trend *t, struct out *o)
{
    char human[RT_TIME_MAX];
    rt_dur shown = t->bucket < RT_SEC ? RT_SEC : t->bucket / RT_SEC * RT_SEC;
    out_fmt(
        o,
        "<thead><tr><th scope=\"col\">severity</th><th scope=\"col\">what</th><th scope=\"col\" class=\"number\">found</th>"
        "<th scope=\"col\" class=\"first\">first (%s)</th><th scope=\"col\" class=\"last\">last (%s)</th>"
        "<th scope=\"col\" class=\"trend\">trend (by %s)</th></tr></thead>",
        report_zone(r), report_zone(r), rt_dur_human(shown, human));
}

void
html_findings(const struct report *r, const struct html_frame *f, struct out *o)
{
    struct kinds all = {.by_id = {0}};
    struct trend t;
    if (r->finding_count == 0)
        return;
    trend_of(r, &t);
    gather(r, &t, &all);
    out_raw(o, "<section><table class=\"findings\"><caption>Findings</caption>");
    findings_head(r, &t, o);
    out_raw(o, "<tbody>\n");
    for (size_t i = 0; i < all.v.n; i++) {
        if (i == KINDS_SHOWN)
            out_fmt(
                o,
                "</tbody></table>\n<details class=\"more\"><summary>%zu more kinds of "
                "findings</summary><table class=\"findings\"><caption class=\"hidden\">more findings</caption><tbody>\n",
                all.v.n - KINDS_SHOWN);
        finding_row(&all.v.v[i], f, o);
    }
    out_raw(o, "</tbody></table>");
    out_raw(o, all.v.n > KINDS_SHOWN ? "</details></section>\n" : "</section>\n");
    RT_VEC_FREE(&all.v);
    rt_map_fini(&all.by_id);
}

/* ---- foot ---- */

static void
input_row(const struct report_input *in, const char *digest, struct out *o)
{
    out_raw(o, "<tr><td class=\"id\">");
    html_text(o, in->path);
    out_raw(o, "</td><td>");
    html_text(o, in->format);
    out_fmt(
        o,
        "</td><td class=\"number\">%llu</td><td class=\"number\">%llu</td><td class=\"id digest\">%s</td></tr>\n",
        (unsigned long long)in->lines, (unsigned long long)in->counts[0],
        digest[0] != '\0' ? digest : "-");
    for (size_t w = 0; w < in->warning_count; w++) {
        out_raw(o, "<tr><td colspan=\"5\" class=\"warning\">");
        html_text(o, in->warnings[w]);
        out_raw(o, "</td></tr>\n");
    }
}

static void
fact(struct out *o, const char *name, const char *text)
{
    out_fmt(o, "<dt>%s</dt><dd>%s</dd>\n", name, text);
}

static void
redaction_fact(const struct writer_options *w, const char *removed, struct out *o)
{
    char text[600];
    if (w->scrub == NULL) {
        fact(o, "Redaction",
             "credentials are left out; ids and channel names are shown as they are");
        return;
    }
    snprintf(text, sizeof(text), "profile %s; taken out: %s",
             scrub_profile_name(w->scrub->profile), removed[0] != '\0' ? removed : "nothing");
    fact(o, "Redaction", text);
}

void
html_foot(const struct report *r, const struct writer_options *w, const char *removed,
          struct out *o)
{
    static const char *const statuses[] = {"0: ran", "1: a finding reached --fail-on",
                                           "2: rules are invalid",
                                           "3: an input could not be read"};
    char text[400], human[RT_TIME_MAX];
    const char *times = report_is_zoned(r)
                            ? "times are UTC, as the inputs tell them"
                            : "times are those of the inputs, which tell no zone";
    out_raw(
        o,
        "<footer><table><caption>Inputs</caption><thead><tr><th scope=\"col\">file</th><th scope=\"col\">format</th>"
        "<th scope=\"col\" class=\"number\">lines</th><th scope=\"col\" class=\"number\">understood</th>"
        "<th scope=\"col\">SHA-256</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < r->input_count; i++)
        input_row(&r->inputs[i], w->digests != NULL ? w->digests[i] : "", o);
    out_raw(o, "</tbody></table>\n<dl>\n");
    redaction_fact(w, removed, o);
    if (r->skew_known)
        snprintf(text, sizeof(text), "%s; the clocks differ by %s, which is not applied", times,
                 rt_dur_human(r->skew < 0 ? -r->skew : r->skew, human));
    else
        snprintf(text, sizeof(text), "%s; whether the clocks differ is not known", times);
    fact(o, "Assumptions", text);
    out_raw(o, "<dt>Rule pack</dt><dd>");
    html_text(o, r->rules->version);
    out_fmt(o, " <span class=\"id\">%s</span></dd>\n", r->rules->sha256);
    snprintf(text, sizeof(text), "rectrace %s", r->version);
    fact(o, "Made by", text);
    if (w->scrub != NULL)
        fact(o, "Exit status", w->status >= 0 && w->status <= 3 ? statuses[w->status] : "-");
    out_raw(o, "</dl></footer>\n");
}
