/*
 * cmd_sessions.c - a table, one line a session; and one session with all it holds.
 */
#include "config.h"

#include <string.h>

#include "base/log.h"
#include "base/out.h"
#include "main/run.h"
#include "report/writer.h"

typedef int show_fn(const struct run *r, const struct options *o, struct out *out,
                    struct rt_err *err);

/* Reads `paths`, writes what `show` writes. */
static int
read_and_show(const struct options *o, char *const *paths, int count, show_fn *show)
{
    struct run r;
    int status = EXIT_RULES;
    if (run_load_rules(&r, o) == 0 && run_read(&r, paths, count, NULL, &status) == 0) {
        struct out *out = out_file(o->output, &r.err);
        int rc = out == NULL ? -1 : show(&r, o, out, &r.err);
        if (rc == 0)
            rc = out_close(&out, &r.err);
        else if (out != NULL)
            out_abort(&out);
        status = rc == 0 ? run_status(&r) : rc > 0 ? EXIT_USAGE : run_fail(&r.err);
    }
    run_fini(&r);
    return status;
}

static int
show_table(const struct run *r, const struct options *o, struct out *out, struct rt_err *err)
{
    struct writer_options w = terminal_writer_options(o);
    w.next = r->next;
    return text_sessions(batch_report(r->batch), &w, out, err);
}

static int
run_sessions(const struct options *o)
{
    return read_and_show(o, o->operands, o->operand_count, show_table);
}

static int
show_one(const struct run *r, const struct options *o, struct out *out, struct rt_err *err)
{
    const struct session *s = run_find_session(r, o->operands[0]);
    if (s == NULL)
        return 1;
    struct writer_options w = terminal_writer_options(o);
    w.next = r->next;
    return text_session(batch_report(r->batch), s, &w, out, err);
}

static int
run_session(const struct options *o)
{
    if (o->operand_count < 2) {
        log_error("session needs ID and FILE...: rectrace session room-117 api.log.gz");
        return EXIT_USAGE;
    }
    if (run_swapped(o, 0))
        return EXIT_USAGE;
    return read_and_show(o, o->operands + 1, o->operand_count - 1, show_one);
}

const struct command cmd_sessions = {
    .name = "sessions",
    .arguments = "FILE...",
    .group = "Find out what went wrong",
    .doc = "a table, one line a session",
    .about =
        "A line a recording: channel, uid, mode, how it ended, when, for how long, the findings, the sid. The "
        "number in front may be used as an ID.",
    .examples = "rectrace sessions api.log.gz\nrectrace sessions --channel room-117 logs/",
    .takes =
        TAKES_FORMAT | TAKES_OUTPUT | TAKES_RULES | TAKES_INPUT | TAKES_REPORT | TAKES_SCREEN,
    .formats = "text",
    .run = run_sessions,
};

const struct command cmd_session = {
    .name = "session",
    .arguments = "ID FILE...",
    .group = "Find out what went wrong",
    .doc = "one session: timeline and findings (ID: prefix of sid or resource id, a cname, #N)",
    .about =
        "What it came to, a bar of its phases, every call and callback in order, the steps that are missing, "
        "and each finding with its proof. ID is the beginning of a sid or resource id, a channel name, or #3 "
        "for the third row of sessions. What fits several lists them and exits with 3.",
    .examples =
        "rectrace session room-117 api.log.gz\nrectrace session '#3' api.log.gz hooks.jsonl",
    .takes =
        TAKES_FORMAT | TAKES_OUTPUT | TAKES_RULES | TAKES_INPUT | TAKES_REPORT | TAKES_SCREEN,
    .formats = "text",
    .run = run_session,
};
