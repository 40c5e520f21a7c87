/*
 * group.c - what becomes of a group of sessions: it is kept for the end, or written and let go.
 */
#include "config.h"

#include <string.h>

#include "base/alloc.h"
#include "pipeline/accept.h"
#include "pipeline/internal.h"

static bool
begins(rt_str s, const char *with)
{
    return s.n > 0 && rt_str_starts(s, rt_str_of(with));
}

bool
batch_asked_for(const struct batch_options *o, const struct session *s)
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

bool
batch_concerns(const struct batch *b, rt_str id, const struct session *s)
{
    if (s != NULL)
        return batch_asked_for(b->options, s);
    bool of_session = id.n > 0; /* streamed and gone, but it was asked for */
    return of_session || (b->options->session == NULL && b->options->channel == NULL);
}

/* Counts a finding, unless it is hidden or its session was not asked for. */
bool
batch_shown(struct batch *b, const struct finding *f, const struct session *s)
{
    if (!batch_concerns(b, f->session, s))
        return false;
    if (f->session.n == 0 && b->options->app != NULL && !begins(f->app_id, b->options->app))
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

/* Sessions that were handed over, and are not kept. */
static void
let_go(const struct batch *b, const struct session_group *g)
{
    for (size_t i = 0; !b->borrowed && i < g->count; i++)
        session_free(&g->sessions[i]);
}

static int
stream_sessions(struct batch *b, const struct session_group *g, struct rt_err *err)
{
    const struct batch_stream *out = b->options->stream;
    for (size_t i = 0; i < g->count; i++) {
        if (!batch_asked_for(b->options, g->sessions[i]))
            continue;
        count_session(b, g->sessions[i]);
        b->report.session_count++;
        if (spans_add(&b->spans, g->sessions[i]) < 0 || skew_add(&b->skew, g->sessions[i]) < 0)
            return rt_fail_mem(err);
        if (out->session(out->arg, &b->report, g->sessions[i], err) < 0)
            return -1;
    }
    return 0;
}

/* One that may be told with others waits for them. */
static int
stream_finding(struct batch *b, const struct session_group *g, const struct finding *f,
               struct rt_err *err)
{
    const struct batch_stream *out = b->options->stream;
    const struct session *s = session_named(g, f->session);
    if (s != NULL && !batch_asked_for(b->options, s))
        return 0;
    if (detector_may_fold(b->detector, f))
        return finding_list_copy(&b->found, f) < 0 ? rt_fail_mem(err) : 0;
    return batch_shown(b, f, s) && out->finding(out->arg, &b->report, f, err) < 0 ? -1 : 0;
}

static int
stream_unchecked(struct batch *b, const struct session_group *g, const struct unchecked *u,
                 struct rt_err *err)
{
    const struct batch_stream *out = b->options->stream;
    const struct session *s = session_named(g, u->session);
    if (s != NULL && !batch_asked_for(b->options, s))
        return 0;
    b->report.unchecked_count++;
    return out->unchecked(out->arg, &b->report, u, err) < 0 ? -1 : 0;
}

static int
stream_group(struct batch *b, const struct session_group *g, struct rt_err *err)
{
    struct finding_list found;
    finding_list_init(&found);
    int rc = b->options->no_rules || detector_group(b->detector, g, &found, err) == 0 ? 0 : -1;
    finding_list_sort(&found);
    if (rc == 0)
        rc = stream_sessions(b, g, err);
    for (size_t i = 0; rc == 0 && i < found.findings.n; i++)
        rc = stream_finding(b, g, &found.findings.v[i], err);
    for (size_t i = 0; rc == 0 && i < found.unchecked.n; i++)
        rc = stream_unchecked(b, g, &found.unchecked.v[i], err);
    finding_list_fini(&found);
    let_go(b, g);
    return rc;
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
        if (!batch_asked_for(b->options, list[i]))
            continue;
        struct session **slot = RT_VEC_PUSH(&b->sessions);
        if (slot == NULL || spans_add(&b->spans, list[i]) < 0)
            return rt_fail_mem(err);
        *slot = list[i];
        count_session(b, list[i]);
    }
    return 0;
}

int
batch_take_group(void *arg, const struct session_group *g, struct rt_err *err)
{
    struct batch *b = arg;
    if (g->aside) {
        int rc = b->options->no_rules ? 0 : detector_group(b->detector, g, &b->found, err);
        let_go(b, g);
        return rc;
    }
    return b->options->stream != NULL ? stream_group(b, g, err) : keep_group(b, g, err);
}
