/*
 * lint.c - what loading does not refuse but a careful author would mend.
 */
#include "config.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>

#include "rules/loader.h"
#include "rules/test_log.h"

enum { LONGEST_SAY = 240, MOST_STEPS = 20000 };

struct lint {
    const struct rule_set *set;
    struct rule_messages *messages;
    /* nobody but us can mend the pack: where a user's files are, only those are looked at */
    bool pack_too;
};

static bool
looked_at(const struct lint *l, struct rt_pos pos)
{
    const struct rule_text *t = rule_set_text(l->set, pos.file);
    return l->pack_too || (t != NULL && !t->builtin);
}

static void tell(const struct lint *l, bool is_error, struct rt_pos pos, const char *hint,
                 const char *fmt, ...) __attribute__((format(printf, 5, 6)));

static void
tell(const struct lint *l, bool is_error, struct rt_pos pos, const char *hint, const char *fmt,
     ...)
{
    const struct rule_text *t = rule_set_text(l->set, pos.file);
    struct yaml_file f = {.name = pos.file, .text = t == NULL ? RT_NONE : t->text};
    char text[300];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    message_add(l->messages, is_error, &f, pos.line, pos.col, 1, hint, "%s", text);
}

static void
lint_explains(const struct lint *l, const struct rule *r)
{
    for (size_t i = 0; i < r->explain_count; i++) {
        if (rule_set_id(l->set, r->explains[i]))
            continue;
        struct nearest near = nearest_of(r->explains[i]);
        const struct rule *other;
        const struct code_entry *e;
        char hint[80];
        RT_EACH (other, &l->set->rules)
            nearest_try(&near, other->id);
        RT_EACH (e, &l->set->codes)
            nearest_try(&near, e->id);
        const char *said = nearest_hint(&near, hint);
        tell(l, true, r->pos, said != NULL ? said : "a rule, or an entry of the codes",
             "'%.*s' explains '%.*s', which nothing finds", RT_FMT(r->id),
             RT_FMT(r->explains[i]));
    }
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
    return r->certain_with == step || rt_str_find(r->say, needle) != SIZE_MAX ||
           rt_str_find(r->why, needle) != SIZE_MAX || rt_str_find(r->fix, needle) != SIZE_MAX;
}

static void
lint_labels(const struct lint *l, const struct rule *r)
{
    for (size_t i = 0; i < r->when_count; i++)
        if (r->when[i].label.n > 0 && r->when[i].type != STEP_MAYBE && !label_used(r, i))
            tell(l, false, r->when[i].pos, NULL, "nothing uses the label '%.*s'",
                 RT_FMT(r->when[i].label));
}

/* A value that no shape of the rule gives can never be as expected. */
static bool
gives_value(const struct rule_set *set, const struct rule *r, rt_str key)
{
    static const char *const always[] = {"count", "confidence", "severity"};
    for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++)
        if (rt_str_is(key, always[i]))
            return true;
    for (; r < set->rules.v + set->rules.n; r++) {
        for (size_t i = 0; i < r->let_count; i++)
            if (rt_str_eq(r->lets[i].name, key))
                return true;
        if (r + 1 == set->rules.v + set->rules.n || r[1].variant == 0)
            return false;
    }
    return false;
}

static void
lint_log(const struct lint *l, const struct rule_test *t)
{
    const struct rule_text *file = rule_set_text(l->set, t->log_pos.file);
    struct rt_pos at = t->log_pos;
    rt_str rest = t->log;
    for (; rest.n > 0; at.line++) {
        size_t end = rt_str_find(rest, RT_LIT("\n"));
        rt_str one = {rest.p, end == SIZE_MAX ? rest.n : end};
        struct test_line parsed;
        struct rt_err err = {0};
        if (test_line_parse(l->set, one, &parsed, &err) < 0) {
            /* The log is without its indentation: look where its line stands in the file. */
            size_t indent =
                file == NULL ? SIZE_MAX : rt_str_find(message_line(file->text, at.line), one);
            at.col = indent == SIZE_MAX ? t->log_pos.col : (uint32_t)indent + err.pos.col;
            tell(l, true, at, NULL, "%s", err.msg);
        }
        rest = end == SIZE_MAX ? RT_NONE : rt_str_from(rest, end + 1);
    }
}

static void
lint_expect(const struct lint *l, const struct rule *r, const struct rule_test *t)
{
    for (size_t i = 0; i < t->count; i++) {
        if (t->expect == EXPECT_VALUES && !gives_value(l->set, r, t->keys[i]))
            tell(l, true, t->pos, "count, confidence, severity, or a let of the rule",
                 "the test expects '%.*s', which the rule does not give", RT_FMT(t->keys[i]));
        if (t->expect == EXPECT_IDS && !rule_set_id(l->set, t->keys[i]))
            tell(l, true, t->pos, NULL, "the test expects '%.*s', which nothing finds",
                 RT_FMT(t->keys[i]));
    }
}

/* At least one log that the rule must find, and one that looks alike but is fine. */
static void
lint_tests(const struct lint *l, const struct rule *r)
{
    bool fires = false, stays = false;
    for (size_t t = 0; t < r->test_count; t++) {
        const struct rule_test *test = &r->tests[t];
        bool listed = false;
        for (size_t i = 0; i < test->count; i++)
            listed |= rt_str_eq(test->keys[i], r->finding);
        fires |= test->expect == EXPECT_VALUES || (test->expect == EXPECT_IDS && listed);
        stays |= test->expect == EXPECT_NONE || test->expect == EXPECT_PENDING ||
                 (test->expect == EXPECT_IDS && !listed);
        lint_log(l, test);
        lint_expect(l, r, test);
    }
    if (!fires)
        tell(l, true, r->pos, "add a log that it must find", "no test fires '%.*s'",
             RT_FMT(r->id));
    if (!stays)
        tell(l, true, r->pos, "add a log that looks alike but is fine",
             "no test leaves '%.*s' silent", RT_FMT(r->id));
}

