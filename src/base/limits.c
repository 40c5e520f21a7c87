#include "config.h"

#include "base/limits.h"

const struct rt_limits rt_limits_default = {
#define LIMIT(id, value, unit, doc) .id = (value),
#include "base/limits.def"
#undef LIMIT
};

const struct rt_limit_row rt_limit_rows[] = {
#define LIMIT(id, value, unit, doc) {#id, (value), unit, doc},
#include "base/limits.def"
#undef LIMIT
    {NULL, 0, NULL, NULL},
};
