/*
 * springs.c - all springs of an engine: their ranks in a report, their clock, whether times without a zone count.
 */
#include "config.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "live/internal.h"

struct spring *
live_add_spring(struct live_engine *e, rt_str source, bool callbacks, struct rt_err *err)
{
    struct spring *s = spring_new(e, source, callbacks, err);
    struct spring **slot = s == NULL ? NULL : RT_VEC_PUSH(&e->springs);
    if (slot == NULL) {
        if (s != NULL)
            rt_fail_mem(err);
        spring_free(&s);
        return NULL;
    }
    *slot = s;
    s->rank = UINT32_MAX;
    return s;
}

static int
by_source(const void *a, const void *b)
{
    const struct spring *x = *(struct spring *const *)a, *y = *(struct spring *const *)b;
    if (x->source == NULL || y->source == NULL)
        return (x->source == NULL) - (y->source == NULL);
    return strcmp(x->source, y->source);
}

void
live_all_dirty(struct live_engine *e)
{
    for (size_t i = 0; i < e->knots.n; i++)
        e->knots.v[i]->dirty = true;
}

int
live_rank(struct live_engine *e, struct rt_err *err)
{
    size_t n = e->springs.n;
    struct spring **ranked = rt_calloc(n + 1, sizeof(*ranked));
    const char **paths = rt_calloc(n + 1, sizeof(*paths));
    if (ranked == NULL || paths == NULL) {
        rt_free(ranked);
        rt_free(paths);
        return rt_fail_mem(err);
    }
    memcpy(ranked, e->springs.v, n * sizeof(*ranked));
    qsort(ranked, n, sizeof(*ranked), by_source);
    bool moved = e->ranked == NULL;
    for (uint32_t i = 0; i < n; i++) {
        moved |= ranked[i]->rank != i;
        ranked[i]->rank = i;
        paths[i] = ranked[i]->input.path;
    }
    rt_free(e->ranked);
    rt_free(e->paths);
    e->ranked = ranked;
    e->paths = paths;
    session_engine_free(&e->sessions); /* has borrowed the paths */
    if (moved)
        live_all_dirty(e);
    return 0;
}

rt_time
live_clock(const struct live_engine *e)
{
    rt_time clock = RT_TIME_NONE;
    for (size_t i = 0; i < e->springs.n; i++) {
        const struct spring_tally *t = &e->springs.v[i]->tally;
        if (!(e->drop_times && t->head_unzoned) && t->clock > clock)
            clock = t->clock;
    }
    return clock;
}

/* Stamps without a zone are dropped when others have one: as the batch run sees it. */
bool
live_drops_times(const struct live_engine *e)
{
    bool zoned = false, unzoned = false;
    for (size_t i = 0; i < e->springs.n; i++) {
        const struct spring_tally *t = &e->springs.v[i]->tally;
        unzoned |= t->head_first != RT_TIME_NONE && t->head_unzoned;
        zoned |= t->head_first != RT_TIME_NONE && !t->head_unzoned;
    }
    return zoned && unzoned;
}

void
live_clear(struct live_engine *e)
{
    for (size_t i = 0; i < e->knots.n; i++)
        knot_free(&e->knots.v[i]);
    for (size_t i = 0; i < e->springs.n; i++)
        spring_free(&e->springs.v[i]);
    e->knots.n = e->springs.n = 0;
    ties_fini(&e->ties);
    session_engine_free(&e->sessions);
    rt_free(e->ranked);
    rt_free(e->paths);
    e->ranked = NULL;
    e->paths = NULL;
    e->drop_times = false;
    e->last_id = 0;
    e->bytes = 0;
    e->forgotten = RT_TIME_NONE;
    e->extent = e->first = (struct store_extent){0};
    e->facts = (struct live_facts){0};
}
