/*
 * test_session_engine.c - events in, sessions out: identity, duplicates, polls, relations, groups.
 */
#include "base/limits.h"
#include "test_session_script.h"

static struct script_rules rules;

struct row {
    const char *name, *feed, *want;
    bool brief; /* groups and relations are another row's business */
};

static const struct row rows[] = {
    {"a healthy recording is one session",
     "+0 acquire ok app=A cname=c uid=7 rid=R1\n"
     "+1 start ok app=A cname=c uid=7 rid=R1 sid=S1\n"
     "+6 query ok app=A rid=R1 sid=S1 status=5\n"
     "+60 stop ok app=A cname=c uid=7 rid=R1 sid=S1 uploadingStatus=uploaded",
     "[A|c]\n"
     "S1 c/7 done: acquire@0, start@1 cname-is=acquired uid-is=acquired owner=same, query@6 "
     "pair=own, "
     "stop@60 cname-is=acquired uid-is=acquired pair=own owner=same\n",
     false},
    {"before a sid exists the resource id names the session",
     "+0 acquire ok app=A cname=c uid=7 rid=R1\n+342 start fail app=A cname=c uid=7 rid=R1 "
     "code=433",
     "R1 c/7 never-started: acquire@0, start@342 code=433\n", true},
    {"callbacks find their session by the sid that start answered",
     "+2 recorder_started sid=S1 cname=c uid=7\n"
     "+0 acquire ok cname=c uid=7 rid=R1\n"
     "+1 start ok rid=R1 sid=S1\n"
     "+90 recorder_leave sid=S1 cname=c uid=7",
     "S1 c/7 exited-alone: acquire@0, start@1, recorder_started@2, recorder_leave@90\n", true},
    {"a sid whose resource id nobody names is a session of its own",
     "+2 recorder_started sid=S1 cname=c uid=7\n+9 uploaded sid=S1 cname=c uid=7",
     "S1 c/7 done: recorder_started@2, uploaded@9\n", true},
    {"a call with both ids ties what came before and after",
     "+1 recorder_started sid=S1\n+5 query ok rid=R1 sid=S1 status=5\n+9 recorder_leave "
     "sid=S1\n"
     "+12 update ok rid=R1",
     "S1 / running: recorder_started@1, query@5, recorder_leave@9, update@12\n", true},
    {"a sid in the wrong path never merges two recordings",
     "+0 acquire ok app=A cname=c uid=7 rid=R1\n+1 start ok app=A rid=R1 sid=S1\n"
     "+0.5 acquire ok app=A cname=d uid=8 rid=R2\n+1.5 start ok app=A rid=R2 sid=S2\n"
     "+9 query fail app=A rid=R1 sid=S2 code=404\n"
     "+10 recorder_started sid=S2",
     "[A|c]\n"
     "S1 c/7 start-failed: acquire@0, start@1, query@9 code=404 pair=foreign\n"
     "[A|d]\n"
     "S2 d/8 running: acquire@0.5, start@1.5, recorder_started@10\n",
     false},
    {"what start answered outranks what a path claims, whichever came first",
     "+1 query fail rid=R1 sid=S1 code=404\n+2 recorder_started sid=S1\n+3 start ok rid=R2 "
     "sid=S1",
     "R1 / unknown: query@1 code=404\nS1 / running: recorder_started@2, start@3\n", true},
    {"several answers to start on one resource id stay in its session",
     "+0 acquire ok cname=c uid=7 rid=R1\n+1 start ok rid=R1 sid=S1\n+2 start fail rid=R1 "
     "http=201 code=7\n"
     "+3 start fail rid=R1 code=53",
     "S1 c/7 accepted: acquire@0, start@1, start@2 code=7, start@3 code=53\n", true},
    {"identical neighbours among polls are one event",
     "+1 query ok plain rid=R1 sid=S1 status=5\n+2 query ok plain rid=R1 sid=S1 status=5\n"
     "+3 query ok plain rid=R1 sid=S1 status=4\n+4 query ok plain rid=R1 sid=S1 status=5\n"
     "+5 query ok plain rid=R1 sid=S1 status=5\n+4.5 update ok rid=R1 sid=S1",
     "S1 / running: query@1..2x2, query@3, query@4, update@4.5, query@5\n", true},
    {"a poll of another resource id's sid stays with its path",
     "+1 query ok plain rid=R1 sid=S1 status=5\n+2 query ok plain rid=R2 sid=S2 status=5",
     "S1 / running: query@1\nS2 / running: query@2\n", true},
    {"an event read twice is counted, not repeated",
     "+1 start ok rid=R1 sid=S1 line=4\n+1 start ok rid=R1 sid=S1 line=9 in=1\n"
     "+2 query ok plain rid=R1 sid=S1\n+2 query ok plain rid=R1 sid=S1 in=1\n"
     "+3 query ok plain rid=R1 sid=S1",
     "S1 / running: start@1 copies=2, query@2..3x2 copies=2\n", true},
    {"whole seconds do not tell calls apart within one input",
     "+1 update ok coarse rid=R1\n+1 update ok coarse rid=R1\n"
     "+2 query ok plain coarse rid=R1\n+2 query ok plain coarse rid=R1",
     "R1 / running: update@1, update@1, query@2..2x2\n", true},
    {"the same file given twice adds copies even in whole seconds",
     "+1 update ok coarse rid=R1 line=1\n+1 update ok coarse rid=R1 line=2\n"
     "+1 update ok coarse rid=R1 line=1 in=1\n+1 update ok coarse rid=R1 line=2 in=1\n"
     "+2 query ok plain coarse rid=R1 line=3\n+2 query ok plain coarse rid=R1 line=3 in=1",
     "R1 / running: update@1 copies=2, update@1 copies=2, query@2 copies=2\n", true},
    {"the same line read twice is one event, coarse or not",
     "+1 update ok coarse rid=R1 line=5\n+1 update ok coarse rid=R1 line=5\n"
     "+2 query ok plain coarse rid=R1 line=6\n+2 query ok plain coarse rid=R1 line=6",
     "R1 / running: update@1 copies=2, query@2 copies=2\n", true},
    {"a callback sent again is a copy, though it came later",
     "+1 recorder_started sid=S1 noticeId=n1\n+7 recorder_started sid=S1 noticeId=n1\n"
     "+2 recorder_leave sid=S1 uid=7 sequence=4 eventType=41\n"
     "+9 recorder_leave sid=S1 uid=7 sequence=4 eventType=41",
     "S1 /7 exited-alone: recorder_started@1 copies=2, recorder_leave@2 copies=2\n", true},
    {"events without times keep the order of their input",
     "- acquire ok rid=R1\n- start fail rid=R1 code=65\n- start ok rid=R1 sid=S1",
     "S1 / accepted: acquire@?, start@? code=65, start@?\n", true},
    {"two lines of one call are one event",
     "+1 start req join=q1 rid=R1 app=A line=1\n+3 answer answer ok join=q1 sid=S1 http=200 "
     "line=2",
     "S1 / accepted: start@1\n", true},
    {"the answer may be read first, and come from another file",
     "+3 answer answer fail join=q1 code=65 in=1 line=1\n+1 start req join=q1 rid=R1 in=0 "
     "line=1",
     "R1 / never-started: start@1 code=65\n", true},
    {"a request without an answer is kept, and an answer without a request",
     "+1 stop req join=q1 rid=R1 sid=S1\n+3 answer answer fail join=q2 rid=R2 code=404",
     "S1 / unknown: stop@1\nR2 / unknown: answer@3 code=404\n", true},
    {"a request id used again ties neighbours",
     "+1 start req join=q rid=R1 line=1\n+2 answer answer fail join=q code=65 line=2\n"
     "+5 start req join=q rid=R1 line=3\n+6 answer answer ok join=q sid=S1 line=4",
     "S1 / accepted: start@1 code=65, start@5\n", true},
    {"failed acquires in a row are one attempt",
     "+1 acquire fail app=A cname=c uid=7 code=2\n+2 acquire fail app=A cname=c uid=7 code=2",
     "A/c/7#1 c/7 never-started: acquire@1 code=2, acquire@2 code=2\n", true},
    {"an acquire that succeeds parts the attempts",
     "+1 acquire fail app=A cname=c uid=7 code=2\n+5 acquire ok app=A cname=c uid=7 rid=R1\n"
     "+9 acquire fail app=A cname=c uid=7 code=2\n+9 acquire fail cname=x code=2",
     "A/c/7#1 c/7 never-started: acquire@1 code=2\nR1 c/7 acquired: acquire@5\n"
     "A/c/7#2 c/7 never-started: acquire@9 code=2\n-/x/-#1 x/ never-started: acquire@9 "
     "code=2\n",
     true},
    {"an answer that names channel and uid goes to the only session there",
     "+0 acquire ok app=A cname=c uid=7 rid=R1\n+1 start ok rid=R1 sid=S1\n"
     "+60 answer fail cname=c uid=7 code=404",
     "S1 c/7 start-failed inferred: acquire@0, start@1, answer@60 code=404\n", true},
    {"with two sessions there it goes to neither",
     "+0 acquire ok app=A cname=c uid=7 rid=R1\n+1 acquire ok app=A cname=c uid=7 rid=R2\n"
     "+60 answer fail cname=c uid=7 code=404",
     "R1 c/7 acquired: acquire@0\nR2 c/7 acquired: acquire@1\n-/c/7#1 c/7 unknown: answer@60 "
     "code=404\n",
     true},
    {"nor to one of another app, of another uid, or of another time",
     "+0 acquire ok app=A cname=c uid=7 rid=R1\n+0 acquire ok app=A cname=d uid=8 rid=R2\n"
     "+1 answer fail app=B cname=c uid=7 code=404\n+2 answer fail cname=c uid=8 code=404\n"
     "+9000 answer fail cname=d uid=8 code=404",
     "R1 c/7 resource-expired: acquire@0\n"
     "R2 d/8 resource-expired: acquire@0\n-/d/8#1 d/8 unknown: answer@9000 code=404\n"
     "B/c/7#1 c/7 unknown: answer@1 code=404\n-/c/8#1 c/8 unknown: answer@2 code=404\n",
     true},
    {"events without any identity make one session an input",
     "- answer fail code=432 app=A\n- answer fail code=433 app=A\n- answer fail code=62 in=1",
     "[A|]\none.log#1 / unknown: answer@? code=432, answer@? code=433\n"
     "[|]\ntwo.log#1 / unknown: answer@? code=62\n",
     false},
    {"a name that differs from acquire's is told, with its owner",
     "+0 acquire ok app=A cname=c uid=7 rid=R1\n+1 start fail app=A cname=C uid=7 rid=R1 "
     "code=432\n"
     "+2 start fail app=B cname=c uid=7 rid=R1 code=1003",
     "[A|c]\n"
     "R1 c/7 never-started: acquire@0, "
     "start@1 code=432 cname-is=differs uid-is=acquired owner=other-triple, "
     "start@2 code=1003 cname-is=acquired uid-is=acquired owner=other-app\n",
     false},
    {"without an acquire the first start is what others are held against",
     "+1 start ok cname=c uid=7 rid=R1 sid=S1\n+2 stop ok cname=c uid=8 rid=R1 sid=S1",
     "[|c]\nS1 c/7 stopping: start@1, stop@2 cname-is=acquired uid-is=differs pair=own\n",
     false},
    {"sessions of one channel are one group, and without an app join the only one",
     "+0 acquire ok app=A cname=c uid=7 rid=R1\n+1 recorder_started cname=c uid=9 sid=S9\n"
     "+2 acquire ok app=A cname=c uid=8 rid=R2\n+3 acquire ok app=A rid=R3",
     "[A|c]\nR1 c/7 acquired: acquire@0\nS9 c/9 running: recorder_started@1\nR2 c/8 acquired: "
     "acquire@2\n"
     "[A|]\nR3 / acquired: acquire@3\n",
     false},
    {"two apps may use one channel name",
     "+0 acquire ok app=A cname=c uid=7 rid=R1\n+1 acquire ok app=B cname=c uid=7 rid=R2\n"
     "+2 recorder_started cname=c uid=9 sid=S9",
     "[A|c]\nR1 c/7 acquired: acquire@0\n[B|c]\nR2 c/7 acquired: acquire@1\n"
     "[|c]\nS9 c/9 running: recorder_started@2\n",
     false},
    {"the recorder's name after a failover does not rename the session",
     "+0 query ok rid=R1 sid=S1 cname=c uid=7\n+1 session_failover sid=S1 cname=c uid=99\n"
     "+2 recorder_started sid=S1 cname=c uid=99\n+3 recorder_started sid=S1 cname=c uid=99 "
     "sequence=9",
     "S1 c/7 running: query@0, session_failover@1, recorder_started@2, recorder_started@3\n",
     true},
};

