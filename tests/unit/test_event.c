/*
 * test_event.c - tables of fields and kinds; copies, order and sameness of events.
 */
#include "config.h"

#include "base/alloc.h"
#include "check.h"
#include "event/event.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

/* ---- tables ---- */

static void
every_field_is_found_by_its_one_name(void)
{
    for (size_t i = 0; i < FIELD__COUNT; i++) {
        const struct event_field_row *r = &event_fields[i];
        CHECK_ROW(r, event_field_find(rt_str_of(r->name)) == (enum event_field_id)i);
        CHECK_ROW(r, strlen(r->doc) > 3);
        CHECK_ROW(r, (r->pointer[0] == '/') == (r->pointer[0] != '\0'));
    }
    CHECK(event_field_find(RT_LIT("uidd")) == FIELD__COUNT);
    CHECK(event_field_find(RT_LIT("UID")) == FIELD__COUNT);
    CHECK(event_field_find(RT_NONE) == FIELD__COUNT);
}

static void
every_kind_is_found_by_its_one_name(void)
{
    for (size_t i = 0; i < KIND_HOOK; i++) {
        CHECK_ROW(&event_kinds[i], event_kind_find(rt_str_of(event_kinds[i].name)) == i);
        CHECK_ROW(&event_kinds[i], strlen(event_kinds[i].doc) > 3);
    }
    CHECK(event_kind_find(RT_LIT("call")) == KIND_NONE &&
          event_kind_find(RT_LIT("hook")) == KIND_NONE);
    CHECK(event_kind_find(RT_LIT("any")) == KIND_NONE && event_kind_find(RT_NONE) == KIND_NONE);
    CHECK(KIND_HOOK < KIND__MAX);
}

static const struct {
    const char *name;
    enum event_field_id of;
    const char *word;
    enum event_field_id want;
} classes[] = {
    {"a defect of the uid", FIELD_UID, "out-of-range", FIELD_UID_DEFECT},
    {"the last word of a row", FIELD_UID, "number", FIELD_UID_DEFECT},
    {"the uid against acquire's", FIELD_UID, "differs", FIELD_UID_IS},
    {"the same word of another field", FIELD_CNAME, "differs", FIELD_CNAME_IS},
    {"a uid is itself", FIELD_UID, "527841", FIELD_UID},
    {"part of a word", FIELD_UID, "out-of", FIELD_UID},
    {"two words", FIELD_UID, "zero not-decimal", FIELD_UID},
    {"nothing", FIELD_UID, "", FIELD_UID},
    {"a field without classes", FIELD_REASON, "differs", FIELD_REASON},
};

static void
a_word_may_mean_a_derived_field(void)
{
    for (size_t i = 0; i < COUNT(classes); i++)
        CHECK_ROW(&classes[i], event_field_class(classes[i].of, rt_str_of(classes[i].word)) ==
                                   classes[i].want);
    for (const struct event_class_row *c = event_classes; c->values != NULL; c++)
        CHECK(c->of < FIELD__COUNT && event_fields[c->derived].part == PART_DERIVED);
}

/* ---- a call and a callback to vary ---- */

static const struct event_value call_values[] = {
    {.field = FIELD_FILES, .num = 3},
    {.field = FIELD_SERVICE, .is_text = 1, .text = {"one", 3}},
    {.field = FIELD_SERVICE, .is_text = 1, .text = {"two", 3}},
    {.field = FIELD_MAX_IDLE, .is_text = 1, .text = {"30", 2}},
};
/* The same but for one member each. */
static const struct event_value other_number[] = {
    {.field = FIELD_FILES, .num = 4},
    {.field = FIELD_SERVICE, .is_text = 1, .text = {"one", 3}},
    {.field = FIELD_SERVICE, .is_text = 1, .text = {"two", 3}},
    {.field = FIELD_MAX_IDLE, .is_text = 1, .text = {"30", 2}},
};
static const struct event_value other_text[] = {
    {.field = FIELD_FILES, .num = 3},
    {.field = FIELD_SERVICE, .is_text = 1, .text = {"one", 3}},
    {.field = FIELD_SERVICE, .is_text = 1, .text = {"too", 3}},
    {.field = FIELD_MAX_IDLE, .is_text = 1, .text = {"30", 2}},
};
static const struct event_value other_field[] = {
    {.field = FIELD_PROGRESS, .num = 3},
    {.field = FIELD_SERVICE, .is_text = 1, .text = {"one", 3}},
    {.field = FIELD_SERVICE, .is_text = 1, .text = {"two", 3}},
    {.field = FIELD_MAX_IDLE, .is_text = 1, .text = {"30", 2}},
};
static const struct event_value hook_values[] = {
    {.field = FIELD_NOTICE, .is_text = 1, .text = {"n-1", 3}},
    {.field = FIELD_SEQUENCE, .num = 4},
    {.field = FIELD_EVENT_TYPE, .num = 40},
};

