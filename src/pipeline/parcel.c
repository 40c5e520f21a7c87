#include "config.h"

#include "pipeline/parcel.h"

#include "base/alloc.h"

/* Big enough that the engine's lock is taken seldom, small enough to stay in the cache. */
enum { PARCEL_EVENTS = 512, PARCEL_BYTES = 256 * 1024 };

void
parcel_init(struct parcel *p)
{
    *p = (struct parcel){0};
    rt_arena_init(&p->arena, 64 * 1024, 0);
}

void
parcel_fini(struct parcel *p)
{
    RT_VEC_FREE(&p->events);
    rt_arena_fini(&p->arena);
}

int
parcel_add(struct parcel *p, const struct event *e, struct rt_err *err)
{
    const struct event *like = p->events.n > 0 ? p->events.v[p->events.n - 1] : NULL;
    struct event *copy = event_copy(&p->arena, e, like);
    struct event **slot = copy == NULL ? NULL : RT_VEC_PUSH(&p->events);
    if (slot == NULL)
        return rt_fail_mem(err);
    *slot = copy;
    return 0;
}

bool
parcel_full(const struct parcel *p)
{
    return p->events.n >= PARCEL_EVENTS || p->arena.held >= PARCEL_BYTES;
}

void
parcel_clear(struct parcel *p)
{
    p->events.n = 0;
    rt_arena_fini(&p->arena);
    rt_arena_init(&p->arena, 64 * 1024, 0);
}
