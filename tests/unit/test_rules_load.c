/*
 * test_rules_load.c - what rule files become: patterns, tables, changes by the user, lookups.
 */
#include "config.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "rules/condition.h"
#include "rules/digest.h"
#include "rules/frozen.h"
#include "rules/pack.h"
#include "rules/test_log.h"
#include "test_rules_kit.h"

/* The example of the manual, with what it needs around it. */
static const char example[] =
    "rectrace: 1\n"
    "family: resource-lifetime\n"
    "about: A resource id lives five minutes.\n"
    "rank: 20\n"
    "params:\n"
    "  ttl: 5m\n"
    "rules:\n"
    "  - id: resource-id-expired\n"
    "    rev: 2\n"
    "    severity: error\n"
    "    confidence: medium\n"
    "    certain-with: refused\n"
    "    by: recorder\n"
    "    status: trial\n"
    "    when:\n"
    "      - see: acquire ok\n"
    "        as: a\n"
    "      - no: start ok\n"
    "        for: $ttl\n"
    "      - see: [start fail, 'answer code=433']\n"
    "        as: s\n"
    "        within: 1h\n"
    "        same: [rid, cname]\n"
    "      - maybe: start code=433\n"
    "        as: refused\n"
    "    unless:\n"
    "      - { see: stop ok, within: 90s }\n"
    "    let:\n"
    "      held: s.begin - a.end\n"
    "      late: s.begin - a.end - $ttl + 1s\n"
    "    explains: [code-433]\n"
    "    say: 'start was sent {held} after {a.name}, {late} late'\n"
    "    why: valid for {$ttl}, {s.cname}, {count} times\n"
    "    fix: Call acquire right before start.\n"
    "    see-also: the error page\n"
    "    tests:\n"
    "      - name: 42 seconds late\n"
    "        log: |\n"
    "          +0      acquire ok rid=R1\n"
    "          +5m42s  start code=433 rid=R1\n"
    "        expect: { late: 42s, confidence: certain }\n"
    "      - { name: in time, log: '+0 acquire ok', expect: none }\n"
    "      - { log: '+0 acquire ok', expect: [code-433, other] }\n"
    "    also:\n"
    "      - confidence: low\n"
    "        when: [ { see: start code=433, as: s } ]\n"
    "        let: {}\n"
    "        say: refused\n"
    "      - when: [ { see: stop code=433, as: s }, { see: query, as: a } ]\n";

static struct rt_pos
place_of(const char *text, const char *what)
{
    const char *at = strstr(text, what);
    struct rt_pos pos = {NULL, 1, 1};
    for (const char *p = text; p < at; p++) {
        pos.col = *p == '\n' ? 1 : pos.col + 1;
        pos.line += *p == '\n';
    }
    return pos;
}

static bool
stands_at(struct rt_pos pos, const char *what)
{
    struct rt_pos want = place_of(example, what);
    return pos.line == want.line && pos.col == want.col && strcmp(pos.file, "a.yaml") == 0;
}

/* The inherited `why` speaks of {s.cname}: each shape of the example has an s. */
static void
load_example(struct loaded *l)
{
    kit_texts(l, false, example, NULL, NULL);
    rt_str said = kit_print(l);
    if (said.n > 0)
        printf("\n%.*s", RT_FMT(said));
    /* The last shape has no `held` and `late` of its own, but both labels of them. */
    if (l->set == NULL || l->set->rules.n != 3)
        abort();
}

static void
a_rule_keeps_all_that_is_written(void)
{
    struct loaded l;
    load_example(&l);
    const struct rule *r = rule_set_rule(l.set, RT_LIT("resource-id-expired"));
    CHECK(r != NULL && r->variant == 0 && l.set->skipped == 0);
    CHECK(rt_str_is(r->family, "resource-lifetime") && r->rank == 20 && r->rev == 2 &&
          r->trial && !r->off);
    CHECK(r->severity == SEVERITY_ERROR && r->confidence == CONFIDENCE_MEDIUM &&
          r->scope == SCOPE_RECORDER);
    CHECK(r->when_count == 4 && r->certain_with == 3 && r->unless_count == 1);
    CHECK(r->when[0].type == STEP_SEE && rt_str_is(r->when[0].text, "acquire ok") &&
          rt_str_is(r->when[0].label, "a"));
    CHECK(r->when[1].type == STEP_NO && r->when[1].lasts == 5 * RT_MIN);
    CHECK(r->when[2].alt_count == 2 &&
          rt_str_is(r->when[2].text, "start fail or answer code=433"));
    CHECK(r->when[2].within == RT_HOUR && r->when[2].after == RT_DUR_NONE &&
          r->when[2].times == 1);
    CHECK(r->when[2].same_count == 2 && r->when[2].same[0] == FIELD_RID &&
          r->when[2].same[1] == FIELD_CNAME);
    CHECK(r->when[3].type == STEP_MAYBE && rt_str_is(r->when[3].label, "refused"));
    CHECK(r->unless[0].within == 90 * RT_SEC);
    CHECK(r->needs == (1ull << KIND_ACQUIRE | 1ull << KIND_START | 1ull << KIND_ANSWER));
    CHECK(r->explain_count == 1 && rt_str_is(r->explains[0], "code-433"));
    CHECK(rt_str_is(r->see_also, "the error page") &&
          rt_str_is(r->fix, "Call acquire right before start."));
    CHECK(stands_at(r->pos, "id: resource-id"));
    CHECK(stands_at(r->when[2].alts[1].pos, "answer code") &&
          stands_at(r->when[2].alts[1].conds[0].pos, "code=433']"));
    kit_free(&l);
}

