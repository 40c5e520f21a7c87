/*
 * conclude.c - the report of what was found: order, counts, links.
 */
#include "config.h"

#include <stdlib.h>

#include "base/map.h"
#include "pipeline/internal.h"

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

int
batch_fill_inputs(struct batch *b, struct rt_err *err)
{
    for (size_t i = 0; i < b->job_count; i++) {
        struct report_input *slot = i < b->inputs.n ? &b->inputs.v[i] : RT_VEC_PUSH(&b->inputs);
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

/* What could not be checked in sessions that nobody asked for is no matter. */
static void
leave_unchecked(struct batch *b, const struct rt_map *ids)
{
    size_t kept = 0;
    for (size_t i = 0; i < b->found.unchecked.n; i++) {
        const struct unchecked *u = &b->found.unchecked.v[i];
        if (batch_concerns(b, u->session,
                           u->session.n > 0 ? rt_map_get(ids, u->session) : NULL))
            b->found.unchecked.v[kept++] = *u;
    }
    b->found.unchecked.n = kept;
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
    leave_unchecked(b, &ids);
    const struct finding *f;
    RT_EACH (f, &b->found.findings) {
        if (rc < 0)
            break;
        const struct session *s = f->session.n > 0 ? rt_map_get(&ids, f->session) : NULL;
        if (!batch_shown(b, f, s))
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
    /* those that were streamed are counted already */
    r->unchecked_count += b->found.unchecked.n;
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
int
batch_stream_rest(struct batch *b, struct rt_err *err)
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

int
batch_conclude(struct batch *b, struct rt_err *err)
{
    if (batch_detect(b, err) < 0 || fill_findings(b, err) < 0)
        return -1;
    fill_report(b);
    b->links = report_links_new(&b->report, err);
    if (b->links == NULL)
        return -1;
    b->report.links = b->links;
    return 0;
}
