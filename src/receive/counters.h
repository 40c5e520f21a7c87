/*
 * counters.h - counters that any thread may add to and read.
 */
#ifndef RECTRACE_RECEIVE_COUNTERS_H
#define RECTRACE_RECEIVE_COUNTERS_H

#include <stdatomic.h>
#include <stdint.h>

enum counter {
#define COUNTER(id, name, doc) COUNT_##id,
#include "receive/counters.def"
#undef COUNTER
    COUNT__COUNT
};
struct counter_row {
    const char *name, *doc;
};
extern const struct counter_row counter_rows[COUNT__COUNT];

struct counters {
    atomic_uint_fast64_t v[COUNT__COUNT];
};

static inline void
count(struct counters *c, enum counter which)
{
    atomic_fetch_add_explicit(&c->v[which], 1, memory_order_relaxed);
}

static inline uint64_t
counted(const struct counters *c, enum counter which)
{
    return atomic_load_explicit(&c->v[which], memory_order_relaxed);
}

#endif
