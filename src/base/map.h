/*
 * map.h - hash map from text to pointer, open addressing.
 *
 * Keys are borrowed: they must live as long as the entry. The order of iteration differs from run to run; sort before
 * anything is shown.
 */
#ifndef RECTRACE_BASE_MAP_H
#define RECTRACE_BASE_MAP_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct rt_map_slot {
    rt_str key;
    uint64_t hash;
    void *value; /* NULL: free */
};
struct rt_map {
    struct rt_map_slot *slots;
    size_t n, cap; /* cap is 0 or a power of two */
    uint64_t seed; /* of the hashes, while there are slots */
};

void rt_map_init(struct rt_map *m);
void rt_map_fini(struct rt_map *m);
/* NULL when absent. */
void *rt_map_get(const struct rt_map *m, rt_str key);
/* Sets or replaces. 0, or -1 when memory ran out. `value` is never NULL. */
int rt_map_put(struct rt_map *m, rt_str key, void *value);
/* The removed value or NULL. */
void *rt_map_del(struct rt_map *m, rt_str key);
/* Calls for slots 0..cap: for (size_t i = 0; (s = rt_map_next(m, &i)) != NULL;) */
struct rt_map_slot *rt_map_next(const struct rt_map *m, size_t *i);

#endif
