/*
 * What becomes of what was found: one cause, its consequences under it, and nothing unseen.
 */
#include "config.h"

#include "test_detect_kit.h"

struct row {
    const char *name, *rules, *log, *want;
};

static void
check_rows(const struct row *rows, size_t n, bool sessions)
{
    for (const struct row *r = rows; r < rows + n; r++) {
        struct kit_run k;
        const char *got = kit_run(&k, r->rules, r->log, sessions);
        CHECK_FOUND(r, got, r->want);
        kit_end(&k);
    }
}
#define CHECK_ROWS(rows, sessions) check_rows(rows, sizeof(rows) / sizeof((rows)[0]), sessions)

/* ---- what no rule explains ---- */

static void
nothing_passes_unseen(void)
{
    static const struct row rows[] = {
        {"a listed code", KIT_HEAD, "+0 start code=433 http=400",
         "code-433 x1 medium codes=433"},
        {"its entry for the call", KIT_HEAD, "+0 stop code=404 http=404",
         "code-404 x1 medium codes=404"},
        {"a number that no table lists", KIT_HEAD, "+0 query code=4711\n+1s query code=4712",
         "unknown-code x2 certain codes=4711,4712"},
        {"a string in the reason", KIT_HEAD,
         "+0 query http=404 reason=\"no Route matched with those values\"",
         "string-no-route-matched x1 medium"},
        {"a status, when nothing says more", KIT_HEAD, "+0 start http=504",
         "http-504 x1 medium"},
        {"a status below 400 that is no success", KIT_HEAD, "+0 stop http=206",
         "http-206 x1 medium"},
        {"the state of a service", KIT_HEAD, "+0 query ok service=serviceAbnormal",
         "state-service-abnormal x1 medium"},
        {"a healthy state", KIT_HEAD, "+0 query ok service=serviceInProgress", ""},
        {"an error that a callback reports", KIT_HEAD,
         "+0 cloud_recording_error errorCode=32 module=1 sid=S", "error-32 x1 medium codes=32"},
        {"the same with the other sign", KIT_HEAD,
         "+0 cloud_recording_error errorCode=-32 module=1 sid=S",
         "error-32 x1 medium codes=32"},
        {"of another module it means nothing", KIT_HEAD,
         "+0 cloud_recording_error errorCode=32 module=2 sid=S", ""},
        {"a number beyond all tables", KIT_HEAD,
         "+0 cloud_recording_error errorCode=-9223372036854775808 sid=S", ""},
        {"success", KIT_HEAD, "+0 start ok http=200 rid=R sid=S\n+1s query ok sid=S status=5",
         ""},
        {"one finding an id", KIT_HEAD, "+0 start code=433 rid=R\n+5s start code=433 rid=R",
         "code-433 x2 medium codes=433"},
    };
    CHECK_ROWS(rows, false);
}

/* ---- folding ---- */

#define A_RULE(id, steps, explains)                                      \
    "  - id: " id "\n    rev: 1\n    severity: error\n    when:\n" steps \
    "    explains: [" explains "]\n" KIT_TEXTS
#define EXPIRED                                                               \
    A_RULE("expired",                                                         \
           "      - { see: acquire ok }\n      - { no: start ok, for: 5m }\n" \
           "      - { see: start fail }\n",                                   \
           "code-433, unused")
#define UNUSED \
    A_RULE("unused", "      - { see: acquire ok }\n      - { no: start ok, for: 5m }\n", "late")
#define LATE A_RULE("late", "      - { see: start fail }\n", "code-404")

