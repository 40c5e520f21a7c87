#include "config.h"

#include <stdio.h>

#include "base/alloc.h"
#include "live/internal.h"

struct knot *
knot_new(int64_t id)
{
    struct knot *k = rt_calloc(1, sizeof(*k));
    if (k == NULL)
        return NULL;
    k->id = id;
    k->last = RT_TIME_NONE;
    rt_buf_init(&k->events, SIZE_MAX / 4);
    return k;
}

void
knot_free(struct knot **pk)
{
    struct knot *k = *pk;
    *pk = NULL;
    if (k == NULL)
        return;
    upshot_put(&k->upshot);
    rt_buf_fini(&k->events);
    RT_VEC_FREE(&k->keys);
    rt_free(k);
}

int
knot_add(struct knot *k, const struct event *e)
{
    event_pack(&k->packer, &k->events, e);
    if (k->events.failed)
        return -1;
    k->count++;
    rt_time over = e->end > e->begin ? e->end : e->begin;
    k->last = over > k->last ? over : k->last;
    k->dirty = k->unsaved = true;
    return 0;
}

int
knot_key(struct knot *k, uint64_t key)
{
    uint64_t *slot = RT_VEC_PUSH(&k->keys);
    if (slot == NULL)
        return -1;
    *slot = key;
    k->unsaved = true;
    return 0;
}

int
knot_sieve(struct knot *k, bool (*wanted)(void *arg, const struct event *e), void *arg)
{
    struct rt_buf old = k->events;
    struct rt_arena values;
    struct event_unpacker u;
    struct event e;
    rt_arena_init(&values, 4096, 0);
    rt_buf_init(&k->events, SIZE_MAX / 4);
    k->packer = (struct event_packer){0};
    k->count = 0;
    k->last = RT_TIME_NONE;
    int rc = 0;
    for (event_unpack_begin(&u, rt_buf_str(&old), &values);
         rc == 0 && event_unpack_next(&u, &e);)
        if (wanted(arg, &e))
            rc = knot_add(k, &e);
    k->dirty = k->unsaved = true;
    rt_arena_fini(&values);
    rt_buf_fini(&old);
    return rc < 0 || u.damaged ? -1 : 0;
}

/* ---- what ties ---- */

static uint64_t
key_of(char type, rt_str a, rt_str b)
{
    uint64_t h = rt_str_hash(a) * UINT64_C(0x9fb21c651e98df25) + rt_str_hash(b) +
                 (uint64_t)(unsigned char)type;
    h ^= h >> 29;
    h *= UINT64_C(0xd6e8feb86659fd93);
    return h ^ h >> 32;
}

/* More than the session engine ties: what is in two knots never belongs together. */
size_t
knot_keys(const struct event *e, uint64_t out[KEYS_MOST])
{
    size_t n = 0;
    if (event_is_aside(e->kind)) {
        out[n++] = key_of('a', RT_NONE, RT_NONE);
        return n;
    }
    if (e->rid.n > 0)
        out[n++] = key_of('r', e->rid, RT_NONE);
    if (e->sid.n > 0)
        out[n++] = key_of('s', e->sid, RT_NONE);
    if (e->cname.n > 0)
        out[n++] = key_of('c', e->cname, RT_NONE);
    if (n == 0 && e->uid.n > 0)
        out[n++] = key_of('u', e->app_id, e->uid);
    if (n == 0) {
        char number[24];
        snprintf(number, sizeof(number), "%u", e->input);
        out[n++] = key_of('i', rt_str_of(number), RT_NONE);
    }
    if (e->half && e->join.n > 0)
        out[n++] = key_of('j', e->join, RT_NONE);
    return n;
}
