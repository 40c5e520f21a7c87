#include "config.h"

#include "report/course.h"

#include "session/box.h"

const char *
course_part_name(enum course_part p)
{
    static const char *const names[COURSE_PARTS] = {"provision", "joining", "recording",
                                                    "draining"};
    return names[p];
}

const char *
course_state_name(enum course_state s)
{
    static const char *const names[] = {"seen", "failed", "missing", "pending", "moot"};
    return names[s];
}

/* What was seen, and by which event. */
struct first {
    bool seen;
    rt_time at;
    size_t event;
};
static const struct first never = {false, RT_TIME_NONE, SIZE_MAX};

/* The first event of each meaning. */
struct firsts {
    struct first of[MEANS__COUNT], refused_start, asked_acquire, asked_start, asked_stop;
    rt_time acquired; /* when it was answered */
    rt_time gone;     /* since it was last seen alive */
};

static void
note(struct first *f, rt_time at, size_t event)
{
    if (!f->seen)
        *f = (struct first){true, at, event};
}

/* `a`, where nothing tells which came first. */
static const struct first *
earlier_of(const struct first *a, const struct first *b)
{
    if (!a->seen || !b->seen)
        return a->seen ? a : b;
    return b->at != RT_TIME_NONE && (a->at == RT_TIME_NONE || b->at < a->at) ? b : a;
}

