/*
 * test_session_poll.c - a poll packed in 24 bytes comes back whole, or is not packed.
 */
#include "session/poll.h"
#include "test_session_script.h"

struct row {
    const char *name;
    rt_time begin, end;
    uint64_t line, answer_line;
    uint32_t input, order;
    bool coarse, fits;
};

static const struct row rows[] = {
    {"a poll", 5, 9, 12, 0, 0, 0, false, true},
    {"one stamp, whole seconds", 7000000, 7000000, 12, 0, 3, 0, true, true},
    {"no time", RT_TIME_NONE, RT_TIME_NONE, 12, 0, 0, 0, false, true},
    {"before 1970", -5000000, -4000000, 1, 0, 0, 0, false, true},
    {"no end", 5, RT_TIME_NONE, 12, 0, 0, 0, false, false},
    {"an end before the begin", 5, 4, 12, 0, 0, 0, false, false},
    {"two hours for an answer", 0, 2 * RT_HOUR, 12, 0, 0, 0, false, false},
    {"the whole range of time", INT64_MIN + 1, INT64_MAX, 12, 0, 0, 0, false, false},
    {"two lines", 5, 9, 12, 40, 0, 0, false, true},
    {"the answer's line is before", 5, 9, 12, 4, 0, 0, false, false},
    {"several in a line", 5, 9, 12, 0, 0, 3, false, true},
    {"several in a line, and two lines", 5, 9, 12, 13, 0, 3, false, false},
    {"the last line that fits", 5, 9, UINT32_MAX, 0, 0, 0, false, true},
    {"a line too far", 5, 9, UINT64_C(1) << 32, 0, 0, 0, false, false},
    {"an answer too far", 5, 9, 1, UINT64_C(1) << 30, 0, 0, false, false},
    {"the last input that fits", 5, 9, 1, 0, (1 << 20) - 1, 0, false, true},
    {"an input too far", 5, 9, 1, 0, 1 << 20, 0, false, false},
};

static void
what_goes_in_comes_out(void)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct row *r = &rows[i];
        struct event e, back;
        event_init(&e);
        e.plain = true;
        e.begin = e.last = r->begin;
        e.end = r->end;
        e.line = r->line;
        e.answer_line = r->answer_line;
        e.input = r->input;
        e.order = r->order;
        e.coarse = r->coarse;
        e.rid = RT_LIT("R");
        struct poll p;
        CHECK_ROW(r, poll_pack(&e, &p) == r->fits);
        if (!r->fits)
            continue;
        struct poll_run run = {.like = &e};
        poll_unpack(run.like, &p, &back);
        CHECK_ROW(r, event_compare(&e, &back) == 0);
        CHECK_ROW(r, back.end == e.end && back.answer_line == e.answer_line &&
                         back.coarse == e.coarse);
        CHECK_ROW(r, back.copies == 1 && back.repeated == 1 && back.last == e.begin);
    }
}

static void
more_than_core_fields_do_not_fit(void)
{
    struct event e;
    struct poll p;
    const struct event_value v = {.field = FIELD_FILES, .num = 3};
    event_init(&e);
    CHECK(poll_pack(&e, &p));
    e.values = &v;
    e.value_count = 1;
    CHECK(!poll_pack(&e, &p));
    e.value_count = 0;
    e.copies = 2;
    CHECK(!poll_pack(&e, &p));
}

static void
copies_saturate_rather_than_wrap(void)
{
    struct event e;
    struct poll_run run = {.like = &e};
    event_init(&e);
    e.begin = e.end = 5;
    for (size_t i = 0; i < 10000; i++) {
        struct poll *slot = RT_VEC_PUSH(&run.polls);
        CHECK(slot != NULL && poll_pack(&e, slot));
    }
    CHECK(poll_settle(&run) == 9999);
    CHECK(run.polls.n == 1);
    CHECK(run.polls.v[0].copies == (1 << 12) - 1);
    RT_VEC_FREE(&run.polls);
}

static const struct check_test tests[] = {
    {"what goes in comes out", what_goes_in_comes_out},
    {"more than core fields do not fit", more_than_core_fields_do_not_fit},
    {"copies saturate rather than wrap", copies_saturate_rather_than_wrap},
    {NULL, NULL},
};
CHECK_MAIN("session poll", tests)
