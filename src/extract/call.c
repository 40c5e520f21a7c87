/*
 * call.c - what the parts are that a format found in a record: a call, an answer, a callback, a mere text.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "extract/work.h"

/* ---- parts ---- */

/* The calls that are named in words, as a mask; `last`: the last of them. "stop", "cloud recording stop", "agora_start" */
static uint64_t
kinds_in_words(rt_str words, uint8_t *last)
{
    uint64_t kinds = 0;
    *last = KIND_NONE;
    for (size_t i = 0; i < words.n;) {
        size_t n = 0;
        while (i + n < words.n && ((words.p[i + n] >= 'a' && words.p[i + n] <= 'z') ||
                                   (words.p[i + n] >= 'A' && words.p[i + n] <= 'Z')))
            n++;
        for (uint8_t k = KIND_ACQUIRE; k < KIND_ANSWER; k++)
            if (rt_str_eq_nocase((rt_str){words.p + i, n}, rt_str_of(event_kinds[k].name))) {
                kinds |= UINT64_C(1) << k;
                *last = k;
            }
        i += n + 1;
    }
    return kinds;
}

static uint8_t
kind_in_words(rt_str words)
{
    uint8_t last = KIND_NONE;
    kinds_in_words(words, &last);
    return last;
}

/* The call that an answer is of: by the field for that, or the only one that its message names. */
static uint8_t
kind_told(const struct scan_value *parts)
{
    const struct scan_value *message = &parts[FORMAT_MESSAGE];
    uint8_t kind =
        scan_present(&parts[FORMAT_OP]) ? kind_in_words(parts[FORMAT_OP].text) : KIND_NONE;
    if (kind != KIND_NONE || !scan_present(message) || message->type != SCAN_STRING)
        return kind;
    uint64_t kinds = kinds_in_words(message->text, &kind);
    return (kinds & (kinds - 1)) == 0 ? kind : KIND_NONE;
}

/* What was sent, without anything that a logger adds. */
static bool
is_pasted_body(const struct extract *x, rt_str whole)
{
    rt_str key;
    struct scan_value v;
    size_t at = 0, known = 0;
    while (scan_member(whole, &at, (unsigned)x->limits->json_depth, &key, &v) == 1) {
        bool mine = rt_str_is(key, "cname") || rt_str_is(key, "uid") ||
                    (rt_str_is(key, "clientRequest") && v.type == SCAN_OBJECT);
        if (!mine)
            return false;
        known++;
    }
    return known == 3;
}

/* An object that is the record itself: a callback, or an answer without any wrapping. */
static int
read_bare(struct extract *x, const struct scan_value *parts, rt_str whole, struct rt_err *err)
{
    bool answer =
        parts[SLOT_RID].type == SCAN_STRING || parts[SLOT_SERVER].type == SCAN_OBJECT ||
        parts[SLOT_GATEWAY].type == SCAN_STRING || parts[SLOT_REASON].type == SCAN_STRING;
    const struct scan_value *message = &parts[FORMAT_MESSAGE];
    bool foreign = message->type == SCAN_STRING && scan_present(&parts[FORMAT_TIME]) &&
                   kind_told(parts) == KIND_NONE && body_is_foreign(x, whole, message->text);
    if (answer && !foreign && body_is_vendor(x, whole)) {
        struct scan_value none[SLOT__COUNT] = {{SCAN_NONE, RT_NONE, false}};
        none[FORMAT_TIME] = parts[FORMAT_TIME];
        none[FORMAT_HTTP] = parts[FORMAT_HTTP];
        uint8_t sent = KIND_NONE, kind = kind_told(parts);
        rt_str body = prose_take_body(x, &sent);
        if (body.n > 0 && (kind == KIND_NONE || kind == sent))
            none[FORMAT_REQUEST] = (struct scan_value){SCAN_OBJECT, body, false};
        kind = kind == KIND_NONE && body.n > 0 ? sent : kind;
        return call_build(x, none, NULL, kind == KIND_NONE ? KIND_ANSWER : kind, whole, err);
    }
    if (is_pasted_body(x, whole) && !prose_keep_body(x, whole))
        return rt_fail_mem(err);
    return LINE_IGNORED;
}

static int
read_message(struct extract *x, const struct scan_value *parts, struct rt_err *err)
{
    if (parts[FORMAT_MESSAGE].type != SCAN_STRING ||
        !prose_could_matter(x, parts[FORMAT_MESSAGE].text))
        return LINE_IGNORED;
    struct event stamp;
    event_init(&stamp);
    call_time(x, &parts[FORMAT_TIME], &stamp);
    struct outer_time outer = x->outer;
    x->outer = (struct outer_time){stamp.begin, stamp.begin != RT_TIME_NONE, stamp.zoned,
                                   stamp.coarse};
    int found =
        prose_search(x, work_keep_whole(x, work_text(x, &parts[FORMAT_MESSAGE], 2)), err);
    x->outer = outer;
    return found < 0 ? -1 : found > 0 ? LINE_EVENT : LINE_IGNORED;
}