static void
lets_are_differences_with_an_offset(void)
{
    struct loaded l;
    load_example(&l);
    const struct rule *r = &l.set->rules.v[0];
    CHECK(r->let_count == 2 && rt_str_is(r->lets[1].name, "late"));
    CHECK(r->lets[1].to_step == 2 && !r->lets[1].to_end && r->lets[1].from_step == 0 &&
          r->lets[1].from_end);
    CHECK(r->lets[0].offset == 0 && r->lets[1].offset == RT_SEC - 5 * RT_MIN);
    kit_free(&l);
}

static void
tests_of_a_rule_keep_their_place(void)
{
    struct loaded l;
    load_example(&l);
    const struct rule *r = &l.set->rules.v[0];
    CHECK(r->test_count == 3);
    CHECK(rt_str_is(r->tests[0].name, "42 seconds late") &&
          r->tests[0].expect == EXPECT_VALUES);
    CHECK(rt_str_is(r->tests[0].log,
                    "+0      acquire ok rid=R1\n+5m42s  start code=433 rid=R1\n"));
    CHECK(r->tests[0].log_pos.line == place_of(example, "+0      acquire").line);
    CHECK(r->tests[0].count == 2 && rt_str_is(r->tests[0].keys[1], "confidence") &&
          rt_str_is(r->tests[0].values[1], "certain"));
    CHECK(r->tests[1].expect == EXPECT_NONE);
    CHECK(r->tests[2].expect == EXPECT_IDS && r->tests[2].count == 2 &&
          rt_str_is(r->tests[2].keys[1], "other"));
    kit_free(&l);
}

static void
other_shapes_inherit_what_they_do_not_replace(void)
{
    struct loaded l;
    load_example(&l);
    const struct rule *main = &l.set->rules.v[0], *bare = &l.set->rules.v[1],
                      *last = &l.set->rules.v[2];
    CHECK(bare->variant == 1 && last->variant == 2 && rt_str_eq(bare->id, main->id) &&
          bare->test_count == 0);
    CHECK(bare->confidence == CONFIDENCE_LOW && bare->let_count == 0 &&
          rt_str_is(bare->say, "refused"));
    CHECK(bare->certain_with == UINT16_MAX && bare->unless_count == 1 &&
          bare->scope == SCOPE_RECORDER);
    CHECK(bare->needs == 1ull << KIND_START);
    CHECK(last->confidence == CONFIDENCE_MEDIUM && last->let_count == 2 &&
          rt_str_eq(last->say, main->say));
    CHECK(last->lets[0].to_step == 0 && last->lets[0].from_step == 1);
    kit_free(&l);
    kit_texts(&l, false,
              KIT_HEAD "rules:\n  - id: r\n    rev: 1\n    severity: info\n    when: [ { see: "
                       "start, as: s } ]\n"
                       "    say: '{s.cname}'\n    why: x\n    fix: x\n    also: [ { when: [ { "
                       "see: stop } ] } ]\n",
              NULL, NULL);
    CHECK(l.messages.errors == 1 && l.set->skipped == 1 && l.set->rules.n == 0);
    CHECK(rt_str_find(
              kit_print(&l),
              RT_LIT(
                  "'say' of the rule speaks of '{s.cname}', which this shape does not have")) !=
          SIZE_MAX);
    kit_free(&l);
}

