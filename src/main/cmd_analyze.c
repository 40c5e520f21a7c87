/*
 * cmd_analyze.c - sessions, findings, report: the main job.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/out.h"
#include "main/run.h"
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
run_analyze(const struct options *o)
{
    const struct writer *writer = writer_find(o->format != NULL ? o->format : "text");
    if (writer == NULL)
        return EXIT_USAGE;
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
    struct writer_options w = terminal_writer_options(o);
    w.next = o->store == NULL && o->operand_count > 0 ? o->operands[0] : NULL;
    const struct report *report = batch_report(r.batch);
    int rc = writer->end != NULL ? writer->end(report, st.out, &r.err)
                                 : writer->write(report, &w, st.out, &r.err);
    if (rc < 0)
        out_abort(&st.out);
    else
        rc = out_close(&st.out, &r.err);
    status = rc < 0 ? run_fail(&r.err) : run_status(&r);
out:
    run_fini(&r);
    return status;
}

const struct command cmd_analyze = {
    .name = "analyze",
    .arguments = "[FILE|DIR|-]...",
    .group = "Find out what went wrong",
    .doc = "sessions, findings, report (the command when only files are given)",
    .examples = "rectrace analyze api.log.gz\n"
                "rectrace analyze --format jsonl --fail-on error logs/",
    .takes = TAKES_FORMAT | TAKES_OUTPUT | TAKES_RULES | TAKES_INPUT | TAKES_VERDICT |
             TAKES_REPORT | TAKES_SCREEN,
    .run = run_analyze,
};

static int
run_report(const struct options *o)
{
    if (o->store != NULL && o->operand_count == 0)
        return run_analyze(o);
    log_error("report reads a store: give --store FILE and nothing else; for logs: rectrace analyze");
    return EXIT_USAGE;
}

const struct command cmd_report = {
    .name = "report",
    .arguments = "--store FILE",
    .group = "Receive callbacks",
    .doc = "the report of all that serve has stored",
    .examples = "rectrace report --store calls.db\n"
                "rectrace report --store calls.db --channel room-117 --format json",
    .takes = TAKES_FORMAT | TAKES_OUTPUT | TAKES_RULES | TAKES_INPUT | TAKES_VERDICT |
             TAKES_REPORT | TAKES_SCREEN | TAKES_STORE,
    .run = run_report,
};
