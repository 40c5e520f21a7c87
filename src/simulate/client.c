#include "config.h"

#include "simulate/client.h"

#include <stdio.h>

#include "base/alloc.h"
#include "simulate/token.h"

enum { SLOTS = 6, MARK = 64, LATE_MS = 4000, AFTER_RUN_MIN = 60 };

struct client {
    const struct sim_plan *plan;
    struct sim_instance *in;
    const struct sim_habits *habits;
    struct sim_service service;
    struct sim_random *random;
    struct rt_arena *arena;
    struct sim_lines *out;
    struct {
        rt_str uid, rid, sid;
    } slots[SLOTS];
    rt_str firstrid;
    rt_time now, until;
};

static rt_dur
jitter(struct client *c)
{
    return c->habits->jitter > 0
               ? (rt_dur)sim_below(c->random, (uint64_t)c->habits->jitter) / RT_MS * RT_MS
               : 0;
}

static void
add_line(struct client *c, rt_time at, bool hook, rt_str text)
{
    struct sim_line *slot = RT_VEC_PUSH(&c->out->list);
    rt_dur late = sim_chance(c->random, c->habits->disorder)
                      ? (rt_dur)sim_below(c->random, LATE_MS) * RT_MS
                      : 0;
    if (slot == NULL)
        c->service.failed = true;
    else
        *slot = (struct sim_line){at + late, c->out->list.n, hook, text};
}

/* ---- a call ---- */

static rt_str
number(struct client *c, int64_t n)
{
    char *z = rt_arena_printf(c->arena, "%lld", (long long)n);
    c->service.failed |= z == NULL;
    return rt_str_of(z);
}

/* "@+2h": Unix seconds, so long after the call. */
static rt_str
moment(struct client *c, rt_str value, rt_time at)
{
    rt_dur after = 0;
    if (!rt_str_starts(value, RT_LIT("@+")) || !rt_dur_parse(rt_str_from(value, 2), &after))
        return value;
    return number(c, (at + after) / RT_SEC);
}

static void
scope(struct client *c, const struct sim_step *step, struct sim_vars *v, rt_time at)
{
    struct sim_service *s = &c->service;
    size_t slot = (size_t)(step->task - 1) % SLOTS;
    sim_vars_set(s, v, "app", c->in->app);
    sim_vars_set(s, v, "cname", c->in->cname);
    sim_vars_set(s, v, "mode", c->in->scenario->mode);
    sim_vars_set(
        s, v, "idle",
        rt_str_of(rt_arena_printf(c->arena, "%lld", (long long)c->in->scenario->idle)));
    sim_vars_set(s, v, "uid", c->slots[slot].uid);
    sim_vars_set(s, v, "rid", c->slots[slot].rid);
    sim_vars_set(s, v, "sid", c->slots[slot].sid);
    sim_vars_set(s, v, "firstrid", c->firstrid);
    sim_vars_set(s, v, "firstuid", c->slots[0].uid);
    const struct sim_vars *with[] = {&c->plan->defaults, &c->in->scenario->with, &step->with};
    for (size_t k = 0; k < 3; k++)
        for (size_t i = 0; i < with[k]->list.n; i++) {
            rt_str value = moment(c, sim_expand(s, with[k]->list.v[i].value, v), at);
            char *name = rt_arena_strz(c->arena, with[k]->list.v[i].name);
            if (name != NULL)
                sim_vars_set(s, v, name, value);
        }
    rt_str token = sim_vars_get(v, RT_LIT("token"));
    const struct sim_token *signs = rt_str_starts(token, RT_LIT("@"))
                                        ? sim_token_find(c->plan, rt_str_from(token, 1))
                                        : NULL;
    if (signs != NULL)
        sim_vars_set(s, v, "token", sim_token_sign(s, signs, v, at));
}

/* By the step's name, else that of the call for this mode, else that of the call. */
static rt_str
body_of(struct client *c, const struct sim_step *step, const struct sim_vars *v)
{
    char name[80];
    const struct sim_request *r =
        step->body.n > 0 ? sim_request_find(c->plan, step->body) : NULL;
    if (r == NULL) {
        snprintf(name, sizeof(name), "%s-%.*s", sim_call_names[step->call],
                 RT_FMT(c->in->scenario->mode));
        r = sim_request_find(c->plan, rt_str_of(name));
    }
    if (r == NULL)
        r = sim_request_find(c->plan, rt_str_of(sim_call_names[step->call]));
    return r == NULL ? RT_NONE : sim_expand(&c->service, r->body, v);
}

