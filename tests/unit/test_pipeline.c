/*
 * test_pipeline.c - inputs to a finished report, without the command line.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "pipeline/accept.h"
#include "pipeline/batch.h"
#include "pipeline/intake.h"
#include "pipeline/parcel.h"
#include "pipeline/skew.h"
#include "pipeline/spans.h"
#include "rules/load.h"

/* ---- logs of a few lines ---- */

#define APP "0123456789abcdef0123456789abcdef"
#define CALL(clock, op, rest)                                             \
    "{\"time\":\"2026-02-03T10:" clock                                    \
    "Z\",\"method\":\"POST\",\"url\":\"https://api.agora.io/v1/apps/" APP \
    "/cloud_recording/" op "\"," rest "}\n"
#define ACQUIRE(clock, rid, cname)                                                  \
    CALL(clock, "acquire",                                                          \
         "\"status\":200,\"request_body\":{\"cname\":\"" cname "\",\"uid\":\"7\"}," \
         "\"response_body\":{\"resourceId\":\"" rid "\"}")
#define START(clock, rid, status, answer)            \
    CALL(clock, "resourceid/" rid "/mode/mix/start", \
         "\"status\":" status ",\"response_body\":{" answer "}")
#define RID_A "aK9dQx7Lm2Pq8Rt5Vw1Yz3Bc6Df4Gh0J"
#define RID_B "bN4fUx0hT7mE2sW9qZ5rY8kC3vL6jP1D"
#define SID   "3f9a1c5e7b2d4860a1b3c5d7e9f01234"

static const char expired[] = ACQUIRE("00:00", RID_A, "room-a")
    START("06:00", RID_A, "400", "\"code\":433,\"reason\":\"resource id expired\"");
static const char healthy[] = ACQUIRE("20:00", RID_B, "room-b")
    START("20:01", RID_B, "200", "\"sid\":\"" SID "\",\"resourceId\":\"" RID_B "\"");

struct files { /* in a directory of their own */
    char dir[32];
    char paths[4][64];
    int count;
    struct input_list list;
};

static void
files_begin(struct files *f)
{
    *f = (struct files){.dir = "/tmp/rectrace-XXXXXX"};
    CU_ASSERT_FATAL(mkdtemp(f->dir) != NULL);
    input_list_init(&f->list);
}

static void
files_add(struct files *f, const char *text)
{
    struct rt_err err = {0};
    char path[sizeof(f->paths[0])];
    snprintf(path, sizeof(f->paths[0]), "%.30s/%d.log", f->dir, f->count++);
    memcpy(f->paths[f->count - 1], path, sizeof(path));
    FILE *out = fopen(path, "wb");
    CU_ASSERT_FATAL(out != NULL);
    fwrite(text, 1, strlen(text), out);
    fclose(out);
    CHECK(input_list_add(&f->list, path, &rt_limits_default, &err) == 0);
}

static void
files_end(struct files *f)
{
    for (int i = 0; i < f->count; i++)
        unlink(f->paths[i]);
    rmdir(f->dir);
    input_list_fini(&f->list);
}

static struct rule_set *
pack(void)
{
    static struct rule_set *set;
    struct rule_sources from = {.builtin = true};
    struct rule_messages messages;
    struct rt_err err = {0};
    rule_messages_init(&messages);
    if (set == NULL)
        set = rule_set_load(&from, &rt_limits_default, &messages, &err);
    rule_messages_fini(&messages);
    CU_ASSERT_FATAL(set != NULL);
    return set;
}

static struct batch_options
options_of(const struct files *f)
{
    return (struct batch_options){.inputs = &f->list,
                                  .threads = 2,
                                  .since = RT_TIME_NONE,
                                  .until = RT_TIME_NONE,
                                  .now = RT_TIME_NONE,
                                  .stamp = RT_TIME_NONE};
}

