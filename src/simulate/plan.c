/*
 * plan.c - YAML to the plan. A mistake is told with its place, like one in a rule.
 */
#include "config.h"

#include "simulate/plan.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "rules/pack.h"
#include "rules/yaml.h"
#include "simulate/data.h"

const char *const sim_call_names[SIM_CALLS] = {"acquire", "start",        "query",
                                               "update",  "updateLayout", "stop"};
static const char *const anchor_names[SIM_ANCHORS] = {"start", "publish", "leave",
                                                      "idle",  "stop",    "end"};
enum { PART_DEPTH = 8, IDLE = 120 };

struct loading {
    struct sim_plan *plan;
    const struct yaml_file *file;
    struct rule_messages *messages;
    const struct yaml_node *parts;
    bool failed;
};

/* ---- scalars ---- */

static bool
wrong(struct loading *l, const struct yaml_node *at, const char *what)
{
    l->failed = true;
    if (at != NULL)
        message_add(l->messages, true, l->file, at->line, at->col, 1, NULL, "%s", what);
    return false;
}

static rt_str
text_of(struct loading *l, const struct yaml_node *map, const char *key, bool needed)
{
    const struct yaml_node *n = yaml_get(map, key);
    if (n != NULL && n->type == YAML_SCALAR)
        return n->text;
    if (needed || n != NULL)
        wrong(l, n != NULL ? n : map, key);
    return RT_NONE;
}

static int64_t
int_of(struct loading *l, const struct yaml_node *map, const char *key, int64_t otherwise)
{
    const struct yaml_node *n = yaml_get(map, key);
    int64_t v = otherwise;
    if (n != NULL && (n->type != YAML_SCALAR || !rt_str_int(n->text, &v)))
        wrong(l, n, "a whole number is meant");
    return v;
}

static rt_dur
dur_at(struct loading *l, const struct yaml_node *n)
{
    rt_dur d = 0;
    bool minus = n->type == YAML_SCALAR && n->text.n > 1 && n->text.p[0] == '-';
    if (n->type != YAML_SCALAR || !rt_dur_parse(minus ? rt_str_from(n->text, 1) : n->text, &d))
        wrong(l, n, "a duration like 90s is meant");
    return minus ? -d : d;
}

static rt_dur
dur_of(struct loading *l, const struct yaml_node *map, const char *key, rt_dur otherwise)
{
    const struct yaml_node *n = yaml_get(map, key);
    return n == NULL ? otherwise : dur_at(l, n);
}

static bool
yes_of(struct loading *l, const struct yaml_node *map, const char *key, bool otherwise)
{
    const struct yaml_node *n = yaml_get(map, key);
    if (n == NULL)
        return otherwise;
    if (n->type != YAML_SCALAR || (!rt_str_is(n->text, "true") && !rt_str_is(n->text, "false")))
        return wrong(l, n, "true or false is meant");
    return rt_str_is(n->text, "true");
}

static int
name_of(struct loading *l, const struct yaml_node *n, const char *const *names, int count)
{
    for (int i = 0; n->type == YAML_SCALAR && i < count; i++)
        if (rt_str_is(n->text, names[i]))
            return i;
    wrong(l, n, "no such word here");
    return 0;
}

static void
vars_of(struct loading *l, const struct yaml_node *map, const char *key, struct sim_vars *out)
{
    const struct yaml_node *n = yaml_get(map, key);
    if (n != NULL && n->type != YAML_MAP)
        wrong(l, n, "a map of variables is meant");
    for (size_t i = 0; n != NULL && n->type == YAML_MAP && i + 1 < n->count; i += 2) {
        struct sim_var *v = RT_VEC_PUSH(&out->list);
        if (v == NULL)
            l->failed = true;
        else
            *v = (struct sim_var){n->items[i]->text, n->items[i + 1]->text};
    }
}

rt_str
sim_vars_get(const struct sim_vars *v, rt_str name)
{
    for (size_t i = 0; i < v->list.n; i++)
        if (rt_str_eq(v->list.v[i].name, name))
            return v->list.v[i].value;
    return RT_NONE;
}

