/*
 * The parts of detection by themselves: spans of listening, the latest candidate, polls that were
 * stored as one; and rules that must prove themselves.
 */
#include "config.h"

#include "detect/latest.h"
#include "detect/match.h"
#include "detect/moment.h"
#include "rules/condition.h"
#include "test_detect_kit.h"

/* ---- coverage ---- */

static void
spans_that_touch_are_one(void)
{
    static const struct {
        const char *name;
        rt_time at, since, reach;
    } rows[] = {
        {"before all", 9, RT_TIME_NONE, RT_TIME_NONE},
        {"at the beginning", 10, 10, 40},
        {"inside", 25, 10, 40},
        {"at the end", 40, 10, 40},
        {"in a gap", 45, RT_TIME_NONE, RT_TIME_NONE},
        {"in the next", 55, 50, 60},
        {"after all", 61, RT_TIME_NONE, RT_TIME_NONE},
    };
    struct coverage c;
    coverage_init(&c);
    CHECK(!coverage_any(&c, SOURCE_API));
    CHECK(coverage_add(&c, SOURCE_API, 50, 60) == 0);
    CHECK(coverage_add(&c, SOURCE_API, 20, 40) == 0);
    CHECK(coverage_add(&c, SOURCE_API, 10, 20) == 0);
    CHECK(coverage_add(&c, SOURCE_API, 15, 18) == 0);
    coverage_settle(&c);
    CHECK(coverage_any(&c, SOURCE_API) && !coverage_any(&c, SOURCE_HOOK));
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CHECK_ROW(&rows[i], coverage_since(&c, SOURCE_API, rows[i].at) == rows[i].since);
        CHECK_ROW(&rows[i], coverage_reach(&c, SOURCE_API, rows[i].at) == rows[i].reach);
        CHECK_ROW(&rows[i], coverage_reach(&c, SOURCE_HOOK, rows[i].at) == RT_TIME_NONE);
    }
    coverage_fini(&c);
}

/* ---- the latest candidate ---- */

enum { LEAVES = 40 };

static uint32_t
slow_latest(const struct latest_leaf *leaves, const bool *there, const uint32_t *colours,
            uint32_t group, rt_time from, rt_time to, uint32_t unlike)
{
    uint32_t best = LATEST_NONE;
    for (size_t i = 0; i < LEAVES; i++) {
        const struct latest_leaf *l = &leaves[i];
        bool fits = there[l->event] && l->group == group && l->over >= from && l->over <= to &&
                    (unlike == LATEST_ANY || colours[l->event] != unlike);
        if (fits && (best == LATEST_NONE || l->event > best))
            best = l->event;
    }
    return best;
}

static void
the_latest_in_a_window_and_of_another_colour(void)
{
    struct latest_leaf leaves[LEAVES], mine[LEAVES];
    uint32_t colours[LEAVES], seed = 1;
    bool there[LEAVES] = {false}, good = true;
    struct latest t;
    struct rt_arena a;
    rt_arena_init(&a, 1024, 0);
    for (uint32_t i = 0; i < LEAVES; i++) {
        leaves[i] = (struct latest_leaf){(rt_time)(i * 7 % 23), 1 + i % 3, i};
        colours[i] = i * i % 4;
    }
    memcpy(mine, leaves, sizeof(mine));
    CHECK(latest_init(&t, mine, LEAVES, LEAVES, colours, &a) == 0);
    for (int round = 0; round < 4000; round++) {
        seed = seed * 1103515245 + 12345;
        uint32_t event = seed / 65536 % LEAVES, group = 1 + event % 3;
        rt_time from = (rt_time)(seed / 1024 % 25), to = from + (rt_time)(seed / 4096 % 12) - 1;
        uint32_t unlike = event % 5 == 4 ? LATEST_ANY : event % 5;
        if (round % 3 == 0)
            latest_drop(&t, event);
        else
            latest_add(&t, event);
        there[event] = round % 3 != 0;
        good &= latest_find(&t, group, from, to, unlike) ==
                slow_latest(leaves, there, colours, group, from, to, unlike);
        good &= latest_find(&t, group, INT64_MIN, INT64_MAX, LATEST_ANY) ==
                slow_latest(leaves, there, colours, group, INT64_MIN, INT64_MAX, LATEST_ANY);
    }
    CHECK(good);
    rt_arena_fini(&a);
}

/* ---- polls stored as one ---- */

