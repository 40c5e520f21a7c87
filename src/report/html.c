/*
 * html.c - the report as one page that needs nothing else: a part that any browser shows, the report as
 * JSON, and the script of page/ that makes the rest from it.
 *
 * Nothing of a log becomes markup or script: text is escaped here, and set as text there; the policy
 * allows this script alone, by its hash.
 */
#include "config.h"

#include <nettle/base64.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <string.h>

#include "report/page.h"
#include "report/redact.h"
#include "report/writer.h"

enum { BUCKETS = 24, ROWS_STILL = 300, PLACES = 8, KINDS_SHOWN = 12 };
extern const struct writer writer_json;

static void
text(struct out *o, rt_str s)
{
    redact_write(o, s, out_html);
}

void
page_policy(bool live, char *out, size_t room)
{
    struct sha256_ctx sha;
    uint8_t sum[SHA256_DIGEST_SIZE];
    char base64[BASE64_ENCODE_RAW_LENGTH(SHA256_DIGEST_SIZE) + 1] = "";
    rt_str script = live ? page_live : page_script;
    sha256_init(&sha);
    sha256_update(&sha, script.n, (const uint8_t *)script.p);
    sha256_digest(&sha, sizeof(sum), sum);
    base64_encode_raw(base64, sizeof(sum), sum);
    snprintf(out, room,
             "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-%s'; base-uri 'none'; form-action 'none'%s", base64,
             live ? "; connect-src 'self'; frame-ancestors 'none'" : "");
}

static void
policy(struct out *o)
{
    char text[300];
    page_policy(false, text, sizeof(text));
    out_fmt(o, "<meta http-equiv=\"Content-Security-Policy\" content=\"%s\">\n", text);
}

/* ---- what the inputs cover ---- */

static void
window_of(const struct report *r, rt_time *first, rt_time *last)
{
    *first = *last = RT_TIME_NONE;
    for (size_t i = 0; i < r->input_count; i++) {
        rt_time a = r->inputs[i].first, b = r->inputs[i].last;
        if (a != RT_TIME_NONE && (*first == RT_TIME_NONE || a < *first))
            *first = a;
        if (b != RT_TIME_NONE && (*last == RT_TIME_NONE || b > *last))
            *last = b;
    }
}

static void
cover(const struct report *r, enum event_source source, const char *name, rt_time first,
      rt_time last, struct out *o)
{
    char a[RT_TIME_MAX], b[RT_TIME_MAX];
    double whole = (double)(last - first > 0 ? last - first : 1);
    out_fmt(o, "<span>%s</span><span class=\"bar\" role=\"img\" aria-label=\"%s\">", name,
            r->coverage->spans[source].n > 0 ? "covered in parts" : "not covered");
    for (size_t i = 0; i < r->coverage->spans[source].n; i++) {
        const struct span *s = &r->coverage->spans[source].v[i];
        out_fmt(o, "<i style=\"left:%.3f%%;width:%.3f%%\" title=\"%s .. %s\"></i>",
                100 * (double)(s->from - first) / whole,
                100 * (double)(s->to - s->from) / whole, rt_time_human(s->from, a),
                rt_time_human(s->to, b));
    }
    out_raw(o, "</span>\n");
}

static void
verdict(const struct report *r, struct out *o)
{
    size_t bad = 0;
    const size_t *of = NULL;
    for (size_t i = 0; i < r->session_count; i++)
        bad += report_session_findings(r, r->sessions[i], &of) > 0;
    out_raw(o, "<section><h2>Verdict</h2>\n");
    if (r->finding_count == 0)
        out_fmt(o, "<p class=\"verdict good\">No misuse was found in %zu session%s.</p>\n",
                r->session_count, rt_plural(r->session_count));
    else
        out_fmt(o, "<p class=\"verdict\">%zu of %zu session%s %s findings.</p>\n", bad,
                r->session_count, rt_plural(r->session_count), bad == 1 ? "has" : "have");
    out_raw(o, "<ul class=\"tally\">");
    for (int s = SEVERITY_CRITICAL; s >= SEVERITY_INFO; s--)
        if (r->severity_counts[s] > 0)
            out_fmt(o, "<li class=\"%s\">%u %s</li>", severity_name((enum severity)s),
                    r->severity_counts[s], severity_name((enum severity)s));
    if (r->unchecked_count > 0)
        out_fmt(o, "<li class=\"quiet\">%zu could not be checked</li>", r->unchecked_count);
    if (r->accepted > 0)
        out_fmt(o, "<li class=\"quiet\">%u accepted, hidden</li>", r->accepted);
    out_raw(o, "</ul></section>\n");
}