static void
words_of(struct loading *l, const struct yaml_node *map, const char *key, const rt_str **out,
         size_t *count)
{
    const struct yaml_node *n = yaml_get(map, key);
    size_t many = n == NULL ? 0 : n->count;
    if (n != NULL && n->type != YAML_LIST) {
        wrong(l, n, "a list of findings is meant");
        return;
    }
    rt_str *v = rt_arena_array(&l->plan->arena, many + 1, sizeof(*v));
    for (size_t i = 0; v != NULL && i < many; i++)
        v[i] = n->items[i]->text;
    *out = v;
    *count = v == NULL ? 0 : many;
    l->failed |= v == NULL;
}

/* ---- the service ---- */

const struct sim_answer *
sim_answer_find(const struct sim_plan *p, rt_str name)
{
    for (size_t i = 0; i < p->answers.n; i++)
        if (rt_str_eq(p->answers.v[i].name, name))
            return &p->answers.v[i];
    return NULL;
}

const struct sim_request *
sim_request_find(const struct sim_plan *p, rt_str name)
{
    for (size_t i = 0; i < p->requests.n; i++)
        if (rt_str_eq(p->requests.v[i].name, name))
            return &p->requests.v[i];
    return NULL;
}

const struct sim_token *
sim_token_find(const struct sim_plan *p, rt_str name)
{
    for (size_t i = 0; i < p->tokens.n; i++)
        if (rt_str_eq(p->tokens.v[i].name, name))
            return &p->tokens.v[i];
    return NULL;
}

static const struct sim_hook *
hook_find(const struct sim_plan *p, rt_str name)
{
    for (size_t i = 0; i < p->hooks.n; i++)
        if (rt_str_eq(p->hooks.v[i].name, name))
            return &p->hooks.v[i];
    return NULL;
}

const struct sim_life *
sim_life_find(const struct sim_plan *p, rt_str name)
{
    for (size_t i = 0; i < p->lives.n; i++)
        if (rt_str_eq(p->lives.v[i]->name, name))
            return p->lives.v[i];
    return NULL;
}

typedef void row_fn(struct loading *l, rt_str name, const struct yaml_node *value);

static void
each(struct loading *l, const struct yaml_node *root, const char *key, row_fn *take)
{
    const struct yaml_node *map = yaml_get(root, key);
    if (map != NULL && map->type != YAML_MAP)
        wrong(l, map, "a map is meant");
    for (size_t i = 0; map != NULL && map->type == YAML_MAP && i + 1 < map->count; i += 2)
        take(l, map->items[i]->text, map->items[i + 1]);
}

static void
take_path(struct loading *l, rt_str name, const struct yaml_node *map)
{
    for (int i = 0; i < SIM_CALLS; i++)
        if (rt_str_is(name, sim_call_names[i])) {
            l->plan->paths[i].method = text_of(l, map, "method", true);
            l->plan->paths[i].path = text_of(l, map, "path", true);
        }
}

static void
take_request(struct loading *l, rt_str name, const struct yaml_node *value)
{
    struct sim_request *r = RT_VEC_PUSH(&l->plan->requests);
    if (r == NULL || value->type != YAML_SCALAR)
        wrong(l, value, "a body is meant");
    else
        *r = (struct sim_request){name, value->text};
}

static void
take_answer(struct loading *l, rt_str name, const struct yaml_node *map)
{
    struct sim_answer a = {name, text_of(l, map, "body", true), int_of(l, map, "http", 0),
                           dur_of(l, map, "took", RT_DUR_NONE)};
    struct sim_answer *slot = RT_VEC_PUSH(&l->plan->answers);
    if (slot == NULL)
        l->failed = true;
    else
        *slot = a;
}

static void
take_hook(struct loading *l, rt_str name, const struct yaml_node *map)
{
    struct sim_hook h = {name, text_of(l, map, "details", true), int_of(l, map, "type", 0),
                         int_of(l, map, "module", 0)};
    struct sim_hook *slot = RT_VEC_PUSH(&l->plan->hooks);
    if (slot == NULL)
        l->failed = true;
    else
        *slot = h;
}