static void
log_call(struct client *c, const struct sim_step *step, const struct sim_vars *v, rt_time at,
         rt_dur took, const struct sim_answer *answer)
{
    const struct sim_path *p = &c->plan->paths[step->call];
    char time[RT_TIME_MAX];
    struct rt_buf b;
    rt_str url = sim_expand(&c->service, p->path, v), body = body_of(c, step, v);
    bool ok = true;
    rt_buf_init(&b, 1 << 20);
    rt_buf_addf(&b,
                "{\"time\":\"%s\",\"level\":\"%s\",\"msg\":\"cloud recording "
                "%s\",\"method\":\"%.*s\",\"url\":\"https://%.*s",
                rt_time_rfc3339(at, time), answer == NULL ? "error" : "info",
                sim_call_names[step->call],
                RT_FMT(step->method.n > 0 ? step->method : p->method), RT_FMT(c->plan->host));
    rt_buf_add(&b, url);
    rt_buf_addf(&b, "\",\"duration_ms\":%lld", (long long)(took / RT_MS));
    if (answer != NULL)
        rt_buf_addf(&b, ",\"status\":%lld", (long long)answer->http);
    else
        rt_buf_add(&b, RT_LIT(",\"error\":\"timeout awaiting response headers\""));
    if (body.n > 0) {
        rt_buf_add(&b, RT_LIT(",\"request_body\":"));
        rt_buf_add(&b, body);
    }
    if (answer != NULL) {
        rt_buf_add(&b, RT_LIT(",\"response_body\":"));
        rt_buf_add(&b, sim_expand(&c->service, answer->body, v));
    }
    rt_buf_addc(&b, '}');
    add_line(c, at, false, rt_arena_str(c->arena, rt_buf_str(&b), &ok));
    c->service.failed |= b.failed || !ok;
    rt_buf_fini(&b);
}

/* What the client remembers of an answer that it read. */
static void
learn(struct client *c, const struct sim_step *step, const struct sim_vars *v,
      const struct sim_answer *answer)
{
    size_t slot = (size_t)(step->task - 1) % SLOTS;
    if (answer == NULL || answer->http != 200)
        return;
    if (step->call == SIM_ACQUIRE) {
        c->slots[slot].rid = sim_vars_get(v, RT_LIT("newrid"));
        c->firstrid = c->firstrid.n > 0 ? c->firstrid : c->slots[slot].rid;
    } else if (step->call == SIM_START) {
        c->slots[slot].sid = sim_vars_get(v, RT_LIT("newsid"));
    }
}

static void
call(struct client *c, const struct sim_step *step)
{
    struct sim_vars v = {0};
    const struct sim_answer *answer = step->answer;
    rt_time at = c->now + jitter(c);
    scope(c, step, &v, at);
    if (step->acts) {
        const struct sim_answer *own = sim_service_call(&c->service, step->call, &v, at);
        answer = answer == NULL ? own : answer;
    }
    rt_dur took = step->took != RT_DUR_NONE     ? step->took
                  : step->lost                  ? c->plan->client_waits
                  : answer->took != RT_DUR_NONE ? answer->took
                  : answer->http >= 400 || step->call != SIM_STOP
                      ? c->plan->paths[step->call].takes % (2 * RT_SEC)
                      : c->plan->paths[step->call].takes;
    if (step->lost)
        answer = NULL;
    log_call(c, step, &v, at, took, answer);
    learn(c, step, &v, answer);
    c->now = at + took;
    RT_VEC_FREE(&v.list);
}

static void
go(struct client *c, const struct sim_step *step)
{
    rt_time until = 0;
    switch (step->what) {
    case SIM_WAIT: c->now += step->wait; return;
    case SIM_POLL:
        until = step->during == RT_DUR_NONE ? c->until : c->now + step->during;
        while (c->now + step->wait <= until && !c->service.failed) {
            c->now += step->wait;
            call(c, step);
        }
        return;
    case SIM_CALL:
        for (int64_t i = 0; i < step->times; i++) {
            c->now += i > 0 ? step->every : 0;
            call(c, step);
        }
    }
}