static const char *const paths[] = {"one.log", "two.log"};
static const struct session_options options = {.paths = paths, .path_count = 2};

static void
run_row(const struct row *row)
{
    struct rt_err err = {0};
    struct script s;
    struct dump d;
    script_read(&s, &rules.set, row->feed);
    dump_init(&d, &rules.set);
    d.brief = row->brief;
    struct session_engine *e =
        session_engine_new(&rules.set, &rt_limits_default, &options, &err);
    for (size_t i = 0; i < s.events.n; i++)
        CHECK_ROW(row, session_engine_feed(e, s.events.v[i], &err) == 0);
    CHECK_ROW(row, session_engine_finish(e, dump_sink(&d), &err) == 0);
    bool same = rt_str_is(rt_buf_str(&d.text), row->want);
    CHECK_ROW(row, same);
    if (!same)
        printf("\n%s\n--- want\n%s--- got\n%s", row->name, row->want, rt_buf_z(&d.text));
    session_engine_free(&e);
    rt_buf_fini(&d.text);
    script_fini(&s);
}

static void
events_become_sessions(void)
{
    script_rules_init(&rules);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        run_row(&rows[i]);
}

/* ---- the clock ---- */

struct stop {
    const char *name;
    double clock;
    const char *want; /* handed out by then, beyond what was before */
};