/* What the record tells of the reception of a callback that it holds. */
static void
note_reception(struct extract *x, const struct scan_value *parts)
{
    struct event line;
    int64_t http = 0;
    event_init(&line);
    call_time(x, &parts[FORMAT_TIME], &line);
    scan_http(&parts[FORMAT_HTTP], &http);
    bool timed = scan_present(&parts[FORMAT_DURATION]);
    x->reception = (struct reception){
        .at = line.begin,
        .zoned = line.zoned,
        .http = http >= 100 && http <= 599 ? (int32_t)http : 0,
        .took = timed ? call_took(x, &parts[FORMAT_DURATION]) : RT_DUR_NONE,
        .headers = scan_present(&parts[FORMAT_REQUEST_HEADERS])
                       ? parts[FORMAT_REQUEST_HEADERS].text
                       : RT_NONE,
    };
}

/* A callback under any key of the record; LINE_UNMATCHED: none. `likely`: this part of it. */
static int
read_callback(struct extract *x, const struct scan_value *parts, rt_str object,
              struct rt_err *err)
{
    if (object.n == 0 || !callback_likely(x, object))
        return LINE_UNMATCHED;
    note_reception(x, parts);
    int fate = callback_search(x, object, err);
    x->reception.at = RT_TIME_NONE;
    return fate;
}

/* A call to the vendor that is none of recording. */
static int
read_foreign(struct extract *x, const struct scan_value *parts, struct rt_err *err)
{
    struct event e;
    int64_t http = 0;
    event_init(&e);
    call_time(x, &parts[FORMAT_TIME], &e);
    if (scan_http(&parts[FORMAT_HTTP], &http) && http >= 100 && http <= 599)
        e.http = (int32_t)http;
    rt_str body = scan_present(&parts[FORMAT_REQUEST]) ? work_body(x, &parts[FORMAT_REQUEST], 2)
                                                       : RT_NONE;
    rt_str method =
        scan_present(&parts[FORMAT_METHOD]) ? work_text(x, &parts[FORMAT_METHOD], 1) : RT_NONE;
    return foreign_call(x, &e, work_text(x, &parts[FORMAT_URL], 0), method, body, err);
}

/* "POST /v1/... HTTP/1.1", where a format has the whole line of the request. */
static bool
is_request_line(rt_str s)
{
    size_t n = 0;
    while (n < s.n && s.p[n] >= 'A' && s.p[n] <= 'Z')
        n++;
    return n >= 3 && n < s.n && s.p[n] == ' ';
}

static void
split_request_line(struct scan_value *parts)
{
    rt_str s = parts[FORMAT_URL].text;
    size_t blank = rt_str_find(s, RT_LIT(" "));
    rt_str rest = rt_str_from(s, blank + 1);
    size_t end = rt_str_find(rest, RT_LIT(" "));
    parts[FORMAT_METHOD] = (struct scan_value){SCAN_STRING, {s.p, blank}, false};
    parts[FORMAT_URL].text = (rt_str){rest.p, end == SIZE_MAX ? rest.n : end};
}

/* A call by its URL; what is none of ours may still hold a callback. */
static int
read_url(struct extract *x, const struct scan_value *parts, rt_str whole, struct rt_err *err)
{
    struct scan_value own[SLOT__COUNT];
    bool known = x->hint_url != NULL && parts[FORMAT_URL].text.p == x->hint_url &&
                 !parts[FORMAT_URL].escaped;
    struct route_slot *slot =
        known ? x->hint_slot : route_cache_get(x->cache, work_text(x, &parts[FORMAT_URL], 0));
    if (slot == NULL) {
        int fate = read_callback(
            x, parts, whole.n > 0 ? whole : work_body(x, &parts[FORMAT_REQUEST], 2), err);
        if (fate == LINE_UNMATCHED)
            fate = read_foreign(x, parts, err);
        return fate != LINE_UNMATCHED ? fate : read_message(x, parts, err);
    }
    bool sends = slot->route.kind != KIND_QUERY;
    if (!scan_present(&parts[FORMAT_RESPONSE]) ||
        (sends && !scan_present(&parts[FORMAT_REQUEST]))) {
        memcpy(own, parts, sizeof(own));
        unlabelled_bodies(x, own, slot->route.kind, whole);
        parts = own;
    }
    rt_str body = work_body(x, &parts[FORMAT_RESPONSE], 2);
    return call_build(x, parts, slot, KIND_NONE, body, err);
}