struct poll_row {
    const char *name;
    uint32_t repeated[3]; /* 0: no more */
    rt_dur within;
    uint64_t total; /* occurrences of `times: 4`, a poll each second */
};

static struct matched
find_there(const struct rule *rule, const struct scope *s)
{
    struct rule_set none = {0};
    struct coverage nothing;
    struct matcher m;
    struct matched out = {.total = UINT64_MAX};
    struct rt_err err = {0};
    struct rt_arena a;
    rt_arena_init(&a, 1024, 0);
    coverage_init(&nothing);
    CHECK(matcher_init(&m, &none, &rt_limits_default, &nothing, &err) == 0);
    CHECK(match_rule(&m, rule, s, &a, &out, &err) == 0);
    static char needs[80]; /* outlives the arena */
    snprintf(needs, sizeof(needs), "%s", out.needs != NULL ? out.needs : "");
    out.needs = needs;
    matcher_fini(&m);
    rt_arena_fini(&a);
    return out;
}

static uint64_t
count_runs(const struct poll_row *row)
{
    struct rule_match match = {.kinds = UINT64_C(1) << KIND_QUERY};
    struct rule_step step = {STEP_SEE,
                             .alts = &match,
                             .alt_count = 1,
                             .within = row->within,
                             .after = RT_DUR_NONE,
                             .lasts = RT_DUR_NONE,
                             .times = 4};
    struct rule rule = {
        .when = &step, .when_count = 1, .certain_with = UINT16_MAX, .needs = UINT64_MAX};
    struct event events[3];
    struct scope_event order[3];
    struct scope s = {.v = order, .kinds = UINT64_MAX};
    rt_time now = 0;
    for (; s.n < 3 && row->repeated[s.n] > 0; s.n++) {
        struct event *e = &events[s.n];
        event_init(e);
        e->kind = KIND_QUERY;
        e->repeated = row->repeated[s.n];
        e->begin = now;
        e->last = e->end = now + (rt_dur)(e->repeated - 1) * RT_SEC;
        now = e->last + RT_SEC;
        order[s.n] = (struct scope_event){e, RT_LIT("s"), 1, condition_marks(e)};
    }
    return find_there(&rule, &s).total;
}

