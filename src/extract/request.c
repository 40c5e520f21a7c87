/*
 * request.c - a walk over a request body, along the tree of parameters.
 */
#include "config.h"

#include "extract/request.h"

static void walk_object(struct request *q, const struct place *at, uint32_t node,
                        rt_str object);

static const struct parameter_node *
node_of(const struct request *q, uint32_t node)
{
    return &q->rules->nodes.v[node];
}

/* What was met in another item of a list does not count for this one. */
static void
forget(struct request *q, uint32_t node)
{
    q->values[node].type = SCAN_NONE;
    for (uint32_t i = node_of(q, node)->child; i != 0; i = node_of(q, i)->next)
        forget(q, i);
}

static void
walk_list(struct request *q, const struct place *at, uint32_t node, rt_str list)
{
    const struct parameter_node *items =
        parameter_child(q->rules, node_of(q, node), RT_LIT("[]"), q->kind);
    struct place here = {.up = at};
    struct scan_value v;
    rt_str key;
    size_t i = 0;
    if (items == NULL)
        return;
    uint32_t below = (uint32_t)(items - q->rules->nodes.v);
    const struct parameter *row = parameter_row(q->rules, items, q->kind, q->mode, NULL);
    for (; scan_member(list, &i, (unsigned)q->x->limits->json_depth, &key, &v) == 1;
         here.item++) {
        if (row != NULL)
            value_check(q, &here, row, &v);
        if (v.type == SCAN_OBJECT) {
            forget(q, below);
            walk_object(q, &here, below, v.text);
        }
    }
}

static void
walk_member(struct request *q, const struct place *at, uint32_t node,
            const struct scan_value *v)
{
    const struct parameter *other = NULL;
    const struct parameter *row =
        parameter_row(q->rules, node_of(q, node), q->kind, q->mode, &other);
    if (row == NULL && other != NULL) {
        if (value_is_there(q, v))
            violation_tell(
                q, &(struct violation){.at = at,
                                       .defect = "mode",
                                       .of = other->tells,
                                       .limit = other->modes,
                                       .words = request_words(q, "has no place in mode %.*s",
                                                              RT_FMT(q->mode))});
        return;
    }
    if (row != NULL)
        value_check(q, at, row, v);
    if (row != NULL && row->rival.n > 0 && value_is_there(q, v))
        violation_tell(
            q, &(struct violation){.at = at,
                                   .defect = "rival",
                                   .of = RT_LIT("key"),
                                   .nearest = row->rival,
                                   .words = request_words(q, "(many services know only %.*s)",
                                                          RT_FMT(row->rival))});
    if (v->type == SCAN_OBJECT && (row == NULL || !row->open))
        walk_object(q, at, node, v->text);
    else if (v->type == SCAN_ARRAY)
        walk_list(q, at, node, v->text);
}

/* What each member says, before any of them is judged by another. */
static void
note_members(struct request *q, uint32_t node, rt_str object)
{
    struct scan_value v;
    rt_str key;
    size_t i = 0;
    while (scan_member(object, &i, (unsigned)q->x->limits->json_depth, &key, &v) == 1) {
        const struct parameter_node *n =
            parameter_child(q->rules, node_of(q, node), key, q->kind);
        if (n != NULL)
            q->values[n - q->rules->nodes.v] = v;
    }
}

/* Where a log has left something out, only what could never be left out is missed. */
static void
miss_members(struct request *q, const struct place *at, uint32_t node)
{
    for (uint32_t i = node_of(q, node)->child; i != 0; i = node_of(q, i)->next) {
        if (!node_of(q, i)->required)
            continue;
        const struct parameter *row =
            parameter_row(q->rules, node_of(q, i), q->kind, q->mode, NULL);
        struct place here = {.up = at, .name = node_of(q, i)->name};
        bool null = q->values[i].type == SCAN_WORD && rt_str_is(q->values[i].text, "null");
        if (row == NULL || !row->required || row->secret ||
            (q->values[i].type != SCAN_NONE && !null))
            continue;
        if (row->modes.n == 0 || q->mode.n > 0)
            violation_tell(q, &(struct violation){.at = &here,
                                                  .defect = "missing",
                                                  .of = row->tells,
                                                  .words = RT_LIT("is missing")});
    }
}

static int
say_once(struct request *q, uint16_t field, rt_str s)
{
    for (uint32_t i = 0; i < q->e->value_count; i++)
        if (q->e->values[i].field == field && rt_str_eq(q->e->values[i].text, s))
            return 0;
    return work_add_text(q->x, q->e, field, s);
}