static void
consequences_go_under_their_cause(void)
{
    static const struct row rows[] = {
        {"a code", KIT_HEAD "rules:\n" EXPIRED, "+0 acquire ok rid=R\n+6m start code=433 rid=R",
         "expired x1 high codes=433 folded=code-433"},
        {"every earlier one that may stand for the last",
         KIT_HEAD "rules:\n" A_RULE(
             "died", "      - { see: query code=404 }\n      - { see: stop fail }\n",
             "code-404"),
         "+0 query code=404 sid=S\n+5s query code=404 sid=S\n+9s stop fail sid=S",
         "died x1 high codes=404 folded=code-404"},
        {"not one that came before, in no path", KIT_HEAD "rules:\n" EXPIRED,
         "+0 start code=433 rid=R\n+1s acquire ok rid=R\n+7m start code=433 rid=R",
         "code-433 x1 medium codes=433; expired x1 high codes=433 folded=code-433"},
        {"another finding", KIT_HEAD "rules:\n" EXPIRED UNUSED,
         "+0 acquire ok rid=R\n+6m start code=433 rid=R",
         "expired x1 high codes=433 folded=code-433,unused"},
        {"and what that one explains, in whatever order they stand",
         KIT_HEAD "rules:\n" LATE UNUSED EXPIRED,
         "+0 acquire ok rid=R\n+6m start code=404 rid=R",
         "expired x1 high codes=404 folded=code-404,late,unused"},
        {"what came at the same time, in no event of it",
         KIT_HEAD "rules:\n" A_RULE("a", "      - { see: start fail }\n", "b")
             A_RULE("b", "      - { see: update fail }\n", "code-404"),
         "+0 start fail rid=R\n+0 update fail rid=R", "a x1 high folded=b"},
        {"of two causes it goes under the one nearer to the root",
         KIT_HEAD "rules:\n" A_RULE("m", "      - { see: start fail }\n", "leaf")
             A_RULE("leaf", "      - { see: update fail }\n", "code-404") KIT_FILE
         "rectrace: 1\nfamily: g\nrank: 5\nrules:\n" A_RULE(
             "x", "      - { see: acquire fail }\n", "leaf"),
         "+0 acquire fail rid=R\n+1s start fail rid=R\n+2s update fail rid=R",
         "x x1 high folded=leaf; m x1 high"},
        {"of two causes it goes under the first",
         KIT_HEAD "rules:\n" A_RULE("m", "      - { see: start fail }\n", "leaf")
             A_RULE("x", "      - { see: acquire fail }\n", "leaf")
                 A_RULE("leaf", "      - { see: update fail }\n", "code-404"),
         "+0 acquire fail rid=R\n+1s start fail rid=R\n+2s update fail rid=R",
         "x x1 high; m x1 high folded=leaf"},
        {"of another session it explains nothing", KIT_HEAD "rules:\n" EXPIRED,
         "+0 acquire ok rid=R cname=a uid=1\n+6m start fail rid=R cname=a uid=1\n"
         "+7m start code=433 rid=Q cname=b uid=2",
         "expired x1 high; code-433 x1 medium codes=433"},
    };
    CHECK_ROWS(rows, false);
}

static void
rules_that_explain_each_other_leave_one(void)
{
    static const struct row rows[] = {
        {"two in a circle: none is lost",
         KIT_HEAD "rules:\n" A_RULE("a", "      - { see: start fail }\n", "b")
             A_RULE("b", "      - { see: start fail }\n", "a"),
         "+0 start fail rid=R", "a x1 high; b x1 high"},
        {"three in a circle: one is left",
         KIT_HEAD "rules:\n" A_RULE("a", "      - { see: start fail }\n", "b")
             A_RULE("b", "      - { see: start fail }\n", "c")
                 A_RULE("c", "      - { see: start fail }\n", "a"),
         "+0 start fail rid=R", "a x1 high folded=b,c"},
    };
    CHECK_ROWS(rows, false);
}

/* ---- scopes ---- */

#define BY(scope, severity, steps, explains)                                             \
    KIT_HEAD "rules:\n  - id: r\n    rev: 1\n    severity: " severity "\n    by: " scope \
             "\n    when:\n" steps "    explains: [" explains "]\n" KIT_TEXTS
#define TWO_STARTS "      - { see: start ok }\n      - { see: start ok, differ: [rid] }\n"

