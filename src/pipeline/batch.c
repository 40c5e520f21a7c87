/*
 * batch.c - inputs to a finished report.
 *
 *   workers: intake -> parcel --lock--> engine ... all read ... groups -> detector -> model
 *
 * With a stream, groups are handed out while reading: the clock of the run is that of the input
 * that lags most, so nothing that is closed can still be named by a later line.
 */
#include "config.h"

#include "pipeline/batch.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/map.h"
#include "base/slices.h"
#include "base/vec.h"
#include "pipeline/accept.h"
#include "pipeline/intake.h"
#include "pipeline/parcel.h"
#include "pipeline/skew.h"
#include "pipeline/spans.h"

struct job {
    const struct input *input;
    uint32_t index;
    enum { JOB_WAITS, JOB_READS, JOB_DONE } state;
    rt_time begins; /* by a look at its first lines; RT_TIME_NONE: unknown */
    bool unzoned;   /* likewise: its times name no zone */
    rt_time seen; /* earliest event so far */
    rt_time clock;
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
    struct session_engine *engine; /* NULL: the groups come from elsewhere */
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

static struct intake_options
intake_options_of(const struct batch *b, const struct job *j)
{
    const struct batch_options *o = b->options;
    return (struct intake_options){
        .input = j->input,
        .index = j->index,
        .format = o->format,
        .zone = o->zone,
        .overlap = o->threads > 1 && b->job_count < o->threads,
        .drop_times = b->drop_times,
        .since = o->since,
        .until = o->until,
    };
}

/* ---- what sessions become ---- */

static bool
begins(rt_str s, const char *with)
{
    return s.n > 0 && rt_str_starts(s, rt_str_of(with));
}

static bool
asked_for(const struct batch_options *o, const struct session *s)
{
    if (o->session != NULL && !begins(s->id, o->session) && !begins(s->sid, o->session) &&
        !begins(s->rid, o->session) && !rt_str_is(s->cname, o->session))
        return false;
    if (o->channel != NULL && !rt_str_is(s->cname, o->channel))
        return false;
    return o->app == NULL || begins(s->app_id, o->app);
}

static const struct session *
session_named(const struct session_group *g, rt_str id)
{
    for (size_t i = 0; i < g->count; i++)
        if (rt_str_eq(g->sessions[i]->id, id))
            return g->sessions[i];
    return NULL;
}

/* Counts a finding, unless it is hidden or its session was not asked for. */
static bool
shown(struct batch *b, const struct finding *f, const struct session *s)
{
    if (s != NULL && !asked_for(b->options, s))
        return false;
    bool of_session = f->session.n > 0; /* streamed and gone, but it was asked for */
    if (s == NULL && !of_session && (b->options->session != NULL || b->options->channel != NULL))
        return false;
    if (s == NULL && !of_session && b->options->app != NULL && !begins(f->app_id, b->options->app))
        return false;
    if (!b->options->show_accepted && accept_hides(b->rules, f, s, b->options->now)) {
        b->report.accepted++;
        return false;
    }
    b->report.severity_counts[f->severity]++;
    return true;
}

static void
count_session(struct batch *b, const struct session *s)
{
    for (size_t i = 0; i < s->event_count; i++)
        b->report.event_count += s->events[i]->repeated;
}

static int
stream_group(struct batch *b, const struct session_group *g, struct rt_err *err)
{
    const struct batch_stream *out = b->options->stream;
    struct finding_list found;
    finding_list_init(&found);
    int rc = -1;
    if (!b->options->no_rules && detector_group(b->detector, g, &found, err) < 0)
        goto out;
    finding_list_sort(&found);
    for (size_t i = 0; i < g->count; i++) {
        if (!asked_for(b->options, g->sessions[i]))
            continue;
        count_session(b, g->sessions[i]);
        b->report.session_count++;
        if (spans_add(&b->spans, g->sessions[i]) < 0 || skew_add(&b->skew, g->sessions[i]) < 0) {
            rt_fail_mem(err);
            goto out;
        }
        if (out->session(out->arg, &b->report, g->sessions[i], err) < 0)
            goto out;
    }
    const struct finding *f;
    RT_EACH (f, &found.findings) {
        const struct session *s = session_named(g, f->session);
        if (s != NULL && !asked_for(b->options, s))
            continue;
        if (detector_may_fold(b->detector, f)) {
            if (finding_list_copy(&b->found, f) < 0) {
                rt_fail_mem(err);
                goto out;
            }
        } else if (shown(b, f, s) && out->finding(out->arg, &b->report, f, err) < 0) {
            goto out;
        }
    }
    const struct unchecked *u;
    RT_EACH (u, &found.unchecked) {
        const struct session *s = session_named(g, u->session);
        if (s != NULL && !asked_for(b->options, s))
            continue;
        b->report.unchecked_count++;
        if (out->unchecked(out->arg, &b->report, u, err) < 0)
            goto out;
    }
    rc = 0;
out:
    finding_list_fini(&found);
    for (size_t i = 0; i < g->count; i++)
        session_free(&g->sessions[i]);
    return rc;
}

/* Sessions that were handed over, and are not kept. */
static void
let_go(const struct batch *b, const struct session_group *g)
{
    for (size_t i = 0; !b->borrowed && i < g->count; i++)
        session_free(&g->sessions[i]);
}

static int
keep_group(struct batch *b, const struct session_group *g, struct rt_err *err)
{
    struct kept_group *kept = RT_VEC_PUSH(&b->groups);
    struct session **list = kept == NULL ? NULL : rt_calloc(g->count, sizeof(*list));
    if (list == NULL) {
        if (kept != NULL)
            b->groups.n--;
        let_go(b, g);
        return rt_fail_mem(err);
    }
    memcpy(list, g->sessions, g->count * sizeof(*list));
    *kept = (struct kept_group){.group = *g, .sessions = list};
    kept->group.sessions = list;
    for (size_t i = 0; i < g->count; i++) {
        if (skew_add(&b->skew, list[i]) < 0)
            return rt_fail_mem(err);
        if (!asked_for(b->options, list[i]))
            continue;
        struct session **slot = RT_VEC_PUSH(&b->sessions);
        if (slot == NULL || spans_add(&b->spans, list[i]) < 0)
            return rt_fail_mem(err);
        *slot = list[i];
        count_session(b, list[i]);
    }
    return 0;
}

static int
take_group(void *arg, const struct session_group *g, struct rt_err *err)
{
    struct batch *b = arg;
    if (g->aside) {
        int rc = b->options->no_rules ? 0 : detector_group(b->detector, g, &b->found, err);
        let_go(b, g);
        return rc;
    }
    return b->options->stream != NULL ? stream_group(b, g, err) : keep_group(b, g, err);
}

/* ---- verdicts ---- */

/* How many threads are worth their start for so many things. */
static size_t
slices_of(const struct batch *b, size_t things)
{
    enum { FEW = 64 };
    return b->options->threads > 1 && things >= FEW ? b->options->threads : 1;
}

struct detection { /* a stretch of the groups, for one thread */
    struct detector *detector;
    struct finding_list found;
    size_t from, to;
    struct rt_err err;
};
struct detections {
    struct batch *batch;
    struct detection *v;
};

static int
detect_slice(void *arg, size_t number, size_t from, size_t to)
{
    struct detections *all = arg;
    struct detection *d = &all->v[number];
    d->from = from;
    d->to = to;
    for (size_t i = from; i < to; i++) {
        struct kept_group *k = &all->batch->groups.v[i];
        k->found = d->found.findings.n;
        if (detector_group(d->detector, &k->group, &d->found, &d->err) < 0)
            return -1;
        k->found_end = d->found.findings.n;
    }
    return 0;
}

/* In the order of the groups, so that the number of threads shows nowhere. */
static int
gather(struct batch *b, struct detection *d, struct rt_err *err)
{
    if (d->err.code != RT_OK)
        return rt_fail(err, d->err.code, d->err.pos, "%s", d->err.msg);
    for (size_t i = d->from; i < d->to; i++) {
        b->groups.v[i].found += b->found.findings.n;
        b->groups.v[i].found_end += b->found.findings.n;
    }
    if (finding_list_move(&b->found, &d->found) < 0)
        return rt_fail_mem(err);
    return detector_join(b->detector, &d->detector, err);
}

static int
detect_kept(struct batch *b, struct rt_err *err)
{
    size_t n = slices_of(b, b->groups.n);
    struct detections all = {b, rt_calloc(n, sizeof(*all.v))};
    int rc = all.v == NULL ? rt_fail_mem(err) : 0;
    for (size_t i = 0; rc == 0 && i < n; i++) {
        finding_list_init(&all.v[i].found);
        all.v[i].detector = detector_new(b->rules, b->limits, &b->coverage, err);
        rc = all.v[i].detector == NULL ? -1 : 0;
    }
    if (rc == 0)
        rt_slices(n, b->groups.n, detect_slice, &all);
    for (size_t i = 0; all.v != NULL && i < n; i++) {
        rc = rc < 0 ? -1 : gather(b, &all.v[i], err);
        detector_free(&all.v[i].detector);
        finding_list_fini(&all.v[i].found);
    }
    rt_free(all.v);
    return rc;
}

static bool
is_found(const struct finding *list, size_t n, const struct finding *f)
{
    for (size_t i = 0; i < n; i++)
        if (rt_str_eq(list[i].id, f->id) && rt_str_eq(list[i].session, f->session))
            return true;
    return false;
}

/* Marks what is found with these times only, and tells of what is found with the others only. */
static int
compare(struct batch *b, const struct kept_group *k, const struct finding_list *other, int64_t *flips,
        struct rt_err *err)
{
    struct rt_arena *a = &b->found.arena;
    char human[RT_TIME_MAX];
    bool ok = true;
    for (size_t i = k->found; i < k->found_end; i++) {
        struct finding *f = &b->found.findings.v[i];
        f->within_skew = !is_found(other->findings.v, other->findings.n, f);
        *flips += f->within_skew;
    }
    for (size_t i = 0; i < other->findings.n; i++) {
        const struct finding *f = &other->findings.v[i];
        if (f->rule == NULL || f->severity < SEVERITY_WARNING ||
            is_found(b->found.findings.v + k->found, k->found_end - k->found, f))
            continue;
        ++*flips;
        char *needs = rt_arena_printf(a, "the clocks differ by %s; with that it would be found",
                                      rt_dur_human(b->report.skew < 0 ? -b->report.skew : b->report.skew, human));
        rt_str id = rt_arena_str(a, f->session, &ok);
        struct unchecked *u = needs == NULL || !ok ? NULL : RT_VEC_PUSH(&b->found.unchecked);
        if (u == NULL)
            return rt_fail_mem(err);
        *u = (struct unchecked){f->rule, id, VERDICT_NO_DATA, rt_str_of(needs), RT_TIME_NONE, 0};
    }
    return 0;
}

/* One group, with the times of its callbacks as by the caller's clock. Others may read its events. */
static int
retry(struct batch *b, const struct kept_group *k, int64_t *flips, struct rt_err *err)
{
    size_t n = k->group.count, room = 0;
    bool moved = false;
    for (size_t i = 0; i < n; i++)
        room += k->sessions[i]->event_count;
    struct event **events = rt_calloc(room + 1, sizeof(*events));
    struct event *copies = rt_calloc(room + 1, sizeof(*copies));
    struct event *const **before = rt_calloc(n, sizeof(*before));
    int rc = events == NULL || copies == NULL || before == NULL ? rt_fail_mem(err) : 0;
    for (size_t i = 0, at = 0; rc == 0 && i < n; at += k->sessions[i++]->event_count)
        if (skew_moved(k->sessions[i], b->report.skew, copies + at, events + at)) {
            before[i] = k->sessions[i]->events;
            k->sessions[i]->events = events + at;
            moved = true;
        }
    struct finding_list other;
    finding_list_init(&other);
    if (rc == 0 && moved)
        rc = detector_retry(b->detector, &k->group, &other, err);
    for (size_t i = 0; before != NULL && i < n; i++)
        if (before[i] != NULL)
            k->sessions[i]->events = before[i];
    if (rc == 0 && moved)
        rc = compare(b, k, &other, flips, err);
    finding_list_fini(&other);
    rt_free(events);
    rt_free(copies);
    rt_free(before);
    return rc;
}

static void
move_coverage(struct batch *b, rt_dur d)
{
    for (size_t i = 0; i < b->coverage.spans[SOURCE_HOOK].n; i++) {
        b->coverage.spans[SOURCE_HOOK].v[i].from += d;
        b->coverage.spans[SOURCE_HOOK].v[i].to += d;
    }
}

/* Would any verdict be another one if the clocks agreed? */
static int
count_flips(struct batch *b, int64_t *flips, struct rt_err *err)
{
    rt_dur skew = b->report.skew;
    int rc = 0;
    *flips = 0;
    if ((skew < 0 ? -skew : skew) <= b->skew.tolerance)
        return 0;
    move_coverage(b, skew);
    for (size_t i = 0; rc == 0 && i < b->groups.n; i++)
        rc = retry(b, &b->groups.v[i], flips, err);
    move_coverage(b, -skew);
    return rc;
}

/* The difference itself is an event, so that a rule can say it. */
static int
tell_skew(struct batch *b, int64_t flips, struct rt_err *err)
{
    struct event e, *events = &e;
    event_init(&e);
    e.kind = KIND_CLOCKS;
    e.source = SOURCE_HOOK;
    e.outcome = OUTCOME_OK;
    struct event_value values[] = {
        {.field = b->report.skew < 0 ? FIELD_BEHIND : FIELD_AHEAD,
         .num = (b->report.skew < 0 ? -b->report.skew : b->report.skew) / RT_MS},
        {.field = FIELD_BASIS, .num = b->report.skew_basis},
        {.field = FIELD_FLIPS, .num = flips},
    };
    e.values = values;
    e.value_count = sizeof(values) / sizeof(values[0]);
    struct session s = {.events = &events, .event_count = 1, .kinds = UINT64_C(1) << KIND_CLOCKS};
    struct session *sessions = &s;
    return detector_group(b->detector, &(struct session_group){.sessions = &sessions, .count = 1, .aside = true},
                          &b->found, err);
}

static int
detect_all(struct batch *b, struct rt_err *err)
{
    int64_t flips = 0;
    b->report.skew_known = skew_settle(&b->skew, &b->report.skew);
    b->report.skew_basis = (uint32_t)b->skew.offsets.n;
    if (b->options->no_rules)
        return 0;
    if (detect_kept(b, err) < 0)
        return -1;
    if (b->report.skew_known && (count_flips(b, &flips, err) < 0 || tell_skew(b, flips, err) < 0))
        return -1;
    return detector_finish(b->detector, b->meter, &b->found, err);
}

/* ---- coverage ---- */

/* The logs in a bundle lack lines, but not the time that the whole logs told of. */
static int
cover_bundles(struct batch *b)
{
    const struct input_list *l = b->options->inputs;
    for (size_t i = 0; l != NULL && i < l->spans.n; i++)
        if (coverage_add(&b->coverage, l->spans.v[i].hook ? SOURCE_HOOK : SOURCE_API, l->spans.v[i].from,
                         l->spans.v[i].to) < 0)
            return -1;
    return 0;
}

/* What the inputs tell so far: from their first time to their last, or to where they are. */
static int
cover(struct batch *b, struct rt_err *err)
{
    coverage_fini(&b->coverage);
    coverage_init(&b->coverage);
    for (size_t i = 0; i < b->job_count; i++) {
        const struct job *j = &b->jobs[i];
        b->coverage.kinds |= j->result.kinds;
        rt_time from = j->state == JOB_DONE ? j->result.first : j->begins != RT_TIME_NONE ? j->begins : j->seen;
        rt_time to = j->state == JOB_DONE ? j->result.last : j->clock;
        if (j->state == JOB_WAITS || from == RT_TIME_NONE || to == RT_TIME_NONE || to < from)
            continue;
        if (j->result.api_events > 0 && coverage_add(&b->coverage, SOURCE_API, from, to) < 0)
            return rt_fail_mem(err);
        if (j->result.hook_events > 0 && coverage_add(&b->coverage, SOURCE_HOOK, from, to) < 0)
            return rt_fail_mem(err);
    }
    if (cover_bundles(b) < 0)
        return rt_fail_mem(err);
    coverage_settle(&b->coverage);
    return 0;
}

/* ---- workers ---- */

struct worker {
    struct batch *batch;
    struct job *job;
    struct parcel parcel;
    struct route_cache *cache;
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
    if (cover(b, err) < 0)
        return -1;
    return session_engine_advance(b->engine, clock, (struct session_sink){take_group, b}, err);
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
take_event(void *arg, const struct event *e, struct rt_err *err)
{
    struct worker *w = arg;
    intake_count(&w->job->result, e);
    if (e->begin != RT_TIME_NONE && (w->job->seen == RT_TIME_NONE || e->begin < w->job->seen))
        w->job->seen = e->begin;
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
        j->clock = j->begins;
    }
    pthread_mutex_unlock(&b->lock);
    return j;
}

/* The first error is the one that is told. */
static void
stop(struct batch *b, const struct rt_err *err)
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
    struct intake_options o = intake_options_of(b, w->job);
    struct intake_result result;
    o.cache = w->cache;
    int rc = intake_run(b->rules, b->limits, &o, (struct intake_sink){take_event, take_stretch, w}, b->progress,
                        &w->job->arena, &result, &err);
    pthread_mutex_lock(&b->lock);
    w->job->result = result;
    w->job->state = JOB_DONE;
    pthread_mutex_unlock(&b->lock);
    if (rc < 0)
        stop(b, &err);
}