static struct batch *
run(const struct batch_options *o)
{
    struct rt_err err = {0};
    struct batch_progress progress = {0};
    struct batch *b = batch_run(pack(), &rt_limits_default, o, &progress, &err);
    CU_ASSERT_FATAL(b != NULL);
    return b;
}

/* ---- what comes out ---- */

static void
sessions_and_findings_come_out_in_order(void)
{
    struct files f;
    files_begin(&f);
    files_add(&f, healthy); /* the later one first */
    files_add(&f, expired);
    struct batch_options o = options_of(&f);
    struct batch *b = run(&o);
    const struct report *r = batch_report(b);
    CU_ASSERT_FATAL(r->session_count == 2 && r->finding_count == 1);
    CHECK(rt_str_is(r->sessions[0]->cname, "room-a"));
    CHECK(rt_str_is(r->sessions[1]->sid, SID));
    CHECK(rt_str_is(r->findings[0]->id, "resource-id-expired"));
    CHECK(r->event_count == 4 && r->duplicate_count == 0 && r->disorder_count == 0);
    CHECK(r->severity_counts[SEVERITY_ERROR] == 1);
    const size_t *of = NULL;
    CHECK(report_session_findings(r, r->sessions[0], &of) == 1 && of[0] == 0);
    CHECK(report_session_findings(r, r->sessions[1], &of) == 0);
    CHECK(report_session(r, r->findings[0]->session) == r->sessions[0]);
    batch_free(&b);
    files_end(&f);
}

static void
every_line_ends_in_one_counter(void)
{
    struct files f;
    files_begin(&f);
    files_add(&f, ACQUIRE("00:00", RID_A,
                          "room-a") "{\"time\":\"2026-02-03T10:00:01Z\",\"url\":\"/health\"}\n"
                                    "{\"cut\": \n\nplain words\n");
    struct batch_options o = options_of(&f);
    struct batch *b = run(&o);
    const struct report_input *in = &batch_report(b)->inputs[0];
    uint64_t sum = 0;
    for (int i = 0; i < 5; i++)
        sum += in->counts[i];
    CHECK(in->lines == 5 && sum == 5 && in->counts[0] == 1);
    CHECK(in->complete && batch_incomplete(b) == 0 && batch_unreadable(b) == 0);
    batch_free(&b);
    files_end(&f);
}

static void
what_cannot_be_read_leaves_the_rest(void)
{
    struct files f;
    files_begin(&f);
    files_add(&f, expired);
    files_add(&f, healthy);
    unlink(f.paths[1]); /* gone between listing and reading */
    struct batch_options o = options_of(&f);
    struct batch *b = run(&o);
    CHECK(batch_unreadable(b) == 1);
    CHECK(batch_report(b)->session_count == 1);
    CHECK(batch_report(b)->inputs[1].warning_count == 1);
    batch_free(&b);
    files_end(&f);
}

static void
filters_leave_out_whole_sessions(void)
{
    static const struct row {
        const char *name, *session, *channel, *app;
        size_t sessions;
    } rows[] = {
        {"all", NULL, NULL, NULL, 2},
        {"a channel", NULL, "room-b", NULL, 1},
        {"the beginning of a sid", "3f9a1c", NULL, NULL, 1},
        {"the beginning of a resource id", "aK9d", NULL, NULL, 1},
        {"an app", NULL, NULL, "01234567", 2},
        {"no such app", NULL, NULL, "ffff", 0},
        {"two that exclude each other", "aK9d", "room-b", NULL, 0},
    };
    struct files f;
    files_begin(&f);
    files_add(&f, expired);
    files_add(&f, healthy);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct batch_options o = options_of(&f);
        o.session = rows[i].session;
        o.channel = rows[i].channel;
        o.app = rows[i].app;
        struct batch *b = run(&o);
        CHECK_ROW(&rows[i], batch_report(b)->session_count == rows[i].sessions);
        batch_free(&b);
    }
    files_end(&f);
}