static struct event
a_call(void)
{
    struct event e;
    event_init(&e);
    e.kind = KIND_QUERY;
    e.source = SOURCE_API;
    e.begin = e.last = 1000500;
    e.end = 1000700;
    e.outcome = OUTCOME_OK;
    e.http = 200;
    e.code = 0;
    e.status = 5;
    e.rid = RT_LIT("R");
    e.sid = RT_LIT("S");
    e.app_id = RT_LIT("A");
    e.cname = RT_LIT("room");
    e.uid = RT_LIT("527841");
    e.mode = RT_LIT("mix");
    e.method = RT_LIT("GET");
    e.host = RT_LIT("h");
    e.join = RT_LIT("j");
    e.values = call_values;
    e.value_count = COUNT(call_values);
    return e;
}

static struct event
a_callback(void)
{
    struct event e;
    event_init(&e);
    e.kind = KIND_HOOK;
    e.source = SOURCE_HOOK;
    e.begin = e.end = e.last = 1000500;
    e.sid = RT_LIT("S");
    e.uid = RT_LIT("527841");
    e.values = hook_values;
    e.value_count = COUNT(hook_values);
    return e;
}

static const struct {
    const char *name;
    uint16_t field;
    const char *text;
    bool is_number;
    int64_t number;
} reads[] = {
    {"text of the event itself", FIELD_CNAME, "room", false, 0},
    {"text that is a number", FIELD_UID, "527841", true, 527841},
    {"text that is absent", FIELD_REASON, "", false, 0},
    {"a number of the event itself", FIELD_HTTP, "", true, 200},
    {"code zero is a code", FIELD_CODE, "", true, 0},
    {"status", FIELD_STATUS, "", true, 5},
    {"a further number", FIELD_FILES, "", true, 3},
    {"the first of two further texts", FIELD_SERVICE, "one", false, 0},
    {"a further text that is a number", FIELD_MAX_IDLE, "30", true, 30},
    {"a further field that is absent", FIELD_PROGRESS, "", false, 0},
    {"a field of a format", FIELD__COUNT + 3, "", false, 0},
};

static void
fields_are_read(void)
{
    struct event e = a_call();
    for (size_t i = 0; i < COUNT(reads); i++) {
        int64_t number = 0;
        CHECK_ROW(&reads[i], rt_str_is(event_text(&e, reads[i].field), reads[i].text));
        CHECK_ROW(&reads[i], event_num(&e, reads[i].field, &number) == reads[i].is_number);
        CHECK_ROW(&reads[i], number == reads[i].number);
    }
}

static void
of_a_new_event_nothing_is_known(void)
{
    struct event e;
    int64_t number = 0;
    memset(&e, 0x5a, sizeof(e));
    event_init(&e);
    for (uint16_t f = 0; f < FIELD__COUNT; f++) {
        CHECK_ROW(&event_fields[f], event_text(&e, f).n == 0);
        CHECK_ROW(&event_fields[f], !event_num(&e, f, &number));
        CHECK_ROW(&event_fields[f], event_get(&e, f) == NULL);
    }
    CHECK(e.begin == RT_TIME_NONE && e.end == RT_TIME_NONE && e.outcome == OUTCOME_UNKNOWN);
    CHECK(e.copies == 1 && e.repeated == 1);
}

/* ---- sameness ---- */

