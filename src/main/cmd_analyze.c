/*
 * cmd_analyze.c - sessions, findings, report: the main job.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/out.h"
#include "main/clean.h"
#include "report/writer.h"

struct streaming {
    const struct writer *writer;
    struct out *out;
};

static int
stream_session(void *arg, const struct report *r, const struct session *s, struct rt_err *err)
{
    struct streaming *st = arg;
    return st->writer->session(r, s, st->out, err);
}

static int
stream_finding(void *arg, const struct report *r, const struct finding *f, struct rt_err *err)
{
    struct streaming *st = arg;
    return st->writer->finding(r, f, st->out, err);
}

static int
stream_unchecked(void *arg, const struct report *r, const struct unchecked *u,
                 struct rt_err *err)
{
    struct streaming *st = arg;
    return st->writer->unchecked(r, u, st->out, err);
}

static int
finish(const struct run *r, const struct writer *writer, const struct report *report,
       const struct writer_options *facts, struct out *out, struct rt_err *err)
{
    struct writer_options w = terminal_writer_options(r->o);
    w.next = r->o->redact == NULL ? r->next : NULL;
    if (facts != NULL) {
        w.scrub = facts->scrub;
        w.digests = facts->digests;
        w.status = facts->status;
    }
    return writer->end != NULL ? writer->end(report, out, err)
                               : writer->write(report, &w, out, err);
}

/* The whole document waits in memory until it was searched for what was taken out. */
static int
write_checked(struct run *r, struct clean *c, struct out *document)
{
    struct out *to = NULL;
    char removed[300];
    if (scrub_summary(&c->scrub, removed, sizeof(removed))[0] != '\0')
        log_info("taken out: %s", removed);
    int rc = clean_check(c, out_text(document), "report", &r->err);
    if (rc == 0 && (to = out_file(c->output, &r->err)) == NULL)
        rc = -1;
    if (rc == 0) {
        out_rawn(to, out_text(document));
        rc = out_close(&to, &r->err);
    }
    out_abort(&to);
    return rc == 0 ? clean_save(c, &r->err) : -1;
}

/* Of a second analysis, of redacted inputs. */
static int
write_clean(struct run *r, struct clean *c, const struct writer *writer)
{
    const struct report *first = batch_report(r->batch);
    bool filtered = r->o->session != NULL || r->o->channel != NULL || r->o->app != NULL;
    struct streaming st = {.writer = writer, .out = out_memory(&r->err)};
    struct batch_stream stream = {stream_session, stream_finding, stream_unchecked, &st};
    struct clean_want w = {(const struct session *const *)first->sessions, first->session_count,
                           !filtered, !filtered, writer->session != NULL ? &stream : NULL};
    struct writer_options facts = {.scrub = &c->scrub, .status = run_status(r)};
    int rc = st.out == NULL || clean_make(c, r, &w) < 0 ? -1 : 0;
    if (rc == 0 && (facts.digests = clean_digests(c, &c->copy.inputs)) == NULL)
        rc = rt_fail_mem(&r->err);
    if (rc == 0)
        rc = finish(r, writer, batch_report(c->batch), &facts, st.out, &r->err);
    if (rc == 0)
        rc = write_checked(r, c, st.out);
    out_abort(&st.out);
    return rc;
}

/* Of the one analysis; its texts go through the redactor. */
static int
write_filtered(struct run *r, struct clean *c, const struct writer *writer)
{
    struct out *document = out_memory(&r->err);
    struct writer_options facts = {.scrub = &c->scrub, .status = run_status(r)};
    int rc = document == NULL || clean_filter(c, r, document) < 0 ? -1 : 0;
    if (rc == 0 && (facts.digests = clean_digests(c, r->from)) == NULL)
        rc = rt_fail_mem(&r->err);
    if (rc == 0)
        rc = finish(r, writer, batch_report(r->batch), &facts, document, &r->err);
    if (rc == 0)
        rc = write_checked(r, c, document);
    out_abort(&document);
    return rc;
}