static void
conditions_resolve_to_fields_and_numbers(void)
{
    static const struct {
        const char *name;
        const char *match;
        uint64_t kinds;
        size_t conds;
        enum cond_op op; /* of the first condition */
        uint16_t field;
        bool is_num;
        int64_t num;
        const char *text;
    } rows[] = {
        {"outcome", "start ok", 1ull << KIND_START, 1, OP_OK, 0, false, 0, ""},
        {"failure", "stop fail", 1ull << KIND_STOP, 1, OP_FAIL, 0, false, 0, ""},
        {"number", "start code=433", 1ull << KIND_START, 1, OP_EQ, FIELD_CODE, true, 433,
         "433"},
        {"text", "start cname!=a.b", 1ull << KIND_START, 1, OP_NE, FIELD_CNAME, false, 0,
         "a.b"},
        {"bits", "query leaveCode&64", 1ull << KIND_QUERY, 1, OP_BITS, FIELD_LEAVE_CODE, true,
         64, "64"},
        {"at most", "query status<=4", 1ull << KIND_QUERY, 1, OP_LE, FIELD_STATUS, true, 4,
         "4"},
        {"class of a uid", "acquire uid=out-of-range", 1ull << KIND_ACQUIRE, 1, OP_EQ,
         FIELD_UID_DEFECT, false, 0, "out-of-range"},
        {"class of a channel", "start cname!=acquired", 1ull << KIND_START, 1, OP_NE,
         FIELD_CNAME_IS, false, 0, "acquired"},
        {"uid itself", "start uid=527", 1ull << KIND_START, 1, OP_EQ, FIELD_UID, true, 527,
         "527"},
        {"regex with a blank", "start reason~/time out|a\\/b/ ok", 1ull << KIND_START, 2,
         OP_MATCH, FIELD_REASON, false, 0, "time out|a\\/b"},
        {"parameter", "start code>=$most", 1ull << KIND_START, 1, OP_GE, FIELD_CODE, true, 3,
         "3"},
        {"word parameter", "start cname=$word", 1ull << KIND_START, 1, OP_EQ, FIELD_CNAME,
         false, 0, "blue"},
        {"call", "call", (1ull << KIND_OTHER_HOOK) - 1, 0, OP_OK, 0, false, 0, ""},
        {"hook", "hook", ~((1ull << KIND_OTHER_HOOK) - 1), 0, OP_OK, 0, false, 0, ""},
        {"any", "any", UINT64_MAX, 0, OP_OK, 0, false, 0, ""},
        {"callback", "left leaveCode=1", 1ull << KIND_HOOK, 1, OP_EQ, FIELD_LEAVE_CODE, true, 1,
         "1"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rt_buf b;
        struct loaded l;
        rt_buf_init(&b, 4096);
        rt_buf_addf(&b, KIT_RULE("      - see: '%s'\n"), rows[i].match);
        kit_texts(&l, false, rt_buf_z(&b),
                  "rectrace: 1\nfamily: h\nwebhooks: [ { type: 41, name: left, means: x } ]\n",
                  NULL);
        CHECK_ROW(&rows[i], l.set != NULL && l.messages.errors == 0 && l.set->rules.n == 1);
        const struct rule_match *m =
            l.set->rules.n == 0 ? NULL : l.set->rules.v[0].when[0].alts;
        CHECK_ROW(&rows[i],
                  m != NULL && m->kinds == rows[i].kinds && m->cond_count == rows[i].conds);
        if (m != NULL && m->cond_count > 0) {
            CHECK_ROW(&rows[i],
                      m->conds[0].op == rows[i].op && m->conds[0].field == rows[i].field);
            CHECK_ROW(&rows[i],
                      m->conds[0].is_num == rows[i].is_num && m->conds[0].num == rows[i].num);
            CHECK_ROW(&rows[i], rt_str_is(m->conds[0].text, rows[i].text));
            CHECK_ROW(&rows[i], (m->conds[0].re != NULL) == (rows[i].op == OP_MATCH));
        }
        kit_free(&l);
        rt_buf_fini(&b);
    }
}

static void
times_may_be_a_parameter(void)
{
    struct loaded l;
    kit_texts(&l, false, KIT_RULE("      - { see: start fail, times: $most, within: $ttl }\n"),
              NULL, NULL);
    CHECK(l.messages.errors == 0 && l.set->rules.n == 1);
    CHECK(l.set->rules.v[0].when[0].times == 3 &&
          l.set->rules.v[0].when[0].within == 5 * RT_MIN);
    kit_free(&l);
}

static void
a_user_changes_severity_parameters_and_off(void)
{
    static const char rule[] =
        KIT_RULE("      - { see: start ok, as: s }\n      - { no: stop, for: $ttl }\n");
    static const char change[] = "rules:\n  r: { severity: info, params: { ttl: 90s } }\n";
    struct loaded l;
    kit_texts(&l, false, change, rule, NULL); /* the order of the files says nothing */
    const struct rule *r = rule_set_rule(l.set, RT_LIT("r"));
    CHECK(l.messages.list.n == 0 && r != NULL && r->severity == SEVERITY_INFO && !r->off);
    CHECK(r->when[1].lasts == 90 * RT_SEC);
    CHECK(r->param_count == 3 && r->params[0].dur == 90 * RT_SEC &&
          rt_str_is(r->params[0].text, "90s"));
    kit_free(&l);
    kit_texts(&l, false, rule, change, "rules: { r: off }\n"); /* the last word counts */
    r = rule_set_rule(l.set, RT_LIT("r"));
    CHECK(l.messages.list.n == 0 && r != NULL && r->off && r->severity == SEVERITY_ERROR);
    kit_free(&l);
}

static void
a_user_replaces_by_id_number_and_name(void)
{
    static const char ours[] =
        KIT_HEAD "codes: [ { code: 7, means: ours }, { code: 8, means: ours } ]\n"
                 "webhooks: [ { type: 41, name: left, means: ours }, { type: 42, name: came, "
                 "means: ours } ]\n"
                 "parameters: [ { path: a/b, type: string, means: ours } ]\n"
                 "formats: [ { name: plain, match: a, literal: ours_here } ]\n"
                 "rules:\n  - { id: r, rev: 1, severity: error, when: [ { see: came } ], say: "
                 "ours, why: x, fix: x }\n"
                 "  - { id: other, rev: 1, severity: error, when: [ { see: stop } ], say: "
                 "ours, why: x, fix: x }\n";
    static const char mine[] =
        KIT_HEAD "codes: [ { code: 7, means: mine } ]\n"
                 "webhooks: [ { type: 42, name: arrived, means: mine } ]\n"
                 "parameters: [ { path: a/b, type: string, means: mine } ]\n"
                 "formats: [ { name: plain, match: b, literal: mine_too } ]\n"
                 "rules:\n  - { id: r, rev: 2, severity: error, when: [ { see: left } ], say: "
                 "mine, why: x, fix: x }\n"
                 "  - { id: other, rev: 2, severity: error, when: [ { see: nothing } ], say: "
                 "mine, why: x, fix: x }\n";
    struct loaded l;
    kit_texts(&l, false, ours, mine, NULL);
    CHECK(rt_str_is(rule_set_code(l.set, 7, KIND_START, 0, RT_NONE)->means, "mine"));
    CHECK(rt_str_is(rule_set_code(l.set, 8, KIND_START, 0, RT_NONE)->means, "ours"));
    CHECK(l.set->hooks.n == 2 && rule_set_hook(l.set, 42)->kind == KIND_HOOK + 1);
    CHECK(rule_set_kind(l.set, RT_LIT("arrived")) == KIND_HOOK + 1 &&
          rule_set_kind(l.set, RT_LIT("came")) == KIND_NONE);
    CHECK(l.set->parameters.n == 1 &&
          rt_str_is(rule_set_parameter(l.set, "a/b", KIND_START)->means, "mine"));
    CHECK(l.set->formats.n == 1 && rt_str_is(l.set->formats.v[0].literals[0], "mine_too"));
    CHECK(rt_str_is(rule_set_rule(l.set, RT_LIT("r"))->say, "mine"));
    /* A bad replacement leaves the good rule in force; the name `came` is gone with its callback. */
    CHECK(rt_str_is(rule_set_rule(l.set, RT_LIT("other"))->say, "ours"));
    CHECK(l.set->rules.n == 2 && l.set->skipped == 2 && l.messages.errors == 2);
    kit_free(&l);
}

static void
two_rules_of_one_file_with_one_id_are_a_mistake(void)
{
#define ONE(say)                                                               \
    "  - { id: r, rev: 1, severity: error, when: [ { see: stop } ], say: " say \
    ", why: x, fix: x }\n"
    struct loaded l;
    kit_texts(&l, false, KIT_HEAD "rules:\n" ONE("first") ONE("second"), NULL, NULL);
    CHECK(l.messages.errors == 1 && l.set->skipped == 1);
    CHECK(rt_str_find(kit_print(&l),
                      RT_LIT("a.yaml:5:11: error: rule 'r' stands in a.yaml:4 already\n")) !=
          SIZE_MAX);
    CHECK(rt_str_is(rule_set_rule(l.set, RT_LIT("r"))->say, "first"));
    kit_free(&l);
}

static const char codes[] = KIT_HEAD
    "codes:\n"
    "  - { code: 62, means: any }\n"
    "  - { code: 62, on: [start], means: start }\n"
    "  - { code: 62, on: [start], http: 400, means: start 400 }\n"
    "  - { code: 62, on: [start], http: 400, reason: too many, means: start 400 too many }\n"
    "  - { code: 62, http: 500, means: '500' }\n"
    "  - { code: 9, on: [stop], means: stop only }\n"
    "  - { http: 404, means: not found }\n"
    "  - { http: 404, on: [query], means: not found on query }\n"
    "  - { http: 200, means: fine }\n"
    "  - { string: no Route, means: short }\n"
    "  - { string: no Route matched with those values, means: long }\n"
    "  - { string: named, id: string-by-hand, means: x }\n"
    "  - { state: serviceInProgress, means: works }\n"
    "  - { status: 4, means: recording }\n"
    "  - { leave: 2, means: bit }\n"
    "  - { error: 3, means: any module }\n"
    "  - { error: 3, module: 1, means: module one, severity: warning }\n";

static void
codes_are_looked_up_by_the_most_exact_entry(void)
{
    static const struct {
        const char *name;
        int64_t code;
        uint8_t kind;
        int32_t http;
        const char *reason;
        const char *means; /* NULL: not listed */
    } rows[] = {
        {"nothing known", 62, KIND_NONE, 0, "", "any"},
        {"another call", 62, KIND_STOP, 400, "", "any"},
        {"call", 62, KIND_START, 0, "", "start"},
        {"call and another status", 62, KIND_START, 401, "", "start"},
        {"call and status", 62, KIND_START, 400, "", "start 400"},
        {"call, status and reason", 62, KIND_START, 400, "There are Too Many of them",
         "start 400 too many"},
        {"status alone", 62, KIND_QUERY, 500, "", "500"},
        {"call unknown", 62, KIND_ANSWER, 500, "", "500"},
        {"listed for another call only", 9, KIND_START, 0, "", "stop only"},
        {"not listed", 63, KIND_START, 0, "", NULL},
    };
    struct loaded l;
    kit_texts(&l, false, codes, NULL, NULL);
    CHECK(l.messages.list.n == 0);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct code_entry *e = rule_set_code(l.set, rows[i].code, rows[i].kind,
                                                   rows[i].http, rt_str_of(rows[i].reason));
        CHECK_ROW(&rows[i], (e == NULL) == (rows[i].means == NULL));
        CHECK_ROW(&rows[i], e == NULL || rt_str_is(e->means, rows[i].means));
        if (e != NULL && !rt_str_is(e->means, rows[i].means))
            printf("\n%s: found '%.*s'\n", rows[i].name, RT_FMT(e->means));
    }
    kit_free(&l);
}

