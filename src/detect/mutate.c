/*
 * mutate.c - a rule with a step left out: some test must notice, or the step is not proved.
 */
#include "config.h"

#include "base/alloc.h"
#include "detect/trial.h"

/* Does the test expect the rule to be found? */
static bool
is_wanted(const struct rule *r, const struct rule_test *t)
{
    bool wanted = t->expect == EXPECT_VALUES;
    for (size_t k = 0; t->expect == EXPECT_IDS && k < t->count; k++)
        wanted |= rt_str_eq(t->keys[k], r->finding);
    return wanted;
}

static bool
count_differs(const struct rule_test *t, const struct finding *f)
{
    for (size_t k = 0; f != NULL && t->expect == EXPECT_VALUES && k < t->count; k++) {
        int64_t want = 0;
        if (rt_str_is(t->keys[k], "count") && rt_str_int(t->values[k], &want) &&
            want != f->count)
            return true;
    }
    return false;
}

/* Does the test ask for something that cannot be told without the step? */
static bool
asks_for(const struct rule *whole, const struct rule_test *t, size_t step)
{
    for (size_t k = 0; t->expect == EXPECT_VALUES && k < t->count; k++) {
        if (whole->certain_with == step && whole->confidence != CONFIDENCE_CERTAIN &&
            rt_str_is(t->keys[k], "confidence") && rt_str_is(t->values[k], "certain"))
            return true;
        for (size_t l = 0; l < whole->let_count; l++)
            if (rt_str_eq(t->keys[k], whole->lets[l].name) &&
                (whole->lets[l].to_step == step || whole->lets[l].from_step == step))
                return true;
    }
    return false;
}

/* Runs the tests against the set as it is now. */
static int
any_notices(const struct rule_set *set, const struct rt_limits *limits,
            const struct rule *whole, size_t step, bool *noticed, struct rt_err *err)
{
    *noticed = false;
    for (size_t i = 0; !*noticed && i < whole->test_count; i++) {
        const struct rule_test *t = &whole->tests[i];
        struct trial_log log;
        struct finding_list found;
        struct rt_err wrong = {0};
        int rc = 0;
        if (asks_for(whole, t, step)) {
            *noticed = true;
            return 0;
        }
        if (trial_read(set, t->log, &log, &wrong) == 0) {
            rc = trial_run(set, limits, &log, TRIAL_AS_WRITTEN, &found, err);
            const struct finding *f = rc < 0 ? NULL : trial_find(&found, whole->finding);
            *noticed = rc == 0 && ((f != NULL) != is_wanted(whole, t) || count_differs(t, f));
            finding_list_fini(&found);
        }
        trial_free(&log);
        if (rc < 0 || wrong.code == RT_ENOMEM)
            return rc < 0 ? -1 : rt_fail_mem(err);
    }
    return 0;
}

static uint64_t
needs(const struct rule_step *when, size_t count)
{
    uint64_t all = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; when[i].type == STEP_SEE && k < when[i].alt_count; k++)
            all |= when[i].alts[k].kinds;
    return all;
}

/* What must not come first when nothing was seen before it any more. */
static void
open_first_see(struct rule_step *when, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (when[i].type != STEP_SEE)
            continue;
        when[i].after = RT_DUR_NONE;
        return;
    }
}

int
mutate_when(struct rule_set *set, const struct rt_limits *limits, size_t rule, size_t step,
            bool *noticed, struct rt_err *err)
{
    struct rule *r = &set->rules.v[rule];
    struct rule whole = *r;
    struct rule_step *when = rt_calloc(whole.when_count, sizeof(*when));
    size_t n = 0;
    if (when == NULL)
        return rt_fail_mem(err);
    for (size_t i = 0; i < whole.when_count; i++)
        if (i != step)
            when[n++] = whole.when[i];
    open_first_see(when, n);
    /* Lets and labels count by index: they go, since only the verdict is asked. */
    r->when = when;
    r->when_count = n;
    r->let_count = 0;
    r->certain_with = UINT16_MAX;
    r->needs = needs(when, n);
    int rc = 0;
    *noticed = r->needs == 0; /* nothing is seen any more */
    if (!*noticed)
        rc = any_notices(set, limits, &whole, step, noticed, err);
    *r = whole;
    rt_free(when);
    return rc;
}

int
mutate_unless(struct rule_set *set, const struct rt_limits *limits, size_t rule, bool *noticed,
              struct rt_err *err)
{
    struct rule *r = &set->rules.v[rule];
    struct rule whole = *r;
    r->unless_count = 0;
    int rc = any_notices(set, limits, &whole, SIZE_MAX, noticed, err);
    *r = whole;
    return rc;
}