/* An answer whose call is told by words or by the id of its request. LINE_UNMATCHED: it is none. */
static int
read_answer(struct extract *x, const struct scan_value *parts, struct rt_err *err)
{
    uint8_t kind =
        scan_present(&parts[FORMAT_OP]) ? kind_in_words(parts[FORMAT_OP].text) : KIND_NONE;
    rt_str response = work_body(x, &parts[FORMAT_RESPONSE], 2);
    bool answered = scan_present(&parts[FORMAT_HTTP]),
         failed = scan_present(&parts[FORMAT_ERROR]);
    bool vendor = response.n > 0 && body_is_vendor(x, rt_str_trim(response));
    bool exchange = kind != KIND_NONE && (answered || response.n > 0);
    bool awaited = scan_present(&parts[FORMAT_JOIN]) &&
                   call_asked(x, work_text(x, &parts[FORMAT_JOIN], 3));
    if (!vendor && !exchange && !(awaited && (answered || failed)))
        return LINE_UNMATCHED;
    kind = kind_told(parts);
    return call_build(x, parts, NULL, kind == KIND_NONE ? KIND_ANSWER : kind, response, err);
}

/* A call somewhere inside the record, under keys of the logger's own. */
static int
read_deep(struct extract *x, rt_str whole, struct rt_err *err)
{
    struct outer_time outer = x->outer;
    x->reading_deep = true;
    int found = exchange_search(x, whole, err);
    x->outer = outer;
    x->reading_deep = false;
    return found < 0 ? -1 : found > 0 ? LINE_EVENT : LINE_IGNORED;
}

/* A record whose message tells of a call, by an object, a URL or a path, is no answer of the gateway, which has a message
 * too. */
static bool
holds_record(const struct scan_value *message)
{
    rt_str s = message->text;
    return message->type == SCAN_STRING && (rt_str_find(s, RT_LIT("{")) != SIZE_MAX ||
                                            rt_str_find(s, RT_LIT("://")) != SIZE_MAX ||
                                            rt_str_find(s, RT_LIT(" /")) != SIZE_MAX);
}

/* The receiver that writes this log says since when it was not there. */
static int
read_outage(struct extract *x, const struct scan_value *parts, struct rt_err *err)
{
    struct rt_stamp since;
    struct event e;
    event_init(&e);
    call_time(x, &parts[FORMAT_TIME], &e);
    if (e.begin == RT_TIME_NONE || !e.zoned ||
        rt_time_parse(parts[FORMAT_DOWN].text, &since) == 0 || !since.zoned ||
        since.at >= e.begin)
        return LINE_IGNORED;
    e.kind = KIND_OUTAGE;
    e.source = SOURCE_HOOK;
    e.outcome = OUTCOME_OK;
    e.begin = since.at;
    return work_emit(x, &e, err) < 0 ? -1 : LINE_IGNORED;
}

/* All that was pasted is an answer, or one with what a client puts around it; a record of a log has a time. */
static int
read_pasted(struct extract *x, const struct scan_value *parts, rt_str whole, struct rt_err *err)
{
    int64_t http = 0;
    if (!x->pasted || whole.n == 0 || x->reading_deep || scan_present(&parts[FORMAT_TIME]))
        return LINE_IGNORED;
    if (!scan_http(&parts[FORMAT_HTTP], &http) || http < 100 || http > 599)
        http = 0;
    int found = prose_object(x, whole, (int32_t)http, err);
    return found < 0 ? -1 : found > 0 ? LINE_EVENT : LINE_IGNORED;
}

int
call_read(struct extract *x, const struct scan_value *parts, rt_str whole, struct rt_err *err)
{
    struct scan_value request[SLOT__COUNT];
    int fate = LINE_UNMATCHED;
    if (parts[FORMAT_DOWN].type == SCAN_STRING)
        return read_outage(x, parts, err);
    if (parts[FORMAT_HOOK].type == SCAN_OBJECT || parts[FORMAT_HOOK].type == SCAN_STRING)
        fate = read_callback(x, parts, work_body(x, &parts[FORMAT_HOOK], 2), err);
    if (fate != LINE_UNMATCHED)
        return fate;
    if (parts[FORMAT_URL].type == SCAN_STRING && is_request_line(parts[FORMAT_URL].text)) {
        memcpy(request, parts, sizeof(request));
        split_request_line(request);
        parts = request;
    }
    if (parts[FORMAT_URL].type == SCAN_STRING && parts[FORMAT_URL].text.n > 0)
        return read_url(x, parts, whole, err);
    fate = read_answer(x, parts, err);
    if (fate == LINE_UNMATCHED)
        fate = read_callback(
            x, parts, whole.n > 0 ? whole : work_body(x, &parts[FORMAT_REQUEST], 2), err);
    if (fate != LINE_UNMATCHED)
        return fate;
    bool record = holds_record(&parts[FORMAT_MESSAGE]);
    fate = record ? read_message(x, parts, err) : LINE_IGNORED;
    if (fate == LINE_IGNORED && whole.n > 0)
        fate = read_bare(x, parts, whole, err);
    if (fate == LINE_IGNORED && !record)
        fate = read_message(x, parts, err);
    if (fate == LINE_IGNORED && whole.n > 0 && !x->reading_deep)
        fate = read_deep(x, whole, err);
    return fate == LINE_IGNORED ? read_pasted(x, parts, whole, err) : fate;
}
