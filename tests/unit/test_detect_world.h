/*
 * test_detect_world.h - small random logs and rules for the matcher, the same in every run.
 */
#ifndef RECTRACE_TEST_DETECT_WORLD_H
#define RECTRACE_TEST_DETECT_WORLD_H

#include <stdlib.h>

#include "check.h"
#include "detect/match.h"

enum { EVENTS_MOST = 9, STEPS_MOST = 6 };

/* ---- chance, the same in every run ---- */

static uint64_t world_seed;

static inline unsigned
any(unsigned below)
{
    world_seed ^= world_seed << 13;
    world_seed ^= world_seed >> 7;
    world_seed ^= world_seed << 17;
    return (unsigned)(world_seed >> 11) % below;
}

static inline bool
once_in(unsigned n)
{
    return any(n) == 0;
}

/* ---- a random log and a random rule ---- */

struct world {
    struct event events[EVENTS_MOST];
    struct scope_event order[EVENTS_MOST];
    struct scope scope;
    struct rule_match matches[STEPS_MOST + 1];
    struct rule_step steps[STEPS_MOST], unless[1];
    struct rule rule;
    struct coverage coverage;
};

static const uint16_t by_sid[] = {FIELD_SID}, by_cname[] = {FIELD_CNAME};

static inline int
by_order(const void *a, const void *b)
{
    const struct scope_event *x = a, *y = b;
    return event_compare(x->e, y->e);
}

static inline void
make_log(struct world *w)
{
    static const uint8_t kinds[] = {KIND_START, KIND_STOP, KIND_QUERY, KIND_HOOK};
    static const char *const names[] = {"a", "b", ""};
    bool untimed = once_in(10);
    w->scope = (struct scope){.v = w->order, .n = 1 + any(EVENTS_MOST)};
    for (size_t i = 0; i < w->scope.n; i++) {
        struct event *e = &w->events[i];
        event_init(e);
        e->kind = kinds[any(4)];
        e->source = e->kind == KIND_HOOK ? SOURCE_HOOK : SOURCE_API;
        e->line = i + 1;
        e->sid = rt_str_of(names[any(3)]);
        e->cname = rt_str_of(names[any(3)]);
        if (!untimed || once_in(2)) {
            e->begin = e->last = (100 + (rt_time)any(12)) * RT_SEC;
            e->end = e->begin + (e->source == SOURCE_API ? (rt_dur)any(4) : 0) * RT_SEC;
        }
        w->order[i] = (struct scope_event){e, RT_LIT("s"), 0, condition_marks(e)};
        w->scope.kinds |= UINT64_C(1) << e->kind;
    }
    qsort(w->order, w->scope.n, sizeof(w->order[0]), by_order);
}

static inline void
make_match(struct rule_match *m, struct rule_step *s)
{
    uint64_t one = UINT64_C(1) << KIND_START, two = UINT64_C(1) << KIND_STOP;
    uint64_t three = UINT64_C(1) << KIND_QUERY, hook = UINT64_C(1) << KIND_HOOK;
    const uint64_t masks[] = {one, two, three, hook, one | two, three | hook, hook | one};
    *m = (struct rule_match){.kinds = masks[any(7)]};
    s->alts = m;
    s->alt_count = 1;
}

static inline void
make_see(struct rule_step *s, bool first)
{
    s->times = once_in(4) ? 2 + any(2) : 1;
    if (once_in(3) && (!first || s->times > 1))
        s->within = (rt_dur)any(8) * RT_SEC;
    if (once_in(4) && !first)
        s->after = (rt_dur)any(4) * RT_SEC;
    if (once_in(4) && (!first || s->times > 1)) {
        s->same = by_sid;
        s->same_count = 1;
    }
    if (once_in(5) && (!first || s->times > 1)) {
        s->differ = by_cname;
        s->differ_count = 1;
    }
}

