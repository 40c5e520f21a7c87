/*
 * limits.h - one table of all maxima (limits.def); borrowed everywhere, const after start.
 */
#ifndef RECTRACE_BASE_LIMITS_H
#define RECTRACE_BASE_LIMITS_H

#include <stddef.h>
#include <stdint.h>

struct rt_limits {
#define LIMIT(id, value, unit, doc) uint64_t id;
#include "base/limits.def"
#undef LIMIT
};

struct rt_limit_row {
    const char *name;
    uint64_t value;
    const char *unit;
    const char *doc;
};

extern const struct rt_limits rt_limits_default;
/* Ends with a row whose name is NULL. */
extern const struct rt_limit_row rt_limit_rows[];

#endif
