/*
 * parameter.c - fields of requests: what a value may be.
 */
#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "rules/loader.h"

static bool
load_bound(struct loader *l, const struct yaml_node *map, const char *key, bool *has,
           double *out)
{
    rt_str text = RT_NONE;
    if (!load_text(l, map, key, false, &text))
        return false;
    if (text.n == 0)
        return true;
    char *end = NULL;
    *out = strtod(text.p, &end);
    *has = end == text.p + text.n && isfinite(*out);
    return *has || load_error(l, yaml_get(map, key), 0, NULL, "'%s' must be a number", key);
}

static bool
load_type(struct loader *l, const struct yaml_node *map, struct parameter *p)
{
    static const char *const types[] = {"string", "integer", "number", "boolean",
                                        "object", "array",   NULL};
    char near[80];
    if (!load_text(l, map, "type", true, &p->type))
        return false;
    for (size_t t = 0; types[t] != NULL; t++)
        if (rt_str_is(p->type, types[t]))
            return true;
    return load_error(l, yaml_get(map, "type"), 0, load_near(p->type, types, near),
                      "unknown type '%.*s'", RT_FMT(p->type));
}

static bool
load_range(struct loader *l, const struct yaml_node *map, struct parameter *p)
{
    bool good = load_bound(l, map, "min", &p->has_min, &p->min);
    good &= load_bound(l, map, "max", &p->has_max, &p->max);
    good &= load_int(l, map, "max-bytes", false, 0, INT32_MAX, &p->max_bytes);
    if (p->has_min && p->has_max && p->min > p->max)
        return load_error(l, yaml_get(map, "max"), 0, NULL,
                          "'max' is less than 'min': nothing fits");
    return good;
}

static bool
load_modes(struct loader *l, const struct yaml_node *map, struct parameter *p)
{
    const rt_str *modes = NULL;
    size_t count = 0;
    if (!load_texts(l, map, "modes", &modes, &count))
        return false;
    struct rt_buf joined;
    rt_buf_init(&joined, (size_t)l->set->limits->rule_file_bytes);
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            rt_buf_addc(&joined, ' ');
        rt_buf_add(&joined, modes[i]);
    }
    p->modes = load_str(l, rt_buf_str(&joined));
    l->memory |= joined.failed; /* the list stood in the file, so it fits */
    rt_buf_fini(&joined);
    return !l->memory;
}

static bool
load_pattern(struct loader *l, const struct yaml_node *map, struct parameter *p)
{
    const struct yaml_node *pattern = yaml_get(map, "pattern");
    if (pattern == NULL)
        return true;
    if (pattern->type != YAML_SCALAR)
        return load_error(l, pattern, 0, NULL, "'pattern' must be a regular expression");
    p->pattern = load_regex(l, pattern, 0, pattern->text);
    return p->pattern != NULL;
}

static bool
load_one(struct loader *l, const struct yaml_node *map, struct parameter *p)
{
    static const char *const keys[] = {"path",   "on",    "type",     "min",       "max",
                                       "values", "modes", "required", "default",   "means",
                                       "source", "note",  "pattern",  "max-bytes", NULL};
    if (!load_keys(l, map, keys))
        return false;
    p->pos = load_pos(l, map);
    bool good = load_text(l, map, "path", true, &p->path);
    good &= load_kinds(l, map, "on", &p->on);
    good &= load_type(l, map, p);
    good &= load_range(l, map, p);
    good &= load_texts(l, map, "values", &p->values, &p->value_count);
    good &= load_bool(l, map, "required", &p->required);
    good &= load_text(l, map, "default", false, &p->fallback);
    good &= load_text(l, map, "means", false, &p->means);
    good &= load_text(l, map, "source", false, &p->source);
    good &= load_pattern(l, map, p);
    return load_modes(l, map, p) && good;
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
            if (rt_str_eq(old->path, p.path) && old->on == p.on &&
                rt_str_eq(old->modes, p.modes))
                slot = old;
        if (slot != NULL && slot->pos.file == p.pos.file) {
            load_error(l, list->items[i], 0, NULL, "the same field stands in line %u already",
                       slot->pos.line);
            continue;
        }
        if (slot == NULL)
            slot = RT_VEC_PUSH(&l->set->parameters);
        if (slot == NULL)
            l->memory = true;
        else
            *slot = p;
    }
}