static int
analyze_clean(const struct options *o, const struct writer *writer)
{
    struct run r = {.o = o};
    struct clean c;
    int status = EXIT_USAGE;
    if (clean_init(&c, o) == 0) {
        status = EXIT_RULES;
        if (run_load_rules(&r, o) == 0) {
            r.again = true;
            if (run_read(&r, o->operands, o->operand_count, NULL, &status) == 0)
                status = (o->redact != NULL ? write_clean : write_filtered)(&r, &c, writer) < 0
                             ? run_fail(&r.err)
                             : run_status(&r);
        }
    }
    clean_fini(&c);
    run_fini(&r);
    return status;
}

static int
analyze(const struct options *o, const struct writer *writer)
{
    struct run r;
    int status = EXIT_RULES;
    if (run_load_rules(&r, o) < 0)
        goto out;
    struct streaming st = {.writer = writer, .out = out_file(o->output, &r.err)};
    if (st.out == NULL) {
        status = run_fail(&r.err);
        goto out;
    }
    struct batch_stream stream = {stream_session, stream_finding, stream_unchecked, &st};
    if (run_read(&r, o->operands, o->operand_count, writer->session != NULL ? &stream : NULL,
                 &status) < 0) {
        out_abort(&st.out);
        goto out;
    }
    int rc = finish(&r, writer, batch_report(r.batch), NULL, st.out, &r.err);
    if (rc < 0)
        out_abort(&st.out);
    else
        rc = out_close(&st.out, &r.err);
    status = rc < 0 ? run_fail(&r.err) : run_status(&r);
out:
    run_fini(&r);
    return status;
}

static int
run_analyze(const struct options *o)
{
    const struct writer *writer = writer_find(o->format != NULL ? o->format : "text");
    if (writer == NULL)
        return EXIT_USAGE;
    return o->redact != NULL || writer->passed_on ? analyze_clean(o, writer)
                                                  : analyze(o, writer);
}

const struct command cmd_analyze = {
    .name = "analyze",
    .arguments = "[FILE|DIR|-]...",
    .group = "Find out what went wrong",
    .doc = "sessions, findings, report (the command when only files are given)",
    .about =
        "Reads logs of calls and stored callbacks, rebuilds every recording, and tells what was misused, with "
        "the lines that prove it and what to do. FILE may be a file, a directory, an archive, a bundle or - "
        "for standard input; several are read as one. FILE@FORMAT,tz=ZONE says of one file what --as and --tz "
        "say of all.",
    .examples = "rectrace analyze api.log.gz\n"
                "rectrace analyze --format jsonl --fail-on error logs/",
    .takes = TAKES_FORMAT | TAKES_OUTPUT | TAKES_RULES | TAKES_INPUT | TAKES_VERDICT |
             TAKES_REPORT | TAKES_SCREEN | TAKES_REDACT,
    .run = run_analyze,
};

static int
run_report(const struct options *o)
{
    if (o->store != NULL && o->operand_count == 0)
        return run_analyze(o);
    log_error(
        "report reads a store: give --store FILE and nothing else; for logs: rectrace analyze");
    return EXIT_USAGE;
}

const struct command cmd_report = {
    .name = "report",
    .arguments = "--store FILE",
    .group = "Receive callbacks",
    .doc = "the report of all that serve has stored",
    .about =
        "What analyze makes of files, made of the store that serve fills; it may be asked at any time, while "
        "serve runs too.",
    .examples = "rectrace report --store calls.db\n"
                "rectrace report --store calls.db --channel room-117 --format json",
    .takes = TAKES_FORMAT | TAKES_OUTPUT | TAKES_RULES | TAKES_INPUT | TAKES_VERDICT |
             TAKES_REPORT | TAKES_SCREEN | TAKES_STORE | TAKES_REDACT,
    .run = run_report,
};