static void
lint_words(const struct lint *l, const struct rule *r)
{
    static const char *const vague[] = {"unexpected", "unknown error", "maybe ", "should ",
                                        NULL};
    for (size_t i = 0; vague[i] != NULL; i++)
        if (rt_str_find_nocase(r->say, rt_str_of(vague[i])) != SIZE_MAX)
            tell(l, false, r->pos, "a finding states facts", "'say' of '%.*s' is vague: '%s'",
                 RT_FMT(r->id), vague[i]);
    if (r->say.n > LONGEST_SAY)
        tell(l, false, r->pos, "one sentence", "'say' of '%.*s' is long", RT_FMT(r->id));
}

/* The compiled rule holds amounts, not names: whether a name is used is read in the text. */
static bool
param_used(rt_str text, rt_str name)
{
    char open[80];
    snprintf(open, sizeof(open), "$%.*s", RT_FMT(name));
    rt_str needle = rt_str_of(open);
    for (size_t at; (at = rt_str_find(text, needle)) != SIZE_MAX;) {
        text = rt_str_from(text, at + needle.n);
        bool longer = text.n > 0 && (isalnum((unsigned char)text.p[0]) || text.p[0] == '-' ||
                                     text.p[0] == '_');
        if (!longer)
            return true;
    }
    return false;
}

static void
lint_params(const struct lint *l)
{
    const struct rule_param *done = NULL;
    const struct rule *r;
    RT_EACH (r, &l->set->rules) {
        const struct rule_text *t = rule_set_text(l->set, r->pos.file);
        for (size_t i = 0; r->params != done && t != NULL && i < r->param_count; i++)
            if (looked_at(l, r->pos) && r->params[i].pos.file == r->pos.file &&
                !param_used(t->text, r->params[i].name))
                tell(l, false, r->params[i].pos, NULL, "nothing uses the parameter '%.*s'",
                     RT_FMT(r->params[i].name));
        done = r->params;
    }
}

static void
lint_samples(const struct lint *l)
{
    const struct format *f;
    RT_EACH (f, &l->set->formats) {
        bool good = !looked_at(l, f->pos), bad = good;
        for (size_t i = 0; i < f->sample_count; i++) {
            good |= !f->samples[i].no_match;
            bad |= f->samples[i].no_match;
        }
        if (!good || !bad)
            tell(l, true, f->pos, "samples prove a format", "format '%.*s' has no %s sample",
                 RT_FMT(f->name), good ? "negative" : "positive");
    }
}

/* A pattern whose samples need many steps would be slow on real lines. */
static void
lint_cost(const struct lint *l, const struct format *f, pcre2_match_context *context)
{
    pcre2_match_data *data =
        f->re == NULL ? NULL : pcre2_match_data_create_from_pattern(regex_code(f->re), NULL);
    for (size_t i = 0; data != NULL && i < f->sample_count; i++) {
        rt_str line = f->samples[i].line;
        int rc = pcre2_match(regex_code(f->re), (PCRE2_SPTR)line.p, line.n, 0, PCRE2_NO_JIT,
                             data, context);
        if (rc == PCRE2_ERROR_MATCHLIMIT)
            tell(l, false, f->samples[i].pos, "anchor it, or use possessive repeats",
                 "format '%.*s' needs more than %d steps for this sample", RT_FMT(f->name),
                 MOST_STEPS);
    }
    pcre2_match_data_free(data);
}

static void
lint_costs(const struct lint *l)
{
    const struct format *f;
    pcre2_match_context *context = pcre2_match_context_create(NULL);
    if (context == NULL)
        return;
    pcre2_set_match_limit(context, MOST_STEPS);
    RT_EACH (f, &l->set->formats)
        if (looked_at(l, f->pos))
            lint_cost(l, f, context);
    pcre2_match_context_free(context);
}

static void
lint_causes(const struct lint *l)
{
    const struct rule_cause *c;
    RT_EACH (c, &l->set->causes)
        for (size_t i = 0; i < c->of_count; i++)
            if (looked_at(l, c->pos) && rule_set_rule(l->set, c->of[i]) == NULL)
                tell(l, true, c->pos, "the id of a rule",
                     "cause '%.*s' is of '%.*s', which nothing finds", RT_FMT(c->name),
                     RT_FMT(c->of[i]));
}

void
rule_set_lint(const struct rule_set *set, struct rule_messages *messages)
{
    struct lint l = {set, messages, true};
    const struct rule *r;
    const struct rule_text *t;
    RT_EACH (t, &set->texts)
        l.pack_too &= t->builtin;
    RT_EACH (r, &set->rules) {
        if (!looked_at(&l, r->pos))
            continue;
        lint_labels(&l, r);
        if (r->variant > 0)
            continue;
        lint_explains(&l, r);
        lint_tests(&l, r);
        lint_words(&l, r);
    }
    lint_params(&l);
    lint_causes(&l);
    lint_samples(&l);
    lint_costs(&l);
    message_sort(messages);
}