static int
work(void *arg, size_t slice, size_t from, size_t to)
{
    struct worker w = {.batch = arg};
    struct rt_err err = {0};
    (void)slice, (void)from, (void)to; /* who is ready first takes the next job */
    w.cache = route_cache_new();       /* without one each input makes its own */
    if (parcel_init(&w.parcel, &err) < 0)
        stop(w.batch, &err);
    while ((w.job = next_job(w.batch)) != NULL)
        run_job(&w);
    parcel_fini(&w.parcel);
    route_cache_free(&w.cache);
    return 0;
}

static int
run_workers(struct batch *b, struct rt_err *err)
{
    size_t count = b->options->threads < b->job_count ? b->options->threads : b->job_count;
    rt_slices(count, count, work, b);
    return b->stop ? rt_fail(err, b->err.code, b->err.pos, "%s", b->err.msg) : 0;
}

/* ---- before reading: which input begins when, and whether zones are missing ---- */

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
    if (j->input->source == NULL && strcmp(j->input->path, "-") == 0)
        return 0;
    struct intake_options o = intake_options_of(b, j);
    o.overlap = false;
    o.cache = cache;
    o.max_lines = b->limits->detect_lines;
    struct rt_arena scratch;
    rt_arena_init(&scratch, 4096, 0);
    struct intake_result r;
    int rc = intake_run(b->rules, b->limits, &o, (struct intake_sink){peek_event, peek_stretch, NULL}, NULL, &scratch,
                        &r, err);
    if (rc == 0) {
        j->begins = r.first;
        j->unzoned = r.unzoned;
    }
    rt_arena_fini(&scratch);
    return rc;
}