static void
run_clock(const char *feed, const struct stop *stops, size_t n)
{
    struct rt_err err = {0};
    struct script s;
    struct dump d;
    script_rules_init(&rules);
    script_read(&s, &rules.set, feed);
    dump_init(&d, &rules.set);
    d.brief = true;
    struct session_engine *e =
        session_engine_new(&rules.set, &rt_limits_default, &options, &err);
    for (size_t i = 0; i < s.events.n; i++)
        CHECK(session_engine_feed(e, s.events.v[i], &err) == 0);
    for (size_t i = 0; i < n; i++) {
        rt_time clock = SCRIPT_EPOCH + (rt_time)(stops[i].clock * 1e6);
        rt_buf_clear(&d.text);
        CHECK_ROW(&stops[i], session_engine_advance(e, clock, dump_sink(&d), &err) == 0);
        CHECK_ROW(&stops[i], rt_str_is(rt_str_of(rt_buf_z(&d.text)), stops[i].want));
        if (!rt_str_is(rt_str_of(rt_buf_z(&d.text)), stops[i].want))
            printf("\n%s: got\n%s", stops[i].name, rt_buf_z(&d.text));
    }
    struct session_engine_facts facts;
    session_engine_facts(e, &facts);
    CHECK(facts.open == 0);
    session_engine_free(&e);
    rt_buf_fini(&d.text);
    script_fini(&s);
}