static void
look(const struct phase_signs *signs, const struct session *s, struct firsts *f)
{
    *f = (struct firsts){.refused_start = never,
                         .asked_acquire = never,
                         .asked_start = never,
                         .asked_stop = never,
                         .acquired = RT_TIME_NONE,
                         .gone = RT_TIME_NONE};
    for (int m = 0; m < MEANS__COUNT; m++)
        f->of[m] = never;
    for (size_t i = 0; i < s->event_count; i++) {
        const struct event *e = s->events[i];
        uint32_t mask = phase_signs_of(signs, e);
        if ((mask >> MEANS_ACQUIRE & 1) != 0 && !f->of[MEANS_ACQUIRE].seen)
            f->acquired = e->end;
        for (int m = 0; m < MEANS__COUNT; m++)
            if ((mask >> m & 1) != 0) {
                /* That the files arrived is told by the answer, which may take a while. */
                bool by_answer =
                    (m == MEANS_UPLOADED || m == MEANS_BACKUPED) && e->end != RT_TIME_NONE;
                note(&f->of[m], by_answer ? e->end : e->begin, i);
            }
        if ((mask >> MEANS_ALIVE & 1) != 0)
            f->gone = RT_TIME_NONE;
        else if ((mask >> MEANS_GONE & 1) != 0 && f->gone == RT_TIME_NONE)
            f->gone = e->begin;
        if (e->kind == KIND_START && e->outcome == OUTCOME_FAIL)
            f->refused_start = (struct first){true, e->begin, i};
        if (e->kind == KIND_ACQUIRE)
            note(&f->asked_acquire, e->begin, i);
        if (e->kind == KIND_START)
            note(&f->asked_start, e->begin, i);
        if (e->kind == KIND_STOP)
            note(&f->asked_stop, e->begin, i);
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
    rt_time alive = f->of[MEANS_ALIVE].at, start = earlier(f->of[MEANS_START].at, alive);
    rt_time end = earlier(f->of[MEANS_STOP].at, f->of[MEANS_LEFT].at);
    for (int p = 0; p < COURSE_PARTS; p++)
        c->from[p] = c->to[p] = RT_TIME_NONE;
    if (start == RT_TIME_NONE) {
        add_part(c, PART_PROVISION, s->first, s->last);
        return;
    }
    if (s->phase == PHASE_EXITED_ALONE && f->of[MEANS_LEFT].at == RT_TIME_NONE)
        c->gone = f->gone;
    end = earlier(end, c->gone);
    end = end == RT_TIME_NONE || end < start ? s->last : end;
    alive = alive == RT_TIME_NONE || alive > end ? end : alive < start ? start : alive;
    add_part(c, PART_PROVISION, s->first, start);
    add_part(c, PART_JOINING, start, alive);
    add_part(c, PART_RECORDING, alive, end);
    add_part(c, PART_DRAINING, end, s->last);
}

/* Until when the resource id was good, if that mattered. */
static rt_time
expiry(const struct phase_signs *signs, const struct firsts *f)
{
    if (signs->ttl == RT_DUR_NONE || f->acquired == RT_TIME_NONE)
        return RT_TIME_NONE;
    rt_time at = box_shift(f->acquired, signs->ttl),
            used = earlier(f->of[MEANS_START].at, f->of[MEANS_ALIVE].at);
    return used != RT_TIME_NONE && used <= at ? RT_TIME_NONE : at;
}

/* ---- steps ---- */

/* `f` NULL: nothing was seen. */
static void
step(struct course *c, enum course_which which, rt_str name, bool hook, enum course_state state,
     const struct first *f, const char *why)
{
    f = f == NULL ? &never : f;
    c->steps[c->step_count++] =
        (struct course_step){which, name, hook, state, f->at, f->event, why};
}

static void
step_of_calls(const struct report *r, const struct session *s, const struct firsts *f,
              struct course *c)
{
    bool good = f->of[MEANS_START].seen || f->of[MEANS_ALIVE].seen;
    rt_str acquire = rule_set_kind_name(r->rules, KIND_ACQUIRE),
           start = rule_set_kind_name(r->rules, KIND_START);
    if (f->of[MEANS_ACQUIRE].seen)
        step(c, COURSE_STEP_ACQUIRE, acquire, false, COURSE_SEEN, &f->of[MEANS_ACQUIRE], "");
    else if (f->of[MEANS_REFUSED].seen && f->asked_acquire.seen)
        step(c, COURSE_STEP_ACQUIRE, acquire, false, COURSE_FAILED, &f->of[MEANS_REFUSED],
             "refused");
    else if (f->asked_acquire.seen)
        step(c, COURSE_STEP_ACQUIRE, acquire, false, COURSE_SEEN, &f->asked_acquire,
             "no answer");
    else
        step(c, COURSE_STEP_ACQUIRE, acquire, false, COURSE_MISSING, NULL, "not in the logs");
    if (f->of[MEANS_START].seen)
        step(c, COURSE_STEP_START, start, false, COURSE_SEEN, &f->of[MEANS_START], "");
    else if (f->refused_start.seen)
        step(c, COURSE_STEP_START, start, false, COURSE_FAILED, &f->refused_start, "failed");
    else if (f->asked_start.seen)
        step(c, COURSE_STEP_START, start, false, COURSE_SEEN, &f->asked_start, "no answer");
    else if (good || s->sid.n > 0)
        step(c, COURSE_STEP_START, start, false, COURSE_MISSING, NULL, "not in the logs");
    else if (f->of[MEANS_ACQUIRE].seen)
        step(c, COURSE_STEP_START, start, false, COURSE_MISSING, NULL, "never came");
    else
        step(c, COURSE_STEP_START, start, false, COURSE_MOOT, NULL,
             "not expected: acquire failed");
}

static void
step_of_life(const struct report *r, const struct session *s, const struct firsts *f,
             struct course *c)
{
    const struct hook_type *up = rule_set_expected(r->rules, KIND_START, s->mode);
    const struct first *alive = &f->of[MEANS_ALIVE], *stopped = &f->of[MEANS_STOP],
                       *left = &f->of[MEANS_LEFT];
    const struct first *uploaded = &f->of[MEANS_UPLOADED], *backuped = &f->of[MEANS_BACKUPED];
    bool started = f->of[MEANS_START].seen || s->sid.n > 0 ||
                   (f->asked_start.seen && !f->refused_start.seen);
    bool hooks = coverage_any(r->coverage, SOURCE_HOOK);
    rt_str stop = rule_set_kind_name(r->rules, KIND_STOP),
           joined = up != NULL ? up->name : RT_LIT("joined");
    bool over = s->ended || left->seen || f->of[MEANS_GONE].seen || stopped->seen;
    if (alive->seen)
        step(c, COURSE_STEP_JOINED, joined, hooks, COURSE_SEEN, alive, "");
    else if (!started)
        step(c, COURSE_STEP_JOINED, joined, true, COURSE_MOOT, NULL,
             f->asked_start.seen ? "not expected: start failed" : "not expected: no start");
    else if (hooks)
        step(c, COURSE_STEP_JOINED, joined, true, over ? COURSE_MISSING : COURSE_PENDING, NULL,
             over ? "missing: nothing shows that it recorded"
                  : "nothing yet shows that it records");
    if (!started && !alive->seen)
        return;
    if (f->asked_stop.seen || stopped->seen)
        step(c, COURSE_STEP_STOP, stop, false, COURSE_SEEN, earlier_of(stopped, &f->asked_stop),
             "");
    else
        step(c, COURSE_STEP_STOP, stop, false, over ? COURSE_MISSING : COURSE_PENDING, NULL,
             over ? "not in the logs: it ended without" : "not yet");
    if (left->seen)
        step(c, COURSE_STEP_LEFT, RT_LIT("left"), true, COURSE_SEEN, left, "");
    else if (hooks && over)
        step(c, COURSE_STEP_LEFT, RT_LIT("left"), true, COURSE_MISSING, NULL,
             "missing: no callback tells that it left");
    if (uploaded->seen || backuped->seen) {
        const struct first *arrived = earlier_of(uploaded, backuped);
        c->uploaded = arrived->at;
        step(c, COURSE_STEP_UPLOADED, RT_LIT("uploaded"), true, COURSE_SEEN, arrived, "");
    } else if (hooks && over && alive->seen) {
        step(c, COURSE_STEP_UPLOADED, RT_LIT("uploaded"), true, COURSE_MISSING, NULL,
             "missing: no callback tells that the files arrived");
    }
}

void
course_of(const struct report *r, const struct phase_signs *signs, const struct session *s,
          struct course *out)
{
    struct firsts f;
    *out = (struct course){.step_count = 0};
    out->uploaded = out->gone = RT_TIME_NONE;
    look(signs, s, &f);
    parts(s, &f, out);
    out->expires = expiry(signs, &f);
    step_of_calls(r, s, &f, out);
    step_of_life(r, s, &f, out);
    out->failed = session_phase_stage(s->phase) == STAGE_LOST;
}
