/*
 * cmd_diff.c - two reports against each other, for the morning after and for CI.
 */
#include "config.h"

#include <string.h>

#include "base/log.h"
#include "main/command.h"
#include "main/run.h"
#include "main/terminal.h"
#include "report/compare.h"

static int
run_diff(const struct options *o)
{
    if (o->operand_count != 2) {
        log_error("diff needs two reports: rectrace diff monday.json tuesday.json");
        return EXIT_USAGE;
    }
    struct comparison c;
    struct rt_err err = {0};
    struct writer_options w = terminal_writer_options(o);
    struct out *out = NULL;
    int rc = comparison_read(&c, o->operands[0], o->operands[1], &err);
    if (rc == 0)
        rc = (out = out_file(o->output, &err)) == NULL ? -1 : 0;
    if (rc == 0 && o->format != NULL && strcmp(o->format, "json") == 0)
        comparison_json(&c, out);
    else if (rc == 0)
        comparison_text(&c, &w, out);
    if (rc == 0)
        rc = out_close(&out, &err);
    int status = rc < 0 ? run_fail(&err)
                 : o->fail_on != SEVERITY_NONE && comparison_worst(&c) >= o->fail_on
                     ? EXIT_FOUND
                     : EXIT_RAN;
    out_abort(&out);
    comparison_fini(&c);
    /* A file that is no report is a wrong input, not a wrong rule. */
    return status == EXIT_RULES ? EXIT_USAGE : status;
}

const struct command cmd_diff = {
    .name = "diff",
    .arguments = "OLD.json NEW.json",
    .group = "Find out what went wrong",
    .doc = "two JSON reports: what is new, gone, worse; --fail-on counts what is new or worse",
    .about =
        "Compares two reports of --format json, or bundles that hold one. A finding is worse when it is more "
        "severe, or meets more sessions and a larger share of them. --fail-on takes new-error and the like "
        "too.",
    .examples = "rectrace diff monday.json tuesday.json\n"
                "rectrace diff --fail-on new-error last.json this.json",
    .takes = TAKES_FORMAT | TAKES_OUTPUT | TAKES_VERDICT | TAKES_SCREEN,
    .formats = "text json",
    .run = run_diff,
};
