/*
 * relation.c - what the members of a request mean for each other: terms, and what they ask for.
 */
#include "config.h"

#include "rules/loader.h"

static bool
load_term(struct loader *l, const struct yaml_node *at, rt_str s, struct parameter_term *t)
{
    size_t eq = rt_str_find(s, RT_LIT("="));
    t->absent = s.n > 0 && s.p[0] == '!';
    t->unlike = eq != SIZE_MAX && eq > 0 && s.p[eq - 1] == '!';
    rt_str path = {s.p, eq == SIZE_MAX ? s.n : eq - t->unlike};
    path = t->absent ? rt_str_from(path, 1) : path;
    t->items = rt_str_ends(path, RT_LIT("[]"));
    path.n -= t->items ? 2 : 0;
    t->path = load_str(l, path);
    t->value = eq == SIZE_MAX ? RT_NONE : load_str(l, rt_str_from(s, eq + 1));
    if (path.n == 0 || (t->absent && eq != SIZE_MAX) || (eq != SIZE_MAX && t->value.n == 0))
        return load_error(l, at, 0, "PATH, !PATH, PATH=VALUE or PATH!=VALUE",
                          "'%.*s' is no term of a body", RT_FMT(s));
    return true;
}

bool
load_body_terms(struct loader *l, const struct yaml_node *map, const char *key,
                struct parameter_terms *out)
{
    const rt_str *texts = NULL;
    size_t n = 0;
    if (!load_texts(l, map, key, &texts, &n))
        return false;
    out->v = load_alloc(l, n, sizeof(*out->v));
    for (size_t i = 0; out->v != NULL && i < n; i++)
        if (!load_term(l, yaml_get(map, key), texts[i], &out->v[i]))
            return false;
    out->n = out->v == NULL ? 0 : n;
    return out->v != NULL;
}

static bool
load_members(struct loader *l, const struct yaml_node *map, const char *key,
             struct parameter_list *out)
{
    if (!load_texts(l, map, key, &out->paths, &out->count))
        return false;
    out->nodes = load_alloc(l, out->count, sizeof(*out->nodes));
    return out->nodes != NULL;
}

static bool
load_limits(struct loader *l, const struct yaml_node *map, struct relation *r)
{
    const struct yaml_node *limits = yaml_get(map, "limits");
    if (limits == NULL)
        return true;
    if (limits->type != YAML_MAP || r->by.count != 1)
        return load_error(l, limits, 0, "like by: group, limits: { 0: 2, 1: 7 }",
                          "'limits' is a map of what each value of 'by' allows");
    rt_str *keys = load_alloc(l, limits->count / 2, sizeof(*keys));
    int64_t *most = load_alloc(l, limits->count / 2, sizeof(*most));
    for (size_t i = 0; keys != NULL && most != NULL && i + 1 < limits->count; i += 2) {
        keys[i / 2] = load_str(l, limits->items[i]->text);
        if (!rt_str_int(limits->items[i + 1]->text, &most[i / 2]))
            return load_error(l, limits->items[i + 1], 0, NULL, "a whole number is meant");
    }
    r->keys = keys;
    r->limits = most;
    r->limit_count = limits->count / 2;
    return !l->memory;
}

static bool
load_max(struct loader *l, const struct yaml_node *map, struct relation *r)
{
    bool wanted = r->product.count + r->sum.count > 0, has = false;
    if (!load_bound(l, map, "max", &has, &r->max))
        return false;
    return wanted == has || load_error(l, map, 0, NULL, "'max' goes with 'product' or 'sum'");
}

static bool
load_relation(struct loader *l, const struct yaml_node *map, struct relation *r)
{
    static const char *const keys[] = {
        "at",    "on", "modes",  "if",      "needs", "excludes", "product", "sum", "max",
        "count", "by", "limits", "unusual", "tells", "source",   "say",     NULL};
    if (!load_keys(l, map, keys))
        return false;
    r->pos = load_pos(l, map);
    r->tells = RT_LIT("other");
    bool good = load_text(l, map, "at", false, &r->at) && load_kinds(l, map, "on", &r->on);
    good &= load_body_terms(l, map, "if", &r->when);
    good &= load_body_terms(l, map, "needs", &r->needs);
    good &= load_body_terms(l, map, "excludes", &r->excludes);
    good &= load_members(l, map, "product", &r->product);
    good &= load_members(l, map, "sum", &r->sum);
    good &= load_members(l, map, "count", &r->counts);
    good &= load_members(l, map, "by", &r->by) && load_limits(l, map, r) && load_max(l, map, r);
    good &= load_bool(l, map, "unusual", &r->unusual);
    good &=
        load_text(l, map, "tells", false, &r->tells) && load_text(l, map, "say", true, &r->say);
    if (good && (r->needs.n > 0) + (r->excludes.n > 0) + (r->product.count > 0) +
                        (r->sum.count > 0) + (r->limit_count > 0) !=
                    1)
        return load_error(l, map, 0, NULL,
                          "one of needs, excludes, product, sum and limits is meant");
    return good && load_modes(l, map, &r->modes);
}

/* ---- names, once all of them are known ---- */

static bool
find_name(struct loader *l, const struct yaml_node *at, uint32_t below, rt_str path,
          uint32_t *out)
{
    *out = parameter_place(l->set, below, path);
    return *out != 0 || path.n == 0 ||
           load_error(l, at, 0, NULL, "no parameter is named '%.*s' there", RT_FMT(path));
}

static bool
find_terms(struct loader *l, const struct yaml_node *at, uint32_t below,
           struct parameter_terms *t)
{
    bool good = true;
    for (size_t i = 0; i < t->n; i++)
        good &= find_name(l, at, below, t->v[i].path, &t->v[i].node);
    return good;
}

static bool
find_list(struct loader *l, const struct yaml_node *at, uint32_t below,
          struct parameter_list *p)
{
    bool good = true;
    for (size_t i = 0; i < p->count; i++)
        good &= find_name(l, at, below, p->paths[i], &p->nodes[i]);
    return good;
}

static bool
resolve(struct loader *l, const struct yaml_node *map, struct relation *r)
{
    return find_name(l, map, 0, r->at, &r->node) && find_terms(l, map, r->node, &r->when) &&
           find_terms(l, map, r->node, &r->needs) &&
           find_terms(l, map, r->node, &r->excludes) &&
           find_list(l, map, r->node, &r->product) && find_list(l, map, r->node, &r->sum) &&
           find_list(l, map, r->node, &r->counts) && find_list(l, map, r->node, &r->by);
}

void
load_relations(struct loader *l, const struct yaml_node *list)
{
    if (list->type != YAML_LIST) {
        load_error(l, list, 0, NULL, "'relations' must be a list");
        return;
    }
    for (size_t i = 0; i < list->count && !l->memory; i++) {
        struct relation r = {0};
        if (!load_relation(l, list->items[i], &r) || !resolve(l, list->items[i], &r))
            continue;
        struct parameter_node *n = &l->set->nodes.v[r.node];
        r.next_there = n->first_relation;
        struct relation *slot = RT_VEC_PUSH(&l->set->relations);
        if (slot == NULL) {
            l->memory = true;
            return;
        }
        *slot = r;
        n->first_relation = (uint32_t)l->set->relations.n;
    }
}