static inline void
make_rule(struct world *w)
{
    size_t sees = 1 + any(3), n = 0;
    for (size_t k = 0; k <= sees && n < STEPS_MOST; k++) {
        bool edge = k == 0 || k == sees;
        for (unsigned nos = once_in(3) ? 1 + once_in(4) : 0; nos > 0 && n + 1 < STEPS_MOST;
             nos--) {
            struct rule_step *s = &w->steps[n];
            *s = (struct rule_step){STEP_NO, .within = RT_DUR_NONE, .after = RT_DUR_NONE,
                                    .lasts = RT_DUR_NONE, .times = 1};
            if (edge || once_in(2))
                s->lasts = (rt_dur)any(6) * RT_SEC;
            make_match(&w->matches[n++], s);
        }
        if (k == sees || n == STEPS_MOST)
            break;
        struct rule_step *s = &w->steps[n];
        *s = (struct rule_step){STEP_SEE, .within = RT_DUR_NONE, .after = RT_DUR_NONE,
                                .lasts = RT_DUR_NONE, .times = 1};
        make_see(s, k == 0);
        make_match(&w->matches[n++], s);
    }
    w->rule = (struct rule){
        .when = w->steps, .when_count = n, .certain_with = UINT16_MAX, .needs = UINT64_MAX};
    if (once_in(5)) {
        w->unless[0] = (struct rule_step){STEP_SEE, .within = RT_DUR_NONE, .after = RT_DUR_NONE,
                                          .lasts = RT_DUR_NONE, .times = 1};
        if (once_in(2))
            w->unless[0].within = (rt_dur)any(3) * RT_SEC;
        make_match(&w->matches[STEPS_MOST], &w->unless[0]);
        w->rule.unless = w->unless;
        w->rule.unless_count = 1;
    }
}

static inline void
make_coverage(struct world *w)
{
    coverage_init(&w->coverage);
    for (int source = 0; source < SOURCE__COUNT; source++)
        for (unsigned k = any(3); k > 0; k--) {
            rt_time from = (once_in(3) ? 80 + (rt_time)any(30) : 80) * RT_SEC;
            CHECK(coverage_add(&w->coverage, (enum event_source)source, from,
                               from + (10 + (rt_dur)any(30)) * RT_SEC) == 0);
        }
    coverage_settle(&w->coverage);
}

static inline struct world *
make_world(void)
{
    static struct world w;
    bool has_see = false;
    w = (struct world){0};
    make_log(&w);
    make_rule(&w);
    for (size_t i = 0; i < w.rule.when_count; i++)
        has_see |= w.steps[i].type == STEP_SEE;
    if (!has_see)
        w.rule.when_count = 0;
    make_coverage(&w);
    return &w;
}

static inline void
describe(const struct world *w, unsigned round)
{
    printf("\nround %u:\n", round);
    for (uint32_t i = 0; i < w->scope.n; i++) {
        const struct event *e = w->order[i].e;
        printf("  %u kind=%u %lld..%lld sid=%.*s cname=%.*s\n", i, e->kind,
               (long long)(e->begin / RT_SEC), (long long)(e->end / RT_SEC), RT_FMT(e->sid),
               RT_FMT(e->cname));
    }
    for (size_t k = 0; k < w->rule.when_count; k++) {
        const struct rule_step *s = &w->steps[k];
        printf(
            "  step %zu type=%d kinds=%llx within=%lld after=%lld for=%lld times=%u same=%zu "
            "differ=%zu\n",
            k, (int)s->type, (unsigned long long)s->alts[0].kinds,
            (long long)(s->within / RT_SEC), (long long)(s->after / RT_SEC),
            (long long)(s->lasts / RT_SEC), s->times, s->same_count, s->differ_count);
    }
}

/* `rounds` worlds by `start`, described where `agree` says no. */
static inline void
in_every_world(unsigned rounds, uint64_t start, struct world *(*make)(void),
               bool (*agree)(const struct world *w, struct matcher *m, struct rt_arena *a))
{
    struct rule_set none = {0};
    unsigned wrong = 0;
    world_seed = start;
    for (unsigned round = 0; round < rounds && wrong < 3; round++) {
        struct world *w = make();
        struct rt_err err = {0};
        struct matcher m;
        struct rt_arena a;
        rt_arena_init(&a, 1024, 0);
        bool good = matcher_init(&m, &none, &rt_limits_default, &w->coverage, &err) == 0;
        if (good && w->rule.when_count > 0)
            good = agree(w, &m, &a);
        if (!good) {
            describe(w, round);
            wrong++;
        }
        matcher_fini(&m);
        rt_arena_fini(&a);
        coverage_fini(&w->coverage);
    }
    CHECK(wrong == 0);
}

#endif
