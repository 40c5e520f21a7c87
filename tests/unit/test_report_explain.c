/* Every row of the tables answers by its own name, and a number in a field only with what stands there. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "report/explain.h"
#include "rules/load.h"
#include "session/session.h"

static struct rule_set *rules;

static void
load(void)
{
    struct rule_messages m;
    struct rt_err err = {0};
    struct rule_sources from = {.builtin = true};
    rule_messages_init(&m);
    rules = rule_set_load(&from, &rt_limits_default, &m, &err);
    rule_messages_fini(&m);
}

/* A row's name, for the message. */
struct named {
    char name[80];
};

static struct named
named(rt_str s)
{
    struct named n;
    snprintf(n.name, sizeof(n.name), "%.*s", RT_FMT(s));
    return n;
}

/* Both forms answer, or neither. */
static bool
answers(rt_str word, const char *with)
{
    struct rt_err err = {0};
    struct writer_options w = {.columns = 96, .unicode = true};
    struct out *text = out_memory(&err), *json = out_memory(&err);
    int rc = explain_text(rules, word, KIND_NONE, &w, text);
    bool same = rc == explain_json(rules, word, KIND_NONE, json);
    bool said = with == NULL || (rt_str_find(out_text(text), rt_str_of(with)) != SIZE_MAX);
    out_abort(&text);
    out_abort(&json);
    return rc == 0 && same && said;
}

static void
every_row_answers_by_its_name(void)
{
    const struct code_entry *e;
    const struct hook_type *h;
    const struct rule *r;
    char number[32];
    unsigned codes = 0;
    CU_ASSERT_FATAL(rules != NULL);
    RT_EACH (e, &rules->codes) {
        bool is_text = code_subject_is_text(e->subject);
        snprintf(number, sizeof(number), "%s %lld", code_subject_names[e->subject],
                 (long long)e->number);
        struct named row = named(is_text ? e->text : rt_str_of(number)),
                     title = named(e->title);
        CHECK_ROW(&row, answers(e->id, title.name));
        CHECK_ROW(&row, answers(is_text ? e->text : rt_str_of(number), NULL));
        codes++;
    }
    RT_EACH (h, &rules->hooks) {
        struct named row = named(h->name);
        snprintf(number, sizeof(number), "event %lld", (long long)h->number);
        CHECK_ROW(&row, answers(h->name, "callback") && answers(rt_str_of(number), row.name));
    }
    RT_EACH (r, &rules->rules) {
        struct named row = named(r->id);
        CHECK_ROW(&row, answers(r->id, "says"));
    }
    for (int p = 0; p < PHASE__COUNT; p++)
        CHECK(answers(rt_str_of(session_phase_name((enum session_phase)p)),
                      session_phase_doc((enum session_phase)p)));
    CHECK(codes > 100);
}

static void
a_number_in_a_field_is_only_that(void)
{
    static const struct {
        const char *name, *with, *without;
    } rows[] = {{"leave 6", "LEAVE_CODE_NO_USERS", "recording status"},
                {"leaveCode=6", "LEAVE_CODE_SIG", "LEAVE_CODE_CLIENT_LEAVE"},
                {"leave 0", "LEAVE_CODE_INIT", "LEAVE_CODE_SIG"},
                {"warnCode 31", "warning 31", "callback"},
                {"eventType: 31", "callback 31", "warning"},
                {"state 0", "stream state 0", "recording status"},
                {"page stop code 3", "start_engine_failed", "callback"},
                {"code 2", "code 2", "page stop"},
                {"http 404", "HTTP status 404", "failed to find worker"},
                {"status 404", "HTTP status 404", "failed to find worker"}};
    CU_ASSERT_FATAL(rules != NULL);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        CHECK_ROW(&rows[i], answers(rt_str_of(rows[i].name), rows[i].with) &&
                                !answers(rt_str_of(rows[i].name), rows[i].without));
    CHECK(answers(RT_LIT("leave 48"), "the 32 that is left of 48 stands in no table"));
    CHECK(!answers(RT_LIT("code 99"), NULL));
    CHECK(!answers(RT_LIT("no such thing"), NULL));
}

static void
a_number_by_itself_may_be_a_sum(void)
{
    CHECK(answers(RT_LIT("24"), "LEAVE_CODE_CLIENT_LEAVE") &&
          answers(RT_LIT("24"), "LEAVE_CODE_TIMER_CATCH"));
    CHECK(answers(RT_LIT("6"), "LEAVE_CODE_NO_USERS") &&
          answers(RT_LIT("6"), "recording status 6"));
    CHECK(!answers(RT_LIT("16"), "LEAVE_CODE_SIG") && !answers(RT_LIT("41"), "LEAVE_CODE"));
    rule_set_free(&rules);
}

static const struct check_test tests[] = {
    {"the tables are there", load},
    {"every row answers by its name", every_row_answers_by_its_name},
    {"a number in a field is only that", a_number_in_a_field_is_only_that},
    {"a number by itself may be a sum", a_number_by_itself_may_be_a_sum},
    {NULL, NULL},
};
CHECK_MAIN("explain", tests)