static void
scopes(void)
{
    static const char same_recorder[] = "+0 start ok rid=R sid=S cname=c uid=1 app=A\n"
                                        "+9s start ok rid=Q sid=T cname=c uid=1 app=A";
    static const char same_channel[] = "+0 start ok rid=R sid=S cname=c uid=1 app=A\n"
                                       "+9s start ok rid=Q sid=T cname=c uid=2 app=A";
    static const char same_app[] = "+0 start ok rid=R sid=S cname=c uid=1 app=A\n"
                                   "+9s start ok rid=Q sid=T cname=d uid=1 app=A";
    static const char same_host[] = "+0 start ok rid=R sid=S cname=c uid=1 app=A host=h\n"
                                    "+9s start ok rid=Q sid=T cname=d uid=1 app=B host=h";
    static const char nothing[] = "+0 start ok rid=R sid=S cname=c uid=1 app=A\n"
                                  "+9s start ok rid=Q sid=T cname=d uid=1 app=B";
    static const struct row rows[] = {
        {"session", BY("session", "error", TWO_STARTS, "code-1"), same_recorder, ""},
        {"recorder", BY("recorder", "error", TWO_STARTS, "code-1"), same_recorder,
         "r x1 high @T"},
        {"another recorder", BY("recorder", "error", TWO_STARTS, "code-1"), same_channel, ""},
        {"channel", BY("channel", "error", TWO_STARTS, "code-1"), same_channel, "r x1 high @T"},
        {"another channel", BY("channel", "error", TWO_STARTS, "code-1"), same_app, ""},
        {"app", BY("app", "error", TWO_STARTS, "code-1"), same_app, "r x1 high @"},
        {"another app", BY("app", "error", TWO_STARTS, "code-1"), same_host, ""},
        {"host", BY("host", "error", TWO_STARTS, "code-1"), same_host, "r x1 high @"},
        {"hosts that nobody named are not one", BY("host", "error", TWO_STARTS, "code-1"),
         nothing, ""},
        {"equal values of fields", BY("[cname]", "error", TWO_STARTS, "code-1"), same_channel,
         "r x1 high @T"},
        {"values that differ", BY("[cname, uid]", "error", TWO_STARTS, "code-1"), same_channel,
         ""},
        {"values of which only the last is equal",
         BY("[uid, cname]", "error", TWO_STARTS, "code-1"), same_channel, ""},
        {"what has one of them alone is with nobody",
         BY("[cname, host]", "error", TWO_STARTS, "code-1"), same_channel, ""},
        {"pending in any scope",
         BY("[cname]", "error", "      - { see: start ok }\n      - { no: stop, for: 2h }\n",
            "code-1"),
         same_channel, "?r pending"},
        {"a note that could not be checked is not worth a line",
         BY("channel", "info", "      - { see: start ok }\n      - { no: stop, for: 2h }\n",
            "code-1"),
         same_channel, ""},
    };
    CHECK_ROWS(rows, true);
}

static void
an_app_explains_what_its_sessions_show(void)
{
    static const char steps[] =
        BY("app", "error", "      - { see: acquire ok }\n      - { see: call http=504 }\n",
           "http-504");
    static const struct row rows[] = {
        {"of the same app", steps,
         "+0 acquire ok rid=R cname=c uid=1 app=A\n+9s start http=504 rid=Q cname=d uid=2 app=A",
         "r x1 high folded=http-504 @"},
        {"but not of another", steps,
         "+0 acquire ok rid=R cname=c uid=1 app=A\n+9s start http=504 rid=R cname=c uid=1 app=A\n"
         "+12s start http=504 rid=Q cname=d uid=2 app=B",
         "r x1 high folded=http-504 @; http-504 x1 medium @Q"},
    };
    CHECK_ROWS(rows, true);
}

/* ---- whole apps ---- */

#define APP_RULE(see)                                                                                        \
    KIT_HEAD                                                                                                 \
    "signs:\n  - { means: start, on: [start ok] }\n  - { means: alive, on: [query ok, recorder_started] }\n" \
    "  - { means: stop, on: [stop ok] }\n  - { means: left, on: [recorder_leave] }\n"                        \
    "  - { means: gone, on: [query code=404] }\n"                                                            \
    "rules:\n  - id: r\n    rev: 1\n    severity: error\n    by: app\n"                                      \
    "    when:\n      - { see: " see " }\n" KIT_TEXTS
#define ONE(app, n, from, to)                                                   \
    "+" from " start ok rid=R" n " sid=S" n " cname=c" n " uid=1 app=" app "\n" \
    "+" to " stop ok rid=R" n " sid=S" n " cname=c" n " uid=1 app=" app "\n"
#define ALONE(app, n, from, to)                                                 \
    "+" from " start ok rid=R" n " sid=S" n " cname=c" n " uid=1 app=" app "\n" \
    "+" to " recorder_leave sid=S" n " cname=c" n " uid=1\n"