/* Makes change number `i`. False: there is no such change. `poll_may`: polls may differ so. */
static bool
change_call(struct event *e, size_t i, const char **what, bool *poll_may)
{
    *poll_may = i < 3;
    switch (i) {
    case 0: *what = "begin", e->begin++; break;
    case 1: *what = "end", e->end++; break;
    case 2: *what = "request id", e->join = RT_LIT("k"); break;
    case 3: *what = "kind", e->kind = KIND_STOP; break;
    case 4: *what = "outcome", e->outcome = OUTCOME_FAIL; break;
    case 5: *what = "http", e->http = 404; break;
    case 6: *what = "code", e->code = EVENT_NO_CODE; break;
    case 7: *what = "status", e->status = 6; break;
    case 8: *what = "rid", e->rid = RT_LIT("Q"); break;
    case 9: *what = "sid", e->sid = RT_NONE; break;
    case 10: *what = "app id", e->app_id = RT_LIT("AA"); break;
    case 11: *what = "cname", e->cname = RT_LIT("Room"); break;
    case 12: *what = "uid", e->uid = RT_LIT("0527841"); break;
    case 13: *what = "mode", e->mode = RT_LIT("web"); break;
    case 14: *what = "method", e->method = RT_LIT("POST"); break;
    case 15: *what = "host", e->host = RT_LIT("g"); break;
    case 16: *what = "reason", e->reason = RT_LIT("no"); break;
    case 17: *what = "error", e->error = RT_LIT("timeout"); break;
    case 18: *what = "one value less", e->value_count--; break;
    case 19: *what = "another number", e->values = other_number; break;
    case 20: *what = "another text", e->values = other_text; break;
    case 21: *what = "another field", e->values = other_field; break;
    default: return false;
    }
    return true;
}

static void
calls_are_the_same_when_all_is(void)
{
    const struct event one = a_call();
    struct event other = a_call();
    /* Where it was read, and how often, does not count. */
    other.line = 77;
    other.input = 3;
    other.order = 1;
    other.copies = 2;
    CHECK(event_same(&one, &other) && event_same(&other, &one) && event_alike(&one, &other));
    struct {
        const char *name;
    } row = {NULL};
    bool poll_may = false;
    for (size_t i = 0; other = a_call(), change_call(&other, i, &row.name, &poll_may); i++) {
        CHECK_ROW(&row, !event_same(&one, &other) && !event_same(&other, &one));
        CHECK_ROW(&row, event_alike(&one, &other) == poll_may);
    }
}

static void
calls_without_a_fine_time_are_never_the_same(void)
{
    struct event one = a_call(), other = a_call();
    one.coarse = true;
    CHECK(!event_same(&one, &other) && !event_same(&other, &one));
    other.coarse = true;
    CHECK(!event_same(&one, &other));
    one = other = a_call();
    one.begin = other.begin = RT_TIME_NONE;
    CHECK(!event_same(&one, &other));
    other = a_callback();
    CHECK(!event_same(&one, &other) && !event_same(&other, &one));
}

static const struct {
    const char *name;
    const char *notice[2]; /* NULL: none */
    int64_t sequence[2];   /* -1: none */
    int64_t type[2];
    const char *sid[2], *uid[2];
    uint8_t kind[2];
    bool same;
} callbacks[] = {
    {"sent again",
     {"n", "n"},
     {4, 4},
     {40, 40},
     {"S", "S"},
     {"1", "1"},
     {KIND_HOOK, KIND_HOOK},
     true},
    {"the notice alone tells",
     {"n", "n"},
     {4, -1},
     {40, 40},
     {"S", ""},
     {"1", ""},
     {KIND_HOOK, KIND_HOOK},
     true},
    {"another notice, the same place",
     {"n", "m"},
     {4, 4},
     {40, 40},
     {"S", "S"},
     {"1", "1"},
     {KIND_HOOK, KIND_HOOK},
     true},
    {"no notice, the same place",
     {NULL, NULL},
     {4, 4},
     {40, 40},
     {"S", "S"},
     {"1", "1"},
     {KIND_HOOK, KIND_HOOK},
     true},
    {"no type is no difference",
     {NULL, NULL},
     {4, 4},
     {-1, -1},
     {"S", "S"},
     {"1", "1"},
     {KIND_HOOK, KIND_HOOK},
     true},
    {"another sequence",
     {NULL, NULL},
     {4, 5},
     {40, 40},
     {"S", "S"},
     {"1", "1"},
     {KIND_HOOK, KIND_HOOK},
     false},
    {"another type",
     {NULL, NULL},
     {4, 4},
     {40, 41},
     {"S", "S"},
     {"1", "1"},
     {KIND_HOOK, KIND_HOOK},
     false},
    {"another kind",
     {"n", "n"},
     {4, 4},
     {40, 40},
     {"S", "S"},
     {"1", "1"},
     {KIND_HOOK, KIND_HOOK + 1},
     false},
    {"another sid",
     {NULL, NULL},
     {4, 4},
     {40, 40},
     {"S", "T"},
     {"1", "1"},
     {KIND_HOOK, KIND_HOOK},
     false},
    {"another uid",
     {NULL, NULL},
     {4, 4},
     {40, 40},
     {"S", "S"},
     {"1", "2"},
     {KIND_HOOK, KIND_HOOK},
     false},
    {"no sid",
     {NULL, NULL},
     {4, 4},
     {40, 40},
     {"", ""},
     {"1", "1"},
     {KIND_HOOK, KIND_HOOK},
     false},
    {"no sequence",
     {NULL, NULL},
     {-1, -1},
     {40, 40},
     {"S", "S"},
     {"1", "1"},
     {KIND_HOOK, KIND_HOOK},
     false},
    {"nothing at all",
     {NULL, NULL},
     {-1, -1},
     {-1, -1},
     {"", ""},
     {"", ""},
     {KIND_HOOK, KIND_HOOK},
     false},
};

