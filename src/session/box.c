/*
 * box.c - keeps events and polls under one identity.
 */
#include "config.h"

#include "session/box.h"

#include "base/alloc.h"

/* Most sessions have a few events only. */
enum { FIRST_CHUNK = 1024, RUNS_MAX = 32 };

struct box *
box_new(enum box_type type, rt_str key, bool borrow)
{
    struct box *b = rt_calloc(1, sizeof(*b));
    if (b == NULL)
        return NULL;
    b->type = type;
    b->last = RT_TIME_NONE;
    rt_arena_init(&b->arena, FIRST_CHUNK, 0);
    bool ok = true;
    b->key = borrow ? key : rt_arena_str(&b->arena, key, &ok);
    if (!ok) {
        box_free(b);
        return NULL;
    }
    return b;
}

void
box_free(struct box *b)
{
    for (size_t i = 0; i < b->runs.n; i++)
        RT_VEC_FREE(&b->runs.v[i].polls);
    RT_VEC_FREE(&b->runs);
    RT_VEC_FREE(&b->events);
    RT_VEC_FREE(&b->bindings);
    rt_arena_fini(&b->arena);
    rt_free(b);
}

struct binding *
box_binding(const struct box *b, rt_str sid)
{
    for (size_t i = b->bindings.n; i-- > 0;)
        if (rt_str_eq(b->bindings.v[i].sid, sid))
            return &b->bindings.v[i];
    return NULL;
}

static void
note(struct box *b, const struct event *e, const struct box_keep *how)
{
    b->kinds |= UINT64_C(1) << (e->kind & 63);
    b->signs |= how->signs(how->arg, e);
}

/* One that most likely has the same ids; NULL: none yet. */
static const struct event *
neighbour(const struct box *b)
{
    if (b->events.n > 0)
        return b->events.v[b->events.n - 1];
    return b->runs.n > 0 ? b->runs.v[0].like : NULL;
}

static struct poll_run *
new_run(struct box *b, const struct event *like)
{
    struct event *copy = event_copy(&b->arena, like, neighbour(b));
    struct poll_run *run = copy == NULL ? NULL : RT_VEC_PUSH(&b->runs);
    if (run != NULL) {
        run->like = copy;
        copy->join = RT_NONE; /* of one of them only */
        run->since = RT_TIME_NONE;
    }
    return run;
}

/* The run that `e` goes on with; it comes first from then on. */
static struct poll_run *
find_run(struct box *b, const struct event *e)
{
    for (size_t i = 0; i < b->runs.n; i++) {
        if (!poll_is_like(b->runs.v[i].like, e))
            continue;
        if (i > 0) {
            struct poll_run found = b->runs.v[i];
            b->runs.v[i] = b->runs.v[0];
            b->runs.v[0] = found;
        }
        return &b->runs.v[0];
    }
    return NULL;
}

static void
note_time(struct box *b, rt_time begin, rt_time end)
{
    rt_time last = end > begin ? end : begin;
    b->last = last > b->last ? last : b->last;
}

static int
add_poll(struct box *b, struct poll_run *run, const struct poll *packed)
{
    struct poll *slot = RT_VEC_PUSH(&run->polls);
    if (slot == NULL)
        return -1;
    *slot = *packed;
    run->since = box_earlier(run->since, packed->begin);
    note_time(b, packed->begin, poll_end(packed));
    return 1;
}

int
box_go_on(struct box *b, const struct event *e)
{
    struct poll packed;
    struct poll_run *run = find_run(b, e);
    return run == NULL || !poll_pack(e, &packed) ? 0 : add_poll(b, run, &packed);
}

const struct event *
box_kept(struct box *b, const struct event *e)
{
    const struct poll_run *run = find_run(b, e);
    return run == NULL ? NULL : run->like;
}

int
box_go_on_with(struct box *b, const struct event *kept, const struct poll *p)
{
    for (size_t i = 0; i < b->runs.n; i++)
        if (b->runs.v[i].like == kept)
            return add_poll(b, &b->runs.v[i], p);
    return 0;
}

/* 1 kept, 0 to be kept whole, -1: memory. */
static int
begin_run(struct box *b, const struct event *e, const struct box_keep *how)
{
    struct poll packed;
    if (b->runs.n >= RUNS_MAX || !poll_pack(e, &packed))
        return 0;
    struct poll_run *run = new_run(b, e);
    if (run == NULL)
        return -1;
    note(b, e, how);
    return add_poll(b, run, &packed);
}

static int
keep_whole(struct box *b, const struct event *e, const struct box_keep *how)
{
    note(b, e, how);
    note_time(b, e->begin, e->end);
    if (b->events.n >= how->events_max) {
        b->dropped++;
        return 0;
    }
    struct event *copy = event_copy(&b->arena, e, neighbour(b));
    struct event **slot = copy == NULL ? NULL : RT_VEC_PUSH(&b->events);
    if (slot == NULL)
        return -1;
    *slot = copy;
    return 0;
}

int
box_keep(struct box *b, const struct event *e, const struct box_keep *how)
{
    int kept = 0;
    if (e->plain && b->type != BOX_TRIPLE) {
        kept = box_go_on(b, e);
        kept = kept != 0 ? kept : begin_run(b, e, how);
    }
    return kept == 0 ? keep_whole(b, e, how) : kept < 0 ? -1 : 0;
}

static int
absorb_runs(struct box *to, struct box *from)
{
    while (from->runs.n > 0) {
        struct poll_run *last = &from->runs.v[from->runs.n - 1];
        struct poll_run *run = new_run(to, last->like);
        if (run == NULL)
            return -1;
        run->polls.v = last->polls.v;
        run->polls.n = last->polls.n;
        run->polls.cap = last->polls.cap;
        from->runs.n--;
    }
    return 0;
}

int
box_absorb(struct box *to, struct box *from)
{
    for (size_t i = 0; i < from->events.n; i++) {
        const struct event *like = to->events.n > 0 ? to->events.v[to->events.n - 1] : NULL;
        struct event *copy = event_copy(&to->arena, from->events.v[i], like);
        struct event **slot = copy == NULL ? NULL : RT_VEC_PUSH(&to->events);
        if (slot == NULL)
            return -1;
        *slot = copy;
    }
    from->events.n = 0;
    to->dropped += from->dropped;
    return absorb_runs(to, from);
}
