/*
 * rule_test.c - runs what rules carry to prove themselves, and tells it as TAP or JUnit.
 */
#include "config.h"

#include "detect/rule_test.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "detect/trial.h"

enum { WHY_MOST = 300 };

struct tester {
    struct rule_set *set;
    const struct rt_limits *limits;
    enum rule_test_format format;
    struct out *o;
    struct rule_test_result *result;
    unsigned number;
};

/* ---- judging ---- */

static bool
is_unchecked(const struct finding_list *l, rt_str id)
{
    const struct unchecked *u;
    RT_EACH (u, &l->unchecked)
        if (rt_str_eq(u->rule->id, id))
            return true;
    return false;
}

static bool
value_is(const struct finding *f, rt_str key, rt_str want, char got[RT_TIME_MAX])
{
    rt_dur d = 0;
    if (rt_str_is(key, "confidence"))
        snprintf(got, RT_TIME_MAX, "%s", confidence_name(f->confidence));
    else if (rt_str_is(key, "severity"))
        snprintf(got, RT_TIME_MAX, "%s", severity_name(f->severity));
    else if (rt_str_is(key, "count"))
        snprintf(got, RT_TIME_MAX, "%u", f->count);
    else
        snprintf(got, RT_TIME_MAX, "absent");
    for (size_t i = 0; i < f->value_count; i++)
        if (rt_str_eq(f->values[i].name, key)) {
            rt_dur_human(f->values[i].value, got);
            return rt_dur_parse(want, &d) && d == f->values[i].value;
        }
    return rt_str_is(want, got);
}

static void
judge_values(const struct rule *r, const struct rule_test *t, const struct finding_list *l,
             bool cut, char why[WHY_MOST])
{
    const struct finding *f = trial_find(l, r->finding);
    bool open = is_unchecked(l, r->id);
    /* What could not be checked of a mere note is not listed. */
    if (f == NULL && cut && (open || r->severity == SEVERITY_INFO))
        return;
    if (f == NULL)
        snprintf(why, WHY_MOST, "%s",
                 open ? "could not be checked, but must be found" : "not found");
    for (size_t i = 0; f != NULL && why[0] == '\0' && i < t->count; i++) {
        char got[RT_TIME_MAX];
        if (!value_is(f, t->keys[i], t->values[i], got))
            snprintf(why, WHY_MOST, "%.*s is %s, not %.*s", RT_FMT(t->keys[i]), got,
                     RT_FMT(t->values[i]));
    }
}

static void
judge_ids(const struct rule_test *t, const struct finding_list *l, bool cut, char why[WHY_MOST])
{
    const struct finding *f;
    RT_EACH (f, &l->findings) {
        bool listed = false;
        for (size_t k = 0; k < t->count; k++)
            listed |= rt_str_eq(t->keys[k], f->id);
        /* Where a rule could not be checked any more, the code itself is told. */
        if (!listed && !(cut && f->rule == NULL) && why[0] == '\0')
            snprintf(why, WHY_MOST, "also found: %.*s", RT_FMT(f->id));
    }
    for (size_t k = 0; k < t->count && why[0] == '\0'; k++)
        if (trial_find(l, t->keys[k]) == NULL && !(cut && is_unchecked(l, t->keys[k])))
            snprintf(why, WHY_MOST, "not found: %.*s", RT_FMT(t->keys[k]));
}

/* `why` says how the findings differ from what the test expects; empty: they do not. */
static void
judge(const struct rule *r, const struct rule_test *t, const struct finding_list *l, bool cut,
      char why[WHY_MOST])
{
    bool found = trial_find(l, r->finding) != NULL;
    why[0] = '\0';
    switch (t->expect) {
    case EXPECT_NONE:
        if (found)
            snprintf(why, WHY_MOST, "found, but must not be");
        break;
    case EXPECT_PENDING:
        if (found)
            snprintf(why, WHY_MOST, "found, but must be pending");
        else if (!is_unchecked(l, r->id) && !cut)
            snprintf(why, WHY_MOST, "not pending");
        break;
    case EXPECT_VALUES: judge_values(r, t, l, cut, why); break;
    case EXPECT_IDS: judge_ids(t, l, cut, why); break;
    }
}

/* ---- telling ---- */

static void
tell_junit(struct tester *t, const struct rule *r, rt_str name, const char *how,
           const char *why, struct rt_pos pos)
{
    out_fmt(t->o, "  <testcase classname=\"%.*s\" name=\"", RT_FMT(r->id));
    out_html(t->o, name);
    if (how[0] != '\0')
        out_raw(t->o, ", ");
    out_html(t->o, rt_str_of(how));
    if (why[0] == '\0') {
        out_raw(t->o, "\"/>\n");
        return;
    }
    out_raw(t->o, "\"><failure message=\"");
    out_html(t->o, rt_str_of(why));
    out_raw(t->o, "\">");
    out_html(t->o, rt_str_of(pos.file));
    out_fmt(t->o, ":%u:%u</failure></testcase>\n", pos.line, pos.col);
}

/* `how`: the change under which it failed; `why` empty: it passed. */
static void
tell(struct tester *t, const struct rule *r, const struct rule_test *test, const char *how,
     const char *why)
{
    bool good = why[0] == '\0';
    rt_str name = test != NULL ? test->name : RT_LIT("every step matters");
    struct rt_pos pos = test != NULL ? test->pos : r->pos;
    t->number++;
    t->result->passed += good;
    t->result->failed += !good;
    if (t->format == RULE_TEST_JUNIT) {
        tell_junit(t, r, name, how, why, pos);
        return;
    }
    out_fmt(t->o, "%sok %u - %.*s: ", good ? "" : "not ", t->number, RT_FMT(r->id));
    out_tty(t->o, name);
    if (how[0] != '\0')
        out_fmt(t->o, " (%s)", how);
    out_char(t->o, '\n');
    if (!good) {
        out_fmt(t->o, "# %s:%u:%u: ", pos.file, pos.line, pos.col);
        out_tty(t->o, rt_str_of(why));
        out_char(t->o, '\n');
    }
}