static void
sessions_that_are_over_are_handed_out(void)
{
    const struct stop stops[] = {
        {"nothing is over at once", 61, ""},
        {"half an hour after its end", 1861,
         "S2 d/8 stopping: start@2, stop@50\nS1 c/7 stopping: start@1, stop@60\n"},
        {"one that awaits its upload stays", 30000, ""},
        {"a day of quiet ends all", 100000,
         "S3 / exited-alone: recorder_started@70, recorder_leave@80\nS4 e/9 running: "
         "query@90..120x2\n"},
    };
    run_clock("+1 start ok cname=c uid=7 rid=R1 sid=S1\n+60 stop ok rid=R1 sid=S1\n"
              "+2 start ok cname=d uid=8 rid=R2 sid=S2\n+50 stop ok rid=R2 sid=S2\n"
              "+70 recorder_started sid=S3\n+80 recorder_leave sid=S3\n"
              "+90 query ok plain cname=e uid=9 rid=R4 sid=S4 status=5\n"
              "+120 query ok plain cname=e uid=9 rid=R4 sid=S4 status=5\n",
              stops, sizeof(stops) / sizeof(stops[0]));
}

static void
a_channel_waits_for_all_its_sessions(void)
{
    const struct stop stops[] = {
        {"one of two is over", 4000, ""},
        {"both are", 7300,
         "S1 c/7 stopping: start@1, stop@60\nS2 c/8 stopping: start@2, stop@5400\nR3 c/9 "
         "never-started: start@5000\n"},
    };
    run_clock("+1 start ok cname=c uid=7 rid=R1 sid=S1\n+60 stop ok rid=R1 sid=S1\n"
              "+2 start ok cname=c uid=8 rid=R2 sid=S2\n+5400 stop ok rid=R2 sid=S2\n"
              "+5000 start fail cname=c uid=9 rid=R3\n",
              stops, sizeof(stops) / sizeof(stops[0]));
}

