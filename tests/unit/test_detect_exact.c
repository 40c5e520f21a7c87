/*
 * The matcher against a slow one that tries every path, on small random logs and rules.
 */
#include "config.h"

#include "detect/moment.h"
#include "test_detect_world.h"

enum { ROUNDS = 60000 };

/* ---- the slow matcher: words of the language, nothing clever ---- */

enum know { NO, MAYBE, YES };

struct slow {
    const struct world *w;
    size_t joints[STEPS_MOST], count; /* steps of the sees */
    uint32_t path[STEPS_MOST];        /* last event of each joint, while trying */
    uint32_t best[STEPS_MOST];
    bool has_best;
    enum know found;
    bool covers[EVENTS_MOST];
};

static const struct event *
ev(const struct slow *s, uint32_t i)
{
    return s->w->order[i].e;
}

static bool
fits(const struct rule_step *step, const struct event *e)
{
    return (step->alts[0].kinds >> e->kind & 1) != 0;
}

static bool
same_text(rt_str a, rt_str b)
{
    return a.n > 0 && b.n > 0 && rt_str_eq(a, b);
}

static bool
other_text(rt_str a, rt_str b)
{
    return a.n > 0 && b.n > 0 && !rt_str_eq(a, b);
}

static bool
related(const struct rule_step *step, const struct event *a, const struct event *b)
{
    return (step->same_count == 0 || same_text(a->sid, b->sid)) &&
           (step->differ_count == 0 || other_text(a->cname, b->cname));
}

/* The tightest run that ends at i: its events, the last first. 0: there is none. */
static uint32_t
run_of(const struct slow *s, const struct rule_step *step, uint32_t i, uint32_t members[3])
{
    uint32_t n = 1;
    members[0] = i;
    if (!fits(step, ev(s, i)))
        return 0;
    for (uint32_t k = i; n < step->times && k-- > 0;) {
        if (!fits(step, ev(s, k)) || !related(step, ev(s, k), ev(s, members[n - 1])))
            continue;
        members[n++] = k;
    }
    if (n < step->times)
        return 0;
    const struct event *a = ev(s, members[n - 1]), *b = ev(s, i);
    if (step->times == 1 || step->within == RT_DUR_NONE)
        return n;
    bool timed = a->begin != RT_TIME_NONE && b->begin != RT_TIME_NONE;
    return timed && b->begin - a->begin <= step->within ? n : 0;
}

static uint32_t
begin_of(const struct slow *s, size_t joint, uint32_t i)
{
    uint32_t members[3];
    uint32_t n = run_of(s, &s->w->steps[s->joints[joint]], i, members);
    return members[n - 1];
}

static enum know
heard(const struct slow *s, const struct rule_step *step, rt_time from, rt_time to)
{
    enum know all = YES;
    for (int source = 0; source < SOURCE__COUNT; source++) {
        uint64_t calls = (UINT64_C(1) << KIND_OTHER_HOOK) - 1;
        uint64_t mine = source == SOURCE_API ? calls : ~calls;
        bool one = false;
        for (size_t i = 0; i < s->w->coverage.spans[source].n; i++)
            one |= s->w->coverage.spans[source].v[i].from <= from &&
                   to <= s->w->coverage.spans[source].v[i].to;
        if ((step->alts[0].kinds & mine) != 0 && !one)
            all = MAYBE;
    }
    return all;
}

static enum know
absent_before(const struct slow *s, const struct rule_step *no, uint32_t i)
{
    const struct event *e = ev(s, i);
    for (uint32_t k = 0; k < i; k++)
        if (fits(no, ev(s, k)) &&
            (e->begin == RT_TIME_NONE || ev(s, k)->end >= e->begin - no->lasts))
            return NO;
    return e->begin == RT_TIME_NONE ? MAYBE : heard(s, no, e->begin - no->lasts, e->begin);
}

