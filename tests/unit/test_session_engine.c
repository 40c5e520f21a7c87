/*
 * test_session_engine.c - events in, sessions out: identity, duplicates, polls, relations, groups.
 */
#include "base/limits.h"
#include "session/meter.h"
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
     "S1 /7 exited-alone: recorder_started@1 copies=2 deliveries=2, recorder_leave@2 copies=2 deliveries=2\n",
     true},
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
    {"though it is told at the same time",
     "+1 acquire fail app=A cname=c uid=7 code=2\n+5 acquire ok app=A cname=c uid=7 rid=R1\n"
     "+5 acquire fail app=A cname=c uid=7 code=2",
     "A/c/7#1 c/7 never-started: acquire@1 code=2\nA/c/7#2 c/7 never-started: acquire@5 code=2\n"
     "R1 c/7 acquired: acquire@5\n",
     true},
    {"whichever of the recordings it is of",
     "+10 acquire ok app=A cname=c uid=7 rid=R1\n+5 acquire ok app=A cname=c uid=7 rid=R2\n+60 update fail rid=R2\n"
     "+7 acquire fail app=A cname=c uid=7 code=2\n+12 acquire fail app=A cname=c uid=7 code=2\n+65 acquire ok app=A cname=c uid=7 rid=R2\n"
     "+70 acquire fail app=A cname=c uid=7 code=2",
     "R2 c/7 acquired: acquire@5, update@60, acquire@65\nA/c/7#1 c/7 never-started: acquire@7 code=2\nR1 c/7 acquired: acquire@10\n"
     "A/c/7#2 c/7 never-started: acquire@12 code=2\nA/c/7#3 c/7 never-started: acquire@70 code=2\n",
     true},
    {"a channel alone names no session",
     "+0 update ok app=A cname=c rid=R1\n+60 answer fail cname=c code=404",
     "R1 c/ running: update@0\n-/c/-#1 c/ unknown: answer@60 code=404\n", true},
    {"a callback that came twice is known by its notice",
     "+2 recorder_started sid=S1 cname=c uid=7 noticeId=n1\n+7 recorder_started sid=S1 noticeId=n1\n+2 recorder_started sid=S1 noticeId=n2",
     "S1 c/7 running: recorder_started@2 copies=2 deliveries=2, recorder_started@2\n", true},
    {"of what has no time, the input that tells of most is believed",
     "- stop fail rid=R1 code=49 in=0 line=1\n- stop fail rid=R1 code=49 in=0 line=2\n- stop fail rid=R1 code=49 in=1 line=9",
     "R1 / uploading: stop@? copies=2 code=49, stop@? code=49\n", true},
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
    {"of two paths that claim a sid the earlier has it",
     "+5 query fail rid=R1 sid=S1\n+3 query fail rid=R2 sid=S1\n+9 recorder_started sid=S1",
     "S1 / running: query@3, recorder_started@9\nR1 / unknown: query@5\n", true},
    {"whichever of its polls was read first",
     "+9 query ok plain rid=R1 sid=S1\n+8 query ok plain rid=R2 sid=S1\n+1 query ok plain rid=R1 sid=S1\n"
     "+20 recorder_started sid=S1",
     "S1 / running: query@1..9x2, recorder_started@20\nR2 / running: query@8\n", true},
    {"but polls that failed make an answer no earlier",
     "+9 query ok plain rid=R1 sid=S1\n+1 query fail plain rid=R1 sid=S1\n+5 query ok plain rid=R2 sid=S1\n"
     "+20 recorder_started sid=S1",
     "R1 / running: query@1, query@9\nS1 / running: query@5, recorder_started@20\n", true},
    {"without acquire and start most calls name the session",
     "+1 query ok plain rid=R1 sid=S1 cname=c status=5\n+2 query ok plain rid=R1 sid=S1 cname=c status=5\n"
     "+3 query ok plain rid=R1 sid=S1 cname=c status=5\n+4 query ok plain rid=R1 sid=S1 cname=c status=4\n"
     "+5 query ok plain rid=R1 sid=S1 cname=c status=4\n+6 query ok plain rid=R1 sid=S1 cname=c status=4\n"
     "+11 update ok rid=R1 cname=a\n+12 update ok rid=R1 cname=a\n+13 update ok rid=R1 cname=a\n"
     "+14 update ok rid=R1 cname=a\n+15 update ok rid=R1 cname=a",
     "S1 c/ running: query@1..3x3, query@4..6x3, update@11, update@12, update@13, update@14, update@15\n",
     true},
    {"of as many the first by its bytes",
     "+1 update ok rid=R1 cname=d\n+2 update ok rid=R1 cname=c",
     "R1 c/ running: update@1, update@2\n", true},
    {"a start names it before what is first by its bytes",
     "+1 start ok cname=d uid=8 rid=R1 sid=S1\n+2 stop ok cname=c uid=7 rid=R1 sid=S1",
     "S1 d/8 stopping: start@1, stop@2\n", true},
    {"an acquire that failed too",
     "+1 acquire fail cname=d rid=R1\n+2 update ok rid=R1 cname=c",
     "R1 d/ running: acquire@1, update@2\n", true},
    {"a name that strays do not share is nobody's",
     "- answer fail code=432 app=A mode=mix\n- answer fail code=433 app=B mode=mix",
     "[|]\none.log#1 / unknown mode=mix: answer@? code=432, answer@? code=433\n", false},
    {"a mode neither",
     "- answer fail code=432 app=A mode=mix\n- answer fail code=433 app=A mode=web",
     "[A|]\none.log#1 / unknown: answer@? code=432, answer@? code=433\n", false},
    {"an answer shortly before a session is its own",
     "+60 acquire ok app=A cname=c uid=7 rid=R1\n+50 answer fail cname=c uid=7 code=404",
     "R1 c/7 acquired inferred: answer@50 code=404, acquire@60\n", true},
    {"calls without times are told apart by their lines",
     "- update ok rid=R1 line=1\n- update ok rid=R1 line=2\n- update ok rid=R1 line=2",
     "R1 / running: update@?, update@? copies=2\n", true},
    {"lines read twice make no input the busiest",
     "+1 update ok coarse rid=R1 line=1\n+1 update ok coarse rid=R1 line=1\n+1 update ok coarse rid=R1 line=1\n"
     "+1 update ok coarse rid=R1 line=1 in=1\n+1 update ok coarse rid=R1 line=2 in=1",
     "R1 / running: update@1 copies=3, update@1 copies=2\n", true},
    {"a callback written down by two is one delivery",
     "+1 recorder_started sid=S1 noticeId=n1 notifyMs=5 line=1\n+1 recorder_started sid=S1 noticeId=n1 notifyMs=5 in=1 line=1",
     "S1 / running: recorder_started@1 copies=2\n", true},
    {"sent again it is another",
     "+1 recorder_started sid=S1 noticeId=n1 notifyMs=5\n+2 recorder_started sid=S1 noticeId=n1 notifyMs=6",
     "S1 / running: recorder_started@1 copies=2 deliveries=2\n", true},
    {"and so with another notice",
     "+1 recorder_started sid=S1 uid=7 sequence=1 noticeId=n1 notifyMs=5\n"
     "+1 recorder_started sid=S1 uid=7 sequence=1 noticeId=n2 notifyMs=5 line=9",
     "S1 /7 running: recorder_started@1 copies=2 deliveries=2\n", true},
    {"one of each type in a moment is the console's check",
     "+1 recorder_started sid=S1\n+2 recorder_leave sid=S1\n+3 uploaded sid=S1\n+4 session_exit sid=S1\n+6 session_failover sid=S1",
     "S1 / done: probe-callback@1, probe-callback@2, probe-callback@3, probe-callback@4, probe-callback@6\n",
     true},
    {"not when it took longer",
     "+1 recorder_started sid=S1\n+2 recorder_leave sid=S1\n+3 uploaded sid=S1\n+4 session_exit sid=S1\n+6.001 session_failover sid=S1",
     "S1 / done: recorder_started@1, recorder_leave@2, uploaded@3, session_exit@4, session_failover@6.001\n",
     true},
    {"nor when they are few",
     "+1 recorder_started sid=S1\n+2 recorder_leave sid=S1\n+3 uploaded sid=S1\n+4 session_exit sid=S1",
     "S1 / done: recorder_started@1, recorder_leave@2, uploaded@3, session_exit@4\n", true},
    {"nor without an upload",
     "+1 recorder_started sid=S1\n+2 recorder_leave sid=S1\n+3 recorder_slice_start sid=S1\n+4 session_exit sid=S1\n"
     "+5 session_failover sid=S1",
     "S1 / failing-over: recorder_started@1, recorder_leave@2, recorder_slice_start@3, session_exit@4, session_failover@5\n",
     true},
    {"nor when a call was made",
     "+1 recorder_started sid=S1\n+2 recorder_leave sid=S1\n+3 uploaded sid=S1\n+4 session_exit sid=S1\n+5 session_failover sid=S1\n"
     "+0.5 query ok rid=R1 sid=S1",
     "S1 / done: query@0.5, recorder_started@1, recorder_leave@2, uploaded@3, session_exit@4, session_failover@5\n",
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
    size_t fed = 0;
    for (size_t i = 0; i < n; i++) {
        rt_time clock = SCRIPT_EPOCH + (rt_time)(stops[i].clock * 1e6);
        rt_buf_clear(&d.text);
        for (; fed < s.events.n && s.events.v[fed]->begin <= clock; fed++)
            CHECK(session_engine_feed(e, s.events.v[fed], &err) == 0);
        CHECK_ROW(&stops[i], session_engine_advance(e, clock, dump_sink(&d), &err) == 0);
        CHECK_ROW(&stops[i], rt_str_is(rt_str_of(rt_buf_z(&d.text)), stops[i].want));
        if (!rt_str_is(rt_str_of(rt_buf_z(&d.text)), stops[i].want))
            printf("\n%s: got\n%s", stops[i].name, rt_buf_z(&d.text));
    }
    struct session_engine_facts facts;
    session_engine_facts(e, &facts);
    CHECK(facts.open == 0 && fed == s.events.n);
    session_engine_free(&e);
    rt_buf_fini(&d.text);
    script_fini(&s);
}