static void
coverage(const struct report *r, rt_time first, rt_time last, struct out *o)
{
    char human[RT_TIME_MAX];
    out_raw(o, "<section><h2>Coverage</h2>\n<div class=\"cover\">\n");
    if (first != RT_TIME_NONE) {
        cover(r, SOURCE_API, "API log", first, last, o);
        cover(r, SOURCE_HOOK, "callbacks", first, last, o);
    }
    out_raw(o, "</div>\n");
    if (first == RT_TIME_NONE)
        out_raw(o, "<p class=\"quiet\">The inputs tell no times.</p>\n");
    if (r->skew_known)
        out_fmt(o,
                "<p class=\"quiet\">The host of the API log runs %s %s the vendor (estimated "
                "from %u pairs, not applied).</p>\n",
                rt_dur_human(r->skew < 0 ? -r->skew : r->skew, human),
                r->skew < 0 ? "behind" : "ahead of", r->skew_basis);
    out_raw(o, "</section>\n");
}

/* ---- findings, one row an id ---- */

struct kind_of_finding {
    const struct finding *worst; /* the first, which is the most severe */
    size_t count;
    rt_time first, last;
    unsigned buckets[BUCKETS];
};

static void
gather(const struct report *r, size_t from, rt_time first, rt_time last,
       struct kind_of_finding *k)
{
    double whole = (double)(last - first > 0 ? last - first : 1);
    *k = (struct kind_of_finding){
        .worst = r->findings[from], .first = RT_TIME_NONE, .last = RT_TIME_NONE};
    for (size_t i = from; i < r->finding_count; i++) {
        const struct finding *f = r->findings[i];
        if (!rt_str_eq(f->id, k->worst->id))
            continue;
        k->count++;
        if (f->first == RT_TIME_NONE)
            continue;
        k->first = k->first == RT_TIME_NONE || f->first < k->first ? f->first : k->first;
        k->last = f->last > k->last ? f->last : k->last;
        double share = (double)(f->first - first) / whole;
        k->buckets[share <= 0 ? 0 : share >= 1 ? BUCKETS - 1 : (int)(share * BUCKETS)]++;
    }
}

static void
trend(const struct kind_of_finding *k, struct out *o)
{
    unsigned most = 1;
    for (int i = 0; i < BUCKETS; i++)
        most = k->buckets[i] > most ? k->buckets[i] : most;
    out_raw(
        o, "<svg class=\"spark\" viewBox=\"0 0 120 22\" role=\"img\"><title>over time</title>");
    for (int i = 0; i < BUCKETS; i++) {
        double h = k->buckets[i] == 0 ? 1 : 3 + 19.0 * k->buckets[i] / most;
        out_fmt(o, "<rect x=\"%d\" y=\"%.1f\" width=\"4\" height=\"%.1f\"/>", i * 5, 22 - h, h);
    }
    out_raw(o, "</svg>");
}

static void
name_session(const struct report *r, const struct finding *f, struct out *o)
{
    const struct session *s = report_session(r, f->session);
    text(o, s == NULL        ? f->app_id.n > 0 ? f->app_id : RT_LIT("all inputs")
                   : s->cname.n > 0 ? s->cname
                             : s->id);
}

