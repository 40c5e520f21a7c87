/*
 * test_session_join.c - a request and its answer in lines of their own: who belongs to whom, and what the
 * call has from either.
 */
#include "session/join.h"
#include "test_session_script.h"

static struct script_rules rules;

/* NAME@BEGIN-END LINE>ANSWER'S LINE, and what else is known; one a line. */
static int
tell(void *arg, const struct event *e, struct rt_err *err)
{
    struct rt_buf *b = arg;
    const struct {
        const char *name;
        rt_str text;
    } words[] = {{"app", e->app_id}, {"cname", e->cname},   {"uid", e->uid},
                 {"rid", e->rid},    {"sid", e->sid},       {"mode", e->mode},
                 {"host", e->host},  {"reason", e->reason}, {"join", e->join}};
    (void)err;
    rt_buf_add(b, rule_set_kind_name(&rules.set, e->kind));
    rt_buf_addc(b, '@');
    dump_time(b, e->begin);
    if (e->end != e->begin) {
        rt_buf_addc(b, '-');
        dump_time(b, e->end);
    }
    rt_buf_addf(b, " %llu", (unsigned long long)e->line);
    if (e->answer_line != 0)
        rt_buf_addf(b, ">%llu", (unsigned long long)e->answer_line);
    if (e->code != EVENT_NO_CODE)
        rt_buf_addf(b, " code=%d", e->code);
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (words[i].text.n > 0)
            rt_buf_addf(b, " %s=%.*s", words[i].name, RT_FMT(words[i].text));
    for (uint32_t i = 0; i < e->value_count; i++)
        rt_buf_addf(b, " %s=%lld", event_fields[e->values[i].field].name,
                    (long long)e->values[i].num);
    rt_buf_addc(b, '\n');
    return 0;
}

#define LET_GO "--- "

static void
halves_find_each_other(void)
{
    static const struct {
        const char *name, *feed, *want; /* of what is told at the end only, behind "--- " */
    } rows[] = {
        {"the call is from the request to the end of the answer",
         "+1 start req join=q rid=R line=1\n+3 answer answer ok join=q sid=S line=2 dur=4",
         "start@1-7 1>2 rid=R sid=S join=q\n"},
        {"it has of the answer what the request did not tell",
         "+1 stop req join=q rid=R cname=c line=1\n"
         "+3 answer answer fail join=q app=A cname=d uid=7 mode=mix host=h code=9 reason=x line=2",
         "stop@1-3 1>2 code=9 app=A cname=c uid=7 rid=R mode=mix host=h reason=x join=q\n"},
        {"the answer may tell which call it was",
         "+1 answer req join=q rid=R line=1\n+3 stop answer ok join=q cname=c line=2",
         "stop@1-3 1>2 cname=c rid=R join=q\n"},
        {"and when", "- start req join=q rid=R line=1\n+3 answer answer ok join=q line=2",
         "start@3 1>2 rid=R join=q\n"},
        {"what both tell is told once",
         "+1 stop req join=q rid=R files=3 line=1\n+3 answer answer ok join=q files=3 sequence=8 line=2",
         "stop@1-3 1>2 rid=R join=q files=3 sequence=8\n"},
        {"what they tell differently is told by both",
         "+1 stop req join=q rid=R files=3 line=1\n+3 answer answer ok join=q files=4 line=2",
         "stop@1-3 1>2 rid=R join=q files=3 files=4\n"},
        {"a plain poll needs its id no more",
         "+1 query req join=q rid=R line=1\n+3 answer answer ok join=q line=2",
         "query@1-3 1>2 rid=R\n"},
        {"an answer belongs to the nearest request before it",
         "+1 start req join=q rid=R line=3\n+2 stop req join=q rid=R line=7\n+3 answer answer ok join=q line=8",
         "stop@2-3 7>8 rid=R join=q\n" LET_GO "start@1 3 rid=R join=q\n"},
        {"not to a nearer one behind it",
         "+1 start req join=q rid=R line=1\n+2 stop req join=q rid=R line=5\n+3 answer answer ok join=q line=4",
         "start@1-3 1>4 rid=R join=q\n" LET_GO "stop@2 5 rid=R join=q\n"},
        {"whichever was read first",
         "+2 stop req join=q rid=R line=5\n+1 start req join=q rid=R line=1\n+3 answer answer ok join=q line=4",
         "start@1-3 1>4 rid=R join=q\n" LET_GO "stop@2 5 rid=R join=q\n"},
        {"nor does a request take one before it",
         "+9 answer answer ok join=q sid=S line=9\n+2 answer answer fail join=q code=65 line=2\n+3 start req join=q rid=R line=3",
         "start@3-9 3>9 rid=R sid=S join=q\n" LET_GO "answer@2 2 code=65 join=q\n"},
        {"where all stand behind it, to the nearest",
         "+1 start req join=q rid=R line=9\n+2 stop req join=q rid=R line=5\n+3 answer answer ok join=q line=1",
         "stop@2-3 5>1 rid=R join=q\n" LET_GO "start@1 9 rid=R join=q\n"},
        {"a request takes the nearest answer behind it",
         "+5 answer answer fail join=q code=65 line=5\n+9 answer answer ok join=q sid=S line=9\n+4 start req join=q rid=R line=4",
         "start@4-5 4>5 code=65 rid=R join=q\n" LET_GO "answer@9 9 sid=S join=q\n"},
        {"two files may use one id",
         "+1 start req join=q rid=R line=1\n+2 answer answer fail join=q code=65 in=1 line=1\n+3 answer answer ok join=q sid=S line=2",
         "start@1-3 1>2 rid=R sid=S join=q\n" LET_GO "answer@2 1 code=65 join=q\n"},
        {"what stayed alone is tied over files in its order",
         "+9 stop req join=q rid=R line=7\n+1 start req join=q rid=R line=1\n"
         "+5 answer answer fail join=q code=9 in=1 line=4\n+2 answer answer fail join=q code=65 in=1 line=2",
         LET_GO "start@1-2 1>2 code=65 rid=R join=q\nstop@9-5 7>4 code=9 rid=R join=q\n"},
    };
    script_rules_init(&rules);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rt_err err = {0};
        struct rt_buf got;
        struct script s;
        struct join j;
        rt_buf_init(&got, 4096);
        join_init(&j, 100, (struct join_sink){tell, &got});
        script_read(&s, &rules.set, rows[i].feed);
        for (size_t k = 0; k < s.events.n; k++)
            CHECK_ROW(&rows[i], join_feed(&j, s.events.v[k], &err) == 0);
        if (j.count > 0)
            rt_buf_addf(&got, LET_GO);
        CHECK_ROW(&rows[i], join_release(&j, RT_TIME_NONE, &err) == 0 && j.count == 0);
        bool same = rt_str_is(rt_buf_str(&got), rows[i].want);
        CHECK_ROW(&rows[i], same);
        if (!same)
            printf("\n%s: got\n%s", rows[i].name, rt_buf_z(&got));
        join_fini(&j);
        script_fini(&s);
        rt_buf_fini(&got);
    }
}

