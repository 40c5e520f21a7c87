/*
 * plan.c - YAML to the plan. A mistake is told with its place, like one in a rule.
 */
#include "config.h"

#include "simulate/plan.h"

#include "base/alloc.h"
#include "rules/pack.h"
#include "simulate/data.h"
#include "simulate/plan_read.h"

const char *const sim_call_names[SIM_CALLS] = {"acquire", "start",        "query",
                                               "update",  "updateLayout", "stop"};

static int
take_file(struct sim_plan *p, const struct pack_file *f, struct rule_messages *m,
          struct rt_err *err)
{
    struct yaml_file file = {
        .name = f->name, .text = f->text, .tree = f->tree, .builtin = true};
    struct plan_loading l = {.plan = p, .file = &file, .messages = m};
    if (yaml_parse(&file, &p->arena, &rt_limits_default, m, err) < 0)
        return -1;
    if (file.root == NULL)
        return 1;
    plan_take_service(&l, file.root);
    l.parts = yaml_get(file.root, "parts");
    plan_each(&l, file.root, "scenarios", plan_take_scenario);
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