#define STARTED(n, at, more) \
    "+" at " start ok rid=R" n " sid=S" n " cname=c" n " uid=1 app=A" more "\n"
#define POLLED(n, at) "+" at " query ok rid=R" n " sid=S" n " cname=c" n " uid=1 app=A\n"
#define GONE(n, at) \
    "+" at " query code=404 http=404 rid=R" n " sid=S" n " cname=c" n " uid=1 app=A\n"

static void
an_app_is_counted_over_its_sessions(void)
{
    static const struct row rows[] = {
        {"recordings at one time", APP_RULE("start ok live>=2"),
         ONE("A", "1", "0", "60s") ONE("A", "2", "30s", "90s"), "r x1 high"},
        {"one behind the other", APP_RULE("start ok live>=2"),
         ONE("A", "1", "0", "60s") ONE("A", "2", "61s", "90s"), ""},
        {"of another app", APP_RULE("start ok live>=2"),
         ONE("A", "1", "0", "60s") ONE("B", "2", "30s", "90s"), ""},
        {"one of which no more is heard counts itself", APP_RULE("start ok live>=1"),
         "+0 start ok rid=R sid=S cname=c uid=1 app=A\n", "r x1 high"},
        {"how they ended", APP_RULE("start ok over>=2 alone>=50"),
         ONE("A", "1", "0", "60s") ALONE("A", "2", "70s", "90s"), "r x1 high"},
        {"in parts of a hundred", APP_RULE("start ok over>=2 alone>50"),
         ONE("A", "1", "0", "60s") ALONE("A", "2", "70s", "90s"), ""},
        {"all of them", APP_RULE("start ok over=2 alone=100"),
         ALONE("A", "1", "0", "60s") ALONE("A", "2", "70s", "90s"), "r x1 high"},
        {"those of another app did not", APP_RULE("start ok over>=2"),
         ONE("A", "1", "0", "60s") ONE("B", "2", "70s", "90s"), ""},
        {"nor did one that came to nothing", APP_RULE("start ok over>=2"),
         ONE("A", "1", "0", "60s") STARTED("2", "70s", "") GONE("2", "80s"),
         "code-404 x1 medium codes=404"},
        {"what goes on is not over", APP_RULE("start ok over>=1"),
         POLLED("1", "9s") STARTED("1", "0", ""), ""},
        {"many calls in a second", APP_RULE("call rate>=3"),
         POLLED("1", "0") POLLED("1", "100ms") POLLED("2", "200ms"), "r x1 high"},
        {"one is no rate", APP_RULE("call rate>=1"), POLLED("1", "0"), ""},
        {"a silence between busy times", APP_RULE("call silence>10m calls-beside>=2"),
         POLLED("1", "0") POLLED("1", "9s") POLLED("1", "20m") POLLED("1", "21m"), "r x1 high"},
        {"not when one of them is quiet", APP_RULE("call silence>10m calls-beside>=2"),
         POLLED("1", "0") POLLED("1", "9s") POLLED("1", "20m"), ""},
        {"the only one without a token came to nothing",
         APP_RULE("[start ok token=missing tokened>=1, start ok live>99]"),
         STARTED("1", "0", " token=ok") POLLED("1", "9s") STARTED("2", "20s", " token=missing")
             GONE("2", "30s"),
         "r x1 high; code-404 x1 medium codes=404"},
        {"it ran", APP_RULE("[start ok token=missing tokened>=1, start ok live>99]"),
         STARTED("1", "0", " token=ok") POLLED("1", "9s") STARTED("2", "20s", " token=missing")
             POLLED("2", "25s") GONE("2", "30s"),
         "code-404 x1 medium codes=404"},
        {"or a callback tells that it ran",
         APP_RULE("[start ok token=missing tokened>=1, start ok live>99]"),
         STARTED("1", "0", " token=ok") POLLED("1", "9s") STARTED(
             "2", "20s",
             " token=missing") "+25s recorder_started sid=S2 cname=c2 uid=1\n" GONE("2", "30s"),
         "code-404 x1 medium codes=404"},
        {"nothing more is known of it",
         APP_RULE("[start ok token=missing tokened>=1, start ok live>99]"),
         STARTED("1", "0", " token=ok") POLLED("1", "9s") STARTED("2", "20s", " token=missing"),
         ""},
        {"it was not the only one",
         APP_RULE("[start ok token=missing tokened>=1, start ok live>99]"),
         STARTED("1", "0", " token=ok") STARTED("3", "5s", " token=missing")
             STARTED("2", "20s", " token=missing") GONE("2", "30s"),
         "code-404 x1 medium codes=404"},
        {"values that a step compares are kept",
         BY("app", "error",
            "      - { see: start ok }\n      - { see: start ok, same: [mode] }\n", "code-1"),
         "+0 start ok rid=R sid=S cname=c uid=1 app=A mode=mix\n+9s start ok rid=Q sid=T cname=d uid=1 app=A mode=mix",
         "r x1 high"},
    };
    CHECK_ROWS(rows, false);
}

