/*
 * clean.h - what a run read, once more through the redactor: for all that leaves the machine.
 *
 * The first analysis tells which ids there are and which lines matter; those lines are redacted and
 * analysed again, and every document is made of that second analysis. So nothing can be shown that the
 * redactor took out. Where the second finds less or more, more lines are taken, and what still differs is told.
 */
#ifndef RECTRACE_MAIN_CLEAN_H
#define RECTRACE_MAIN_CLEAN_H

#include "main/run.h"
#include "pipeline/likeness.h"
#include "pipeline/redaction.h"

struct clean {
    enum scrub_profile profile;
    char map[4096];    /* private file of the aliases; "" when there are none */
    char output[4096]; /* the name to write under: it says so when nothing was taken out */
    struct aliases aliases;
    struct scrub scrub;
    struct choice choice;
    struct redaction copy;
    struct batch *batch; /* of the copy */
    struct likeness likeness;
    struct rt_arena arena;
};
struct clean_want {
    const struct session *const *sessions; /* of the first report */
    size_t count;
    bool wide;                         /* what is found about no session matters as well */
    bool all;                          /* every line */
    const struct batch_stream *stream; /* of the second analysis; or NULL */
};
/* By --redact, --map and --output. -1: told already. */
int clean_init(struct clean *c, const struct options *o);
/* After run_read() with r->again. -1: r->err. */
int clean_make(struct clean *c, struct run *r, const struct clean_want *want);
/* For a document that is passed on without a second analysis: the redactor learns from the inputs, and `to` goes through
 * it. Nothing is written; clean_check() looks at the whole. -1: r->err. */
int clean_filter(struct clean *c, struct run *r, struct out *to);
/* -1: the document holds something that was taken out. */
int clean_check(const struct clean *c, rt_str document, const char *what, struct rt_err *err);
/* Of the inputs, for the foot of a document; borrowed from c->arena. NULL: memory. */
const char (*clean_digests(struct clean *c, const struct input_list *inputs))[65];
/* Saves the aliases. -1: r->err. */
int clean_save(struct clean *c, struct rt_err *err);
void clean_fini(struct clean *c);

#endif