static enum know
absent_since(const struct slow *s, const struct rule_step *no, uint32_t p)
{
    const struct event *e = ev(s, p);
    if (e->begin == RT_TIME_NONE)
        return MAYBE;
    for (uint32_t k = p + 1; k < s->w->scope.n; k++)
        if (fits(no, ev(s, k)) && ev(s, k)->begin != RT_TIME_NONE &&
            ev(s, k)->begin <= e->end + no->lasts)
            return NO;
    return heard(s, no, e->begin, e->end + no->lasts);
}

static enum know
absent_after(const struct slow *s, const struct rule_step *no, uint32_t i)
{
    for (uint32_t k = i + 1; ev(s, i)->begin == RT_TIME_NONE && k < s->w->scope.n; k++)
        if (fits(no, ev(s, k)))
            return NO;
    return absent_since(s, no, i);
}

static enum know
absent_between(const struct slow *s, const struct rule_step *no, uint32_t p, uint32_t begin,
               uint32_t i)
{
    const struct event *a = ev(s, p), *b = ev(s, begin), *last = ev(s, i);
    if (no->lasts != RT_DUR_NONE) {
        enum know since = absent_since(s, no, p);
        if (a->begin == RT_TIME_NONE || b->begin == RT_TIME_NONE)
            return since == NO ? NO : MAYBE;
        return b->begin > a->end + no->lasts ? since : NO;
    }
    for (uint32_t k = p + 1; k < i; k++)
        if (fits(no, ev(s, k)))
            return NO;
    if (a->begin == RT_TIME_NONE || last->begin == RT_TIME_NONE)
        return YES;
    return heard(s, no, a->begin, last->begin);
}

static enum know
least(enum know a, enum know b)
{
    return a < b ? a : b;
}

/* Joint k at i (its run from `begin`) after the joint before at p. */
static enum know
follows(const struct slow *s, size_t k, uint32_t p, uint32_t begin, uint32_t i)
{
    const struct rule_step *step = &s->w->steps[s->joints[k]];
    const struct event *a = ev(s, p), *b = ev(s, begin);
    bool timed = a->begin != RT_TIME_NONE && b->begin != RT_TIME_NONE;
    bool window = step->within != RT_DUR_NONE && step->times == 1;
    bool delay = step->after != RT_DUR_NONE && step->after > 0;
    enum know all = (window || delay) && !timed ? MAYBE : YES;
    rt_dur d = timed && b->begin > a->end ? b->begin - a->end : 0;
    if (p >= begin || !related(step, a, b))
        return NO;
    if (timed && ((window && d > step->within) || (delay && d < step->after)))
        return NO;
    for (size_t no = s->joints[k - 1] + 1; no < s->joints[k]; no++)
        all = least(all, absent_between(s, &s->w->steps[no], p, begin, i));
    return all;
}

static bool
is_excused(const struct slow *s, uint32_t i, enum know *doubt)
{
    const struct rule *r = &s->w->rule;
    const struct event *b = ev(s, i);
    for (uint32_t k = 0; r->unless_count > 0 && k < s->w->scope.n; k++) {
        const struct event *a = ev(s, k);
        if (!fits(&r->unless[0], a))
            continue;
        if (r->unless[0].within == RT_DUR_NONE)
            return true;
        if (b->begin == RT_TIME_NONE)
            *doubt = MAYBE;
        if (a->begin == RT_TIME_NONE || b->begin == RT_TIME_NONE)
            continue;
        rt_dur gap = k < i ? b->begin - a->end : a->begin - b->end;
        if (k == i || gap <= r->unless[0].within)
            return true;
    }
    return false;
}

static void
take(struct slow *s, enum know all)
{
    if (all == YES) {
        for (size_t k = 0; k < s->count; k++) {
            uint32_t members[3];
            uint32_t n = run_of(s, &s->w->steps[s->joints[k]], s->path[k], members);
            while (n > 0)
                s->covers[members[--n]] = true;
        }
        /* Paths are tried with the latest events first. */
        if (!s->has_best)
            memcpy(s->best, s->path, sizeof(s->best));
        s->has_best = true;
    }
    s->found = all > s->found ? all : s->found;
}

