/*
 * step.c - one step of a rule, and a list of them.
 *
 *   step := {see, as?, within?, after?, times?, same?, differ?|mixed?} | {no, for?} | {maybe, as}
 */
#include "config.h"

#include "rules/pattern.h"

static const struct {
    const char *name;
    const char *keys[9];
    const char *takes;
} types[] = {
    [STEP_SEE] = {"see",
                  {"see", "as", "within", "after", "times", "same", "differ", "mixed", NULL},
                  "it takes as, within, after, times, same, differ, mixed"},
    [STEP_NO] = {"no", {"no", "for", NULL}, "it takes 'for' only"},
    [STEP_MAYBE] = {"maybe", {"maybe", "as", NULL}, "it takes 'as' only"},
};

static bool
step_duration(struct loader *l, const struct yaml_node *map, const char *key, rt_dur *out)
{
    const struct yaml_node *n = yaml_get(map, key);
    *out = RT_DUR_NONE;
    if (n == NULL)
        return true;
    if (n->type != YAML_SCALAR)
        return load_error(l, n, 0, "like 90s or 5m30s", "a duration is meant");
    return load_duration(l, n, 0, n->text, out);
}

static bool
step_times(struct loader *l, const struct yaml_node *map, uint32_t *out)
{
    const struct yaml_node *n = yaml_get(map, "times");
    int64_t times = 1;
    if (n != NULL && n->type == YAML_SCALAR && n->text.n > 1 && n->text.p[0] == '$') {
        const struct rule_param *p = load_param(l, n, 0, n->text);
        if (p == NULL)
            return false;
        if (!p->is_num || p->dur < 2 || p->dur > 1000000)
            return load_error(l, n, 0, NULL, "parameter '%.*s' is no number from 2 to 1000000",
                              RT_FMT(n->text));
        times = p->dur;
    } else if (!load_int(l, map, "times", false, 2, 1000000, &times)) {
        return false;
    }
    *out = (uint32_t)times;
    return true;
}

bool
load_fields(struct loader *l, const struct yaml_node *value, const uint16_t **out,
            size_t *count)
{
    size_t many = value->type == YAML_SCALAR ? 1 : value->count;
    if (value->type == YAML_MAP || many == 0)
        return load_error(l, value, 0, NULL, "fields are meant");
    uint16_t *list = load_alloc(l, many, sizeof(*list));
    bool good = list != NULL;
    for (size_t i = 0; list != NULL && i < many; i++) {
        const struct yaml_node *one = value->type == YAML_SCALAR ? value : value->items[i];
        good &= load_field(l, one, 0, one->text, &list[i]);
    }
    *out = list;
    *count = many;
    return good;
}

static bool
step_fields(struct loader *l, const struct yaml_node *map, const char *key,
            const uint16_t **out, size_t *count)
{
    const struct yaml_node *n = yaml_get(map, key);
    return n == NULL || load_fields(l, n, out, count);
}

static rt_str
matches_text(struct loader *l, const struct yaml_node *n)
{
    if (n->type == YAML_SCALAR)
        return load_str(l, n->text);
    struct rt_buf b;
    rt_buf_init(&b, 2 * (size_t)l->set->limits->rule_file_bytes);
    for (size_t i = 0; i < n->count; i++) {
        if (i > 0)
            rt_buf_add(&b, RT_LIT(" or "));
        rt_buf_add(&b, n->items[i]->text);
    }
    rt_str text = load_str(l, rt_buf_str(&b));
    l->memory |= b.failed;
    rt_buf_fini(&b);
    return text;
}

/* Which of the three a step is; the other keys must be its own. */
static bool
step_type(struct loader *l, const struct yaml_node *map, bool only_see, enum step_type *out)
{
    static const char *const all[] = {"see",   "no",   "maybe",  "as",    "within", "after",
                                      "times", "same", "differ", "mixed", "for",    NULL};
    static const char *const bare[] = {"see", "within", NULL};
    unsigned found = 0;
    if (!load_keys(l, map, all))
        return false;
    for (unsigned t = 0; t < sizeof(types) / sizeof(types[0]); t++)
        if (yaml_get(map, types[t].name) != NULL) {
            *out = (enum step_type)t;
            found++;
        }
    if (found != 1)
        return load_error(l, map, 0, NULL, "a step is one of see, no, maybe");
    if (only_see && *out != STEP_SEE)
        return load_error(l, map, 0, NULL, "'unless' is made of 'see' steps");
    const char *const *keys = only_see ? bare : types[*out].keys;
    for (size_t i = 0; i < map->count; i += 2) {
        size_t k = 0;
        while (keys[k] != NULL && !rt_str_is(map->items[i]->text, keys[k]))
            k++;
        if (keys[k] == NULL)
            return load_error(l, map->items[i], 0,
                              only_see ? "it takes 'within' only" : types[*out].takes,
                              "'%.*s' does not belong to a '%s'%s", RT_FMT(map->items[i]->text),
                              types[*out].name, only_see ? " of 'unless'" : "");
    }
    return true;
}

/* `mixed` is kept as `differ` is: both ask which values are unlike. */
static bool
step_mixed(struct loader *l, const struct yaml_node *map, struct rule_step *s)
{
    const struct yaml_node *n = yaml_get(map, "mixed");
    if (n == NULL)
        return true;
    if (s->differ_count > 0 || s->times == 1)
        return load_error(l, n, 0, NULL, "'mixed' goes with 'times', and not with 'differ'");
    s->mixed = true;
    return load_fields(l, n, &s->differ, &s->differ_count);
}

static bool
load_step(struct loader *l, const struct yaml_node *map, bool only_see, struct rule_step *s)
{
    *s = (struct rule_step){.times = 1, .pos = load_pos(l, map)};
    if (!step_type(l, map, only_see, &s->type))
        return false;
    const struct yaml_node *what = yaml_get(map, types[s->type].name);
    bool good = load_matches(l, what, &s->alts, &s->alt_count);
    if (good)
        s->text = matches_text(l, what);
    good &= step_duration(l, map, "within", &s->within);
    good &= step_duration(l, map, "after", &s->after);
    good &= step_duration(l, map, "for", &s->lasts);
    good &= load_text(l, map, "as", s->type == STEP_MAYBE, &s->label);
    good &= step_times(l, map, &s->times);
    good &= step_fields(l, map, "same", &s->same, &s->same_count);
    good &= step_fields(l, map, "differ", &s->differ, &s->differ_count);
    good &= step_mixed(l, map, s);
    if (good && s->within != RT_DUR_NONE && s->after != RT_DUR_NONE && s->times == 1 &&
        s->within < s->after)
        return load_error(l, yaml_get(map, "within"), 0, NULL,
                          "'within' is shorter than 'after': this can never hold");
    return good;
}

bool
load_steps(struct loader *l, const struct yaml_node *list, bool only_see,
           const struct rule_step **out, size_t *count)
{
    if (list->type != YAML_LIST || list->count == 0)
        return load_error(l, list, 0, NULL, "a list of steps is meant");
    if (list->count > l->set->limits->rule_steps)
        return load_error(l, list, 0, NULL, "at most %llu steps are possible",
                          (unsigned long long)l->set->limits->rule_steps);
    struct rule_step *steps = load_alloc(l, list->count, sizeof(*steps));
    bool good = steps != NULL;
    for (size_t i = 0; steps != NULL && i < list->count; i++)
        good &= load_step(l, list->items[i], only_see, &steps[i]);
    *out = steps;
    *count = list->count;
    return good;
}
