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

/* How often a value came, by powers of two times the first bound. */
enum { SPREAD_BOUNDS = 14 };
struct spread {
    atomic_uint_fast64_t v[SPREAD_BOUNDS + 1], sum; /* the last one: larger */
};
enum spread_id {
#define SPREAD(id, name, first, unit, doc) SPREAD_##id,
#include "receive/spreads.def"
#undef SPREAD
    SPREAD__COUNT
};
struct spread_row {
    const char *name;
    double first, unit; /* bound of the smallest; what one is when shown */
    const char *doc;
};
extern const struct spread_row spread_rows[SPREAD__COUNT];

struct counters {
    atomic_uint_fast64_t v[COUNT__COUNT];
    struct spread spreads[SPREAD__COUNT];
};

void spread_add(struct counters *c, enum spread_id which, uint64_t value);

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
