/*
 * batch.h - joins the stages: inputs to a finished report.
 *
 * One worker an input at a time, up to `threads` of them; each reads, inflates and extracts its
 * own input and hands events over in parcels. The engine sorts by what the events say, so the
 * number of threads never changes a report.
 */
#ifndef RECTRACE_PIPELINE_BATCH_H
#define RECTRACE_PIPELINE_BATCH_H

#include <stdatomic.h>

#include "detect/detect.h"
#include "ingest/inputs.h"
#include "report/model.h"
#include "session/engine.h"
#include "session/session.h"

struct batch_stream { /* where sessions go as they close; NULL functions: keep them all */
    int (*session)(void *arg, const struct report *r, const struct session *s,
                   struct rt_err *err);
    int (*finding)(void *arg, const struct report *r, const struct finding *f,
                   struct rt_err *err);
    int (*unchecked)(void *arg, const struct report *r, const struct unchecked *u,
                     struct rt_err *err);
    void *arg;
};

struct batch_options {
    const struct input_list *inputs;
    unsigned threads;     /* >= 1 */
    const char *format;   /* forced for all inputs, or NULL */
    const char *zone;     /* of stamps without one, or NULL */
    rt_time since, until; /* RT_TIME_NONE: open */
    const char *session;  /* only sessions whose ids begin so, or whose cname it is; or NULL */
    const char *channel;  /* only this cname; or NULL */
    const char *app;      /* only app ids that begin so; or NULL */
    bool no_rules;        /* events and sessions only */
    bool show_accepted;   /* findings that the rules accept are like others */
    rt_time now;          /* for acceptances that end; RT_TIME_NONE: none has ended */
    rt_time stamp;        /* put into the report, or RT_TIME_NONE */
    const struct batch_stream *stream; /* NULL: collect */
};

struct batch_progress {         /* read by another thread while batch_run() works */
    atomic_uint_fast64_t bytes; /* of the files, compressed */
    atomic_uint_fast64_t lines;
    atomic_uint current; /* index of an input being read */
};

struct intake_result;
struct batch; /* owns the report and all that it shows */

/* NULL: memory or the stream failed. Unreadable inputs are warnings in the report. */
struct batch *batch_run(const struct rule_set *rules, const struct rt_limits *limits,
                        const struct batch_options *options, struct batch_progress *progress,
                        struct rt_err *err);
/* The same report of what was read and grouped elsewhere: nothing but verdicts and order is left to do. */
struct batch_parts {
    size_t input_count;
    /* What was read of the nth input, in their order; texts go to `arena`. */
    int (*input)(void *arg, size_t n, struct rt_arena *arena, struct intake_result *out,
                 struct rt_err *err);
    /* Hands over all groups, by session_group_order(), those aside last. Their sessions stay the caller's, may
     * have nothing but `marks` and `tag` written to, and must outlive the batch. */
    int (*groups)(void *arg, struct session_sink sink, struct rt_err *err);
    void *arg;
    struct session_engine_facts facts;
    struct meter *meter; /* consumed */
};
struct batch *batch_assemble(const struct rule_set *rules, const struct rt_limits *limits,
                             const struct batch_options *options,
                             const struct batch_parts *parts, struct rt_err *err);
void batch_free(struct batch **pb);
const struct report *batch_report(const struct batch *b);
/* How long the run took, by whoever owns a clock. */
void batch_set_seconds(struct batch *b, double seconds);
/* Inputs that could not be read at all, and those that were read in part. */
unsigned batch_unreadable(const struct batch *b);
unsigned batch_incomplete(const struct batch *b);
/* The step table of one rule for session `s` of the report. */
int batch_why(struct batch *b, const struct session *s, const struct rule *rule,
              struct rt_arena *a, struct why *out, struct rt_err *err);

#endif
