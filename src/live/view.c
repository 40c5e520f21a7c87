/*
 * view.c - a report of all knots at hand, made by the batch run's own hands.
 */
#include "config.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "live/internal.h"
#include "pipeline/batch.h"

struct live_report {
    struct batch *batch;
    struct batch_options options; /* the batch borrows it */
    struct upshot **upshots;      /* what the sessions stand in */
    size_t upshot_count;
    /* copies: a report numbers them, and more than one may show them */
    struct session *sessions;
    struct session **listed;
    struct session_group *groups;
    size_t group_count;
};

struct making {
    struct live_engine *engine;
    struct live_report *report;
};

static int
give_input(void *arg, size_t n, struct rt_arena *arena, struct intake_result *out,
           struct rt_err *err)
{
    struct live_engine *e = ((struct making *)arg)->engine;
    int rc = intake_so_far(e->ranked[n]->intake, e->drop_times, arena, out, err);
    out->holes = &e->ranked[n]->holes;
    return rc;
}

static int
give_groups(void *arg, struct session_sink sink, struct rt_err *err)
{
    const struct live_report *r = ((struct making *)arg)->report;
    for (size_t i = 0; i < r->group_count; i++)
        if (sink.group(sink.arg, &r->groups[i], err) < 0)
            return -1;
    return 0;
}

static int
by_order(const void *a, const void *b)
{
    const struct session_group *x = a, *y = b;
    return x->aside != y->aside ? x->aside - y->aside : session_group_order(x, y);
}

/* A resource id runs out by the clock of all. */
static void
lapse(const struct live_engine *e, struct session *s, rt_time clock)
{
    if (s->phase == PHASE_ACQUIRED)
        s->phase = phase_after(&e->signs, s->events, s->event_count, clock);
}

static int
copy_groups(struct live_engine *e, struct live_report *r)
{
    size_t groups = 0, sessions = 0;
    for (size_t i = 0; i < e->knots.n; i++) {
        const struct session_group *g;
        RT_EACH (g, &e->knots.v[i]->upshot->groups) {
            groups++;
            sessions += g->count;
        }
    }
    r->upshots = rt_calloc(e->knots.n + 1, sizeof(*r->upshots));
    r->sessions = rt_calloc(sessions + 1, sizeof(*r->sessions));
    r->listed = rt_calloc(sessions + 1, sizeof(*r->listed));
    r->groups = rt_calloc(groups + 1, sizeof(*r->groups));
    if (r->upshots == NULL || r->sessions == NULL || r->listed == NULL || r->groups == NULL)
        return -1;
    rt_time clock = live_clock(e);
    size_t at = 0;
    for (size_t i = 0; i < e->knots.n; i++) {
        struct upshot *v = e->knots.v[i]->upshot;
        const struct session_group *g;
        atomic_fetch_add(&v->users, 1);
        r->upshots[r->upshot_count++] = v;
        RT_EACH (g, &v->groups) {
            struct session_group *copy = &r->groups[r->group_count++];
            *copy = *g;
            copy->sessions = r->listed + at;
            for (size_t k = 0; k < g->count; k++, at++) {
                r->sessions[at] = *g->sessions[k];
                r->listed[at] = &r->sessions[at];
                lapse(e, &r->sessions[at], clock);
            }
        }
    }
    if (r->group_count > 1)
        qsort(r->groups, r->group_count, sizeof(*r->groups), by_order);
    return 0;
}

static void
sum_up(const struct live_engine *e, struct session_engine_facts *out)
{
    *out = (struct session_engine_facts){0};
    for (size_t i = 0; i < e->knots.n; i++)
        out->duplicates += e->knots.v[i]->upshot->duplicates;
    for (size_t i = 0; i < e->springs.n; i++) {
        const struct spring_tally *t = &e->springs.v[i]->tally;
        if (e->drop_times && t->head_unzoned)
            continue;
        out->disordered += t->disordered;
        out->worst_disorder = t->worst > out->worst_disorder ? t->worst : out->worst_disorder;
    }
}

/* Where knots were put away the calls of that time are not all there: what they were apart says nothing. */
static int
measure(const struct live_engine *e, struct meter *m)
{
    for (size_t i = 0; i < e->knots.n; i++)
        if (meter_merge(m, &e->knots.v[i]->upshot->meter, e->forgotten) < 0)
            return -1;
    return 0;
}

struct live_report *
live_report_new(struct live_engine *e, rt_time now, struct rt_err *err)
{
    if (live_finish_dirty(e, err) < 0)
        return NULL;
    struct live_report *r = rt_calloc(1, sizeof(*r));
    struct meter meter;
    struct making making = {e, r};
    meter_init(&meter, RT_DUR_NONE);
    if (r == NULL || copy_groups(e, r) < 0 || measure(e, &meter) < 0) {
        rt_fail_mem(err);
        meter_fini(&meter);
        live_report_free(&r);
        return NULL;
    }
    r->options = (struct batch_options){.threads = 1,
                                        .since = RT_TIME_NONE,
                                        .until = RT_TIME_NONE,
                                        .now = now,
                                        .stamp = RT_TIME_NONE};
    struct batch_parts parts = {
        .input_count = e->springs.n,
        .input = give_input,
        .groups = give_groups,
        .arg = &making,
        .meter = &meter,
    };
    sum_up(e, &parts.facts);
    r->batch = batch_assemble(e->options.rules, e->options.limits, &r->options, &parts, err);
    meter_fini(&meter);
    if (r->batch == NULL)
        live_report_free(&r);
    return r;
}

void
live_report_free(struct live_report **pr)
{
    struct live_report *r = *pr;
    *pr = NULL;
    if (r == NULL)
        return;
    batch_free(&r->batch);
    for (size_t i = 0; i < r->upshot_count; i++)
        upshot_put(&r->upshots[i]);
    rt_free(r->upshots);
    rt_free(r->sessions);
    rt_free(r->listed);
    rt_free(r->groups);
    rt_free(r);
}

const struct report *
live_report_model(const struct live_report *r)
{
    return batch_report(r->batch);
}