static void
words_about_an_app_name_what_was_found(void)
{
    struct kit_run k;
    kit_run(
        &k,
        KIT_HEAD
        "rules:\n  - id: r\n    rev: 1\n    severity: error\n    by: app\n"
        "    when:\n      - { see: start ok, as: a }\n    say: '{a.uid}'\n    why: '{a.method}'\n    fix: '{a.mode}'\n",
        "+0 acquire ok rid=R cname=c uid=1 app=A\n+9s start ok rid=R sid=S cname=c uid=1 app=A method=POST mode=mix",
        false);
    const struct finding *f = trial_find(&k.found, RT_LIT("r"));
    CHECK(f != NULL);
    if (f != NULL) {
        CHECK(rt_str_is(f->say, "1") && rt_str_is(f->why, "POST") && rt_str_is(f->fix, "mix"));
        CHECK(f->evidence_count == 1 && f->evidence[0].event == 2 && f->evidence[0].line == 2);
    }
    kit_end(&k);
}

/* A storm of refusals in one session must not be kept call by call; its count must be. */
static void
a_storm_is_counted(void)
{
    struct rt_buf log;
    struct kit_run k;
    struct row row = {"a thousand refusals", NULL, NULL, NULL};
    rt_buf_init(&log, 1 << 20);
    rt_buf_addf(&log, "+0 acquire ok rid=R cname=c uid=1 app=A\n");
    for (int i = 1; i <= 1000; i++)
        rt_buf_addf(&log, "+%ds query http=504 rid=R sid=S cname=c uid=1 app=A\n", i);
    const char *got =
        kit_run(&k,
                BY("app", "error",
                   "      - { see: acquire ok }\n      - { see: call http=504 }\n", "http-504"),
                rt_buf_z(&log), false);
    CHECK_FOUND(&row, got, "r x1000 high folded=http-504");
    if (k.found.findings.n == 1) {
        CHECK(k.found.findings.v[0].last - k.found.findings.v[0].first == 999 * RT_SEC);
    }
    kit_end(&k);
    rt_buf_fini(&log);
}

static void
a_storm_of_two_codes_has_both(void)
{
    struct rt_buf log;
    struct kit_run k;
    struct row row = {"a storm of two codes", NULL, NULL, NULL};
    rt_buf_init(&log, 1 << 20);
    for (int i = 1; i <= 200; i++)
        rt_buf_addf(&log, "+%ds query http=504 code=%d rid=R sid=S cname=c uid=1 app=A\n", i,
                    i <= 100 ? 404 : 433);
    const char *got = kit_run(&k, APP_RULE("call http=504"), rt_buf_z(&log), false);
    CHECK(strstr(got, "r x200 high codes=404,433") != NULL);
    if (strstr(got, "r x200 high codes=404,433") == NULL)
        printf("\n%s: got %s\n", row.name, got);
    kit_end(&k);
    rt_buf_fini(&log);
}

/* ---- words and proof ---- */