static void
a_callback_sent_again_is_known(void)
{
    for (size_t i = 0; i < COUNT(callbacks); i++) {
        struct event e[2];
        struct event_value values[2][3];
        for (size_t k = 0; k < 2; k++) {
            uint32_t n = 0;
            if (callbacks[i].notice[k] != NULL)
                values[k][n++] =
                    (struct event_value){.field = FIELD_NOTICE,
                                         .is_text = 1,
                                         .text = rt_str_of(callbacks[i].notice[k])};
            if (callbacks[i].sequence[k] >= 0)
                values[k][n++] = (struct event_value){.field = FIELD_SEQUENCE,
                                                      .num = callbacks[i].sequence[k]};
            if (callbacks[i].type[k] >= 0)
                values[k][n++] = (struct event_value){.field = FIELD_EVENT_TYPE,
                                                      .num = callbacks[i].type[k]};
            e[k] = a_callback();
            e[k].begin += (rt_time)k * RT_MIN; /* when a copy came does not count */
            e[k].kind = callbacks[i].kind[k];
            e[k].sid = rt_str_of(callbacks[i].sid[k]);
            e[k].uid = rt_str_of(callbacks[i].uid[k]);
            e[k].values = values[k];
            e[k].value_count = n;
        }
        CHECK_ROW(&callbacks[i], event_same(&e[0], &e[1]) == callbacks[i].same);
        CHECK_ROW(&callbacks[i], event_same(&e[1], &e[0]) == callbacks[i].same);
    }
}

/* ---- order ---- */

/* In the order in which they belong: each row is before all that follow. */
static const struct ordered {
    const char *name;
    rt_time begin;
    uint8_t source;
    int64_t sequence; /* -1: none */
    uint32_t input;
    uint64_t line;
    uint32_t order;
} ordered[] = {
    {"before 1970", -5, SOURCE_API, -1, 9, 9, 9},
    {"a callback may be before a call", 10, SOURCE_HOOK, -1, 0, 1, 0},
    {"calls of one time go by input", 20, SOURCE_API, -1, 0, 9, 9},
    {"then by line", 20, SOURCE_API, -1, 1, 1, 9},
    {"a later line", 20, SOURCE_API, -1, 1, 2, 0},
    {"then by place in the line", 20, SOURCE_API, -1, 1, 2, 1},
    {"callbacks come after calls", 20, SOURCE_HOOK, 1, 1, 8, 0},
    {"and go by sequence", 20, SOURCE_HOOK, 2, 0, 9, 0},
    {"one sequence, by line", 20, SOURCE_HOOK, 2, 1, 1, 0},
    {"no sequence, last", 20, SOURCE_HOOK, -1, 0, 5, 0},
    {"later", INT64_MAX, SOURCE_API, -1, 0, 0, 0},
    {"a call without time", RT_TIME_NONE, SOURCE_API, -1, 0, 1, 0},
    {"a later one in the input", RT_TIME_NONE, SOURCE_API, -1, 0, 2, 0},
};

static void
event_of(const struct ordered *r, struct event *e, struct event_value *sequence)
{
    event_init(e);
    e->begin = r->begin;
    e->source = r->source;
    e->input = r->input;
    e->line = r->line;
    e->order = r->order;
    *sequence = (struct event_value){.field = FIELD_SEQUENCE, .num = r->sequence};
    e->values = sequence;
    e->value_count = r->sequence >= 0;
}

static void
the_order_is_total(void)
{
    for (size_t i = 0; i < COUNT(ordered); i++)
        for (size_t k = 0; k < COUNT(ordered); k++) {
            struct event a, b;
            struct event_value x, y;
            event_of(&ordered[i], &a, &x);
            event_of(&ordered[k], &b, &y);
            int want = (i > k) - (i < k), got = event_compare(&a, &b);
            CHECK_ROW(&ordered[i], (got > 0) - (got < 0) == want);
        }
}

