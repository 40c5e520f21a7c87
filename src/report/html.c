/*
 * html.c - the report as one page that needs nothing else: a part that any browser shows (html_parts.c,
 * html_sessions.c), the report as data (page_json.c), and the script of page/ that makes the rest from it.
 *
 * Nothing of a log becomes markup or script: text is escaped here, and set as text there; the policy
 * allows this script alone, by its hash.
 */
#include "config.h"

#include <nettle/base64.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <string.h>

#include "report/html_parts.h"
#include "report/page.h"
#include "report/scrub.h"

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
    snprintf(
        out, room,
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-%s'; base-uri 'none'; form-action 'none'%s",
        base64, live ? "; connect-src 'self'; frame-ancestors 'none'" : "");
}

static void
policy(struct out *o)
{
    char text[300];
    page_policy(false, text, sizeof(text));
    out_fmt(o, "<meta http-equiv=\"Content-Security-Policy\" content=\"%s\">\n", text);
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
top(const struct report *r, const struct html_frame *f, const struct writer_options *w,
    const struct page_live_facts *live, struct out *o)
{
    char a[RT_TIME_MAX], b[RT_TIME_MAX];
    out_raw(
        o,
        "<header class=\"top\"><h1>rectrace</h1><span class=\"quiet\">Recording diagnostics</span>");
    if (live != NULL)
        out_raw(o,
                "<span id=\"live\" class=\"quiet\" role=\"status\">as of this request</span>");
    out_raw(o, "<span class=\"window time\">");
    if (f->first != RT_TIME_NONE)
        out_fmt(o, "%s – %s %s", rt_time_human(f->first, a),
                f->days ? rt_time_human(f->last, b) : rt_time_clock(f->last, b),
                report_is_zoned(r) ? "UTC" : "(no zone)");
    /* What tells no zone cannot be told in another one. */
    out_fmt(
        o,
        "</span><label class=\"only-js\">times <select id=\"zone\"><option value=\"utc\">%s</option>%s</select></label>",
        report_zone(r), report_is_zoned(r) ? "<option value=\"local\">local</option>" : "");
    if (w->scrub != NULL)
        out_fmt(o, "<span class=\"%s\">redaction: %s</span>",
                w->scrub->profile == SCRUB_NONE ? "error" : "quiet",
                scrub_profile_name(w->scrub->profile));
    out_raw(o, "</header>\n");
}

static void
body(const struct report *r, const struct phase_signs *signs, const struct writer_options *w,
     const struct page_live_facts *live, const char *removed, struct out *o)
{
    struct html_frame f;
    html_frame_of(r, &f);
    if (live != NULL && live->unsigned_mode)
        out_raw(o, "<p class=\"banner\">unsigned mode: bodies of anybody are taken</p>\n");
    if (live != NULL)
        html_live_banners(live, o);
    top(r, &f, w, live, o);
    if (live != NULL)
        out_raw(o, "<p class=\"pulse quiet\" id=\"counts\"></p>\n");
    out_raw(o, "<main>\n<div class=\"pair\">\n");
    html_verdict(r, o);
    html_coverage(r, &f, o);
    out_raw(o, "</div>\n");
    if (live != NULL)
        html_live_parts(r, live, o);
    out_raw(o, "<div id=\"findings\">\n");
    html_findings(r, &f, o);
    out_raw(o, "</div>\n");
    html_sessions(r, signs, &f, o);
    html_foot(r, w, removed, o);
    out_raw(
        o,
        "</main>\n<aside class=\"drawer\" id=\"drawer\" aria-labelledby=\"drawer-title\" tabindex=\"-1\" hidden></aside>\n"
        "<svg width=\"0\" height=\"0\" aria-hidden=\"true\" class=\"defs\"><defs>"
        "<pattern id=\"dots\" width=\"4\" height=\"4\" patternUnits=\"userSpaceOnUse\"><circle cx=\"2\" cy=\"2\" r=\"1\"/></pattern>"
        "<pattern id=\"hatch\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\"><path d=\"M-1 1l2-2M0 5l5-5M4 6l2-2\"/></pattern>"
        "</defs></svg>\n");
}

/* `live`: NULL for a file. The data is made first: what was taken out of it is counted before the tables say it again. */
static int
write_page(const struct report *r, const struct writer_options *w,
           const struct page_live_facts *live, struct out *o, struct rt_err *err)
{
    struct phase_signs signs;
    struct out *json = out_memory(err);
    if (phase_signs_init(&signs, r->rules) < 0)
        rt_fail_mem(err);
    if (json != NULL)
        out_share_filter(json, o);
    int rc = json == NULL || signs.rows == NULL ? -1 : page_json(r, json, err);
    char removed[300] = "";
    if (rc == 0 && w->scrub != NULL)
        scrub_summary(w->scrub, removed, sizeof(removed));
    if (rc == 0) {
        out_raw(o, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        if (live == NULL)
            policy(o);
        out_raw(o, "<meta name=\"viewport\" content=\"width=device-width, "
                   "initial-scale=1\">\n<meta name=\"referrer\" content=\"no-referrer\">\n"
                   "<title>Recording diagnostics</title>\n<style>\n");
        out_rawn(o, page_style);
        if (live != NULL)
            out_rawn(o, page_live_style);
        out_raw(o, "</style>\n</head>\n<body>\n");
        body(r, &signs, w, live, removed, o);
        out_raw(o, "<script type=\"application/json\" id=\"data\">");
        script_safe(o, out_text(json));
        out_raw(o, "</script>\n<script>");
        out_rawn(o, live != NULL ? page_live : page_script);
        out_raw(o, "</script>\n</body>\n</html>\n");
    }
    phase_signs_fini(&signs);
    out_abort(&json);
    return rc;
}

static int
write_html(const struct report *r, const struct writer_options *w, struct out *o,
           struct rt_err *err)
{
    return write_page(r, w, NULL, o, err);
}

int
page_write_live(const struct report *r, const struct page_live_facts *facts, struct out *o,
                struct rt_err *err)
{
    const struct writer_options w = {.unicode = true};
    return write_page(r, &w, facts, o, err);
}

extern const struct writer writer_html;
const struct writer writer_html = {
    .name = "html",
    .title = "one page for a browser, with all sessions",
    .media_type = "text/html; charset=utf-8",
    .passed_on = true,
    .write = write_html,
};
