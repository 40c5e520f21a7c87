/*
 * command.h - a subcommand is a file that exports one row; table.c lists the rows.
 */
#ifndef RECTRACE_MAIN_COMMAND_H
#define RECTRACE_MAIN_COMMAND_H

#include "main/options.h"

enum exit_status { EXIT_RAN = 0, EXIT_FOUND = 1, EXIT_RULES = 2, EXIT_USAGE = 3 };

struct command {
    const char *name;
    const char *arguments; /* "[FILE|DIR|-]..." */
    const char *group;     /* task under which --help lists it */
    const char *doc;       /* one line */
    const char *about;     /* a few sentences */
    const char *examples;  /* two lines or NULL */
    unsigned takes;        /* enum option_group, beside TAKES_ALWAYS */
    /* of --format, with blanks between; the first is the default. NULL: the writers' */
    const char *formats;
    /* Operands are o->operands. Returns the exit status. */
    int (*run)(const struct options *o);
};
extern const struct command *const commands[]; /* NULL-terminated */
const struct command *command_find(const char *name);
/* The formats that it writes, ", " between them, into `out`. */
enum { FORMATS_MAX = 200 };
const char *command_formats(const struct command *c, char out[FORMATS_MAX]);
bool command_writes(const struct command *c, const char *format);
/* Nearest name, or NULL when none is near. */
const char *command_near(const char *name);

#endif
