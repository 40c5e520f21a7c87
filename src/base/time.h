/*
 * time.h - instants and durations: int64 microseconds, instants since 1970 in UTC.
 *
 * The wall clock is read by main only, through rt_time_now(); the receiver is given that function.
 */
#ifndef RECTRACE_BASE_TIME_H
#define RECTRACE_BASE_TIME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

typedef int64_t rt_time; /* µs since 1970-01-01T00:00:00Z */
typedef int64_t rt_dur;  /* µs */

#define RT_TIME_NONE INT64_MIN
#define RT_DUR_NONE  INT64_MIN
#define RT_MS        ((rt_dur)1000)
#define RT_SEC       ((rt_dur)1000000)
#define RT_MIN       (60 * RT_SEC)
#define RT_HOUR      (60 * RT_MIN)
#define RT_DAY       (24 * RT_HOUR)
#define RT_UNIX_MAX \
    INT64_C(253402300799) /* seconds: the last of year 9999; beyond it is no time */

/* What a text said of its instant. `at` is as if in UTC when `zoned` is false. */
struct rt_stamp {
    rt_time at;
    bool zoned;
    uint8_t digits; /* of the fraction, 0 = whole seconds, 3 = ms, 6 = µs, … */
};

rt_time rt_time_now(void);
/* Proleptic Gregorian; fields may be out of range and are carried over. */
rt_time rt_time_civil(int year, int month, int day, int hour, int min, int sec, int64_t us);

/* Recognises by itself: RFC 3339/ISO 8601 (T or blank, dot or comma fraction, Z, +hh:mm, +hhmm,
 * or no zone), "2026/01/05 10:00:00", epoch in s, s.fraction, ms, µs or ns (by magnitude),
 * "05/Jan/2026:10:00:00 +0000", "Mon, 05 Jan 2026 10:00:00 GMT".
 * Returns the bytes read, 0 when `s` does not begin with a time. */
size_t rt_time_parse(rt_str s, struct rt_stamp *out);
/* The same, quicker where one stamp is like the one before: lines of a log mostly share their minute.
 * `near` begins zeroed and belongs to one reader of stamps. */
struct rt_minute {
    char text[16]; /* "2026-01-05T08:00"; a NUL first: none */
    rt_time at;
};
size_t rt_time_parse_near(rt_str s, struct rt_minute *near, struct rt_stamp *out);
/* By a strptime-like format: %Y %m %d %H %M %S %f (fraction with its dot or comma, optional) %z
 * (+hhmm, +hh:mm, Z) %Z (UTC, GMT) %b %y %s (epoch) %e %p %I %a %j %%, other bytes stand for
 * themselves. Bytes read or 0. A format without a date gives seconds of the day. */
size_t rt_time_parse_format(rt_str s, const char *format, struct rt_stamp *out);

/* "5m42s", "200ms", "1h", "2d", "1.5s"; negative with a leading '-'. False: not a duration. */
bool rt_dur_parse(rt_str s, rt_dur *out);

#define RT_TIME_MAX 48 /* bytes that hold any of the forms below, with NUL */
/* 2026-01-05T08:00:03.000Z */
const char *rt_time_rfc3339(rt_time t, char buf[RT_TIME_MAX]);
/* 2026-01-05 08:00:03 */
const char *rt_time_human(rt_time t, char buf[RT_TIME_MAX]);
/* 08:00:03.120 */
const char *rt_time_clock(rt_time t, char buf[RT_TIME_MAX]);
/* "5m42s", "37s", "0.4s", "3h02m", "2d04h", "120ms": the two largest units that say something. */
const char *rt_dur_human(rt_dur d, char buf[RT_TIME_MAX]);

#endif
