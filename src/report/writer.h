/*
 * writer.h - one row a format: a writer turns the finished model into a document.
 *
 * table.c lists them. A writer with `session` can stream: begin, session for each as it closes
 * (with the findings of its group that name it), end with a report whose session list is empty.
 */
#ifndef RECTRACE_REPORT_WRITER_H
#define RECTRACE_REPORT_WRITER_H

#include "base/out.h"
#include "report/model.h"

struct scrub;
struct writer_options {
    bool colour;
    bool unicode;     /* false: ASCII only */
    unsigned columns; /* >= 40 */
    bool all;         /* --all: no "n more" */
    const char *next; /* arguments for the "Next" line: the FILE operands joined; or NULL */
    bool verbose;
    const char *narrowed; /* options that leave sessions out, "--channel x"; NULL: none */
    /* Of documents that are passed on, or NULL: */
    const struct scrub *scrub; /* what they went through */
    const char (*digests)[65]; /* SHA-256 of the inputs, as many as there are; "": not known */
    int status;                /* what the program will exit with */
};
struct writer {
    const char *name; /* of --format */
    const char *title;
    const char *media_type;
    /* made to be sent or kept elsewhere: goes through the redactor, by profile vendor unless told */
    bool passed_on;
    /* A whole report. */
    int (*write)(const struct report *r, const struct writer_options *w, struct out *o,
                 struct rt_err *err);
    /* Streaming; NULL when the format cannot. */
    int (*session)(const struct report *r, const struct session *s, struct out *o,
                   struct rt_err *err);
    int (*finding)(const struct report *r, const struct finding *f, struct out *o,
                   struct rt_err *err);
    int (*unchecked)(const struct report *r, const struct unchecked *u, struct out *o,
                     struct rt_err *err);
    int (*end)(const struct report *r, struct out *o, struct rt_err *err);
};
extern const struct writer *const writers[]; /* NULL-terminated */
const struct writer *writer_find(const char *name);

/* Further documents of the text kind, each its own file. */
int text_sessions(const struct report *r, const struct writer_options *w, struct out *o,
                  struct rt_err *err);
int text_session(const struct report *r, const struct session *s,
                 const struct writer_options *w, struct out *o, struct rt_err *err);

#endif
