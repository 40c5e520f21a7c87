#include "config.h"

#include "detect/scope.h"

#include <stdlib.h>

#include "rules/condition.h"

static void
put(struct scope *out, const struct session *s)
{
    for (size_t i = 0; i < s->event_count; i++) {
        struct event_marks marks = condition_marks(s->events[i]);
        out->v[out->n++] = (struct scope_event){s->events[i], s->id, (uint32_t)(i + 1), marks};
        out->kinds |= UINT64_C(1) << s->events[i]->kind;
        condition_marks_add(&out->marks, marks);
    }
}

static int
by_order(const void *a, const void *b)
{
    const struct scope_event *x = a, *y = b;
    return event_compare(x->e, y->e);
}

int
scope_of(struct scope *out, struct session *const *sessions, size_t count, struct rt_arena *a)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        n += sessions[i]->event_count;
    *out = (struct scope){.v = rt_arena_array(a, n + 1, sizeof(*out->v))};
    if (out->v == NULL)
        return -1;
    for (size_t i = 0; i < count; i++)
        put(out, sessions[i]);
    if (count > 1 && n > 1)
        qsort(out->v, n, sizeof(*out->v), by_order);
    return 0;
}

/* ---- parts of a group ---- */

static rt_str
value_of(const struct session *s, uint16_t field)
{
    switch (field) {
    case FIELD_APP: return s->app_id;
    case FIELD_CNAME: return s->cname;
    case FIELD_UID: return s->uid;
    case FIELD_RID: return s->rid;
    case FIELD_SID: return s->sid;
    case FIELD_MODE: return s->mode;
    default: break;
    }
    for (size_t i = 0; i < s->event_count; i++)
        if (event_text(s->events[i], field).n > 0)
            return event_text(s->events[i], field);
    return RT_NONE;
}

struct member {
    struct session *s;
    size_t place; /* in the group */
    const rt_str *values;
    size_t value_count;
    bool alone; /* some value is not known */
};

static int
by_values(const void *a, const void *b)
{
    const struct member *x = a, *y = b;
    int order = x->alone != y->alone ? (x->alone ? 1 : -1) : 0;
    for (size_t i = 0; order == 0 && !x->alone && i < x->value_count; i++)
        order = rt_str_cmp(x->values[i], y->values[i]);
    return order != 0 ? order : (x->place > y->place) - (x->place < y->place);
}

static bool
together(const struct member *a, const struct member *b)
{
    bool equal = !a->alone && !b->alone;
    for (size_t i = 0; equal && i < a->value_count; i++)
        equal = rt_str_eq(a->values[i], b->values[i]);
    return equal;
}

static int
fill_members(struct member *members, const struct session_group *g, const uint16_t *fields,
             size_t count, struct rt_arena *a)
{
    for (size_t i = 0; i < g->count; i++) {
        rt_str *values = rt_arena_array(a, count, sizeof(*values));
        members[i] = (struct member){g->sessions[i], i, values, count, count == 0};
        if (values == NULL)
            return -1;
        for (size_t k = 0; k < count; k++) {
            values[k] = value_of(g->sessions[i], fields[k]);
            members[i].alone |= values[k].n == 0;
        }
    }
    return 0;
}

static int
split_by(struct scope_parts *out, const struct session_group *g, const uint16_t *fields,
         size_t count, struct rt_arena *a)
{
    struct member *members = rt_arena_array(a, g->count, sizeof(*members));
    struct session **sessions = rt_arena_array(a, g->count, sizeof(struct session *));
    out->v = rt_arena_array(a, g->count, sizeof(*out->v));
    if (members == NULL || sessions == NULL || out->v == NULL ||
        fill_members(members, g, fields, count, a) < 0)
        return -1;
    if (g->count > 1)
        qsort(members, g->count, sizeof(*members), by_values);
    for (size_t i = 0; i < g->count; i++) {
        sessions[i] = members[i].s;
        if (i == 0 || !together(&members[i - 1], &members[i]))
            out->v[out->n++] = (struct scope_part){&sessions[i], 0};
        out->v[out->n - 1].count++;
    }
    return 0;
}

int
scope_split(struct scope_parts *out, const struct session_group *g, const struct rule *r,
            struct rt_arena *a)
{
    static const uint16_t recorder[] = {FIELD_UID};
    *out = (struct scope_parts){0};
    switch (r->scope) {
    case SCOPE_SESSION: return split_by(out, g, NULL, 0, a);
    case SCOPE_RECORDER: return split_by(out, g, recorder, 1, a);
    case SCOPE_FIELDS: return split_by(out, g, r->scope_fields, r->scope_field_count, a);
    case SCOPE_CHANNEL:
    case SCOPE_APP:
    case SCOPE_HOST:
    case SCOPE_RUN: break;
    }
    out->v = rt_arena_array(a, 1, sizeof(*out->v));
    if (out->v == NULL)
        return -1;
    *out->v = (struct scope_part){g->sessions, g->count};
    out->n = g->count > 0;
    return 0;
}