static void
polls_stored_as_one_count_one_by_one(void)
{
    static const struct poll_row rows[] = {
        {"one by one, too few", {1, 1, 1}, RT_DUR_NONE, 0},
        {"three as one", {3}, RT_DUR_NONE, 0},
        {"four as one", {4}, RT_DUR_NONE, 1},
        {"ten as one", {10}, RT_DUR_NONE, 7},
        {"ten as two", {3, 7}, RT_DUR_NONE, 7},
        {"ten as three", {2, 1, 7}, RT_DUR_NONE, 7},
        {"as fast as one a second", {10}, 3 * RT_SEC, 7},
        {"not faster", {10}, 3 * RT_SEC - 1, 0},
        {"nor across two", {2, 2}, 3 * RT_SEC - 1, 0},
        {"but across two in time", {2, 2}, 3 * RT_SEC, 1},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        CHECK_ROW(&rows[i], count_runs(&rows[i]) == rows[i].total);
}

/* Polls from 1 s to 9 s, as one event, behind a start. */
static void
the_last_of_polls_may_be_late_enough(void)
{
    static const struct {
        const char *name;
        rt_dur after;
        uint64_t total;
    } rows[] = {
        {"all are", RT_SEC, 3}, {"the last is", 9 * RT_SEC, 3}, {"none is", 9 * RT_SEC + 1, 0}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rule_match start = {.kinds = UINT64_C(1) << KIND_START},
                          query = {.kinds = UINT64_C(1) << KIND_QUERY};
        struct rule_step steps[] = {
            {STEP_SEE, .alts = &start, .alt_count = 1, .within = RT_DUR_NONE,
             .after = RT_DUR_NONE, .lasts = RT_DUR_NONE, .times = 1},
            {STEP_SEE, .alts = &query, .alt_count = 1, .within = RT_DUR_NONE,
             .after = rows[i].after, .lasts = RT_DUR_NONE, .times = 1}};
        struct rule rule = {
            .when = steps, .when_count = 2, .certain_with = UINT16_MAX, .needs = UINT64_MAX};
        struct event events[2];
        event_init(&events[0]);
        event_init(&events[1]);
        events[0].kind = KIND_START;
        events[0].begin = events[0].end = events[0].last = 0;
        events[1].kind = KIND_QUERY;
        events[1].begin = events[1].end = RT_SEC;
        events[1].last = 9 * RT_SEC;
        events[1].repeated = 3;
        struct scope_event order[] = {
            {&events[0], RT_LIT("s"), 1, condition_marks(&events[0])},
            {&events[1], RT_LIT("s"), 2, condition_marks(&events[1])}};
        CHECK_ROW(
            &rows[i],
            find_there(&rule, &(struct scope){.v = order, .n = 2, .kinds = UINT64_MAX}).total ==
                rows[i].total);
    }
}

/* A failed query, and what may excuse it: an update, and within 5 s a stop. */
static void
an_excuse_without_times_leaves_it_open(void)
{
    static const struct {
        const char *name;
        rt_time update, stop;
        rt_dur near; /* of the update to the query */
        enum verdict verdict;
    } rows[] = {
        {"in time", RT_SEC, 6 * RT_SEC, RT_DUR_NONE, VERDICT_CLEAR},
        {"too late", RT_SEC, 7 * RT_SEC, RT_DUR_NONE, VERDICT_FOUND},
        {"nobody knows when", RT_TIME_NONE, RT_TIME_NONE, RT_DUR_NONE, VERDICT_NO_DATA},
        {"nobody knows when it went on", RT_SEC, RT_TIME_NONE, RT_SEC, VERDICT_NO_DATA},
        {"but it began too far away", 2 * RT_SEC, RT_TIME_NONE, RT_SEC, VERDICT_FOUND},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        static const uint8_t kinds[] = {KIND_QUERY, KIND_UPDATE, KIND_STOP};
        const rt_time begins[] = {0, rows[i].update, rows[i].stop};
        struct rule_match matches[3];
        struct rule_step steps[3];
        struct event events[3];
        struct scope_event order[3];
        for (size_t k = 0; k < 3; k++) {
            matches[k] = (struct rule_match){.kinds = UINT64_C(1) << kinds[k]};
            steps[k] = (struct rule_step){STEP_SEE,
                                          .alts = &matches[k],
                                          .alt_count = 1,
                                          .within = RT_DUR_NONE,
                                          .after = RT_DUR_NONE,
                                          .lasts = RT_DUR_NONE,
                                          .times = 1};
            event_init(&events[k]);
            events[k].kind = kinds[k];
            events[k].begin = events[k].end = events[k].last = begins[k];
            order[k] = (struct scope_event){&events[k], RT_LIT("s"), (uint32_t)k + 1,
                                            condition_marks(&events[k])};
        }
        steps[1].within = rows[i].near;
        steps[2].within = 5 * RT_SEC;
        struct rule rule = {.when = steps,
                            .when_count = 1,
                            .unless = steps + 1,
                            .unless_count = 2,
                            .certain_with = UINT16_MAX,
                            .needs = UINT64_MAX};
        struct matched got =
            find_there(&rule, &(struct scope){.v = order, .n = 3, .kinds = UINT64_MAX});
        CHECK_ROW(&rows[i], got.verdict == rows[i].verdict);
        CHECK_ROW(&rows[i], got.verdict != VERDICT_NO_DATA ||
                                strcmp(got.needs, "the input gives no times") == 0);
    }
}

/* Where both logs tell of what is awaited, the one that is not there is named, and the longest wait counts. */
static void
what_is_lacking_is_named(void)
{
    static const struct {
        const char *name, *log, *needs;
    } rows[] = {
        {"callbacks end first", "+0 start ok sid=S\nEND api +30s\nEND hook +12s",
         "log ends 12s after it; 1m18s more needed"},
        {"calls end first", "+0 start ok sid=S\nEND api +12s\nEND hook +30s",
         "log ends 12s after it; 1m18s more needed"},
        {"no callbacks", "+1m start ok sid=S\nGAP hook +30s +5m\nEND api +10m",
         "no callback log covers the time"},
        {"no calls", "+1m start ok sid=S\nGAP api +30s +5m\nEND hook +10m",
         "no API log covers the time"},
        {"neither", "+1m start ok sid=S\nGAP api +30s +5m\nGAP hook +30s +5m",
         "no API log covers the time"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct kit_run k;
        kit_run(
            &k,
            KIT_RULE(
                "    when:\n      - { see: start ok }\n      - { no: [stop, recorder_leave], for: 90s }\n"),
            rows[i].log, false);
        CHECK_ROW(&rows[i], k.found.unchecked.n == 1 &&
                                rt_str_is(k.found.unchecked.v[0].needs, rows[i].needs));
        kit_end(&k);
    }
}

/* ---- moments ---- */

static void
sums_stop_at_the_ends_of_time(void)
{
    struct event far = {.begin = INT64_MAX - 5, .end = INT64_MAX - 1, .last = INT64_MAX - 5};
    struct event early = {.begin = INT64_MIN + 1, .end = INT64_MIN + 2, .repeated = 1};
    CHECK(moment_add(INT64_MAX - 1, 5) == INT64_MAX);
    CHECK(moment_add(INT64_MIN + 1, -5) == INT64_MIN);
    CHECK(moment_add(7, -5) == 2);
    CHECK(moment_span(INT64_MIN, INT64_MAX) == INT64_MAX);
    CHECK(moment_span(INT64_MAX, INT64_MIN) == INT64_MIN);
    CHECK(moment_distance(&early, &far) == INT64_MAX);
    CHECK(moment_distance(&far, &early) == 0);
}

/* ---- rules prove themselves ---- */

#define LATE(no, tests)                                                                       \
    KIT_HEAD "rules:\n  - id: late\n    rev: 1\n    severity: error\n    when:\n"             \
             "      - { see: acquire ok, as: a }\n" no "      - { see: start fail, as: s }\n" \
             "    let: { held: s.begin - a.end }\n" KIT_TEXTS "    tests:\n" tests
#define NO_START "      - { no: start ok }\n"
#define FIRES \
    "      - { name: fires, log: \"+0 acquire ok rid=R\\n+9s start fail rid=R\", expect: { held: 9s } }\n"
#define STARTED                                                                         \
    "      - { name: started, log: \"+0 acquire ok rid=R\\n+5s start ok rid=R sid=S\\n" \
    "+9s start fail rid=R\", expect: none }\n"
#define NOT_ACQUIRED \
    "      - { name: not acquired, log: \"+9s start fail rid=R\", expect: none }\n"

struct proof_row {
    const char *name, *rules;
    unsigned passed, failed;
    const char *said; /* stands in the text */
};

static void
rules_are_proved(void)
{
    static const struct proof_row rows[] = {
        {"a good one", LATE(NO_START, FIRES STARTED NOT_ACQUIRED), 3, 0,
         "ok 1 - late: fires\nok 2 - late: started\nok 3 - late: not acquired\n1..3\n"},
        {"a wrong value",
         LATE("",
              "      - { name: w, log: \"+0 acquire ok rid=R\\n+9s start fail rid=R\", expect: "
              "{ held: 8s } }\n" NOT_ACQUIRED),
         1, 1, "not ok 1 - late: w (as written)\n# a.yaml:30:"},
        {"it says what came out",
         LATE("",
              "      - { name: w, log: \"+0 acquire ok rid=R\\n+9s start fail rid=R\", expect: "
              "{ held: 8s } }\n" NOT_ACQUIRED),
         1, 1, "held is 9s, not 8s"},
        {"found, but not wanted",
         LATE("",
              "      - { name: w, log: \"+0 acquire ok rid=R\\n+9s start fail rid=R\", expect: "
              "none }\n" FIRES NOT_ACQUIRED),
         2, 1, "found, but must not be"},
        {"not found",
         LATE("", FIRES "      - { name: w, log: \"+0 acquire ok rid=R\", expect: "
                        "{ held: 8s } }\n" NOT_ACQUIRED),
         2, 1, "not found"},
        {"a step that no test needs", LATE(NO_START, FIRES NOT_ACQUIRED), 2, 1,
         "no test notices when step 2 (start ok) is left out"},
        {"an excuse that no test needs",
         LATE("", FIRES NOT_ACQUIRED) "    unless: [ { see: stop ok } ]\n", 2, 1,
         "no test notices when 'unless' (stop ok) is left out"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rt_err err = {0};
        struct rule_test_result result;
        struct rule_set *set = kit_rules(rows[i].rules);
        struct out *o = out_memory(&err);
        CHECK(rule_tests_run(set, &rt_limits_default, NULL, RULE_TEST_TAP, o, &result, &err) ==
              0);
        bool said = rt_str_find(out_text(o), rt_str_of(rows[i].said)) != SIZE_MAX;
        if (!said)
            printf("\n%.*s\n", RT_FMT(out_text(o)));
        CHECK_ROW(&rows[i], said);
        CHECK_ROW(&rows[i], result.passed == rows[i].passed);
        CHECK_ROW(&rows[i], result.failed == rows[i].failed);
        out_abort(&o);
        rule_set_free(&set);
    }
}

static void
junit_is_well_formed(void)
{
    struct rt_err err = {0};
    struct rule_test_result result;
    struct rule_set *set =
        kit_rules(LATE("", "      - { name: 'a < b', log: \"+0 stop ok sid=S\", expect: "
                           "{ held: 8s } }\n" NOT_ACQUIRED));
    struct out *o = out_memory(&err);
    CHECK(rule_tests_run(set, &rt_limits_default, "late", RULE_TEST_JUNIT, o, &result, &err) ==
          0);
    CHECK(rt_str_find(out_text(o), RT_LIT("name=\"a &lt; b")) != SIZE_MAX);
    CHECK(rt_str_find(out_text(o), RT_LIT("<failure message=\"not found\">a.yaml:")) !=
          SIZE_MAX);
    CHECK(rt_str_ends(out_text(o), RT_LIT("</testsuite>\n")));
    out_abort(&o);
    rule_set_free(&set);
}

/* ---- memory ---- */

static void
every_allocation_may_fail(void)
{
    static const char yaml[] = KIT_HEAD
        "rules:\n  - id: a\n    rev: 1\n    severity: error\n    certain-with: m\n    when:\n"
        "      - { see: acquire ok, as: a }\n      - { no: start ok, for: 5m }\n"
        "      - { see: start fail, times: 2, same: [rid], as: s }\n"
        "      - { maybe: start code=433, as: m }\n"
        "    unless: [ { see: stop ok } ]\n    let: { late: s.begin - a.end }\n"
        "    explains: [code-433, b]\n" KIT_TEXTS
        "  - id: b\n    rev: 1\n    severity: warning\n    by: recorder\n    when:\n"
        "      - { see: start fail }\n      - { see: start fail, differ: [code] }\n"
        "    explains: [code-433]\n" KIT_TEXTS
        "  - id: c\n    rev: 1\n    severity: error\n    by: app\n    when:\n"
        "      - { see: start fail, times: 2 }\n    explains: [unknown-code]\n" KIT_TEXTS
        "  - id: d\n    rev: 1\n    severity: error\n    when:\n"
        "      - { see: start fail }\n      - { no: stop, for: 3h }\n" KIT_TEXTS;
    struct trial_log log;
    struct rt_err err = {0};
    struct rule_set *set = kit_rules(yaml);
    CHECK(trial_read(set,
                     rt_str_of("+0 acquire ok rid=R cname=c uid=1 app=A\n"
                               "+6m start code=433 rid=R cname=c uid=1 app=A\n"
                               "+7m start code=9 rid=R cname=c uid=1 app=A\n"
                               "+8m start code=433 rid=R cname=c uid=1 app=A\n"),
                     &log, &err) == 0);
    int rc = -1;
    int64_t n = 0;
    for (; rc < 0 && n < 5000; n++) {
        struct finding_list found;
        err = (struct rt_err){0};
        rt_alloc_fail_at(n, 1);
        rc = trial_run(set, &rt_limits_default, &log, TRIAL_AS_WRITTEN, &found, &err);
        rt_alloc_fail_at(-1, 0);
        CHECK(rc == 0 || err.code == RT_ENOMEM);
        if (rc == 0) {
            CHECK(trial_find(&found, RT_LIT("a")) != NULL);
            CHECK(trial_find(&found, RT_LIT("c")) != NULL);
            CHECK(found.unchecked.n == 1);
        }
        finding_list_fini(&found);
    }
    CHECK(rc == 0 && n > 30);
    trial_free(&log);
    rule_set_free(&set);
}

static const struct check_test tests[] = {
    {"spans that touch are one", spans_that_touch_are_one},
    {"the latest candidate in a window, and of another colour",
     the_latest_in_a_window_and_of_another_colour},
    {"polls stored as one count one by one", polls_stored_as_one_count_one_by_one},
    {"the last of polls may be late enough", the_last_of_polls_may_be_late_enough},
    {"an excuse without times leaves it open", an_excuse_without_times_leaves_it_open},
    {"what is lacking is named", what_is_lacking_is_named},
    {"sums stop at the ends of time", sums_stop_at_the_ends_of_time},
    {"rules are proved step by step", rules_are_proved},
    {"JUnit is well formed", junit_is_well_formed},
    {"every allocation may fail", every_allocation_may_fail},
    {NULL, NULL},
};
CHECK_MAIN("detect: parts", tests)
