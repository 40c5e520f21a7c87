/*
 * cmd_explain.c - what a code, status, string, state, callback or finding means; needs no file.
 */
#include "config.h"

#include <string.h>

#include "base/log.h"
#include "base/out.h"
#include "main/run.h"
#include "report/explain.h"

static int
explain(const struct run *r, struct out *out, struct rt_err *err)
{
    const struct options *o = r->o;
    uint8_t on = KIND_NONE;
    if (o->on != NULL && (on = event_kind_find(rt_str_of(o->on))) == KIND_NONE)
        return rt_fail_here(
            err, RT_EUSAGE,
            "--on %s: a call is meant: acquire, start, query, update, updateLayout, stop",
            o->on);
    /* Words of a phrase may come as several operands. */
    struct rt_buf phrase;
    rt_buf_init(&phrase, 4096);
    for (int i = 0; i < o->operand_count; i++) {
        if (i > 0)
            rt_buf_addc(&phrase, ' ');
        rt_buf_add(&phrase, rt_str_of(o->operands[i]));
    }
    struct writer_options w = terminal_writer_options(o);
    bool json = o->format != NULL && strcmp(o->format, "json") == 0;
    int rc = phrase.failed ? rt_fail_here(err, RT_ELIMIT, "that is too long to look up")
             : json        ? explain_json(r->rules, rt_buf_str(&phrase), on, out)
                           : explain_text(r->rules, rt_buf_str(&phrase), on, &w, out);
    rt_buf_fini(&phrase);
    return rc;
}

static int
run_explain(const struct options *o)
{
    if (o->operand_count < 1) {
        log_error("explain needs a code, status, string, state, callback or finding: rectrace "
                  "explain 433");
        return EXIT_USAGE;
    }
    struct run r;
    int status = EXIT_RULES;
    struct out *out = NULL;
    if (run_load_rules(&r, o) < 0)
        goto out;
    out = out_file(o->output, &r.err);
    int rc = out == NULL ? -1 : explain(&r, out, &r.err);
    if (rc < 0 || out_close(&out, &r.err) < 0)
        status = run_fail(&r.err);
    else
        status = rc > 0 ? EXIT_USAGE : r.rule_errors ? EXIT_RULES : EXIT_RAN;
out:
    out_abort(&out);
    run_fini(&r);
    return status;
}

const struct command cmd_explain = {
    .name = "explain",
    .arguments = "CODE [--on CALL]",
    .group = "Look things up",
    .doc = "what a code, HTTP status, string, state, callback or finding means; works offline",
    .about =
        "Looks a number, a string or a name up in the tables and rules. A field before a number asks for what "
        "stands there alone: leave 6, errorCode 32, event 41. Without --on all meanings are told. No file is "
        "read.",
    .examples = "rectrace explain 65 --on stop\nrectrace explain recorder_leave",
    .takes = TAKES_FORMAT | TAKES_OUTPUT | TAKES_RULES | TAKES_SCREEN | TAKES_ON,
    .formats = "text json",
    .run = run_explain,
};