static void
finding_row(const struct report *r, size_t from, const struct kind_of_finding *k, struct out *o)
{
    static const char *const marks[] = {"", "●", "▲", "✖", "✖"};
    const struct finding *f = k->worst;
    const char *name = severity_name(f->severity);
    char a[RT_TIME_MAX] = "-", b[RT_TIME_MAX] = "-";
    if (k->first != RT_TIME_NONE)
        rt_time_human(k->first, a);
    if (k->last != RT_TIME_NONE)
        rt_time_human(k->last, b);
    out_fmt(o, "<tr><td class=\"%s\">%s %s</td><td class=\"say\"><strong>", name,
            marks[f->severity], name);
    text(o, f->id);
    out_raw(o, "</strong><br>");
    text(o, f->say);
    out_raw(o, "\n<div class=\"actions\"><details><summary>how to fix</summary><p>");
    text(o, f->fix);
    out_raw(o, "</p><p class=\"quiet\">");
    text(o, f->why);
    out_raw(o, "</p><p class=\"quiet\">in ");
    size_t told = 0;
    for (size_t i = from; i < r->finding_count && told < PLACES; i++)
        if (rt_str_eq(r->findings[i]->id, f->id)) {
            out_raw(o, told++ > 0 ? ", " : "");
            name_session(r, r->findings[i], o);
        }
    if (k->count > told)
        out_fmt(o, ", %zu more", k->count - told);
    out_raw(o, "</p></details>\n<button class=\"only-js\" data-rule=\"");
    text(o, f->id);
    out_fmt(o,
            "\">show %zu</button></div></td><td class=\"number\">%zu</td><td class=\"time "
            "first\">%s</td><td class=\"time\">%s</td><td class=\"trend\">",
            k->count, k->count, a, b);
    trend(k, o);
    out_raw(o, "</td></tr>\n");
}

static bool
told_before(const struct report *r, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (rt_str_eq(r->findings[k]->id, r->findings[i]->id))
            return true;
    return false;
}

static size_t
kinds_of(const struct report *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->finding_count; i++)
        n += !told_before(r, i);
    return n;
}

static void
findings(const struct report *r, rt_time first, rt_time last, struct out *o)
{
    size_t kinds = kinds_of(r), told = 0;
    if (kinds == 0)
        return;
    out_raw(o, "<section><table class=\"findings\"><caption>Findings</caption><thead><tr><th "
               "scope=\"col\">severity</th><th scope=\"col\">what</th>"
               "<th scope=\"col\" class=\"number\">found</th><th scope=\"col\" "
               "class=\"first\">first (UTC)</th><th scope=\"col\">last (UTC)</th>"
               "<th scope=\"col\" class=\"trend\">trend</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < r->finding_count; i++) {
        struct kind_of_finding k;
        if (told_before(r, i))
            continue;
        if (told++ == KINDS_SHOWN)
            out_fmt(o,
                    "</tbody></table>\n<details class=\"more\"><summary>%zu more kinds of "
                    "findings</summary><table class=\"findings\"><tbody>\n",
                    kinds - KINDS_SHOWN);
        gather(r, i, first, last, &k);
        finding_row(r, i, &k, o);
    }
    out_raw(o, "</tbody></table>");
    out_raw(o, kinds > KINDS_SHOWN ? "</details></section>\n" : "</section>\n");
}

/* ---- sessions ---- */

static void
session_row(const struct report *r, const struct session *s, struct out *o)
{
    const size_t *of = NULL;
    size_t n = report_session_findings(r, s, &of);
    char a[RT_TIME_MAX] = "-", b[RT_TIME_MAX] = "-";
    const rt_str cells[] = {s->cname.n > 0 ? s->cname : s->id, s->uid, s->mode,
                            rt_str_of(session_phase_name(s->phase))};
    out_raw(o, "<tr>");
    for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
        out_raw(o, "<td>");
        text(o, cells[i].n > 0 ? cells[i] : RT_LIT("-"));
        out_raw(o, "</td>");
    }
    out_raw(o, "<td>");
    for (size_t i = 0; i < n; i++) {
        out_raw(o, i > 0 ? ", " : "");
        text(o, r->findings[of[i]]->id);
    }
    if (s->first != RT_TIME_NONE) {
        rt_time_human(s->first, a);
        rt_dur_human(s->last - s->first, b);
    }
    out_fmt(o, "</td><td class=\"time\">%s</td><td class=\"time\">%s</td></tr>\n", b, a);
}

