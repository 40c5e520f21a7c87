/*
 * intake.h - reads one input to its end: reader, extractor, and what the report says of it.
 */
#ifndef RECTRACE_PIPELINE_INTAKE_H
#define RECTRACE_PIPELINE_INTAKE_H

#include "extract/extract.h"
#include "ingest/inputs.h"
#include "pipeline/batch.h"

struct intake_options {
    const struct input *input;
    uint32_t index;
    const char *format, *zone; /* defaults of the run; the input's own win */
    enum reader_way way; /* READ_FEW: a look, for which only format and times are extracted */
    bool drop_times;     /* stamps without a zone are not used: other inputs have one */
    rt_time since, until;
    uint64_t max_lines;          /* 0 = all */
    struct route_cache *cache;   /* of the thread; or NULL */
    const struct format *likely; /* what a look at its first lines chose; or NULL */
};

struct intake_result {
    bool unreadable;
    bool unzoned;
    const struct format *bare; /* of extract_facts() */
    uint64_t api_events, hook_events, aside_events;
    uint64_t kinds; /* mask of the kinds met */
    rt_time first, last;
    /* of one that is fed line by line, when its receiver was down; borrowed */
    const struct span_list *holes;
    struct report_input report; /* text in the arena */
};

void intake_count(struct intake_result *r, const struct event *e);

/* `event`: called for each, a KIND_OUTAGE among them; it is borrowed. `stretch`: whenever some thousand lines are done, and at
 * the end; `clock` is the latest time that the input has reached. 0, or -1 to stop with err set. */
struct intake_sink {
    int (*event)(void *arg, const struct event *e, struct rt_err *err);
    int (*stretch)(void *arg, rt_time clock, struct rt_err *err);
    void *arg;
};

/* 0, or -1: memory, or the sink stopped. An input that cannot be read is a result. */
int intake_run(const struct rule_set *rules, const struct rt_limits *limits,
               const struct intake_options *options, struct intake_sink sink,
               struct batch_progress *progress, struct rt_arena *arena,
               struct intake_result *out, struct rt_err *err);

/* ---- the same, line by line, for an input that grows; the pieces of intake_run() ---- */

struct intake;
/* All of `options` and `sink` as for intake_run(); no input is opened. Text of results goes to `arena`. */
struct intake *intake_new(const struct rule_set *rules, const struct rt_limits *limits,
                          const struct intake_options *options, struct intake_sink sink,
                          struct rt_err *err);
void intake_free(struct intake **pi);
/* A line without its end, as it came. */
int intake_line(struct intake *in, rt_str line, struct rt_err *err);
/* No line follows. */
int intake_end(struct intake *in, struct rt_err *err);
/* What the lines so far amount to; texts in `arena`. `drop_times`: as the option, which may change meanwhile. */
int intake_so_far(struct intake *in, bool drop_times, struct rt_arena *arena,
                  struct intake_result *out, struct rt_err *err);
struct extract *intake_extract(struct intake *in);
/* What was counted, to go on in another run; the extractor is told by itself. */
struct intake_tally {
    uint64_t api_events, hook_events, aside_events, kinds, lines, bytes;
    rt_time clock;
};
struct intake_tally intake_tally(const struct intake *in);
void intake_go_on(struct intake *in, const struct intake_tally *from);

#endif
