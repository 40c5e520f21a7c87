#include "config.h"

#include <stdlib.h>

#include "rules/loader.h"

static bool
load_bound(struct loader *l, const struct yaml_node *map, const char *key, bool *has, double *out)
{
    rt_str text = RT_NONE;
    if (!load_text(l, map, key, false, &text))
        return false;
    if (text.n == 0)
        return true;
    char *end = NULL;
    *out = strtod(text.p, &end);
    *has = end == text.p + text.n;
    return *has || load_error(l, yaml_get(map, key), 0, NULL, "'%s' must be a number", key);
}

static bool
load_one(struct loader *l, const struct yaml_node *map, struct parameter *p)
{
    static const char *const keys[] = {"path",    "on",    "type",   "min",  "max", "values", "modes", "required",
                                       "default", "means", "source", "note", "pattern", "max-bytes", NULL};
    static const char *const types[] = {"string", "integer", "number", "boolean", "object", "array", NULL};
    if (!load_keys(l, map, keys))
        return false;
    bool good = load_text(l, map, "path", true, &p->path);
    good &= load_kinds(l, map, "on", &p->on);
    good &= load_text(l, map, "type", true, &p->type);
    good &= load_bound(l, map, "min", &p->has_min, &p->min);
    good &= load_bound(l, map, "max", &p->has_max, &p->max);
    good &= load_texts(l, map, "values", &p->values, &p->value_count);
    good &= load_bool(l, map, "required", &p->required);
    good &= load_text(l, map, "default", false, &p->fallback);
    good &= load_text(l, map, "means", false, &p->means);
    good &= load_text(l, map, "source", false, &p->source);
    good &= load_int(l, map, "max-bytes", false, 0, INT32_MAX, &p->max_bytes);
    p->pos = load_pos(l, map);
    const struct yaml_node *pattern = yaml_get(map, "pattern");
    if (!good)
        return false;
    if (pattern != NULL) {
        p->pattern = pattern->type == YAML_SCALAR ? load_regex(l, pattern, 0, pattern->text) : NULL;
        if (p->pattern == NULL)
            return false;
    }
    size_t t = 0;
    while (types[t] != NULL && !rt_str_is(p->type, types[t]))
        t++;
    char near[80];
    if (types[t] == NULL)
        return load_error(l, yaml_get(map, "type"), 0, load_near(p->type, types, near), "unknown type '%.*s'",
                          RT_FMT(p->type));
    const rt_str *modes = NULL;
    size_t count = 0;
    if (!load_texts(l, map, "modes", &modes, &count))
        return false;
    struct rt_buf joined;
    rt_buf_init(&joined, 256);
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            rt_buf_addc(&joined, ' ');
        rt_buf_add(&joined, modes[i]);
    }
    p->modes = load_str(l, rt_buf_str(&joined));
    rt_buf_fini(&joined);
    return !l->memory;
}

void
load_parameters(struct loader *l, const struct yaml_node *list)
{
    if (list->type != YAML_LIST) {
        load_error(l, list, 0, NULL, "'parameters' must be a list");
        return;
    }
    for (size_t i = 0; i < list->count && !l->memory; i++) {
        struct parameter p = {0};
        if (!load_one(l, list->items[i], &p))
            continue;
        struct parameter *slot = NULL, *old;
        RT_EACH (old, &l->set->parameters)
            if (rt_str_eq(old->path, p.path) && old->on == p.on && rt_str_eq(old->modes, p.modes))
                slot = old;
        if (slot == NULL)
            slot = RT_VEC_PUSH(&l->set->parameters);
        if (slot == NULL)
            l->memory = true;
        else
            *slot = p;
    }
}