static void
add_happening(struct loading *l, struct sim_life *life, const struct yaml_node *map)
{
    const struct yaml_node *at = yaml_get(map, "at");
    if (at == NULL) {
        wrong(l, map, "'at' is missing");
        return;
    }
    rt_str hook = text_of(l, map, "hook", false); /* some things nobody tells */
    struct sim_happening h = {
        .at = (enum sim_anchor)name_of(l, at, anchor_names, SIM_ANCHORS),
        .after = dur_of(l, map, "after", 0),
        .every = dur_of(l, map, "every", 0),
        .away = dur_of(l, map, "away", 0),
        .hook = hook_find(l->plan, hook),
        .status = int_of(l, map, "status", -1),
        .ends = yes_of(l, map, "ends", false),
    };
    if (h.hook == NULL && hook.n > 0)
        wrong(l, yaml_get(map, "hook"), "no such callback");
    struct sim_happening *slot = RT_VEC_PUSH(&life->list);
    if (slot == NULL)
        l->failed = true;
    else
        *slot = h;
}

static bool
listed(const struct yaml_node *list, rt_str name)
{
    for (size_t i = 0; list != NULL && i < list->count; i++)
        if (rt_str_eq(list->items[i]->text, name))
            return true;
    return false;
}

static void
take_like(struct loading *l, struct sim_life *life, const struct yaml_node *map)
{
    const struct yaml_node *like = yaml_get(map, "like"), *without = yaml_get(map, "without");
    const struct sim_life *from = like == NULL ? NULL : sim_life_find(l->plan, like->text);
    if (like != NULL && from == NULL)
        wrong(l, like, "no life of that name above");
    for (size_t i = 0; from != NULL && i < from->list.n; i++) {
        struct sim_happening *slot =
            from->list.v[i].hook != NULL && listed(without, from->list.v[i].hook->name) ? NULL : RT_VEC_PUSH(&life->list);
        if (slot != NULL)
            *slot = from->list.v[i];
    }
}

static void
take_life(struct loading *l, rt_str name, const struct yaml_node *value)
{
    struct sim_life *life = rt_arena_alloc(&l->plan->arena, sizeof(*life));
    struct sim_life **slot = life == NULL ? NULL : RT_VEC_PUSH(&l->plan->lives);
    const struct yaml_node *list = value->type == YAML_LIST ? value : yaml_get(value, "with");
    if (slot == NULL) {
        l->failed = true;
        return;
    }
    life->name = name;
    *slot = life;
    if (value->type == YAML_MAP)
        take_like(l, life, value);
    for (size_t i = 0; list != NULL && i < list->count; i++)
        add_happening(l, life, list->items[i]);
}

static void
take_token(struct loading *l, rt_str name, const struct yaml_node *map)
{
    struct sim_token *t = RT_VEC_PUSH(&l->plan->tokens);
    if (t == NULL) {
        l->failed = true;
        return;
    }
    *t = (struct sim_token){.name = name,
                            .app = text_of(l, map, "app", true),
                            .channel = text_of(l, map, "channel", true),
                            .uid = text_of(l, map, "uid", true),
                            .service = int_of(l, map, "service", 1),
                            .made = dur_of(l, map, "made", 0),
                            .lives = dur_of(l, map, "lives", 0)};
}

static void
take_service(struct loading *l, const struct yaml_node *root)
{
    const struct yaml_node *s = yaml_get(root, "service"), *takes = yaml_get(s, "answer-takes");
    struct sim_plan *p = l->plan;
    if (s == NULL)
        return;
    p->host = text_of(l, s, "host", true);
    p->joins_after = dur_of(l, s, "joins-after", 0);
    p->leaves_after = dur_of(l, s, "leaves-after", 0);
    p->first_status = int_of(l, s, "first-status", 0);
    p->files_from = int_of(l, s, "files-from", 0);
    p->resource_life = dur_of(l, s, "resource-life", 0);
    p->exit_takes = dur_of(l, s, "exit-takes", 0);
    p->client_waits = dur_of(l, s, "client-waits", 0);
    p->hook_takes = dur_of(l, s, "hook-takes", 0);
    p->control = dur_of(l, s, "control", 0);
    vars_of(l, root, "defaults", &p->defaults);
    vars_of(l, root, "receptions", &p->receptions);
    each(l, root, "tokens", take_token);
    for (int i = 0; takes != NULL && i < SIM_CALLS; i++)
        p->paths[i].takes = dur_of(l, takes, sim_call_names[i], 0);
    p->envelope = text_of(l, root, "envelope", true);
    each(l, root, "paths", take_path);
    each(l, root, "requests", take_request);
    each(l, root, "answers", take_answer);
    each(l, root, "hooks", take_hook);
    each(l, root, "lives", take_life);
}