static void
other_subjects_are_looked_up_by_their_own_rules(void)
{
    struct loaded l;
    kit_texts(&l, false, codes, NULL, NULL);
    const struct rule_set *set = l.set;
    CHECK(rt_str_is(rule_set_http(set, 404, KIND_START)->means, "not found"));
    CHECK(rt_str_is(rule_set_http(set, 404, KIND_QUERY)->means, "not found on query"));
    CHECK(rule_set_http(set, 404, KIND_START)->severity == SEVERITY_ERROR);
    CHECK(rule_set_http(set, 200, KIND_START)->severity == SEVERITY_NONE &&
          rule_set_http(set, 418, KIND_START) == NULL);
    CHECK(rt_str_is(rule_set_http(set, 404, KIND_START)->id, "http-404"));
    const struct code_entry *e =
        rule_set_string(set, RT_LIT("{\"message\":\"No route matched with those values\"}"));
    CHECK(e != NULL && rt_str_is(e->means, "long") &&
          rt_str_is(e->id, "string-no-route-matched-with-those-values"));
    CHECK(rt_str_is(rule_set_string(set, RT_LIT("no route here"))->means, "short"));
    CHECK(rt_str_is(rule_set_string(set, RT_LIT("it is named"))->id, "string-by-hand"));
    CHECK(rule_set_string(set, RT_LIT("nothing")) == NULL);
    e = rule_set_state(set, SUBJECT_STATE, RT_LIT("ServiceInProgress"));
    CHECK(e != NULL && rt_str_is(e->id, "state-service-in-progress") &&
          e->severity == SEVERITY_NONE);
    CHECK(rule_set_state(set, SUBJECT_STATE, RT_LIT("service")) == NULL);
    CHECK(rt_str_is(rule_set_number(set, SUBJECT_STATUS, 4, -1)->id, "status-4"));
    CHECK(rule_set_number(set, SUBJECT_LEAVE, 4, -1) == NULL);
    CHECK(rt_str_is(rule_set_number(set, SUBJECT_ERROR, 3, 1)->means, "module one"));
    CHECK(rule_set_number(set, SUBJECT_ERROR, 3, 1)->severity == SEVERITY_WARNING);
    CHECK(rt_str_is(rule_set_number(set, SUBJECT_ERROR, 3, 2)->means, "any module"));
    CHECK(rule_set_id(set, RT_LIT("code-62")) && rule_set_id(set, RT_LIT("unknown-code")) &&
          !rule_set_id(set, RT_LIT("r")));
    kit_free(&l);
}

