/*
 * plan_service.c - what the service answers and calls back, and the lives of its recordings.
 */
#include "config.h"

#include "simulate/plan_read.h"

static const char *const anchor_names[SIM_ANCHORS] = {"start", "publish", "leave",
                                                      "idle",  "stop",    "end"};

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

static void
take_path(struct plan_loading *l, rt_str name, const struct yaml_node *map)
{
    for (int i = 0; i < SIM_CALLS; i++)
        if (rt_str_is(name, sim_call_names[i])) {
            l->plan->paths[i].method = plan_text(l, map, "method", true);
            l->plan->paths[i].path = plan_text(l, map, "path", true);
        }
}

static void
take_request(struct plan_loading *l, rt_str name, const struct yaml_node *value)
{
    struct sim_request *r = RT_VEC_PUSH(&l->plan->requests);
    if (r == NULL || value->type != YAML_SCALAR)
        plan_wrong(l, value, "a body is meant");
    else
        *r = (struct sim_request){name, value->text};
}

static void
take_answer(struct plan_loading *l, rt_str name, const struct yaml_node *map)
{
    struct sim_answer a = {name, plan_text(l, map, "body", true), plan_int(l, map, "http", 0),
                           plan_dur(l, map, "took", RT_DUR_NONE)};
    struct sim_answer *slot = RT_VEC_PUSH(&l->plan->answers);
    if (slot == NULL)
        l->failed = true;
    else
        *slot = a;
}

static void
take_hook(struct plan_loading *l, rt_str name, const struct yaml_node *map)
{
    struct sim_hook h = {name, plan_text(l, map, "details", true), plan_int(l, map, "type", 0),
                         plan_int(l, map, "module", 0)};
    struct sim_hook *slot = RT_VEC_PUSH(&l->plan->hooks);
    if (slot == NULL)
        l->failed = true;
    else
        *slot = h;
}

static void
add_happening(struct plan_loading *l, struct sim_life *life, const struct yaml_node *map)
{
    const struct yaml_node *at = yaml_get(map, "at");
    if (at == NULL) {
        plan_wrong(l, map, "'at' is missing");
        return;
    }
    rt_str hook = plan_text(l, map, "hook", false); /* some things nobody tells */
    struct sim_happening h = {
        .at = (enum sim_anchor)plan_name(l, at, anchor_names, SIM_ANCHORS),
        .after = plan_dur(l, map, "after", 0),
        .every = plan_dur(l, map, "every", 0),
        .away = plan_dur(l, map, "away", 0),
        .hook = hook_find(l->plan, hook),
        .status = plan_int(l, map, "status", -1),
        .ends = plan_yes(l, map, "ends", false),
    };
    if (h.hook == NULL && hook.n > 0)
        plan_wrong(l, yaml_get(map, "hook"), "no such callback");
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
take_like(struct plan_loading *l, struct sim_life *life, const struct yaml_node *map)
{
    const struct yaml_node *like = yaml_get(map, "like"), *without = yaml_get(map, "without");
    const struct sim_life *from = like == NULL ? NULL : sim_life_find(l->plan, like->text);
    if (like != NULL && from == NULL)
        plan_wrong(l, like, "no life of that name above");
    for (size_t i = 0; from != NULL && i < from->list.n; i++) {
        struct sim_happening *slot =
            from->list.v[i].hook != NULL && listed(without, from->list.v[i].hook->name)
                ? NULL
                : RT_VEC_PUSH(&life->list);
        if (slot != NULL)
            *slot = from->list.v[i];
    }
}

static void
take_life(struct plan_loading *l, rt_str name, const struct yaml_node *value)
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
take_token(struct plan_loading *l, rt_str name, const struct yaml_node *map)
{
    struct sim_token *t = RT_VEC_PUSH(&l->plan->tokens);
    if (t == NULL) {
        l->failed = true;
        return;
    }
    *t = (struct sim_token){.name = name,
                            .app = plan_text(l, map, "app", true),
                            .channel = plan_text(l, map, "channel", true),
                            .uid = plan_text(l, map, "uid", true),
                            .service = plan_int(l, map, "service", 1),
                            .made = plan_dur(l, map, "made", 0),
                            .lives = plan_dur(l, map, "lives", 0)};
}

void
plan_take_service(struct plan_loading *l, const struct yaml_node *root)
{
    const struct yaml_node *s = yaml_get(root, "service"), *takes = yaml_get(s, "answer-takes");
    struct sim_plan *p = l->plan;
    if (s == NULL)
        return;
    p->host = plan_text(l, s, "host", true);
    p->joins_after = plan_dur(l, s, "joins-after", 0);
    p->leaves_after = plan_dur(l, s, "leaves-after", 0);
    p->first_status = plan_int(l, s, "first-status", 0);
    p->files_from = plan_int(l, s, "files-from", 0);
    p->resource_life = plan_dur(l, s, "resource-life", 0);
    p->exit_takes = plan_dur(l, s, "exit-takes", 0);
    p->client_waits = plan_dur(l, s, "client-waits", 0);
    p->hook_takes = plan_dur(l, s, "hook-takes", 0);
    p->control = plan_dur(l, s, "control", 0);
    plan_vars(l, root, "defaults", &p->defaults);
    plan_vars(l, root, "receptions", &p->receptions);
    plan_each(l, root, "tokens", take_token);
    for (int i = 0; takes != NULL && i < SIM_CALLS; i++)
        p->paths[i].takes = plan_dur(l, takes, sim_call_names[i], 0);
    p->envelope = plan_text(l, root, "envelope", true);
    plan_each(l, root, "paths", take_path);
    plan_each(l, root, "requests", take_request);
    plan_each(l, root, "answers", take_answer);
    plan_each(l, root, "hooks", take_hook);
    plan_each(l, root, "lives", take_life);
}