static int
peek_slice(void *arg, size_t slice, size_t from, size_t to)
{
    struct batch *b = arg;
    struct route_cache *cache = route_cache_new();
    int rc = 0;
    (void)slice;
    for (size_t i = from; rc == 0 && i < to; i++) {
        struct rt_err err = {0};
        rc = peek(b, &b->jobs[i], cache, &err);
        if (rc < 0)
            stop(b, &err);
    }
    route_cache_free(&cache);
    return rc;
}

static int
peek_all(struct batch *b, struct rt_err *err)
{
    bool zoned = false, unzoned = false;
    size_t slices = b->options->threads < b->job_count ? b->options->threads : b->job_count;
    if (rt_slices(slices, b->job_count, peek_slice, b) < 0)
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

static int
prepare_jobs(struct batch *b, struct rt_err *err)
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
    }
    if (b->job_count < 2)
        return 0;
    if (peek_all(b, err) < 0)
        return -1;
    qsort(b->order, b->job_count, sizeof(*b->order), by_begin);
    return 0;
}

/* ---- the report ---- */

static int
by_first(const void *a, const void *b)
{
    const struct session *x = *(struct session *const *)a, *y = *(struct session *const *)b;
    if (x->first != y->first) {
        if (x->first == RT_TIME_NONE || y->first == RT_TIME_NONE)
            return x->first == RT_TIME_NONE ? 1 : -1;
        return x->first < y->first ? -1 : 1;
    }
    return rt_str_cmp(x->id, y->id);
}

