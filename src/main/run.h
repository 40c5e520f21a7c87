/*
 * run.h - what the commands that read logs share: rules, inputs, one batch run.
 */
#ifndef RECTRACE_MAIN_RUN_H
#define RECTRACE_MAIN_RUN_H

#include "main/command.h"
#include "main/terminal.h"
#include "pipeline/batch.h"
#include "rules/load.h"

struct run {
    const struct options *o;
    struct rule_set *rules;
    struct input_list inputs;
    struct recall *recall;         /* of --store */
    const struct input_list *from; /* what was read: `inputs`, or those of `recall` */
    bool again;       /* set before run_read(): standard input is kept, to be read once more */
    const char *next; /* the operands that were there, for another command line; NULL: many */
    struct batch *batch;
    bool rule_errors;
    bool input_errors; /* an operand that cannot be read at all */
    bool input_gaps;   /* something in a directory or an archive was left out */
    struct rt_err err;
};

/* Loads the rules; mistakes are printed to stderr. -1: the run cannot go on (told already). */
int run_load_rules(struct run *r, const struct options *o);
/* Reads `count` operands from `paths`, or what --store holds. -1: told already; *status is what to exit with. */
int run_read(struct run *r, char *const *paths, int count, const struct batch_stream *stream,
             int *status);
/* Analyses other inputs with the same options, filters only when `filtered`. NULL: r->err. */
struct batch *run_batch(struct run *r, const struct input_list *inputs, bool filtered,
                        const struct batch_stream *stream);
void run_fini(struct run *r);
/* The exit status of a run whose report was written. */
int run_status(const struct run *r);
/* Mistakes in rules, to stderr. */
void run_tell_messages(const struct rule_messages *m);
/* Prints `err` (with its place) and gives the status that belongs to its code. */
int run_fail(const struct rt_err *err);
/* True (told already): what stands at `id` is a file and the last operand is none, so they were swapped. */
bool run_swapped(const struct options *o, int id);
/* The one session that `id` means: "#3", a prefix of sid or resource id, a cname. NULL: told already,
 * with the candidates or the nearest names. */
const struct session *run_find_session(const struct run *r, const char *id);

#endif