static void
formats_and_envelopes_are_paths_and_groups(void)
{
    static const char text[] = KIT_HEAD
        "envelope: { type: [/eventType, /payload/a~1b~0c], ours: [3, 5] }\n"
        "webhooks: [ { type: 41, name: left, means: x, details: { leaveCode: leaveCode, /a/b: "
        "status } } ]\n"
        "formats:\n"
        "  - { name: t, match: '(?<x_node>a)(?<url>b)(?<code>c)', duration-unit: s, stamp: "
        "answer }\n"
        "  - { name: j, json: { time: [/ts, /time], url: /req/url } }\n"
        "parameters:\n  - { path: a/b, on: [start, update], type: integer, min: 1.5, max: 9, "
        "values: [2, 3],"
        " modes: [mix, web], pattern: '^a+$', required: true, default: '30', max-bytes: 64 }\n";
    struct loaded l;
    kit_texts(&l, false, text, NULL, NULL);
    CHECK(l.messages.list.n == 0 && l.set->formats.n == 2 && l.set->hooks.n == 1);
    const struct hook_envelope *e = &l.set->envelope;
    CHECK(e->path_count[ENVELOPE_TYPE] == 2 && e->paths[ENVELOPE_TYPE][1].count == 2);
    CHECK(rt_str_is(e->paths[ENVELOPE_TYPE][1].segments[1], "a/b~c") && e->our_count == 2 &&
          e->ours[1] == 5);
    CHECK(l.set->hooks.v[0].detail_count == 2 &&
          l.set->hooks.v[0].details[1].field == FIELD_STATUS);
    const struct format *f = &l.set->formats.v[0];
    CHECK(!f->is_json && f->group[FORMAT_URL] == 2 && f->group[FORMAT_TIME] == -1 &&
          f->end_stamp);
    CHECK(f->x_group_count == 2 && f->duration_unit == RT_SEC);
    uint16_t node = 0;
    CHECK(rule_set_field(l.set, RT_LIT("x_node"), &node) && node >= FIELD__COUNT);
    CHECK(rt_str_is(rule_set_field_name(l.set, node), "x_node") &&
          !rule_set_field(l.set, RT_LIT("x_other"), &node));
    f = &l.set->formats.v[1];
    CHECK(f->is_json && f->path_count[FORMAT_TIME] == 2 && f->path_count[FORMAT_URL] == 1 &&
          f->duration_unit == RT_MS);
    const struct parameter *p = rule_set_parameter(l.set, "a/b", KIND_UPDATE);
    CHECK(p != NULL && rule_set_parameter(l.set, "a/b", KIND_STOP) == NULL &&
          rule_set_parameter(l.set, "a", KIND_NONE) == NULL);
    CHECK(p->has_min && p->min > 1.4 && p->has_max && p->value_count == 2 &&
          rt_str_is(p->modes, "mix web"));
    CHECK(p->pattern != NULL && p->required && rt_str_is(p->fallback, "30") &&
          p->max_bytes == 64);
    kit_free(&l);
}

static void
acceptances_end_with_their_day(void)
{
    static const char text[] = "rectrace: 1\naccept: [ { rule: unknown-code, where: cname=a*, "
                               "until: 2026-03-01, why: x } ]\n";
    const struct pack_file files[] = {{.name = "a.yaml", .text = rt_str_of(text)},
                                      {.name = NULL}};
    struct rule_sources from = {.memory = files,
                                .today = rt_time_civil(2026, 3, 1, 12, 0, 0, 0)};
    struct loaded l;
    kit_load(&l, &from);
    CHECK(l.messages.list.n == 0 && l.set->accepts.n == 1);
    CHECK(l.set->accepts.v[0].until == rt_time_civil(2026, 3, 1, 23, 59, 59, 0));
    CHECK(rt_str_is(l.set->accepts.v[0].where, "cname=a*"));
    kit_free(&l);
    from.today += RT_DAY;
    kit_load(&l, &from);
    CHECK(l.messages.warnings == 1 && l.messages.errors == 0 && l.set->accepts.n == 1);
    kit_free(&l);
}

