/*
 * batch.c - inputs to a finished report.
 *
 *   workers: intake -> parcel --lock--> engine ... all read ... groups -> detector -> model
 */
#include "config.h"

#include "base/alloc.h"
#include "pipeline/internal.h"

static int
run(struct batch *b, struct rt_err *err)
{
    if (batch_prepare(b, err) < 0)
        return -1;
    struct session_options so = {
        .paths = b->paths, .path_count = b->job_count, .threads = b->options->threads};
    b->engine = session_engine_new(b->rules, b->limits, &so, err);
    b->detector =
        b->engine == NULL ? NULL : detector_new(b->rules, b->limits, &b->coverage, err);
    if (b->detector == NULL || batch_read(b, err) < 0 || batch_cover(b, err) < 0 ||
        batch_fill_inputs(b, err) < 0)
        return -1;
    if (session_engine_finish(b->engine, (struct session_sink){batch_take_group, b}, err) < 0)
        return -1;
    session_engine_facts(b->engine, &b->facts);
    b->meter = session_engine_meter(b->engine);
    if (batch_conclude(b, err) < 0)
        return -1;
    return b->options->stream != NULL ? batch_stream_rest(b, err) : 0;
}

static int
assemble(struct batch *b, struct rt_err *err)
{
    const struct batch_parts *p = b->parts;
    b->jobs = rt_calloc(p->input_count + 1, sizeof(*b->jobs));
    if (b->jobs == NULL)
        return rt_fail_mem(err);
    for (; b->job_count < p->input_count; b->job_count++) {
        struct job *j = &b->jobs[b->job_count];
        *j = (struct job){.index = (uint32_t)b->job_count, .state = JOB_DONE};
        rt_arena_init(&j->arena, 1024, 0);
        if (p->input(p->arg, b->job_count, &j->arena, &j->result, err) < 0) {
            rt_arena_fini(&j->arena);
            return -1;
        }
    }
    b->facts = p->facts;
    b->meter = p->meter;
    b->detector = detector_new(b->rules, b->limits, &b->coverage, err);
    if (b->detector == NULL || batch_cover(b, err) < 0 || batch_fill_inputs(b, err) < 0 ||
        p->groups(p->arg, (struct session_sink){batch_take_group, b}, err) < 0)
        return -1;
    int rc = batch_conclude(b, err);
    b->meter = NULL;
    return rc;
}

static struct batch *
new_batch(const struct rule_set *rules, const struct rt_limits *limits,
          const struct batch_options *options, struct rt_err *err)
{
    struct batch *b = rt_calloc(1, sizeof(*b));
    if (b == NULL) {
        rt_fail_mem(err);
        return NULL;
    }
    b->rules = rules;
    b->limits = limits;
    b->options = options;
    b->advanced = RT_TIME_NONE;
    pthread_mutex_init(&b->lock, NULL);
    coverage_init(&b->coverage);
    finding_list_init(&b->found);
    spans_init(&b->spans, rules);
    skew_init(&b->skew, rules);
    b->report = (struct report){
        .rules = rules,
        .version = PACKAGE_VERSION,
        .coverage = &b->coverage,
        .seconds = -1,
        .stamp = options->stamp,
    };
    return b;
}

struct batch *
batch_run(const struct rule_set *rules, const struct rt_limits *limits,
          const struct batch_options *options, struct batch_progress *progress,
          struct rt_err *err)
{
    struct batch *b = new_batch(rules, limits, options, err);
    if (b == NULL)
        return NULL;
    b->progress = progress;
    if (run(b, err) < 0)
        batch_free(&b);
    return b;
}

struct batch *
batch_assemble(const struct rule_set *rules, const struct rt_limits *limits,
               const struct batch_options *options, const struct batch_parts *parts,
               struct rt_err *err)
{
    struct batch *b = new_batch(rules, limits, options, err);
    if (b == NULL)
        return NULL;
    b->parts = parts;
    b->borrowed = true;
    int rc = assemble(b, err);
    b->parts = NULL;
    if (rc < 0)
        batch_free(&b);
    return b;
}

static void
job_fini(struct job *j)
{
    RT_VEC_FREE(&j->holes.v);
    rt_arena_fini(&j->arena);
}

void
batch_free(struct batch **pb)
{
    struct batch *b = *pb;
    *pb = NULL;
    if (b == NULL)
        return;
    report_links_free(&b->links);
    detector_free(&b->detector);
    session_engine_free(&b->engine);
    for (size_t g = 0; g < b->groups.n; g++) {
        for (size_t i = 0; !b->borrowed && i < b->groups.v[g].group.count; i++)
            session_free(&b->groups.v[g].sessions[i]);
        rt_free(b->groups.v[g].sessions);
    }
    for (size_t i = 0; b->jobs != NULL && i < b->job_count; i++)
        job_fini(&b->jobs[i]);
    RT_VEC_FREE(&b->groups);
    RT_VEC_FREE(&b->sessions);
    RT_VEC_FREE(&b->findings);
    RT_VEC_FREE(&b->inputs);
    spans_fini(&b->spans);
    skew_fini(&b->skew);
    finding_list_fini(&b->found);
    coverage_fini(&b->coverage);
    pthread_mutex_destroy(&b->lock);
    rt_free(b->jobs);
    rt_free(b->order);
    rt_free(b->paths);
    rt_free(b);
}

const struct report *
batch_report(const struct batch *b)
{
    return &b->report;
}

void
batch_set_seconds(struct batch *b, double seconds)
{
    b->report.seconds = seconds;
}

unsigned
batch_unreadable(const struct batch *b)
{
    return b->unreadable;
}

unsigned
batch_incomplete(const struct batch *b)
{
    return b->incomplete;
}

int
batch_why(struct batch *b, const struct session *s, const struct rule *rule, struct rt_arena *a,
          struct why *out, struct rt_err *err)
{
    for (size_t g = 0; g < b->groups.n; g++)
        for (size_t i = 0; i < b->groups.v[g].group.count; i++)
            if (b->groups.v[g].sessions[i] == s)
                return detector_why(b->detector, &b->groups.v[g].group, s, rule, a, out, err);
    return rt_fail_here(err, RT_EUSAGE, "the session is not part of this run");
}
