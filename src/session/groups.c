/*
 * groups.c - parts the sessions of a cluster by app and channel, and hands them out in an order that
 * hangs on what they say only.
 */
#include "config.h"

#include "session/groups.h"

#include <stdlib.h>

#include "base/alloc.h"

static int
compare_times(rt_time a, rt_time b)
{
    if (a == b)
        return 0;
    return box_earlier(a, b) == a ? -1 : 1;
}

static int
by_first(const void *a, const void *b)
{
    const struct session *x = *(struct session *const *)a, *y = *(struct session *const *)b;
    int order = compare_times(x->first, y->first);
    return order != 0 ? order : rt_str_cmp(x->id, y->id);
}

/* An unknown app sorts before the known ones of its channel. */
static int
by_channel(const void *a, const void *b)
{
    const struct draft *x = a, *y = b;
    if (x->probe != y->probe)
        return x->probe ? -1 : 1;
    int order = rt_str_cmp(x->s->cname, y->s->cname);
    order = order != 0 ? order : rt_str_cmp(x->s->app_id, y->s->app_id);
    return order != 0 ? order : by_first(&x->s, &y->s);
}

/* Where the group that begins at `from` ends. Sessions without a channel are alone; those without
 * an app belong to the only app of the channel, if there is only one. */
static size_t
group_end(const struct draft *v, size_t n, size_t from)
{
    rt_str cname = v[from].s->cname, app = v[from].s->app_id;
    if (cname.n == 0 || v[from].probe)
        return from + 1;
    size_t own = from, all = from;
    while (own < n && rt_str_eq(v[own].s->cname, cname) && rt_str_eq(v[own].s->app_id, app))
        own++;
    if (app.n > 0 || own == n || !rt_str_eq(v[own].s->cname, cname))
        return own;
    for (all = own; all < n && rt_str_eq(v[all].s->cname, cname); all++)
        if (!rt_str_eq(v[all].s->app_id, v[own].s->app_id))
            return own;
    return all;
}

static int
group_new(struct group_list *groups, struct draft *v, size_t n, const struct closing *how)
{
    struct session **sessions = rt_calloc(n, sizeof(*sessions));
    struct session_group *g = sessions == NULL ? NULL : RT_VEC_PUSH(&groups->v);
    if (g == NULL) {
        rt_free(sessions);
        return -1;
    }
    *g = (struct session_group){v[n - 1].s->app_id, v[n - 1].s->cname, sessions, n, v->probe};
    for (size_t i = 0; i < n; i++) {
        sessions[i] = v[i].s;
        v[i].s = NULL;
    }
    qsort(sessions, n, sizeof(struct session *), by_first);
    return n > 1 ? beside_events(sessions, n, how) : 0;
}

int
groups_add(struct group_list *groups, struct draft_list *drafts, const struct closing *how)
{
    struct draft *v = drafts->v.v;
    size_t n = drafts->v.n;
    if (n > 1)
        qsort(v, n, sizeof(*v), by_channel);
    for (size_t from = 0, to; from < n; from = to) {
        to = group_end(v, n, from);
        if (group_new(groups, v + from, to - from, how) < 0)
            return -1;
    }
    return 0;
}

int
groups_move(struct group_list *groups, struct group_list *from)
{
    while (from->v.n > 0) {
        struct session_group *slot = RT_VEC_PUSH(&groups->v);
        if (slot == NULL)
            return -1;
        *slot = from->v.v[--from->v.n];
    }
    return 0;
}

static void
group_fini(struct session_group *g)
{
    for (size_t i = 0; i < g->count; i++)
        session_free(&g->sessions[i]);
    rt_free(g->sessions);
}

void
groups_fini(struct group_list *groups)
{
    struct session_group *g;
    RT_EACH (g, &groups->v)
        group_fini(g);
    RT_VEC_FREE(&groups->v);
}

int
session_group_order(const struct session_group *a, const struct session_group *b)
{
    return by_first(&a->sessions[0], &b->sessions[0]);
}

static int
group_by_first(const void *a, const void *b)
{
    return session_group_order(a, b);
}

static rt_time
end_of(const struct session_group *g)
{
    rt_time end = RT_TIME_NONE;
    for (size_t i = 0; i < g->count; i++)
        end = g->sessions[i]->last > end ? g->sessions[i]->last : end;
    return end;
}

static int
group_by_end(const void *a, const void *b)
{
    const struct session_group *x = a, *y = b;
    int order = compare_times(end_of(x), end_of(y));
    return order != 0 ? order : rt_str_cmp(x->sessions[0]->id, y->sessions[0]->id);
}

int
groups_deliver(struct group_list *groups, bool by_end, struct session_sink sink,
               struct rt_err *err)
{
    if (groups->v.n > 1)
        qsort(groups->v.v, groups->v.n, sizeof(*groups->v.v),
              by_end ? group_by_end : group_by_first);
    int rc = 0;
    struct session_group *g;
    RT_EACH (g, &groups->v) {
        rc = sink.group(sink.arg, g, err);
        /* The sessions are the sink's now, whatever it said. */
        g->count = 0;
        if (rc < 0)
            break;
    }
    return rc;
}
