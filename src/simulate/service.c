#include "config.h"

#include "simulate/service.h"

#include <stdlib.h>

#include "base/alloc.h"

enum { TEXT_MOST = 1 << 20 };
static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void
sim_service_init(struct sim_service *s, const struct sim_plan *p, const struct sim_scenario *of,
                 struct sim_random *r, struct rt_arena *a)
{
    *s = (struct sim_service){
        .plan = p, .scenario = of, .random = r, .arena = a, .opened = RT_TIME_NONE};
}

void
sim_service_fini(struct sim_service *s)
{
    RT_VEC_FREE(&s->resources);
    RT_VEC_FREE(&s->tasks);
}

/* ---- variables ---- */

void
sim_vars_set(struct sim_service *s, struct sim_vars *v, const char *name, rt_str value)
{
    for (size_t i = 0; i < v->list.n; i++)
        if (rt_str_is(v->list.v[i].name, name)) {
            v->list.v[i].value = value;
            return;
        }
    struct sim_var *slot = RT_VEC_PUSH(&v->list);
    char *own = rt_arena_strz(s->arena, rt_str_of(name));
    if (slot == NULL || own == NULL)
        s->failed = true;
    else
        *slot = (struct sim_var){rt_str_of(own), value};
}

static size_t
name_at(rt_str s, size_t i)
{
    size_t n = 0;
    while (i + n < s.n && s.p[i + n] >= 'a' && s.p[i + n] <= 'z')
        n++;
    return n;
}

rt_str
sim_expand(struct sim_service *s, rt_str text, const struct sim_vars *v)
{
    struct rt_buf b;
    bool ok = true;
    rt_buf_init(&b, TEXT_MOST);
    for (size_t i = 0; i < text.n;) {
        bool braced = i + 1 < text.n && text.p[i + 1] == '{';
        size_t n = text.p[i] == '$' ? name_at(text, i + 1 + braced) : 0;
        if (n == 0) {
            rt_buf_addc(&b, text.p[i++]);
            continue;
        }
        rt_buf_add(&b, sim_vars_get(v, (rt_str){text.p + i + 1 + braced, n}));
        i += 1 + n + 2 * (size_t)braced;
    }
    rt_str out = rt_arena_str(s->arena, rt_buf_str(&b), &ok);
    s->failed |= b.failed || !ok;
    rt_buf_fini(&b);
    return out;
}

static rt_str
made(struct sim_service *s, const char *of, size_t n)
{
    char *p = rt_arena_alloc(s->arena, n + 1);
    if (p == NULL) {
        s->failed = true;
        return RT_NONE;
    }
    sim_text(s->random, of, n, p);
    return (rt_str){p, n};
}

/* ---- how a task goes ---- */

struct course { /* RT_TIME_NONE: never */
    rt_time publish, leave, idle, end;
};

static rt_time
sooner(rt_time a, rt_time b)
{
    return a == RT_TIME_NONE || (b != RT_TIME_NONE && b < a) ? b : a;
}

static rt_time
anchor(const struct course *c, const struct sim_task *t, enum sim_anchor at)
{
    switch (at) {
    case SIM_AT_START: return t->begin;
    case SIM_AT_PUBLISH: return c->publish;
    case SIM_AT_LEAVE: return c->leave;
    case SIM_AT_IDLE: return c->idle;
    case SIM_AT_STOP: return t->stopped;
    case SIM_AT_END: return c->end;
    case SIM_ANCHORS: break;
    }
    return RT_TIME_NONE;
}

static struct course
course_of(const struct sim_service *s, const struct sim_task *t)
{
    const struct sim_scenario *of = s->scenario;
    struct course c = {RT_TIME_NONE, RT_TIME_NONE, RT_TIME_NONE, RT_TIME_NONE};
    rt_time joined = t->begin + s->plan->joins_after, left = RT_TIME_NONE;
    if (of->users_to != RT_DUR_NONE)
        left = s->opened + of->users_to;
    if (of->users_from != RT_DUR_NONE && (left == RT_TIME_NONE || left > joined)) {
        c.publish = s->opened + of->users_from;
        c.publish = c.publish > joined ? c.publish : joined + 200 * RT_MS;
        c.leave = left;
    }
    rt_time empty = c.publish == RT_TIME_NONE ? joined : c.leave;
    c.idle = empty == RT_TIME_NONE ? RT_TIME_NONE : empty + of->idle * RT_SEC;
    bool idles = false;
    for (size_t i = 0; i < t->life->list.n; i++) {
        const struct sim_happening *h = &t->life->list.v[i];
        idles |= h->at == SIM_AT_IDLE;
        rt_time at = anchor(&c, t, h->at);
        if (h->ends && at != RT_TIME_NONE)
            c.end = sooner(c.end, at + h->after);
    }
    c.idle = idles ? c.idle : RT_TIME_NONE;
    c.end = sooner(c.end, c.idle);
    if (t->stopped != RT_TIME_NONE)
        c.end = sooner(c.end, t->stopped + s->plan->leaves_after);
    return c;
}