static int
by_rule(const void *a, const void *b)
{
    const struct unchecked *x = a, *y = b;
    int order = rt_str_cmp(x->rule->id, y->rule->id);
    return order != 0 ? order : rt_str_cmp(x->session, y->session);
}

static int
fill_inputs(struct batch *b, struct rt_err *err)
{
    for (size_t i = 0; i < b->job_count; i++) {
        struct report_input *slot = RT_VEC_PUSH(&b->inputs);
        if (slot == NULL)
            return rt_fail_mem(err);
        *slot = b->jobs[i].result.report;
        b->unreadable += b->jobs[i].result.unreadable;
        b->incomplete += !b->jobs[i].result.unreadable && !slot->complete;
    }
    b->report.inputs = b->inputs.v;
    b->report.input_count = b->inputs.n;
    return 0;
}

static int
fill_findings(struct batch *b, struct rt_err *err)
{
    finding_list_sort(&b->found);
    if (b->found.unchecked.n > 1)
        qsort(b->found.unchecked.v, b->found.unchecked.n, sizeof(struct unchecked), by_rule);
    struct rt_map ids;
    rt_map_init(&ids);
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < b->groups.n; i++)
        for (size_t k = 0; rc == 0 && k < b->groups.v[i].group.count; k++)
            rc = rt_map_put(&ids, b->groups.v[i].sessions[k]->id, b->groups.v[i].sessions[k]);
    const struct finding *f;
    RT_EACH (f, &b->found.findings) {
        if (rc < 0)
            break;
        const struct session *s = f->session.n > 0 ? rt_map_get(&ids, f->session) : NULL;
        if (!shown(b, f, s))
            continue;
        const struct finding **slot = RT_VEC_PUSH(&b->findings);
        rc = slot == NULL ? -1 : 0;
        if (slot != NULL)
            *slot = f;
    }
    rt_map_fini(&ids);
    return rc < 0 ? rt_fail_mem(err) : 0;
}