static void
lines_of_a_test_are_events(void)
{
    static const struct {
        const char *name;
        const char *line;
        int rc;
        enum test_line_type type;
        rt_dur at;
        uint8_t kind;
        size_t sets;
        uint32_t col; /* of the mistake */
    } rows[] = {
        {"call", "+0      acquire ok rid=R1", 0, TEST_LINE_EVENT, 0, KIND_ACQUIRE, 1, 0},
        {"later", "  +5m42s start code=433 rid=R1 app=A", 0, TEST_LINE_EVENT, 342 * RT_SEC,
         KIND_START, 3, 0},
        {"end", "END hook +90s", 0, TEST_LINE_END, 90 * RT_SEC, 0, 0, 0},
        {"empty", "   ", 0, TEST_LINE_EMPTY, 0, 0, 0, 0},
        {"remark", "# +0 acquire", 0, TEST_LINE_EMPTY, 0, 0, 0, 0},
        {"no sign", "5s acquire", -1, TEST_LINE_EVENT, 0, 0, 0, 1},
        {"unknown event", "+5s  aquire ok", -1, TEST_LINE_EVENT, 0, 0, 0, 6},
        {"no event", "+5s", -1, TEST_LINE_EVENT, 0, 0, 0, 4},
        {"unknown field", "+5s acquire cnam=x", -1, TEST_LINE_EVENT, 0, 0, 0, 13},
        {"no value", "+5s acquire cname", -1, TEST_LINE_EVENT, 0, 0, 0, 13},
        {"no number", "+5s acquire code=x", -1, TEST_LINE_EVENT, 0, 0, 0, 13},
        {"end of what", "END all +5s", -1, TEST_LINE_EVENT, 0, 0, 0, 5},
        {"end when", "END api", -1, TEST_LINE_EVENT, 0, 0, 0, 8},
    };
    struct loaded l;
    kit_texts(&l, false, KIT_HEAD, NULL, NULL);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct test_line line;
        struct rt_err err = {0};
        CHECK_ROW(&rows[i],
                  test_line_parse(l.set, rt_str_of(rows[i].line), &line, &err) == rows[i].rc);
        if (rows[i].rc < 0) {
            CHECK_ROW(&rows[i], err.code == RT_ESYNTAX && err.pos.col == rows[i].col);
            continue;
        }
        CHECK_ROW(&rows[i], line.type == rows[i].type && line.at == rows[i].at &&
                                line.set_count == rows[i].sets);
        CHECK_ROW(&rows[i], line.type != TEST_LINE_EVENT || line.kind == rows[i].kind);
    }
    struct test_line line;
    struct rt_err err = {0};
    CHECK(test_line_parse(l.set, RT_LIT("+0 acquire uid=out-of-range fail"), &line, &err) == 0);
    CHECK(line.fail && !line.ok && line.sets[0].field == FIELD_UID_DEFECT &&
          line.source == SOURCE_API);
    kit_free(&l);
}

static void
put(const char *dir, const char *name, const char *text)
{
    char path[300];
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    FILE *f = fopen(path, "w");
    if (f == NULL || fputs(text, f) < 0 || fclose(f) != 0)
        abort();
}

static void
directories_are_read_by_name_and_only_yaml_of_them(void)
{
    static const char *const names[] = {"b.yaml",    "a.yml",        "README",
                                        "notes.txt", ".hidden.yaml", "sub/c.yaml"};
    char dir[] = "rules-test-XXXXXX", path[300];
    if (mkdtemp(dir) == NULL)
        abort();
    snprintf(path, sizeof(path), "%s/sub", dir);
    mkdir(path, 0700);
    put(dir, "b.yaml", KIT_HEAD "codes: [ { code: 1, means: b } ]\n");
    put(dir, "a.yml", KIT_HEAD "codes: [ { code: 1, means: a }, { code: 2, means: a } ]\n");
    put(dir, "README", "no rules: [\n");
    put(dir, "notes.txt", "no rules: [\n");
    put(dir, ".hidden.yaml", "no rules: [\n");
    put(dir, "sub/c.yaml", KIT_HEAD "codes: [ { code: 3, means: c } ]\n");
    const char *paths[] = {dir};
    struct rule_sources from = {.paths = paths, .path_count = 1};
    struct loaded l;
    kit_load(&l, &from);
    CHECK(l.set != NULL && l.messages.list.n == 0 && l.set->codes.n == 3);
    CHECK(rt_str_is(rule_set_code(l.set, 1, KIND_NONE, 0, RT_NONE)->means, "b"));
    kit_free(&l);
    snprintf(path, sizeof(path), "%s/README", dir); /* what is named is read */
    paths[0] = path;
    kit_load(&l, &from);
    CHECK(l.set != NULL && l.messages.errors == 1);
    kit_free(&l);
    paths[0] = "no-such-file.yaml";
    kit_load(&l, &from);
    CHECK(l.set == NULL && l.err.code == RT_EIO &&
          strstr(l.err.msg, "no-such-file.yaml") != NULL);
    kit_free(&l);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
        unlink(path);
    }
    snprintf(path, sizeof(path), "%s/sub", dir);
    rmdir(path);
    rmdir(dir);
}

static void
a_file_has_a_largest_size(void)
{
    struct rt_limits limits = rt_limits_default;
    char name[] = "rules-size-XXXXXX";
    int fd = mkstemp(name);
    const char *text = KIT_HEAD;
    if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
        abort();
    close(fd);
    const char *paths[] = {name};
    struct rule_sources from = {.paths = paths, .path_count = 1};
    for (int spare = 0; spare >= -1; spare--) {
        struct rule_messages m;
        struct rt_err err = {0};
        rule_messages_init(&m);
        limits.rule_file_bytes = strlen(text) + (uint64_t)(int64_t)spare;
        struct rule_set *set = rule_set_load(&from, &limits, &m, &err);
        CHECK((set != NULL) == (spare == 0) && (spare == 0 || err.code == RT_ELIMIT));
        rule_set_free(&set);
        rule_messages_fini(&m);
    }
    unlink(name);
}

static void
the_digest_tells_packs_apart(void)
{
    struct loaded a, b, c;
    kit_texts(&a, false, KIT_HEAD, NULL, NULL);
    kit_texts(&b, false, KIT_HEAD, NULL, NULL);
    kit_texts(&c, false, KIT_HEAD "about: x\n", NULL, NULL);
    CHECK(strlen(a.set->sha256) == 64 && strcmp(a.set->sha256, b.set->sha256) == 0);
    CHECK(strcmp(a.set->sha256, c.set->sha256) != 0);
    kit_free(&a);
    kit_free(&b);
    kit_free(&c);
}