static void
sessions_that_are_over_are_handed_out(void)
{
    const struct stop stops[] = {
        {"nothing is over at once", 121, ""},
        {"in the last moment of half an hour", 1850, ""},
        {"one of them in the last of the other's", 1860, "S2 d/8 stopping: start@2, stop@50\n"},
        {"half an hour after its end", 1861, "S1 c/7 stopping: start@1, stop@60\n"},
        {"one that awaits its upload stays", 30000, ""},
        {"a day of quiet ends it, and is not over for the other", 86520,
         "S5 / accepted: start@3\nS3 / exited-alone: recorder_started@70, recorder_leave@80\n"},
        {"a day of quiet ends all", 86521, "S4 e/9 running: query@90..120x2\n"},
    };
    run_clock(
        "+1 start ok cname=c uid=7 rid=R1 sid=S1\n+60 stop ok rid=R1 sid=S1\n"
        "+2 start ok cname=d uid=8 rid=R2 sid=S2\n+50 stop ok rid=R2 sid=S2\n"
        "+70 recorder_started sid=S3\n+80 recorder_leave sid=S3\n+3 start ok rid=R5 sid=S5\n"
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
what_ends_later_is_looked_at_again(void)
{
    const struct stop stops[] = {
        {"it is not over", 3000, ""},
        {"now it is, for a moment", 5001, ""},
        {"and for half an hour", 6801,
         "S1 / done: start@1, recorder_started@2, stop@60, recorder_leave@70, uploaded@5000\n"},
    };
    run_clock(
        "+1 start ok rid=R1 sid=S1\n+2 recorder_started sid=S1\n+60 stop ok rid=R1 sid=S1\n"
        "+70 recorder_leave sid=S1\n+5000 uploaded sid=S1\n",
        stops, sizeof(stops) / sizeof(stops[0]));
}

static void
callbacks_tell_that_the_recording_of_their_sid_is_over(void)
{
    const struct stop stops[] = {
        {"", 1900, "S1 / done: start@1, recorder_leave@60, uploaded@70\n"}};
    run_clock("+1 start ok rid=R1 sid=S1\n+60 recorder_leave sid=S1\n+70 uploaded sid=S1\n",
              stops, 1);
}

static void
a_call_without_time_delays_nothing(void)
{
    const struct stop stops[] = {
        {"", 1900, "S1 / stopping: start@1, stop@60\nR2 / stopping: stop@?\n"}};
    run_clock("+1 start ok rid=R1 sid=S1\n+60 stop ok rid=R1 sid=S1\n- stop ok rid=R2 sid=S1\n",
              stops, 1);
}

static void
what_is_due_first_goes_first(void)
{
    const struct stop stops[] = {
        {"it was told last", 2000, "S3 / stopping: start@1, stop@2\n"},
        {"the others in their turn", 2101, "S2 / stopping: start@300, stop@300.5\n"},
        {"to the last", 3000, "S1 / stopping: start@600, stop@600.5\n"},
    };
    run_clock(
        "+600 start ok rid=R1 sid=S1\n+600.5 stop ok rid=R1 sid=S1\n+300 start ok rid=R2 sid=S2\n"
        "+300.5 stop ok rid=R2 sid=S2\n+1 start ok rid=R3 sid=S3\n+2 stop ok rid=R3 sid=S3\n",
        stops, sizeof(stops) / sizeof(stops[0]));
}

static void
what_was_only_tried_is_over_soon(void)
{
    const struct stop stops[] = {{"", 1900, "A/c/7#1 c/7 never-started: acquire@2\n"}};
    run_clock("+1 kick ok app=A cname=k uid=8\n+2 acquire fail app=A cname=c uid=7\n", stops,
              1);
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

/* Rather a session too early than one not at all. */
static void
a_crowd_hands_out_what_is_due_first(void)
{
    struct rt_limits limits = rt_limits_default;
    struct rt_err err = {0};
    struct script s;
    struct dump d;
    struct session_engine_facts facts;
    limits.sessions_open = 2;
    script_rules_init(&rules);
    script_read(&s, &rules.set,
                "+2 update ok rid=R2\n+1 update ok rid=R1\n+3 update ok rid=R3\n");
    dump_init(&d, &rules.set);
    d.brief = true;
    struct session_engine *e = session_engine_new(&rules.set, &limits, NULL, &err);
    for (size_t i = 0; i < s.events.n; i++) {
        CHECK(session_engine_feed(e, s.events.v[i], &err) == 0);
        CHECK(session_engine_advance(e, SCRIPT_EPOCH + 9 * RT_SEC, dump_sink(&d), &err) == 0);
    }
    CHECK(rt_str_is(rt_buf_str(&d.text), "R1 / running: update@1\nR2 / running: update@2\n"));
    session_engine_facts(e, &facts);
    CHECK(facts.dropped == 0 && facts.open == 1);
    session_engine_free(&e);
    rt_buf_fini(&d.text);
    script_fini(&s);
}

struct goers {
    rt_time first[400];
    size_t n;
};

static int
note_goer(void *arg, const struct session_group *g, struct rt_err *err)
{
    struct goers *gone = arg;
    (void)err;
    gone->first[gone->n++] = g->sessions[0]->first;
    session_free(&g->sessions[0]);
    return 0;
}

/* However many are open: each goes when it is due, and no later. */
static void
hundreds_go_in_their_order(void)
{
    enum { MANY = 200, PRIME = 211 };
    struct rt_err err = {0};
    struct script s;
    struct rt_buf text;
    struct goers gone = {.n = 0};
    size_t late = 0;
    script_rules_init(&rules);
    rt_buf_init(&text, 1 << 16);
    for (unsigned i = 1; i <= MANY; i++)
        rt_buf_addf(&text, "+%u update ok rid=R%u\n", i * 73 % PRIME * 1000, i);
    script_read(&s, &rules.set, rt_buf_z(&text));
    struct session_engine *e = session_engine_new(&rules.set, &rt_limits_default, NULL, &err);
    for (size_t i = 0; i < s.events.n; i++)
        CHECK(session_engine_feed(e, s.events.v[i], &err) == 0);
    rt_dur lingers = 0;
    for (int64_t clock = 0; clock < 2000 * PRIME && gone.n < MANY; clock += 100) {
        size_t before = gone.n;
        CHECK(session_engine_advance(e, SCRIPT_EPOCH + clock * RT_SEC,
                                     (struct session_sink){note_goer, &gone}, &err) == 0);
        for (size_t i = before; i < gone.n; i++) {
            rt_dur stayed = SCRIPT_EPOCH + clock * RT_SEC - gone.first[i];
            lingers = i == 0 ? stayed : lingers;
            late += stayed != lingers;
        }
    }
    CHECK(gone.n == MANY && late == 0);
    session_engine_free(&e);
    rt_buf_fini(&text);
    script_fini(&s);
}

/* Two callbacks of a sid are kept, before a call tells whose it is. */
static void
what_was_dropped_is_told_by_the_session_that_has_it(void)
{
    static const struct {
        const char *name, *feed, *want;
    } losses[] = {
        {"of a sid",
         "+1 recorder_started sid=S1\n+2 recorder_slice_start sid=S1\n+3 recorder_leave sid=S1\n+0 start ok rid=R1 sid=S1",
         "S1 / running: start@0, recorder_started@1 dropped=2\n"},
        {"of names alone",
         "+1 acquire fail app=A cname=c uid=1 code=2\n+2 acquire fail app=A cname=c uid=1 code=3\n"
         "+3 acquire fail app=A cname=c uid=1 code=7",
         "A/c/1#1 c/1 never-started: acquire@1 code=2, acquire@2 code=3 dropped=1\n"},
    };
    struct rt_limits limits = rt_limits_default;
    limits.session_events = 2;
    script_rules_init(&rules);
    for (size_t i = 0; i < sizeof(losses) / sizeof(losses[0]); i++) {
        struct rt_err err = {0};
        struct script s;
        struct dump d;
        script_read(&s, &rules.set, losses[i].feed);
        dump_init(&d, &rules.set);
        d.brief = true;
        struct session_engine *e = session_engine_new(&rules.set, &limits, NULL, &err);
        for (size_t k = 0; k < s.events.n; k++)
            CHECK_ROW(&losses[i], session_engine_feed(e, s.events.v[k], &err) == 0);
        CHECK_ROW(&losses[i], session_engine_finish(e, dump_sink(&d), &err) == 0);
        bool same = rt_str_is(rt_buf_str(&d.text), losses[i].want);
        CHECK_ROW(&losses[i], same);
        if (!same)
            printf("\n%s: got\n%s", losses[i].name, rt_buf_z(&d.text));
        session_engine_free(&e);
        rt_buf_fini(&d.text);
        script_fini(&s);
    }
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
                "+9.5 update ok rid=R1\n+1 update ok rid=R1 in=1\n");
    dump_init(&d, &rules.set);
    struct session_engine *e = session_engine_new(&rules.set, &rt_limits_default, NULL, &err);
    for (size_t i = 0; i < s.events.n; i++)
        CHECK(session_engine_feed(e, s.events.v[i], &err) == 0);
    struct session_engine_facts facts;
    session_engine_facts(e, &facts);
    CHECK(facts.disordered == 2);
    CHECK(facts.worst_disorder == 6 * RT_SEC);
    CHECK(session_engine_finish(e, dump_sink(&d), &err) == 0);
    session_engine_free(&e);
    rt_buf_fini(&d.text);
    script_fini(&s);
}

/* The quota is of the app that a call names, whoever's session it is. */
static void
a_call_counts_for_the_app_that_it_names(void)
{
    struct rt_err err = {0};
    struct script s;
    struct dump d;
    script_rules_init(&rules);
    script_read(
        &s, &rules.set,
        "+1 acquire ok app=A cname=c uid=7 rid=R1\n+2 start fail app=B rid=R1 code=9\n+3 update fail rid=R1\n");
    dump_init(&d, &rules.set);
    struct session_engine *e = session_engine_new(&rules.set, &rt_limits_default, NULL, &err);
    for (size_t i = 0; i < s.events.n; i++)
        CHECK(session_engine_feed(e, s.events.v[i], &err) == 0);
    CHECK(session_engine_finish(e, dump_sink(&d), &err) == 0);
    size_t calls[2] = {0, 0};
    for (const struct meter_app *a = session_engine_meter(e)->apps; a != NULL; a = a->next)
        calls[rt_str_is(a->id, "B")] += a->cells.n;
    CHECK(calls[0] == 2 && calls[1] == 1);
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
        {KIND_QUERY, 206, 404, RT_LIT("gone"), 1}, /* another answer is one of its own */
        {KIND_QUERY, 404, 404, RT_LIT("lost"), 1},
        {KIND_STOP, 404, 404, RT_LIT("gone"), 1},
        {KIND_STOP, 0, EVENT_NO_CODE, RT_LIT("late"), 1},
    };
    enum { WANTED = sizeof(want) / sizeof(want[0]) };
    (void)err;
    CHECK(g->count == 1);
    CHECK(s->code_count == WANTED);
    for (size_t i = 0; i < WANTED && i < s->code_count; i++) {
        CHECK(s->codes[i].kind == want[i].kind && s->codes[i].http == want[i].http);
        CHECK(s->codes[i].code == want[i].code && s->codes[i].count == want[i].count);
        CHECK(rt_str_eq(s->codes[i].reason, want[i].reason));
    }
    CHECK(s->first == SCRIPT_EPOCH + RT_SEC);
    CHECK(s->last == SCRIPT_EPOCH + 9 * RT_SEC);
    CHECK(s->kinds ==
          (UINT64_C(1) << KIND_START | UINT64_C(1) << KIND_QUERY | UINT64_C(1) << KIND_STOP));
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
                "+7.1 query fail rid=R1 sid=S1 http=206 code=404 reason=gone\n"
                "+7.2 query fail rid=R1 sid=S1 http=404 code=404 reason=lost\n"
                "+7.3 stop fail rid=R1 sid=S1 http=404 code=404 reason=gone\n"
                "+7.4 stop fail rid=R1 sid=S1 reason=late\n"
                "+8 query ok plain rid=R1 sid=S1 http=200");
    struct session_engine *e = session_engine_new(&rules.set, &rt_limits_default, NULL, &err);
    for (size_t i = 0; i < s.events.n; i++)
        CHECK(session_engine_feed(e, s.events.v[i], &err) == 0);
    CHECK(session_engine_finish(e, (struct session_sink){check_summary, &seen}, &err) == 0);
    CHECK(seen == 1);
    session_engine_free(&e);
    script_fini(&s);
}

