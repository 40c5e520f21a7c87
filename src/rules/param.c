/*
 * param.c - the numbers of a family, which a user may change, and the durations that name them.
 */
#include "config.h"

#include "rules/pattern.h"

/* Far beyond any log, and far from overflow when a few are added. */
static const rt_dur longest = 36500 * RT_DAY;

const struct rule_param *
load_param(struct loader *l, const struct yaml_node *at, size_t offset, rt_str text)
{
    rt_str name = rt_str_from(text, 1);
    struct nearest near = nearest_of(name);
    char hint[80];
    for (size_t i = 0; l->shape != NULL && i < l->shape->param_count; i++) {
        if (rt_str_eq(l->shape->params[i].name, name))
            return &l->shape->params[i];
        nearest_try(&near, l->shape->params[i].name);
    }
    const char *said = nearest_hint(&near, hint);
    load_error(l, at, offset,
               said != NULL ? said : "'params' at the top of the file names them",
               "unknown parameter '%.*s'", RT_FMT(text));
    return NULL;
}

bool
load_duration(struct loader *l, const struct yaml_node *at, size_t offset, rt_str text,
              rt_dur *out)
{
    if (text.n > 1 && text.p[0] == '$') {
        const struct rule_param *p = load_param(l, at, offset, text);
        if (p == NULL)
            return false;
        if (!p->is_dur)
            return load_error(l, at, offset, NULL, "parameter '%.*s' is no duration",
                              RT_FMT(text));
        *out = p->dur;
    } else if (!rt_dur_parse(text, out)) {
        return load_error(l, at, offset, "like 90s or 5m30s", "a duration is meant");
    }
    if (*out < 0 || *out > longest)
        return load_error(l, at, offset, NULL, "a duration from 0s to 36500d is meant");
    return true;
}

static bool
load_value(struct loader *l, const struct yaml_node *key, const struct yaml_node *value,
           struct rule_param *p)
{
    if (value->type != YAML_SCALAR || value->text.n == 0)
        return load_error(l, value, 0, NULL, "a duration, a number or a word is meant");
    *p = (struct rule_param){.name = load_str(l, key->text), .text = load_str(l, value->text)};
    p->pos = load_pos(l, key);
    p->is_num = rt_str_int(value->text, &p->dur);
    p->is_dur = !p->is_num && rt_dur_parse(value->text, &p->dur);
    return true;
}

/* A user may change the amount, not the kind. */
static bool
may_replace(struct loader *l, const struct yaml_node *value, const struct rule_param *old,
            const struct rule_param *p)
{
    if (old->is_dur == p->is_dur && old->is_num == p->is_num)
        return true;
    return load_error(l, value, 0, NULL, "parameter '%.*s' is %s", RT_FMT(p->name),
                      old->is_dur   ? "a duration, like 90s"
                      : old->is_num ? "a number"
                                    : "a word");
}

static bool
put_param(struct loader *l, const struct yaml_node *map, size_t i, bool only_known,
          struct rule_param *list, size_t *count)
{
    const struct yaml_node *key = map->items[i], *value = map->items[i + 1];
    struct nearest near = nearest_of(key->text);
    struct rule_param p;
    if (!load_value(l, key, value, &p))
        return false;
    size_t at = 0;
    for (; at < *count && !rt_str_eq(list[at].name, p.name); at++)
        nearest_try(&near, list[at].name);
    char hint[80];
    if (at == *count && only_known)
        return load_error(l, key, 0, nearest_hint(&near, hint),
                          "the rule has no parameter '%.*s'", RT_FMT(key->text));
    if (only_known && !may_replace(l, value, &list[at], &p))
        return false;
    list[at] = p;
    *count += at == *count;
    return true;
}

bool
load_params(struct loader *l, const struct yaml_node *map, struct rule_shape *shape,
            bool only_known)
{
    if (map->type != YAML_MAP)
        return load_error(l, map, 0, NULL, "'params' must be a map");
    size_t count = shape->param_count;
    struct rule_param *list = load_alloc(l, count + map->count / 2, sizeof(*list));
    bool good = list != NULL;
    if (good && count > 0)
        memcpy(list, shape->params, count * sizeof(*list));
    for (size_t i = 0; list != NULL && i + 1 < map->count; i += 2)
        good &= put_param(l, map, i, only_known, list, &count);
    if (good) {
        shape->params = list;
        shape->param_count = count;
    }
    return good;
}
