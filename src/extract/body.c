/*
 * body.c - what the answer and the request of a call say, by the pointers of event/fields.def.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "extract/tree.h"
#include "extract/work.h"

enum { CACHED_BODY = 4096, MOST_VALUES = 256 };

/* The scanned values of one answer; a slot's own copy when the same body came before. */
static const struct scan_value *
scan_answer(struct extract *x, rt_str body, struct route_slot *slot, struct scan_value *values)
{
    bool same = slot != NULL && slot->body_n > 0 && slot->body_n == body.n;
    if (same && (x->hint.won || memcmp(slot->body, body.p, body.n) == 0))
        return slot->answer;
    if (scan_plan_run(x->answer_plan, body, (unsigned)x->limits->json_depth, NULL, values,
                      ANSWER__COUNT) == 0)
        return NULL;
    return values;
}

/* A healthy answer is kept with its URL: the next poll most likely says the same bytes. */
static void
remember(struct extract *x, struct route_slot *slot, rt_str body)
{
    if (slot == NULL || body.n > CACHED_BODY)
        return;
    if (slot->body_cap < body.n) {
        char *p = rt_realloc_array(slot->body, body.n, 1);
        if (p == NULL)
            return;
        slot->body = p;
        slot->body_cap = body.n;
    }
    memcpy(slot->body, body.p, body.n);
    slot->body_n = 0;
    slot->poll.known = false;
    if (scan_plan_run(x->answer_plan, (rt_str){slot->body, body.n},
                      (unsigned)x->limits->json_depth, NULL, slot->answer, ANSWER__COUNT) > 0)
        slot->body_n = body.n;
}

rt_str
body_id(struct extract *x, const struct scan_value *v)
{
    if (v->type != SCAN_STRING && v->type != SCAN_NUMBER)
        return RT_NONE;
    if (!v->escaped)
        return v->text;
    struct rt_buf b;
    rt_buf_init(&b, x->limits->id_bytes);
    rt_str out = scan_unescape(v->text, &b) < 0 ? RT_NONE : work_keep(x, rt_buf_str(&b));
    rt_buf_fini(&b);
    return out;
}

static bool
stands_for_nothing(rt_str s)
{
    if (s.n < 8 || route_is_no_id(s))
        return true;
    size_t same = 0;
    while (same < s.n && s.p[same] == s.p[0])
        same++;
    return same == s.n;
}

static rt_str
real_id(rt_str s)
{
    return stands_for_nothing(s) ? RT_NONE : s;
}

/* ---- pointers of fields.def ---- */

struct pointer_use {
    struct extract *x;
    struct event *e;
    uint16_t field;
    char suffix;    /* '#', '?', '*' or 0 */
    unsigned *left; /* values that may still be added: each costs a copy of those before */
};

static int
use_value(const struct pointer_use *u, const struct scan_value *v)
{
    int64_t n = 0;
    if (*u->left == 0)
        return 0;
    --*u->left;
    if (event_fields[u->field].type == TYPE_INT) {
        if (!scan_int(v, &n))
            return 0;
        return work_add_int(u->x, u->e, u->field, n);
    }
    if (v->type == SCAN_OBJECT || v->type == SCAN_ARRAY)
        return 0;
    return work_add_text(u->x, u->e, u->field,
                         v->type == SCAN_STRING ? body_id(u->x, v) : v->text);
}

static int
count_items(const struct pointer_use *u, const struct scan_value *v)
{
    rt_str key;
    struct scan_value item;
    size_t at = 0;
    int64_t n = 0;
    if (v->type == SCAN_STRING)
        n = v->text.n > 0;
    while (v->type == SCAN_ARRAY &&
           scan_member(v->text, &at, (unsigned)u->x->limits->json_depth, &key, &item) == 1)
        n++;
    return work_add_int(u->x, u->e, u->field, n);
}

static int
use_members(const struct pointer_use *u, const struct scan_value *v)
{
    rt_str key;
    struct scan_value item;
    size_t at = 0;
    if (v->type != SCAN_OBJECT && v->type != SCAN_ARRAY)
        return 0;
    while (scan_member(v->text, &at, (unsigned)u->x->limits->json_depth, &key, &item) == 1)
        if (use_value(u, &item) < 0)
            return -1;
    return 0;
}