/* ---- what a session's start lends to later events ---- */

static int
tell_terms(void *arg, const struct session_group *g, struct rt_err *err)
{
    static const uint16_t told[] = {FIELD_TOKEN_LEFT, FIELD_TOKEN_LATE, FIELD_STS_LEFT,
                                    FIELD_STS_LATE, FIELD_AREA_IS};
    struct rt_buf *b = arg;
    struct session *s = g->sessions[0];
    (void)err;
    for (size_t i = 0; i < s->event_count; i++) {
        rt_buf_add(b, rule_set_kind_name(&rules.set, s->events[i]->kind));
        for (size_t k = 0; k < sizeof(told) / sizeof(told[0]); k++) {
            const struct event_value *v = event_get(s->events[i], told[k]);
            if (v != NULL && v->is_text)
                rt_buf_addf(b, " %s=%.*s", event_fields[told[k]].name, RT_FMT(v->text));
            else if (v != NULL)
                rt_buf_addf(b, " %s=%lld", event_fields[told[k]].name, (long long)v->num);
        }
        rt_buf_addc(b, '\n');
    }
    session_free(&g->sessions[0]);
    return 0;
}

/* Credentials end in milliseconds after or before an event; the script's epoch is 1767600000. */
static void
later_events_know_when_credentials_end(void)
{
    static const struct {
        const char *name, *feed, *want;
        bool unzoned;
    } terms[] = {
        {"before the end to callbacks, failures and stop; after it to all",
         "+0 start ok rid=R sid=S token-expires=1767600010\n+1 query ok sid=S\n+2 recorder_started sid=S\n+3 query fail sid=S\n"
         "+4 stop ok sid=S\n+10 query ok sid=S status=4\n+12 recorder_leave sid=S",
         "start\nquery\nrecorder_started token-left=8000\nquery token-left=7000\nstop token-left=6000\nquery token-late=0\n"
         "recorder_leave token-late=2000\n",
         false},
        {"a start that failed lends nothing",
         "+0 start fail rid=R token-expires=1767600010\n+1 stop ok rid=R", "start\nstop\n",
         false},
        {"the next start begins anew, without any too",
         "+0 start ok rid=R sid=S token-expires=1767600010 sts-expires=1767600010\n+1 start ok rid=R sid=S\n+2 stop ok rid=R sid=S",
         "start\nstart\nstop\n", false},
        {"an update may replace the credentials of the storage, and no token",
         "+0 start ok rid=R sid=S token-expires=1767600010 sts-expires=1767600010\n"
         "+1 update ok rid=R sid=S storage-vendor=v sts-expires=1767600100\n+2 stop ok rid=R sid=S",
         "start\nupdate\nstop token-left=8000 sts-left=98000\n", false},
        {"one that says nothing of the storage leaves them",
         "+0 start ok rid=R sid=S sts-expires=1767600010\n+1 update ok rid=R sid=S\n"
         "+12 stop ok rid=R sid=S",
         "start\nupdate\nstop sts-late=2000\n", false},
        {"one that was refused too",
         "+0 start ok rid=R sid=S sts-expires=1767600010\n+1 update fail rid=R sid=S storage-vendor=v sts-expires=1767600100\n"
         "+12 stop ok rid=R sid=S",
         "start\nupdate sts-left=9000\nstop sts-late=2000\n", false},
        {"the bucket stands in the area that acquire asked for, or not",
         "+0 acquire ok rid=R region=EU\n+1 start fail rid=R storage-area=CN\n+2 start ok rid=R sid=S storage-area=EU\n"
         "+3 update ok rid=R sid=S storage-area=CN",
         "acquire\nstart area-is=differs\nstart area-is=same\nupdate\n", false},
        {"where start names no area nothing is said",
         "+0 acquire ok rid=R region=EU\n+1 start ok rid=R sid=S", "acquire\nstart\n", false},
        {"where acquire asked for none nothing is said",
         "+0 acquire ok rid=R\n+1 start ok rid=R sid=S storage-area=EU", "acquire\nstart\n",
         false},
        {"nobody knows when a time without a zone is",
         "+0 start ok rid=R sid=S token-expires=1767600010\n+20 stop ok rid=R sid=S",
         "start\nstop\n", true},
    };
    script_rules_init(&rules);
    for (size_t i = 0; i < sizeof(terms) / sizeof(terms[0]); i++) {
        struct rt_err err = {0};
        struct script s;
        struct rt_buf got;
        rt_buf_init(&got, 4096);
        script_read(&s, &rules.set, terms[i].feed);
        for (size_t k = 0; k < s.events.n; k++)
            s.events.v[k]->zoned = !terms[i].unzoned;
        struct session_engine *e =
            session_engine_new(&rules.set, &rt_limits_default, NULL, &err);
        for (size_t k = 0; k < s.events.n; k++)
            CHECK_ROW(&terms[i], session_engine_feed(e, s.events.v[k], &err) == 0);
        CHECK_ROW(&terms[i],
                  session_engine_finish(e, (struct session_sink){tell_terms, &got}, &err) == 0);
        bool same = rt_str_is(rt_buf_str(&got), terms[i].want);
        CHECK_ROW(&terms[i], same);
        if (!same)
            printf("\n%s: got\n%s", terms[i].name, rt_buf_z(&got));
        session_engine_free(&e);
        rt_buf_fini(&got);
        script_fini(&s);
    }
}

