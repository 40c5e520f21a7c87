/*
 * test_base_instant.c - every form of a time and of a duration, with the rows at its edges.
 */
#include "config.h"

#include "base/time.h"
#include "check.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
#define MORNING     INT64_C(1767600003000000) /* 2026-01-05T08:00:03Z */
#define ALL         SIZE_MAX                  /* the whole text is read */

static const struct {
    const char *name, *text;
    size_t read;
    rt_time at;
    bool zoned;
    uint8_t digits;
} stamps[] = {
    {"RFC 3339", "2026-01-05T08:00:03Z", ALL, MORNING, true, 0},
    {"milliseconds", "2026-01-05T08:00:03.120Z", ALL, MORNING + 120000, true, 3},
    {"microseconds", "2026-01-05T08:00:03.000001Z", ALL, MORNING + 1, true, 6},
    {"nanoseconds are cut", "2026-01-05T08:00:03.000001999Z", ALL, MORNING + 1, true, 9},
    {"one digit", "2026-01-05T08:00:03.5Z", ALL, MORNING + 500000, true, 1},
    {"more digits than count", "2026-01-05T08:00:03.123456789123Z", ALL, MORNING + 123456, true,
     9},
    {"a comma", "2026-01-05 08:00:03,120", ALL, MORNING + 120000, false, 3},
    {"a blank instead of T", "2026-01-05 08:00:03", ALL, MORNING, false, 0},
    {"small letters", "2026-01-05t08:00:03z", ALL, MORNING, true, 0},
    {"slashes", "2026/01/05 08:00:03", ALL, MORNING, false, 0},
    {"of an access log", "05/Jan/2026:08:00:03 +0000", ALL, MORNING, true, 0},
    {"of an access log, elsewhere", "05/Jan/2026:09:00:03 +0100 x", 26, MORNING, true, 0},
    {"of HTTP", "Mon, 05 Jan 2026 08:00:03 GMT", ALL, MORNING, true, 0},
    {"no month", "05/Jax/2026:08:00:03 +0000", 0, 0, false, 0},
    {"east", "2026-01-05T16:00:03+08:00", ALL, MORNING, true, 0},
    {"east without colon", "2026-01-05T16:00:03+0800", ALL, MORNING, true, 0},
    {"east in hours", "2026-01-05T16:00:03+08", ALL, MORNING, true, 0},
    {"west, half an hour, over midnight", "2026-01-04T23:30:03-0830", ALL, MORNING, true, 0},
    {"a zone no place has", "2026-01-05T08:00:03+99:00", 19, MORNING, false, 0},
    {"minutes no zone has", "2026-01-05T08:00:03+01:75", 19, MORNING, false, 0},
    {"a zone apart", "2026-01-05 16:00:03.000 +0800", ALL, MORNING, true, 3},
    {"UTC apart", "2026-01-05 08:00:03 UTC", ALL, MORNING, true, 0},
    {"a word that begins with Z", "2026-01-05 08:00:03 Zoe", 19, MORNING, false, 0},
    {"a number below zero after it", "2026-01-05 08:00:03 -20 dBm", 19, MORNING, false, 0},
    {"a long number after it", "2026-01-05 08:00:03 -123456", 19, MORNING, false, 0},
    {"without seconds", "2026-01-05T08:00Z", ALL, MORNING - 3 * RT_SEC, true, 0},
    {"text after it", "2026-01-05T08:00:03Z acquire", 20, MORNING, true, 0},
    {"a dot that ends a sentence", "2026-01-05 08:00:03. Then", 19, MORNING, false, 0},
    {"leap day", "2024-02-29T00:00:00Z", ALL, INT64_C(1709164800000000), true, 0},
    {"leap day of a century", "2000-02-29T00:00:00Z", ALL, INT64_C(951782400000000), true, 0},
    {"no leap day", "2026-02-29T00:00:00Z", 0, 0, false, 0},
    {"no leap day in 1900", "1900-02-29T00:00:00Z", 0, 0, false, 0},
    {"the 31st of a short month", "2026-04-31T00:00:00Z", 0, 0, false, 0},
    {"the epoch", "1970-01-01T00:00:00Z", ALL, 0, true, 0},
    {"before the epoch", "1969-12-31T23:59:59.5Z", ALL, -500000, true, 1},
    {"year zero", "0000-03-01T00:00:00Z", ALL, INT64_C(-62162035200000000), true, 0},
    {"the last year", "9999-12-31T23:59:59Z", ALL, INT64_C(253402300799000000), true, 0},
    {"leap second", "2026-01-05T08:00:60Z", ALL, MORNING + 57 * RT_SEC, true, 0},
    {"end of the day", "2026-01-04T24:00:00Z", ALL, MORNING - 8 * RT_HOUR - 3 * RT_SEC, true,
     0},
    {"after the end of the day", "2026-01-04T24:00:01Z", 0, 0, false, 0},
    {"month 13", "2026-13-05T08:00:03Z", 0, 0, false, 0},
    {"month 0", "2026-00-05T08:00:03Z", 0, 0, false, 0},
    {"day 0", "2026-01-00T08:00:03Z", 0, 0, false, 0},
    {"minute 60", "2026-01-05T08:60:03Z", 0, 0, false, 0},
    {"second 61", "2026-01-05T08:00:61Z", 0, 0, false, 0},
    {"mixed separators", "2026-01/05 08:00:03", 0, 0, false, 0},
    {"cut in the minutes", "2026-01-05T08:0", 0, 0, false, 0},
    {"cut in the seconds", "2026-01-05T08:00:0", 0, 0, false, 0},
    {"a day alone", "2026-01-05", 0, 0, false, 0},
    {"letters", "yesterday at noon", 0, 0, false, 0},
    {"nothing", "", 0, 0, false, 0},
    {"epoch in s", "1767600003", ALL, MORNING, true, 0},
    {"epoch of nine digits", "999999999", ALL, INT64_C(999999999000000), true, 0},
    {"eight digits are a number", "99999999", 0, 0, false, 0},
    {"eight digits and text", "12345678 acquire", 0, 0, false, 0},
    {"epoch with fraction", "1767600003.120", ALL, MORNING + 120000, true, 3},
    {"epoch in ms", "1767600003120", ALL, MORNING + 120000, true, 3},
    {"epoch in ms with fraction", "1767600003120.5", ALL, MORNING + 120500, true, 6},
    {"epoch in us", "1767600003000001", ALL, MORNING + 1, true, 6},
    {"epoch in ns", "1767600003000001999", ALL, MORNING + 1, true, 9},
    {"a comma after the epoch", "1767600003,200,acquire", 10, MORNING, true, 0},
    {"a comma after ms", "1767600003000,200", 13, MORNING, true, 3},
    {"the largest number", "9223372036854775807", ALL, INT64_C(9223372036854775), true, 9},
    {"nineteen digits that overflow", "9999999999999999999", 0, 0, false, 0},
    {"twenty digits", "10000000000000000000", 0, 0, false, 0},
    {"zeros without end", "000000000000000000000000000001", 0, 0, false, 0},
};

