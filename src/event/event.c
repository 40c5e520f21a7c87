#include "config.h"

#include "event/event.h"

#define INT  TYPE_INT
#define STR  TYPE_STR
#define DUR  TYPE_DUR
#define TIME TYPE_TIME
const struct event_field_row event_fields[FIELD__COUNT] = {
#define FIELD(id, name, type, part, pointer, doc) {name, type, PART_##part, pointer, doc},
#define CLASS(of, derived, values)
#include "event/fields.def"
#undef FIELD
#undef CLASS
};
#undef INT
#undef STR
#undef DUR
#undef TIME

const struct event_class_row event_classes[] = {
#define FIELD(id, name, type, part, pointer, doc)
#define CLASS(of, derived, values) {FIELD_##of, FIELD_##derived, values},
#include "event/fields.def"
#undef FIELD
#undef CLASS
    {FIELD__COUNT, FIELD__COUNT, NULL},
};

const struct event_kind_row event_kinds[KIND_HOOK] = {
#define KIND(id, name, doc) {name, doc},
#include "event/kinds.def"
#undef KIND
};

enum event_field_id
event_field_find(rt_str name)
{
    for (size_t i = 0; i < FIELD__COUNT; i++)
        if (rt_str_is(name, event_fields[i].name))
            return (enum event_field_id)i;
    return FIELD__COUNT;
}

uint8_t
event_kind_find(rt_str name)
{
    for (size_t i = 0; i < KIND_HOOK; i++)
        if (rt_str_is(name, event_kinds[i].name))
            return (uint8_t)i;
    return KIND_NONE;
}

static bool
lists(const char *values, rt_str word)
{
    for (const char *v = values; *v != '\0';) {
        size_t n = strcspn(v, " ");
        if (rt_str_eq(word, (rt_str){v, n}))
            return true;
        v += n + (v[n] == ' ');
    }
    return false;
}

enum event_field_id
event_field_class(enum event_field_id of, rt_str word)
{
    for (const struct event_class_row *c = event_classes; c->values != NULL; c++)
        if (c->of == of && lists(c->values, word))
            return c->derived;
    return of;
}

void
event_init(struct event *e)
{
    *e = (struct event){
        .begin = RT_TIME_NONE,
        .end = RT_TIME_NONE,
        .last = RT_TIME_NONE,
        .kind = KIND_ANSWER,
        .code = EVENT_NO_CODE,
        .status = EVENT_NO_CODE,
        .copies = 1,
        .deliveries = 1,
        .repeated = 1,
    };
}

const struct event_value *
event_get(const struct event *e, uint16_t field)
{
    for (uint32_t i = 0; i < e->value_count; i++)
        if (e->values[i].field == field)
            return &e->values[i];
    return NULL;
}

unsigned
event_sets(const struct event *e)
{
    unsigned n = 0;
    for (uint32_t i = 0; i < e->value_count; i++)
        n = e->values[i].set > n ? e->values[i].set : n;
    return n;
}

/* Text of a CORE field, or NULL when the field is a number or not CORE. */
static const rt_str *
core_text(const struct event *e, uint16_t field)
{
    switch (field) {
    case FIELD_REASON: return &e->reason;
    case FIELD_METHOD: return &e->method;
    case FIELD_HOST: return &e->host;
    case FIELD_MODE: return &e->mode;
    case FIELD_APP: return &e->app_id;
    case FIELD_RID: return &e->rid;
    case FIELD_SID: return &e->sid;
    case FIELD_CNAME: return &e->cname;
    case FIELD_UID: return &e->uid;
    case FIELD_ERROR: return &e->error;
    default: return NULL;
    }
}

rt_str
event_text(const struct event *e, uint16_t field)
{
    const rt_str *core = core_text(e, field);
    if (core != NULL)
        return *core;
    const struct event_value *v = event_get(e, field);
    return v != NULL && v->is_text ? v->text : RT_NONE;
}

bool
event_num(const struct event *e, uint16_t field, int64_t *out)
{
    int32_t core = EVENT_NO_CODE;
    switch (field) {
    case FIELD_HTTP: core = e->http == 0 ? EVENT_NO_CODE : e->http; break;
    case FIELD_CODE: core = e->code; break;
    case FIELD_STATUS: core = e->status; break;
    case FIELD_DELIVERIES:
        core = e->source == SOURCE_HOOK ? (int32_t)e->deliveries : EVENT_NO_CODE;
        break;
    default: break;
    }
    if (field == FIELD_TOOK) {
        bool timed = e->begin != RT_TIME_NONE && e->end != RT_TIME_NONE && e->end > e->begin;
        rt_dur took = 0;
        timed = timed && !__builtin_sub_overflow(e->end, e->begin, &took);
        *out = took / RT_MS;
        return timed;
    }
    if (core != EVENT_NO_CODE) {
        *out = core;
        return true;
    }
    const rt_str *text = core_text(e, field);
    if (text != NULL)
        return rt_str_int(*text, out);
    const struct event_value *v = event_get(e, field);
    if (v == NULL)
        return false;
    if (v->is_text)
        return rt_str_int(v->text, out);
    *out = v->num;
    return true;
}

static rt_str
share(struct rt_arena *a, rt_str s, rt_str like, bool *ok)
{
    if (s.n == 0)
        return RT_NONE;
    if (like.n == s.n && memcmp(like.p, s.p, s.n) == 0)
        return like;
    return rt_arena_str(a, s, ok);
}