static void
fill_report(struct batch *b)
{
    struct report *r = &b->report;
    r->findings = b->findings.v;
    r->finding_count = b->findings.n;
    r->unchecked = b->found.unchecked.v;
    r->unchecked_count += b->found.unchecked.n; /* those that were streamed are counted already */
    r->phases = b->spans.phases;
    r->phase_count = spans_settle(&b->spans);
    r->duplicate_count = b->facts.duplicates;
    r->disorder_count = b->facts.disordered;
    r->disorder_worst = b->facts.worst_disorder;
    if (b->options->stream == NULL) {
        if (b->sessions.n > 1)
            qsort(b->sessions.v, b->sessions.n, sizeof(*b->sessions.v), by_first);
        for (size_t i = 0; i < b->sessions.n; i++)
            b->sessions.v[i]->tag = (uint32_t)i;
        r->sessions = b->sessions.v;
        r->session_count = b->sessions.n;
    }
}

/* Findings about apps and hosts, and those that the stream did not carry yet. */
static int
stream_rest(struct batch *b, struct rt_err *err)
{
    const struct batch_stream *out = b->options->stream;
    for (size_t i = 0; i < b->findings.n; i++)
        if (out->finding(out->arg, &b->report, b->findings.v[i], err) < 0)
            return -1;
    for (size_t i = 0; i < b->found.unchecked.n; i++)
        if (out->unchecked(out->arg, &b->report, &b->found.unchecked.v[i], err) < 0)
            return -1;
    return 0;
}

