/*
 * junit.c - sessions as test cases, for CI: a finding of severity error or above is a failure.
 */
#include "config.h"

#include "report/redact.h"
#include "report/writer.h"

static void
seconds(struct out *o, const struct session *s)
{
    rt_dur d = s->first == RT_TIME_NONE ? 0 : s->last - s->first;
    out_fmt(o, " time=\"%lld.%03lld\"", (long long)(d / RT_SEC),
            (long long)(d % RT_SEC / 1000));
}

static void
attribute(struct out *o, const char *name, rt_str value)
{
    out_fmt(o, " %s=\"", name);
    redact_write(o, value, out_html);
    out_char(o, '"');
}

/* What to do, and where it is seen. */
static void
text(struct out *o, const struct report *r, const struct finding *f)
{
    redact_write(o, f->why, out_html);
    out_char(o, '\n');
    redact_write(o, f->fix, out_html);
    for (size_t i = 0; i < f->evidence_count; i++) {
        if (f->evidence[i].input >= r->input_count)
            continue;
        out_char(o, '\n');
        redact_write(o, r->inputs[f->evidence[i].input].path, out_html);
        out_fmt(o, ":%llu", (unsigned long long)f->evidence[i].line);
    }
}

static void
failure(struct out *o, const struct report *r, const struct finding *f)
{
    out_raw(o, "      <failure");
    attribute(o, "type", f->id);
    attribute(o, "message", f->say);
    out_char(o, '>');
    text(o, r, f);
    out_raw(o, "</failure>\n");
}

/* What does not fail the case, a line each. */
static void
notes(struct out *o, const struct finding *const *list, size_t n)
{
    out_raw(o, "      <system-out>");
    for (size_t i = 0; i < n; i++) {
        if (list[i]->severity >= SEVERITY_ERROR)
            continue;
        out_fmt(o, "%s ", severity_name(list[i]->severity));
        out_html(o, list[i]->id);
        out_raw(o, ": ");
        redact_write(o, list[i]->say, out_html);
        out_char(o, '\n');
    }
    out_raw(o, "</system-out>\n");
}

static void
test_case(struct out *o, const struct report *r, const struct session *s, rt_str name,
          const struct finding *const *list, size_t n)
{
    size_t fails = 0;
    for (size_t i = 0; i < n; i++)
        fails += list[i]->severity >= SEVERITY_ERROR;
    out_raw(o, "    <testcase");
    attribute(o, "classname",
              s == NULL        ? RT_LIT("app")
              : s->cname.n > 0 ? s->cname
                               : RT_LIT("session"));
    attribute(o, "name", name);
    if (s != NULL)
        seconds(o, s);
    if (n == 0) {
        out_raw(o, "/>\n");
        return;
    }
    out_raw(o, ">\n");
    for (size_t i = 0; i < n; i++)
        if (list[i]->severity >= SEVERITY_ERROR)
            failure(o, r, list[i]);
    if (fails < n)
        notes(o, list, n);
    out_raw(o, "    </testcase>\n");
}

/* Cases: the sessions, and each finding that belongs to none. */
static void
count(const struct report *r, size_t *cases, size_t *failures)
{
    const size_t *of = NULL;
    *cases = r->session_count;
    *failures = 0;
    for (size_t i = 0; i < r->session_count; i++) {
        size_t n = report_session_findings(r, r->sessions[i], &of), bad = 0;
        for (size_t k = 0; k < n; k++)
            bad += r->findings[of[k]]->severity >= SEVERITY_ERROR;
        *failures += bad > 0;
    }
    for (size_t i = 0; i < r->finding_count; i++)
        if (report_session(r, r->findings[i]->session) == NULL) {
            (*cases)++;
            *failures += r->findings[i]->severity >= SEVERITY_ERROR;
        }
}

enum { LISTED = 64 };

static int
write_junit(const struct report *r, const struct writer_options *w, struct out *o,
            struct rt_err *err)
{
    size_t cases = 0, failures = 0;
    const size_t *of = NULL;
    (void)w, (void)err;
    count(r, &cases, &failures);
    out_fmt(o,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<testsuites name=\"rectrace\" tests=\"%zu\" failures=\"%zu\" errors=\"0\">\n"
            "  <testsuite name=\"recordings\" tests=\"%zu\" failures=\"%zu\" errors=\"0\" "
            "skipped=\"0\">\n",
            cases, failures, cases, failures);
    for (size_t i = 0; i < r->session_count; i++) {
        const struct finding *list[LISTED];
        size_t n = report_session_findings(r, r->sessions[i], &of);
        n = n > LISTED ? LISTED : n; /* sorted: the worst are first */
        for (size_t k = 0; k < n; k++)
            list[k] = r->findings[of[k]];
        test_case(o, r, r->sessions[i], r->sessions[i]->id, list, n);
    }
    for (size_t i = 0; i < r->finding_count; i++)
        if (report_session(r, r->findings[i]->session) == NULL)
            test_case(o, r, NULL, r->findings[i]->id, &r->findings[i], 1);
    out_raw(o, "  </testsuite>\n</testsuites>\n");
    return 0;
}

extern const struct writer writer_junit;
const struct writer writer_junit = {
    .name = "junit",
    .title = "sessions as test cases, for CI",
    .media_type = "application/xml",
    .passed_on = true,
    .write = write_junit,
};
