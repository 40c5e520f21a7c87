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
            CHECK(a->best[i].calls == b->best[i].calls && a->best[i].begin == b->best[i].begin &&
                  a->best[i].line == b->best[i].line);
        CHECK(a->quiet_count == b->quiet_count && a->quiet[0].length == b->quiet[0].length);
    }
    for (int i = 0; i < PARTS; i++)
        meter_fini(&parts[i]);
    meter_fini(&whole);
}

static const struct check_test tests[] = {
    {"a second may begin anywhere", a_second_may_begin_anywhere},
    {"apps are counted apart", apps_are_counted_apart},
    {"what cannot be counted is left out", what_cannot_be_counted_is_left_out},
    {"no order matters", no_order_matters},
    {"meters add up", meters_add_up},
    {NULL, NULL},
};
CHECK_MAIN("session meter", tests)
