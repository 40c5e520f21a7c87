/*
 * test_session_pace.c - what a query tells of the time between it and those before it.
 */
#include "session/pace.h"
#include "test_session_script.h"

static struct script_rules rules;
static const struct terms terms = {.settle = 10 * RT_SEC, .least = 5 * RT_SEC};

static void
describe(struct rt_buf *b, const struct event *e)
{
    static const uint16_t fields[] = {FIELD_GAP, FIELD_AGE, FIELD_PACE, FIELD_STEADY_PACE,
                                      FIELD_HASTY};
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        int64_t n = 0;
        if (event_num(e, fields[i], &n))
            rt_buf_addf(b, "%s%s=%lld", b->n > 0 ? " " : "", event_fields[fields[i]].name,
                        (long long)(fields[i] == FIELD_HASTY ? n : n / 1000));
    }
}

/* What the last event tells after all of them. */
static void
run(struct pace *p, const char *feed, struct rt_buf *got)
{
    struct script s;
    script_read(&s, &rules.set, feed);
    for (size_t i = 0; i < s.events.n; i++)
        pace_step(p, s.events.v[i]);
    struct event *last = s.events.v[s.events.n - 1];
    CHECK(pace_tell(p, &s.arena, last) == 0);
    describe(got, last);
    script_fini(&s);
}

static void
queries_tell_how_quickly_they_came(void)
{
    static const struct {
        const char *name, *feed, *want; /* durations in seconds */
    } rows[] = {
        {"the first query has nothing before it", "+0 start ok\n+9 query ok", ""},
        {"a gap", "+0 query ok\n+9 query ok", "gap=9"},
        {"the widest of several", "+0 query ok\n+9 query ok\n+40 query ok\n+45 query ok",
         "gap=31"},
        {"an age, after a start", "+0 start ok\n+9 query ok\n+20 query ok", "gap=11 age=20"},
        {"none after a start that failed", "+0 start fail\n+9 query ok\n+20 query ok",
         "gap=11"},
        {"a start parts what is before from what is behind",
         "+0 query ok\n+9 start ok\n+10 query ok", ""},
        {"whole seconds may be equal", "+5 query ok coarse\n+5 query ok coarse", "gap=0"},
        {"what has no time tells nothing", "+5 query ok\n- query ok\n+8 query ok", "gap=3"},
        {"four gaps are no pace",
         "+0 query ok\n+1 query ok\n+2 query ok\n+3 query ok\n+4 query ok", "gap=1"},
        {"five are, and the widest of them is it",
         "+0 query ok\n+1 query ok\n+3 query ok\n+4 query ok\n+5 query ok\n+6 query ok",
         "gap=2 pace=2"},
        {"the least that ever was",
         "+0 query ok\n+1 query ok\n+2 query ok\n+3 query ok\n+4 query ok\n+5 query ok\n+25 query ok",
         "gap=20 pace=1"},
        {"what begins while the start settles is not steady",
         "+0 start ok\n+9 query ok\n+10 query ok\n+11 query ok\n+12 query ok\n+13 query ok\n+14 query ok",
         "gap=1 age=14 pace=1 hasty=4"},
        {"behind that it is",
         "+0 start ok\n+10 query ok\n+11 query ok\n+12 query ok\n+13 query ok\n+14 query ok\n+15 query ok",
         "gap=1 age=15 pace=1 steady-pace=1 hasty=5"},
        {"what comes just when it may is not hasty", "+0 start ok\n+20 query ok\n+25 query ok",
         "gap=5 age=25"},
        {"a little sooner is", "+0 start ok\n+20 query ok\n+24.999 query ok",
         "gap=4 age=24 hasty=1"},
        {"not while the start settles", "+0 start ok\n+8 query ok\n+10 query ok",
         "gap=2 age=10"},
    };
    script_rules_init(&rules);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct pace p;
        struct rt_buf got;
        rt_buf_init(&got, 1000);
        pace_init(&p, &terms);
        run(&p, rows[i].feed, &got);
        bool same = rt_str_is(rt_buf_str(&got), rows[i].want);
        CHECK_ROW(&rows[i], same);
        if (!same)
            printf("\n%s: got %s\n", rows[i].name, rt_buf_z(&got));
        rt_buf_fini(&got);
    }
}

/* Events of one run after the other: each tells of its own. */
static void
what_was_told_is_not_told_again(void)
{
    struct pace p;
    struct rt_buf got;
    script_rules_init(&rules);
    rt_buf_init(&got, 1000);
    pace_init(&p, &terms);
    run(&p, "+0 start ok\n+20 query ok\n+80 query ok\n+81 query ok", &got);
    CHECK(rt_str_is(rt_buf_str(&got), "gap=60 age=81 hasty=1"));
    rt_buf_clear(&got);
    run(&p, "+91 query ok", &got);
    CHECK(rt_str_is(rt_buf_str(&got), "gap=10 age=91"));
    rt_buf_fini(&got);
}

static const struct check_test tests[] = {
    {"queries tell how quickly they came", queries_tell_how_quickly_they_came},
    {"what was told is not told again", what_was_told_is_not_told_again},
    {NULL, NULL},
};
CHECK_MAIN("session pace", tests)
