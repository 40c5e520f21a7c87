/*
 * map.c - linear probing, at most three quarters full; deletion shifts followers back, so that
 * there are no tombstones.
 *
 * Keys come from logs, and whoever writes one must not choose where they fall: the hash is seeded by the place of the
 * first slots, which differs from run to run.
 */
#include "config.h"

#include "base/map.h"

#include "base/alloc.h"

void
rt_map_init(struct rt_map *m)
{
    *m = (struct rt_map){0};
}

void
rt_map_fini(struct rt_map *m)
{
    rt_free(m->slots);
    *m = (struct rt_map){0};
}

/* The slot of the key, or the free one where it would go. */
static struct rt_map_slot *
probe(const struct rt_map *m, rt_str key, uint64_t hash)
{
    for (size_t i = hash & (m->cap - 1);; i = (i + 1) & (m->cap - 1)) {
        struct rt_map_slot *s = &m->slots[i];
        if (s->value == NULL || (s->hash == hash && rt_str_eq(s->key, key)))
            return s;
    }
}

void *
rt_map_get(const struct rt_map *m, rt_str key)
{
    return m->cap == 0 ? NULL : probe(m, key, rt_str_hash_seeded(key, m->seed))->value;
}

static int
grow(struct rt_map *m)
{
    struct rt_map bigger = {.cap = m->cap == 0 ? 16 : m->cap * 2, .n = m->n, .seed = m->seed};
    bigger.slots = rt_zeroed(bigger.cap, sizeof(*bigger.slots));
    if (bigger.slots == NULL)
        return -1;
    if (m->cap == 0)
        bigger.seed = (uint64_t)(uintptr_t)bigger.slots * 0x9e3779b97f4a7c15u;
    for (size_t i = 0; i < m->cap; i++)
        if (m->slots[i].value != NULL)
            *probe(&bigger, m->slots[i].key, m->slots[i].hash) = m->slots[i];
    rt_free(m->slots);
    *m = bigger;
    return 0;
}

int
rt_map_put(struct rt_map *m, rt_str key, void *value)
{
    if (m->n + 1 > m->cap / 4 * 3 && grow(m) < 0)
        return -1;
    uint64_t hash = rt_str_hash_seeded(key, m->seed);
    struct rt_map_slot *s = probe(m, key, hash);
    m->n += s->value == NULL;
    *s = (struct rt_map_slot){key, hash, value};
    return 0;
}

void *
rt_map_del(struct rt_map *m, rt_str key)
{
    if (m->cap == 0)
        return NULL;
    struct rt_map_slot *hole = probe(m, key, rt_str_hash_seeded(key, m->seed));
    void *value = hole->value;
    if (value == NULL)
        return NULL;
    size_t mask = m->cap - 1, at = (size_t)(hole - m->slots);
    for (size_t i = (at + 1) & mask; m->slots[i].value != NULL; i = (i + 1) & mask) {
        size_t home = m->slots[i].hash & mask;
        /* Moves back unless its home lies between the hole and here. */
        if (((i - home) & mask) < ((i - at) & mask))
            continue;
        m->slots[at] = m->slots[i];
        at = i;
    }
    m->slots[at] = (struct rt_map_slot){0};
    m->n--;
    return value;
}

struct rt_map_slot *
rt_map_next(const struct rt_map *m, size_t *i)
{
    while (*i < m->cap) {
        struct rt_map_slot *s = &m->slots[(*i)++];
        if (s->value != NULL)
            return s;
    }
    return NULL;
}
