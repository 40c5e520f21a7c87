/*
 * answer.c - calls of prose: what was said before an answer belongs to it, and its status may follow.
 */
#include "config.h"

#include <string.h>

#include "extract/document.h"

enum { CONTEXT_LINES = 12 };
#define ANSWER_LATEST (2 * RT_MIN) /* behind its call */

static void
forget_old(struct document *d, uint64_t line)
{
    if (line > d->kind_line + CONTEXT_LINES)
        d->kind = KIND_NONE;
    bool of_route = d->has_route && d->http_line >= d->route_line; /* it waits with its call */
    if (line > d->http_line + CONTEXT_LINES && !of_route)
        d->http = 0;
    if (line > d->ids.line + CONTEXT_LINES)
        label_forget(d);
}

static void
take_route(struct event *e, const struct route *r)
{
    e->kind = r->kind;
    e->host = r->host;
    e->app_id = route_is_no_id(r->app_id) ? RT_NONE : r->app_id;
    e->mode = route_is_placeholder(r->mode) ? RT_NONE : r->mode;
    e->rid = route_is_no_id(r->rid) ? RT_NONE : r->rid;
    e->sid = route_is_no_id(r->sid) ? RT_NONE : r->sid;
}

void
answer_begin(struct extract *x, struct document *d, struct event *e)
{
    event_init(e);
    forget_old(d, x->line);
    if (d->has_route) {
        take_route(e, &d->route);
        e->method = rt_str_of(d->method);
    } else if (d->kind != KIND_NONE) {
        e->kind = d->kind;
    }
    e->http = d->http;
    /* A call that is told over several lines began with the first, and ended with that of its answer. */
    e->begin = e->end = d->has_route && d->route_time != RT_TIME_NONE ? d->route_time : d->time;
    if (d->time != RT_TIME_NONE && d->time > e->end && d->time - e->end < ANSWER_LATEST)
        e->end = d->time;
    e->zoned = d->zoned;
    e->coarse = d->coarse;
}

/* The body that was sent, to the call that it belongs to. 0, or -1: memory, or the sink stopped. */
static int
take_request(struct extract *x, struct document *d, struct event *e, struct rt_err *err)
{
    rt_str body = rt_buf_str(&d->request);
    bool old = x->line > d->request_line + CONTEXT_LINES;
    if (body.n == 0 || e->kind >= KIND_ANSWER || e->kind == KIND_QUERY)
        return 0;
    body = old || waiting_differs(e, body) ? RT_NONE : work_keep_whole(x, body);
    rt_buf_clear(&d->request);
    if (body.n == 0)
        return 0;
    bool rewritten = x->rewritten, mended = x->mended;
    x->rewritten = d->request_rewritten;
    x->mended = d->request_mended;
    int rc = body_request(x, e, body, err);
    x->rewritten = rewritten;
    x->mended = mended;
    return rc;
}

/* The call that knows most of the members of a body: its cname and uid say nothing. */
uint8_t
answer_kind_of_request(const struct extract *x, rt_str body)
{
    struct scan_value client = scan_get(body, "clientRequest"), v;
    uint32_t node = parameter_place(x->rules, 0, RT_LIT("clientRequest"));
    uint8_t best = KIND_NONE;
    size_t most = 0;
    for (uint8_t kind = KIND_ACQUIRE; kind < KIND_ANSWER && node != 0; kind++) {
        size_t at = 0, known = 0;
        rt_str key;
        while (client.type == SCAN_OBJECT &&
               scan_member(client.text, &at, (unsigned)x->limits->json_depth, &key, &v) == 1)
            known += parameter_child(x->rules, &x->rules->nodes.v[node], key, kind) != NULL;
        best = known > most ? kind : best;
        most = known > most ? known : most;
    }
    return best;
}

/* The last body of a text, to the answer before it; or it is all that is known of a call. */
int
answer_last_request(struct extract *x, struct document *d, struct rt_err *err)
{
    struct event e, *held = d->held.e;
    rt_str body = rt_buf_str(&d->request);
    uint8_t kind = body.n == 0 ? KIND_NONE : answer_kind_of_request(x, body);
    if (kind == KIND_NONE || d->has_route || x->line > d->request_line + CONTEXT_LINES)
        return 0;
    if (held == NULL) {
        uint64_t line = x->line;
        answer_begin(x, d, &e);
        e.kind = e.kind == KIND_ANSWER ? kind : e.kind;
        x->line = d->request_line;
        int rc = answer_end(x, d, &e, false, err);
        x->line = line;
        return rc;
    }
    held->kind = held->kind == KIND_ANSWER ? kind : held->kind;
    return held->kind == kind ? take_request(x, d, held, err) : 0;
}