/* The day after the last of each month of 2026. */
static void
months_have_their_days(void)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    for (int m = 0; m < 12; m++) {
        struct rt_stamp got;
        char last[40], none[40];
        snprintf(last, sizeof(last), "2026-%02d-%02dT10:00:00Z", m + 1, days[m]);
        snprintf(none, sizeof(none), "2026-%02d-%02dT10:00:00Z", m + 1, days[m] + 1);
        CHECK(rt_time_parse(rt_str_of(last), &got) == strlen(last));
        CHECK(rt_time_parse(rt_str_of(none), &got) == 0);
    }
}

static void
a_time_is_recognised(void)
{
    for (size_t i = 0; i < COUNT(stamps); i++) {
        struct rt_stamp got = {0};
        rt_str s = rt_str_of(stamps[i].text);
        size_t n = rt_time_parse(s, &got);
        CHECK_ROW(&stamps[i], n == (stamps[i].read == ALL ? s.n : stamps[i].read));
        if (n == 0)
            continue;
        CHECK_ROW(&stamps[i], got.at == stamps[i].at);
        CHECK_ROW(&stamps[i], got.zoned == stamps[i].zoned);
        CHECK_ROW(&stamps[i], got.digits == stamps[i].digits);
    }
}

/* The text lies at the end of its memory, so that a sanitizer sees a byte too many. */
static void
a_cut_time_is_not_read_beyond_its_end(void)
{
    for (size_t i = 0; i < COUNT(stamps); i++) {
        size_t whole = strlen(stamps[i].text);
        for (size_t n = 0; n <= whole && n < 64; n++) {
            char exact[64];
            struct rt_stamp got;
            rt_str s = {exact + sizeof(exact) - n, n};
            memcpy(exact + sizeof(exact) - n, stamps[i].text, n);
            CHECK_ROW(&stamps[i], rt_time_parse(s, &got) <= n);
        }
    }
}

