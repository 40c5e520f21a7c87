/*
 * leaves.c - all values of an object, as hashes by member, so that bodies of two calls can be compared.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "event/leaf.h"
#include "extract/request.h"

enum { DEPTH_MOST = 16 };

struct leaves {
    struct request *q;
    struct leaf *v; /* NULL: only the print is asked */
    size_t n;
    uint64_t print; /* the order of members is of no importance */
    bool full, masked;
};
struct spot { /* of an object or a value in it */
    uint32_t node, item;
    uint64_t path; /* hash */
    unsigned depth;
};

static uint64_t
mix(uint64_t h, uint64_t x)
{
    h = (h ^ x) * UINT64_C(0x9fb21c651e98df25);
    return h ^ (h >> 29);
}

/* 30, 30.0 and 3e1 are one number; "30" is another value. */
static uint32_t
hash_value(struct leaves *l, const struct scan_value *v)
{
    double n = 0;
    char text[40];
    rt_str s = v->type == SCAN_STRING ? work_text(l->q->x, v, 3) : v->text;
    if (v->type == SCAN_NUMBER && value_number(v, &n)) {
        snprintf(text, sizeof(text), "%.17g", n);
        s = rt_str_of(text);
    }
    uint32_t h = (uint32_t)(mix(rt_str_hash(s), v->type) >> 16);
    return h == LEAF_MASKED ? 1 : h;
}

static void
add(struct leaves *l, const struct spot *at, const struct scan_value *v)
{
    bool masked = v->type == SCAN_STRING && value_is_masked(l->q, v);
    uint32_t value = masked ? LEAF_MASKED : hash_value(l, v);
    l->masked |= masked;
    l->print += mix(at->path, value);
    if (l->v == NULL || l->full)
        return;
    l->full = l->n == LEAVES_MOST;
    if (!l->full)
        l->v[l->n++] =
            (struct leaf){at->node, at->node == 0 ? (uint32_t)at->path : at->item, value};
}

static void
gather(struct leaves *l, const struct spot *at, const struct scan_value *v)
{
    const struct rule_set *set = l->q->rules;
    struct scan_value one;
    rt_str key;
    size_t i = 0;
    uint32_t item = 0;
    if (v->type != SCAN_OBJECT && v->type != SCAN_ARRAY) {
        if (v->type != SCAN_WORD || !rt_str_is(v->text, "null"))
            add(l, at, v);
        return;
    }
    while (at->depth < DEPTH_MOST &&
           scan_member(v->text, &i, (unsigned)l->q->x->limits->json_depth, &key, &one) == 1) {
        bool list = v->type == SCAN_ARRAY;
        rt_str name = list ? RT_LIT("[]") : key;
        const struct parameter_node *n =
            at->node == 0 ? NULL
                          : parameter_child(set, &set->nodes.v[at->node], name, KIND_START);
        struct spot below = {.node = n == NULL ? 0 : (uint32_t)(n - set->nodes.v),
                             .item = list ? at->item << 16 | item : at->item,
                             .path = mix(mix(at->path, rt_str_hash(name)), list ? item : 0),
                             .depth = at->depth + 1};
        item++;
        gather(l, &below, &one);
    }
}

static int
by_place(const void *a, const void *b)
{
    const struct leaf *x = a, *y = b;
    if (x->node != y->node)
        return x->node < y->node ? -1 : 1;
    if (x->item != y->item)
        return x->item < y->item ? -1 : 1;
    return (x->value > y->value) - (x->value < y->value);
}

static int
keep_leaves(struct request *q, struct leaves *l)
{
    bool ok = true;
    if (l->full)
        return 0; /* half of a body cannot be compared */
    if (l->n > 1)
        qsort(l->v, l->n, sizeof(*l->v), by_place);
    rt_str bytes =
        rt_arena_str(&q->x->scratch, (rt_str){(const char *)l->v, l->n * sizeof(*l->v)}, &ok);
    return ok ? work_add_text(q->x, q->e, FIELD_LEAVES, bytes) : -1;
}

int
leaves_add(struct request *q, rt_str client)
{
    struct leaf room[LEAVES_MOST];
    struct scan_value object = {SCAN_OBJECT, client, false};
    struct leaves l = {.q = q};
    const struct spot root = {.node = parameter_place(q->rules, 0, RT_LIT("clientRequest"))};
    bool start = q->e->kind == KIND_START;
    l.v = start ? room : NULL;
    gather(&l, &root, &object);
    if (!l.masked && work_add_int(q->x, q->e, FIELD_CLIENT_PRINT, (int64_t)(l.print >> 1)) < 0)
        return -1;
    if (start)
        return keep_leaves(q, &l);
    object = scan_get(client, "startParameter");
    if (object.type != SCAN_OBJECT)
        return 0;
    l = (struct leaves){.q = q, .v = room};
    gather(&l, &root, &object);
    return keep_leaves(q, &l);
}