/* Feeds a request of that id. */
static void
ask(struct join *j, const char *id, rt_time begin, uint64_t line)
{
    struct rt_err err = {0};
    struct event e;
    event_init(&e);
    e.kind = KIND_STOP;
    e.begin = e.end = begin;
    e.join = rt_str_of(id);
    e.line = line;
    e.half = true;
    CHECK(join_feed(j, &e, &err) == 0);
}

#define TOLD(b, want)                                         \
    (rt_str_is(rt_buf_str(b), want) ? (rt_buf_clear(b), true) \
                                    : (printf("\ngot %s", rt_buf_z(b)), false))

static void
the_oldest_goes_when_there_is_no_room(void)
{
    struct rt_err err = {0};
    struct rt_buf got;
    struct join j;
    script_rules_init(&rules);
    rt_buf_init(&got, 4096);
    join_init(&j, 2, (struct join_sink){tell, &got});
    ask(&j, "a", SCRIPT_EPOCH, 1);
    ask(&j, "b", SCRIPT_EPOCH, 2);
    CHECK(got.n == 0);
    ask(&j, "c", SCRIPT_EPOCH, 3);
    CHECK(TOLD(&got, "stop@0 1 join=a\n") && j.count == 2);
    CHECK(join_release(&j, RT_TIME_NONE, &err) == 0);
    join_fini(&j);

    /* An id with so many halves is none: its own oldest goes, not another's. */
    rt_buf_clear(&got);
    join_init(&j, 1000, (struct join_sink){tell, &got});
    ask(&j, "a", SCRIPT_EPOCH, 1);
    for (uint64_t i = 0; i < 64; i++)
        ask(&j, "b", SCRIPT_EPOCH, 2 + i);
    CHECK(got.n == 0);
    ask(&j, "b", SCRIPT_EPOCH, 99);
    CHECK(TOLD(&got, "stop@0 2 join=b\n"));
    join_fini(&j);
    rt_buf_fini(&got);
}

static void
the_clock_lets_go_of_what_began_before_it(void)
{
    struct rt_err err = {0};
    struct rt_buf got;
    struct join j;
    script_rules_init(&rules);
    rt_buf_init(&got, 4096);
    join_init(&j, 100, (struct join_sink){tell, &got});
    ask(&j, "a", SCRIPT_EPOCH, 1);
    ask(&j, "b", SCRIPT_EPOCH + RT_SEC, 2);
    ask(&j, "c", RT_TIME_NONE, 3);
    CHECK(join_release(&j, SCRIPT_EPOCH, &err) == 0);
    CHECK(TOLD(&got, ""));
    CHECK(join_release(&j, SCRIPT_EPOCH + RT_SEC, &err) == 0);
    CHECK(TOLD(&got, "stop@0 1 join=a\n"));
    CHECK(join_release(&j, SCRIPT_EPOCH + RT_HOUR, &err) == 0);
    CHECK(TOLD(&got, "stop@1 2 join=b\n")); /* no clock tells when the last one is late */
    CHECK(join_release(&j, RT_TIME_NONE, &err) == 0);
    CHECK(TOLD(&got, "stop@? 3 join=c\n"));
    join_fini(&j);
    rt_buf_fini(&got);
}

static const struct check_test tests[] = {
    {"halves find each other", halves_find_each_other},
    {"the oldest goes when there is no room", the_oldest_goes_when_there_is_no_room},
    {"the clock lets go of what began before it", the_clock_lets_go_of_what_began_before_it},
    {NULL, NULL},
};
CHECK_MAIN("session join", tests)
