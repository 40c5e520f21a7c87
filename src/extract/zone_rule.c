#include "config.h"

#include "extract/zone_rule.h"

enum { MINUTE_S = 60, HOUR_S = 3600, DAY_S = 86400 };

/* ---- reading: each takes its part off `s` ---- */

static bool
take(rt_str *s, char c)
{
    if (s->n == 0 || s->p[0] != c)
        return false;
    *s = rt_str_from(*s, 1);
    return true;
}

static bool
take_number(rt_str *s, int most, int *out)
{
    size_t n = 0;
    *out = 0;
    while (n < s->n && n < 3 && s->p[n] >= '0' && s->p[n] <= '9')
        *out = *out * 10 + (s->p[n++] - '0');
    *s = rt_str_from(*s, n);
    return n > 0 && *out <= most;
}

/* "EST", "<+1030>" */
static bool
take_name(rt_str *s)
{
    size_t n = 0;
    bool quoted = take(s, '<');
    while (n < s->n && s->p[n] != '>' && (quoted || strchr("+-,0123456789", s->p[n]) == NULL))
        n++;
    *s = rt_str_from(*s, n);
    return n > 0 && (!quoted || take(s, '>'));
}

/* "5", "-10:30", "26": hours, minutes, seconds. */
static bool
take_clock(rt_str *s, int32_t *out)
{
    int part[3] = {0};
    bool minus = take(s, '-');
    if (!minus)
        take(s, '+');
    bool good = take_number(s, 167, &part[0]);
    for (int i = 1; good && i < 3 && take(s, ':'); i++)
        good = take_number(s, 59, &part[i]);
    *out = (part[0] * HOUR_S + part[1] * MINUTE_S + part[2]) * (minus ? -1 : 1);
    return good;
}

/* ",M3.2.0/2" */
static bool
take_turn(rt_str *s, struct zone_turn *out)
{
    out->second = 2 * HOUR_S;
    return take(s, ',') && take(s, 'M') && take_number(s, 12, &out->month) && out->month > 0 &&
           take(s, '.') && take_number(s, 5, &out->week) && out->week > 0 && take(s, '.') &&
           take_number(s, 6, &out->weekday) && (!take(s, '/') || take_clock(s, &out->second));
}

bool
zone_rule_parse(rt_str text, struct zone_rule *out)
{
    rt_str s = text;
    int32_t west = 0;
    if (!take_name(&s) || !take_clock(&s, &west))
        return false;
    out->standard = -west;
    if (!take_name(&s))
        return false;
    west -= HOUR_S;
    if (s.n > 0 && s.p[0] != ',' && !take_clock(&s, &west))
        return false;
    out->summer = -west;
    return take_turn(&s, &out->begins) && take_turn(&s, &out->ends) && s.n == 0;
}

/* ---- asking ---- */

static int64_t
turn_at(const struct zone_turn *t, int year, int32_t east)
{
    int64_t first = rt_time_civil(year, t->month, 1, 0, 0, 0, 0) / RT_DAY;
    int64_t next =
        rt_time_civil(t->month == 12 ? year + 1 : year, t->month % 12 + 1, 1, 0, 0, 0, 0) /
        RT_DAY;
    int64_t weekday = (first % 7 + 7 + 4) % 7; /* 1970-01-01 was a Thursday */
    int64_t day = first + (t->weekday - weekday + 7) % 7 + 7 * (t->week - 1);
    while (day >= next)
        day -= 7;
    return day * DAY_S + t->second - east;
}

int64_t
zone_rule_begins(const struct zone_rule *r, int year)
{
    return turn_at(&r->begins, year, r->standard);
}

int64_t
zone_rule_ends(const struct zone_rule *r, int year)
{
    return turn_at(&r->ends, year, r->summer);
}
