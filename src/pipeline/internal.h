/*
 * internal.h - a batch while it runs; for the files of this folder that make it.
 *
 *   peek -> work -> group -> verdict -> conclude
 */
#ifndef RECTRACE_PIPELINE_INTERNAL_H
#define RECTRACE_PIPELINE_INTERNAL_H

#include <pthread.h>

#include "base/vec.h"
#include "pipeline/batch.h"
#include "pipeline/intake.h"
#include "pipeline/skew.h"
#include "pipeline/spans.h"

struct job {
    const struct input *input;
    uint32_t index;
    enum { JOB_WAITS, JOB_READS, JOB_DONE } state;
    rt_time begins;              /* by a look at its first lines; RT_TIME_NONE: unknown */
    bool unzoned;                /* likewise: its times name no zone */
    const struct format *likely; /* likewise: what reads it; or NULL */
    bool last;                   /* none is left to be read after it */
    rt_time seen;                /* earliest event so far */
    rt_time clock;
    struct span_list holes; /* when its receiver was down */
    struct rt_arena arena;
    struct intake_result result;
};

struct turn {
    rt_time begins;
    uint32_t job;
};

struct kept_group {
    struct session_group group;
    struct session **sessions;
    size_t found, found_end; /* its findings, before they are sorted */
};

struct batch {
    const struct rule_set *rules;
    const struct rt_limits *limits;
    const struct batch_options *options;
    struct batch_progress *progress;
    struct job *jobs;
    struct turn *order; /* of jobs: by their first time */
    size_t job_count;
    bool drop_times;
    const char **paths;

    /* `lock` guards all of this while workers run. */
    pthread_mutex_t lock;
    size_t next;
    bool stop;
    struct rt_err err;
    struct session_engine *engine;   /* NULL: the groups come from elsewhere */
    const struct batch_parts *parts; /* likewise: from there, while it is assembled */
    bool borrowed;                   /* its sessions are somebody else's */
    struct session_engine_facts facts;
    struct meter *meter;
    rt_time advanced;

    struct coverage coverage;
    struct detector *detector;
    struct finding_list found;
    RT_VEC(struct session *) sessions;
    RT_VEC(struct kept_group) groups;
    struct spans spans;
    struct skew skew;
    RT_VEC(const struct finding *) findings;
    RT_VEC(struct report_input) inputs;
    struct report_links *links;
    struct report report;
    unsigned unreadable, incomplete;
};

/* ---- peek.c ---- */

/* Which input begins when, and whether zones are missing. */
int batch_prepare(struct batch *b, struct rt_err *err);

/* ---- work.c ---- */

/* Reads all inputs on as many threads as there may be. */
int batch_read(struct batch *b, struct rt_err *err);
struct intake_options batch_intake_options(const struct batch *b, const struct job *j);
/* The run ends with this error, unless there was one before. */
void batch_stop(struct batch *b, const struct rt_err *err);

/* ---- group.c ---- */

bool batch_asked_for(const struct batch_options *o, const struct session *s);
/* Whether what is said of the session with that id (`s`, NULL: not at hand; no id: of none) was asked for. */
bool batch_concerns(const struct batch *b, rt_str id, const struct session *s);
/* Counts a finding, unless it is hidden or its session (may be NULL) was not asked for. */
bool batch_shown(struct batch *b, const struct finding *f, const struct session *s);
/* For a session_sink: keeps the group, or streams it. */
int batch_take_group(void *batch, const struct session_group *g, struct rt_err *err);

/* ---- verdict.c ---- */

/* What the inputs tell so far: from their first time to their last, or to where they are. */
int batch_cover(struct batch *b, struct rt_err *err);
/* All findings of what was kept, and whether they hang on the difference of the clocks. */
int batch_detect(struct batch *b, struct rt_err *err);

/* ---- conclude.c ---- */

int batch_fill_inputs(struct batch *b, struct rt_err *err);
/* All groups are there: verdicts, order, links. */
int batch_conclude(struct batch *b, struct rt_err *err);
/* Findings about apps and hosts, and those that the stream did not carry yet. */
int batch_stream_rest(struct batch *b, struct rt_err *err);

#endif