/* Nothing more can belong to the answer that is held. */
int
answer_flush(struct extract *x, struct document *d, struct rt_err *err)
{
    struct event *e = d->held.e;
    struct route route;
    uint64_t line = x->line;
    uint32_t order = x->order;
    if (e == NULL)
        return 0;
    d->held.e = NULL;
    x->line = d->held.line;
    x->order = d->held.order;
    bool routed = d->held.has_route && route_parse(rt_str_of(d->held.url), &route);
    derive_outcome(x, e, true);
    int rc = derive_fields(x, e, routed ? &route : NULL, err) < 0 ? -1 : work_emit(x, e, err);
    x->line = line;
    x->order = line == d->held.line ? x->order : order;
    rt_arena_fini(&d->held.arena);
    rt_arena_init(&d->held.arena, 2048, 0);
    return rc;
}

/* What named the call is used up. */
static int
forget_call(struct document *d)
{
    d->has_route = false;
    d->http = 0;
    d->kind = KIND_NONE;
    d->done_line = 0;
    if (d->dated)
        d->time = RT_TIME_NONE;
    d->dated = false;
    label_forget(d);
    return 1;
}

static void
remember_last(const struct extract *x, struct document *d, const struct event *e, uint64_t hash)
{
    d->last.line = x->line;
    d->last.hash = hash;
    d->last.kind = e->kind;
    d->last.code = e->code;
}

static int
hold_event(struct extract *x, struct document *d, struct event *e, struct rt_err *err)
{
    label_take(d, e);
    e->plain = false;
    d->held.e = event_copy(&d->held.arena, e, NULL);
    if (d->held.e == NULL)
        return rt_fail_mem(err);
    d->held.has_route = d->has_route;
    if (d->has_route)
        memcpy(d->held.url, d->url, sizeof(d->url));
    d->held.words = d->route_words;
    d->held.line = x->line;
    d->held.order = x->order++;
    return forget_call(d);
}

int
answer_end(struct extract *x, struct document *d, struct event *e, bool answered,
           struct rt_err *err)
{
    e->plain = false;
    if (answer_flush(x, d, err) < 0)
        return -1;
    remember_last(x, d, e, 0);
    if (e->outcome == OUTCOME_UNKNOWN)
        derive_outcome(x, e, answered);
    label_take(d, e);
    if (take_request(x, d, e, err) < 0 ||
        derive_fields(x, e, d->has_route ? &d->route : NULL, err) < 0 ||
        work_emit(x, e, err) < 0)
        return -1;
    return forget_call(d);
}

/* A URL whose answer did not follow is a call of its own. */
int
answer_flush_route(struct extract *x, struct document *d, struct rt_err *err)
{
    struct event e;
    uint64_t line = x->line;
    uint32_t order = x->order;
    if (!d->has_route)
        return 0;
    answer_begin(x, d, &e);
    e.end = e.begin;
    x->line = d->route_line;
    x->order = d->route_order;
    int found = answer_end(x, d, &e, false, err);
    x->line = line;
    x->order = order;
    return found;
}

/* A logger that sums up in words what it has just told. */
bool
answer_told_lately(const struct extract *x, const struct document *d)
{
    return x->wrap_count > 0 && !d->has_route && d->last.line != 0 && d->last.hash != 0 &&
           (d->kind == KIND_NONE || d->kind == d->last.kind) &&
           x->line <= d->last.line + REPEAT_LINES;
}

void
answer_status(struct document *d, int32_t http)
{
    if (d->held.e != NULL && d->held.e->http == 0)
        d->held.e->http = http;
}

int
answer_of_route(struct extract *x, struct document *d, rt_str method, struct rt_err *err)
{
    struct event *e = d->held.e;
    struct route r;
    rt_str rid = e->rid, sid = e->sid;
    if (!route_parse(rt_str_of(d->held.url), &r))
        return 0;
    take_route(e, &r);
    e->rid = e->rid.n > 0 ? e->rid : rid;
    e->sid = e->sid.n > 0 ? e->sid : sid;
    e->method = method;
    d->held.has_route = true;
    d->last.kind = e->kind;
    if (take_request(x, d, e, err) < 0)
        return -1;
    /* what was taken lives as long as the piece */
    d->held.e = event_copy(&d->held.arena, e, NULL);
    return d->held.e == NULL ? rt_fail_mem(err) : 0;
}

/* A logger that told the body a moment ago and tells it again, with nothing asked in between. */
static bool
told_before(const struct extract *x, const struct document *d, uint64_t hash)
{
    return x->wrap_count > 0 && !d->has_route && d->last.line != 0 && d->last.hash == hash &&
           x->line <= d->last.line + REPEAT_LINES;
}