/* Numbers of bodies come from outside: sums of them stop at the ends. */
static int
check_extremes(void *arg, const struct session_group *g, struct rt_err *err)
{
    struct session *s = g->sessions[0];
    int64_t skipped = 0;
    (void)err;
    CHECK(s->event_count == 3);
    CHECK(event_get(s->events[1], FIELD_PAST_IDLE) == NULL);
    CHECK(event_num(s->events[2], FIELD_SKIPPED, &skipped) && skipped == INT64_MAX - 1);
    *(int *)arg += 1;
    session_free(&g->sessions[0]);
    return 0;
}

static void
numbers_from_outside_may_be_any(void)
{
    struct rt_err err = {0};
    struct script s;
    int seen = 0;
    script_rules_init(&rules);
    script_read(&s, &rules.set,
                "+1 start ok rid=R1 sid=S1 maxIdleTime=9223372036854775807\n"
                "+60 recorder_leave sid=S1 leaveCode=4 sequence=-9223372036854775807\n"
                "+61 uploaded sid=S1 sequence=9223372036854775807");
    struct session_engine *e = session_engine_new(&rules.set, &rt_limits_default, NULL, &err);
    for (size_t i = 0; i < s.events.n; i++)
        CHECK(session_engine_feed(e, s.events.v[i], &err) == 0);
    CHECK(session_engine_finish(e, (struct session_sink){check_extremes, &seen}, &err) == 0);
    CHECK(seen == 1);
    session_engine_free(&e);
    script_fini(&s);
}