/* Follows the pointer from `t`; "*" inside means every member. 1 found, 0 not, -1 memory. */
static int
follow(const struct pointer_use *u, rt_str pointer, struct tree *t, unsigned depth)
{
    if (pointer.n == 0) {
        int rc = u->suffix == '#'   ? count_items(u, &t->value)
                 : u->suffix == '*' ? use_members(u, &t->value)
                 : u->suffix == '?' ? work_add_text(u->x, u->e, u->field, RT_LIT("yes"))
                                    : use_value(u, &t->value);
        return rc < 0 ? -1 : 1;
    }
    rt_str rest = rt_str_from(pointer, 1);
    const char *slash = memchr(rest.p, '/', rest.n);
    rt_str name = {rest.p, slash == NULL ? rest.n : (size_t)(slash - rest.p)};
    rest = rt_str_from(rest, name.n);
    bool every = rt_str_is(name, "*");
    int found = 0;
    if ((t->value.type != SCAN_OBJECT && !(every && t->value.type == SCAN_ARRAY)) || depth > 16)
        return 0;
    if (tree_open(t, &u->x->scratch, (unsigned)u->x->limits->json_depth) < 0)
        return -1;
    for (struct tree *m = t->first; m != NULL; m = m->next) {
        if (!every && !rt_str_eq(m->key, name))
            continue;
        int rc = follow(u, rest, m, depth + 1);
        if (rc < 0)
            return -1;
        found |= rc;
    }
    return found;
}

/* 1 found, 0 not, -1 memory. */
static int
fill_field(struct extract *x, struct event *e, uint16_t field, rt_str pointer,
           struct tree *body)
{
    unsigned left = MOST_VALUES;
    struct pointer_use u = {x, e, field, 0, &left};
    char last = pointer.p[pointer.n - 1];
    if (last == '#' || last == '?' || (last == '*' && pointer.p[pointer.n - 2] != '/')) {
        u.suffix = last;
        pointer.n--;
    }
    int found = follow(&u, pointer, body, 0);
    if (found == 0 && u.suffix == '?')
        found = work_add_text(x, e, field, RT_LIT("no"));
    return found;
}

int
body_field(struct extract *x, struct event *e, uint16_t field, rt_str pointer, rt_str object)
{
    struct tree body = tree_of(object);
    return fill_field(x, e, field, pointer, &body) < 0 ? -1 : 0;
}

static int
fill_part(struct extract *x, struct event *e, rt_str object, enum event_field_part part,
          struct rt_err *err)
{
    struct tree body = tree_of(object);
    for (uint16_t f = 0; f < FIELD__COUNT; f++) {
        const struct event_field_row *row = &event_fields[f];
        if (row->part == part && *row->pointer != '\0' &&
            fill_field(x, e, f, rt_str_of(row->pointer), &body) < 0)
            return rt_fail_mem(err);
    }
    return 0;
}

/* ---- answers ---- */

/* Of three letters and more. */
static size_t
count_words(rt_str s)
{
    enum { SHORT = 3 };
    size_t words = 0, run = 0;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        run = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80
                  ? run + 1
                  : 0;
        words += run == SHORT;
    }
    return words;
}

bool
body_is_foreign(const struct extract *x, rt_str object, rt_str said)
{
    static const char *const ours[] = {"resourceId", "sid", "serverResponse", "cname",
                                       "clientRequest"};
    struct scan_value reason = scan_get(object, "reason");
    if (count_words(said) < 2 || scan_get(object, "code").type == SCAN_NONE ||
        reason.type != SCAN_STRING || reason.text.n == 0)
        return false;
    for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
        if (scan_get(object, ours[i]).type != SCAN_NONE)
            return false;
    return rule_set_string(x->rules, reason.text) == NULL &&
           !word_within_nocase(&x->rules->words.of[WORDS_TOPIC], said);
}

bool
body_is_vendor(struct extract *x, rt_str object)
{
    struct scan_value v[ANSWER__COUNT];
    if (scan_plan_run(x->answer_plan, object, (unsigned)x->limits->json_depth, NULL, v,
                      ANSWER__COUNT) == 0)
        return false;
    if (v[ANSWER_RID].type == SCAN_STRING || v[ANSWER_SERVER].type != SCAN_NONE)
        return true;
    int64_t code = 0;
    bool coded = scan_int(&v[ANSWER_CODE], &code);
    if (coded && (v[ANSWER_REASON].type == SCAN_STRING || v[ANSWER_CNAME].type == SCAN_STRING))
        return true;
    const struct scan_value *said =
        v[ANSWER_REASON].type == SCAN_STRING ? &v[ANSWER_REASON] : &v[ANSWER_MESSAGE];
    return said->type == SCAN_STRING && said->text.n < 400 &&
           rule_set_string(x->rules, said->text) != NULL;
}

