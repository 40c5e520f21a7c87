#include "config.h"

#include "receive/counters.h"

const struct counter_row counter_rows[COUNT__COUNT] = {
#define COUNTER(id, name, doc) {name, doc},
#include "receive/counters.def"
#undef COUNTER
};