/* Nobody sees whether the pack was parsed before or is parsed now. */
static void
the_pack_inside_is_what_its_text_says(void)
{
    struct rule_digest d;
    char hex[RULE_DIGEST_HEX];
    rule_digest_begin(&d);
    for (const struct pack_file *f = rule_pack.files; f->name != NULL; f++) {
        struct rt_arena a;
        struct rule_messages m;
        struct rt_err err = {0};
        struct rt_buf again;
        struct yaml_file parsed = {.name = f->name, .text = f->text};
        rt_arena_init(&a, 65536, 0);
        rt_buf_init(&again, 1 << 24);
        rule_messages_init(&m);
        CU_ASSERT_FATAL(yaml_parse(&parsed, &a, &rt_limits_default, &m, &err) == 0 &&
                        parsed.root != NULL);
        frozen_write(parsed.root, &again);
        CHECK_ROW(f, rt_str_eq(rt_buf_str(&again), f->tree));
        const struct yaml_node *thawed = frozen_read(f->tree, false, &a);
        CU_ASSERT_FATAL(thawed != NULL);
        rt_buf_clear(&again);
        frozen_write(thawed, &again);
        CHECK_ROW(f, rt_str_eq(rt_buf_str(&again), f->tree));
        rule_digest_add(&d, f->name, f->text);
        rule_messages_fini(&m);
        rt_buf_fini(&again);
        rt_arena_fini(&a);
    }
    rule_digest_end(&d, hex);
    CHECK(strcmp(hex, rule_pack.sha256) == 0);
}

static void
a_tree_goes_to_bytes_and_back(void)
{
    const char *text =
        "rectrace: 1\nfamily: 'quoted: \\x'\nlist: [1, {a: b}, [], {}]\nlong: |\n  one\n  two\nempty: ''\ntests: [{name: x}, y]\nlast: z\n";
    struct rt_arena a;
    struct rule_messages m;
    struct rt_err err = {0};
    struct rt_buf bytes;
    struct yaml_file f = {.name = "x.yaml", .text = rt_str_of(text)};
    rt_arena_init(&a, 1024, 0);
    rt_buf_init(&bytes, 4096);
    rule_messages_init(&m);
    CU_ASSERT_FATAL(yaml_parse(&f, &a, &rt_limits_default, &m, &err) == 0 && f.root != NULL);
    frozen_write(f.root, &bytes);
    const struct yaml_node *root = frozen_read(rt_buf_str(&bytes), false, &a),
                           *family = yaml_get(root, "family"), *list = yaml_get(root, "list"),
                           *text_node = yaml_get(root, "long");
    CHECK(family->quoted && rt_str_is(family->text, "quoted: \\x") && family->line == 2 &&
          family->col == 9);
    CHECK(list->type == YAML_LIST && list->count == 4 &&
          rt_str_is(yaml_get(list->items[1], "a")->text, "b"));
    CHECK(list->items[2]->type == YAML_LIST && list->items[2]->count == 0 &&
          list->items[3]->type == YAML_MAP);
    CHECK(text_node->literal && rt_str_is(text_node->text, "one\ntwo\n") &&
          text_node->line == 4);
    CHECK(yaml_get(root, "empty")->text.n == 0);
    const struct yaml_node *tests = yaml_get(root, "tests");
    CHECK(tests->count == 2 && rt_str_is(yaml_get(tests->items[0], "name")->text, "x") &&
          tests->line == 8);
    const struct yaml_node *untested = frozen_read(rt_buf_str(&bytes), true, &a);
    tests = yaml_get(untested, "tests");
    CHECK(tests->type == YAML_LIST && tests->count == 0 &&
          rt_str_is(yaml_get(untested, "last")->text, "z"));
    rule_messages_fini(&m);
    rt_buf_fini(&bytes);
    rt_arena_fini(&a);
}

static void
the_pack_inside_has_no_mistakes(void)
{
    struct rule_sources from = {.builtin = true};
    struct loaded l;
    kit_load(&l, &from);
    CHECK(l.set != NULL && l.messages.errors == 0 && l.set->skipped == 0 && l.set->rules.n > 0);
    if (l.messages.errors > 0)
        printf("\n%.*s", RT_FMT(kit_print(&l)));
    kit_free(&l);
}

static const char more[] = KIT_HEAD
    "rules:\n"
    "  - { id: x, rev: 1, severity: error, when: [ { see: strat } ], say: x, why: x, fix: x }\n"
    "  - { id: y, rev: 1, severity: error, when: [ { see: 'start reason~/a+/' } ], say: x, "
    "why: x, fix: x }\n"
    "formats: [ { name: f, match: '(?<url>a)(?<x_b>b)', samples: [ { line: ab, is: { x_b: b } "
    "} ] } ]\n";

/* Loads with the n-th allocation failing; false once there is no n-th. `pad` shifts all that the arena holds. */
static bool
load_failing(int64_t n, int sticky, size_t pad, unsigned *refused)
{
    struct loaded l;
    struct rt_buf b;
    rt_buf_init(&b, 1 << 20);
    rt_buf_add(&b, RT_LIT(KIT_HEAD "source: "));
    for (size_t i = 0; i < pad; i++)
        rt_buf_addc(&b, 'x');
    const struct pack_file files[] = {
        {.name = "pad.yaml", .text = rt_buf_str(&b)},
        {.name = "example.yaml", .text = rt_str_of(example)},
        {.name = "codes.yaml", .text = rt_str_of(codes)},
        {.name = "more.yaml", .text = rt_str_of(more)},
        {.name = NULL},
    };
    struct rule_sources from = {.memory = files};
    rt_alloc_fail_at(n, sticky);
    kit_load(&l, &from);
    bool reached = rt_alloc_fail_at(-1, 0) > (uint64_t)n;
    CHECK(l.set != NULL || l.err.code == RT_ENOMEM);
    CHECK(l.set == NULL ||
          (l.set->rules.n == 4 && l.set->codes.n == 17 && l.messages.errors > 0));
    *refused += l.set == NULL;
    kit_free(&l);
    rt_buf_fini(&b);
    return reached;
}

