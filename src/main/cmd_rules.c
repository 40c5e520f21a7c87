/*
 * cmd_rules.c - tools for people who write rules: list, lint, test.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/out.h"
#include "detect/rule_test.h"
#include "main/run.h"

static const char *
scope_name(enum rule_scope s)
{
    switch (s) {
    case SCOPE_SESSION: return "session";
    case SCOPE_RECORDER: return "recorder";
    case SCOPE_CHANNEL: return "channel";
    case SCOPE_APP: return "app";
    case SCOPE_HOST: return "host";
    case SCOPE_RUN: return "run";
    case SCOPE_FIELDS: return "fields";
    }
    return "";
}

static int
list(const struct rule_set *set, struct out *out)
{
    const struct rule *r;
    size_t shown = 0;
    RT_EACH (r, &set->rules) {
        if (r->variant > 0)
            continue;
        shown++;
        out_fmt(out, "%-32.*s %-8s  %-8s %-5s  ", RT_FMT(r->id), severity_name(r->severity),
                scope_name(r->scope),
                r->off     ? "off"
                : r->trial ? "trial"
                           : "");
        out_tty(out, r->family);
        out_char(out, '\n');
    }
    out_fmt(out,
            "%zu rules, %zu codes, %zu callbacks, %zu parameters, %zu formats\nsha256 %.16s\n",
            shown, set->codes.n, set->hooks.n, set->parameters.n, set->formats.n, set->sha256);
    return 0;
}

/* Paths given to lint and test are loaded after the pack, as with --rules. */
static struct rule_set *
load(const struct options *o, struct rule_messages *m, struct rt_err *err)
{
    RT_VEC(const char *) paths = {0};
    struct rule_set *set = NULL;
    for (size_t i = 0; i < o->rules.n + (size_t)(o->operand_count - 1); i++) {
        const char **slot = RT_VEC_PUSH(&paths);
        if (slot == NULL) {
            rt_fail_mem(err);
            goto out;
        }
        *slot = i < o->rules.n ? o->rules.v[i] : o->operands[1 + i - o->rules.n];
    }
    struct rule_sources from = {
        .builtin = true, .paths = paths.v, .path_count = paths.n, .today = rt_time_now()};
    set = rule_set_load(&from, &rt_limits_default, m, err);
out:
    RT_VEC_FREE(&paths);
    return set;
}

static int
test(const struct options *o, const struct rule_set *set, struct out *out, struct rt_err *err)
{
    bool junit = o->format != NULL && strcmp(o->format, "junit") == 0;
    struct rule_test_result result = {0};
    bool known = o->on == NULL;
    for (size_t i = 0; i < set->rules.n && !known; i++)
        known = rt_str_is(set->rules.v[i].id, o->on);
    if (!known)
        return rt_fail_here(err, RT_EUSAGE, "No rule \"%s\". List: rectrace rules list", o->on);
    if (rule_tests_run(set, &rt_limits_default, o->on, junit ? RULE_TEST_JUNIT : RULE_TEST_TAP,
                       out, &result, err) < 0)
        return -1;
    return result.failed > 0 ? 1 : 0;
}

static int
act(const struct options *o, const struct rule_set *set, struct rule_messages *m,
    struct out *out, struct rt_err *err)
{
    const char *what = o->operands[0];
    if (strcmp(what, "list") == 0)
        return list(set, out);
    if (strcmp(what, "test") == 0)
        return test(o, set, out, err);
    rule_set_lint(set, m);
    return 0;
}

static int
run_rules(const struct options *o)
{
    if (o->operand_count < 1 ||
        (strcmp(o->operands[0], "list") != 0 && strcmp(o->operands[0], "lint") != 0 &&
         strcmp(o->operands[0], "test") != 0)) {
        log_error("rules needs one of list, lint, test: rectrace rules lint my-rules.yaml");
        return EXIT_USAGE;
    }
    struct rt_err err = {0};
    struct rule_messages messages;
    rule_messages_init(&messages);
    int status = EXIT_USAGE;
    struct out *out = NULL;
    struct rule_set *set = load(o, &messages, &err);
    out = set == NULL ? NULL : out_file(o->output, &err);
    if (out == NULL) {
        status = run_fail(&err);
        goto out;
    }
    int rc = act(o, set, &messages, out, &err);
    run_tell_messages(&messages);
    if (rc < 0 || out_close(&out, &err) < 0)
        status = run_fail(&err);
    else
        status = messages.errors > 0 ? EXIT_RULES : rc > 0 ? EXIT_FOUND : EXIT_RAN;
    if (strcmp(o->operands[0], "lint") == 0)
        log_info("%u errors, %u warnings", messages.errors, messages.warnings);
out:
    out_abort(&out);
    rule_messages_fini(&messages);
    rule_set_free(&set);
    return status;
}

const struct command cmd_rules = {
    .name = "rules",
    .arguments = "list|lint|test [FILE|DIR]...",
    .group = "Write rules and formats",
    .doc = "the rules; what a careful author would mend; their own tests, with mutations",
    .about =
        "list: every rule with its severity and what it says. lint: what a careful author would mend, with "
        "file, line and column. test: the tests that stand in the rules, changed in ways that must not "
        "matter, and with each step left out. Files that are given are loaded after the built-in pack.",
    .examples =
        "rectrace rules lint my-rules.yaml\nrectrace rules test --on resource-id-expired",
    .takes = TAKES_FORMAT | TAKES_OUTPUT | TAKES_RULES | TAKES_ON,
    .formats = "text junit",
    .run = run_rules,
};