static int
by_time(const void *a, const void *b)
{
    const struct sim_due *x = a, *y = b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return (x->of > y->of) - (x->of < y->of);
}

static void
add_due(struct sim_service *s, struct sim_dues *out, const struct sim_happening *h, rt_time at)
{
    struct sim_due *slot = RT_VEC_PUSH(&out->list);
    if (slot == NULL)
        s->failed = true;
    else
        *slot = (struct sim_due){at, h, RT_TIME_NONE, false};
}

void
sim_service_dues(struct sim_service *s, const struct sim_task *t, rt_time until, bool repeats,
                 struct sim_dues *out)
{
    struct course c = course_of(s, t);
    const struct sim_life *life = t->life;
    rt_time gone = RT_TIME_NONE;
    for (size_t i = 0; i < life->list.n; i++) {
        const struct sim_happening *h = &life->list.v[i];
        rt_time from = anchor(&c, t, h->at),
                at = from == RT_TIME_NONE ? until + 1 : from + h->after;
        rt_time last =
            h->at == SIM_AT_END || c.end == RT_TIME_NONE || c.end > until ? until : c.end;
        for (; at <= last; at += h->every) {
            add_due(s, out, h, at);
            if (h->every == 0 || !repeats)
                break;
        }
    }
    if (out->list.n > 1)
        qsort(out->list.v, out->list.n, sizeof(*out->list.v), by_time);
    for (size_t i = 0; i < out->list.n; i++) {
        gone = out->list.v[i].of->away > 0 ? out->list.v[i].at : gone;
        out->list.v[i].gone = gone;
        out->list.v[i].renamed = gone != RT_TIME_NONE && out->list.v[i].of->away == 0;
    }
}

struct state { /* of a task at some time */
    int64_t status;
    bool away, ending, gone, published;
};

static struct state
state_at(struct sim_service *s, const struct sim_task *t, rt_time at)
{
    struct course c = course_of(s, t);
    struct sim_dues dues = {0};
    struct state now = {.status = s->plan->first_status};
    sim_service_dues(s, t, at, false, &dues);
    for (size_t i = 0; i < dues.list.n; i++) {
        const struct sim_due *d = &dues.list.v[i];
        now.status = d->of->status >= 0 ? d->of->status : now.status;
        now.away = d->of->away > 0 && at < d->at + d->of->away;
    }
    RT_VEC_FREE(&dues.list);
    now.ending = c.end != RT_TIME_NONE && at >= c.end;
    now.gone = c.end != RT_TIME_NONE && at >= c.end + s->plan->exit_takes;
    now.published =
        rt_str_is(s->scenario->mode, "web") || (c.publish != RT_TIME_NONE && c.publish < at);
    return now;
}

/* ---- answers ---- */

static const struct sim_answer *
say(const struct sim_service *s, const char *name)
{
    static const struct sim_answer none = {.http = 500};
    const struct sim_answer *a = sim_answer_find(s->plan, rt_str_of(name));
    return a != NULL ? a : &none;
}

static const struct sim_answer *
acquire(struct sim_service *s, struct sim_vars *v, rt_time at)
{
    struct sim_resource *r = rt_arena_alloc(s->arena, sizeof(*r));
    struct sim_resource **slot = r == NULL ? NULL : RT_VEC_PUSH(&s->resources);
    if (slot == NULL) {
        s->failed = true;
        return say(s, "acquire-fault");
    }
    int64_t hours = 0;
    *r = (struct sim_resource){.rid = made(s, alphabet, SIM_RID),
                               .cname = sim_vars_get(v, RT_LIT("cname")),
                               .uid = sim_vars_get(v, RT_LIT("uid")),
                               .at = at,
                               .control = s->plan->control};
    if (rt_str_int(sim_vars_get(v, RT_LIT("hours")), &hours))
        r->control = hours * RT_HOUR;
    *slot = r;
    sim_vars_set(s, v, "newrid", r->rid);
    return say(s, "acquired");
}

