/*
 * main.c - the command line: options, one command, one exit status.
 */
#include "config.h"

#include <signal.h>
#include <stdio.h>

#include <jansson.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/out.h"
#include "main/command.h"
#include "main/help.h"

static int
show(void (*write)(struct out *, const struct command *), const struct command *c)
{
    struct rt_err err = {0};
    struct out *out = out_file("-", &err);
    if (out != NULL)
        write(out, c);
    if (out == NULL || out_close(&out, &err) < 0) {
        log_error("%s", err.msg);
        return EXIT_USAGE;
    }
    return EXIT_RAN;
}

static void
show_help(struct out *out, const struct command *c)
{
    if (c != NULL)
        help_command(out, c);
    else
        help_program(out);
}

static void
show_version(struct out *out, const struct command *c)
{
    (void)c;
    help_version(out);
}

static int
run(const struct options *o)
{
    const struct command *c = o->command != NULL ? command_find(o->command) : NULL;
    if (o->version)
        return show(show_version, NULL);
    if (o->help)
        return show(show_help, c);
    if (c == NULL) {
        log_error("what shall be read? rectrace FILE..., or rectrace --help");
        return EXIT_USAGE;
    }
    return c->run(o);
}

int
main(int argc, char **argv)
{
    /* A closed pipe is an error of writing, told by out_close(). */
    signal(SIGPIPE, SIG_IGN);
    json_set_alloc_funcs(rt_malloc, rt_free);
    struct options o;
    struct rt_err err = {0};
    int status = EXIT_USAGE;
    if (options_parse(&o, argc, argv, &err) < 0) {
        log_error("%s", err.msg);
    } else {
        if (o.verbose > 0)
            log_set_level(o.verbose > 1 ? LOG_DEBUG : LOG_INFO);
        status = run(&o);
    }
    options_fini(&o);
    return status;
}