static const struct {
    const char *name, *format, *text;
    size_t read;
    rt_time at;
    bool zoned;
    uint8_t digits;
} formats[] = {
    {"an access log", "%d/%b/%Y:%H:%M:%S %z", "05/Jan/2026:16:00:03 +0800", ALL, MORNING, true,
     0},
    {"months in any case", "%d/%b/%Y:%H:%M:%S %z", "05/JAN/2026:08:00:03 Z", ALL, MORNING, true,
     0},
    {"a fraction that is there", "%Y-%m-%d %H:%M:%S%f", "2026-01-05 08:00:03.120", ALL,
     MORNING + 120000, false, 3},
    {"a fraction that is not", "%Y-%m-%d %H:%M:%S%f", "2026-01-05 08:00:03", ALL, MORNING,
     false, 0},
    {"a fraction with a comma", "%H:%M:%S%f %Z", "08:00:03,5 UTC", ALL, 8 * RT_HOUR + 3500000,
     true, 1},
    {"seconds of the day", "%H:%M:%S", "08:00:03", ALL, 8 * RT_HOUR + 3 * RT_SEC, false, 0},
    {"two digits of a year", "%y%m%d %H:%M:%S", "260105 08:00:03", ALL, MORNING, false, 0},
    {"two digits of the last century", "%y-%m-%d %H:%M:%S", "70-01-01 00:00:01", ALL, RT_SEC,
     false, 0},
    {"a day with a blank", "%a %b %e %H:%M:%S %Y", "Mon Jan  5 08:00:03 2026", ALL, MORNING,
     false, 0},
    {"afternoon", "%Y-%m-%d %I:%M:%S %p", "2026-01-05 01:00:00 PM", ALL,
     MORNING + 5 * RT_HOUR - 3 * RT_SEC, false, 0},
    {"noon", "%Y-%m-%d %I:%M %p", "2026-01-05 12:00 PM", ALL,
     MORNING + 4 * RT_HOUR - 3 * RT_SEC, false, 0},
    {"midnight", "%Y-%m-%d %I:%M %p", "2026-01-05 12:00 am", ALL,
     MORNING - 8 * RT_HOUR - 3 * RT_SEC, false, 0},
    {"day of the year", "%Y %j %H:%M:%S", "2026 005 08:00:03", ALL, MORNING, false, 0},
    {"the last day of a leap year", "%Y %j", "2024 366", ALL, INT64_C(1735603200000000), false,
     0},
    {"a day no year has", "%Y %j", "2024 367", 0, 0, false, 0},
    {"no year, leap day", "%b %d %H:%M:%S", "Feb 29 00:00:00", ALL, 59 * RT_DAY, false, 0},
    {"epoch", "%s", "1767600003", ALL, MORNING, true, 0},
    {"epoch with fraction", "[%s%f]", "[1767600003.120]", ALL, MORNING + 120000, true, 3},
    {"epoch beyond all time", "%s|", "99999999999999999999|", 0, 0, false, 0},
    {"a percent sign", "%%%H:%M:%S", "%00:00:01", ALL, RT_SEC, false, 0},
    {"text after it", "%H:%M:%S", "00:00:01 start", 8, RT_SEC, false, 0},
    {"literal bytes differ", "[%H:%M:%S]", "(00:00:01)", 0, 0, false, 0},
    {"literal bytes end early", "%H:%M:%S]", "00:00:01", 0, 0, false, 0},
    {"an unknown month", "%d/%b/%Y", "05/Juli/2026", 0, 0, false, 0},
    {"a zone is missing", "%H:%M:%S %z", "00:00:01 ", 0, 0, false, 0},
    {"an unknown conversion", "%Q", "5", 0, 0, false, 0},
    {"hour 25", "%H:%M:%S", "25:00:00", 0, 0, false, 0},
    {"the 30th of February", "%Y-%m-%d", "2026-02-30", 0, 0, false, 0},
    {"nothing to read", "%Y", "", 0, 0, false, 0},
};

static void
a_time_is_read_by_a_format(void)
{
    for (size_t i = 0; i < COUNT(formats); i++) {
        struct rt_stamp got = {0};
        rt_str s = rt_str_of(formats[i].text);
        size_t n = rt_time_parse_format(s, formats[i].format, &got);
        CHECK_ROW(&formats[i], n == (formats[i].read == ALL ? s.n : formats[i].read));
        if (n == 0)
            continue;
        CHECK_ROW(&formats[i], got.at == formats[i].at);
        CHECK_ROW(&formats[i], got.zoned == formats[i].zoned);
        CHECK_ROW(&formats[i], got.digits == formats[i].digits);
    }
}

