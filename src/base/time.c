/*
 * time.c - instants by arithmetic, no libc calendar: fast, and the same on every machine.
 */
#include "config.h"

#include "base/time.h"

#include <string.h>
#include <time.h>

rt_time
rt_time_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (rt_time)now.tv_sec * RT_SEC + now.tv_nsec / 1000;
}

/* Days since 1970-01-01 of a proleptic Gregorian date; the year begins in March, so that the leap
 * day is its last. */
static int64_t
days_from_civil(int64_t y, int64_t m, int64_t d)
{
    y += (m - 1) / 12;
    m = (m - 1) % 12;
    if (m < 0) {
        m += 12;
        y--;
    }
    m++;
    y -= m <= 2;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

rt_time
rt_time_civil(int year, int month, int day, int hour, int min, int sec, int64_t us)
{
    int64_t days = days_from_civil(year, month, day);
    return ((days * 24 + hour) * 60 + min) * RT_MIN + (int64_t)sec * RT_SEC + us;
}

/* ---- reading; each reader takes the text and an offset, and gives the bytes consumed ---- */

static bool
digit(rt_str s, size_t i)
{
    return i < s.n && s.p[i] >= '0' && s.p[i] <= '9';
}

/* Exactly `count` digits at `i`. */
static bool
number(rt_str s, size_t i, size_t count, int *out)
{
    int value = 0;
    for (size_t k = 0; k < count; k++) {
        if (!digit(s, i + k))
            return false;
        value = value * 10 + (s.p[i + k] - '0');
    }
    *out = value;
    return true;
}

/* At least one, at most `most` digits. */
static size_t
number_upto(rt_str s, size_t i, size_t most, int *out)
{
    size_t n = 0;
    int value = 0;
    while (n < most && digit(s, i + n))
        value = value * 10 + (s.p[i + n++] - '0');
    *out = value;
    return n;
}

/* ".123", ",123456789": what is finer than a µs is cut. */
static size_t
fraction(rt_str s, size_t i, int64_t *us, uint8_t *digits)
{
    if (i >= s.n || (s.p[i] != '.' && s.p[i] != ',') || !digit(s, i + 1))
        return 0;
    static const int32_t scales[] = {100000, 10000, 1000, 100, 10, 1};
    int64_t value = 0;
    size_t n = 1;
    for (; digit(s, i + n); n++)
        if (n <= sizeof(scales) / sizeof(scales[0]))
            value += (s.p[i + n] - '0') * scales[n - 1];
    *us = value;
    *digits = (uint8_t)(n - 1 > 9 ? 9 : n - 1);
    return n;
}

/* Z, z, +hh, +hhmm, +hh:mm; `east` in seconds. */
static size_t
zone(rt_str s, size_t i, int *east)
{
    int h = 0, m = 0;
    if (i >= s.n)
        return 0;
    if (s.p[i] == 'Z' || s.p[i] == 'z') {
        *east = 0;
        return 1;
    }
    if ((s.p[i] != '+' && s.p[i] != '-') || !number(s, i + 1, 2, &h))
        return 0;
    size_t n = 3;
    if (i + n < s.n && s.p[i + n] == ':' && number(s, i + n + 1, 2, &m))
        n += 3;
    else if (number(s, i + n, 2, &m))
        n += 2;
    if (h > 24 || m > 59)
        return 0;
    *east = (h * 60 + m) * 60 * (s.p[i] == '-' ? -1 : 1);
    return n;
}

static bool
date_exists(int year, int month, int day)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month < 1 || month > 12 || day < 1)
        return false;
    if (month == 2 && day == 29)
        return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return day <= lengths[month - 1];
}

/* " +0100", " +01:00", " UTC". Less, like "Z" or "-20", is a word of its own. */
static size_t
zone_apart(rt_str s, size_t i, int *east)
{
    if (i >= s.n || s.p[i] != ' ')
        return 0;
    if (rt_str_starts(rt_str_from(s, i), RT_LIT(" UTC")))
        return 4;
    int there = 0;
    size_t n = zone(s, i + 1, &there);
    if (n < 5 || digit(s, i + 1 + n))
        return 0;
    *east = there;
    return n + 1;
}

/* 24:00:00 ends a day, and second 60 is a leap second. */
static bool
clock_exists(int hour, int min, int sec)
{
    return (hour <= 23 || (hour == 24 && min == 0 && sec == 0)) && min <= 59 && sec <= 60;
}

enum { MINUTE = sizeof("2026-01-05T08:00") - 1 };

