/*
 * test_session_meter.c - the busiest seconds of an app, in whatever order its calls come.
 */
#include "session/meter.h"
#include "test_session_script.h"

static void
add(struct meter *m, const char *app, rt_time begin, uint64_t line)
{
    struct event e;
    event_init(&e);
    e.kind = KIND_QUERY;
    e.begin = e.end = begin;
    e.line = line;
    CHECK(meter_add(m, rt_str_of(app), &e) == 0);
}

static const struct meter_app *
app_of(const struct meter *m, const char *id)
{
    static const struct meter_app none;
    for (const struct meter_app *a = m->apps; a != NULL; a = a->next)
        if (rt_str_is(a->id, id))
            return a;
    return &none;
}

static void
a_second_may_begin_anywhere(void)
{
    struct meter m;
    meter_init(&m, 10 * RT_SEC);
    for (int i = 0; i < 9; i++)
        add(&m, "A", RT_HOUR + 700 * RT_MS + i * 100 * RT_MS, 10 + (uint64_t)i);
    add(&m, "A", RT_HOUR + 5 * RT_SEC, 30);
    meter_settle(&m);
    const struct meter_app *a = app_of(&m, "A");
    CHECK(a->best_count == 2);
    CHECK(a->best[0].calls == 9);
    CHECK(a->best[0].line == 10);
    CHECK(a->best[1].calls == 1);
    meter_fini(&m);
}

static void
apps_are_counted_apart(void)
{
    struct meter m;
    meter_init(&m, 10 * RT_SEC);
    for (uint64_t i = 0; i < 10; i++)
        add(&m, i % 2 == 0 ? "A" : "B", RT_HOUR, i + 1);
    meter_settle(&m);
    CHECK(app_of(&m, "A")->best[0].calls == 5);
    CHECK(app_of(&m, "B")->best[0].calls == 5);
    CHECK(app_of(&m, "B")->best[0].line == 2);
    meter_fini(&m);
}

static void
what_cannot_be_counted_is_left_out(void)
{
    struct meter m;
    meter_init(&m, 10 * RT_SEC);
    add(&m, "", RT_HOUR, 1);
    add(&m, "A", RT_TIME_NONE, 1);
    add(&m, "A", RT_HOUR, UINT64_C(1) << 32);
    CHECK(m.apps == NULL);
    add(&m, "A", INT64_MAX, 1);
    add(&m, "A", INT64_MIN + 1, 1);
    meter_settle(&m);
    CHECK(app_of(&m, "A")->best_count == 2);
    meter_fini(&m);
}

/* More than there is room for: old ones are forgotten, whichever came first. */
static void
no_order_matters(void)
{
    enum { CALLS = 200000, STRIDE = 77773 };
    struct meter up, mixed;
    meter_init(&up, 10 * RT_SEC);
    meter_init(&mixed, 10 * RT_SEC);
    for (uint64_t i = 0; i < CALLS; i++) {
        uint64_t k = i * STRIDE % CALLS;
        add(&up, "A", RT_HOUR + (rt_time)(i / 3) * 50 * RT_MS, i + 1);
        add(&mixed, "A", RT_HOUR + (rt_time)(k / 3) * 50 * RT_MS, k + 1);
    }
    meter_settle(&up);
    meter_settle(&mixed);
    const struct meter_app *a = app_of(&up, "A"), *b = app_of(&mixed, "A");
    CHECK(a->best_count == METER_BEST && b->best_count == METER_BEST);
    for (size_t i = 0; i < METER_BEST; i++) {
        CHECK(a->best[i].calls == b->best[i].calls);
        CHECK(a->best[i].begin == b->best[i].begin);
        CHECK(a->best[i].line == b->best[i].line);
    }
    CHECK(a->best[0].calls == 60);
    meter_fini(&up);
    meter_fini(&mixed);
}

/* As when several threads count. */
static void
meters_add_up(void)
{
    enum { CALLS = 200000, PARTS = 3 };
    struct meter whole, parts[PARTS];
    meter_init(&whole, 10 * RT_SEC);
    for (int i = 0; i < PARTS; i++)
        meter_init(&parts[i], 10 * RT_SEC);
    for (uint64_t i = 0; i < CALLS; i++) {
        const char *app = i % 5 == 0 ? "B" : "A";
        rt_time at = RT_HOUR + (rt_time)(i / 3) * 50 * RT_MS;
        add(&whole, app, at, i + 1);
        add(&parts[i / 7 % PARTS], app, at, i + 1);
    }
    for (int i = 1; i < PARTS; i++)
        CHECK(meter_move(&parts[0], &parts[i]) == 0 && parts[i].apps == NULL);
    meter_settle(&whole);
    meter_settle(&parts[0]);
    for (const char *const *app = (const char *const[]){"A", "B", NULL}; *app != NULL; app++) {
        const struct meter_app *a = app_of(&whole, *app), *b = app_of(&parts[0], *app);
        CHECK(a->best_count == METER_BEST && b->best_count == METER_BEST);
        for (size_t i = 0; i < METER_BEST; i++)
            CHECK(a->best[i].calls == b->best[i].calls &&
                  a->best[i].begin == b->best[i].begin && a->best[i].line == b->best[i].line);
        CHECK(a->quiet_count == b->quiet_count && a->quiet[0].length == b->quiet[0].length);
    }
    for (int i = 0; i < PARTS; i++)
        meter_fini(&parts[i]);
    meter_fini(&whole);
}

