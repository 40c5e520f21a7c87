/*
 * verdict.c - findings of all groups, on several threads; and once more with the clocks set right, to see
 * which of them hang on that.
 */
#include "config.h"

#include "base/alloc.h"
#include "base/slices.h"
#include "pipeline/internal.h"

/* The logs in a bundle lack lines, but not the time that the whole logs told of. */
static int
cover_bundles(struct batch *b)
{
    const struct input_list *l = b->options->inputs;
    for (size_t i = 0; l != NULL && i < l->spans.n; i++)
        if (coverage_add(&b->coverage, l->spans.v[i].hook ? SOURCE_HOOK : SOURCE_API,
                         l->spans.v[i].from, l->spans.v[i].to) < 0)
            return -1;
    return 0;
}

/* What the inputs tell so far: from their first time to their last, or to where they are. */
int
batch_cover(struct batch *b, struct rt_err *err)
{
    coverage_fini(&b->coverage);
    coverage_init(&b->coverage);
    for (size_t i = 0; i < b->job_count; i++) {
        const struct job *j = &b->jobs[i];
        b->coverage.kinds |= j->result.kinds;
        rt_time from = j->state == JOB_DONE        ? j->result.first
                       : j->begins != RT_TIME_NONE ? j->begins
                                                   : j->seen;
        rt_time to = j->state == JOB_DONE ? j->result.last : j->clock;
        if (j->state == JOB_WAITS || from == RT_TIME_NONE || to == RT_TIME_NONE || to < from)
            continue;
        if (j->result.api_events > 0 && coverage_add(&b->coverage, SOURCE_API, from, to) < 0)
            return rt_fail_mem(err);
        const struct span_list *holes = j->result.holes != NULL ? j->result.holes : &j->holes;
        if (j->result.hook_events > 0 &&
            coverage_add_but(&b->coverage, SOURCE_HOOK, from, to, holes) < 0)
            return rt_fail_mem(err);
    }
    if (cover_bundles(b) < 0)
        return rt_fail_mem(err);
    coverage_settle(&b->coverage);
    return 0;
}

/* Some a thread, since one stretch of groups may cost twice another; few are not worth a thread's start. */
static size_t
slices_of(const struct batch *b, size_t things)
{
    enum { FEW = 8, A_THREAD = 16 };
    size_t threads = b->options->threads, slices = things / FEW;
    if (threads < 2 || slices < 2)
        return 1;
    return slices < A_THREAD * threads ? slices : A_THREAD * threads;
}

struct detection { /* a stretch of the groups */
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
detect_slice(void *arg, size_t thread, size_t number, size_t from, size_t to)
{
    (void)thread;
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
        all.v[i].detector = detector_fork(b->detector, err);
        rc = all.v[i].detector == NULL ? -1 : 0;
    }
    if (rc == 0)
        rt_slices(b->options->threads, n, b->groups.n, detect_slice, &all);
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
compare(struct batch *b, const struct kept_group *k, const struct finding_list *other,
        int64_t *flips, struct rt_err *err)
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
        char *needs = rt_arena_printf(
            a, "the clocks differ by %s; with that it would be found",
            rt_dur_human(b->report.skew < 0 ? -b->report.skew : b->report.skew, human));
        rt_str id = rt_arena_str(a, f->session, &ok);
        struct unchecked *u = needs == NULL || !ok ? NULL : RT_VEC_PUSH(&b->found.unchecked);
        if (u == NULL)
            return rt_fail_mem(err);
        *u =
            (struct unchecked){f->rule, id, VERDICT_NO_DATA, rt_str_of(needs), RT_TIME_NONE, 0};
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
    struct session s = {
        .events = &events, .event_count = 1, .kinds = UINT64_C(1) << KIND_CLOCKS};
    struct session *sessions = &s;
    return detector_group(
        b->detector, &(struct session_group){.sessions = &sessions, .count = 1, .aside = true},
        &b->found, err);
}

int
batch_detect(struct batch *b, struct rt_err *err)
{
    int64_t flips = 0;
    b->report.skew_known = skew_settle(&b->skew, &b->report.skew);
    b->report.skew_basis = (uint32_t)b->skew.offsets.n;
    if (b->options->no_rules)
        return 0;
    if (detect_kept(b, err) < 0)
        return -1;
    if (b->report.skew_known &&
        (count_flips(b, &flips, err) < 0 || tell_skew(b, flips, err) < 0))
        return -1;
    return detector_finish(b->detector, b->meter, &b->found, err);
}
