/*
 * parameter_tree.c - the names of all parameters of bodies, by what stands in what.
 *
 *   clientRequest -> extensionServices -> [] -> serviceParam -> url        "[]" are the items of a list
 */
#include "config.h"

#include "rules/loader.h"

enum { ROOT = 0 };

/* The name at the front of a path; the rest goes on behind it. */
static rt_str
take_name(rt_str *path)
{
    if (rt_str_starts(*path, RT_LIT("[]"))) {
        rt_str items = {path->p, 2};
        *path = rt_str_from(*path, path->n > 2 && path->p[2] == '/' ? 3 : 2);
        return items;
    }
    size_t n = 0;
    while (n < path->n && path->p[n] != '/' && path->p[n] != '[')
        n++;
    rt_str name = {path->p, n};
    *path = rt_str_from(*path, n < path->n && path->p[n] == '/' ? n + 1 : n);
    return name;
}

/* The place below `at`, made when it is not there. 0: memory. */
static uint32_t
grow(struct loader *l, uint32_t at, rt_str name)
{
    uint32_t last = 0;
    for (uint32_t i = l->set->nodes.v[at].child; i != 0; i = l->set->nodes.v[i].next) {
        if (rt_str_eq(l->set->nodes.v[i].name, name))
            return i;
        last = i;
    }
    struct parameter_node *n = RT_VEC_PUSH(&l->set->nodes);
    if (n == NULL) {
        l->memory = true;
        return 0;
    }
    uint32_t made = (uint32_t)l->set->nodes.n - 1;
    *n = (struct parameter_node){.name = name, .parent = at};
    if (last == 0)
        l->set->nodes.v[at].child = made;
    else
        l->set->nodes.v[last].next = made;
    return made;
}

static void
add_row(struct loader *l, uint32_t at, uint32_t row)
{
    struct parameter_node *n = &l->set->nodes.v[at];
    uint32_t *rows = load_alloc(l, n->row_count + 1, sizeof(*rows));
    if (rows == NULL)
        return;
    if (n->row_count > 0)
        memcpy(rows, n->rows, n->row_count * sizeof(*rows));
    rows[n->row_count++] = row;
    n->rows = rows;
    const struct parameter *p = &l->set->parameters.v[row];
    n->required |= p->required && !p->secret;
    n->noted |= p->has_field || p->resets;
}

static uint32_t
find(const struct rule_set *set, uint32_t at, rt_str name)
{
    uint32_t i = set->nodes.v[at].child;
    while (i != 0 && !rt_str_eq(set->nodes.v[i].name, name))
        i = set->nodes.v[i].next;
    return i;
}

uint32_t
parameter_place(const struct rule_set *set, uint32_t below, rt_str path)
{
    uint32_t at = below;
    while (path.n > 0) {
        at = find(set, at, take_name(&path));
        if (at == ROOT)
            return 0;
    }
    return at == below ? 0 : at;
}

/* The terms of rows that open only where something holds. */
static void
find_conditions(struct loader *l)
{
    for (uint32_t i = 1; i < l->set->nodes.n; i++)
        for (uint32_t k = 0; k < l->set->nodes.v[i].row_count; k++) {
            struct parameter *p = &l->set->parameters.v[l->set->nodes.v[i].rows[k]];
            for (size_t t = 0; t < p->only.n; t++)
                p->only.v[t].node = parameter_place(l->set, i, p->only.v[t].path);
        }
}

void
parameter_tree_build(struct loader *l)
{
    if (RT_VEC_PUSH(&l->set->nodes) == NULL) {
        l->memory = true;
        return;
    }
    for (uint32_t row = 0; row < l->set->parameters.n && !l->memory; row++) {
        const struct parameter *p = &l->set->parameters.v[row];
        uint64_t on = p->on == 0 ? UINT64_MAX : p->on;
        rt_str path = p->path;
        uint32_t at = ROOT;
        if (rt_str_starts(path, RT_LIT("path/")))
            continue; /* of the URL */
        while (path.n > 0 && !l->memory) {
            at = grow(l, at, take_name(&path));
            l->set->nodes.v[at].on |= on;
        }
        if (!l->memory && at != ROOT)
            add_row(l, at, row);
    }
    find_conditions(l);
}

bool
parameter_has_mode(rt_str modes, rt_str mode)
{
    if (modes.n == 0 || mode.n == 0)
        return true;
    for (size_t i = 0; i < modes.n;) {
        size_t n = 0;
        while (i + n < modes.n && modes.p[i + n] != ' ')
            n++;
        if (rt_str_eq((rt_str){modes.p + i, n}, mode))
            return true;
        i += n + 1;
    }
    return false;
}

const struct parameter *
parameter_row(const struct rule_set *set, const struct parameter_node *n, uint8_t kind,
              rt_str mode, const struct parameter **other)
{
    if (other != NULL)
        *other = NULL;
    for (uint32_t i = 0; i < n->row_count; i++) {
        const struct parameter *p = &set->parameters.v[n->rows[i]];
        if (p->on != 0 && (p->on >> kind & 1) == 0)
            continue;
        if (parameter_has_mode(p->modes, mode))
            return p;
        if (other != NULL)
            *other = p;
    }
    return NULL;
}

const struct parameter_node *
parameter_child(const struct rule_set *set, const struct parameter_node *n, rt_str name,
                uint8_t kind)
{
    uint32_t i = find(set, (uint32_t)(n - set->nodes.v), name);
    return i != 0 && (set->nodes.v[i].on >> kind & 1) != 0 ? &set->nodes.v[i] : NULL;
}