static int
answer_event(struct extract *x, struct document *d, rt_str object, struct rt_err *err)
{
    struct event e;
    struct body_look look;
    uint64_t hash = rt_str_hash(object);
    if (told_before(x, d, hash)) {
        answer_status(d, d->http);
        d->http = 0;
        return 1;
    }
    if (answer_flush(x, d, err) < 0 || waiting_choose(x, d, object, err) < 0)
        return -1;
    answer_begin(x, d, &e);
    if (body_answer(x, &e, object, NULL, &look, err) < 0 || take_request(x, d, &e, err) < 0)
        return -1;
    remember_last(x, d, &e, hash);
    return hold_event(x, d, &e, err);
}

/* A known code and nothing else, on a line that names the call; in a text that is hardly more than this answer,
 * with its words if need be. */
static bool
is_bare_code(const struct extract *x, const struct document *d, rt_str object)
{
    struct scan_value code = scan_get(object, "code"), one;
    size_t at = 0, others = 0;
    rt_str key;
    int64_t n = 0;
    while (scan_member(object, &at, (unsigned)x->limits->json_depth, &key, &one) == 1) {
        bool words = rt_str_is(key, "message") || rt_str_is(key, "msg");
        others += !rt_str_is(key, "code") && !(words && x->pasted);
    }
    bool named = d->kind != KIND_NONE && x->line <= d->kind_line + REPEAT_LINES;
    return others == 0 && scan_int(&code, &n) && (named || x->pasted) &&
           rule_set_code(x->rules, n, named ? d->kind : KIND_NONE, 0, RT_NONE) != NULL;
}

/* It belongs to the URL before it, or to what comes. */
static int
keep_request(struct extract *x, struct document *d, rt_str object, struct rt_err *err)
{
    /* It may be what the answer before it is about, if nothing else comes. */
    if ((d->has_route || d->request.n > 0) && answer_flush(x, d, err) < 0)
        return -1;
    rt_buf_clear(&d->request);
    rt_buf_add(&d->request, object);
    d->request.failed = false; /* too long to be one */
    d->request_line = x->line;
    d->request_rewritten = x->rewritten;
    d->request_mended = x->mended;
    d->part = true;
    return 0;
}

/* A line of a log that is about something else. */
static bool
is_foreign(const struct extract *x, const struct document *d, rt_str object)
{
    bool called = d->has_route || told_before(x, d, rt_str_hash(object)) ||
                  (d->kind != KIND_NONE && x->line <= d->kind_line + CONTEXT_LINES);
    bool inside = object.p >= d->piece.p && object.p < d->piece.p + d->piece.n;
    rt_str before = {d->piece.p, inside ? (size_t)(object.p - d->piece.p) : d->piece.n};
    return x->wrap_count > 0 && !called && body_is_foreign(x, object, before);
}

int
answer_object(struct extract *x, struct document *d, rt_str object, struct rt_err *err)
{
    if (callback_likely(x, object)) {
        uint32_t before = x->order;
        x->reception =
            (struct reception){.at = d->time, .zoned = d->zoned, .took = RT_DUR_NONE};
        int fate = callback_search(x, object, err);
        x->reception.at = RT_TIME_NONE;
        if (fate != LINE_UNMATCHED)
            return fate < 0 ? -1 : (int)(x->order - before);
    }
    int exchange = exchange_search(x, object, err);
    if (exchange < 0)
        return -1;
    if (exchange > 0) {
        d->http = 0; /* said of this call, before it was shown */
        d->has_route = false;
        return exchange;
    }
    if (is_foreign(x, d, object)) {
        d->http = d->http_line == x->line ? 0 : d->http;
        return 0;
    }
    if (body_is_vendor(x, object) || is_bare_code(x, d, object))
        return answer_event(x, d, object, err);
    if (body_is_request(x, object))
        return keep_request(x, d, object, err);
    /* A wrapper around an answer. */
    rt_str key;
    struct scan_value v;
    size_t at = 0;
    int found = 0;
    while (scan_member(object, &at, (unsigned)x->limits->json_depth, &key, &v) == 1) {
        rt_str body = v.type == SCAN_OBJECT   ? v.text
                      : v.type == SCAN_STRING ? work_text(x, &v, 3)
                                              : RT_NONE;
        if (body.n == 0 || body.p[0] != '{' ||
            !(body_is_vendor(x, body) || (x->pasted && is_bare_code(x, d, body))))
            continue;
        int64_t http = 0;
        struct scan_value status = scan_get(object, "status");
        if (status.type == SCAN_NONE)
            status = scan_get(object, "Code");
        if (scan_int(&status, &http) && http >= 100 && http <= 599)
            d->http = (int32_t)http;
        int one = answer_event(x, d, body, err);
        if (one < 0)
            return -1;
        found += one;
    }
    return found;
}
