/*
 * zone.h - a declared zone of stamps: a fixed offset, or a name of the tz database.
 */
#ifndef RECTRACE_EXTRACT_ZONE_H
#define RECTRACE_EXTRACT_ZONE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/time.h"

struct zone;
/* "UTC", "Z", "+08:00", "-0330", "Asia/Tokyo". NULL: err says what is meant. */
struct zone *zone_new(const char *name, struct rt_arena *a, struct rt_err *err);
/* An instant from a reading of the zone's clocks (given as if it were UTC). A reading that happens
 * twice means the first time. */
rt_time zone_to_utc(const struct zone *z, rt_time local);

#endif
