/*
 * test_session_crowded.c - what many have in common must not cost the square of their number.
 *
 * Not a measurement: the limit is more than ten times what is needed, and a tenth of what comparing each with
 * each takes. The time is that of the processor, so other programs do not count.
 */
#include <time.h>

#include "base/limits.h"
#include "session/fold.h"
#include "session/meter.h"
#include "test_session_script.h"

enum { EVENTS = 200000, SESSIONS = 60000, MOST_S = 10 };

static struct script_rules rules;

/* ---- events of one session ---- */

static struct event *
call_at(struct rt_arena *a, rt_time begin, uint64_t line)
{
    struct event *e = rt_arena_alloc(a, sizeof(*e));
    event_init(e);
    e->kind = KIND_ACQUIRE;
    e->outcome = OUTCOME_FAIL;
    e->begin = e->end = e->last = begin;
    e->line = line;
    e->cname = RT_LIT("c");
    e->uid = RT_LIT("7");
    return e;
}

static rt_str
number(struct rt_arena *a, const char *before, uint64_t n)
{
    return rt_str_of(rt_arena_printf(a, "%s%llu", before, (unsigned long long)n));
}

/* How one event differs from the next. */
static void
by_time(struct rt_arena *a, struct event *e, uint64_t n)
{
    (void)a;
    e->begin = e->end = e->last = e->begin + (rt_dur)n * RT_SEC;
}

static void
by_error(struct rt_arena *a, struct event *e, uint64_t n)
{
    e->error = number(a, "error ", n);
}

static void
by_value(struct rt_arena *a, struct event *e, uint64_t n)
{
    event_add(a, e, &(struct event_value){.field = FIELD_MAX_IDLE, .num = (int64_t)n});
}

static void
calls_that_differ_little_are_told_apart_quickly(void)
{
    static const struct {
        const char *name;
        void (*differ)(struct rt_arena *a, struct event *e, uint64_t n);
    } rows[] = {
        {"in their time", by_time}, {"in their error", by_error}, {"in a value", by_value}};
    for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
        struct rt_arena a;
        rt_arena_init(&a, 1 << 20, 0);
        struct event **v = rt_calloc(EVENTS, sizeof(struct event *));
        size_t n = EVENTS;
        uint64_t duplicates = 0;
        for (uint64_t i = 0; i < EVENTS; i++) {
            v[i] = call_at(&a, SCRIPT_EPOCH, i + 1);
            rows[r].differ(&a, v[i], i);
        }
        clock_t before = clock();
        CHECK_ROW(&rows[r], fold_events(v, &n, &duplicates) == 0);
        CHECK_ROW(&rows[r], n == EVENTS && duplicates == 0);
        CHECK_ROW(&rows[r], (clock() - before) / CLOCKS_PER_SEC < MOST_S);
        rt_free(v);
        rt_arena_fini(&a);
    }
}

/* ---- hosts ---- */

static void
hosts_may_be_many(void)
{
    struct meter m;
    struct rt_arena a;
    rt_arena_init(&a, 1 << 20, 0);
    meter_init(&m, 10 * RT_SEC);
    clock_t before = clock();
    for (uint64_t i = 0; i < EVENTS; i++) {
        struct event *e = call_at(&a, SCRIPT_EPOCH, i + 1);
        e->end = e->begin + RT_SEC;
        e->host = number(&a, "host-", i);
        CHECK(meter_add(&m, RT_LIT("A"), e) == 0);
    }
    CHECK((clock() - before) / CLOCKS_PER_SEC < MOST_S);
    meter_fini(&m);
    rt_arena_fini(&a);
}

/* ---- recordings of one channel ---- */

struct told {
    size_t sessions, beside, truncated;
};

static int
tell(void *arg, const struct session_group *g, struct rt_err *err)
{
    struct told *t = arg;
    (void)err;
    for (size_t i = 0; i < g->count; i++) {
        struct session *s = g->sessions[i];
        t->sessions++;
        t->beside += event_get(s->events[0], FIELD_BESIDE) != NULL;
        t->truncated += event_text(s->events[0], FIELD_RID_DEFECT).n > 0;
        session_free(&g->sessions[i]);
    }
    return 0;
}

/* All begin one after the other and run until the end; of each the log holds start and stop. */
static void
recordings_of_one_channel_may_be_many(void)
{
    struct rt_err err = {0};
    struct told told = {0, 0, 0};
    struct rt_arena a;
    rt_arena_init(&a, 1 << 20, 0);
    script_rules_init(&rules);
    struct session_engine *e = session_engine_new(&rules.set, &rt_limits_default, NULL, &err);
    clock_t before = clock();
    for (uint64_t i = 0; i < SESSIONS; i++) {
        struct event *start = call_at(&a, SCRIPT_EPOCH + (rt_time)i * RT_SEC, i + 1);
        start->kind = KIND_START;
        start->outcome = OUTCOME_OK;
        start->rid = number(&a, "a-resource-id-of-its-own-", i + 100000);
        start->sid = number(&a, "sid-", i);
        start->uid = number(&a, "", i + 1);
        struct event *stop = event_copy(&a, start, NULL);
        stop->kind = KIND_STOP;
        stop->begin = stop->end = stop->last = start->begin + RT_DAY;
        CHECK(session_engine_feed(e, start, &err) == 0);
        CHECK(session_engine_feed(e, stop, &err) == 0);
    }
    CHECK(session_engine_finish(e, (struct session_sink){tell, &told}, &err) == 0);
    CHECK((clock() - before) / CLOCKS_PER_SEC < MOST_S);
    CHECK(told.sessions == SESSIONS);
    CHECK(told.beside == SESSIONS - 1); /* all but the first */
    CHECK(told.truncated == 0);
    session_engine_free(&e);
    rt_arena_fini(&a);
}

static const struct check_test tests[] = {
    {"calls that differ little are told apart quickly",
     calls_that_differ_little_are_told_apart_quickly},
    {"hosts may be many", hosts_may_be_many},
    {"recordings of one channel may be many", recordings_of_one_channel_may_be_many},
    {NULL, NULL},
};
CHECK_MAIN("session crowded", tests)
