/*
 * peek.c - before reading: which input begins when, and whether zones are missing.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/slices.h"
#include "pipeline/internal.h"

static int
peek_event(void *arg, const struct event *e, struct rt_err *err)
{
    (void)arg, (void)e, (void)err;
    return 0;
}

static int
peek_stretch(void *arg, rt_time clock, struct rt_err *err)
{
    (void)arg, (void)clock, (void)err;
    return 0;
}

static int
peek(const struct batch *b, struct job *j, struct route_cache *cache, struct rt_err *err)
{
    if (!input_stays(j->input))
        return 0;
    struct intake_options o = batch_intake_options(b, j);
    o.way = READ_FEW;
    o.cache = cache;
    o.max_lines = b->limits->detect_lines;
    struct rt_arena scratch;
    rt_arena_init(&scratch, 4096, 0);
    struct intake_result r;
    int rc = intake_run(b->rules, b->limits, &o,
                        (struct intake_sink){peek_event, peek_stretch, NULL}, NULL, &scratch,
                        &r, err);
    if (rc == 0) {
        j->begins = r.first;
        j->unzoned = r.unzoned;
        j->likely = r.bare;
    }
    rt_arena_fini(&scratch);
    return rc;
}

static int
peek_slice(void *arg, size_t thread, size_t slice, size_t from, size_t to)
{
    struct batch *b = arg;
    struct route_cache *cache = route_cache_new();
    int rc = 0;
    (void)thread, (void)slice;
    for (size_t i = from; rc == 0 && i < to; i++) {
        struct rt_err err = {0};
        rc = peek(b, &b->jobs[i], cache, &err);
        if (rc < 0)
            batch_stop(b, &err);
    }
    route_cache_free(&cache);
    return rc;
}

static int
peek_all(struct batch *b, struct rt_err *err)
{
    bool zoned = false, unzoned = false;
    size_t slices = b->options->threads < b->job_count ? b->options->threads : b->job_count;
    if (rt_slices(slices, slices, b->job_count, peek_slice, b) < 0)
        return rt_fail(err, b->err.code, b->err.pos, "%s", b->err.msg);
    for (size_t i = 0; i < b->job_count; i++) {
        struct job *j = &b->jobs[i];
        bool known = j->begins != RT_TIME_NONE;
        unzoned |= known && j->unzoned;
        zoned |= known && !j->unzoned;
        b->order[i].begins = j->begins;
    }
    b->drop_times = zoned && unzoned;
    return 0;
}

/* Unknown first times go first: they hold the clock back least when read early. */
static int
by_begin(const void *a, const void *b)
{
    const struct turn *x = a, *y = b;
    if (x->begins != y->begins)
        return x->begins < y->begins ? -1 : 1;
    return (x->job > y->job) - (x->job < y->job);
}

int
batch_prepare(struct batch *b, struct rt_err *err)
{
    const struct input_list *l = b->options->inputs;
    size_t n = l->inputs.n == 0 ? 1 : l->inputs.n;
    b->jobs = rt_calloc(n, sizeof(*b->jobs));
    b->order = rt_calloc(n, sizeof(*b->order));
    b->paths = rt_calloc(n, sizeof(*b->paths));
    if (b->jobs == NULL || b->order == NULL || b->paths == NULL)
        return rt_fail_mem(err);
    b->job_count = l->inputs.n;
    for (size_t i = 0; i < b->job_count; i++) {
        b->jobs[i] = (struct job){
            .input = &l->inputs.v[i],
            .index = (uint32_t)i,
            .begins = RT_TIME_NONE,
            .seen = RT_TIME_NONE,
            .clock = RT_TIME_NONE,
        };
        rt_arena_init(&b->jobs[i].arena, 1024, 0);
        b->paths[i] = l->inputs.v[i].path;
        b->order[i] = (struct turn){RT_TIME_NONE, (uint32_t)i};
        /* sessions that close early name their file */
        struct report_input *slot = RT_VEC_PUSH(&b->inputs);
        if (slot == NULL)
            return rt_fail_mem(err);
        *slot = (struct report_input){.path = rt_str_of(b->paths[i])};
    }
    b->report.inputs = b->inputs.v;
    b->report.input_count = b->inputs.n;
    if (b->job_count < 2)
        return 0;
    if (peek_all(b, err) < 0)
        return -1;
    qsort(b->order, b->job_count, sizeof(*b->order), by_begin);
    return 0;
}
