/*
 * pattern.h - parts of the rule compiler that the loader needs; not for other folders.
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
bool load_params(struct loader *l, const struct yaml_node *map, struct rule_shape *shape, bool only_known);
/* Removes the rules of that id among the first `before`. */
void rule_set_drop(struct rule_set *set, rt_str id, size_t before);

#endif