static void
without_rules_nothing_is_found(void)
{
    struct files f;
    files_begin(&f);
    files_add(&f, expired);
    struct batch_options o = options_of(&f);
    o.no_rules = true;
    struct batch *b = run(&o);
    CHECK(batch_report(b)->session_count == 1 && batch_report(b)->finding_count == 0);
    batch_free(&b);
    files_end(&f);
}

/* Whoever asks for the time of a call gets the call. */
static void
the_ends_of_a_stretch_belong_to_it(void)
{
    static const struct row {
        const char *name;
        rt_dur since, until; /* from the acquire; the start is 6 min later */
        uint64_t events;
    } rows[] = {
        {"from the first to the last", 0, 6 * RT_MIN, 2},
        {"from behind the first", 1, 6 * RT_MIN, 1},
        {"to before the last", 0, 6 * RT_MIN - 1, 1},
    };
    rt_time acquired = rt_time_civil(2026, 2, 3, 10, 0, 0, 0);
    struct files f;
    files_begin(&f);
    files_add(&f, expired);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct batch_options o = options_of(&f);
        o.since = acquired + rows[i].since;
        o.until = acquired + rows[i].until;
        struct batch *b = run(&o);
        CHECK_ROW(&rows[i], batch_report(b)->event_count == rows[i].events);
        batch_free(&b);
    }
    files_end(&f);
}

static int
let_pass(void *arg, const struct event *e, struct rt_err *err)
{
    (void)arg, (void)e, (void)err;
    return 0;
}

static int
let_go_on(void *arg, rt_time clock, struct rt_err *err)
{
    (void)arg, (void)clock, (void)err;
    return 0;
}

/* As a log is followed. */
static void
lines_given_one_by_one_are_counted_alike(void)
{
    enum { LINES = 300 }; /* more than a format is chosen by */
    struct rt_limits small = rt_limits_default;
    struct input from = {.path = "followed.log"};
    struct intake_options o = {.input = &from, .since = RT_TIME_NONE, .until = RT_TIME_NONE};
    struct intake_result r;
    struct rt_arena a;
    struct rt_err err = {0};
    small.line_bytes = 20000;
    rt_arena_init(&a, 1024, 0);
    struct intake *in =
        intake_new(pack(), &small, &o, (struct intake_sink){let_pass, let_go_on, NULL}, &err);
    CU_ASSERT_FATAL(in != NULL);
    char line[] = ACQUIRE("00:00", RID_A, "room-a"), many[20001];
    line[strlen(line) - 1] = '\r';
    memset(many, 'x', sizeof(many));
    for (int i = 0; i < LINES; i++)
        CHECK(intake_line(in, rt_str_of(line), &err) == 0);
    CHECK(intake_line(in, (rt_str){many, sizeof(many)}, &err) == 0);
    CHECK(intake_so_far(in, false, &a, &r, &err) == 0);
    CHECK(r.report.lines == LINES + 1 && r.api_events == LINES &&
          r.report.counts[LINE_TOO_LONG] == 1);
    CHECK(r.report.bytes == LINES * (strlen(line) + 1) + sizeof(many) + 1);
    CHECK(intake_end(in, &err) == 0);
    intake_free(&in);
    rt_arena_fini(&a);
}

/* ---- clocks ---- */

#define STARTED_AT(ms)                                                       \
    "{\"noticeId\":\"n1\",\"productId\":3,\"eventType\":40,\"notifyMs\":" ms \
    ",\"payload\":{\"cname\":\"room-b\",\"uid\":\"7\",\"sid\":\"" SID        \
    "\",\"sequence\":0,\"sendts\":" ms                                       \
    ",\"serviceType\":1,\"details\":{\"msgName\":\"recorder_started\",\"status\":0}}}\n"

