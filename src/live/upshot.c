/*
 * upshot.c - a knot, finished: its events go through the session engine by themselves.
 */
#include "config.h"

#include "base/alloc.h"
#include "live/internal.h"

void
upshot_put(struct upshot **pv)
{
    struct upshot *v = *pv;
    *pv = NULL;
    if (v == NULL || atomic_fetch_sub(&v->users, 1) > 1)
        return;
    struct session_group *g;
    RT_EACH (g, &v->groups) {
        for (size_t i = 0; i < g->count; i++)
            session_free(&g->sessions[i]);
        rt_free(g->sessions);
    }
    RT_VEC_FREE(&v->groups);
    meter_fini(&v->meter);
    rt_free(v);
}

static int
take_group(void *arg, const struct session_group *g, struct rt_err *err)
{
    struct upshot *v = arg;
    struct session_group *slot = RT_VEC_PUSH(&v->groups);
    struct session **list = slot == NULL ? NULL : rt_calloc(g->count, sizeof(*list));
    if (list == NULL) {
        v->groups.n -= slot != NULL;
        for (size_t i = 0; i < g->count; i++)
            session_free(&g->sessions[i]);
        return rt_fail_mem(err);
    }
    memcpy(list, g->sessions, g->count * sizeof(*list));
    *slot = *g;
    slot->sessions = list;
    return 0;
}

static int
feed(struct live_engine *e, const struct knot *k, struct rt_err *err)
{
    struct rt_arena_mark mark = rt_arena_mark(&e->scratch);
    struct event_unpacker u;
    struct event ev;
    int rc = 0;
    for (event_unpack_begin(&u, rt_buf_str(&k->events), &e->scratch);
         rc == 0 && event_unpack_next(&u, &ev);) {
        ev.input = ev.input < e->springs.n ? e->springs.v[ev.input]->rank : 0;
        if (e->drop_times && !ev.zoned)
            ev.begin = ev.end = ev.last = RT_TIME_NONE;
        rc = session_engine_feed(e->sessions, &ev, err);
    }
    rt_arena_reset(&e->scratch, mark);
    return rc == 0 && u.damaged ? rt_fail_here(err, RT_EIO, "events at hand cannot be read")
                                : rc;
}

int
live_finish(struct live_engine *e, struct knot *k, struct rt_err *err)
{
    struct session_engine_facts facts;
    if (e->sessions == NULL) {
        e->session_options = (struct session_options){
            .paths = e->paths, .path_count = e->springs.n, .threads = 1};
        e->sessions =
            session_engine_new(e->options.rules, e->options.limits, &e->session_options, err);
        e->duplicates = 0;
    }
    struct upshot *v = e->sessions == NULL ? NULL : rt_calloc(1, sizeof(*v));
    if (v == NULL)
        return e->sessions == NULL ? -1 : rt_fail_mem(err);
    atomic_init(&v->users, 1);
    meter_init(&v->meter, session_engine_meter(e->sessions)->slow);
    if (feed(e, k, err) < 0 ||
        session_engine_finish(e->sessions, (struct session_sink){take_group, v}, err) < 0) {
        upshot_put(&v);
        session_engine_free(&e->sessions);
        return -1;
    }
    session_engine_facts(e->sessions, &facts);
    v->duplicates = facts.duplicates - e->duplicates;
    e->duplicates = facts.duplicates;
    if (meter_move(&v->meter, session_engine_meter(e->sessions)) < 0) {
        upshot_put(&v);
        return rt_fail_mem(err);
    }
    upshot_put(&k->upshot);
    k->upshot = v;
    k->dirty = false;
    e->facts.finished++;
    return 0;
}