static void
a_request_that_waits_is_let_go_by_the_clock(void)
{
    const struct stop stops[] = {
        {"it waits", 60, ""},
        {"it does not wait for ever", 2000, "R1 / never-started: start@10, start@11\n"},
    };
    run_clock("+11 start fail rid=R1\n+10 start req join=q1 rid=R1\n", stops,
              sizeof(stops) / sizeof(stops[0]));
}

/* ---- limits and facts ---- */

static void
session_events_are_limited(void)
{
    struct rt_limits limits = rt_limits_default;
    struct rt_err err = {0};
    struct script s;
    struct dump d;
    limits.session_events = 2;
    limits.sessions_open = 2;
    script_rules_init(&rules);
    script_read(&s, &rules.set,
                "+1 update ok rid=R1\n+2 update fail rid=R1\n+3 update ok rid=R1\n"
                "+4 query ok plain rid=R2\n+5 query ok plain rid=R2\n+6 update ok rid=R3\n");
    dump_init(&d, &rules.set);
    d.brief = true;
    struct session_engine *e = session_engine_new(&rules.set, &limits, NULL, &err);
    for (size_t i = 0; i < s.events.n; i++)
        CHECK(session_engine_feed(e, s.events.v[i], &err) == 0);
    CHECK(session_engine_finish(e, dump_sink(&d), &err) == 0);
    CHECK(rt_str_is(rt_buf_str(&d.text), "R1 / running: update@1, update@2 dropped=1\n"
                                         "R2 / running: query@4..5x2\n"));
    struct session_engine_facts facts;
    session_engine_facts(e, &facts);
    CHECK(facts.events == 6);
    CHECK(facts.dropped == 2);
    CHECK(facts.open_peak == 2);
    session_engine_free(&e);
    rt_buf_fini(&d.text);
    script_fini(&s);
}

static void
memory_is_limited(void)
{
    struct rt_limits limits = rt_limits_default;
    struct rt_err err = {0};
    struct script s;
    limits.arena_bytes = 100;
    script_rules_init(&rules);
    script_read(&s, &rules.set, "+1 update ok rid=R1\n");
    struct session_engine *e = session_engine_new(&rules.set, &limits, NULL, &err);
    CHECK(session_engine_feed(e, s.events.v[0], &err) < 0);
    CHECK(err.code == RT_ELIMIT);
    session_engine_free(&e);
    script_fini(&s);
}