static void
templates(void)
{
    static const char yaml[] = KIT_HEAD
        "rules:\n  - id: r\n    rev: 1\n    severity: error\n    when:\n"
        "      - { see: acquire ok, as: a }\n      - { see: start fail, as: s }\n"
        "      - { maybe: stop, as: m }\n"
        "    let: { late: s.begin - a.end }\n"
        "    say: '{s.name} came {late} after {a.name}, {count} times, code {s.code}, {$ttl}'\n"
        "    why: 'channel {s.cname}; {m.code}; {s.repeated}'\n    fix: mend\n";
    struct kit_run k;
    kit_run(&k, yaml,
            "+0 acquire ok rid=R cname=c uid=1\n+62s start code=9 rid=R cname=c uid=1\n"
            "+70s start code=9 rid=R cname=c uid=1",
            false);
    CHECK(k.found.findings.n == 2); /* and the code */
    const struct finding *f = trial_find(&k.found, RT_LIT("r"));
    CHECK(f != NULL);
    if (f != NULL) {
        CHECK(rt_str_is(f->say, "start came 1m02s after acquire, 2 times, code 9, 5m"));
        CHECK(rt_str_is(f->why, "channel c; ?; 1"));
    }
    kit_end(&k);
}

static void
evidence_is_the_first_and_the_last(void)
{
    struct kit_run k;
    kit_run(&k, KIT_HEAD "rules:\n" A_RULE("r", "      - { see: start fail }\n", "code-1"),
            "+1s start fail rid=R\n+2s start fail rid=R\n+3s start fail rid=R\n"
            "+4s start fail rid=R\n+5s start fail rid=R\n+6s start fail rid=R\n"
            "+7s start fail rid=R\n+8s start fail rid=R\n",
            false);
    const struct finding *f = trial_find(&k.found, RT_LIT("r"));
    CHECK(f != NULL);
    if (f != NULL) {
        CHECK(f->count == 8);
        CHECK(f->evidence_count == rt_limits_default.evidence_lines);
        CHECK(f->evidence[0].line == 1 && f->evidence[1].line == 8 && f->evidence[2].line == 2);
        CHECK(f->evidence[1].event == 8 && rt_str_is(f->evidence[1].session, "R"));
        CHECK(f->last - f->first == 7 * RT_SEC);
    }
    kit_end(&k);
}

#define STOPPED(id) \
    A_RULE(id, "      - { see: stop ok }\n      - { see: start fail }\n", "code-433")

static void
other_causes_are_named_with_what_they_lack(void)
{
    struct kit_run k;
    kit_run(&k,
            KIT_HEAD "rules:\n" EXPIRED A_RULE(
                "stopped", "      - { see: stop ok }\n      - { see: start fail }\n",
                "code-433") A_RULE("stranger", "      - { see: stop ok }\n", "code-404"),
            "+0 acquire ok rid=R\n+6m start code=433 rid=R", false);
    const struct finding *f = trial_find(&k.found, RT_LIT("expired"));
    CHECK(f != NULL && f->excluded_count == 1);
    if (f != NULL && f->excluded_count == 1) {
        CHECK(rt_str_is(f->excluded[0], "stopped: no such event"));
    }
    kit_end(&k);
}

static void
of_many_other_causes_a_few_are_named(void)
{
    struct kit_run k;
    kit_run(&k,
            KIT_HEAD "rules:\n" EXPIRED STOPPED("a") STOPPED("b") STOPPED("c") STOPPED("d")
                STOPPED("e") STOPPED("f"),
            "+0 acquire ok rid=R\n+6m start code=433 rid=R", false);
    const struct finding *f = trial_find(&k.found, RT_LIT("expired"));
    CHECK(f != NULL && f->excluded_count == 4 && rt_str_is(f->excluded[3], "d: no such event"));
    kit_end(&k);
}

static const struct check_test tests[] = {
    {"what no rule explains is told by its own id", nothing_passes_unseen},
    {"consequences go under their cause", consequences_go_under_their_cause},
    {"a circle of rules loses nothing", rules_that_explain_each_other_leave_one},
    {"a rule sees what its scope holds", scopes},
    {"a finding about an app explains what its sessions show",
     an_app_explains_what_its_sessions_show},
    {"an app is counted over its sessions", an_app_is_counted_over_its_sessions},
    {"words about an app name what was found", words_about_an_app_name_what_was_found},
    {"a storm is counted to its end", a_storm_is_counted},
    {"a storm of two codes has both", a_storm_of_two_codes_has_both},
    {"the words name what was found", templates},
    {"the evidence is the first occurrence, the last, then the others",
     evidence_is_the_first_and_the_last},
    {"other causes are named with what they lack", other_causes_are_named_with_what_they_lack},
    {"of many other causes a few are named", of_many_other_causes_a_few_are_named},
    {NULL, NULL},
};
CHECK_MAIN("detect: findings", tests)