static const struct check_test tests[] = {
    {"events become sessions", events_become_sessions},
    {"sessions that are over are handed out", sessions_that_are_over_are_handed_out},
    {"a channel waits for all its sessions", a_channel_waits_for_all_its_sessions},
    {"what ends later is looked at again", what_ends_later_is_looked_at_again},
    {"callbacks tell that the recording of their sid is over",
     callbacks_tell_that_the_recording_of_their_sid_is_over},
    {"a call without time delays nothing", a_call_without_time_delays_nothing},
    {"what is due first goes first", what_is_due_first_goes_first},
    {"what was only tried is over soon", what_was_only_tried_is_over_soon},
    {"a request that waits is let go by the clock",
     a_request_that_waits_is_let_go_by_the_clock},
    {"a call counts for the app that it names", a_call_counts_for_the_app_that_it_names},
    {"a session sums up its answers", a_session_sums_up_its_answers},
    {"numbers from outside may be any", numbers_from_outside_may_be_any},
    {"later events know when credentials end", later_events_know_when_credentials_end},
    {"the events of a session, and sessions, are limited", session_events_are_limited},
    {"a crowd hands out what is due first", a_crowd_hands_out_what_is_due_first},
    {"hundreds go in their order", hundreds_go_in_their_order},
    {"what was dropped is told by the session that has it",
     what_was_dropped_is_told_by_the_session_that_has_it},
    {"memory is limited", memory_is_limited},
    {"disorder is counted, but not overlap", disorder_is_counted_but_not_overlap},
    {NULL, NULL},
};
CHECK_MAIN("session engine", tests)
