/*
 * bind.c - events to knots: what shares a key is one knot, at hand or fetched from the shelf.
 */
#include "config.h"

#include "base/alloc.h"
#include "live/internal.h"

/* Of what belongs to no recording; more is not kept. */
enum { ASIDE_BYTES = 1 << 20 };

static int
list_knot(struct live_engine *e, struct knot *k)
{
    struct knot **slot = RT_VEC_PUSH(&e->knots);
    if (slot == NULL)
        return -1;
    *slot = k;
    k->at = e->knots.n - 1;
    e->bytes += k->events.n;
    return 0;
}

static int
tie_all(struct live_engine *e, struct knot *k)
{
    for (size_t i = 0; i < k->keys.n; i++)
        if (ties_put(&e->ties, k->keys.v[i], k) < 0)
            return -1;
    return 0;
}

struct knot *
live_load(struct live_engine *e, const struct shelf_knot *from, struct rt_err *err)
{
    struct knot *k = knot_new(from->id);
    struct event_unpacker u;
    struct event ev;
    bool good = k != NULL;
    struct rt_arena_mark mark = rt_arena_mark(&e->scratch);
    for (size_t i = 0; good && i + 8 <= from->keys.n; i += 8) {
        uint64_t key = 0;
        memcpy(&key, from->keys.p + i, 8);
        good = knot_key(k, key) == 0;
    }
    for (event_unpack_begin(&u, from->events, &e->scratch);
         good && event_unpack_next(&u, &ev);) {
        good = knot_add(k, &ev) == 0;
        k->aside |= event_is_aside(ev.kind);
    }
    rt_arena_reset(&e->scratch, mark);
    if (good && !u.damaged && list_knot(e, k) == 0 && tie_all(e, k) == 0)
        return k;
    if (good && u.damaged)
        rt_fail_here(err, RT_EIO, "the shelf holds events that cannot be read");
    else
        rt_fail_mem(err);
    if (k != NULL && k->at < e->knots.n && e->knots.v[k->at] == k)
        return NULL; /* in the list: freed with it */
    knot_free(&k);
    return NULL;
}

static struct knot *
create(struct live_engine *e, struct rt_err *err)
{
    struct knot *k = knot_new(++e->last_id);
    if (k != NULL && list_knot(e, k) == 0)
        return k;
    knot_free(&k);
    rt_fail_mem(err);
    return NULL;
}

/* From the list and the ties; not from memory. */
void
live_unlist(struct live_engine *e, struct knot *k)
{
    for (size_t i = 0; i < k->keys.n; i++)
        if (ties_get(&e->ties, k->keys.v[i]) == k)
            ties_del(&e->ties, k->keys.v[i]);
    struct knot *last = e->knots.v[--e->knots.n];
    e->knots.v[k->at] = last;
    last->at = k->at;
    e->bytes -= k->events.n;
}

struct absorb {
    struct knot *into;
    bool failed;
};

static bool
move_event(void *arg, const struct event *e)
{
    struct absorb *a = arg;
    a->failed |= knot_add(a->into, e) < 0;
    return false;
}

static int
absorb(struct live_engine *e, struct knot *into, struct knot *k, struct rt_err *err)
{
    struct absorb a = {into, false};
    live_unlist(e, k);
    uint64_t before = into->events.n;
    int rc = knot_sieve(k, move_event, &a);
    e->bytes += into->events.n - before;
    into->provisional |= k->provisional;
    for (size_t i = 0; rc == 0 && i < k->keys.n; i++)
        rc = knot_key(into, k->keys.v[i]) < 0 || ties_put(&e->ties, k->keys.v[i], into) < 0 ? -1
                                                                                            : 0;
    if (rc < 0 || a.failed) {
        knot_free(&k);
        return rt_fail_mem(err);
    }
    rc = e->shelf == NULL ? 0 : shelf_drop(e->shelf, k->id, err);
    knot_free(&k);
    return rc;
}

/* The knot of a key, at hand or fetched. 1, 0 none, -1. */
static int
find_knot(struct live_engine *e, uint64_t key, struct knot **out, struct rt_err *err)
{
    struct shelf_knot found;
    *out = ties_get(&e->ties, key);
    if (*out != NULL || e->shelf == NULL || e->facts.put_away == 0)
        return *out != NULL;
    int64_t id = shelf_find(e->shelf, key, err);
    if (id <= 0)
        return (int)id;
    int rc = shelf_load(e->shelf, id, &found, err);
    if (rc <= 0)
        return rc; /* 0: one that became part of another before it was put away */
    *out = live_load(e, &found, err);
    e->facts.found_again += *out != NULL;
    return *out == NULL ? -1 : 1;
}

/* The one knot of these keys; those that were apart become one. */
static struct knot *
knot_of(struct live_engine *e, const uint64_t *keys, size_t n, struct rt_err *err)
{
    struct knot *all = NULL, *one = NULL;
    for (size_t i = 0; i < n; i++) {
        if (find_knot(e, keys[i], &one, err) < 0)
            return NULL;
        if (one == NULL || one == all)
            continue;
        if (all == NULL) {
            all = one;
            continue;
        }
        bool larger = one->events.n > all->events.n;
        struct knot *rest = larger ? all : one;
        all = larger ? one : all;
        if (absorb(e, all, rest, err) < 0)
            return NULL;
    }
    if (all == NULL && (all = create(e, err)) == NULL)
        return NULL;
    for (size_t i = 0; i < n; i++)
        if (ties_get(&e->ties, keys[i]) != all &&
            (knot_key(all, keys[i]) < 0 || ties_put(&e->ties, keys[i], all) < 0)) {
            rt_fail_mem(err);
            return NULL;
        }
    return all;
}

int
live_take(struct live_engine *e, struct spring *s, const struct event *ev, struct rt_err *err)
{
    uint64_t keys[KEYS_MOST];
    size_t n = knot_keys(ev, keys);
    struct knot *k = knot_of(e, keys, n, err);
    if (k == NULL)
        return -1;
    uint64_t before = k->events.n;
    k->aside |= event_is_aside(ev->kind);
    if (k->aside && before > ASIDE_BYTES)
        return 0;
    if (knot_add(k, ev) < 0)
        return rt_fail_mem(err);
    k->provisional |= !s->settled;
    e->bytes += k->events.n - before;
    return 0;
}

static bool
not_of(void *arg, const struct event *ev)
{
    return ev->input != *(const uint32_t *)arg;
}

int
live_retract(struct live_engine *e, const struct spring *s, struct rt_err *err)
{
    uint32_t number = s->number;
    for (size_t i = 0; i < e->knots.n; i++) {
        struct knot *k = e->knots.v[i];
        uint64_t before = k->events.n;
        if (k->provisional && knot_sieve(k, not_of, &number) < 0)
            return rt_fail_mem(err);
        e->bytes -= before - k->events.n;
    }
    return 0;
}
