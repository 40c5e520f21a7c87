/*
 * zone.c - TZif files read directly: setting TZ for the process would touch every thread.
 * Layout: RFC 8536. The 64-bit block is used, and the rule behind it for the years after it: many systems install files
 * whose table ends with the last change of law.
 */
#include "config.h"

#include "extract/zone.h"

#include <stdio.h>
#include <string.h>

#include "extract/zone_rule.h"

enum { RULED_UNTIL = 2100 /* a year */ };

struct zone {
    int32_t fixed; /* seconds east, when there are no transitions */
    size_t count;
    const int64_t *at;     /* s since 1970, UTC */
    const int32_t *offset; /* seconds east from then on; offset[0] also before at[0] */
};

static bool
parse_fixed(rt_str s, int32_t *east)
{
    struct rt_stamp stamp;
    char text[48];
    if (rt_str_is(s, "UTC") || rt_str_is(s, "Z") || rt_str_is(s, "GMT") ||
        rt_str_is(s, "utc")) {
        *east = 0;
        return true;
    }
    if (s.n == 0 || s.n > 6 || (s.p[0] != '+' && s.p[0] != '-'))
        return false;
    snprintf(text, sizeof(text), "1970-01-02T00:00:00%.*s", RT_FMT(s));
    if (rt_time_parse(rt_str_of(text), &stamp) != strlen(text) || !stamp.zoned)
        return false;
    *east = (int32_t)((RT_DAY - stamp.at) / RT_SEC);
    return true;
}

static uint64_t
big_endian(const unsigned char *p, size_t n)
{
    uint64_t value = 0;
    for (size_t i = 0; i < n; i++)
        value = value << 8 | p[i];
    return value;
}

struct counts {
    size_t utc, standard, leap, times, types, chars;
};

static bool
header(const unsigned char *p, size_t n, struct counts *c)
{
    if (n < 44 || memcmp(p, "TZif", 4) != 0)
        return false;
    c->utc = (size_t)big_endian(p + 20, 4);
    c->standard = (size_t)big_endian(p + 24, 4);
    c->leap = (size_t)big_endian(p + 28, 4);
    c->times = (size_t)big_endian(p + 32, 4);
    c->types = (size_t)big_endian(p + 36, 4);
    c->chars = (size_t)big_endian(p + 40, 4);
    return c->times < 100000 && c->types < 256 && c->chars < 100000 && c->leap < 100000 &&
           c->utc < 1000 && c->standard < 1000;
}

/* The text between the last two line ends. */
static rt_str
footer(const unsigned char *p, size_t n)
{
    const unsigned char *end = n < 2 || p[0] != '\n' ? NULL : memchr(p + 1, '\n', n - 1);
    return end == NULL ? RT_NONE : (rt_str){(const char *)p + 1, (size_t)(end - p - 1)};
}

/* The changes of the years behind the table. */
static size_t
add_ruled(const struct zone_rule *r, int64_t *at, int32_t *offset, size_t n)
{
    int64_t last = n == 0 ? 0 : at[n - 1];
    for (int year = 1970; year < RULED_UNTIL; year++) {
        int64_t begins = zone_rule_begins(r, year), ends = zone_rule_ends(r, year);
        bool north = begins < ends;
        for (int i = 0; i < 2; i++) {
            bool summer = (i == 0) == north;
            if ((summer ? begins : ends) <= last)
                continue;
            at[n] = summer ? begins : ends;
            offset[n++] = summer ? r->summer : r->standard;
        }
    }
    return n;
}

/* 1 read, 0 no such file, -1 memory. */
static int
parse_tzif(struct zone *z, struct rt_arena *a, const unsigned char *p, size_t n)
{
    struct counts c;
    struct zone_rule rule;
    if (!header(p, n, &c) || p[4] < '2')
        return 0;
    size_t skip = 44 + c.times * 5 + c.types * 6 + c.chars + c.leap * 8 + c.standard + c.utc;
    if (skip > n || !header(p + skip, n - skip, &c))
        return 0;
    p += skip + 44;
    n -= skip + 44;
    size_t table = c.times * 9 + c.types * 6 + c.chars + c.leap * 12 + c.standard + c.utc;
    if (table > n || c.types == 0)
        return 0;
    bool ruled = zone_rule_parse(footer(p + table, n - table), &rule);
    size_t room = c.times + 1 + (ruled ? 2 * (RULED_UNTIL - 1970) : 0);
    const unsigned char *times = p, *indexes = p + c.times * 8, *types = indexes + c.times;
    int64_t *at = rt_arena_array(a, room, sizeof(*at));
    int32_t *offset = rt_arena_array(a, room, sizeof(*offset));
    if (at == NULL || offset == NULL)
        return -1;
    z->fixed = (int32_t)big_endian(types, 4);
    for (size_t i = 0; i < c.times; i++) {
        size_t type = indexes[i] < c.types ? indexes[i] : 0;
        at[i] = (int64_t)big_endian(times + 8 * i, 8);
        offset[i] = (int32_t)big_endian(types + 6 * type, 4);
    }
    z->at = at;
    z->offset = offset;
    z->count = ruled ? add_ruled(&rule, at, offset, c.times) : c.times;
    return 1;
}

static int
load_named(struct zone *z, struct rt_arena *a, const char *name)
{
    char path[160];
    unsigned char bytes[64 * 1024];
    if (strstr(name, "..") != NULL || name[0] == '/' || strlen(name) > 100)
        return 0;
    snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s", name);
    FILE *f = fopen(path, "rb");
    if (f == NULL)
        return 0;
    size_t n = fread(bytes, 1, sizeof(bytes), f);
    fclose(f);
    return parse_tzif(z, a, bytes, n);
}

struct zone *
zone_new(const char *name, struct rt_arena *a, struct rt_err *err)
{
    struct zone *z = rt_arena_alloc(a, sizeof(*z));
    int found = z == NULL                                 ? -1
                : parse_fixed(rt_str_of(name), &z->fixed) ? 1
                                                          : load_named(z, a, name);
    if (found > 0)
        return z;
    if (found < 0)
        rt_fail_mem(err);
    else
        rt_fail_here(err, RT_EUSAGE,
                     "zone \"%s\" is not known: UTC, +08:00 or a name like Asia/Tokyo is meant",
                     name);
    return NULL;
}

rt_time
zone_to_utc(const struct zone *z, rt_time local)
{
    int32_t east = z->fixed;
    int64_t seconds = local / RT_SEC;
    for (size_t i = 0; i < z->count; i++) {
        if (seconds < z->at[i] + z->offset[i] || seconds - east < z->at[i])
            break;
        east = z->offset[i];
    }
    return local - (int64_t)east * RT_SEC;
}