/* Every path that ends with joint k at s->path[k]. */
static void
try_back(struct slow *s, size_t k, enum know all)
{
    uint32_t begin = begin_of(s, k, s->path[k]);
    if (k == 0) {
        for (size_t no = 0; no < s->joints[0]; no++)
            all = least(all, absent_before(s, &s->w->steps[no], begin));
        if (all != NO)
            take(s, all);
        return;
    }
    for (uint32_t p = begin; p-- > 0;) {
        uint32_t members[3];
        if (run_of(s, &s->w->steps[s->joints[k - 1]], p, members) == 0)
            continue;
        enum know one = least(all, follows(s, k, p, begin, s->path[k]));
        s->path[k - 1] = p;
        if (one != NO)
            try_back(s, k - 1, one);
    }
}

static void
try_end(struct slow *s, uint32_t i)
{
    uint32_t members[3];
    size_t last = s->count - 1;
    enum know all = YES;
    s->found = NO;
    if (run_of(s, &s->w->steps[s->joints[last]], i, members) == 0 || is_excused(s, i, &all))
        return;
    for (size_t no = s->joints[last] + 1; no < s->w->rule.when_count; no++)
        all = least(all, absent_after(s, &s->w->steps[no], i));
    s->path[last] = i;
    if (all != NO)
        try_back(s, last, all);
}

/* ---- both ---- */

static bool
agree(const struct world *w, const struct matched *m)
{
    struct slow s = {.w = w};
    size_t ends = 0, covers = 0;
    bool open = false, first = true, good = true;
    for (size_t k = 0; k < w->rule.when_count; k++)
        if (w->steps[k].type == STEP_SEE)
            s.joints[s.count++] = k;
    for (uint32_t i = 0; i < w->scope.n; i++) {
        s.has_best = false;
        try_end(&s, i);
        open |= s.found == MAYBE;
        if (s.found != YES)
            continue;
        good &= ends < m->count && m->ends[ends] == i;
        ends++;
        for (size_t k = 0; first && good && k < s.count; k++)
            good &= m->shown[0].steps[s.joints[k]] == s.best[k];
        first = false;
    }
    good &= ends == m->count && (m->verdict == VERDICT_FOUND) == (ends > 0);
    if (ends == 0)
        good &= open == (m->verdict == VERDICT_PENDING || m->verdict == VERDICT_NO_DATA);
    for (uint32_t i = 0; i < w->scope.n; i++) {
        if (!s.covers[i])
            continue;
        good &= covers < m->cover_count && m->covers[covers] == i;
        covers++;
    }
    return good && covers == m->cover_count;
}

static unsigned verdicts[4];

static bool
matches(const struct world *w, struct matcher *m, struct rt_arena *a)
{
    struct matched out;
    struct rt_err err = {0};
    bool good = match_rule(m, &w->rule, &w->scope, a, &out, &err) == 0 && agree(w, &out);
    verdicts[out.verdict]++;
    return good;
}

static void
same_as_trying_every_path(void)
{
    in_every_world(ROUNDS, UINT64_C(0x9e3779b97f4a7c15), make_world, matches);
}

/* A comparison that only ever saw one answer would prove nothing. */
static void
every_verdict_was_met(void)
{
    CHECK(verdicts[VERDICT_CLEAR] > ROUNDS / 10);
    CHECK(verdicts[VERDICT_FOUND] > ROUNDS / 20);
    CHECK(verdicts[VERDICT_PENDING] > ROUNDS / 200);
    CHECK(verdicts[VERDICT_NO_DATA] > ROUNDS / 200);
}

static const struct check_test tests[] = {
    {"any rule on any log: the same occurrences as by trying every path",
     same_as_trying_every_path},
    {"all verdicts were among them", every_verdict_was_met},
    {NULL, NULL},
};
CHECK_MAIN("detect: exact matching", tests)