static void
disorder_is_counted_but_not_overlap(void)
{
    struct rt_err err = {0};
    struct script s;
    struct dump d;
    script_rules_init(&rules);
    script_read(&s, &rules.set,
                "+10 update ok rid=R1 dur=1\n+2 update ok rid=R1 dur=30\n+4 update ok rid=R1\n"
                "+1 update ok rid=R1 in=1\n");
    dump_init(&d, &rules.set);
    struct session_engine *e = session_engine_new(&rules.set, &rt_limits_default, NULL, &err);
    for (size_t i = 0; i < s.events.n; i++)
        CHECK(session_engine_feed(e, s.events.v[i], &err) == 0);
    struct session_engine_facts facts;
    session_engine_facts(e, &facts);
    CHECK(facts.disordered == 1);
    CHECK(facts.worst_disorder == 6 * RT_SEC);
    CHECK(session_engine_finish(e, dump_sink(&d), &err) == 0);
    session_engine_free(&e);
    rt_buf_fini(&d.text);
    script_fini(&s);
}

/* ---- what a session says of itself ---- */

static int
check_summary(void *arg, const struct session_group *g, struct rt_err *err)
{
    const struct session *s = g->sessions[0];
    const struct session_code want[] = {
        {KIND_START, 206, 65, RT_LIT("later"), 1},
        {KIND_QUERY, 404, 404, RT_LIT("gone"), 3},
        {KIND_QUERY, 500, EVENT_NO_CODE, RT_NONE, 1},
    };
    (void)err;
    CHECK(g->count == 1);
    CHECK(s->code_count == 3);
    for (size_t i = 0; i < 3 && i < s->code_count; i++) {
        CHECK(s->codes[i].kind == want[i].kind && s->codes[i].http == want[i].http);
        CHECK(s->codes[i].code == want[i].code && s->codes[i].count == want[i].count);
        CHECK(rt_str_eq(s->codes[i].reason, want[i].reason));
    }
    CHECK(s->first == SCRIPT_EPOCH + RT_SEC);
    CHECK(s->last == SCRIPT_EPOCH + 9 * RT_SEC);
    CHECK(s->kinds == (UINT64_C(1) << KIND_START | UINT64_C(1) << KIND_QUERY));
    CHECK(rt_str_is(s->rid, "R1") && rt_str_is(s->sid, "S1") && rt_str_is(s->mode, "mix"));
    CHECK(rt_str_is(s->app_id, "A"));
    *(int *)arg += 1;
    session_free(&g->sessions[0]);
    CHECK(g->sessions[0] == NULL);
    return 0;
}

static void
a_session_sums_up_its_answers(void)
{
    struct rt_err err = {0};
    struct script s;
    int seen = 0;
    script_rules_init(&rules);
    script_read(&s, &rules.set,
                "+1 start fail app=A mode=mix rid=R1 http=206 code=65 reason=later\n"
                "+2 start ok app=A mode=mix rid=R1 sid=S1 http=200\n"
                "+4 query fail plain rid=R1 sid=S1 http=404 code=404 reason=gone\n"
                "+5 query fail plain rid=R1 sid=S1 http=404 code=404 reason=gone\n"
                "+6 query fail rid=R1 sid=S1 http=500\n"
                "+7 query fail plain rid=R1 sid=S1 http=404 code=404 reason=gone dur=2\n"
                "+8 query ok plain rid=R1 sid=S1 http=200");
    struct session_engine *e = session_engine_new(&rules.set, &rt_limits_default, NULL, &err);
    for (size_t i = 0; i < s.events.n; i++)
        CHECK(session_engine_feed(e, s.events.v[i], &err) == 0);
    CHECK(session_engine_finish(e, (struct session_sink){check_summary, &seen}, &err) == 0);
    CHECK(seen == 1);
    session_engine_free(&e);
    script_fini(&s);
}

static const struct check_test tests[] = {
    {"events become sessions", events_become_sessions},
    {"sessions that are over are handed out", sessions_that_are_over_are_handed_out},
    {"a channel waits for all its sessions", a_channel_waits_for_all_its_sessions},
    {"a request that waits is let go by the clock",
     a_request_that_waits_is_let_go_by_the_clock},
    {"a session sums up its answers", a_session_sums_up_its_answers},
    {"the events of a session, and sessions, are limited", session_events_are_limited},
    {"memory is limited", memory_is_limited},
    {"disorder is counted, but not overlap", disorder_is_counted_but_not_overlap},
    {NULL, NULL},
};
CHECK_MAIN("session engine", tests)