static void
tools(struct out *o)
{
    static const char *const severities[] = {"critical", "error", "warning", "info", "clean"};
    out_raw(o, "<div class=\"tools only-js\"><input type=\"search\" id=\"search\" "
               "placeholder=\"channel, uid, sid, code, finding  ( / )\" "
               "aria-label=\"search sessions\">");
    for (size_t i = 0; i < sizeof(severities) / sizeof(severities[0]); i++)
        out_fmt(o,
                "<button class=\"%s\" data-severity=\"%s\" aria-pressed=\"true\">%s</button>",
                severities[i], severities[i], severities[i]);
    out_raw(o, "<select id=\"rule\" aria-label=\"finding\"><option value=\"\">all "
               "findings</option></select>"
               "<span class=\"quiet\" id=\"count\" aria-live=\"polite\"></span></div>\n");
}

static void
sessions(const struct report *r, struct out *o)
{
    out_raw(o, "<section class=\"sessions\"><h2>Sessions</h2>\n");
    tools(o);
    out_raw(o, "<div class=\"grid\" id=\"grid\" tabindex=\"0\"><table><caption "
               "class=\"quiet\">by their start</caption><thead><tr><th>channel</th>"
               "<th>uid</th><th>mode</th><th>state</th><th>findings</th><th>length</"
               "th><th>start (UTC)</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < r->session_count && i < ROWS_STILL; i++)
        session_row(r, r->sessions[i], o);
    out_raw(o, "</tbody></table></div>\n");
    if (r->session_count > ROWS_STILL)
        out_fmt(o,
                "<noscript><p class=\"quiet\">%zu more sessions are in the data of this page; "
                "they are shown with JavaScript.</p></noscript>\n",
                r->session_count - ROWS_STILL);
    out_raw(o, "</section>\n");
}

static void
foot(const struct report *r, struct out *o)
{
    out_raw(o, "<footer><table><caption>Inputs</caption><thead><tr><th>file</th><th>format</"
               "th><th class=\"number\">lines</th>"
               "<th class=\"number\">understood</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < r->input_count; i++) {
        const struct report_input *in = &r->inputs[i];
        out_raw(o, "<tr><td class=\"id\">");
        text(o, in->path);
        out_raw(o, "</td><td>");
        text(o, in->format);
        out_fmt(o, "</td><td class=\"number\">%llu</td><td class=\"number\">%llu</td></tr>\n",
                (unsigned long long)in->lines, (unsigned long long)in->counts[0]);
        for (size_t w = 0; w < in->warning_count; w++) {
            out_raw(o, "<tr><td colspan=\"4\" class=\"warning\">");
            text(o, in->warnings[w]);
            out_raw(o, "</td></tr>\n");
        }
    }
    out_fmt(o,
            "</tbody></table>\n<p>rectrace %s, rules %.*s <span class=\"id\">%.16s</span>. "
            "Credentials are left out; ids and channel names "
            "are shown as they are.</p></footer>\n",
            r->version, RT_FMT(r->rules->version), r->rules->sha256);
}

/* ---- data ---- */

/* JSON has these signs in its strings only, where an escape means the same. */
static void
script_safe(struct out *o, rt_str json)
{
    size_t from = 0;
    for (size_t i = 0; i < json.n; i++) {
        char c = json.p[i];
        if (c != '<' && c != '>' && c != '&')
            continue;
        out_rawn(o, (rt_str){json.p + from, i - from});
        out_fmt(o, "\\u%04x", (unsigned)c);
        from = i + 1;
    }
    out_rawn(o, rt_str_from(json, from));
}

static void
live_parts(struct out *o)
{
    out_raw(o, "<div class=\"three only-js\"><section><h2>Active recordings</h2><ul id=\"active\"></ul></section>"
               "<section><h2>Deliveries</h2><ul id=\"deliveries\"></ul></section>"
               "<section><h2>Findings that changed</h2><ul id=\"changes\"></ul></section></div>\n");
}

/* `live`: NULL for a file. */
static int
write_page(const struct report *r, const struct page_live_facts *live, struct out *o, struct rt_err *err)
{
    const struct writer_options w = {.columns = 80, .unicode = true};
    rt_str script = live != NULL ? page_live : page_script;
    rt_time first, last;
    char a[RT_TIME_MAX], b[RT_TIME_MAX];
    struct out *json = out_memory(err);
    if (json != NULL)
        out_share_clean(json, o);
    int rc = json == NULL ? -1 : writer_json.write(r, &w, json, err);
    window_of(r, &first, &last);
    out_raw(o, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    if (live == NULL)
        policy(o);
    out_raw(o, "<meta name=\"viewport\" content=\"width=device-width, "
               "initial-scale=1\">\n<meta name=\"referrer\" content=\"no-referrer\">\n"
               "<title>Recording diagnostics</title>\n<style>\n");
    out_rawn(o, page_style);
    out_raw(o, "</style>\n</head>\n<body>\n");
    if (live != NULL && live->unsigned_mode)
        out_raw(o, "<p class=\"banner\">unsigned mode: bodies of anybody are taken</p>\n");
    out_raw(o, "<header class=\"top\"><h1>rectrace</h1><span class=\"quiet\">Recording diagnostics</span>");
    if (live != NULL)
        out_raw(o, "<span id=\"live\" class=\"quiet\" role=\"status\">as of this request</span>"
                   "<span class=\"quiet\" id=\"counts\"></span>");
    out_raw(o, "<span class=\"window time\">");
    if (first != RT_TIME_NONE)
        out_fmt(o, "%s .. %s UTC", rt_time_human(first, a), rt_time_human(last, b));
    out_raw(o, "</span><label class=\"only-js\">times <select id=\"zone\"><option "
               "value=\"utc\">UTC</option><option value=\"local\">local</option>"
               "</select></label></header>\n<main>\n<div class=\"pair\">\n");
    verdict(r, o);
    coverage(r, first, last, o);
    out_raw(o, "</div>\n");
    if (live != NULL)
        live_parts(o);
    out_raw(o, "<div id=\"findings\">\n");
    findings(r, first, last, o);
    out_raw(o, "</div>\n");
    sessions(r, o);
    foot(r, o);
    out_raw(o, "</main>\n<aside class=\"drawer\" id=\"drawer\" "
               "aria-labelledby=\"drawer-title\" hidden></aside>\n"
               "<svg width=\"0\" height=\"0\" aria-hidden=\"true\"><defs><pattern id=\"dots\" "
               "width=\"3\" height=\"5\" patternUnits=\"userSpaceOnUse\">"
               "<circle cx=\"1\" cy=\"2.5\" r=\".8\" fill=\"var(--drain)\"/></pattern><pattern "
               "id=\"hatch\" width=\"3\" height=\"5\" patternUnits=\"userSpaceOnUse\">"
               "<path d=\"M0 5 L3 0\" stroke=\"var(--drain)\" "
               "stroke-width=\"1\"/></pattern></defs></svg>\n<script type=\"application/json\" "
               "id=\"data\">");
    if (rc == 0)
        script_safe(o, out_text(json));
    out_raw(o, "</script>\n<script>");
    out_rawn(o, script);
    out_raw(o, "</script>\n</body>\n</html>\n");
    out_abort(&json);
    return rc;
}

static int
write_html(const struct report *r, const struct writer_options *w, struct out *o, struct rt_err *err)
{
    (void)w;
    return write_page(r, NULL, o, err);
}

int
page_write_live(const struct report *r, const struct page_live_facts *facts, struct out *o, struct rt_err *err)
{
    return write_page(r, facts, o, err);
}

extern const struct writer writer_html;
const struct writer writer_html = {
    .name = "html",
    .title = "one page for a browser, with all sessions",
    .media_type = "text/html; charset=utf-8",
    .passed_on = true,
    .write = write_html,
};