/* A clean refusal, or all is there. */
static void
memory_that_runs_out_is_told(void)
{
    for (int sticky = 0; sticky <= 1; sticky++) {
        unsigned refused = 0;
        for (size_t pad = 0; pad < 65000; pad += sticky ? 16000 : 1531) {
            int64_t n = 0;
            while (n < 1000 && load_failing(n, sticky, pad, &refused))
                n++;
            CHECK(n > 10 && n < 1000);
        }
        CHECK(refused > 50);
    }
}

/* An event made to fit the alternative as far as equality goes. */
static void
event_for(const struct rule_match *m, const struct rule_cond *but, struct event *e,
          struct event_value *values)
{
    event_init(e);
    e->values = values;
    while (e->kind < 63 && (m->kinds >> e->kind & 1) == 0)
        e->kind++;
    for (size_t i = 0; i < m->cond_count; i++) {
        const struct rule_cond *c = &m->conds[i];
        int64_t n = c->num + (c->op == OP_GT || c == but) - (c->op == OP_LT);
        if (c->op == OP_OK || c->op == OP_FAIL)
            e->outcome = c->op == OP_OK ? OUTCOME_OK : OUTCOME_FAIL;
        else if (c->field == FIELD_HTTP)
            e->http = (int32_t)n;
        else if (c->field == FIELD_CODE)
            e->code = (int32_t)n;
        else if (c->field == FIELD_STATUS)
            e->status = (int32_t)n;
        else if (c->field == FIELD_REASON)
            e->reason = c->text;
        else if (c->field == FIELD_ERROR)
            e->error = c->text;
        else
            values[e->value_count++] = (struct event_value){.field = c->field,
                                                            .is_text = !c->is_num || c == but,
                                                            .set = m->sets,
                                                            .num = n,
                                                            .text = c->text};
    }
}

static void
marks_hide_no_event_that_fits(void)
{
    struct loaded l;
    struct rule_sources from = {.builtin = true};
    kit_load(&l, &from);
    const struct rule *r;
    size_t fitting = 0, hidden = 0, left_out = 0;
    RT_EACH (r, &l.set->rules)
        for (size_t i = 0; i < r->when_count; i++)
            for (size_t k = 0; k < r->when[i].alt_count; k++) {
                const struct rule_match *m = &r->when[i].alts[k];
                for (size_t but = 0; but <= m->cond_count; but++) {
                    struct event_value values[32];
                    struct event e, none;
                    event_for(m, but < m->cond_count ? &m->conds[but] : NULL, &e, values);
                    event_init(&none);
                    none.kind = e.kind;
                    bool fits = condition_fits(m, 1, &e, NULL);
                    fitting += fits;
                    hidden += fits && !condition_may_fit(m, 1, UINT64_C(1) << e.kind,
                                                         condition_marks(&e));
                    left_out +=
                        !condition_may_fit(m, 1, UINT64_C(1) << e.kind, condition_marks(&none));
                }
            }
    CHECK(hidden == 0);
    CHECK(fitting > 500);
    CHECK(left_out > 1000); /* or marks would be of no use */
    kit_free(&l);
}

static const struct check_test tests[] = {
    {"a rule keeps all that is written", a_rule_keeps_all_that_is_written},
    {"lets are differences with an offset", lets_are_differences_with_an_offset},
    {"tests of a rule keep their place", tests_of_a_rule_keep_their_place},
    {"other shapes inherit what they do not replace",
     other_shapes_inherit_what_they_do_not_replace},
    {"conditions resolve to fields and numbers", conditions_resolve_to_fields_and_numbers},
    {"times may be a parameter", times_may_be_a_parameter},
    {"a user changes severity, parameters and off", a_user_changes_severity_parameters_and_off},
    {"a user replaces by id, number and name", a_user_replaces_by_id_number_and_name},
    {"two rules of one file with one id are a mistake",
     two_rules_of_one_file_with_one_id_are_a_mistake},
    {"codes are looked up by the most exact entry",
     codes_are_looked_up_by_the_most_exact_entry},
    {"other subjects are looked up by their own rules",
     other_subjects_are_looked_up_by_their_own_rules},
    {"formats and envelopes are paths and groups", formats_and_envelopes_are_paths_and_groups},
    {"acceptances end with their day", acceptances_end_with_their_day},
    {"lines of a test are events", lines_of_a_test_are_events},
    {"directories are read by name, and only YAML of them",
     directories_are_read_by_name_and_only_yaml_of_them},
    {"a file has a largest size", a_file_has_a_largest_size},
    {"the digest tells packs apart", the_digest_tells_packs_apart},
    {"the pack inside is what its text says", the_pack_inside_is_what_its_text_says},
    {"a tree goes to bytes and back", a_tree_goes_to_bytes_and_back},
    {"the pack inside has no mistakes", the_pack_inside_has_no_mistakes},
    {"memory that runs out is told", memory_that_runs_out_is_told},
    {"marks hide no event that fits", marks_hide_no_event_that_fits},
    {NULL, NULL},
};

CHECK_MAIN("rules: loading", tests)
