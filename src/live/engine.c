#include "config.h"

#include "live/engine.h"

#include "base/alloc.h"
#include "live/internal.h"

enum { SCRATCH_BYTES = 64 * 1024 };

static struct spring *
spring_of(struct live_engine *e, rt_str source, struct rt_err *err)
{
    for (size_t i = 1; i < e->springs.n; i++)
        if (rt_str_is(source, e->springs.v[i]->source))
            return e->springs.v[i];
    struct spring *s = live_add_spring(e, source, false, err);
    return s == NULL || live_rank(e, err) < 0 ? NULL : s;
}

/* ---- rows ---- */

static int
take_callbacks(struct live_engine *e, int64_t upto, struct rt_err *err)
{
    struct spring *s = e->springs.v[0];
    if (upto == e->extent.callbacks)
        return 0;
    if (!s->settled) {
        s->stale = true;
        return 0;
    }
    return spring_callbacks(s, e->store, e->extent.callbacks, upto, err);
}

static int
take_lines(struct live_engine *e, int64_t upto, struct rt_err *err)
{
    if (upto == e->extent.lines)
        return 0;
    struct store_cursor *c = store_new_lines(e->store, e->extent.lines, upto, err);
    struct store_line row;
    int rc = c == NULL ? -1 : 0;
    while (rc == 0 && (rc = store_next_new_line(c, &row, err)) == 1) {
        struct spring *s = spring_of(e, row.source, err);
        rc = s == NULL ? -1 : 0;
        if (rc == 0 && s->settled)
            rc = spring_line(s, row.text, err);
        else if (rc == 0)
            s->stale = true;
    }
    store_cursor_free(&c);
    return rc < 0 ? -1 : 0;
}

static int
replay_stale(struct live_engine *e, struct rt_err *err)
{
    for (size_t i = 0; i < e->springs.n; i++)
        if (e->springs.v[i]->stale &&
            spring_replay(e->springs.v[i], e->store, &e->extent, err) < 0)
            return -1;
    bool drop = live_drops_times(e);
    if (drop != e->drop_times)
        live_all_dirty(e);
    e->drop_times = drop;
    return 0;
}

int
live_finish_dirty(struct live_engine *e, struct rt_err *err)
{
    for (size_t i = 0; i < e->knots.n; i++)
        if (e->knots.v[i]->dirty && live_finish(e, e->knots.v[i], err) < 0)
            return -1;
    return 0;
}

int
live_engine_pump(struct live_engine *e, int64_t most, struct rt_err *err)
{
    struct store_extent there = {0};
    if (store_extent(e->store, &there, err) < 0)
        return -1;
    int64_t c = there.callbacks - e->extent.callbacks, l = there.lines - e->extent.lines;
    struct store_extent upto = {e->extent.callbacks + (c < most ? c : most),
                                e->extent.lines + (l < most ? l : most)};
    if ((e->first.callbacks == 0 || e->first.lines == 0) &&
        store_first(e->store, &e->first, err) < 0)
        return -1;
    if (take_callbacks(e, upto.callbacks, err) < 0 || take_lines(e, upto.lines, err) < 0)
        return -1;
    e->extent = upto;
    if (replay_stale(e, err) < 0 || live_finish_dirty(e, err) < 0 || live_make_room(e, err) < 0)
        return -1;
    return c > most || l > most;
}

/* ---- life ---- */

static int
begin_anew(struct live_engine *e, struct rt_err *err)
{
    live_clear(e);
    return live_add_spring(e, RT_LIT(""), true, err) == NULL ? -1 : live_rank(e, err);
}

int
live_engine_restart(struct live_engine *e, struct rt_err *err)
{
    if (e->shelf != NULL && shelf_empty(e->shelf, err) < 0)
        return -1;
    return begin_anew(e, err);
}

static int
open_all(struct live_engine *e, struct rt_err *err)
{
    e->store = store_open(e->options.store, STORE_READ, e->options.limits, err);
    if (e->store == NULL)
        return -1;
    int resumed = live_resume(e, err);
    if (resumed == 1)
        return 0;
    return resumed < 0 ? -1 : begin_anew(e, err);
}

struct live_engine *
live_engine_new(const struct live_options *options, struct rt_err *err)
{
    struct live_engine *e = rt_calloc(1, sizeof(*e));
    if (e == NULL) {
        rt_fail_mem(err);
        return NULL;
    }
    e->options = *options;
    e->forgotten = RT_TIME_NONE;
    rt_arena_init(&e->scratch, SCRATCH_BYTES, 0);
    if (phase_signs_init(&e->signs, options->rules) < 0)
        rt_fail_mem(err);
    else if (open_all(e, err) == 0)
        return e;
    live_engine_free(&e);
    return NULL;
}

void
live_engine_free(struct live_engine **pe)
{
    struct live_engine *e = *pe;
    *pe = NULL;
    if (e == NULL)
        return;
    live_clear(e);
    RT_VEC_FREE(&e->knots);
    RT_VEC_FREE(&e->springs);
    shelf_close(&e->shelf);
    store_close(&e->store);
    phase_signs_fini(&e->signs);
    rt_arena_fini(&e->scratch);
    rt_free(e);
}

void
live_engine_facts(const struct live_engine *e, struct live_facts *out)
{
    *out = e->facts;
    out->extent = e->extent;
    out->knots = e->knots.n;
    out->bytes = e->bytes;
    out->events = 0;
    for (size_t i = 0; i < e->knots.n; i++)
        out->events += e->knots.v[i]->count;
}