/* All groups are there: verdicts, order, links. */
static int
conclude(struct batch *b, struct rt_err *err)
{
    if (detect_all(b, err) < 0 || fill_findings(b, err) < 0)
        return -1;
    fill_report(b);
    b->links = report_links_new(&b->report, err);
    if (b->links == NULL)
        return -1;
    b->report.links = b->links;
    return 0;
}

static int
run(struct batch *b, struct rt_err *err)
{
    if (prepare_jobs(b, err) < 0)
        return -1;
    struct session_options so = {.paths = b->paths, .path_count = b->job_count, .threads = b->options->threads};
    b->engine = session_engine_new(b->rules, b->limits, &so, err);
    b->detector = b->engine == NULL ? NULL : detector_new(b->rules, b->limits, &b->coverage, err);
    if (b->detector == NULL || run_workers(b, err) < 0 || cover(b, err) < 0 || fill_inputs(b, err) < 0)
        return -1;
    if (session_engine_finish(b->engine, (struct session_sink){take_group, b}, err) < 0)
        return -1;
    session_engine_facts(b->engine, &b->facts);
    b->meter = session_engine_meter(b->engine);
    if (conclude(b, err) < 0)
        return -1;
    return b->options->stream != NULL ? stream_rest(b, err) : 0;
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
    if (b->detector == NULL || cover(b, err) < 0 || fill_inputs(b, err) < 0 ||
        p->groups(p->arg, (struct session_sink){take_group, b}, err) < 0)
        return -1;
    int rc = conclude(b, err);
    b->meter = NULL;
    return rc;
}

static struct batch *
new_batch(const struct rule_set *rules, const struct rt_limits *limits, const struct batch_options *options,
          struct rt_err *err)
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
batch_run(const struct rule_set *rules, const struct rt_limits *limits, const struct batch_options *options,
          struct batch_progress *progress, struct rt_err *err)
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
batch_assemble(const struct rule_set *rules, const struct rt_limits *limits, const struct batch_options *options,
               const struct batch_parts *parts, struct rt_err *err)
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
        rt_arena_fini(&b->jobs[i].arena);
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
batch_why(struct batch *b, const struct session *s, const struct rule *rule, struct rt_arena *a, struct why *out,
          struct rt_err *err)
{
    for (size_t g = 0; g < b->groups.n; g++)
        for (size_t i = 0; i < b->groups.v[g].group.count; i++)
            if (b->groups.v[g].sessions[i] == s)
                return detector_why(b->detector, &b->groups.v[g].group, s, rule, a, out, err);
    return rt_fail_here(err, RT_EUSAGE, "the session is not part of this run");
}