bool
body_is_request(const struct extract *x, rt_str object)
{
    const struct word_list *members = &x->rules->words.of[WORDS_REQUEST];
    for (size_t i = 0; i < members->n; i++) {
        char key[64];
        snprintf(key, sizeof(key), "%.*s", RT_FMT(members->v[i]));
        if (scan_get(object, key).type == SCAN_OBJECT)
            return true;
    }
    return false;
}

static void
take_code(struct event *e, const struct scan_value *v)
{
    int64_t n = 0;
    if (e->code == EVENT_NO_CODE && scan_int(v, &n))
        work_take_number(&e->code, n);
}

/* "code=2, reason='…'", or a known string, in a body that is no object. */
static int
answer_text(struct extract *x, struct event *e, rt_str body)
{
    size_t at = rt_str_find_nocase(body, RT_LIT("code="));
    if (at != SIZE_MAX) {
        rt_str rest = rt_str_from(body, at + 5);
        size_t n = 0;
        int64_t code = 0;
        while (n < rest.n && n < 9 && rest.p[n] >= '0' && rest.p[n] <= '9')
            n++;
        if (rt_str_int((rt_str){rest.p, n}, &code))
            e->code = (int32_t)code;
    }
    const struct code_entry *known = body.n < 2000 ? rule_set_string(x->rules, body) : NULL;
    if (known != NULL)
        e->reason = work_keep(x, known->text);
    return 0;
}

/* Which call an answer belongs to when nothing else tells: only these carry what it carries. */
static uint8_t
kind_of_answer(const struct scan_value *v, rt_str rid, rt_str sid)
{
    if (v[ANSWER_UPLOADING].type == SCAN_STRING)
        return KIND_STOP;
    if (v[ANSWER_SERVER].type == SCAN_OBJECT && v[ANSWER_CODE].type == SCAN_NONE)
        return KIND_QUERY;
    if (rid.n == 0 || v[ANSWER_CODE].type != SCAN_NONE)
        return KIND_ANSWER;
    return v[ANSWER_SID].type == SCAN_NONE ? KIND_ACQUIRE
           : sid.n > 0                     ? KIND_START
                                           : KIND_ANSWER;
}

static bool
is_poll(const struct event *e, const struct scan_value *v)
{
    return e->kind == KIND_QUERY && (e->http == 0 || e->http == 200) &&
           e->code == EVENT_NO_CODE && v[ANSWER_SERVICES].type == SCAN_NONE &&
           v[ANSWER_EXTENSION].type == SCAN_NONE && v[ANSWER_STATUS].type != SCAN_NONE;
}

static bool
is_telling(struct extract *x, rt_str body)
{
    return x->rules->telling != NULL && derive_matches(x, x->rules->telling, body);
}

static bool
says_nothing(const struct scan_value *v)
{
    for (size_t i = 0; i < ANSWER__COUNT; i++)
        if (v[i].type != SCAN_NONE)
            return false;
    return true;
}

/* {"Code":404,"Body":{…}}: the status beside what was answered with it. */
static rt_str
inner_answer(struct extract *x, rt_str body, struct event *e)
{
    rt_str key, inner = RT_NONE;
    struct scan_value v;
    int64_t http = 0;
    size_t at = 0;
    while (scan_member(body, &at, (unsigned)x->limits->json_depth, &key, &v) == 1) {
        if (v.type == SCAN_OBJECT && rt_str_eq_nocase(key, RT_LIT("body")))
            inner = v.text;
        else if (rt_str_eq_nocase(key, RT_LIT("code")))
            scan_int(&v, &http);
    }
    if (inner.n > 0 && e->http == 0 && http >= 100 && http <= 599)
        e->http = (int32_t)http;
    return inner;
}

