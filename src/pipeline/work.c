/*
 * work.c - threads that read inputs, each its own, and hand events to the one engine.
 *
 * With a stream, groups are handed out while reading: the clock of the run is that of the input
 * that lags most, so nothing that is closed can still be named by a later line.
 */
#include "config.h"

#include "base/alloc.h"
#include "base/slices.h"
#include "pipeline/internal.h"
#include "pipeline/parcel.h"

struct worker {
    struct batch *batch;
    struct job *job;
    struct parcel parcel;
    struct route_cache *cache;
    /* of the job, by the worker alone; others see it by take_stretch() */
    struct intake_result counted;
    rt_time seen; /* likewise */
};

static rt_time
slowest(const struct batch *b)
{
    rt_time slow = INT64_MAX;
    for (size_t i = 0; i < b->job_count; i++) {
        const struct job *j = &b->jobs[i];
        if (j->state == JOB_DONE)
            continue;
        rt_time t = j->state == JOB_READS ? j->clock : j->begins;
        if (t == RT_TIME_NONE)
            return RT_TIME_NONE;
        slow = t < slow ? t : slow;
    }
    return slow == INT64_MAX ? RT_TIME_NONE : slow;
}

static int
advance_locked(struct batch *b, struct rt_err *err)
{
    rt_time clock = slowest(b);
    if (b->options->stream == NULL || clock == RT_TIME_NONE || clock <= b->advanced)
        return 0;
    b->advanced = clock;
    if (batch_cover(b, err) < 0)
        return -1;
    return session_engine_advance(b->engine, clock, (struct session_sink){batch_take_group, b},
                                  err);
}

static int
deliver(struct worker *w, struct rt_err *err)
{
    struct batch *b = w->batch;
    pthread_mutex_lock(&b->lock);
    int rc = b->stop ? rt_fail(err, b->err.code, b->err.pos, "%s", b->err.msg)
                     : parcel_deliver(&w->parcel, b->engine, err);
    pthread_mutex_unlock(&b->lock);
    return rc;
}

static int
note_hole(struct worker *w, const struct event *e, struct rt_err *err)
{
    pthread_mutex_lock(&w->batch->lock);
    int rc = coverage_note_hole(&w->job->holes, e->begin, e->end);
    pthread_mutex_unlock(&w->batch->lock);
    return rc < 0 ? rt_fail_mem(err) : 0;
}

static int
take_event(void *arg, const struct event *e, struct rt_err *err)
{
    struct worker *w = arg;
    if (e->kind == KIND_OUTAGE)
        return note_hole(w, e, err);
    intake_count(&w->counted, e);
    if (e->begin != RT_TIME_NONE && (w->seen == RT_TIME_NONE || e->begin < w->seen))
        w->seen = e->begin;
    if (parcel_add(&w->parcel, e, err) < 0)
        return -1;
    return parcel_full(&w->parcel) ? deliver(w, err) : 0;
}

static int
take_stretch(void *arg, rt_time clock, struct rt_err *err)
{
    struct worker *w = arg;
    if (deliver(w, err) < 0)
        return -1;
    pthread_mutex_lock(&w->batch->lock);
    w->job->clock = clock;
    w->job->seen = w->seen;
    w->job->result = w->counted;
    int rc = advance_locked(w->batch, err);
    pthread_mutex_unlock(&w->batch->lock);
    return rc;
}

static struct job *
next_job(struct batch *b)
{
    struct job *j = NULL;
    pthread_mutex_lock(&b->lock);
    if (!b->stop && b->next < b->job_count) {
        j = &b->jobs[b->order[b->next++].job];
        j->state = JOB_READS;
        /* Whoever finds none left would only wait: then this one is inflated by a second thread. */
        j->last = b->next == b->job_count;
        j->clock = j->begins;
    }
    pthread_mutex_unlock(&b->lock);
    return j;
}

struct intake_options
batch_intake_options(const struct batch *b, const struct job *j)
{
    const struct batch_options *o = b->options;
    return (struct intake_options){
        .input = j->input,
        .index = j->index,
        .format = o->format,
        .zone = o->zone,
        .way =
            o->threads > 1 && (j->last || b->job_count < o->threads) ? READ_AHEAD : READ_ALONE,
        .drop_times = b->drop_times,
        .since = o->since,
        .until = o->until,
        .likely = j->likely,
    };
}

/* The first error is the one that is told. */
void
batch_stop(struct batch *b, const struct rt_err *err)
{
    pthread_mutex_lock(&b->lock);
    if (!b->stop)
        b->err = *err;
    b->stop = true;
    pthread_mutex_unlock(&b->lock);
}

static void
run_job(struct worker *w)
{
    struct batch *b = w->batch;
    struct rt_err err = {0};
    struct intake_options o = batch_intake_options(b, w->job);
    struct intake_result result;
    o.cache = w->cache;
    w->counted = (struct intake_result){.first = RT_TIME_NONE, .last = RT_TIME_NONE};
    w->seen = RT_TIME_NONE;
    int rc =
        intake_run(b->rules, b->limits, &o, (struct intake_sink){take_event, take_stretch, w},
                   b->progress, &w->job->arena, &result, &err);
    pthread_mutex_lock(&b->lock);
    w->job->result = result;
    w->job->state = JOB_DONE;
    pthread_mutex_unlock(&b->lock);
    if (rc < 0)
        batch_stop(b, &err);
}

/* What is kept of logs comes to less than their compressed size; room that is not used costs nothing. */
static void
make_heap(const struct batch *b)
{
    size_t threads = b->options->threads < b->job_count ? b->options->threads : b->job_count;
    uint64_t bytes = 0;
    for (size_t i = 0; i < b->job_count; i++)
        bytes += b->jobs[i].input->size;
    if (threads > 1)
        rt_heap_ahead((size_t)(bytes / threads));
}

static int
work(void *arg, size_t thread, size_t slice, size_t from, size_t to)
{
    struct worker w = {.batch = arg};
    struct rt_err err = {0};
    (void)thread, (void)slice, (void)from, (void)to; /* who is ready first takes the next job */
    make_heap(w.batch);
    w.cache = route_cache_new(); /* without one each input makes its own */
    if (parcel_init(&w.parcel, &err) < 0)
        batch_stop(w.batch, &err);
    while ((w.job = next_job(w.batch)) != NULL)
        run_job(&w);
    parcel_fini(&w.parcel);
    route_cache_free(&w.cache);
    return 0;
}

int
batch_read(struct batch *b, struct rt_err *err)
{
    size_t count = b->options->threads < b->job_count ? b->options->threads : b->job_count;
    rt_slices(count, count, count, work, b);
    return b->stop ? rt_fail(err, b->err.code, b->err.pos, "%s", b->err.msg) : 0;
}