static struct sim_resource *
resource(const struct sim_service *s, rt_str rid)
{
    for (size_t i = 0; i < s->resources.n; i++)
        if (rt_str_eq(s->resources.v[i]->rid, rid))
            return s->resources.v[i];
    return NULL;
}

static bool
taken(struct sim_service *s, const struct sim_resource *r, rt_time at)
{
    for (size_t i = 0; i < s->tasks.n; i++)
        if (rt_str_eq(s->tasks.v[i]->cname, r->cname) &&
            rt_str_eq(s->tasks.v[i]->uid, r->uid) && !state_at(s, s->tasks.v[i], at).gone)
            return true;
    return false;
}

static const struct sim_answer *
start(struct sim_service *s, struct sim_vars *v, rt_time at)
{
    struct sim_resource *r = resource(s, sim_vars_get(v, RT_LIT("rid")));
    if (r == NULL)
        return say(s, "resource-unreadable");
    if (!rt_str_eq(r->cname, sim_vars_get(v, RT_LIT("cname"))) ||
        !rt_str_eq(r->uid, sim_vars_get(v, RT_LIT("uid"))))
        return say(s, "identity-wrong");
    if (r->task != NULL)
        return say(s, state_at(s, r->task, at).ending ? "resource-expired" : "started-already");
    if (at - r->at > s->plan->resource_life)
        return say(s, "resource-expired");
    if (sim_vars_get(v, RT_LIT("unseen")).n == 0 && taken(s, r, at))
        return say(s, "task-conflict");
    struct sim_task *t = rt_arena_alloc(s->arena, sizeof(*t));
    struct sim_task **slot = t == NULL ? NULL : RT_VEC_PUSH(&s->tasks);
    if (slot == NULL) {
        s->failed = true;
        return say(s, "no-worker");
    }
    const struct sim_life *life = sim_life_find(s->plan, sim_vars_get(v, RT_LIT("life")));
    *t = (struct sim_task){.rid = r->rid,
                           .sid = made(s, "0123456789abcdef", SIM_SID),
                           .cname = r->cname,
                           .uid = r->uid,
                           .newuid = made(s, "123456789", 9),
                           .life = life != NULL ? life : s->scenario->life,
                           .begin = at,
                           .stopped = RT_TIME_NONE};
    *slot = r->task = t;
    s->opened = s->opened == RT_TIME_NONE ? at : s->opened;
    sim_vars_set(s, v, "newsid", t->sid);
    return say(s, "started");
}

static struct sim_task *
task_of(const struct sim_service *s, const struct sim_vars *v)
{
    const struct sim_resource *r = resource(s, sim_vars_get(v, RT_LIT("rid")));
    return r != NULL && r->task != NULL &&
                   rt_str_eq(r->task->sid, sim_vars_get(v, RT_LIT("sid")))
               ? r->task
               : NULL;
}

static const struct sim_answer *
control(struct sim_service *s, enum sim_call call, struct sim_vars *v, rt_time at)
{
    struct sim_task *t = task_of(s, v);
    if (t == NULL)
        return say(s, "not-found");
    struct state now = state_at(s, t, at);
    const struct sim_resource *r = resource(s, t->rid);
    if (now.away || now.gone || r == NULL || at > t->begin + r->control)
        return say(s, "not-found");
    if (now.ending || t->stopped != RT_TIME_NONE)
        return say(s, call == SIM_STOP    ? "exiting"
                      : call == SIM_QUERY ? "leaving"
                                          : "not-found");
    if (call == SIM_STOP)
        t->stopped = at;
    char *status = rt_arena_printf(s->arena, "%lld", (long long)now.status);
    sim_vars_set(s, v, "status", rt_str_of(status));
    sim_vars_set(s, v, "files",
                 now.status >= s->plan->files_from
                     ? sim_expand(s, RT_LIT("${sid}_$cname.m3u8"), v)
                     : RT_NONE);
    if (call == SIM_STOP)
        return say(s, now.published ? "stopped" : "nothing-recorded");
    return say(s, call == SIM_QUERY ? "queried" : "updated");
}

const struct sim_answer *
sim_service_call(struct sim_service *s, enum sim_call call, struct sim_vars *vars, rt_time at)
{
    if (call == SIM_ACQUIRE)
        return acquire(s, vars, at);
    return call == SIM_START ? start(s, vars, at) : control(s, call, vars, at);
}
