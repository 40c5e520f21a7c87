/*
 * callback.c - a webhook body, whole or only its inner object, by rules/webhooks.yaml.
 */
#include "config.h"

#include "extract/work.h"

/* Unix time in s, ms or µs by magnitude. */
static rt_time
unix_time(int64_t n)
{
    if (n < INT64_C(100000000000))
        return n > INT64_MAX / RT_SEC || n < 0 ? RT_TIME_NONE : n * RT_SEC;
    return n < INT64_C(100000000000000) ? n * RT_MS : n;
}

static struct scan_value
look_up(rt_str object, const struct format_path *path)
{
    struct scan_value v = {SCAN_OBJECT, object, false};
    for (size_t i = 0; i < path->count; i++) {
        bool last = i + 1 == path->count;
        rt_str key;
        struct scan_value member = {SCAN_NONE, RT_NONE, false};
        size_t at = 0;
        bool found = false;
        while (v.type == SCAN_OBJECT && scan_member(v.text, &at, 64, &key, &member) == 1)
            if (rt_str_eq(key, path->segments[i])) {
                found = true;
                break;
            }
        if (!found || (!last && member.type != SCAN_OBJECT))
            return (struct scan_value){SCAN_NONE, RT_NONE, false};
        v = member;
    }
    return v;
}

static struct scan_value
part(struct extract *x, rt_str object, enum envelope_part which)
{
    const struct hook_envelope *e = &x->rules->envelope;
    for (size_t i = 0; i < e->path_count[which]; i++) {
        struct scan_value v = look_up(object, &e->paths[which][i]);
        if (v.type != SCAN_NONE && !(v.type == SCAN_WORD && v.text.p[0] == 'n'))
            return v;
    }
    return (struct scan_value){SCAN_NONE, RT_NONE, false};
}

static rt_str
part_text(struct extract *x, rt_str object, enum envelope_part which)
{
    struct scan_value v = part(x, object, which);
    if (v.type != SCAN_STRING && v.type != SCAN_NUMBER)
        return RT_NONE;
    return keep_text(x, value_text(x, &v, 3));
}

static bool
ours(const struct extract *x, int64_t product)
{
    for (size_t i = 0; i < x->rules->envelope.our_count; i++)
        if (x->rules->envelope.ours[i] == product)
            return true;
    return x->rules->envelope.our_count == 0;
}

static const struct hook_type *
type_by_name(const struct extract *x, rt_str name)
{
    const struct hook_type *h;
    RT_EACH (h, &x->rules->hooks)
        if (rt_str_eq_nocase(h->name, name))
            return h;
    return NULL;
}

static int
take_details(struct extract *x, struct event *e, const struct hook_type *h, rt_str details)
{
    for (size_t i = 0; h != NULL && i < h->detail_count; i++) {
        struct scan_value v = scan_get(details, "");
        rt_str key;
        size_t at = 0;
        bool found = false;
        while (!found && scan_member(details, &at, 64, &key, &v) == 1)
            found = rt_str_eq(key, h->details[i].name);
        int64_t n = 0;
        uint16_t field = h->details[i].field;
        int rc = 0;
        if (!found)
            continue;
        if (field == FIELD_STATUS && value_int(&v, &n))
            e->status = (int32_t)n;
        else if (event_fields[field].type == TYPE_INT && value_int(&v, &n))
            rc = add_int(x, e, field, n);
        else if (v.type == SCAN_STRING || v.type == SCAN_NUMBER || v.type == SCAN_WORD)
            rc = add_text(x, e, field, keep_text(x, value_text(x, &v, 3)));
        if (rc < 0)
            return -1;
    }
    return 0;
}

static int
take_envelope(struct extract *x, struct event *e, rt_str object, bool typed, int64_t type)
{
    static const struct {
        enum envelope_part part;
        uint16_t field;
    } rows[] = {
        {ENVELOPE_NOTICE, FIELD_NOTICE},     {ENVELOPE_PRODUCT, FIELD_PRODUCT},
        {ENVELOPE_NOTIFY, FIELD_NOTIFY},     {ENVELOPE_SEQUENCE, FIELD_SEQUENCE},
        {ENVELOPE_SERVICE_TYPE, FIELD_SERVICE_TYPE}, {ENVELOPE_SERVICE_SCENE, FIELD_SERVICE_SCENE},
    };
    int rc = typed ? add_int(x, e, FIELD_EVENT_TYPE, type) : 0;
    for (size_t i = 0; rc == 0 && i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct scan_value v = part(x, object, rows[i].part);
        int64_t n = 0;
        if (v.type == SCAN_NONE)
            continue;
        if (event_fields[rows[i].field].type == TYPE_INT)
            rc = value_int(&v, &n) ? add_int(x, e, rows[i].field, n) : 0;
        else
            rc = add_text(x, e, rows[i].field, keep_text(x, value_text(x, &v, 3)));
    }
    return rc;
}

int
callback_read(struct extract *x, rt_str object, struct rt_err *err)
{
    struct scan_value type_v = part(x, object, ENVELOPE_TYPE), details = part(x, object, ENVELOPE_DETAILS);
    struct scan_value product_v = part(x, object, ENVELOPE_PRODUCT);
    int64_t type = -1, product = 0, sendts = 0;
    bool typed = value_int(&type_v, &type);
    if (value_int(&product_v, &product) && !ours(x, product)) {
        x->foreign++;
        return LINE_IGNORED;
    }
    rt_str inner = details.type == SCAN_OBJECT ? details.text : object;
    rt_str name = part_text(x, inner, ENVELOPE_NAME);
    const struct hook_type *h = typed ? rule_set_hook(x->rules, type) : type_by_name(x, name);
    if (h == NULL && (!typed || details.type != SCAN_OBJECT))
        return LINE_UNMATCHED;
    struct event e;
    event_init(&e);
    e.kind = h != NULL ? h->kind : KIND_OTHER_HOOK;
    e.source = SOURCE_HOOK;
    e.outcome = OUTCOME_OK;
    e.sid = part_text(x, object, ENVELOPE_SID);
    e.cname = part_text(x, object, ENVELOPE_CNAME);
    e.uid = part_text(x, object, ENVELOPE_UID);
    struct scan_value time = part(x, object, ENVELOPE_TIME);
    if (value_int(&time, &sendts) && sendts > 0) {
        e.begin = e.end = unix_time(sendts);
        e.zoned = true;
        struct rt_stamp stamp = {e.begin, true, 3};
        note_time(x, &stamp);
    }
    if (take_envelope(x, &e, object, typed, type) < 0 || take_details(x, &e, h, inner) < 0)
        return rt_fail_mem(err);
    return emit(x, &e, err) < 0 ? -1 : LINE_EVENT;
}
