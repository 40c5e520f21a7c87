/*
 * pattern.h - parts of the rule compiler; not for other folders.
 *
 *   param.c   the numbers of a family, and durations that name them
 *   step.c    one step, and a list of steps
 *   check.c   what must hold between steps, labels and texts
 *   let.c     differences of two points
 *   inline.c  the tests that a rule carries
 *   pattern.c puts them together
 */
#ifndef RECTRACE_RULES_PATTERN_H
#define RECTRACE_RULES_PATTERN_H

#include "rules/loader.h"

struct rule_shape { /* what the file gives to its rules */
    rt_str family;
    uint32_t rank;
    const struct rule_param *params;
    size_t param_count;
};
/* Adds or replaces; `only_known`: a name that is not there yet is a mistake. */
bool load_params(struct loader *l, const struct yaml_node *map, struct rule_shape *shape,
                 bool only_known);
/* "$ttl" of the rule that is being read; NULL after an error that names its neighbour. */
const struct rule_param *load_param(struct loader *l, const struct yaml_node *at, size_t offset,
                                    rt_str text);
/* "5m" or "$ttl", at `offset` of the node. */
bool load_duration(struct loader *l, const struct yaml_node *at, size_t offset, rt_str text,
                   rt_dur *out);

/* The steps of `when`, or (only_see) those of `unless`. */
bool load_steps(struct loader *l, const struct yaml_node *list, bool only_see,
                const struct rule_step **out, size_t *count);
/* One field or a list of them. */
bool load_fields(struct loader *l, const struct yaml_node *value, const uint16_t **out,
                 size_t *count);

/* Index of the step with that label, or -1. */
int rule_label(const struct rule *r, rt_str name);
/* An absence at either edge has a length, something is seen, labels differ, windows can hold. */
bool check_when(struct loader *l, const struct yaml_node *list, const struct rule *r);
/* The {names} of say, why and fix. `main`: the map whose texts are inherited, or NULL. */
bool check_templates(struct loader *l, const struct rule *r, const struct yaml_node *map,
                     const struct yaml_node *main);

/* `inherited`: a difference whose labels this shape lacks is left out without a word. */
bool load_lets(struct loader *l, const struct yaml_node *map, bool inherited, struct rule *r);
bool load_tests(struct loader *l, const struct yaml_node *list, struct rule *r);

#endif
