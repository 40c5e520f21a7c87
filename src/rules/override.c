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
        union { /* the map keeps pointers without const, and only gives them back */
            const void *from;
            void *to;
        } node = {value}, file = {l->file};
        if (value->type == YAML_SCALAR && !rt_str_is(value->text, "off")) {
            load_error(l, value, 0, "off, or { severity: …, params: … }", "a rule is switched off or changed");
            continue;
        }
        if (value->type != YAML_SCALAR && !load_keys(l, value, keys))
            continue;
        l->memory |= rt_map_put(&l->overrides, key->text, node.to) < 0 ||
                     rt_map_put(&l->override_files, key->text, file.to) < 0;
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
    return good || load_error(l, yaml_get(map, "until"), 0, "like 2026-12-31", "a date is meant");
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
            !load_text(l, map, "where", false, &a.where) || !load_text(l, map, "why", true, &a.why) ||
            !load_until(l, map, &a))
            continue;
        struct rule_accept *slot = RT_VEC_PUSH(&l->set->accepts);
        if (slot == NULL)
            l->memory = true;
        else
            *slot = a;
    }
}
