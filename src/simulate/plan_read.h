/*
 * plan_read.h - what the readers of the plan share: nodes to values, a mistake with its place.
 */
#ifndef RECTRACE_SIMULATE_PLAN_READ_H
#define RECTRACE_SIMULATE_PLAN_READ_H

#include "rules/yaml.h"
#include "simulate/plan.h"

struct plan_loading {
    struct sim_plan *plan;
    const struct yaml_file *file;
    struct rule_messages *messages;
    const struct yaml_node *parts; /* of scenarios, by name */
    bool failed;
};

/* Tells a mistake at `at`. Always false. */
bool plan_wrong(struct plan_loading *l, const struct yaml_node *at, const char *what);
rt_str plan_text(struct plan_loading *l, const struct yaml_node *map, const char *key,
                 bool needed);
int64_t plan_int(struct plan_loading *l, const struct yaml_node *map, const char *key,
                 int64_t otherwise);
/* Negative with a leading '-'. */
rt_dur plan_dur_at(struct plan_loading *l, const struct yaml_node *n);
rt_dur plan_dur(struct plan_loading *l, const struct yaml_node *map, const char *key,
                rt_dur otherwise);
bool plan_yes(struct plan_loading *l, const struct yaml_node *map, const char *key,
              bool otherwise);
/* Index of a word in `names`. */
int plan_name(struct plan_loading *l, const struct yaml_node *n, const char *const *names,
              int count);
void plan_vars(struct plan_loading *l, const struct yaml_node *map, const char *key,
               struct sim_vars *out);
void plan_words(struct plan_loading *l, const struct yaml_node *map, const char *key,
                const rt_str **out, size_t *count);
/* Hands each member of a map to `take`. */
typedef void plan_row_fn(struct plan_loading *l, rt_str name, const struct yaml_node *value);
void plan_each(struct plan_loading *l, const struct yaml_node *root, const char *key,
               plan_row_fn *take);

/* plan_service.c, plan_scenario.c */
void plan_take_service(struct plan_loading *l, const struct yaml_node *root);
plan_row_fn plan_take_scenario;

#endif