static const struct {
    const char *name;
    rt_time at;
    const char *rfc3339, *human, *clock;
} written[] = {
    {"a morning", MORNING + 120999, "2026-01-05T08:00:03.120Z", "2026-01-05 08:00:03",
     "08:00:03.120"},
    {"the epoch", 0, "1970-01-01T00:00:00.000Z", "1970-01-01 00:00:00", "00:00:00.000"},
    {"just before it", -1, "1969-12-31T23:59:59.999Z", "1969-12-31 23:59:59", "23:59:59.999"},
    {"the last of a leap February", INT64_C(1709251199999999), "2024-02-29T23:59:59.999Z",
     "2024-02-29 23:59:59", "23:59:59.999"},
    {"the end of a year", INT64_C(1798761599000000), "2026-12-31T23:59:59.000Z",
     "2026-12-31 23:59:59", "23:59:59.000"},
    {"the last year", INT64_C(253402300799000000), "9999-12-31T23:59:59.000Z",
     "9999-12-31 23:59:59", "23:59:59.000"},
};

static void
a_time_is_written(void)
{
    for (size_t i = 0; i < COUNT(written); i++) {
        char buf[RT_TIME_MAX];
        rt_time at = written[i].at;
        CHECK_ROW(&written[i], strcmp(rt_time_rfc3339(at, buf), written[i].rfc3339) == 0);
        CHECK_ROW(&written[i], strcmp(rt_time_human(at, buf), written[i].human) == 0);
        CHECK_ROW(&written[i], strcmp(rt_time_clock(at, buf), written[i].clock) == 0);
    }
}

static void
even_the_ends_of_time_fit_their_text(void)
{
    static const rt_time ends[] = {RT_TIME_NONE, INT64_MIN + 1, INT64_MAX};
    for (size_t i = 0; i < COUNT(ends); i++) {
        char buf[RT_TIME_MAX];
        CHECK(rt_time_rfc3339(ends[i], buf)[strlen(buf) - 1] == 'Z');
        CHECK(strlen(rt_time_human(ends[i], buf)) > 19);
        CHECK(strlen(rt_time_clock(ends[i], buf)) == 12);
        CHECK(strlen(rt_dur_human(ends[i], buf)) > 0);
    }
}

/* Steps of 13 h 7 min meet every day of four centuries. */
static void
what_is_written_is_read_back(void)
{
    const rt_time first = -INT64_C(6000000000000000), last = INT64_C(7000000000000000);
    for (rt_time t = first; t < last; t += 13 * RT_HOUR + 7 * RT_MIN) {
        char buf[RT_TIME_MAX];
        struct rt_stamp got = {0};
        rt_str s = rt_str_of(rt_time_rfc3339(t, buf));
        if (rt_time_parse(s, &got) != s.n || got.at != t) {
            CU_FAIL("a time was not read back");
            return;
        }
    }
}

static void
fields_out_of_range_are_carried(void)
{
    rt_time new_year = rt_time_civil(2026, 1, 1, 0, 0, 0, 0);
    CHECK(rt_time_civil(2025, 13, 1, 0, 0, 0, 0) == new_year);
    CHECK(rt_time_civil(2024, 25, 1, 0, 0, 0, 0) == new_year);
    CHECK(rt_time_civil(2027, -11, 1, 0, 0, 0, 0) == new_year);
    CHECK(rt_time_civil(2025, 12, 32, 0, 0, 0, 0) == new_year);
    CHECK(rt_time_civil(2026, 2, -30, 0, 0, 0, 0) == new_year);
    CHECK(rt_time_civil(2025, 12, 31, 23, 59, 59, RT_SEC) == new_year);
    CHECK(rt_time_civil(2026, 1, 1, -24, 0, 0, 0) == new_year - RT_DAY);
}

static const struct {
    const char *name, *text;
    bool good;
    rt_dur value;
} durations[] = {
    {"seconds", "37s", true, 37 * RT_SEC},
    {"two units", "5m42s", true, 342 * RT_SEC},
    {"milliseconds", "200ms", true, 200 * RT_MS},
    {"microseconds", "5us", true, 5},
    {"minutes before milliseconds", "1m5ms", true, RT_MIN + 5 * RT_MS},
    {"hours", "1h", true, RT_HOUR},
    {"days", "2d", true, 2 * RT_DAY},
    {"a fraction", "1.5s", true, 1500000},
    {"a fraction of an hour", "0.25h", true, 15 * RT_MIN},
    {"a fraction of a millisecond", "0.5ms", true, 500},
    {"finer than can be kept", "0.0000009s", true, 0},
    {"below zero", "-1m30s", true, -90 * RT_SEC},
    {"zero", "0s", true, 0},
    {"the largest", "9223372036854775807us", true, INT64_MAX},
    {"one more", "9223372036854775808us", false, 0},
    {"too many seconds", "9223372036855s", false, 0},
    {"too many days", "106751992d", false, 0},
    {"a sum that overflows", "9223372036854s800ms", false, 0},
    {"a fraction that overflows", "9223372036854.8s", false, 0},
    {"no unit", "42", false, 0},
    {"no number", "s", false, 0},
    {"nothing", "", false, 0},
    {"only a sign", "-", false, 0},
    {"a sign inside", "1m-5s", false, 0},
    {"a blank", "1 s", false, 0},
    {"an unknown unit", "3w", false, 0},
    {"a unit of capitals", "3S", false, 0},
    {"a dot without digits", "1.s", false, 0},
    {"a dot alone", ".5s", false, 0},
    {"text after it", "3sx", false, 0},
};

