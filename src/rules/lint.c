/*
 * lint.c - what loading does not refuse but a careful author would mend.
 */
#include "config.h"

#include <stdio.h>

#include "rules/test_log.h"
#include "rules/yaml.h"

static void
tell(struct rule_messages *m, bool is_error, struct rt_pos pos, const char *hint, const char *what, rt_str name)
{
    struct yaml_file f = {.name = pos.file}; /* no text: the place is enough */
    message_add(m, is_error, &f, pos.line, pos.col, 1, hint, "%s '%.*s'", what, RT_FMT(name));
}

static bool
id_exists(const struct rule_set *set, rt_str id)
{
    if (rule_set_rule(set, id) != NULL)
        return true;
    const struct code_entry *e;
    RT_EACH (e, &set->codes)
        if (rt_str_eq(e->id, id))
            return true;
    return rt_str_is(id, "unknown-code");
}

static void
lint_explains(const struct rule_set *set, const struct rule *r, struct rule_messages *m)
{
    for (size_t i = 0; r->variant == 0 && i < r->explain_count; i++)
        if (!id_exists(set, r->explains[i]))
            tell(m, true, r->pos, "a rule, or an entry of the codes", "explains an unknown id", r->explains[i]);
}

static bool
label_used(const struct rule *r, size_t step)
{
    char open[80];
    rt_str label = r->when[step].label;
    for (size_t i = 0; i < r->let_count; i++)
        if (r->lets[i].to_step == step || r->lets[i].from_step == step)
            return true;
    snprintf(open, sizeof(open), "{%.*s.", RT_FMT(label));
    rt_str needle = rt_str_of(open);
    return r->certain_with == step || rt_str_find(r->say, needle) != SIZE_MAX || rt_str_find(r->why, needle) != SIZE_MAX ||
           rt_str_find(r->fix, needle) != SIZE_MAX;
}

static void
lint_labels(const struct rule *r, struct rule_messages *m)
{
    for (size_t i = 0; r->variant == 0 && i < r->when_count; i++)
        if (r->when[i].label.n > 0 && r->when[i].type != STEP_MAYBE && !label_used(r, i))
            tell(m, false, r->when[i].pos, NULL, "nothing uses the label", r->when[i].label);
}

static void
lint_tests(const struct rule_set *set, const struct rule *r, struct rule_messages *m)
{
    bool fires = false, stays = false;
    if (r->variant > 0)
        return;
    for (size_t t = 0; t < r->test_count; t++) {
        const struct rule_test *test = &r->tests[t];
        bool none = test->expect == EXPECT_NONE || test->expect == EXPECT_PENDING;
        bool listed = false;
        for (size_t i = 0; i < test->count; i++)
            listed |= rt_str_eq(test->keys[i], r->id);
        fires |= test->expect == EXPECT_VALUES || listed;
        stays |= none || (test->expect == EXPECT_IDS && !listed);
        rt_str rest = test->log;
        for (uint32_t line = 0; rest.n > 0; line++) {
            size_t end = rt_str_find(rest, RT_LIT("\n"));
            rt_str one = {rest.p, end == SIZE_MAX ? rest.n : end};
            struct test_line parsed;
            struct rt_err err = {0};
            if (test_line_parse(set, one, &parsed, &err) < 0) {
                struct rt_pos pos = {test->log_pos.file, test->log_pos.line + line, err.pos.col};
                tell(m, true, pos, err.msg, "a line of a test cannot be read", one);
            }
            rest = end == SIZE_MAX ? RT_NONE : rt_str_from(rest, end + 1);
        }
    }
    if (!fires)
        tell(m, true, r->pos, "add a log that it must find", "no test fires the rule", r->id);
    if (!stays)
        tell(m, true, r->pos, "add a log that looks alike but is fine", "no test leaves the rule silent", r->id);
}

static void
lint_words(const struct rule *r, struct rule_messages *m)
{
    static const char *const vague[] = {"unexpected", "unknown error", "maybe ", "should ", NULL};
    for (size_t i = 0; r->variant == 0 && vague[i] != NULL; i++)
        if (rt_str_find_nocase(r->say, rt_str_of(vague[i])) != SIZE_MAX)
            tell(m, false, r->pos, vague[i], "a finding states facts; 'say' is vague in", r->id);
    if (r->say.n > 240)
        tell(m, false, r->pos, "one sentence", "'say' is long in", r->id);
}

static void
lint_params(const struct rule_set *set, struct rule_messages *m)
{
    const struct rule *r;
    RT_EACH (r, &set->rules)
        for (size_t i = 0; r->variant == 0 && i < r->param_count; i++)
            if (r->params[i].name.n == 0)
                tell(m, true, r->pos, NULL, "a parameter has no name in", r->id);
}

static void
lint_formats(const struct rule_set *set, struct rule_messages *m)
{
    const struct format *f;
    RT_EACH (f, &set->formats) {
        bool good = false, bad = false;
        for (size_t i = 0; i < f->sample_count; i++) {
            good |= !f->samples[i].no_match;
            bad |= f->samples[i].no_match;
        }
        if (!good || !bad)
            tell(m, true, f->pos, "samples prove a format", good ? "no negative sample in" : "no positive sample in", f->name);
    }
}

/* A pattern whose samples need many steps would be slow on real lines. */
static void
lint_cost(const struct rule_set *set, struct rule_messages *m)
{
    const struct format *f;
    pcre2_match_context *context = pcre2_match_context_create(NULL);
    if (context == NULL)
        return;
    pcre2_set_match_limit(context, 20000);
    RT_EACH (f, &set->formats) {
        pcre2_match_data *data = f->re == NULL ? NULL : pcre2_match_data_create_from_pattern(f->re, NULL);
        for (size_t i = 0; data != NULL && i < f->sample_count; i++)
            if (pcre2_match(f->re, (PCRE2_SPTR)f->samples[i].line.p, f->samples[i].line.n, 0, PCRE2_NO_JIT, data, context) ==
                PCRE2_ERROR_MATCHLIMIT)
                tell(m, false, f->pos, "anchor it, or use possessive repeats", "needs more than 20000 steps on a sample", f->name);
        pcre2_match_data_free(data);
    }
    pcre2_match_context_free(context);
}

void
rule_set_lint(const struct rule_set *set, struct rule_messages *messages)
{
    const struct rule *r;
    RT_EACH (r, &set->rules) {
        lint_explains(set, r, messages);
        lint_labels(r, messages);
        lint_tests(set, r, messages);
        lint_words(r, messages);
    }
    lint_params(set, messages);
    lint_formats(set, messages);
    lint_cost(set, messages);
}
