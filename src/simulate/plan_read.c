#include "config.h"

#include "simulate/plan_read.h"

bool
plan_wrong(struct plan_loading *l, const struct yaml_node *at, const char *what)
{
    l->failed = true;
    if (at != NULL)
        message_add(l->messages, true, l->file, at->line, at->col, 1, NULL, "%s", what);
    return false;
}

rt_str
plan_text(struct plan_loading *l, const struct yaml_node *map, const char *key, bool needed)
{
    const struct yaml_node *n = yaml_get(map, key);
    if (n != NULL && n->type == YAML_SCALAR)
        return n->text;
    if (needed || n != NULL)
        plan_wrong(l, n != NULL ? n : map, key);
    return RT_NONE;
}

int64_t
plan_int(struct plan_loading *l, const struct yaml_node *map, const char *key,
         int64_t otherwise)
{
    const struct yaml_node *n = yaml_get(map, key);
    int64_t v = otherwise;
    if (n != NULL && (n->type != YAML_SCALAR || !rt_str_int(n->text, &v)))
        plan_wrong(l, n, "a whole number is meant");
    return v;
}

rt_dur
plan_dur_at(struct plan_loading *l, const struct yaml_node *n)
{
    rt_dur d = 0;
    bool minus = n->type == YAML_SCALAR && n->text.n > 1 && n->text.p[0] == '-';
    if (n->type != YAML_SCALAR || !rt_dur_parse(minus ? rt_str_from(n->text, 1) : n->text, &d))
        plan_wrong(l, n, "a duration like 90s is meant");
    return minus ? -d : d;
}

rt_dur
plan_dur(struct plan_loading *l, const struct yaml_node *map, const char *key, rt_dur otherwise)
{
    const struct yaml_node *n = yaml_get(map, key);
    return n == NULL ? otherwise : plan_dur_at(l, n);
}

bool
plan_yes(struct plan_loading *l, const struct yaml_node *map, const char *key, bool otherwise)
{
    const struct yaml_node *n = yaml_get(map, key);
    if (n == NULL)
        return otherwise;
    if (n->type != YAML_SCALAR || (!rt_str_is(n->text, "true") && !rt_str_is(n->text, "false")))
        return plan_wrong(l, n, "true or false is meant");
    return rt_str_is(n->text, "true");
}

int
plan_name(struct plan_loading *l, const struct yaml_node *n, const char *const *names,
          int count)
{
    for (int i = 0; n->type == YAML_SCALAR && i < count; i++)
        if (rt_str_is(n->text, names[i]))
            return i;
    plan_wrong(l, n, "no such word here");
    return 0;
}

void
plan_vars(struct plan_loading *l, const struct yaml_node *map, const char *key,
          struct sim_vars *out)
{
    const struct yaml_node *n = yaml_get(map, key);
    if (n != NULL && n->type != YAML_MAP)
        plan_wrong(l, n, "a map of variables is meant");
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

void
plan_words(struct plan_loading *l, const struct yaml_node *map, const char *key,
           const rt_str **out, size_t *count)
{
    const struct yaml_node *n = yaml_get(map, key);
    size_t many = n == NULL ? 0 : n->count;
    if (n != NULL && n->type != YAML_LIST) {
        plan_wrong(l, n, "a list of findings is meant");
        return;
    }
    rt_str *v = rt_arena_array(&l->plan->arena, many + 1, sizeof(*v));
    for (size_t i = 0; v != NULL && i < many; i++)
        v[i] = n->items[i]->text;
    *out = v;
    *count = v == NULL ? 0 : many;
    l->failed |= v == NULL;
}

void
plan_each(struct plan_loading *l, const struct yaml_node *root, const char *key,
          plan_row_fn *take)
{
    const struct yaml_node *map = yaml_get(root, key);
    if (map != NULL && map->type != YAML_MAP)
        plan_wrong(l, map, "a map is meant");
    for (size_t i = 0; map != NULL && map->type == YAML_MAP && i + 1 < map->count; i += 2)
        take(l, map->items[i]->text, map->items[i + 1]);
}