/* ---- scenarios ---- */

static void take_steps(struct loading *l, struct sim_scenario *s, const struct yaml_node *list,
                       int64_t task, int depth);

static void
take_call(struct loading *l, struct sim_step *step, const struct yaml_node *map)
{
    const struct yaml_node *call = yaml_get(map, "call"), *answer = yaml_get(map, "answer");
    step->what = SIM_CALL;
    step->call = (enum sim_call)name_of(l, call, sim_call_names, SIM_CALLS);
    step->times = int_of(l, map, "times", 1);
    step->every = dur_of(l, map, "every", RT_SEC);
    step->took = dur_of(l, map, "took", RT_DUR_NONE);
    step->body = text_of(l, map, "body", false);
    step->method = text_of(l, map, "method", false);
    step->acts = yes_of(l, map, "acts", answer == NULL);
    step->lost = yes_of(l, map, "lost", false);
    step->answer = answer == NULL ? NULL : sim_answer_find(l->plan, answer->text);
    if (answer != NULL && step->answer == NULL)
        wrong(l, answer, "no such answer");
    if (step->body.n > 0 && sim_request_find(l->plan, step->body) == NULL)
        wrong(l, yaml_get(map, "body"), "no such request");
    vars_of(l, map, "with", &step->with);
}

static void
take_step(struct loading *l, struct sim_scenario *s, const struct yaml_node *map, int64_t task,
          int depth)
{
    const struct yaml_node *part = yaml_get(map, "part"), *poll = yaml_get(map, "poll"),
                           *wait = yaml_get(map, "wait"), *during = yaml_get(map, "for");
    task = int_of(l, map, "task", task);
    if (part != NULL) {
        struct rt_buf name;
        rt_buf_init(&name, 200);
        rt_buf_add(&name, part->text);
        const struct yaml_node *list = yaml_get(l->parts, rt_buf_z(&name));
        rt_buf_fini(&name);
        if (list == NULL || depth == 0)
            wrong(l, part, "no such part");
        else
            take_steps(l, s, list, task, depth - 1);
        return;
    }
    struct sim_step *step = RT_VEC_PUSH(&s->steps);
    if (step == NULL) {
        l->failed = true;
        return;
    }
    step->task = task;
    step->took = RT_DUR_NONE;
    if (yaml_get(map, "call") != NULL) {
        take_call(l, step, map);
    } else if (poll != NULL && during != NULL) {
        step->what = SIM_POLL;
        step->call = SIM_QUERY;
        step->acts = true;
        step->wait = dur_at(l, poll);
        step->during = during->type == YAML_SCALAR && rt_str_is(during->text, "run")
                           ? RT_DUR_NONE
                           : dur_at(l, during);
    } else if (wait != NULL) {
        step->what = SIM_WAIT;
        step->wait = dur_at(l, wait);
    } else {
        wrong(l, map, "a step is a wait, a call, a poll with 'for', or a part");
    }
}

static void
take_steps(struct loading *l, struct sim_scenario *s, const struct yaml_node *list,
           int64_t task, int depth)
{
    if (list->type != YAML_LIST)
        wrong(l, list, "a list of steps is meant");
    for (size_t i = 0; list->type == YAML_LIST && i < list->count; i++)
        take_step(l, s, list->items[i], task, depth);
}

static void
take_users(struct loading *l, struct sim_scenario *s, const struct yaml_node *map)
{
    const struct yaml_node *users = yaml_get(map, "users");
    s->users_from = RT_SEC;
    s->users_to = RT_DUR_NONE;
    if (users == NULL)
        return;
    if (users->type == YAML_MAP) {
        s->users_from = dur_of(l, users, "from", RT_SEC);
        s->users_to = dur_of(l, users, "to", RT_DUR_NONE);
    } else {
        s->users_from = RT_DUR_NONE;
    }
}