/* 2026-01-05T08:00 as written, without a zone. `last_s`: the last second that it may have. */
static bool
parse_minute(rt_str s, rt_time *at, int *last_s)
{
    int y = 0, mo = 0, d = 0, h = 0, mi = 0;
    if (s.n < MINUTE || !number(s, 0, 4, &y) || (s.p[4] != '-' && s.p[4] != '/') ||
        !number(s, 5, 2, &mo) || s.p[7] != s.p[4] || !number(s, 8, 2, &d) ||
        (s.p[10] != 'T' && s.p[10] != ' ' && s.p[10] != 't') || !number(s, 11, 2, &h) ||
        s.p[13] != ':' || !number(s, 14, 2, &mi))
        return false;
    if (!date_exists(y, mo, d) || !clock_exists(h, mi, 0))
        return false;
    *last_s = h == 24 ? 0 : 60;
    *at = rt_time_civil(y, mo, d, h, mi, 0, 0);
    return true;
}

/* What follows the minute: 03.120Z and its relatives. */
static size_t
parse_second(rt_str s, rt_time minute, int last_s, struct rt_stamp *out)
{
    int sec = 0, east = 0;
    size_t i = MINUTE;
    if (i < s.n && s.p[i] == ':') {
        if (!number(s, i + 1, 2, &sec) || sec > last_s)
            return 0;
        i += 3;
    }
    int64_t us = 0;
    *out = (struct rt_stamp){0};
    i += fraction(s, i, &us, &out->digits);
    size_t z = zone(s, i, &east);
    z = z == 0 ? zone_apart(s, i, &east) : z;
    out->zoned = z > 0;
    out->at = minute + (sec - (rt_time)east) * RT_SEC + us;
    return i + z;
}

static size_t
parse_iso(rt_str s, struct rt_stamp *out)
{
    rt_time minute = 0;
    int last_s = 0;
    return parse_minute(s, &minute, &last_s) ? parse_second(s, minute, last_s, out) : 0;
}

/* s, s.fraction, ms, µs, ns: the number of digits tells, as all of them mean a time in 1973 to
 * 2286. A comma after the digits begins the next column. */
static size_t
parse_epoch(rt_str s, struct rt_stamp *out)
{
    size_t n = 0;
    int64_t value = 0;
    for (; digit(s, n); n++)
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, s.p[n] - '0', &value))
            return 0;
    if (n < 9 || n > 19)
        return 0;
    *out = (struct rt_stamp){.zoned = true};
    int64_t us = 0;
    size_t f = 0;
    if (n <= 13 && n < s.n && s.p[n] == '.')
        f = fraction(s, n, &us, &out->digits);
    if (n <= 10) {
        n += f;
        out->at = value * RT_SEC + us;
    } else if (n <= 13) {
        n += f;
        out->at = value * RT_MS + us / 1000;
        out->digits = f > 0 ? 6 : 3;
    } else if (n <= 16) {
        out->digits = 6;
        out->at = value;
    } else {
        out->digits = 9;
        out->at = value / 1000;
    }
    return n;
}

size_t
rt_time_parse_near(rt_str s, struct rt_minute *near, struct rt_stamp *out)
{
    int last_s = 0;
    if (s.n < MINUTE)
        return rt_time_parse(s, out);
    if (near->text[0] != '\0' && memcmp(s.p, near->text, MINUTE) == 0)
        return parse_second(s, near->at, 60, out);
    if (!parse_minute(s, &near->at, &last_s)) {
        near->text[0] = '\0';
        return rt_time_parse(s, out);
    }
    memcpy(near->text, s.p, MINUTE);
    if (last_s < 60)
        near->text[0] = '\0';
    return parse_second(s, near->at, last_s, out);
}

/* ---- by a format ---- */

struct parts {
    int year, month, day, hour, min, sec, east, year_day;
    int64_t us, epoch;
    bool zoned, pm, am, has_epoch, has_date;
    uint8_t digits;
};

static size_t
name_of(rt_str s, size_t i, const char *const *names, int count, int *out)
{
    for (int k = 0; k < count; k++) {
        rt_str name = rt_str_of(names[k]);
        rt_str there = rt_str_from(s, i);
        if (there.n < name.n)
            continue;
        if (rt_str_eq_nocase((rt_str){there.p, name.n}, name)) {
            *out = k + 1;
            return name.n;
        }
    }
    return 0;
}

static size_t
zone_name(rt_str s, size_t i, struct parts *p)
{
    static const char *const names[] = {"UTC", "GMT", "Z"};
    int which = 0;
    size_t n = name_of(s, i, names, 3, &which);
    p->zoned |= n > 0;
    return n;
}

