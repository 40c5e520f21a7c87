/*
 * dur.c - lengths of time as people write them: "1h30m", "200ms".
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/time.h"

/* In the order of looking: "ms" before "m". */
static const struct unit {
    const char *name;
    rt_dur size;
} units[] = {
    {"ms", RT_MS}, {"us", 1}, {"s", RT_SEC}, {"m", RT_MIN}, {"h", RT_HOUR}, {"d", RT_DAY},
};

static bool
digit(rt_str s, size_t i)
{
    return i < s.n && s.p[i] >= '0' && s.p[i] <= '9';
}

/* digits [ "." digits ]: `millionths` is what follows the dot, cut after six digits. Bytes read, 0 when
 * there is no number or it is too large. */
static size_t
decimal(rt_str s, int64_t *whole, int64_t *millionths)
{
    size_t n = 0;
    for (*whole = 0; digit(s, n); n++)
        if (__builtin_mul_overflow(*whole, 10, whole) ||
            __builtin_add_overflow(*whole, s.p[n] - '0', whole))
            return 0;
    *millionths = 0;
    if (n == 0 || n >= s.n || s.p[n] != '.')
        return n;
    if (!digit(s, ++n))
        return 0;
    for (int64_t scale = 100000; digit(s, n); n++, scale /= 10)
        *millionths += (s.p[n] - '0') * scale;
    return n;
}

static const struct unit *
unit_of(rt_str s)
{
    for (size_t k = 0; k < sizeof(units) / sizeof(units[0]); k++)
        if (rt_str_starts(s, rt_str_of(units[k].name)))
            return &units[k];
    return NULL;
}

bool
rt_dur_parse(rt_str s, rt_dur *out)
{
    bool negative = s.n > 0 && s.p[0] == '-';
    rt_dur total = 0;
    size_t i = negative ? 1 : 0;
    if (i >= s.n)
        return false;
    while (i < s.n) {
        int64_t whole = 0, millionths = 0;
        size_t n = decimal(rt_str_from(s, i), &whole, &millionths);
        const struct unit *u = n == 0 ? NULL : unit_of(rt_str_from(s, i + n));
        rt_dur part = 0;
        if (u == NULL || __builtin_mul_overflow(whole, u->size, &part) ||
            __builtin_add_overflow(total, part, &total))
            return false;
        /* Below 10^6 * 86400 * 10^6: no overflow. */
        if (__builtin_add_overflow(total, millionths * u->size / RT_SEC, &total))
            return false;
        i += n + strlen(u->name);
    }
    *out = negative ? -total : total;
    return true;
}

/* "5m42s": a large unit, and a small one unless it is zero. */
static const char *
two_units(char *buf, const char *sign, uint64_t large, char large_name, uint64_t small,
          char small_name)
{
    int n = snprintf(buf, RT_TIME_MAX, "%s%llu%c", sign, (unsigned long long)large, large_name);
    if (small != 0 && n > 0 && n < RT_TIME_MAX)
        snprintf(buf + n, (size_t)(RT_TIME_MAX - n), "%02u%c", (unsigned)small, small_name);
    return buf;
}

const char *
rt_dur_human(rt_dur d, char buf[RT_TIME_MAX])
{
    const char *sign = d < 0 ? "-" : "";
    uint64_t us = d < 0 ? 0 - (uint64_t)d : (uint64_t)d;
    uint64_t ms = (us + 500) / 1000, tenths = (us + 50000) / 100000,
             s = (us + 500000) / 1000000;
    if (us == 0)
        snprintf(buf, RT_TIME_MAX, "0s");
    else if (us < 1000)
        snprintf(buf, RT_TIME_MAX, "%s%uus", sign, (unsigned)us);
    else if (ms < 1000)
        snprintf(buf, RT_TIME_MAX, "%s%ums", sign, (unsigned)ms);
    else if (tenths < 100 && tenths % 10 != 0)
        snprintf(buf, RT_TIME_MAX, "%s%u.%us", sign, (unsigned)tenths / 10,
                 (unsigned)tenths % 10);
    else if (s < 60)
        snprintf(buf, RT_TIME_MAX, "%s%us", sign, (unsigned)s);
    else if (s < 3600)
        two_units(buf, sign, s / 60, 'm', s % 60, 's');
    else if (s < 86400)
        two_units(buf, sign, s / 3600, 'h', s / 60 % 60, 'm');
    else
        two_units(buf, sign, s / 86400, 'd', s / 3600 % 24, 'h');
    return buf;
}
