/* Times and durations, both ways. */
#include "config.h"

#include "base/time.h"
#include "check.h"

static void
stamps_are_known_by_their_look(void)
{
    static const struct {
        const char *name, *text;
        size_t read;
        const char *want;
        bool zoned;
    } rows[] = {
        {"UTC", "2026-01-05T09:00:00Z", 20, "2026-01-05T09:00:00.000Z", true},
        {"milliseconds", "2026-01-05T09:00:00.123Z rest", 24, "2026-01-05T09:00:00.123Z", true},
        {"comma", "2026-01-05 09:00:00,456 - x", 23, "2026-01-05T09:00:00.456Z", false},
        {"nanoseconds are cut", "2026-01-05T09:00:00.123456789Z", 30, "2026-01-05T09:00:00.123Z", true},
        {"east of UTC", "2026-01-05T09:00:00+08:00", 25, "2026-01-05T01:00:00.000Z", true},
        {"without a colon", "2026-01-05T00:30:00-0130", 24, "2026-01-05T02:00:00.000Z", true},
        {"slashes", "2026/01/05 09:00:00 x", 19, "2026-01-05T09:00:00.000Z", false},
        {"leap day", "2024-02-29T23:59:60Z", 20, "2024-03-01T00:00:00.000Z", true},
        {"epoch seconds", "1767603600", 10, "2026-01-05T09:00:00.000Z", true},
        {"epoch with fraction", "1767603600.25,", 13, "2026-01-05T09:00:00.250Z", true},
        {"epoch ms", "1767603600123", 13, "2026-01-05T09:00:00.123Z", true},
        {"epoch us", "1767603600123456", 16, "2026-01-05T09:00:00.123Z", true},
        {"epoch ns", "1767603600123456789", 19, "2026-01-05T09:00:00.123Z", true},
        {"month 13", "2026-13-05T09:00:00Z", 0, NULL, false},
        {"a word", "yesterday", 0, NULL, false},
        {"a small number", "12345", 0, NULL, false},
        {"a uid of 20 digits", "17676036001234567890", 0, NULL, false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rt_stamp s = {0};
        char buf[RT_TIME_MAX];
        size_t n = rt_time_parse(rt_str_of(rows[i].text), &s);
        CHECK_ROW(&rows[i], n == rows[i].read);
        CHECK_ROW(&rows[i], n == 0 || strcmp(rt_time_rfc3339(s.at, buf), rows[i].want) == 0);
        CHECK_ROW(&rows[i], n == 0 || s.zoned == rows[i].zoned);
    }
}

static void
formats_read_access_logs_and_their_like(void)
{
    static const struct {
        const char *name, *format, *text, *want;
    } rows[] = {
        {"access log", "%d/%b/%Y:%H:%M:%S %z", "05/Jan/2026:10:00:00 +0100", "2026-01-05T09:00:00.000Z"},
        {"gin", "%Y/%m/%d - %H:%M:%S", "2026/01/05 - 09:00:00", "2026-01-05T09:00:00.000Z"},
        {"syslog day", "%b %e %H:%M:%S", "Jan  5 09:00:00", "1970-01-05T09:00:00.000Z"},
        {"twelve hours", "%Y-%m-%d %I:%M:%S %p", "2026-01-05 09:00:00 PM", "2026-01-05T21:00:00.000Z"},
        {"optional fraction", "%Y-%m-%d %H:%M:%S%f", "2026-01-05 09:00:00", "2026-01-05T09:00:00.000Z"},
        {"fraction", "%Y-%m-%d %H:%M:%S%f", "2026-01-05 09:00:00.5", "2026-01-05T09:00:00.500Z"},
        {"zone by name", "%Y-%m-%d %H:%M:%S %Z", "2026-01-05 09:00:00 GMT", "2026-01-05T09:00:00.000Z"},
        {"wrong month", "%d/%b/%Y:%H:%M:%S %z", "05/Foo/2026:10:00:00 +0100", NULL},
        {"too short", "%d/%b/%Y:%H:%M:%S %z", "05/Jan/2026:10", NULL},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rt_stamp s = {0};
        char buf[RT_TIME_MAX];
        size_t n = rt_time_parse_format(rt_str_of(rows[i].text), rows[i].format, &s);
        CHECK_ROW(&rows[i], (n > 0) == (rows[i].want != NULL));
        CHECK_ROW(&rows[i], n == 0 || strcmp(rt_time_rfc3339(s.at, buf), rows[i].want) == 0);
    }
}

static void
durations_are_read_and_told(void)
{
    static const struct {
        const char *name, *text;
        rt_dur value;
        const char *told;
    } rows[] = {
        {"ms", "200ms", 200 * RT_MS, "200ms"},
        {"two units", "5m42s", 342 * RT_SEC, "5m42s"},
        {"fraction", "1.5s", 1500 * RT_MS, "1.5s"},
        {"hours", "3h2m", 3 * RT_HOUR + 2 * RT_MIN, "3h02m"},
        {"days", "2d", 2 * RT_DAY, "2d"},
        {"negative", "-30s", -30 * RT_SEC, "-30s"},
        {"whole minutes", "2m", 2 * RT_MIN, "2m"},
        {"none", "0s", 0, "0s"},
    };
    char buf[RT_TIME_MAX];
    rt_dur d = 0;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CHECK_ROW(&rows[i], rt_dur_parse(rt_str_of(rows[i].text), &d) && d == rows[i].value);
        CHECK_ROW(&rows[i], strcmp(rt_dur_human(rows[i].value, buf), rows[i].told) == 0);
    }
    static const char *const bad[] = {"", "-", "5", "m", "5x", "5m 3s", "99999999999999999999s", "9999999999999d"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        CHECK(!rt_dur_parse(rt_str_of(bad[i]), &d));
}

static void
dates_before_the_epoch_and_far_ahead_hold(void)
{
    char buf[RT_TIME_MAX];
    CHECK(strcmp(rt_time_rfc3339(-1, buf), "1969-12-31T23:59:59.999Z") == 0);
    CHECK(strcmp(rt_time_rfc3339(rt_time_civil(2400, 2, 29, 12, 0, 0, 0), buf), "2400-02-29T12:00:00.000Z") == 0);
    CHECK(rt_time_civil(1970, 1, 1, 0, 0, 0, 0) == 0);
    CHECK(rt_time_civil(2026, 1, 365, 0, 0, 0, 0) == rt_time_civil(2026, 12, 31, 0, 0, 0, 0));
}

static const struct check_test tests[] = {
    {"stamps are known by their look", stamps_are_known_by_their_look},
    {"formats read access logs and their like", formats_read_access_logs_and_their_like},
    {"durations are read and told", durations_are_read_and_told},
    {"dates before the epoch and far ahead hold", dates_before_the_epoch_and_far_ahead_hold},
    {NULL, NULL},
};
CHECK_MAIN("base: time", tests)