/* What rules ask for beyond whether it is right: some values, and what a layout sets. */
static void
note_values(struct request *q, uint32_t node)
{
    for (uint32_t i = node_of(q, node)->child; i != 0; i = node_of(q, i)->next) {
        if (!node_of(q, i)->noted)
            continue;
        const struct parameter *row =
            parameter_row(q->rules, node_of(q, i), q->kind, q->mode, NULL);
        struct scan_value v = {SCAN_NONE, RT_NONE, false};
        int64_t n = 0;
        if (row == NULL || (!row->has_field && !row->resets))
            continue;
        v = relation_value(q, i);
        if (row->has_field && scan_int(&v, &n))
            q->rc |= work_add_int(q->x, q->e, row->field, n);
        if (row->resets && value_is_there(q, &v) && !rt_str_eq(v.text, row->fallback))
            q->rc |= say_once(q, FIELD_LAYOUT_SETS, node_of(q, i)->name);
    }
}

/* Services that are none of ours have members that are none of ours. */
static bool
is_open(struct request *q, uint32_t node)
{
    const struct parameter *row =
        parameter_row(q->rules, node_of(q, node), q->kind, q->mode, NULL);
    for (size_t i = 0; row != NULL && i < row->only.n; i++)
        if (relation_holds(q, &row->only.v[i]))
            return true;
    return row == NULL || row->only.n == 0;
}

static void
walk_object(struct request *q, const struct place *at, uint32_t node, rt_str object)
{
    struct place here = {.up = at};
    struct scan_value v;
    size_t i = 0;
    note_members(q, node, object);
    if (!is_open(q, node))
        return;
    while (scan_member(object, &i, (unsigned)q->x->limits->json_depth, &here.name, &v) == 1) {
        const struct parameter_node *n =
            parameter_child(q->rules, node_of(q, node), here.name, q->kind);
        if (n == NULL)
            spelling_check(q, &here, node);
        else
            walk_member(q, &here, (uint32_t)(n - q->rules->nodes.v), &v);
    }
    miss_members(q, at, node);
    if (q->kind == q->e->kind)
        note_values(q, node);
    relation_check(q, at, node);
}

/* ---- what is walked ---- */

static int
begin(struct request *q, struct extract *x, struct event *e, uint8_t kind, rt_str mode)
{
    *q = (struct request){.x = x, .e = e, .rules = x->rules, .kind = kind, .mode = mode};
    q->values = rt_arena_array(&x->scratch, x->rules->nodes.n, sizeof(*q->values));
    return q->values == NULL ? -1 : 0;
}

/* What acquire announces is start's clientRequest. */
static void
walk_announced(struct request *q, rt_str body)
{
    struct place client = {.name = RT_LIT("clientRequest")},
                 announced = {.up = &client, .name = RT_LIT("startParameter")};
    struct scan_value outer = scan_get(body, client.name.p);
    uint32_t node = parameter_place(q->rules, 0, client.name);
    struct request start;
    if (q->kind != KIND_ACQUIRE || outer.type != SCAN_OBJECT || node == 0)
        return;
    struct scan_value inner = scan_get(outer.text, announced.name.p);
    if (inner.type != SCAN_OBJECT)
        return;
    if (begin(&start, q->x, q->e, KIND_START, RT_NONE) < 0) {
        q->rc = -1;
        return;
    }
    start.told = q->told;
    walk_object(&start, &announced, node, inner.text);
    q->rc |= start.rc;
}

/* A start that went well is compared with nothing. */
static void
note_leaves(struct request *q, rt_str body)
{
    bool compared =
        q->kind == KIND_ACQUIRE || (q->kind == KIND_START && q->e->outcome != OUTCOME_OK);
    struct scan_value client = scan_get(body, "clientRequest");
    if (compared && client.type == SCAN_OBJECT)
        q->rc |= leaves_add(q, client.text);
}

/* An object that has nothing of a body is some note of the caller's own. */
static bool
is_body(rt_str body)
{
    bool named =
        scan_get(body, "cname").type != SCAN_NONE && scan_get(body, "uid").type != SCAN_NONE;
    return named || scan_get(body, "clientRequest").type == SCAN_OBJECT;
}

int
request_parameters(struct extract *x, struct event *e, rt_str body, struct rt_err *err)
{
    struct request q;
    bool asked = e->kind == KIND_ACQUIRE || e->kind == KIND_START || e->kind == KIND_UPDATE ||
                 e->kind == KIND_UPDATE_LAYOUT || e->kind == KIND_STOP;
    if (!asked || x->mended || x->rules->nodes.n == 0)
        return 0;
    rt_str mode = route_is_no_id(e->mode) ? RT_NONE : e->mode;
    if (begin(&q, x, e, e->kind, mode) < 0)
        return rt_fail_mem(err);
    if (rt_str_is(body, "{}"))
        violation_tell(&q, &(struct violation){.defect = "empty",
                                               .of = RT_LIT("body"),
                                               .words = RT_LIT("the body is an empty object")});
    else if (is_body(body))
        walk_object(&q, NULL, 0, body);
    walk_announced(&q, body);
    note_leaves(&q, body);
    if (e->kind == KIND_UPDATE_LAYOUT && is_body(body) &&
        event_get(e, FIELD_LAYOUT_SETS) == NULL)
        q.rc |= work_add_text(x, e, FIELD_LAYOUT_SETS, RT_LIT("none"));
    return q.rc < 0 ? rt_fail_mem(err) : 0;
}
