/*
 * redaction.h - the inputs once more, line by line through the redactor, as inputs of their own.
 *
 * Every line keeps its number: what is not chosen is left empty. So a report of them names the same
 * places, and shows nothing that the redactor took out.
 */
#ifndef RECTRACE_PIPELINE_REDACTION_H
#define RECTRACE_PIPELINE_REDACTION_H

#include "ingest/spool.h"
#include "pipeline/choice.h"
#include "report/scrub.h"

struct redaction {
    struct spool spool;
    struct input_list inputs;
    uint64_t lines, kept;
};
/* First walk: the secrets of all lines and the ids of all sessions. Then the redactor is settled. */
int redaction_learn(struct scrub *scrub, const struct report *r,
                    const struct input_list *inputs, const struct rt_limits *limits,
                    struct rt_err *err);
/* Second walk. -1: memory, or a secret of the input would be left in some other encoding. */
int redaction_make(struct redaction *d, struct scrub *scrub, const struct choice *choice,
                   const struct report *r, const struct input_list *inputs,
                   const struct rt_limits *limits, struct rt_err *err);
void redaction_fini(struct redaction *d);

#endif
