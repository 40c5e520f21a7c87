/*
 * call_build.c - a request and its answer, as a format found them in a record, to an event.
 */
#include "config.h"

#include <string.h>

#include "base/alloc.h"
#include "extract/work.h"

/* Why there is no answer. */
static rt_str
error_of(struct extract *x, const struct scan_value *v)
{
    rt_str is = word_of_error(&x->rules->words, work_text(x, v, 3));
    return is.n > 0 ? is : RT_LIT("other");
}

static void
take_route(struct event *e, const struct route *r)
{
    e->kind = r->kind;
    e->host = r->host;
    e->app_id = r->app_id;
    e->mode = r->mode;
    e->rid = r->rid;
    e->sid = r->sid;
    if (!r->placeholder && !r->masked)
        return;
    e->rid = route_is_no_id(r->rid) ? RT_NONE : r->rid;
    e->sid = route_is_no_id(r->sid) ? RT_NONE : r->sid;
    e->app_id = route_is_no_id(r->app_id) ? RT_NONE : r->app_id;
}

/* Request lines of ours are remembered, so that an answer line without a body of ours is one too. */
static bool
remember_request(struct extract *x, rt_str join)
{
    x->requests.n = work_forget_older(x->requests.v, x->requests.n, sizeof(*x->requests.v),
                                      x->limits->pending_calls);
    uint64_t *slot = RT_VEC_PUSH(&x->requests);
    if (slot != NULL)
        *slot = rt_str_hash(join);
    return slot != NULL;
}

bool
call_asked(const struct extract *x, rt_str join)
{
    uint64_t hash = rt_str_hash(join);
    for (size_t i = x->requests.n; i > 0; i--)
        if (x->requests.v[i - 1] == hash)
            return true;
    return false;
}

/* Both halves in one record, or one of them with what ties it to the other. A record of the answer may repeat the URL. */
static int
take_halves(struct extract *x, const struct scan_value *parts, struct event *e, rt_str response,
            struct rt_err *err)
{
    rt_str join = scan_present(&parts[FORMAT_JOIN])
                      ? work_keep(x, work_text(x, &parts[FORMAT_JOIN], 3))
                      : RT_NONE;
    bool asks = scan_present(&parts[FORMAT_URL]) || scan_present(&parts[FORMAT_REQUEST]);
    bool answers = scan_present(&parts[FORMAT_HTTP]) || response.n > 0 || e->error.n > 0;
    if (join.n == 0)
        return unnamed_halves(x, parts, e, asks, answers, err);
    e->join = join;
    e->half = asks != answers || (asks && call_asked(x, join));
    e->is_answer = answers;
    if (e->half && !answers && !remember_request(x, join))
        return rt_fail_mem(err);
    return 0;
}

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "request failed with status 404: {…}": the answer inside the text of an error. */
static rt_str
answer_in_text(struct extract *x, rt_str text, int64_t *http)
{
    size_t open = rt_str_find(text, RT_LIT("{"));
    rt_str object = open == SIZE_MAX ? RT_NONE : rt_str_from(text, open);
    if (object.n == 0 || !body_is_vendor(x, object))
        return RT_NONE;
    for (size_t i = open; *http == 0 && i >= 3; i--) {
        rt_str digits = {text.p + i - 3, 3};
        bool alone = (i < 4 || !is_digit(text.p[i - 4])) && !is_digit(text.p[i]);
        if (alone && rt_str_int(digits, http) && (*http < 100 || *http > 599))
            *http = 0;
    }
    return work_keep(x, object);
}

/* What the request carried where one object belongs: nothing, or a string that holds one. Loggers do that, too; so
 * it counts only where the call was refused for it. NULL: neither. */
static const char *
wrapped_body(struct extract *x, const struct scan_value *v, const struct event *e)
{
    const char *method = route_method(e->kind);
    if (v->type != SCAN_STRING || method == NULL || strcmp(method, "POST") != 0)
        return NULL;
    rt_str text = rt_str_trim(work_text(x, v, 1));
    if (text.n == 0)
        return "empty";
    return text.n > 2 && text.p[0] == '"' && text.p[text.n - 1] == '"' ? "in-string" : NULL;
}

int
call_build(struct extract *x, const struct scan_value *parts, struct route_slot *slot,
           uint8_t kind, rt_str response, struct rt_err *err)
{
    struct event e;
    struct body_look look;
    int64_t http = 0;
    if (slot != NULL)
        x->masked += slot->route.placeholder || slot->route.masked;
    if (slot != NULL && poll_repeats(x, parts, slot, response))
        return poll_again(x, parts, slot, err);
    event_init(&e);
    if (slot != NULL)
        take_route(&e, &slot->route);
    else
        e.kind = kind;
    if (scan_present(&parts[FORMAT_METHOD]))
        e.method = parts[FORMAT_METHOD].text;
    scan_http(&parts[FORMAT_HTTP], &http);
    if (response.n == 0 && parts[FORMAT_ERROR].type == SCAN_STRING)
        response = answer_in_text(x, work_text(x, &parts[FORMAT_ERROR], 3), &http);
    if (http >= 100 && http <= 999)
        e.http = (int32_t)http;
    call_time(x, &parts[FORMAT_TIME], &e);
    if (x->options.glance && slot != NULL)
        return LINE_EVENT;
    call_duration(x, parts, &e);
    if (scan_present(&parts[FORMAT_ERROR]) && e.http == 0 && response.n == 0)
        e.error = error_of(x, &parts[FORMAT_ERROR]);
    if (body_answer(x, &e, response, slot, &look, err) < 0)
        return -1;
    if (take_halves(x, parts, &e, response, err) < 0)
        return -1;
    derive_outcome(x, &e, look.vendor && !e.half);
    if (e.half && !e.is_answer)
        e.outcome = OUTCOME_UNKNOWN;
    if (e.plain && e.outcome == OUTCOME_OK && !e.half && e.join.n == 0 &&
        (slot == NULL ||
         (slot->route.defect == NULL && !route_method_wrong(e.kind, e.method)))) {
        if (slot != NULL)
            poll_note(x, slot, &e, response);
        return work_emit(x, &e, err) < 0 ? -1 : LINE_EVENT;
    }
    e.plain = false;
    const char *wrapped = wrapped_body(x, &parts[FORMAT_REQUEST], &e);
    if (wrapped != NULL && work_add_text(x, &e, FIELD_BODY_DEFECT, rt_str_of(wrapped)) < 0)
        return rt_fail_mem(err);
    if (scan_present(&parts[FORMAT_REQUEST]) &&
        body_request(x, &e, work_body(x, &parts[FORMAT_REQUEST], 1), err) < 0)
        return -1;
    if (scan_present(&parts[FORMAT_REQUEST_HEADERS]) &&
        (exposed_headers(x, &e, parts[FORMAT_REQUEST_HEADERS].text, err) < 0 ||
         header_fields(x, &e, parts[FORMAT_REQUEST_HEADERS].text, err) < 0))
        return -1;
    if (e.join.n > 0 && !e.half)
        e.join = RT_NONE;
    if (derive_fields(x, &e, slot != NULL ? &slot->route : NULL, err) < 0)
        return -1;
    if (e.kind == KIND_START && foreign_services(x, &e, err) < 0)
        return -1;
    return work_emit(x, &e, err) < 0 ? -1 : LINE_EVENT;
}
