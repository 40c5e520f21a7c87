/*
 * time_text.c - instants as text, always in UTC.
 */
#include "config.h"

#include <stdio.h>

#include "base/time.h"

/* The inverse of days_from_civil() in time.c. */
static void
civil_from_days(int64_t days, int *y, int *m, int *d)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * day_of_year + 2) / 153;
    *d = (int)(day_of_year - (153 * month + 2) / 5 + 1);
    *m = (int)(month < 10 ? month + 3 : month - 9);
    *y = (int)(year_of_era + era * 400 + (*m <= 2));
}

static void
split(rt_time t, int *y, int *mo, int *d, int *h, int *mi, int *s, int *us)
{
    int64_t days = t / RT_DAY, rest = t % RT_DAY;
    if (rest < 0) {
        rest += RT_DAY;
        days--;
    }
    civil_from_days(days, y, mo, d);
    *h = (int)(rest / RT_HOUR);
    *mi = (int)(rest / RT_MIN % 60);
    *s = (int)(rest / RT_SEC % 60);
    *us = (int)(rest % RT_SEC);
}

const char *
rt_time_rfc3339(rt_time t, char buf[RT_TIME_MAX])
{
    int y, mo, d, h, mi, s, us;
    split(t, &y, &mo, &d, &h, &mi, &s, &us);
    snprintf(buf, RT_TIME_MAX, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", y, mo, d, h, mi, s,
             us / 1000);
    return buf;
}

const char *
rt_time_human(rt_time t, char buf[RT_TIME_MAX])
{
    int y, mo, d, h, mi, s, us;
    split(t, &y, &mo, &d, &h, &mi, &s, &us);
    snprintf(buf, RT_TIME_MAX, "%04d-%02d-%02d %02d:%02d:%02d", y, mo, d, h, mi, s);
    return buf;
}

const char *
rt_time_clock(rt_time t, char buf[RT_TIME_MAX])
{
    int y, mo, d, h, mi, s, us;
    split(t, &y, &mo, &d, &h, &mi, &s, &us);
    snprintf(buf, RT_TIME_MAX, "%02d:%02d:%02d.%03d", h, mi, s, us / 1000);
    return buf;
}