/* ---- callbacks ---- */

/* The body as the receiver logs it. */
static rt_str
received(struct client *c, struct sim_vars *v, rt_time at, rt_str body)
{
    char time[RT_TIME_MAX], mark[MARK + 1];
    if (c->in->scenario->received.n == 0)
        return body;
    sim_text(c->random, "0123456789abcdef", MARK, mark);
    sim_vars_set(&c->service, v, "when", rt_str_of(rt_time_rfc3339(at, time)));
    sim_vars_set(&c->service, v, "mark", rt_str_of(mark));
    sim_vars_set(&c->service, v, "body", body);
    return sim_expand(&c->service, c->in->scenario->received, v);
}

static void
tell(struct client *c, const struct sim_task *t, const struct sim_due *d, int64_t sequence)
{
    struct sim_service *s = &c->service;
    struct sim_vars v = {0};
    char notice[SIM_SID + 1];
    rt_time sent = d->at + jitter(c), notify = sent + c->plan->hook_takes;
    sim_text(c->random, "0123456789abcdef", SIM_SID, notice);
    sim_vars_set(s, &v, "cname", t->cname);
    sim_vars_set(s, &v, "sid", t->sid);
    sim_vars_set(s, &v, "hookuid", d->renamed ? t->newuid : t->uid);
    sim_vars_set(s, &v, "newuid", t->newuid);
    sim_vars_set(s, &v, "speaker", RT_LIT("501"));
    sim_vars_set(s, &v, "notice", rt_str_of(notice));
    sim_vars_set(s, &v, "type", number(c, d->of->hook->type));
    sim_vars_set(s, &v, "module", number(c, d->of->hook->module));
    sim_vars_set(s, &v, "sequence", number(c, sequence));
    sim_vars_set(s, &v, "sent", number(c, sent / RT_MS));
    sim_vars_set(s, &v, "gone", number(c, d->gone == RT_TIME_NONE ? 0 : d->gone / RT_MS));
    sim_vars_set(s, &v, "details", sim_expand(s, d->of->hook->details, &v));
    unsigned copies = sim_chance(c->random, c->habits->loss)         ? 0
                      : sim_chance(c->random, c->habits->duplicates) ? 2
                                                                     : 1;
    c->in->lost += copies == 0;
    c->in->repeated += copies > 1;
    for (unsigned i = 0; i < copies; i++, notify += 2 * RT_SEC) {
        sim_vars_set(s, &v, "notify", number(c, notify / RT_MS));
        add_line(c, notify, true,
                 received(c, &v, notify, sim_expand(s, c->plan->envelope, &v)));
    }
    RT_VEC_FREE(&v.list);
}

static void
tell_all(struct client *c)
{
    rt_time until = c->now > c->until ? c->now : c->until;
    for (size_t i = 0; c->in->scenario->hooks && i < c->service.tasks.n; i++) {
        struct sim_dues dues = {0};
        int64_t sequence = 0;
        sim_service_dues(&c->service, c->service.tasks.v[i], until + AFTER_RUN_MIN * RT_MIN,
                         true, &dues);
        for (size_t k = 0; k < dues.list.n; k++)
            if (dues.list.v[k].of->hook != NULL)
                tell(c, c->service.tasks.v[i], &dues.list.v[k], sequence++);
        RT_VEC_FREE(&dues.list);
    }
}

int
sim_client_run(const struct sim_plan *p, struct sim_instance *in, rt_time until,
               const struct sim_habits *habits, struct sim_random *r, struct rt_arena *a,
               struct sim_lines *out)
{
    struct client c = {.plan = p,
                       .in = in,
                       .habits = habits,
                       .random = r,
                       .arena = a,
                       .out = out,
                       .now = in->begin,
                       .until = until};
    sim_service_init(&c.service, p, in->scenario, r, a);
    for (size_t i = 0; i < SLOTS; i++)
        c.slots[i].uid = number(&c, (int64_t)(100000 + sim_below(r, 800000)));
    for (size_t i = 0; i < in->scenario->steps.n && !c.service.failed; i++)
        go(&c, &in->scenario->steps.v[i]);
    in->end = c.now;
    tell_all(&c);
    bool failed = c.service.failed;
    sim_service_fini(&c.service);
    return failed ? -1 : 0;
}
