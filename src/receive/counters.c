#include "config.h"

#include "receive/counters.h"

const struct counter_row counter_rows[COUNT__COUNT] = {
#define COUNTER(id, name, doc) {name, doc},
#include "receive/counters.def"
#undef COUNTER
};

const struct spread_row spread_rows[SPREAD__COUNT] = {
#define SPREAD(id, name, first, unit, doc) {name, first, unit, doc},
#include "receive/spreads.def"
#undef SPREAD
};

void
spread_add(struct counters *c, enum spread_id which, uint64_t value)
{
    struct spread *s = &c->spreads[which];
    int i = 0;
    for (double bound = spread_rows[which].first; i < SPREAD_BOUNDS && (double)value > bound;
         bound *= 2)
        i++;
    atomic_fetch_add_explicit(&s->v[i], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&s->sum, value, memory_order_relaxed);
}
