/*
 * zone_rule.h - what the last line of a TZif file says of the years behind its table (RFC 8536, 3.3; POSIX, TZ).
 */
#ifndef RECTRACE_EXTRACT_ZONE_RULE_H
#define RECTRACE_EXTRACT_ZONE_RULE_H

#include "base/time.h"

struct
    zone_turn { /* the clocks are changed on a weekday of a week of a month; week 5 is the last */
    int month, week, weekday; /* weekday 0 is Sunday */
    int32_t second;           /* of that day, by the clocks until then; may lie outside of it */
};
struct zone_rule {
    int32_t standard, summer; /* seconds east */
    struct zone_turn begins, ends;
};

/* "EST5EDT,M3.2.0,M11.1.0". False: no summer time, or told in another form than these. */
bool zone_rule_parse(rt_str text, struct zone_rule *out);
/* When summer time begins or ends in a year: seconds since 1970, UTC. */
int64_t zone_rule_begins(const struct zone_rule *r, int year);
int64_t zone_rule_ends(const struct zone_rule *r, int year);

#endif
