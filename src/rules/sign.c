/*
 * sign.c - what events mean for the life of a recording.
 */
#include "config.h"

#include "rules/loader.h"

const char *const rule_meaning_names[MEANS__COUNT + 1] = {
#define MEANING(id, name, doc) [MEANS_##id] = name,
#include "rules/meanings.def"
#undef MEANING
};

static bool
load_meaning(struct loader *l, const struct yaml_node *map, enum rule_meaning *out)
{
    char hint[80];
    rt_str name = RT_NONE;
    if (!load_text(l, map, "means", true, &name))
        return false;
    for (int i = 0; i < MEANS__COUNT; i++)
        if (rt_str_is(name, rule_meaning_names[i])) {
            *out = (enum rule_meaning)i;
            return true;
        }
    return load_error(l, yaml_get(map, "means"), 0, load_near(name, rule_meaning_names, hint),
                      "unknown meaning '%.*s'", RT_FMT(name));
}

static bool
has_regex(const struct rule_sign *s)
{
    for (size_t i = 0; i < s->on_count; i++)
        for (size_t c = 0; c < s->on[i].cond_count; c++)
            if (s->on[i].conds[c].op == OP_MATCH)
                return true;
    return false;
}

static bool
load_one(struct loader *l, const struct yaml_node *map, struct rule_sign *s)
{
    static const char *const keys[] = {"means", "on", "bare", "absent", NULL};
    *s = (struct rule_sign){.absent = UINT16_MAX};
    if (!load_keys(l, map, keys))
        return false;
    const struct yaml_node *on = yaml_get(map, "on"), *absent = yaml_get(map, "absent");
    s->pos = load_pos(l, map);
    bool good = load_meaning(l, map, &s->means);
    good &= load_bool(l, map, "bare", &s->bare);
    if (absent != NULL)
        good &= load_field(l, absent, 0, absent->text, &s->absent);
    if (on == NULL)
        return load_missing(l, map, "on", "like 'on: [query ok]'");
    good &= load_matches(l, on, &s->on, &s->on_count);
    if (good && has_regex(s))
        good = load_error(l, on, 0, NULL,
                          "a sign is asked of every event: no regular expressions");
    return good;
}

void
load_signs(struct loader *l, const struct yaml_node *list)
{
    if (list->type != YAML_LIST) {
        load_error(l, list, 0, NULL, "'signs' must be a list");
        return;
    }
    for (size_t i = 0; i < list->count && !l->memory; i++) {
        struct rule_sign s;
        if (!load_one(l, list->items[i], &s))
            continue;
        struct rule_sign *slot = RT_VEC_PUSH(&l->set->signs);
        if (slot == NULL)
            l->memory = true;
        else
            *slot = s;
    }
}

void
load_polls(struct loader *l, const struct yaml_node *map)
{
    static const char *const keys[] = {"telling", NULL};
    if (load_keys(l, map, keys))
        (void)load_regex_key(l, map, "telling", &l->set->telling);
}
