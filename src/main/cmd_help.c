/*
 * cmd_help.c - help asked for by its name, and the manual pages of the commands.
 */
#include "config.h"

#include <string.h>

#include "base/log.h"
#include "main/help.h"

static int
run_help(const struct options *o)
{
    const struct command *c = o->operand_count > 0 ? command_find(o->operands[0]) : NULL;
    bool manual = o->format != NULL && strcmp(o->format, "mdoc") == 0;
    if (o->operand_count > 1) {
        log_error("help takes one command: rectrace help %s", o->operands[0]);
        return EXIT_USAGE;
    }
    if (c == NULL && o->operand_count > 0) {
        const char *near = command_near(o->operands[0]);
        log_error("no command '%s'%s%s%s; rectrace help lists them", o->operands[0],
                  near != NULL ? " (did you mean '" : "", near != NULL ? near : "",
                  near != NULL ? "'?)" : "");
        return EXIT_USAGE;
    }
    if (c == NULL && manual) {
        log_error("of which command? rectrace help --format mdoc analyze");
        return EXIT_USAGE;
    }
    struct rt_err err = {0};
    struct out *out = out_file(o->output, &err);
    if (out != NULL && manual)
        manual_command(out, c);
    else if (out != NULL && c != NULL)
        help_command(out, c);
    else if (out != NULL)
        help_program(out);
    if (out == NULL || out_close(&out, &err) < 0) {
        log_error("%s", err.msg);
        return EXIT_USAGE;
    }
    return EXIT_RAN;
}

const struct command cmd_help = {
    .name = "help",
    .arguments = "[COMMAND]",
    .group = "Look things up",
    .doc = "all commands, or one with its options",
    .about = "What --help tells. With --format mdoc it is the manual page of the command.",
    .examples = "rectrace help ticket\nrectrace help ticket --format mdoc | man -l -",
    .takes = TAKES_FORMAT | TAKES_OUTPUT,
    .formats = "text mdoc",
    .run = run_help,
};
