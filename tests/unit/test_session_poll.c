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

/* ---- which of equal polls stay ---- */

/* A poll in a few characters: BEGIN or -, c (whole seconds) or f, INPUT:LINE, and ~DURATION. */
static struct poll
poll_of(const char *word, int *used)
{
    struct event e;
    struct poll p;
    char stamp = 0, begin[8] = "";
    unsigned input = 0, line = 0, duration = 0;
    int n = 0, more = 0;
    event_init(&e);
    CHECK(sscanf(word, " %7[-0-9]%c%u:%u%n", begin, &stamp, &input, &line, &n) == 4);
    if (sscanf(word + n, "~%u%n", &duration, &more) == 1)
        n += more;
    e.begin = begin[0] == '-' ? RT_TIME_NONE : strtol(begin, NULL, 10) * RT_SEC;
    e.end = begin[0] == '-' ? RT_TIME_NONE : e.begin + duration;
    e.coarse = stamp == 'c';
    e.input = input;
    e.line = line;
    CHECK(poll_pack(&e, &p));
    *used = n;
    return p;
}

static void
the_input_that_tells_of_most_is_believed(void)
{
    static const struct {
        const char *name, *polls, *want; /* INPUT:LINE of those that stay; +COPIES */
    } folds[] = {
        {"one stamp finer than a second is one poll", "5f0:1 5f0:2 5f1:1", "0:1+2"},
        {"unless it took another time", "5f0:1~1 5f0:2~2", "0:1 0:2"},
        {"whole seconds tell nothing apart", "5c0:1 5c0:2", "0:1 0:2"},
        {"nor does no time", "-f0:1 -f0:2", "0:1 0:2"},
        {"of inputs that tell of as many the first", "5c0:1 5c1:4", "0:1+1"},
        {"the one that tells of more", "5c0:1 5c1:4 5c1:5", "1:4+1 1:5"},
        {"what others tell goes round", "5c0:1 5c0:2 5c1:1 5c1:2", "0:1+1 0:2+1"},
        {"copies of copies are counted", "5c0:1 5c0:2 5c1:4 5c1:4", "0:1+2 0:2"},
        {"a fine stamp is none of the coarse ones", "5f0:1 5c1:1 5c1:2", "0:1 1:1 1:2"},
        {"they come out by their place", "5f0:2~1 5f0:1~9", "0:1 0:2"},
        {"and without a time last", "-f0:1 5f0:2", "0:2 0:1"},
    };
    for (size_t i = 0; i < sizeof(folds) / sizeof(folds[0]); i++) {
        struct event like;
        struct poll_run run = {.like = &like};
        char got[200] = "";
        int used = 0;
        event_init(&like);
        for (const char *word = folds[i].polls; *word != '\0'; word += used) {
            struct poll p = poll_of(word, &used), *slot = RT_VEC_PUSH(&run.polls);
            if (slot == NULL)
                abort();
            *slot = p;
        }
        size_t before = run.polls.n;
        CHECK_ROW(&folds[i], poll_settle(&run) == before - run.polls.n);
        for (size_t k = 0; k < run.polls.n; k++) {
            const struct poll *p = &run.polls.v[k];
            size_t n = strlen(got);
            snprintf(got + n, sizeof(got) - n, p->copies > 0 ? "%s%u:%u+%u" : "%s%u:%u",
                     k > 0 ? " " : "", p->input, p->line, p->copies);
        }
        CHECK_ROW(&folds[i], strcmp(got, folds[i].want) == 0);
        RT_VEC_FREE(&run.polls);
    }
}

static void
polls_that_say_another_thing_are_not_alike(void)
{
    static const struct {
        const char *name, *feed;
        bool alike;
        /* clang-format off */
    } lines[] = {
        {"the same later", "+9 query ok plain sid=S app=A cname=c uid=7 http=200 status=5 mode=mix method=GET host=h", true},
        {"call", "+9 update ok plain sid=S app=A cname=c uid=7 http=200 status=5 mode=mix method=GET host=h", false},
        {"outcome", "+9 query fail plain sid=S app=A cname=c uid=7 http=200 status=5 mode=mix method=GET host=h", false},
        {"sid", "+9 query ok plain sid=T app=A cname=c uid=7 http=200 status=5 mode=mix method=GET host=h", false},
        {"app", "+9 query ok plain sid=S app=B cname=c uid=7 http=200 status=5 mode=mix method=GET host=h", false},
        {"channel", "+9 query ok plain sid=S app=A cname=d uid=7 http=200 status=5 mode=mix method=GET host=h", false},
        {"uid", "+9 query ok plain sid=S app=A cname=c uid=8 http=200 status=5 mode=mix method=GET host=h", false},
        {"http", "+9 query ok plain sid=S app=A cname=c uid=7 http=206 status=5 mode=mix method=GET host=h", false},
        {"status", "+9 query ok plain sid=S app=A cname=c uid=7 http=200 status=4 mode=mix method=GET host=h", false},
        {"mode", "+9 query ok plain sid=S app=A cname=c uid=7 http=200 status=5 mode=web method=GET host=h", false},
        {"method", "+9 query ok plain sid=S app=A cname=c uid=7 http=200 status=5 mode=mix method=POST host=h", false},
        {"host", "+9 query ok plain sid=S app=A cname=c uid=7 http=200 status=5 mode=mix method=GET host=i", false},
        {"code", "+9 query ok plain sid=S app=A cname=c uid=7 http=200 status=5 mode=mix method=GET host=h code=9", false},
        {"reason", "+9 query ok plain sid=S app=A cname=c uid=7 http=200 status=5 mode=mix method=GET host=h reason=x", false},
        {"error", "+9 query ok plain sid=S app=A cname=c uid=7 http=200 status=5 mode=mix method=GET host=h error=x", false},
    };
    /* clang-format on */
    struct script_rules rules;
    struct script first, s;
    script_rules_init(&rules);
    script_read(&first, &rules.set, lines[0].feed);
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        script_read(&s, &rules.set, lines[i].feed);
        CHECK_ROW(&lines[i], poll_is_like(first.events.v[0], s.events.v[0]) == lines[i].alike);
        script_fini(&s);
    }
    script_fini(&first);
}

static const struct check_test tests[] = {
    {"what goes in comes out", what_goes_in_comes_out},
    {"more than core fields do not fit", more_than_core_fields_do_not_fit},
    {"copies saturate rather than wrap", copies_saturate_rather_than_wrap},
    {"the input that tells of most is believed", the_input_that_tells_of_most_is_believed},
    {"polls that say another thing are not alike", polls_that_say_another_thing_are_not_alike},
    {NULL, NULL},
};
CHECK_MAIN("session poll", tests)
