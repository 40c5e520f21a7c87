/*
 * storage.c - vendors of storage, their regions, and the areas that hosts stand in.
 */
#include "config.h"

#include "rules/loader.h"

static const char nowhere[] = "elsewhere";

static bool
load_region(struct loader *l, const struct yaml_node *number, const struct yaml_node *name,
            rt_str area, struct storage_region *out)
{
    if (!rt_str_int(number->text, &out->number) || name->type != YAML_SCALAR)
        return load_error(l, number, 0, "like 0: US_EAST_1", "a number and a name are meant");
    out->name = load_str(l, name->text);
    out->area = area;
    return true;
}

static bool
load_regions(struct loader *l, const struct yaml_node *areas, struct storage_vendor *v)
{
    size_t most = 0;
    if (areas->type != YAML_MAP)
        return load_error(l, areas, 0, NULL, "'regions' must be a map of areas");
    for (size_t i = 0; i + 1 < areas->count; i += 2)
        most += areas->items[i + 1]->count / 2;
    struct storage_region *list = load_alloc(l, most, sizeof(*list));
    bool good = list != NULL;
    for (size_t i = 0; good && i + 1 < areas->count; i += 2) {
        const struct yaml_node *key = areas->items[i], *map = areas->items[i + 1];
        rt_str area = rt_str_is(key->text, nowhere) ? RT_NONE : load_str(l, key->text);
        if (map->type != YAML_MAP)
            return load_error(l, map, 0, NULL, "an area is a map of numbers and names");
        for (size_t k = 0; good && k + 1 < map->count; k += 2)
            good = load_region(l, map->items[k], map->items[k + 1], area,
                               &list[v->region_count++]);
    }
    v->regions = list;
    return good;
}

static bool
load_vendor(struct loader *l, const struct yaml_node *map, struct storage_vendor *v)
{
    static const char *const keys[] = {"vendor",  "name",   "sts", "endpoint",
                                       "regions", "source", NULL};
    const struct yaml_node *regions = yaml_get(map, "regions");
    v->pos = load_pos(l, map);
    bool good = load_keys(l, map, keys) &&
                load_int(l, map, "vendor", true, 0, INT32_MAX, &v->number) &&
                load_text(l, map, "name", true, &v->name);
    good = good && load_bool(l, map, "sts", &v->sts) &&
           load_bool(l, map, "endpoint", &v->endpoint);
    return good && (regions == NULL || load_regions(l, regions, v));
}

/* A later file replaces a vendor. */
void
load_storage(struct loader *l, const struct yaml_node *list)
{
    if (list->type != YAML_LIST) {
        load_error(l, list, 0, NULL, "'storage' must be a list");
        return;
    }
    for (size_t i = 0; i < list->count && !l->memory; i++) {
        struct storage_vendor v = {0};
        if (!load_vendor(l, list->items[i], &v))
            continue;
        struct storage_vendor *slot = NULL, *old;
        RT_EACH (old, &l->set->storage)
            if (old->number == v.number)
                slot = old;
        if (slot == NULL)
            slot = RT_VEC_PUSH(&l->set->storage);
        if (slot == NULL)
            l->memory = true;
        else
            *slot = v;
    }
}

static void
load_area(struct loader *l, rt_str area, const struct yaml_node *hosts)
{
    for (size_t i = 0; i < hosts->count && !l->memory; i++) {
        if (hosts->items[i]->type != YAML_SCALAR) {
            load_error(l, hosts->items[i], 0, NULL, "the first label of a host is meant");
            continue;
        }
        struct host_area *slot = RT_VEC_PUSH(&l->set->areas);
        if (slot == NULL)
            l->memory = true;
        else
            *slot = (struct host_area){area, load_str(l, hosts->items[i]->text)};
    }
}

void
load_areas(struct loader *l, const struct yaml_node *map)
{
    if (map->type != YAML_MAP) {
        load_error(l, map, 0, NULL, "'areas' must be a map of areas to hosts");
        return;
    }
    for (size_t i = 0; i + 1 < map->count && !l->memory; i += 2) {
        const struct yaml_node *hosts = map->items[i + 1];
        if (hosts->type != YAML_LIST)
            load_error(l, hosts, 0, NULL, "an area is a list of hosts");
        else
            load_area(l, load_str(l, map->items[i]->text), hosts);
    }
}

static bool
load_kicks(struct loader *l, const struct yaml_node *map, struct host_table *t)
{
    static const char *const keys[] = {"paths",  "app",   "channel", "user",
                                       "rights", "right", NULL};
    return load_keys(l, map, keys) &&
           load_texts(l, map, "paths", &t->kicks.paths, &t->kicks.path_count) &&
           load_text(l, map, "app", true, &t->kicks.app) &&
           load_text(l, map, "channel", true, &t->kicks.channel) &&
           load_text(l, map, "user", true, &t->kicks.user) &&
           load_text(l, map, "rights", true, &t->kicks.rights) &&
           load_text(l, map, "right", true, &t->kicks.right);
}

void
load_hosts(struct loader *l, const struct yaml_node *map)
{
    static const char *const keys[] = {"vendor", "paths", "services", "kicks", NULL};
    struct host_table t = {0};
    const struct yaml_node *kicks = yaml_get(map, "kicks");
    if (kicks != NULL && !load_kicks(l, kicks, &t))
        return;
    if (load_keys(l, map, keys) && load_texts(l, map, "vendor", &t.vendor, &t.vendor_count) &&
        load_texts(l, map, "paths", &t.paths, &t.path_count) &&
        load_texts(l, map, "services", &t.services, &t.service_count))
        l->set->hosts = t;
}

const struct storage_vendor *
rule_set_vendor(const struct rule_set *set, int64_t number)
{
    const struct storage_vendor *v;
    RT_EACH (v, &set->storage)
        if (v->number == number)
            return v;
    return NULL;
}

const struct storage_region *
storage_region_of(const struct storage_vendor *v, int64_t number)
{
    for (size_t i = 0; i < v->region_count; i++)
        if (v->regions[i].number == number)
            return &v->regions[i];
    return NULL;
}

rt_str
rule_set_host_area(const struct rule_set *set, rt_str host)
{
    const struct host_area *a;
    size_t dot = rt_str_find(host, RT_LIT("."));
    rt_str label = {host.p, dot == SIZE_MAX ? host.n : dot};
    RT_EACH (a, &set->areas)
        if (rt_str_eq_nocase(a->prefix, label))
            return a->area;
    return RT_NONE;
}