/* ---- copies ---- */

static void
a_copy_is_deep_and_shares_what_is_equal(void)
{
    struct rt_arena a;
    rt_arena_init(&a, 256, 0);
    char sid[] = "S";
    struct event e = a_call();
    e.sid = rt_str_of(sid);
    struct event *first = event_copy(&a, &e, NULL);
    struct event *second = event_copy(&a, &e, first);
    CU_ASSERT_FATAL(first != NULL && second != NULL);
    CHECK(event_same(&e, first) && event_same(first, second));
    CHECK(first->sid.p != sid && first->values != e.values);
    CHECK(first->values[1].text.p != e.values[1].text.p);
    CHECK(second->sid.p == first->sid.p && second->cname.p == first->cname.p);
    CHECK(first->reason.n == 0);
    sid[0] = '#';
    CHECK(rt_str_is(first->sid, "S") && rt_str_is(second->sid, "S"));
    rt_arena_fini(&a);
}

static void
a_value_is_added_to_this_event_only(void)
{
    struct rt_arena a;
    struct event e = a_call(), was = e;
    struct event_value more = {.field = FIELD_PROGRESS, .num = 9000};
    int64_t number = 0;
    rt_arena_init(&a, 256, 0);
    CHECK(event_add(&a, &e, &more) == 0 && e.value_count == was.value_count + 1);
    CHECK(event_num(&e, FIELD_PROGRESS, &number) && number == 9000);
    CHECK(event_num(&e, FIELD_FILES, &number) && number == 3);
    CHECK(event_get(&was, FIELD_PROGRESS) == NULL);
    /* Two that had the same values go apart. */
    struct event twin = e, *both[] = {&e, &twin};
    for (int64_t i = 0; i < 4; i++)
        CHECK(event_add(&a, both[i % 2],
                        &(struct event_value){.field = FIELD_SEQUENCE, .num = i}) == 0);
    CHECK(e.value_count == was.value_count + 3 && twin.value_count == e.value_count);
    for (uint32_t i = 0; i < 4; i++)
        CHECK(both[i % 2]->values[was.value_count + 1 + i / 2].num == i);
    struct event empty;
    event_init(&empty);
    CHECK(event_add(&a, &empty, &more) == 0 && event_get(&empty, FIELD_PROGRESS) != NULL);
    rt_arena_fini(&a);
}

/* Whichever allocation fails: NULL or -1, and the event is as it was. */
static void
without_memory_nothing_changes(void)
{
    struct event e = a_call(), *copy = NULL;
    int64_t failures = 0;
    for (; copy == NULL && failures < 100; failures++) {
        struct rt_arena a;
        rt_arena_init(&a, 16, 0); /* small chunks: many allocations */
        rt_alloc_fail_at(failures, 1);
        copy = event_copy(&a, &e, NULL);
        rt_alloc_fail_at(-1, 0);
        CHECK(copy == NULL || event_same(copy, &e));
        rt_arena_fini(&a);
    }
    CHECK(failures > 2 && copy != NULL);
    struct rt_arena a;
    rt_arena_init(&a, 16, 0);
    rt_alloc_fail_at(0, 1);
    CHECK(event_add(&a, &e, &hook_values[0]) < 0);
    rt_alloc_fail_at(-1, 0);
    CHECK(e.values == call_values && e.value_count == COUNT(call_values));
    rt_arena_fini(&a);
}

static const struct check_test tests[] = {
    {"every field is found by its one name", every_field_is_found_by_its_one_name},
    {"every kind is found by its one name", every_kind_is_found_by_its_one_name},
    {"a word may mean a derived field", a_word_may_mean_a_derived_field},
    {"fields are read", fields_are_read},
    {"of a new event nothing is known", of_a_new_event_nothing_is_known},
    {"calls are the same when all is", calls_are_the_same_when_all_is},
    {"calls without a fine time are never the same",
     calls_without_a_fine_time_are_never_the_same},
    {"a callback sent again is known", a_callback_sent_again_is_known},
    {"the order is total", the_order_is_total},
    {"a copy is deep and shares what is equal", a_copy_is_deep_and_shares_what_is_equal},
    {"a value is added to this event only", a_value_is_added_to_this_event_only},
    {"without memory nothing changes", without_memory_nothing_changes},
    {NULL, NULL},
};
CHECK_MAIN("event", tests)