int
body_answer(struct extract *x, struct event *e, rt_str body, struct route_slot *slot,
            struct body_look *look, struct rt_err *err)
{
    struct scan_value values[ANSWER__COUNT];
    *look = (struct body_look){0};
    body = rt_str_trim(body);
    if (body.n == 0) {
        /* an access log has no more of a poll */
        e->plain = e->kind == KIND_QUERY && e->http == 200;
        return 0;
    }
    bool cached = false;
    const struct scan_value *v = body.p[0] == '{' ? scan_answer(x, body, slot, values) : NULL;
    if (v == values && says_nothing(v)) {
        rt_str inner = inner_answer(x, body, e);
        body = inner.n > 0 ? inner : body;
        v = scan_answer(x, body, NULL, values);
    }
    if (v == NULL)
        return answer_text(x, e, body);
    cached = v != values;
    look->is_object = true;
    look->vendor = v[ANSWER_RID].type == SCAN_STRING || v[ANSWER_SERVER].type != SCAN_NONE ||
                   v[ANSWER_CODE].type != SCAN_NONE;
    take_code(e, &v[ANSWER_CODE]);
    take_code(e, &v[ANSWER_INNER_CODE]);
    int64_t status = 0;
    if (scan_int(&v[ANSWER_STATUS], &status))
        work_take_number(&e->status, status);
    e->rid = e->rid.n > 0 ? e->rid : real_id(body_id(x, &v[ANSWER_RID]));
    e->sid = e->sid.n > 0 ? e->sid : real_id(body_id(x, &v[ANSWER_SID]));
    e->cname = e->cname.n > 0 ? e->cname : body_id(x, &v[ANSWER_CNAME]);
    e->uid = e->uid.n > 0 ? e->uid : body_id(x, &v[ANSWER_UID]);
    const struct scan_value *said =
        v[ANSWER_REASON].type == SCAN_STRING ? &v[ANSWER_REASON] : &v[ANSWER_MESSAGE];
    if (said->type == SCAN_STRING)
        e->reason = work_keep(x, work_text(x, said, 3));
    if (e->kind == KIND_ANSWER)
        e->kind = kind_of_answer(v, e->rid, e->sid);
    if (is_poll(e, v) && (cached || !is_telling(x, body))) {
        e->plain = true;
        if (!cached)
            remember(x, slot, body);
        return 0;
    }
    return fill_part(x, e, body, PART_ANSWER, err);
}

/* ---- requests ---- */

static const char *
body_defect(rt_str body, bool whole)
{
    if (body.n == 0)
        return "empty";
    if (whole)
        return NULL;
    return body.p[0] == '{' ? "cut" : "not-json";
}

/* All of it counts: two bodies that differ in one byte are two requests. */
static int64_t
body_print(rt_str body)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < body.n; i++)
        h = (h ^ (unsigned char)body.p[i]) * UINT64_C(0x100000001b3);
    return (int64_t)(h >> 1);
}

/* As text: cut bodies are compared by it. */
static int
add_length(struct extract *x, struct event *e, size_t n)
{
    char *text = rt_arena_printf(&x->scratch, "%zu", n);
    return text == NULL ? -1 : work_add_text(x, e, FIELD_BODY_BYTES, rt_str_of(text));
}

int
body_request(struct extract *x, struct event *e, rt_str body, struct rt_err *err)
{
    body = rt_str_trim(body);
    size_t at = 0;
    struct scan_value whole;
    bool object = body.n > 0 && body.p[0] == '{' &&
                  scan_value(body, &at, (unsigned)x->limits->json_depth, &whole) &&
                  at == body.n;
    const char *defect = body_defect(body, object);
    if (defect != NULL && body.n > 0 &&
        work_add_text(x, e, FIELD_BODY_DEFECT, rt_str_of(defect)) < 0)
        return rt_fail_mem(err);
    if (defect != NULL && strcmp(defect, "cut") == 0 && add_length(x, e, body.n) < 0)
        return rt_fail_mem(err);
    if (!object)
        return 0;
    struct scan_value cname = scan_get(body, "cname"), uid = scan_get(body, "uid");
    if (cname.type != SCAN_NONE)
        e->cname = body_id(x, &cname);
    if (uid.type != SCAN_NONE)
        e->uid = body_id(x, &uid);
    if (uid.type == SCAN_NUMBER && !x->rewritten &&
        work_add_text(x, e, FIELD_UID_DEFECT, RT_LIT("number")) < 0)
        return rt_fail_mem(err);
    if (e->kind == KIND_START && work_add_int(x, e, FIELD_BODY_PRINT, body_print(body)) < 0)
        return rt_fail_mem(err);
    if (fill_part(x, e, body, PART_REQUEST, err) < 0)
        return -1;
    if (exposed_members(x, e, body, err) < 0)
        return -1;
    if (request_parameters(x, e, body, err) < 0)
        return -1;
    return credential_fields(x, e, body, err);
}
