#include "config.h"

#include "pipeline/parcel.h"

#include "base/alloc.h"

/* Enough that a session of a busy log has several polls in it, few enough to stay in the cache. */
enum { PARCEL_STEPS = 4096, PARCEL_BYTES = 256 * 1024 };

int
parcel_init(struct parcel *p, struct rt_err *err)
{
    *p = (struct parcel){0};
    rt_arena_init(&p->arena, PARCEL_BYTES, 0);
    /* With its first chunk in place the arena gives nothing back when it is emptied. */
    if (rt_arena_alloc(&p->arena, 1) == NULL)
        return rt_fail_mem(err);
    p->empty = rt_arena_mark(&p->arena);
    return 0;
}

void
parcel_fini(struct parcel *p)
{
    RT_VEC_FREE(&p->steps);
    RT_VEC_FREE(&p->events);
    RT_VEC_FREE(&p->likes);
    rt_arena_fini(&p->arena);
}

static struct parcel_step *
next_step(struct parcel *p)
{
    return RT_VEC_PUSH(&p->steps);
}

static int
add_whole(struct parcel *p, const struct event *e)
{
    const struct event *like = p->events.n > 0 ? p->events.v[p->events.n - 1] : NULL;
    struct event *copy = event_copy(&p->arena, e, like);
    const struct event **slot = copy == NULL ? NULL : RT_VEC_PUSH(&p->events);
    struct parcel_step *step = slot == NULL ? NULL : next_step(p);
    if (step == NULL)
        return -1;
    *slot = copy;
    step->at = (uint32_t)(p->events.n - 1);
    step->whole = true;
    return 0;
}

/* A twin that was driven out is kept once more: that costs a copy, no difference. */
static int
find_like(struct parcel *p, const struct event *e, uint32_t *out)
{
    struct parcel_twin *t = &p->twins[e->twin % PARCEL_TWINS];
    if (t->twin == e->twin) {
        *out = t->like;
        return 0;
    }
    struct event *copy = event_copy(&p->arena, e, NULL);
    struct session_site *site = copy == NULL ? NULL : RT_VEC_PUSH(&p->likes);
    if (site == NULL)
        return -1;
    site->like = copy;
    *t = (struct parcel_twin){e->twin, (uint32_t)(p->likes.n - 1)};
    *out = t->like;
    return 0;
}

static int
add_poll(struct parcel *p, const struct event *e, const struct poll *poll)
{
    uint32_t like = 0;
    struct parcel_step *step = find_like(p, e, &like) < 0 ? NULL : next_step(p);
    if (step == NULL)
        return -1;
    step->poll = *poll;
    step->at = like;
    return 0;
}

int
parcel_add(struct parcel *p, const struct event *e, struct rt_err *err)
{
    struct poll poll;
    bool twin = e->twin != 0 && poll_pack(e, &poll);
    int rc = twin ? add_poll(p, e, &poll) : add_whole(p, e);
    return rc < 0 ? rt_fail_mem(err) : 0;
}

bool
parcel_full(const struct parcel *p)
{
    return p->steps.n >= PARCEL_STEPS || p->arena.held > PARCEL_BYTES + PARCEL_BYTES / 2;
}

static void
clear(struct parcel *p)
{
    p->steps.n = p->events.n = p->likes.n = 0;
    memset(p->twins, 0, sizeof(p->twins));
    rt_arena_reset(&p->arena, p->empty);
}

int
parcel_deliver(struct parcel *p, struct session_engine *e, struct rt_err *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < p->steps.n; i++) {
        const struct parcel_step *s = &p->steps.v[i];
        rc = s->whole ? session_engine_feed(e, p->events.v[s->at], err)
                      : session_engine_feed_poll(e, &p->likes.v[s->at], &s->poll, err);
    }
    clear(p);
    return rc;
}