/* ---- in ticks of a 32nd of a second ---- */

enum { TICKS = 32 };

/* TICKxCALLS ... ; lines are counted from 1. */
static void
add_ticks(struct meter *m, const char *calls)
{
    uint64_t line = 0;
    long tick = 0;
    unsigned count = 0;
    for (int n = 0; sscanf(calls, " %ldx%u%n", &tick, &count, &n) == 2; calls += n)
        for (unsigned i = 0; i < count; i++)
            add(m, "A", tick * (RT_SEC / TICKS), ++line);
}

static void
the_busiest_seconds_and_the_longest_silences(void)
{
    static const struct {
        const char *name, *calls;
        const char *busy;  /* CALLS@TICK, busiest first */
        const char *quiet; /* TICKS@END(BEFORE/AFTER), longest first */
    } rows[] = {
        {"a second is 32 ticks", "0x5 31x1 32x1", "6@0 1@32", "31@31(5/2) 1@32(1/1)"},
        {"it begins where most calls follow", "0x1 16x5 40x5", "10@16", NULL},
        {"but no later than a second on", "0x5 32x6", "6@32 5@0", "32@32(5/6)"},
        {"of equal ones the first", "0x3 99x3 200x4", "4@200 3@0 3@99",
         "101@200(6/4) 99@99(3/3)"},
        {"of equal silences the first", "0x1 40x2 80x3", "3@80 2@40 1@0",
         "40@40(1/2) 40@80(2/3)"},
        {"beside a silence is what lies as near as it is long", "0x1 1x2 9x4 17x8 18x9", NULL,
         "8@9(3/4) 8@17(4/17) 1@1(1/2) 1@18(8/9)"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct meter m;
        char busy[200] = "", quiet[200] = "";
        meter_init(&m, RT_DUR_NONE);
        add_ticks(&m, rows[i].calls);
        meter_settle(&m);
        const struct meter_app *a = app_of(&m, "A");
        for (size_t k = 0; k < a->best_count; k++) {
            size_t n = strlen(busy);
            snprintf(busy + n, sizeof(busy) - n, "%s%u@%lld", k > 0 ? " " : "",
                     a->best[k].calls, (long long)(a->best[k].begin / (RT_SEC / TICKS)));
        }
        for (size_t k = 0; k < a->quiet_count; k++) {
            size_t n = strlen(quiet);
            snprintf(quiet + n, sizeof(quiet) - n, "%s%lld@%lld(%llu/%llu)", k > 0 ? " " : "",
                     (long long)(a->quiet[k].length / (RT_SEC / TICKS)),
                     (long long)(a->quiet[k].end / (RT_SEC / TICKS)),
                     (unsigned long long)a->quiet[k].before,
                     (unsigned long long)a->quiet[k].after);
        }
        CHECK_ROW(&rows[i], rows[i].busy == NULL || strcmp(busy, rows[i].busy) == 0);
        CHECK_ROW(&rows[i], rows[i].quiet == NULL || strcmp(quiet, rows[i].quiet) == 0);
        meter_fini(&m);
    }
}

/* What is shown as evidence of a second, whichever of its calls was read first. */
static void
the_first_line_stands_for_a_second(void)
{
    static const struct {
        const char *name;
        unsigned lines[2][2]; /* input, line */
        unsigned want[2];
    } rows[] = {
        {"the earlier line", {{0, 7}, {0, 3}}, {0, 3}},
        {"the earlier input before the earlier line", {{1, 3}, {0, 7}}, {0, 7}},
        {"read in order", {{0, 7}, {1, 3}}, {0, 7}},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct meter m;
        meter_init(&m, RT_DUR_NONE);
        for (size_t k = 0; k < 2; k++) {
            struct event e;
            event_init(&e);
            e.begin = e.end = RT_HOUR;
            e.input = rows[i].lines[k][0];
            e.line = rows[i].lines[k][1];
            e.coarse = k == 1;
            CHECK(meter_add(&m, RT_LIT("A"), &e) == 0);
        }
        meter_settle(&m);
        const struct meter_second *best = &app_of(&m, "A")->best[0];
        CHECK_ROW(&rows[i], best->calls == 2 && best->input == rows[i].want[0] &&
                                best->line == rows[i].want[1]);
        CHECK_ROW(&rows[i], best->coarse);
        meter_fini(&m);
    }
}

/* One too many, that is older than what is kept: it counts neither way. */
static void
what_is_kept_does_not_hang_on_the_last(void)
{
    enum { ROOM = 49152 }; /* ticks of an app until old ones are forgotten */
    struct meter first, last;
    meter_init(&first, RT_DUR_NONE);
    meter_init(&last, RT_DUR_NONE);
    add(&first, "A", 0, 1);
    for (uint64_t i = 1; i <= ROOM; i++) {
        add(&first, "A", (rt_time)i * (RT_SEC / TICKS), i + 1);
        add(&last, "A", (rt_time)i * (RT_SEC / TICKS), i + 1);
    }
    add(&last, "A", 0, 1);
    meter_settle(&first);
    meter_settle(&last);
    CHECK(app_of(&first, "A")->best[0].begin == app_of(&last, "A")->best[0].begin);
    CHECK(app_of(&first, "A")->best[0].line > ROOM / 2);
    meter_fini(&first);
    meter_fini(&last);
}

static void
a_look_may_leave_out_what_is_older(void)
{
    struct meter m, from;
    meter_init(&m, RT_DUR_NONE);
    meter_init(&from, RT_DUR_NONE);
    add_ticks(&from, "0x9 99x5 100x1");
    CHECK(meter_merge(&m, &from, 99 * (RT_SEC / TICKS)) == 0);
    meter_settle(&m);
    CHECK(app_of(&m, "A")->best_count == 1 && app_of(&m, "A")->best[0].calls == 6);
    meter_fini(&m);
    meter_fini(&from);
}

/* ---- hosts ---- */

static void
time_call(struct meter *m, uint8_t kind, rt_dur took, rt_time begin, uint64_t line)
{
    struct event e;
    event_init(&e);
    e.kind = kind;
    e.host = RT_LIT("h");
    e.begin = begin;
    e.end = begin + took;
    e.line = line;
    CHECK(meter_add(m, RT_LIT("A"), &e) == 0);
}

static void
slow_calls_of_a_host_are_counted_and_the_first_is_shown(void)
{
    struct meter m, more;
    meter_init(&m, RT_SEC);
    meter_init(&more, RT_SEC);
    time_call(&m, KIND_QUERY, RT_SEC, 0, 1); /* not longer than that */
    time_call(&m, KIND_QUERY, RT_SEC + 1, 9 * RT_SEC, 2);
    time_call(&m, KIND_QUERY, RT_SEC + 1, 5 * RT_SEC, 4);
    time_call(&m, KIND_QUERY, RT_SEC + 1, 5 * RT_SEC, 3);
    time_call(&m, KIND_QUERY, RT_SEC + 1, 7 * RT_SEC, 5);
    time_call(&m, KIND_STOP, RT_MIN, 0, 6); /* waits for the upload */
    time_call(&m, KIND_QUERY, 0, 0, 7);     /* not timed */
    CHECK(m.hosts != NULL && m.hosts->calls == 5 && m.hosts->slow == 4);
    CHECK(m.hosts->begin == 5 * RT_SEC && m.hosts->line == 3);
    time_call(&more, KIND_QUERY, RT_MS, 0, 8);
    time_call(&more, KIND_QUERY, RT_MIN, 2 * RT_SEC, 9);
    CHECK(meter_move(&m, &more) == 0);
    CHECK(m.hosts->calls == 7 && m.hosts->slow == 5);
    CHECK(m.hosts->begin == 2 * RT_SEC && m.hosts->line == 9);
    meter_fini(&m);
    meter_fini(&more);
}

static const struct check_test tests[] = {
    {"a second may begin anywhere", a_second_may_begin_anywhere},
    {"apps are counted apart", apps_are_counted_apart},
    {"what cannot be counted is left out", what_cannot_be_counted_is_left_out},
    {"no order matters", no_order_matters},
    {"meters add up", meters_add_up},
    {"the busiest seconds and the longest silences",
     the_busiest_seconds_and_the_longest_silences},
    {"the first line stands for a second", the_first_line_stands_for_a_second},
    {"what is kept does not hang on the last", what_is_kept_does_not_hang_on_the_last},
    {"a look may leave out what is older", a_look_may_leave_out_what_is_older},
    {"slow calls of a host are counted, and the first is shown",
     slow_calls_of_a_host_are_counted_and_the_first_is_shown},
    {NULL, NULL},
};
CHECK_MAIN("session meter", tests)
