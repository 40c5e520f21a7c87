#include "config.h"

#include "report/course.h"

const char *
course_part_name(enum course_part p)
{
    static const char *const names[COURSE_PARTS] = {"provision", "joining", "recording", "draining"};
    return names[p];
}

const char *
course_state_name(enum course_state s)
{
    static const char *const names[] = {"seen", "failed", "missing", "pending", "moot"};
    return names[s];
}

/* The first event of each meaning. */
struct firsts {
    rt_time at[MEANS__COUNT];
    bool seen[MEANS__COUNT];
    rt_time refused_start, asked_stop;
};

static void
look(const struct phase_signs *signs, const struct session *s, struct firsts *f)
{
    *f = (struct firsts){.refused_start = RT_TIME_NONE, .asked_stop = RT_TIME_NONE};
    for (int m = 0; m < MEANS__COUNT; m++)
        f->at[m] = RT_TIME_NONE;
    for (size_t i = 0; i < s->event_count; i++) {
        const struct event *e = s->events[i];
        uint32_t mask = phase_signs_of(signs, e);
        for (int m = 0; m < MEANS__COUNT; m++)
            if ((mask >> m & 1) != 0 && !f->seen[m]) {
                f->seen[m] = true;
                f->at[m] = e->begin;
            }
        if (e->kind == KIND_START && e->outcome == OUTCOME_FAIL)
            f->refused_start = e->begin;
        if (e->kind == KIND_STOP && f->asked_stop == RT_TIME_NONE)
            f->asked_stop = e->begin;
    }
}

/* ---- parts ---- */

static void
add_part(struct course *c, enum course_part p, rt_time from, rt_time to)
{
    if (from == RT_TIME_NONE || to == RT_TIME_NONE || to <= from)
        return;
    c->from[p] = from;
    c->to[p] = to;
}

static rt_time
earlier(rt_time a, rt_time b)
{
    return a == RT_TIME_NONE ? b : b == RT_TIME_NONE ? a : a < b ? a : b;
}

static void
parts(const struct session *s, const struct firsts *f, struct course *c)
{
    rt_time alive = f->at[MEANS_ALIVE], start = earlier(f->at[MEANS_START], alive);
    rt_time end = earlier(f->at[MEANS_STOP], f->at[MEANS_LEFT]);
    for (int p = 0; p < COURSE_PARTS; p++)
        c->from[p] = c->to[p] = RT_TIME_NONE;
    if (start == RT_TIME_NONE) {
        add_part(c, PART_PROVISION, s->first, s->last);
        return;
    }
    end = end == RT_TIME_NONE || end < start ? s->last : end;
    alive = alive == RT_TIME_NONE || alive > end ? end : alive < start ? start : alive;
    add_part(c, PART_PROVISION, s->first, start);
    add_part(c, PART_JOINING, start, alive);
    add_part(c, PART_RECORDING, alive, end);
    add_part(c, PART_DRAINING, end, s->last);
}

/* ---- steps ---- */

static void
step(struct course *c, rt_str name, bool hook, enum course_state state, rt_time at, const char *why)
{
    c->steps[c->step_count++] = (struct course_step){name, hook, state, at, why};
}

static void
step_of_calls(const struct report *r, const struct session *s, const struct firsts *f, struct course *c)
{
    bool acquired = (s->kinds >> KIND_ACQUIRE & 1) != 0, started = (s->kinds >> KIND_START & 1) != 0;
    bool good = f->seen[MEANS_START] || f->seen[MEANS_ALIVE];
    rt_str acquire = rule_set_kind_name(r->rules, KIND_ACQUIRE), start = rule_set_kind_name(r->rules, KIND_START);
    if (f->seen[MEANS_ACQUIRE])
        step(c, acquire, false, COURSE_SEEN, f->at[MEANS_ACQUIRE], "");
    else if (acquired)
        step(c, acquire, false, COURSE_FAILED, f->at[MEANS_REFUSED], "refused");
    else
        step(c, acquire, false, COURSE_MISSING, RT_TIME_NONE, "not in the logs");
    if (f->seen[MEANS_START])
        step(c, start, false, COURSE_SEEN, f->at[MEANS_START], "");
    else if (started)
        step(c, start, false, COURSE_FAILED, f->refused_start, "failed");
    else if (good || s->sid.n > 0)
        step(c, start, false, COURSE_MISSING, RT_TIME_NONE, "not in the logs");
    else if (f->seen[MEANS_ACQUIRE])
        step(c, start, false, COURSE_MISSING, RT_TIME_NONE, "never came");
    else
        step(c, start, false, COURSE_MOOT, RT_TIME_NONE, "not expected: acquire failed");
}

static void
step_of_life(const struct report *r, const struct session *s, const struct firsts *f, struct course *c)
{
    const struct hook_type *up = rule_set_expected(r->rules, KIND_START, s->mode);
    bool started = f->seen[MEANS_START] || s->sid.n > 0, hooks = coverage_any(r->coverage, SOURCE_HOOK);
    rt_str stop = rule_set_kind_name(r->rules, KIND_STOP), joined = up != NULL ? up->name : RT_LIT("joined");
    bool over = s->ended || f->seen[MEANS_LEFT] || f->seen[MEANS_GONE] || f->seen[MEANS_STOP];
    if (f->seen[MEANS_ALIVE])
        step(c, joined, hooks, COURSE_SEEN, f->at[MEANS_ALIVE], "");
    else if (!started)
        step(c, joined, true, COURSE_MOOT, RT_TIME_NONE, "not expected: start failed");
    else if (hooks)
        step(c, joined, true, over ? COURSE_MISSING : COURSE_PENDING, RT_TIME_NONE,
             over ? "missing: nothing shows that it recorded" : "nothing yet shows that it records");
    if (!started && !f->seen[MEANS_ALIVE])
        return;
    if (f->asked_stop != RT_TIME_NONE || f->seen[MEANS_STOP])
        step(c, stop, false, COURSE_SEEN, earlier(f->at[MEANS_STOP], f->asked_stop), "");
    else
        step(c, stop, false, over ? COURSE_MISSING : COURSE_PENDING, RT_TIME_NONE, over ? "not in the logs: it ended without" : "not yet");
    if (f->seen[MEANS_LEFT])
        step(c, RT_LIT("left"), true, COURSE_SEEN, f->at[MEANS_LEFT], "");
    else if (hooks && over)
        step(c, RT_LIT("left"), true, COURSE_MISSING, RT_TIME_NONE, "missing: no callback tells that it left");
    c->uploaded = earlier(f->at[MEANS_UPLOADED], f->at[MEANS_BACKUPED]);
    if (f->seen[MEANS_UPLOADED] || f->seen[MEANS_BACKUPED])
        step(c, RT_LIT("uploaded"), true, COURSE_SEEN, c->uploaded, "");
    else if (hooks && over && f->seen[MEANS_ALIVE])
        step(c, RT_LIT("uploaded"), true, COURSE_MISSING, RT_TIME_NONE, "missing: no callback tells that the files arrived");
}

void
course_of(const struct report *r, const struct phase_signs *signs, const struct session *s, struct course *out)
{
    struct firsts f;
    *out = (struct course){.step_count = 0};
    out->uploaded = RT_TIME_NONE;
    look(signs, s, &f);
    parts(s, &f, out);
    step_of_calls(r, s, &f, out);
    step_of_life(r, s, &f, out);
    out->failed = s->phase == PHASE_NEVER_STARTED || s->phase == PHASE_START_FAILED || s->phase == PHASE_EXPIRED;
}