/* ---- running ---- */

/* The first change under which the test fails. */
static int
run_changes(struct tester *t, const struct rule *r, const struct rule_test *test,
            const struct trial_log *log, struct rt_err *err)
{
    char why[WHY_MOST] = "";
    const char *failed = "";
    for (int how = 0; how < TRIAL__COUNT && why[0] == '\0'; how++) {
        struct finding_list found;
        if (how == TRIAL_CUT && trial_ends(log))
            continue;
        int rc = trial_run(t->set, t->limits, log, (enum trial_change)how, &found, err);
        if (rc == 0)
            judge(r, test, &found, how == TRIAL_CUT, why);
        finding_list_fini(&found);
        if (rc < 0)
            return -1;
        t->result->mutations += how != TRIAL_AS_WRITTEN;
        if (why[0] != '\0')
            failed = trial_names[how];
    }
    tell(t, r, test, failed, why);
    return 0;
}

static int
run_test(struct tester *t, const struct rule *r, const struct rule_test *test,
         struct rt_err *err)
{
    struct trial_log log;
    struct rt_err wrong = {0};
    int rc = 0;
    if (trial_read(t->set, test->log, &log, &wrong) == 0)
        rc = run_changes(t, r, test, &log, err);
    else if (wrong.code == RT_ENOMEM)
        rc = rt_fail_mem(err);
    else
        tell(t, r, test, trial_names[TRIAL_AS_WRITTEN], wrong.msg);
    trial_free(&log);
    return rc;
}

static void
tell_unnoticed(struct tester *t, const struct rule *r, size_t step)
{
    char why[WHY_MOST];
    bool in_when = step < r->when_count;
    rt_str text = in_when ? r->when[step].text : r->unless[0].text;
    if (in_when)
        snprintf(why, sizeof(why), "no test notices when step %zu (%.*s) is left out", step + 1,
                 RT_FMT(text));
    else
        snprintf(why, sizeof(why), "no test notices when 'unless' (%.*s) is left out",
                 RT_FMT(text));
    tell(t, r, NULL, "", why);
}

/* Every step of the rule, and its `unless`, must be noticed by some test when it is missing. */
static int
run_steps(struct tester *t, size_t rule, struct rt_err *err)
{
    const struct rule *r = &t->set->rules.v[rule];
    size_t steps = r->when_count + (r->unless_count > 0);
    for (size_t i = 0; i < steps; i++) {
        bool noticed = false;
        /* A maybe that only quotes decides nothing. */
        if (i < r->when_count && r->when[i].type == STEP_MAYBE && r->certain_with != i)
            continue;
        int rc = i < r->when_count ? mutate_when(t->set, t->limits, rule, i, &noticed, err)
                                   : mutate_unless(t->set, t->limits, rule, &noticed, err);
        if (rc < 0)
            return -1;
        t->result->mutations++;
        if (!noticed)
            tell_unnoticed(t, r, i);
    }
    return 0;
}

static int
run_rule(struct tester *t, size_t rule, struct rt_err *err)
{
    const struct rule *r = &t->set->rules.v[rule];
    for (size_t k = 0; k < r->test_count; k++)
        if (run_test(t, r, &r->tests[k], err) < 0)
            return -1;
    /* What one shape misses another may find: with several nothing can be told of a step. */
    bool alone = rule + 1 == t->set->rules.n || t->set->rules.v[rule + 1].variant == 0;
    return alone && r->test_count > 0 ? run_steps(t, rule, err) : 0;
}

static int
run_all(struct tester *t, const char *only, struct rt_err *err)
{
    for (size_t i = 0; i < t->set->rules.n; i++) {
        const struct rule *r = &t->set->rules.v[i];
        if (r->variant > 0 || r->off || (only != NULL && !rt_str_is(r->id, only)))
            continue;
        if (run_rule(t, i, err) < 0)
            return -1;
    }
    return 0;
}

int
rule_tests_run(const struct rule_set *set, const struct rt_limits *limits, const char *only,
               enum rule_test_format format, struct out *o, struct rule_test_result *result,
               struct rt_err *err)
{
    /* Mutations change a rule and put it back: in a list of our own, the rest is shared. */
    struct rule_set mine = *set;
    struct tester t = {
        .set = &mine, .limits = limits, .format = format, .o = o, .result = result};
    *result = (struct rule_test_result){0};
    mine.rules.v = rt_calloc(set->rules.n + 1, sizeof(*mine.rules.v));
    if (mine.rules.v == NULL)
        return rt_fail_mem(err);
    if (set->rules.n > 0)
        memcpy(mine.rules.v, set->rules.v, set->rules.n * sizeof(*mine.rules.v));
    if (format == RULE_TEST_JUNIT)
        out_raw(o, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                   "<testsuite name=\"rectrace rules\">\n");
    int rc = run_all(&t, only, err);
    rt_free(mine.rules.v);
    if (rc < 0)
        return -1;
    if (format == RULE_TEST_JUNIT)
        out_raw(o, "</testsuite>\n");
    else
        out_fmt(o, "1..%u\n# %u passed, %u failed, %u mutations\n", t.number, result->passed,
                result->failed, result->mutations);
    return 0;
}