static void
take_scenario(struct loading *l, rt_str name, const struct yaml_node *map)
{
    struct sim_scenario *s = rt_arena_alloc(&l->plan->arena, sizeof(*s));
    struct sim_scenario **slot = s == NULL ? NULL : RT_VEC_PUSH(&l->plan->scenarios);
    const struct yaml_node *steps = yaml_get(map, "steps");
    if (slot == NULL || steps == NULL) {
        wrong(l, map, "'steps' are missing");
        if (slot != NULL)
            l->plan->scenarios.n--;
        return;
    }
    *slot = s;
    s->name = name;
    s->about = text_of(l, map, "about", false);
    s->mode = text_of(l, map, "mode", false);
    if (s->mode.n == 0)
        s->mode = RT_LIT("mix");
    rt_str life = text_of(l, map, "life", false);
    s->life = sim_life_find(l->plan, life.n > 0 ? life : s->mode);
    if (s->life == NULL)
        wrong(l, map, "no such life");
    s->idle = int_of(l, map, "idle", IDLE);
    s->hooks = yes_of(l, map, "hooks", true);
    vars_of(l, map, "with", &s->with);
    rt_str received = text_of(l, map, "received", false);
    s->received = sim_vars_get(&l->plan->receptions, received);
    if (received.n > 0 && s->received.n == 0)
        wrong(l, map, "no such reception");
    take_users(l, s, map);
    words_of(l, map, "expect", &s->expect, &s->expect_count);
    words_of(l, map, "may", &s->may, &s->may_count);
    take_steps(l, s, steps, 1, PART_DEPTH);
}

/* ---- files ---- */

static int
take_file(struct sim_plan *p, const struct pack_file *f, struct rule_messages *m, struct rt_err *err)
{
    struct yaml_file file = {.name = f->name, .text = f->text, .tree = f->tree, .builtin = true};
    struct loading l = {.plan = p, .file = &file, .messages = m};
    if (yaml_parse(&file, &p->arena, &rt_limits_default, m, err) < 0)
        return -1;
    if (file.root == NULL)
        return 1;
    take_service(&l, file.root);
    l.parts = yaml_get(file.root, "parts");
    each(&l, file.root, "scenarios", take_scenario);
    return l.failed ? 1 : 0;
}

struct sim_plan *
sim_plan_load(struct rule_messages *m, struct rt_err *err)
{
    struct sim_plan *p = rt_calloc(1, sizeof(*p));
    int rc = p == NULL ? rt_fail_mem(err) : 0;
    if (p != NULL)
        rt_arena_init(&p->arena, 64 * 1024, 0);
    for (const struct pack_file *f = simulate_pack.files; rc == 0 && f->name != NULL; f++)
        rc = take_file(p, f, m, err);
    if (rc != 0)
        sim_plan_free(&p);
    return p;
}

void
sim_plan_free(struct sim_plan **pp)
{
    struct sim_plan *p = *pp;
    if (p == NULL)
        return;
    for (size_t i = 0; i < p->lives.n; i++)
        RT_VEC_FREE(&p->lives.v[i]->list);
    for (size_t i = 0; i < p->scenarios.n; i++) {
        struct sim_scenario *s = p->scenarios.v[i];
        for (size_t k = 0; k < s->steps.n; k++)
            RT_VEC_FREE(&s->steps.v[k].with.list);
        RT_VEC_FREE(&s->steps);
        RT_VEC_FREE(&s->with.list);
    }
    RT_VEC_FREE(&p->requests);
    RT_VEC_FREE(&p->tokens);
    RT_VEC_FREE(&p->defaults.list);
    RT_VEC_FREE(&p->receptions.list);
    RT_VEC_FREE(&p->answers);
    RT_VEC_FREE(&p->hooks);
    RT_VEC_FREE(&p->lives);
    RT_VEC_FREE(&p->scenarios);
    rt_arena_fini(&p->arena);
    rt_free(p);
    *pp = NULL;
}

const struct sim_scenario *
sim_scenario_find(const struct sim_plan *p, rt_str name)
{
    for (size_t i = 0; i < p->scenarios.n; i++)
        if (rt_str_eq(p->scenarios.v[i]->name, name))
            return p->scenarios.v[i];
    return NULL;
}
