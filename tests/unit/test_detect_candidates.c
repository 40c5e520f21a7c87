/*
 * Matching in what was chosen of the witnesses against matching in all, on small random logs and rules.
 */
#include "config.h"

#include "detect/candidates.h"
#include "test_detect_world.h"

enum { ROUNDS = 60000 };

/* see (no see)...: the rules that part the log into stretches are rare by chance. */
static void
make_barred(struct world *w)
{
    make_rule(w);
    w->rule.when_count = 1 + 2 * (1 + any(2));
    w->rule.unless_count = 0;
    for (size_t k = 0; k < w->rule.when_count; k++) {
        struct rule_step *s = &w->steps[k];
        *s = (struct rule_step){k % 2 == 0 ? STEP_SEE : STEP_NO, .within = RT_DUR_NONE,
                                .after = RT_DUR_NONE, .lasts = RT_DUR_NONE, .times = 1};
        if (s->type == STEP_SEE)
            make_see(s, k == 0);
        s->times = 1;
        make_match(&w->matches[k], s);
    }
}

struct told { /* the log as witnesses */
    struct rt_arena arena;
    struct testimony_draft draft;
    struct testimonies all;
    struct roll roll;
    struct witness_like likes[EVENTS_MOST];
};

static void
tell(struct told *t, const struct world *w)
{
    *t = (struct told){.all = {.first = NULL}};
    rt_arena_init(&t->arena, 1024, 0);
    testimony_draft_init(&t->draft);
    for (size_t i = 0; i < w->scope.n; i++) {
        const struct event *e = &w->events[i];
        struct event bare = *e;
        bare.begin = bare.end = bare.last = 0;
        bare.cname = bare.uid = RT_NONE;
        bare.line = 0;
        t->likes[i] = (struct witness_like){bare, 1};
        testimony_add(&t->draft, &(struct witness){
                                     .like = &t->likes[i],
                                     .begin = e->begin,
                                     .end = e->end,
                                     .last = e->last,
                                     .cname = e->cname,
                                     .session = RT_LIT("s"),
                                     .line = e->line,
                                     .repeated = e->repeated,
                                 });
        if (once_in(2) || i + 1 == w->scope.n)
            CHECK(testimony_give(&t->draft, &t->all, &t->arena) == 0);
    }
    CHECK(t->all.witnesses == w->scope.n);
    CHECK(roll_init(&t->roll, SCOPE_APP, 1, &t->all) == 0);
}

static void
forget(struct told *t)
{
    roll_fini(&t->roll);
    testimony_draft_fini(&t->draft);
    rt_arena_fini(&t->arena);
}

static bool
same_lines(const struct scope *a, const uint32_t *x, size_t n, const struct scope *b,
           const uint32_t *y, size_t m)
{
    bool same = n == m;
    for (size_t i = 0; same && i < n; i++)
        same = a->v[x[i]].e->line == b->v[y[i]].e->line;
    return same;
}

static bool
same_result(const struct scope *a, const struct matched *x, const struct scope *b,
            const struct matched *y)
{
    return x->verdict == y->verdict && x->total == y->total && x->due == y->due &&
           x->awaits == y->awaits &&
           (x->needs == NULL ? y->needs == NULL
                             : y->needs != NULL && strcmp(x->needs, y->needs) == 0) &&
           same_lines(a, x->ends, x->count, b, y->ends, y->count) &&
           same_lines(a, x->covers, x->cover_count, b, y->covers, y->cover_count);
}

/* How many have a part in the rule. */
static size_t
fitting(const struct world *w)
{
    size_t n = 0;
    for (size_t i = 0; i < w->scope.n; i++) {
        uint64_t kind = UINT64_C(1) << w->events[i].kind;
        bool fits = w->rule.unless_count > 0 && (w->unless[0].alts->kinds & kind) != 0;
        for (size_t k = 0; k < w->rule.when_count; k++)
            fits |= (w->steps[k].alts->kinds & kind) != 0;
        n += fits;
    }
    return n;
}

static unsigned found, found_in_fewer, clear, clear_in_none;

static bool
agree(const struct world *w, struct matcher *m, struct rt_arena *a)
{
    struct told told;
    struct scope some;
    struct matched in_all, in_some;
    struct rt_err err = {0};
    tell(&told, w);
    struct crowds nobody;
    crowds_init(&nobody);
    struct candidates_search search = {.matcher = m,
                                       .crowds = &nobody,
                                       .r = &w->rule,
                                       .r_end = &w->rule + 1,
                                       .bit = 1,
                                       .v = told.roll.list.v,
                                       .n = told.roll.list.n};
    bool good = candidates_find(&search, a, &some) == 0 &&
                match_rule(m, &w->rule, &w->scope, a, &in_all, &err) == 0 &&
                match_rule(m, &w->rule, &some, a, &in_some, &err) == 0 &&
                same_result(&w->scope, &in_all, &some, &in_some);
    if (in_all.verdict == VERDICT_FOUND) {
        found++;
        found_in_fewer += some.n < fitting(w);
    } else if (in_all.verdict == VERDICT_CLEAR && fitting(w) > 0) {
        clear++;
        clear_in_none += some.n == 0;
    }
    crowds_fini(&nobody);
    forget(&told);
    return good;
}

static struct world *
make_any(void)
{
    struct world *w = make_world();
    if (once_in(2))
        make_barred(w);
    return w;
}

static void
same_as_in_all(void)
{
    in_every_world(ROUNDS, UINT64_C(0x2545f4914f6cdd1d), make_any, agree);
}

/* Choosing everything would be right as well. */
static void
few_are_chosen(void)
{
    CHECK(found > ROUNDS / 20 && found_in_fewer > ROUNDS / 100);
    CHECK(clear > ROUNDS / 20 && clear_in_none > clear / 2);
}

static const struct check_test tests[] = {
    {"any rule on any log: the same among the candidates as among all", same_as_in_all},
    {"the candidates are few", few_are_chosen},
    {NULL, NULL},
};
CHECK_MAIN("detect: candidates", tests)