/* One conversion; 0 when the text does not fit (an optional one gives SIZE_MAX: nothing, but well). */
static size_t
convert(char c, rt_str s, size_t i, struct parts *p)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    static const char *const halves[] = {"AM", "PM"};
    int value = 0;
    size_t n = 0;
    switch (c) {
    case 'Y': p->has_date = true; return number(s, i, 4, &p->year) ? 4 : 0;
    case 'y':
        n = number(s, i, 2, &value) ? 2 : 0;
        p->year = value < 70 ? 2000 + value : 1900 + value;
        p->has_date = true;
        return n;
    case 'm': return number(s, i, 2, &p->month) ? 2 : number_upto(s, i, 1, &p->month);
    case 'd': return number_upto(s, i, 2, &p->day);
    case 'e':
        if (i < s.n && s.p[i] == ' ')
            return (n = number_upto(s, i + 1, 1, &p->day)) > 0 ? n + 1 : 0;
        return number_upto(s, i, 2, &p->day);
    case 'H':
    case 'I': return number_upto(s, i, 2, &p->hour);
    case 'M': return number(s, i, 2, &p->min) ? 2 : 0;
    case 'S': return number(s, i, 2, &p->sec) ? 2 : 0;
    case 'j': return number(s, i, 3, &p->year_day) ? 3 : 0;
    case 'b': return name_of(s, i, months, 12, &p->month);
    case 'a': return name_of(s, i, days, 7, &value);
    case 'f': return (n = fraction(s, i, &p->us, &p->digits)) > 0 ? n : SIZE_MAX;
    case 'p':
        n = name_of(s, i, halves, 2, &value);
        p->am = value == 1;
        p->pm = value == 2;
        return n;
    case 'z':
        n = zone(s, i, &p->east);
        p->zoned |= n > 0;
        return n;
    case 'Z': return zone_name(s, i, p);
    case 's':
        /* Of twelve digits no number of µs overflows, and the year is 33658. */
        while (digit(s, i + n) && n < 12)
            p->epoch = p->epoch * 10 + (s.p[i + n++] - '0');
        p->has_epoch = p->zoned = n > 0;
        return n;
    case '%': return i < s.n && s.p[i] == '%' ? 1 : 0;
    default: return 0;
    }
}

static bool
assemble(struct parts *p, struct rt_stamp *out)
{
    *out = (struct rt_stamp){.zoned = p->zoned, .digits = p->digits};
    if (p->has_epoch) {
        out->at = p->epoch * RT_SEC + p->us;
        return true;
    }
    if (p->pm && p->hour < 12)
        p->hour += 12;
    if (p->am && p->hour == 12)
        p->hour = 0;
    if (p->year_day > 0) {
        p->month = 1;
        p->day = p->year_day; /* days beyond January are carried over */
    }
    if (!p->has_date) {
        p->year = 1970;
        p->month = p->month == 0 ? 1 : p->month;
        p->day = p->day == 0 ? 1 : p->day;
    }
    /* Without a year February may have its 29th. */
    int calendar = p->has_date ? p->year : 1972;
    bool day_exists =
        p->year_day > 0 ? p->year_day <= 366 : date_exists(calendar, p->month, p->day);
    if (!day_exists || !clock_exists(p->hour, p->min, p->sec))
        return false;
    out->at = rt_time_civil(p->year, p->month, p->day, p->hour, p->min, p->sec, p->us) -
              (int64_t)p->east * RT_SEC;
    return true;
}

size_t
rt_time_parse_format(rt_str s, const char *format, struct rt_stamp *out)
{
    struct parts p = {0};
    size_t i = 0;
    for (const char *f = format; *f != '\0'; f++) {
        if (*f != '%' || f[1] == '\0') {
            if (i >= s.n || s.p[i] != *f)
                return 0;
            i++;
            continue;
        }
        size_t n = convert(*++f, s, i, &p);
        if (n == 0)
            return 0;
        i += n == SIZE_MAX ? 0 : n;
    }
    return assemble(&p, out) ? i : 0;
}

size_t
rt_time_parse(rt_str s, struct rt_stamp *out)
{
    /* Of access logs; of HTTP and of what JavaScript prints. */
    static const char *const named[] = {"%d/%b/%Y:%H:%M:%S%f %z", "%a, %d %b %Y %H:%M:%S %Z"};
    size_t n = 0;
    if (s.n < 9)
        return 0;
    if (s.p[4] == '-' || s.p[4] == '/')
        return parse_iso(s, out);
    if ((n = parse_epoch(s, out)) > 0)
        return n;
    bool may = s.p[2] == '/' || s.p[3] == ',';
    for (size_t i = 0; may && n == 0 && i < sizeof(named) / sizeof(named[0]); i++)
        n = rt_time_parse_format(s, named[i], out);
    return n;
}
