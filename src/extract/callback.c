/*
 * callback.c - a webhook body, whole or only its inner object, by rules/webhooks.yaml.
 *
 *   {"noticeId": …, "payload": {"sid": …, "details": {"msgName": …}}}     full, or legacy
 *   {"sid": …, "details": {"msgName": …}}                                 payload
 *   {"msgName": …}                                                        details
 */
#include "config.h"

#include "extract/work.h"

/* Unix time in s, ms or µs by magnitude; RT_TIME_NONE: it is none. */
static rt_time
unix_time(int64_t n)
{
    if (n <= 0 || n > RT_UNIX_MAX * RT_SEC)
        return RT_TIME_NONE;
    return n < INT64_C(100000000000)      ? n * RT_SEC
           : n < INT64_C(100000000000000) ? n * RT_MS
                                          : n;
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
        while (v.type == SCAN_OBJECT &&
               scan_member(v.text, &at, SCAN_ANY_DEPTH, &key, &member) == 1)
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
    return work_keep(x, work_text(x, &v, 3));
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

/* In the old envelope the bits of some numbers stand one place lower. */
static bool
is_shifted(const struct hook_type *h, uint16_t field)
{
    for (size_t i = 0; i < h->shifted_count; i++)
        if (h->shifted[i] == field)
            return true;
    return false;
}

/* One detail by its key, or by a pointer that begins with '/'. */
static int
take_detail(struct extract *x, struct event *e, const struct hook_detail *d, rt_str details,
            bool shifted)
{
    if (d->name.n > 0 && d->name.p[0] == '/')
        return body_field(x, e, d->field, d->name, details);
    struct scan_value v = {SCAN_NONE, RT_NONE, false};
    rt_str key;
    size_t at = 0;
    int64_t n = 0;
    bool found = false;
    while (!found && scan_member(details, &at, SCAN_ANY_DEPTH, &key, &v) == 1)
        found = rt_str_eq(key, d->name);
    if (!found)
        return 0;
    if (d->field == FIELD_STATUS && scan_int(&v, &n)) {
        work_take_number(&e->status, n);
        return 0;
    }
    if (event_fields[d->field].type == TYPE_INT)
        return scan_int(&v, &n)
                   ? work_add_int(x, e, d->field, shifted && n > 0 && n < INT32_MAX ? n * 2 : n)
                   : 0;
    if (v.type == SCAN_STRING || v.type == SCAN_NUMBER || v.type == SCAN_WORD)
        return work_add_text(x, e, d->field, work_keep(x, work_text(x, &v, 3)));
    return 0;
}

static int
take_details(struct extract *x, struct event *e, const struct hook_type *h, rt_str details,
             bool legacy)
{
    int64_t begin = 0, end = 0;
    for (size_t i = 0; h != NULL && i < h->detail_count; i++)
        if (take_detail(x, e, &h->details[i], details,
                        legacy && is_shifted(h, h->details[i].field)) < 0)
            return -1;
    if (event_num(e, FIELD_START_MS, &begin) && event_num(e, FIELD_GAP_MS, &end) &&
        begin >= end && end > 0)
        return work_add_int(x, e, FIELD_LOST, begin - end);
    return 0;
}

static int
take_envelope(struct extract *x, struct event *e, rt_str object, bool typed, int64_t type)
{
    static const struct {
        enum envelope_part part;
        uint16_t field;
    } rows[] = {
        {ENVELOPE_NOTICE, FIELD_NOTICE},
        {ENVELOPE_PRODUCT, FIELD_PRODUCT},
        {ENVELOPE_NOTIFY, FIELD_NOTIFY},
        {ENVELOPE_SEQUENCE, FIELD_SEQUENCE},
        {ENVELOPE_SERVICE_TYPE, FIELD_SERVICE_TYPE},
        {ENVELOPE_SERVICE_SCENE, FIELD_SERVICE_SCENE},
    };
    int rc = typed ? work_add_int(x, e, FIELD_EVENT_TYPE, type) : 0;
    for (size_t i = 0; rc == 0 && i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct scan_value v = part(x, object, rows[i].part);
        int64_t n = 0;
        if (v.type == SCAN_NONE)
            continue;
        if (event_fields[rows[i].field].type == TYPE_INT)
            rc = scan_int(&v, &n) ? work_add_int(x, e, rows[i].field, n) : 0;
        else
            rc = work_add_text(x, e, rows[i].field, work_keep(x, work_text(x, &v, 3)));
    }
    return rc;
}

/* ---- what a callback looks like ---- */

struct look {
    int64_t type; /* -1 = not told */
    bool typed, whole, legacy;
    struct scan_value details;
    rt_str inner;
    const struct hook_type *hook;
};

static bool
has(struct extract *x, rt_str object, enum envelope_part which)
{
    return part(x, object, which).type != SCAN_NONE;
}

/* Is that a callback at all? */
static bool
look_at(struct extract *x, rt_str object, struct look *l)
{
    struct scan_value type = part(x, object, ENVELOPE_TYPE);
    *l = (struct look){.type = -1, .details = part(x, object, ENVELOPE_DETAILS)};
    l->typed = scan_int(&type, &l->type);
    l->inner = l->details.type == SCAN_OBJECT ? l->details.text : object;
    rt_str name = part_text(x, l->inner, ENVELOPE_NAME);
    bool noticed = has(x, object, ENVELOPE_NOTICE);
    l->whole = l->typed && (noticed || l->details.type == SCAN_OBJECT);
    l->legacy = l->whole && has(x, object, ENVELOPE_LEGACY);
    l->hook = l->whole ? rule_set_hook(x->rules, l->type) : type_by_name(x, name);
    return l->whole || l->hook != NULL ||
           (name.n > 0 && l->details.type == SCAN_OBJECT && has(x, object, ENVELOPE_SID));
}

/* The first required part that is missing, or of another type than it must have. */
static const char *
defect(struct extract *x, rt_str object)
{
    for (unsigned i = 0; i < ENVELOPE__PARTS; i++) {
        struct scan_value v = part(x, object, (enum envelope_part)i);
        int64_t n = 0;
        bool number = i == ENVELOPE_TYPE || i == ENVELOPE_PRODUCT || i == ENVELOPE_NOTIFY ||
                      i == ENVELOPE_TIME || i == ENVELOPE_SEQUENCE ||
                      i == ENVELOPE_SERVICE_TYPE;
        if ((x->rules->envelope.required >> i & 1) == 0)
            continue;
        if (i == ENVELOPE_DETAILS ? v.type != SCAN_OBJECT
            : number              ? !scan_int(&v, &n)
                                  : v.type != SCAN_STRING && v.type != SCAN_NUMBER)
            return envelope_part_names[i];
    }
    return NULL;
}

/* ---- how it came ---- */

/* What follows the name of a header; p NULL: it is not there. A longer name is another one. */
static rt_str
header(rt_str headers, rt_str name)
{
    for (size_t at; name.n > 0 && (at = rt_str_find_nocase(headers, name)) != SIZE_MAX;) {
        headers = rt_str_from(headers, at + name.n);
        if (headers.n > 0 && memchr("\"': =,", headers.p[0], 7) != NULL)
            return headers;
    }
    return RT_NONE;
}

enum { HEX_SHA1 = 40, HEX_SHA256 = 64 };

/* A digest is so many hex digits; what is masked may be one. */
static const char *
digest_verdict(rt_str rest, size_t digits)
{
    size_t n = 0;
    while (rest.n > 0 && memchr("\"': =,[", rest.p[0], 8) != NULL)
        rest = rt_str_from(rest, 1);
    while (n < rest.n && memchr("0123456789abcdefABCDEF", rest.p[n], 22) != NULL)
        n++;
    bool masked = n < rest.n && memchr("*<.[", rest.p[n], 4) != NULL;
    return n == digits || masked ? "present" : "malformed";
}

static const char *
signature_of(const struct extract *x, rt_str headers)
{
    rt_str sha256 = header(headers, x->rules->delivery.sha256);
    rt_str sha1 = header(headers, x->rules->delivery.sha1);
    if (sha256.p == NULL && sha1.p == NULL)
        return "absent";
    if (sha1.p != NULL && strcmp(digest_verdict(sha1, HEX_SHA1), "malformed") == 0)
        return "malformed";
    return sha256.p != NULL ? digest_verdict(sha256, HEX_SHA256) : "present";
}

/* What the log line tells beside the body. */
static int
take_reception(struct extract *x, struct event *e)
{
    const struct reception *r = &x->reception;
    int64_t notify = 0;
    rt_time at = event_num(e, FIELD_NOTIFY, &notify) ? unix_time(notify) : RT_TIME_NONE;
    bool sent = at != RT_TIME_NONE;
    int rc = 0;
    if (sent && e->begin != RT_TIME_NONE && e->begin > 0)
        rc = work_add_int(x, e, FIELD_NOTIFY_LAG, (at - e->begin) / RT_MS);
    if (r->at == RT_TIME_NONE)
        return rc;
    if (e->begin == RT_TIME_NONE) {
        e->begin = e->end = r->at;
        e->zoned = r->zoned;
    }
    if (rc == 0 && r->zoned && sent)
        rc = work_add_int(x, e, FIELD_ARRIVAL_LAG, (r->at - at) / RT_MS);
    if (rc == 0 && r->http != 0)
        rc = work_add_int(x, e, FIELD_RECEIVED_AS, r->http);
    if (rc == 0 && r->took != RT_DUR_NONE)
        rc = work_add_int(x, e, FIELD_RECEIVED_IN, r->took / RT_MS);
    if (rc == 0 && r->headers.n > 0)
        rc = work_add_text(x, e, FIELD_SIGNATURE, rt_str_of(signature_of(x, r->headers)));
    return rc;
}

static void
take_time(struct extract *x, struct event *e, rt_str object)
{
    struct scan_value time = part(x, object, ENVELOPE_TIME);
    int64_t sendts = 0;
    rt_time at = scan_int(&time, &sendts) ? unix_time(sendts) : RT_TIME_NONE;
    if (at == RT_TIME_NONE)
        return;
    e->begin = e->end = at;
    e->zoned = true;
    struct rt_stamp stamp = {e->begin, true, 3};
    work_note_time(x, &stamp);
}

/* One that tells of no recording: counted, told, and no part of any session. */
static int
set_aside(struct extract *x, struct event *e, uint8_t kind, struct rt_err *err)
{
    e->kind = kind;
    e->sid = e->cname = e->uid = RT_NONE;
    *(kind == KIND_FOREIGN_HOOK ? &x->foreign
      : kind == KIND_PROBE_HOOK ? &x->probes
                                : &x->nameless) += 1;
    return work_emit(x, e, err) < 0 ? -1 : LINE_IGNORED;
}

int
callback_read(struct extract *x, rt_str object, struct rt_err *err)
{
    struct look l;
    struct event e;
    if (!look_at(x, object, &l))
        return LINE_UNMATCHED;
    event_init(&e);
    e.kind = l.hook != NULL ? l.hook->kind : KIND_OTHER_HOOK;
    e.source = SOURCE_HOOK;
    e.outcome = OUTCOME_OK;
    e.sid = part_text(x, object, ENVELOPE_SID);
    e.cname = part_text(x, object, ENVELOPE_CNAME);
    e.uid = part_text(x, object, ENVELOPE_UID);
    take_time(x, &e, object);
    if (take_envelope(x, &e, object, l.typed, l.type) < 0 || take_reception(x, &e) < 0)
        return rt_fail_mem(err);
    int64_t product = 0;
    if (event_num(&e, FIELD_PRODUCT, &product) && !ours(x, product))
        return set_aside(x, &e, KIND_FOREIGN_HOOK, err);
    if (rule_set_is_probe(x->rules, e.cname, e.uid))
        return set_aside(x, &e, KIND_PROBE_HOOK, err);
    const char *form = l.legacy                ? "legacy"
                       : l.whole               ? "full"
                       : l.inner.p != object.p ? "payload"
                                               : "details";
    const char *wrong = l.whole && !l.legacy ? defect(x, object) : NULL;
    if (work_add_text(x, &e, FIELD_ENVELOPE, rt_str_of(form)) < 0 ||
        take_details(x, &e, l.hook, l.inner, l.legacy) < 0 ||
        (wrong != NULL && work_add_text(x, &e, FIELD_HOOK_DEFECT, rt_str_of(wrong)) < 0))
        return rt_fail_mem(err);
    /* A part of one may stand alone where somebody kept only that; a whole one that names nothing tells of nothing. */
    if (l.whole && e.sid.n == 0 && e.cname.n == 0)
        return set_aside(x, &e, KIND_NAMELESS_HOOK, err);
    return work_emit(x, &e, err) < 0 ? -1 : LINE_EVENT;
}

/* ---- inside of something else ---- */

enum { SEARCH_DEPTH = 6 };

bool
callback_likely(const struct extract *x, rt_str text)
{
    return word_within(&x->rules->words.of[WORDS_CALLBACK], text);
}

static int search(struct extract *x, const struct scan_value *v, unsigned depth,
                  struct rt_err *err);

static int
search_members(struct extract *x, rt_str object, unsigned depth, struct rt_err *err)
{
    rt_str key;
    struct scan_value v;
    size_t at = 0;
    int fate = LINE_UNMATCHED;
    while (scan_member(object, &at, (unsigned)x->limits->json_depth, &key, &v) == 1) {
        int one = search(x, &v, depth + 1, err);
        if (one < 0)
            return -1;
        if (one == LINE_EVENT || (one == LINE_IGNORED && fate == LINE_UNMATCHED))
            fate = one;
    }
    return fate;
}

/* A string that holds JSON, escaped once or more. */
static int
search_string(struct extract *x, const struct scan_value *v, unsigned depth, struct rt_err *err)
{
    struct rt_buf plain;
    rt_buf_init(&plain, v->text.n * 2 + 8);
    int fate = LINE_UNMATCHED;
    if (scan_unescape(v->text, &plain) == 0) {
        rt_str text = rt_str_trim(rt_buf_str(&plain));
        bool list = text.n > 0 && text.p[0] == '[';
        struct scan_value inner = {list ? SCAN_ARRAY : SCAN_OBJECT, text, false};
        if (list || (text.n > 0 && text.p[0] == '{'))
            fate = search(x, &inner, depth + 1, err);
    }
    rt_buf_fini(&plain);
    return fate;
}

static int
search(struct extract *x, const struct scan_value *v, unsigned depth, struct rt_err *err)
{
    if (depth > SEARCH_DEPTH || v->text.n < 12 || !callback_likely(x, v->text))
        return LINE_UNMATCHED;
    if (v->type == SCAN_STRING)
        return search_string(x, v, depth, err);
    if (v->type == SCAN_OBJECT) {
        int fate = callback_read(x, v->text, err);
        if (fate != LINE_UNMATCHED)
            return fate;
    }
    return v->type == SCAN_OBJECT || v->type == SCAN_ARRAY
               ? search_members(x, v->text, depth, err)
               : LINE_UNMATCHED;
}

int
callback_search(struct extract *x, rt_str object, struct rt_err *err)
{
    struct scan_value v = {object.n > 0 && object.p[0] == '[' ? SCAN_ARRAY : SCAN_OBJECT,
                           object, false};
    return search(x, &v, 0, err);
}
