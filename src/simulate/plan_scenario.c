/*
 * plan_scenario.c - what clients do, step by step, and what is to be found of it.
 */
#include "config.h"

#include "simulate/plan_read.h"

enum { PART_DEPTH = 8, IDLE = 120 };

static void take_steps(struct plan_loading *l, struct sim_scenario *s,
                       const struct yaml_node *list, int64_t task, int depth);

static void
take_call(struct plan_loading *l, struct sim_step *step, const struct yaml_node *map)
{
    const struct yaml_node *call = yaml_get(map, "call"), *answer = yaml_get(map, "answer");
    step->what = SIM_CALL;
    step->call = (enum sim_call)plan_name(l, call, sim_call_names, SIM_CALLS);
    step->times = plan_int(l, map, "times", 1);
    step->every = plan_dur(l, map, "every", RT_SEC);
    step->took = plan_dur(l, map, "took", RT_DUR_NONE);
    step->body = plan_text(l, map, "body", false);
    step->method = plan_text(l, map, "method", false);
    step->acts = plan_yes(l, map, "acts", answer == NULL);
    step->lost = plan_yes(l, map, "lost", false);
    step->answer = answer == NULL ? NULL : sim_answer_find(l->plan, answer->text);
    if (answer != NULL && step->answer == NULL)
        plan_wrong(l, answer, "no such answer");
    if (step->body.n > 0 && sim_request_find(l->plan, step->body) == NULL)
        plan_wrong(l, yaml_get(map, "body"), "no such request");
    plan_vars(l, map, "with", &step->with);
}

static void
take_step(struct plan_loading *l, struct sim_scenario *s, const struct yaml_node *map,
          int64_t task, int depth)
{
    const struct yaml_node *part = yaml_get(map, "part"), *poll = yaml_get(map, "poll"),
                           *wait = yaml_get(map, "wait"), *during = yaml_get(map, "for");
    task = plan_int(l, map, "task", task);
    if (part != NULL) {
        struct rt_buf name;
        rt_buf_init(&name, 200);
        rt_buf_add(&name, part->text);
        const struct yaml_node *list = yaml_get(l->parts, rt_buf_z(&name));
        rt_buf_fini(&name);
        if (list == NULL || depth == 0)
            plan_wrong(l, part, "no such part");
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
        step->wait = plan_dur_at(l, poll);
        step->during = during->type == YAML_SCALAR && rt_str_is(during->text, "run")
                           ? RT_DUR_NONE
                           : plan_dur_at(l, during);
    } else if (wait != NULL) {
        step->what = SIM_WAIT;
        step->wait = plan_dur_at(l, wait);
    } else {
        plan_wrong(l, map, "a step is a wait, a call, a poll with 'for', or a part");
    }
}

static void
take_steps(struct plan_loading *l, struct sim_scenario *s, const struct yaml_node *list,
           int64_t task, int depth)
{
    if (list->type != YAML_LIST)
        plan_wrong(l, list, "a list of steps is meant");
    for (size_t i = 0; list->type == YAML_LIST && i < list->count; i++)
        take_step(l, s, list->items[i], task, depth);
}

static void
take_users(struct plan_loading *l, struct sim_scenario *s, const struct yaml_node *map)
{
    const struct yaml_node *users = yaml_get(map, "users");
    s->users_from = RT_SEC;
    s->users_to = RT_DUR_NONE;
    if (users == NULL)
        return;
    if (users->type == YAML_MAP) {
        s->users_from = plan_dur(l, users, "from", RT_SEC);
        s->users_to = plan_dur(l, users, "to", RT_DUR_NONE);
    } else {
        s->users_from = RT_DUR_NONE;
    }
}

void
plan_take_scenario(struct plan_loading *l, rt_str name, const struct yaml_node *map)
{
    struct sim_scenario *s = rt_arena_alloc(&l->plan->arena, sizeof(*s));
    struct sim_scenario **slot = s == NULL ? NULL : RT_VEC_PUSH(&l->plan->scenarios);
    const struct yaml_node *steps = yaml_get(map, "steps");
    if (slot == NULL || steps == NULL) {
        plan_wrong(l, map, "'steps' are missing");
        if (slot != NULL)
            l->plan->scenarios.n--;
        return;
    }
    *slot = s;
    s->name = name;
    s->about = plan_text(l, map, "about", false);
    s->mode = plan_text(l, map, "mode", false);
    if (s->mode.n == 0)
        s->mode = RT_LIT("mix");
    rt_str life = plan_text(l, map, "life", false);
    s->life = sim_life_find(l->plan, life.n > 0 ? life : s->mode);
    if (s->life == NULL)
        plan_wrong(l, map, "no such life");
    s->idle = plan_int(l, map, "idle", IDLE);
    s->hooks = plan_yes(l, map, "hooks", true);
    plan_vars(l, map, "with", &s->with);
    rt_str received = plan_text(l, map, "received", false);
    s->received = sim_vars_get(&l->plan->receptions, received);
    if (received.n > 0 && s->received.n == 0)
        plan_wrong(l, map, "no such reception");
    take_users(l, s, map);
    plan_words(l, map, "expect", &s->expect, &s->expect_count);
    plan_words(l, map, "may", &s->may, &s->may_count);
    take_steps(l, s, steps, 1, PART_DEPTH);
}

const struct sim_scenario *
sim_scenario_find(const struct sim_plan *p, rt_str name)
{
    for (size_t i = 0; i < p->scenarios.n; i++)
        if (rt_str_eq(p->scenarios.v[i]->name, name))
            return p->scenarios.v[i];
    return NULL;
}