static void
a_clock_is_ahead_or_behind(void)
{
    static const struct row {
        const char *name, *hooks, *say; /* NULL: nothing */
        rt_dur skew;
    } rows[] = {
        /* Started at 10:20:01; a recorder comes up in 2 s. */
        {"ahead", STARTED_AT("1770113703000"), "the caller's clock is 5m ahead of", 5 * RT_MIN},
        {"in step", STARTED_AT("1770114003000"), NULL, 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct files f;
        files_begin(&f);
        files_add(&f, healthy);
        files_add(&f, rows[i].hooks);
        struct batch_options o = options_of(&f);
        struct batch *b = run(&o);
        const struct report *r = batch_report(b);
        const char *say = NULL;
        for (size_t k = 0; k < r->finding_count; k++)
            if (rt_str_is(r->findings[k]->id, "clock-skew"))
                say = r->findings[k]->say.p;
        CHECK_ROW(&rows[i], r->skew_known && r->skew_basis == 1 && r->skew == rows[i].skew);
        CHECK_ROW(&rows[i], rows[i].say == NULL
                                ? say == NULL
                                : say != NULL && strstr(say, rows[i].say) == say);
        if (r->skew != rows[i].skew || (say == NULL) != (rows[i].say == NULL))
            printf("\n%s: %lld %s\n", rows[i].name, (long long)r->skew,
                   say == NULL ? "-" : say);
        batch_free(&b);
        files_end(&f);
    }
}

/* Each time `of` stands there, its first character. */
static void
set_first(char *text, const char *of, char first)
{
    for (char *at = text; (at = strstr(at, of)) != NULL; at++)
        *at = first;
}

/* Three recordings, of which callbacks tell ten minutes late: nothing confirms them in time. And one more in the
 * channel of the last, of which nothing is told: that verdict stands with any clock. */
static void
a_clock_behind_changes_verdicts(void)
{
    const char *said =
        "the caller's clock may be 10m behind the vendor's (median of 3 recordings); verdicts that would change with that: 3.";
    const struct finding *skew = NULL;
    size_t doubtful = 0, unconfirmed = 0;
    struct files f;
    files_begin(&f);
    static char calls[4000], hooks[4000];
    calls[0] = hooks[0] = '\0';
    for (char n = '0'; n < '4'; n++) {
        char call[sizeof(healthy) + 400], hook[] = STARTED_AT("1770114603000");
        /* The calls are heard of for as long as the callbacks. */
        snprintf(call, sizeof(call), "%s%s", healthy,
                 n == '3' ? CALL("40:00", "acquire", "\"status\":504") : "");
        set_first(call, RID_B, n);
        set_first(call, SID, n);
        set_first(hook, SID, n);
        set_first(hook, "1\",\"productId", n);
        set_first(call, "b\",\"uid", n == '3' ? '2' : n);
        set_first(call, "7\"},\"resp", n == '3' ? '8' : '7');
        set_first(hook, "b\",\"uid", n);
        strcat(calls, call);
        if (n < '3')
            strcat(hooks, hook);
    }
    char before[] = STARTED_AT("1770113400000"); /* they were listened to, before and behind */
    set_first(before, SID, 'f');
    set_first(before, "b\",\"uid", 'f');
    set_first(before, "1\",\"productId", 'f');
    strcat(hooks, before);
    char behind[] = STARTED_AT("1770114900000");
    set_first(behind, SID, 'e');
    set_first(behind, "b\",\"uid", 'e');
    set_first(behind, "1\",\"productId", 'e');
    strcat(hooks, behind);
    files_add(&f, calls);
    files_add(&f, hooks);
    struct batch_options o = options_of(&f);
    struct batch *b = run(&o);
    const struct report *r = batch_report(b);
    for (size_t k = 0; k < r->finding_count; k++) {
        if (rt_str_is(r->findings[k]->id, "clock-skew"))
            skew = r->findings[k];
        if (rt_str_is(r->findings[k]->id, "start-never-confirmed")) {
            unconfirmed++;
            doubtful += r->findings[k]->within_skew;
        }
    }
    CHECK(r->skew == -10 * RT_MIN && unconfirmed == 4 && doubtful == 3);
    CHECK(skew != NULL && rt_str_is(skew->say, said));
    batch_free(&b);
    files_end(&f);
}

static struct event
stamped(uint8_t kind, rt_time at)
{
    struct event e;
    event_init(&e);
    e.kind = kind;
    e.source = kind >= KIND_HOOK ? SOURCE_HOOK : SOURCE_API;
    e.outcome = OUTCOME_OK;
    e.begin = e.last = at;
    e.end = at + RT_MS;
    e.zoned = true;
    return e;
}

/* One recording: a start and a recorder that came up, each told once or twice. */
static void
what_tells_the_difference_of_clocks(void)
{
    const uint8_t up = rule_set_expected(pack(), KIND_START, RT_LIT("mix"))->kind;
    static const struct row {
        const char *name;
        rt_time starts[2], ups[2]; /* 0: none */
        bool inferred, unzoned;
        size_t basis;
        bool refused; /* the first start */
    } rows[] = {
        {"both", {9 * RT_SEC}, {5 * RT_SEC}, false, false, 1, false},
        {"the first of each",
         {9 * RT_SEC, 99 * RT_SEC},
         {5 * RT_SEC, 50 * RT_SEC},
         false,
         false,
         1,
         false},
        {"nothing of what was only guessed", {9 * RT_SEC}, {5 * RT_SEC}, true, false, 0, false},
        {"nothing without a zone", {9 * RT_SEC}, {5 * RT_SEC}, false, true, 0, false},
        {"nothing without a recorder", {9 * RT_SEC}, {0}, false, false, 0, false},
        {"a start that was refused brings no recorder up",
         {2 * RT_SEC, 9 * RT_SEC},
         {5 * RT_SEC},
         false,
         false,
         1,
         true},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct event events[4];
        struct event *list[4];
        struct session s = {
            .events = list, .mode = RT_LIT("mix"), .inferred = rows[i].inferred};
        struct skew k;
        rt_dur found = 0;
        for (size_t n = 0; n < 4; n++) {
            rt_time at = n < 2 ? rows[i].starts[n] : rows[i].ups[n - 2];
            if (at == 0)
                continue;
            events[s.event_count] = stamped(n < 2 ? KIND_START : up, at);
            events[s.event_count].zoned = !rows[i].unzoned;
            if (n == 0 && rows[i].refused)
                events[s.event_count].outcome = OUTCOME_FAIL;
            list[s.event_count] = &events[s.event_count];
            s.kinds |= UINT64_C(1) << list[s.event_count++]->kind;
        }
        skew_init(&k, pack());
        CHECK_ROW(&rows[i], skew_add(&k, &s) == 0 && k.offsets.n == rows[i].basis);
        CHECK_ROW(&rows[i], skew_settle(&k, &found) == (rows[i].basis > 0));
        CHECK_ROW(&rows[i], rows[i].basis == 0 || found == 4 * RT_SEC + RT_MS + k.settles);
        skew_fini(&k);
    }
}

static void
the_difference_of_most_is_taken(void)
{
    static const struct row {
        const char *name;
        rt_dur offsets[5];
        size_t n;
        rt_dur want;
    } rows[] = {{"one", {7}, 1, 7},
                {"the middle of three", {9, 1, 5}, 3, 5},
                {"of two the smaller", {9, 1}, 2, 1},
                {"one that is far off does nothing", {3, 90000, 2, 4, 1}, 5, 3}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct skew k;
        rt_dur found = 0;
        skew_init(&k, pack());
        for (size_t n = 0; n < rows[i].n; n++) {
            rt_dur *slot = RT_VEC_PUSH(&k.offsets);
            if (slot == NULL)
                abort();
            *slot = rows[i].offsets[n];
        }
        CHECK_ROW(&rows[i], skew_settle(&k, &found) && found == rows[i].want);
        skew_fini(&k);
    }
}

static void
callbacks_move_calls_do_not(void)
{
    struct event start = stamped(KIND_START, 9 * RT_SEC), up = stamped(KIND_HOOK, 5 * RT_SEC),
                 copies[2];
    struct event *both[] = {&up, &start}, *moved[2];
    struct session s = {.events = both, .event_count = 2};
    s.kinds = UINT64_C(1) << KIND_START | UINT64_C(1) << up.kind;
    CHECK(skew_moved(&s, 10 * RT_SEC, copies, moved));
    CHECK(moved[0]->kind == KIND_START && moved[0]->begin == 9 * RT_SEC);
    CHECK(moved[1]->begin == 15 * RT_SEC && moved[1]->end == 15 * RT_SEC + RT_MS &&
          moved[1]->last == 15 * RT_SEC);
    CHECK(up.begin == 5 * RT_SEC);
    struct event untimed = stamped(KIND_HOOK, RT_TIME_NONE), *with[] = {&start, &untimed};
    untimed.end = RT_TIME_NONE;
    CHECK(skew_moved(&(struct session){.events = with, .event_count = 2, .kinds = s.kinds},
                     10 * RT_SEC, copies, moved));
    /* there is nothing to move */
    CHECK(moved[0]->begin + moved[1]->begin == 9 * RT_SEC + RT_TIME_NONE);
    s.kinds = UINT64_C(1) << up.kind;
    s.event_count = 1;
    CHECK(!skew_moved(&s, 10 * RT_SEC, copies, moved));
    both[0] = &start;
    s.kinds = UINT64_C(1) << KIND_START;
    CHECK(!skew_moved(&s, 10 * RT_SEC, copies, moved));
}

/* ---- streaming ---- */

struct stream_seen {
    unsigned sessions, findings;
    int stop; /* that session fails */
};

static int
see_session(void *arg, const struct report *r, const struct session *s, struct rt_err *err)
{
    struct stream_seen *seen = arg;
    (void)r, (void)s;
    if ((int)++seen->sessions == seen->stop)
        return rt_fail_here(err, RT_EIO, "the reader has gone");
    return 0;
}

static int
see_finding(void *arg, const struct report *r, const struct finding *f, struct rt_err *err)
{
    struct stream_seen *seen = arg;
    (void)r, (void)f, (void)err;
    seen->findings++;
    return 0;
}

static int
see_unchecked(void *arg, const struct report *r, const struct unchecked *u, struct rt_err *err)
{
    (void)arg, (void)r, (void)u, (void)err;
    return 0;
}

static void
a_stream_gets_each_once_and_may_stop(void)
{
    struct files f;
    files_begin(&f);
    files_add(&f, expired);
    files_add(&f, healthy);
    struct batch_options o = options_of(&f);
    struct stream_seen seen = {0};
    struct batch_stream stream = {see_session, see_finding, see_unchecked, &seen};
    o.stream = &stream;
    struct batch *b = run(&o);
    CHECK(seen.sessions == 2 && seen.findings == 1);
    CHECK(batch_report(b)->session_count == 2); /* counted, though not kept */
    batch_free(&b);

    struct rt_err err = {0};
    struct batch_progress progress = {0};
    seen = (struct stream_seen){.stop = 1};
    CHECK(batch_run(pack(), &rt_limits_default, &o, &progress, &err) == NULL);
    CHECK(err.code == RT_EIO && strcmp(err.msg, "the reader has gone") == 0);
    files_end(&f);
}

/* ---- the parts ---- */

static void
acceptances_hide_until_their_day(void)
{
    static const struct row {
        const char *name, *where, *cname;
        rt_time now;
        bool hides;
    } rows[] = {
        {"the channel fits", "cname=demo-*", "demo-1", 0, true},
        {"another channel", "cname=demo-*", "room-1", 0, false},
        {"everywhere", "", "room-1", 0, true},
        {"both must fit", "cname=demo-* uid=8", "demo-1", 0, false},
        {"on its last day", "cname=demo-*", "demo-1", 100, true},
        {"after it", "cname=demo-*", "demo-1", 101, false},
        {"a word that names nothing", "colour=red", "demo-1", 0, false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rule_accept accept = {
            .rule = RT_LIT("start-repeated"), .where = rt_str_of(rows[i].where), .until = 100};
        struct rule_set set = {0};
        set.accepts.v = &accept;
        set.accepts.n = 1;
        struct session s = {.cname = rt_str_of(rows[i].cname), .uid = RT_LIT("7")};
        struct finding f = {.id = RT_LIT("start-repeated")},
                       other = {.id = RT_LIT("stop-repeated")};
        CHECK_ROW(&rows[i], accept_hides(&set, &f, &s, rows[i].now) == rows[i].hides);
        CHECK_ROW(&rows[i], !accept_hides(&set, &other, &s, rows[i].now));
    }
}

static void
spans_are_percentiles_of_what_was_seen(void)
{
    struct spans spans;
    struct event acquire = {.kind = KIND_ACQUIRE, .outcome = OUTCOME_OK, .repeated = 1},
                 start = {.kind = KIND_START, .outcome = OUTCOME_OK, .repeated = 1};
    struct event *events[] = {&acquire, &start};
    struct session s = {.events = events, .event_count = 2};
    spans_init(&spans, pack());
    for (int i = 1; i <= 100; i++) {
        acquire.begin = acquire.end = 0;
        start.begin = start.end = i * RT_SEC;
        CHECK(spans_add(&spans, &s) == 0);
    }
    CU_ASSERT_FATAL(spans_settle(&spans) == 1);
    CHECK(strcmp(spans.phases[0].name, "acquire->start") == 0 && spans.phases[0].count == 100);
    CHECK(spans.phases[0].max == 100 * RT_SEC);
    CHECK(spans.phases[0].p50 >= 49 * RT_SEC && spans.phases[0].p50 <= 51 * RT_SEC);
    CHECK(spans.phases[0].p95 >= 94 * RT_SEC && spans.phases[0].p95 <= 96 * RT_SEC);
    spans_fini(&spans);
}

/* From the first that went well; a clock that differs makes no time run backwards. */
static void
spans_go_from_the_first_and_never_back(void)
{
    struct spans spans;
    struct event events[] = {stamped(KIND_ACQUIRE, RT_SEC), stamped(KIND_ACQUIRE, 3 * RT_SEC),
                             stamped(KIND_START, 9 * RT_SEC)};
    struct event *list[] = {&events[0], &events[1], &events[2]};
    struct session s = {.events = list, .event_count = 3};
    events[0].end = events[0].begin;
    spans_init(&spans, pack());
    CHECK(spans_add(&spans, &s) == 0);
    events[0].end = 20 * RT_SEC;
    CHECK(spans_add(&spans, &s) == 0);
    CHECK(spans_settle(&spans) == 1 && spans.phases[0].count == 2);
    CHECK(spans.phases[0].max == 8 * RT_SEC && spans.phases[0].p50 == 0);
    spans_fini(&spans);
}

static void
parcels_copy_what_they_carry(void)
{
    struct parcel p;
    struct rt_err err = {0};
    char reason[] = "expired";
    struct event e = {.kind = KIND_START, .code = 7, .reason = rt_str_of(reason)};
    CHECK(parcel_init(&p, &err) == 0);
    CHECK(parcel_add(&p, &e, &err) == 0);
    memset(reason, 'x', sizeof(reason) - 1);
    CU_ASSERT_FATAL(p.events.n == 1);
    CHECK(p.events.v[0]->code == 7 && rt_str_is(p.events.v[0]->reason, "expired"));
    CHECK(!parcel_full(&p));
    parcel_fini(&p);
}

/* Two sessions that are polled in turn, one of them until it stops. */
static struct event
poll_or_stop(size_t i, const char *rid)
{
    struct event e;
    event_init(&e);
    e.begin = e.end = e.last = (rt_time)i * RT_SEC;
    e.line = i + 1;
    e.zoned = true;
    e.outcome = OUTCOME_OK;
    e.rid = rt_str_of(rid);
    e.kind = i == 40 ? KIND_STOP : KIND_QUERY;
    e.plain = e.kind == KIND_QUERY;
    e.twin = e.plain ? (uint32_t)(1 + i % 2) : 0;
    return e;
}

static int
count_polls(void *arg, const struct session_group *g, struct rt_err *err)
{
    unsigned *polls = arg;
    (void)err;
    for (size_t i = 0; i < g->count; i++) {
        for (size_t k = 0; k < g->sessions[i]->event_count; k++)
            polls[rt_str_is(g->sessions[i]->rid, RID_B)] += g->sessions[i]->events[k]->repeated;
        session_free(&g->sessions[i]);
    }
    return 0;
}

static void
parcels_deliver_polls_as_if_they_came_one_by_one(void)
{
    for (int by_parcel = 0; by_parcel < 2; by_parcel++) {
        struct rt_err err = {0};
        struct parcel p;
        struct session_engine_facts facts;
        unsigned polls[2] = {0, 0};
        struct session_options so = {.path_count = 0};
        struct session_engine *engine =
            session_engine_new(pack(), &rt_limits_default, &so, &err);
        CU_ASSERT_FATAL(engine != NULL && parcel_init(&p, &err) == 0);
        for (size_t i = 0; i < 60; i++) {
            char rid[] = RID_A;
            struct event e = poll_or_stop(i, i % 2 == 0 ? rid : RID_B);
            e.begin -= i == 50 ? 19 * RT_SEC + RT_SEC / 2 : 0; /* told late */
            e.end = e.begin;
            CHECK((by_parcel ? parcel_add(&p, &e, &err)
                             : session_engine_feed(engine, &e, &err)) == 0);
            memset(rid, 'x', sizeof(rid) - 1);
            if (i % 25 == 24)
                CHECK(parcel_deliver(&p, engine, &err) == 0 && p.steps.n == 0);
        }
        CHECK(parcel_deliver(&p, engine, &err) == 0);
        CHECK(session_engine_finish(engine, (struct session_sink){count_polls, polls}, &err) ==
              0);
        session_engine_facts(engine, &facts);
        CHECK(polls[0] == 30 && polls[1] == 30);
        CHECK(facts.events == 60 && facts.disordered == 1 &&
              facts.worst_disorder == 18 * RT_SEC + RT_SEC / 2);
        session_engine_free(&engine);
        parcel_fini(&p);
    }
}

static const struct check_test tests[] = {
    {"sessions and findings come out in order", sessions_and_findings_come_out_in_order},
    {"every line ends in one counter", every_line_ends_in_one_counter},
    {"what cannot be read leaves the rest", what_cannot_be_read_leaves_the_rest},
    {"filters leave out whole sessions", filters_leave_out_whole_sessions},
    {"without rules nothing is found", without_rules_nothing_is_found},
    {"the ends of a stretch belong to it", the_ends_of_a_stretch_belong_to_it},
    {"lines given one by one are counted alike", lines_given_one_by_one_are_counted_alike},
    {"a clock is ahead or behind", a_clock_is_ahead_or_behind},
    {"a clock behind changes verdicts", a_clock_behind_changes_verdicts},
    {"what tells the difference of clocks", what_tells_the_difference_of_clocks},
    {"the difference of most is taken", the_difference_of_most_is_taken},
    {"callbacks move, calls do not", callbacks_move_calls_do_not},
    {"a stream gets each once and may stop", a_stream_gets_each_once_and_may_stop},
    {"acceptances hide until their day", acceptances_hide_until_their_day},
    {"spans are percentiles of what was seen", spans_are_percentiles_of_what_was_seen},
    {"spans go from the first, and never back", spans_go_from_the_first_and_never_back},
    {"parcels copy what they carry", parcels_copy_what_they_carry},
    {"parcels deliver polls as if they came one by one",
     parcels_deliver_polls_as_if_they_came_one_by_one},
    {NULL, NULL},
};
CHECK_MAIN("pipeline", tests)
