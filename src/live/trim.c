/*
 * trim.c - makes room: knots whose recordings are over go to the shelf, the oldest first; of a channel that
 * is used again and again only the newest recordings stay at hand.
 */
#include "config.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/map.h"
#include "live/internal.h"

static bool
before(rt_time t, rt_dur d, rt_time clock)
{
    rt_time end = 0;
    return t == RT_TIME_NONE || (!__builtin_add_overflow(t, d, &end) && end < clock);
}

static bool
session_is_over(const struct live_engine *e, const struct session *s, rt_time clock)
{
    const struct rt_limits *l = e->options.limits;
    rt_dur quiet = (rt_dur)(s->ended ? l->session_linger_s : l->session_quiet_s) * RT_SEC;
    return before(s->last, quiet, clock);
}

static bool
knot_is_over(const struct live_engine *e, const struct knot *k, rt_time clock)
{
    const struct session_group *g;
    if (k->aside || k->upshot == NULL)
        return false;
    RT_EACH (g, &k->upshot->groups)
        for (size_t i = 0; i < g->count; i++)
            if (!session_is_over(e, g->sessions[i], clock))
                return false;
    return true;
}

/* ---- one channel with many recordings ---- */

struct sieve {
    struct rt_map gone; /* ids of sessions */
    rt_time since;      /* what has no id goes when it is older */
};

static bool
stays(void *arg, const struct event *ev)
{
    const struct sieve *s = arg;
    if ((ev->rid.n > 0 && rt_map_get(&s->gone, ev->rid) != NULL) ||
        (ev->sid.n > 0 && rt_map_get(&s->gone, ev->sid) != NULL))
        return false;
    return ev->rid.n > 0 || ev->sid.n > 0 || ev->begin == RT_TIME_NONE || ev->begin >= s->since;
}

static int
by_last(const void *a, const void *b)
{
    const struct session *x = *(struct session *const *)a, *y = *(struct session *const *)b;
    return (x->last > y->last) - (x->last < y->last);
}

static size_t
all_sessions(const struct knot *k, struct session **out)
{
    size_t n = 0;
    const struct session_group *g;
    RT_EACH (g, &k->upshot->groups)
        for (size_t i = 0; i < g->count; i++, n++)
            if (out != NULL)
                out[n] = g->sessions[i];
    return n;
}

/* The older half of its recordings, of those that are over. */
static int
choose(const struct live_engine *e, struct session **v, size_t n, rt_time clock,
       struct sieve *s)
{
    size_t half = n / 2;
    for (size_t i = 0; i < n; i++) {
        if (i < half && session_is_over(e, v[i], clock) &&
            (v[i]->rid.n > 0 || v[i]->sid.n > 0)) {
            if ((v[i]->rid.n > 0 && rt_map_put(&s->gone, v[i]->rid, v[i]) < 0) ||
                (v[i]->sid.n > 0 && rt_map_put(&s->gone, v[i]->sid, v[i]) < 0))
                return -1;
        } else if (v[i]->first != RT_TIME_NONE && v[i]->first < s->since) {
            s->since = v[i]->first;
        }
    }
    return 0;
}

static int
thin_out(struct live_engine *e, struct knot *k, rt_time clock, struct rt_err *err)
{
    struct sieve s = {.since = INT64_MAX};
    size_t n = all_sessions(k, NULL);
    struct session **v = rt_calloc(n + 1, sizeof(struct session *));
    uint64_t bytes = k->events.n;
    rt_map_init(&s.gone);
    int rc = v == NULL ? -1 : 0;
    if (rc == 0 && n > 1) {
        all_sessions(k, v);
        qsort(v, n, sizeof(struct session *), by_last);
        rc = choose(e, v, n, clock, &s);
        if (rc == 0 && s.gone.n > 0) {
            rc = knot_sieve(k, stays, &s);
            e->forgotten = v[n / 2]->last > e->forgotten ? v[n / 2]->last : e->forgotten;
        }
    }
    bool thinner = s.gone.n > 0;
    rt_map_fini(&s.gone);
    rt_free(v);
    e->bytes -= bytes - k->events.n;
    if (rc < 0)
        return rt_fail_mem(err);
    return thinner ? live_finish(e, k, err) : 0;
}

/* ---- all of them ---- */

static int
put_away(struct live_engine *e, struct knot *k, struct rt_err *err)
{
    struct shelf_knot row = {
        k->id, false, rt_buf_str(&k->events), {(const char *)k->keys.v, k->keys.n * 8}};
    if (e->shelf != NULL && shelf_put(e->shelf, &row, err) < 0)
        return -1;
    e->facts.put_away++;
    e->forgotten = k->last > e->forgotten ? k->last : e->forgotten;
    live_unlist(e, k);
    knot_free(&k);
    return 0;
}

struct old {
    rt_time last;
    struct knot *knot;
};

static int
oldest_first(const void *a, const void *b)
{
    const struct old *x = a, *y = b;
    if (x->last != y->last)
        return x->last < y->last ? -1 : 1;
    return (x->knot->id > y->knot->id) - (x->knot->id < y->knot->id);
}

static bool
any_unsettled(const struct live_engine *e)
{
    for (size_t i = 0; i < e->springs.n; i++)
        if (!e->springs.v[i]->settled)
            return true;
    return false;
}

int
live_make_room(struct live_engine *e, struct rt_err *err)
{
    const struct rt_limits *l = e->options.limits;
    rt_time clock = live_clock(e);
    for (size_t i = 0; i < e->knots.n; i++) {
        struct knot *k = e->knots.v[i];
        if (k->aside || k->events.n <= l->live_channel_bytes ||
            k->events.n < k->tried + k->tried / 4)
            continue;
        if (thin_out(e, k, clock, err) < 0)
            return -1;
        k->tried = k->events.n;
    }
    if (e->knots.n <= l->live_closed && e->bytes <= l->live_closed_bytes)
        return 0;
    bool unsettled = any_unsettled(e);
    struct old *v = rt_calloc(e->knots.n + 1, sizeof(*v));
    size_t n = 0;
    uint64_t bytes = 0;
    if (v == NULL)
        return rt_fail_mem(err);
    for (size_t i = 0; i < e->knots.n; i++) {
        struct knot *k = e->knots.v[i];
        if ((unsettled && k->provisional) || !knot_is_over(e, k, clock))
            continue;
        v[n++] = (struct old){k->last, k};
        bytes += k->events.n;
    }
    int rc = 0;
    if (n > l->live_closed || bytes > l->live_closed_bytes) {
        qsort(v, n, sizeof(*v), oldest_first);
        /* A tenth more than needed: this is not done for each that ends. */
        size_t keep = l->live_closed - l->live_closed / 10;
        uint64_t room = l->live_closed_bytes - l->live_closed_bytes / 10;
        for (size_t i = 0; rc == 0 && i < n && (n - i > keep || bytes > room); i++) {
            bytes -= v[i].knot->events.n;
            rc = put_away(e, v[i].knot, err);
        }
    }
    rt_free(v);
    return rc;
}
