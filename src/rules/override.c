/*
 * override.c - a user's `rules: { id: … }` and `accept: […]`.
 */
#include "config.h"

#include "rules/loader.h"

void
load_overrides(struct loader *l, const struct yaml_node *map)
{
    static const char *const keys[] = {"severity", "params", NULL};
    for (size_t i = 0; i + 1 < map->count && !l->memory; i += 2) {
        const struct yaml_node *key = map->items[i], *value = map->items[i + 1];
        if (value->type == YAML_SCALAR && !rt_str_is(value->text, "off")) {
            load_error(l, value, 0, "off, or { severity: …, params: … }",
                       "a rule is switched off or changed");
            continue;
        }
        if (value->type != YAML_SCALAR && !load_keys(l, value, keys))
            continue;
        struct rule_override *o = load_alloc(l, 1, sizeof(*o));
        if (o == NULL)
            return;
        *o = (struct rule_override){key, value, l->file};
        l->memory |= rt_map_put(&l->overrides, key->text, o) < 0;
    }
}

static bool
load_until(struct loader *l, const struct yaml_node *map, struct rule_accept *a)
{
    rt_str text = RT_NONE;
    if (!load_text(l, map, "until", true, &text))
        return false;
    struct rt_buf b;
    struct rt_stamp stamp;
    rt_buf_init(&b, 64);
    rt_buf_addf(&b, "%.*sT23:59:59Z", RT_FMT(text));
    bool good = !b.failed && rt_time_parse(rt_buf_str(&b), &stamp) == b.n;
    rt_buf_fini(&b);
    a->until = good ? stamp.at : RT_TIME_NONE;
    return good ||
           load_error(l, yaml_get(map, "until"), 0, "like 2026-12-31", "a date is meant");
}

void
load_accepts(struct loader *l, const struct yaml_node *list)
{
    static const char *const keys[] = {"rule", "where", "until", "why", NULL};
    if (list->type != YAML_LIST) {
        load_error(l, list, 0, NULL, "'accept' must be a list");
        return;
    }
    for (size_t i = 0; i < list->count && !l->memory; i++) {
        const struct yaml_node *map = list->items[i];
        struct rule_accept a = {.pos = load_pos(l, map)};
        if (!load_keys(l, map, keys) || !load_text(l, map, "rule", true, &a.rule) ||
            !load_text(l, map, "where", false, &a.where) ||
            !load_text(l, map, "why", true, &a.why) || !load_until(l, map, &a))
            continue;
        struct rule_accept *slot = RT_VEC_PUSH(&l->set->accepts);
        if (slot == NULL)
            l->memory = true;
        else
            *slot = a;
    }
}

static void
hint_rules(const struct rule_set *set, struct nearest *near)
{
    const struct rule *r;
    RT_EACH (r, &set->rules)
        nearest_try(near, r->id);
}

/* Changes that change nothing. */
void
check_overrides(struct loader *l)
{
    const struct rt_map_slot *s;
    for (size_t i = 0; (s = rt_map_next(&l->overrides, &i)) != NULL;) {
        if (rule_set_rule(l->set, s->key) != NULL)
            continue;
        struct nearest near = nearest_of(s->key);
        char hint[80];
        hint_rules(l->set, &near);
        const struct rule_override *o = s->value;
        l->file = o->file;
        load_warning(l, o->key, nearest_hint(&near, hint), "no rule has the id '%.*s'",
                     RT_FMT(s->key));
    }
}

static const struct yaml_file *
file_of(const struct yaml_file *files, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (files[i].name == name)
            return &files[i];
    return NULL;
}

/* Acceptances hide findings: one that hides nothing, or no longer, is told. */
void
check_accepts(struct loader *l, const struct yaml_file *files, size_t count, rt_time today)
{
    const struct rule_accept *a;
    RT_EACH (a, &l->set->accepts) {
        struct yaml_node at = {.line = a->pos.line, .col = a->pos.col};
        struct nearest near = nearest_of(a->rule);
        char hint[80];
        l->file = file_of(files, count, a->pos.file);
        hint_rules(l->set, &near);
        if (!rule_set_id(l->set, a->rule))
            load_warning(l, &at, nearest_hint(&near, hint), "no finding has the id '%.*s'",
                         RT_FMT(a->rule));
        else if (today != 0 && a->until < today)
            load_warning(l, &at, "look at it again, then renew or remove it",
                         "this acceptance has ended");
    }
}
