/*
 * parameter.c - fields of requests: what a value may be.
 */
#include "config.h"

#include "rules/loader.h"

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
    good &= load_bound(l, map, "least", &p->has_least, &p->least);
    good &= load_bound(l, map, "most", &p->has_most, &p->most);
    good &= load_int(l, map, "max-bytes", false, 0, INT32_MAX, &p->max_bytes);
    if (p->has_min && p->has_max && p->min > p->max)
        return load_error(l, yaml_get(map, "max"), 0, NULL,
                          "'max' is less than 'min': nothing fits");
    return good;
}

static bool
load_marks(struct loader *l, const struct yaml_node *map, struct parameter *p)
{
    const struct {
        const char *key;
        bool *out;
    } rows[] = {{"required", &p->required}, {"even", &p->even},
                {"secret", &p->secret},     {"open", &p->open},
                {"resets", &p->resets},     {"elsewhere", &p->elsewhere},
                {"users", &p->users}};
    bool good = true;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        good &= load_bool(l, map, rows[i].key, rows[i].out);
    return good;
}

static bool
load_words(struct loader *l, const struct yaml_node *map, struct parameter *p)
{
    const struct {
        const char *key;
        rt_str *out;
    } rows[] = {{"default", &p->fallback}, {"means", &p->means}, {"source", &p->source},
                {"tells", &p->tells},      {"form", &p->form},   {"rival", &p->rival}};
    bool good = load_text(l, map, "path", true, &p->path);
    p->tells = RT_LIT("other");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        good &= load_text(l, map, rows[i].key, false, rows[i].out);
    return good;
}

/* A number that rules ask for by a name of their own. */
static bool
load_filled(struct loader *l, const struct yaml_node *map, struct parameter *p)
{
    rt_str name = RT_NONE;
    if (!load_text(l, map, "field", false, &name) || name.n == 0)
        return yaml_get(map, "field") == NULL;
    p->has_field = load_field(l, yaml_get(map, "field"), 0, name, &p->field);
    return p->has_field;
}

static bool
load_one(struct loader *l, const struct yaml_node *map, struct parameter *p)
{
    static const char *const keys[] = {
        "path",    "on",        "type",  "min",       "max",   "values", "modes", "required",
        "means",   "source",    "note",  "pattern",   "least", "most",   "even",  "secret",
        "open",    "resets",    "only",  "max-bytes", "tells", "form",   "rival", "risky",
        "default", "elsewhere", "field", "users",     "free",  NULL};
    const struct yaml_node *free = yaml_get(map, "free");
    if (!load_keys(l, map, keys))
        return false;
    p->pos = load_pos(l, map);
    bool good = load_words(l, map, p);
    good &= load_kinds(l, map, "on", &p->on);
    good &= load_type(l, map, p);
    good &= load_range(l, map, p);
    good &= load_texts(l, map, "values", &p->values, &p->value_count);
    good &= load_marks(l, map, p);
    good &= load_regex_key(l, map, "pattern", &p->pattern);
    good &= load_regex_key(l, map, "risky", &p->risky);
    good &= load_filled(l, map, p);
    good &= load_body_terms(l, map, "only", &p->only);
    good &= free == NULL || load_matches(l, free, &p->free, &p->free_count);
    return load_modes(l, map, &p->modes) && good;
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