static void
a_duration_is_read(void)
{
    for (size_t i = 0; i < COUNT(durations); i++) {
        rt_dur value = 0;
        bool good = rt_dur_parse(rt_str_of(durations[i].text), &value);
        CHECK_ROW(&durations[i], good == durations[i].good);
        CHECK_ROW(&durations[i], !good || value == durations[i].value);
    }
}

static const struct {
    const char *name;
    rt_dur value;
    const char *want;
} lengths[] = {
    {"nothing", 0, "0s"},
    {"microseconds", 999, "999us"},
    {"a millisecond", 1000, "1ms"},
    {"milliseconds", 120 * RT_MS, "120ms"},
    {"the last millisecond", 999499, "999ms"},
    {"nearly a second", 999500, "1s"},
    {"seconds and tenths", 1440000, "1.4s"},
    {"a tenth that rounds away", 2040000, "2s"},
    {"nearly ten seconds", 9960000, "10s"},
    {"tens of seconds have no tenths", 37400000, "37s"},
    {"nearly a minute", 59600000, "1m"},
    {"minutes and seconds", 342 * RT_SEC, "5m42s"},
    {"seconds have two digits", 302 * RT_SEC, "5m02s"},
    {"minutes alone", 5 * RT_MIN, "5m"},
    {"nearly an hour", RT_HOUR - 1, "1h"},
    {"hours and minutes", 3 * RT_HOUR + 2 * RT_MIN, "3h02m"},
    {"hours alone", 3 * RT_HOUR + 59 * RT_SEC, "3h"},
    {"days and hours", 2 * RT_DAY + 4 * RT_HOUR, "2d04h"},
    {"days alone", 30 * RT_DAY, "30d"},
    {"below zero", -342 * RT_SEC, "-5m42s"},
    {"the longest", INT64_MAX, "106751991d04h"},
};

static void
a_duration_is_written(void)
{
    for (size_t i = 0; i < COUNT(lengths); i++) {
        char buf[RT_TIME_MAX];
        CHECK_ROW(&lengths[i],
                  strcmp(rt_dur_human(lengths[i].value, buf), lengths[i].want) == 0);
    }
}

/* In both directions, each after each: what came before may not show. */
static void
a_time_after_a_time_is_the_same(void)
{
    for (size_t before = 0; before < COUNT(stamps); before++)
        for (size_t i = 0; i < COUNT(stamps); i++) {
            struct rt_minute near = {0};
            struct rt_stamp got = {0}, want = {0};
            rt_str s = rt_str_of(stamps[i].text);
            rt_time_parse_near(rt_str_of(stamps[before].text), &near, &got);
            size_t n = rt_time_parse_near(s, &near, &got), same = rt_time_parse(s, &want);
            CHECK_ROW(&stamps[i], n == same);
            CHECK_ROW(&stamps[i], n == 0 || (got.at == want.at && got.zoned == want.zoned &&
                                             got.digits == want.digits));
        }
}

static const struct check_test tests[] = {
    {"a time is recognised", a_time_is_recognised},
    {"months have their days", months_have_their_days},
    {"a cut time is not read beyond its end", a_cut_time_is_not_read_beyond_its_end},
    {"a time is read by a format", a_time_is_read_by_a_format},
    {"a time is written", a_time_is_written},
    {"even the ends of time fit their text", even_the_ends_of_time_fit_their_text},
    {"what is written is read back", what_is_written_is_read_back},
    {"fields out of range are carried", fields_out_of_range_are_carried},
    {"a duration is read", a_duration_is_read},
    {"a duration is written", a_duration_is_written},
    {"a time after a time is the same", a_time_after_a_time_is_the_same},
    {NULL, NULL},
};
CHECK_MAIN("base: instants", tests)