struct event *
event_copy(struct rt_arena *a, const struct event *e, const struct event *like)
{
    static const struct event nothing;
    bool ok = true;
    struct event *c = rt_arena_alloc(a, sizeof(*c));
    struct event_value *values =
        e->value_count == 0 ? NULL : rt_arena_array(a, e->value_count, sizeof(*values));
    if (c == NULL || (e->value_count > 0 && values == NULL))
        return NULL;
    *c = *e;
    like = like == NULL ? &nothing : like;
    c->rid = share(a, e->rid, like->rid, &ok);
    c->sid = share(a, e->sid, like->sid, &ok);
    c->app_id = share(a, e->app_id, like->app_id, &ok);
    c->cname = share(a, e->cname, like->cname, &ok);
    c->uid = share(a, e->uid, like->uid, &ok);
    c->mode = share(a, e->mode, like->mode, &ok);
    c->method = share(a, e->method, like->method, &ok);
    c->host = share(a, e->host, like->host, &ok);
    c->reason = share(a, e->reason, like->reason, &ok);
    c->error = share(a, e->error, like->error, &ok);
    c->join = share(a, e->join, like->join, &ok);
    for (uint32_t i = 0; i < e->value_count; i++) {
        values[i] = e->values[i];
        if (values[i].is_text)
            values[i].text = rt_arena_str(a, e->values[i].text, &ok);
    }
    c->values = values;
    return ok ? c : NULL;
}

int
event_add(struct rt_arena *a, struct event *e, const struct event_value *v)
{
    struct event_value *values =
        rt_arena_extend(a, e->values, e->value_count * sizeof(*values), sizeof(*values));
    if (values == NULL)
        return -1;
    values[e->value_count++] = *v;
    e->values = values;
    return 0;
}

#define ORDER(x, y) (((x) > (y)) - ((x) < (y)))

/* Those without a sequence come last: a comparison that skipped them would go in circles. */
static int
by_sequence(const struct event *a, const struct event *b)
{
    int64_t x = 0, y = 0;
    if (a->source != SOURCE_HOOK)
        return 0;
    bool has_x = event_num(a, FIELD_SEQUENCE, &x), has_y = event_num(b, FIELD_SEQUENCE, &y);
    if (has_x != has_y)
        return has_x ? -1 : 1;
    return ORDER(x, y);
}

int
event_compare(const struct event *a, const struct event *b)
{
    bool a_timed = a->begin != RT_TIME_NONE, b_timed = b->begin != RT_TIME_NONE;
    int order = a_timed != b_timed ? (a_timed ? -1 : 1) : ORDER(a->begin, b->begin);
    order = order != 0 ? order : ORDER(a->source, b->source);
    order = order != 0 || !a_timed ? order : by_sequence(a, b);
    order = order != 0 ? order : ORDER(a->input, b->input);
    order = order != 0 ? order : ORDER(a->line, b->line);
    return order != 0 ? order : ORDER(a->order, b->order);
}

static bool
same_values(const struct event *a, const struct event *b)
{
    if (a->value_count != b->value_count)
        return false;
    for (uint32_t i = 0; i < a->value_count; i++) {
        const struct event_value *x = &a->values[i], *y = &b->values[i];
        if (x->field != y->field || x->is_text != y->is_text)
            return false;
        if (x->is_text ? !rt_str_eq(x->text, y->text) : x->num != y->num)
            return false;
    }
    return true;
}

bool
event_alike(const struct event *a, const struct event *b)
{
    return a->kind == b->kind && a->source == b->source && a->outcome == b->outcome &&
           a->http == b->http && a->code == b->code && a->status == b->status &&
           rt_str_eq(a->rid, b->rid) && rt_str_eq(a->sid, b->sid) &&
           rt_str_eq(a->app_id, b->app_id) && rt_str_eq(a->cname, b->cname) &&
           rt_str_eq(a->uid, b->uid) && rt_str_eq(a->mode, b->mode) &&
           rt_str_eq(a->method, b->method) && rt_str_eq(a->host, b->host) &&
           rt_str_eq(a->reason, b->reason) && rt_str_eq(a->error, b->error) &&
           same_values(a, b);
}

static bool
same_callback(const struct event *a, const struct event *b)
{
    rt_str x = event_text(a, FIELD_NOTICE), y = event_text(b, FIELD_NOTICE);
    if (a->kind != b->kind)
        return false;
    if (x.n > 0 && rt_str_eq(x, y))
        return true;
    int64_t s = 0, t = 0, u = -1, v = -1;
    bool typed =
        event_num(a, FIELD_EVENT_TYPE, &u) == event_num(b, FIELD_EVENT_TYPE, &v) && u == v;
    return typed && a->sid.n > 0 && rt_str_eq(a->sid, b->sid) && rt_str_eq(a->uid, b->uid) &&
           event_num(a, FIELD_SEQUENCE, &s) && event_num(b, FIELD_SEQUENCE, &t) && s == t;
}

bool
event_same(const struct event *a, const struct event *b)
{
    if (a->source != b->source)
        return false;
    if (a->source == SOURCE_HOOK)
        return same_callback(a, b);
    return a->begin != RT_TIME_NONE && !a->coarse && !b->coarse && a->begin == b->begin &&
           a->end == b->end && rt_str_eq(a->join, b->join) && event_alike(a, b);
}
