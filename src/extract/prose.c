/*
 * prose.c - prose: the vendor's shapes wherever they stand.
 *
 * Lines are gathered while an object is open, then the piece is searched from left to right for URLs
 * of the API, objects, HTTP statuses and labelled codes. What names the call is the nearest word
 * before the answer. The search moves forward only: linear in the input.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "extract/lenient.h"
#include "extract/work.h"

enum { LOOK_AHEAD = 80, GATHER_LINES = 1 << 20, CONTEXT_LINES = 12, PAIRS_LEAST = 3 };

struct document {
    struct rt_buf text; /* of the piece that is open */
    uint64_t first_line, lines;
    int depth;
    /* What was said before and may belong to the next answer. */
    uint8_t kind;
    uint64_t kind_line;
    struct route route;   /* text in `url` */
    bool has_route;
    char url[1024], method[8];
    int32_t http;
    uint64_t http_line;
    rt_time time, route_time;
    bool zoned, coarse, dated; /* dated: by a header, which is that of one answer */
    struct { /* ids that a label gives, of the piece that `line` began; empty: none */
        char rid[600], sid[72], cname[72], uid[24];
        uint64_t line;
        bool any; /* a label was there, be its value none at all */
    } ids;
    uint64_t done_line; /* where a word said that the call of this line went well */
    struct { /* an answer whose status may stand in a line to come */
        struct rt_arena arena;
        struct event *e; /* NULL: none */
        char url[1024];
        bool has_route;
        uint64_t line;
        uint32_t order;
    } held;
    struct rt_buf json;   /* an object rewritten */
    size_t lenient_from;  /* in the piece: objects before it were tried */
    /* What was told last, so that a log that repeats itself counts once. */
    struct {
        uint64_t line, hash; /* of the body; 0: it had none */
        uint8_t kind;
        int32_t code;
    } last;
};

bool
text_could_matter(rt_str s)
{
    static const char *const signs[] = {"cloud_recording", "resourceId", "serverResponse", "noticeId", "msgName",
                                        "code", "reason", "errorCode", "status", "message", "appid"};
    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
        if (rt_str_find(s, rt_str_of(signs[i])) != SIZE_MAX)
            return true;
    return false;
}

static struct document *
new_document(struct extract *x)
{
    struct document *d = rt_calloc(1, sizeof(*d));
    if (d == NULL)
        return NULL;
    rt_buf_init(&d->text, (size_t)x->limits->document_bytes);
    rt_buf_init(&d->json, (size_t)x->limits->line_bytes * 2);
    rt_arena_init(&d->held.arena, 2048, 0);
    d->kind = KIND_NONE;
    d->time = RT_TIME_NONE;
    return d;
}

/* That of the thread whose line is read: the lines of several may be mixed. What comes after the last
 * place shares the first. */
static struct document *
document_of(struct extract *x)
{
    size_t n = 0;
    while (n < THREADS_MOST && x->documents[n] != NULL && x->threads[n] != x->thread)
        n++;
    n = n == THREADS_MOST ? 0 : n;
    if (x->documents[n] == NULL) {
        x->documents[n] = new_document(x);
        x->threads[n] = x->thread;
    }
    return x->documents[n];
}

void
text_free(struct extract *x)
{
    for (size_t i = 0; i < THREADS_MOST && x->documents[i] != NULL; i++) {
        rt_buf_fini(&x->documents[i]->text);
        rt_buf_fini(&x->documents[i]->json);
        rt_arena_fini(&x->documents[i]->held.arena);
        rt_free(x->documents[i]);
        x->documents[i] = NULL;
    }
}

/* ---- pieces of prose ---- */

static bool
word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static uint8_t
kind_of_word(rt_str word)
{
    static const struct {
        const char *word;
        uint8_t kind;
    } others[] = {{"aquire", KIND_ACQUIRE}, {"querying", KIND_QUERY}, {"stopping", KIND_STOP}, {"starting", KIND_START}};
    for (uint8_t k = KIND_ACQUIRE; k < KIND_ANSWER; k++)
        if (rt_str_eq_nocase(word, rt_str_of(event_kinds[k].name)))
            return k;
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (rt_str_eq_nocase(word, rt_str_of(others[i].word)))
            return others[i].kind;
    return KIND_NONE;
}

/* Three digits that a label makes an HTTP status: "HTTP/1.1 404", "status code 500", "// 401". */
static bool
labelled_status(rt_str before)
{
    static const char *const labels[] = {"http/1.1", "http/2", "http/1.0", "status code is", "status code", "statuscode", "status", "http",
                                         "with status", "//", "\"code\"", "return", "returns", "returned", "http code", "completed"};
    rt_str b = rt_str_trim(before);
    while (b.n > 0 && (b.p[b.n - 1] == ':' || b.p[b.n - 1] == '=' || b.p[b.n - 1] == ' ' || b.p[b.n - 1] == '['))
        b.n--;
    for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
        rt_str label = rt_str_of(labels[i]);
        if (b.n >= label.n && rt_str_eq_nocase((rt_str){b.p + b.n - label.n, label.n}, label))
            return true;
    }
    return false;
}

/* "Code" beside "Body", with a capital, is the status; "code" is the service's. */
static bool
capital_code(rt_str before)
{
    rt_str b = rt_str_trim(before);
    while (b.n > 0 && (b.p[b.n - 1] == ':' || b.p[b.n - 1] == ' '))
        b.n--;
    return rt_str_ends(b, RT_LIT("\"Code\"")) || rt_str_ends(b, RT_LIT("Code"));
}

static bool
labelled_code(rt_str text, size_t begin, size_t end)
{
    static const char *const after[] = {"error", " error", " code", "code", "错误", " 错误", " err", "报错", " 报错"};
    rt_str b = {text.p, begin};
    b = rt_str_trim(b);
    while (b.n > 0 && (b.p[b.n - 1] == ':' || b.p[b.n - 1] == '=' || b.p[b.n - 1] == ' ' || b.p[b.n - 1] == '\'' ||
                       b.p[b.n - 1] == '"'))
        b.n--;
    if (rt_str_ends(b, RT_LIT("\xef\xbc\x9a"))) /* a full-width colon */
        b.n -= 3;
    static const char *const labels[] = {"code", "错误码", "错误代码", "errorcode", "error", "返回码", "状态码", "返回", "报错", "报"};
    for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
        rt_str label = rt_str_of(labels[i]);
        if (b.n >= label.n && rt_str_eq_nocase((rt_str){b.p + b.n - label.n, label.n}, label))
            return true;
    }
    rt_str rest = rt_str_from(text, end);
    for (size_t i = 0; i < sizeof(after) / sizeof(after[0]); i++)
        if (rest.n >= strlen(after[i]) && rt_str_eq_nocase((rt_str){rest.p, strlen(after[i])}, rt_str_of(after[i])))
            return true;
    return false;
}

/* The object that begins at `at`: its end, with surplus or missing braces forgiven. 0: none. */
static size_t
object_end(rt_str text, size_t at, bool *cut)
{
    int depth = 0;
    bool in_string = false;
    *cut = false;
    for (size_t i = at; i < text.n; i++) {
        char c = text.p[i];
        if (in_string) {
            if (c == '\\')
                i++;
            else if (c == '"')
                in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            depth++;
        } else if ((c == '}' || c == ']') && --depth == 0) {
            return i + 1;
        }
    }
    *cut = true;
    return text.n;
}

/* ---- ids behind labels: "resourceId=...", "sid：..." ---- */

static bool
id_byte(char c)
{
    return word_byte(c) || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/* The value behind a label that ends at `at`: blanks, one sign, a quote may stand between. */
static rt_str
value_behind(rt_str text, size_t at)
{
    bool sign = false;
    size_t i = at;
    for (; i < text.n; i++) {
        if (rt_str_starts(rt_str_from(text, i), RT_LIT("\xef\xbc\x9a"))) { /* a full-width colon */
            sign = true;
            i += 2;
        } else if (text.p[i] == ':' || text.p[i] == '=') {
            sign = true;
        } else if (text.p[i] != ' ' && text.p[i] != '"' && text.p[i] != '\'') {
            break;
        }
    }
    size_t end = i;
    while (sign && end < text.n && id_byte(text.p[end]))
        end++;
    return (rt_str){text.p + i, end - i};
}

static void
keep_id(char *out, size_t room, rt_str value)
{
    static const char *const nothing[] = {"None", "null", "undefined", "nil", "NULL"};
    for (size_t i = 0; i < sizeof(nothing) / sizeof(nothing[0]); i++)
        if (rt_str_is(value, nothing[i]))
            return;
    if (value.n > 0 && value.n < room)
        snprintf(out, room, "%.*s", RT_FMT(value));
}

/* Is the word, which ends at `end`, the label of an id? */
static bool
found_label(struct extract *x, struct document *d, rt_str text, rt_str word, size_t end)
{
    const struct {
        const char *label;
        char *out;
        size_t room, least;
    } rows[] = {{"resourceId", d->ids.rid, sizeof(d->ids.rid), 16},
                {"resource_id", d->ids.rid, sizeof(d->ids.rid), 16},
                {"sid", d->ids.sid, sizeof(d->ids.sid), 16},
                {"cname", d->ids.cname, sizeof(d->ids.cname), 1},
                {"uid", d->ids.uid, sizeof(d->ids.uid), 1}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (!rt_str_eq_nocase(word, rt_str_of(rows[i].label)))
            continue;
        rt_str value = value_behind(text, end);
        if (value.n == 0)
            return false;
        d->ids.any = true;
        d->ids.line = x->line;
        if (value.n >= rows[i].least)
            keep_id(rows[i].out, rows[i].room, value);
        return true;
    }
    return false;
}

static void
forget_ids(struct document *d)
{
    d->ids.rid[0] = d->ids.sid[0] = d->ids.cname[0] = d->ids.uid[0] = '\0';
    d->ids.any = false;
}

static rt_str
or_else(rt_str known, const char *other)
{
    return known.n > 0 || other[0] == '\0' ? known : rt_str_of(other);
}

static void
take_ids(const struct document *d, struct event *e)
{
    e->rid = or_else(e->rid, d->ids.rid);
    e->sid = or_else(e->sid, d->ids.sid);
    e->cname = or_else(e->cname, d->ids.cname);
    e->uid = or_else(e->uid, d->ids.uid);
}

/* ---- events from what was found ---- */

static void
forget_old(struct document *d, uint64_t line)
{
    if (line > d->kind_line + CONTEXT_LINES)
        d->kind = KIND_NONE;
    if (line > d->http_line + CONTEXT_LINES)
        d->http = 0;
    if (line > d->ids.line + CONTEXT_LINES)
        forget_ids(d);
}

static void
begin_event(struct extract *x, struct document *d, struct event *e)
{
    event_init(e);
    forget_old(d, x->line);
    if (d->has_route) {
        e->kind = d->route.kind;
        e->host = d->route.host;
        e->app_id = route_is_no_id(d->route.app_id) ? RT_NONE : d->route.app_id;
        e->mode = route_is_placeholder(d->route.mode) ? RT_NONE : d->route.mode;
        e->rid = route_is_no_id(d->route.rid) ? RT_NONE : d->route.rid;
        e->sid = route_is_no_id(d->route.sid) ? RT_NONE : d->route.sid;
        e->method = rt_str_of(d->method);
    } else if (d->kind != KIND_NONE) {
        e->kind = d->kind;
    }
    e->http = d->http;
    /* A call that is told over several lines began with the first. */
    e->begin = e->end = d->has_route && d->route_time != RT_TIME_NONE ? d->route_time : d->time;
    e->zoned = d->zoned;
    e->coarse = d->coarse;
}

/* Nothing more can belong to the answer that is held. */
static int
flush_held(struct extract *x, struct document *d, struct rt_err *err)
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
    int rc = derive_fields(x, e, routed ? &route : NULL, err) < 0 ? -1 : emit(x, e, err);
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
    forget_ids(d);
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
    take_ids(d, e);
    e->plain = false;
    d->held.e = event_copy(&d->held.arena, e, NULL);
    if (d->held.e == NULL)
        return rt_fail_mem(err);
    d->held.has_route = d->has_route;
    if (d->has_route)
        memcpy(d->held.url, d->url, sizeof(d->url));
    d->held.line = x->line;
    d->held.order = x->order++;
    return forget_call(d);
}

static int
end_event(struct extract *x, struct document *d, struct event *e, bool answered, struct rt_err *err)
{
    e->plain = false;
    if (flush_held(x, d, err) < 0)
        return -1;
    remember_last(x, d, e, 0);
    if (e->outcome == OUTCOME_UNKNOWN)
        derive_outcome(x, e, answered);
    take_ids(d, e);
    if (derive_fields(x, e, d->has_route ? &d->route : NULL, err) < 0 || emit(x, e, err) < 0)
        return -1;
    return forget_call(d);
}

/* A URL whose answer did not follow is a call of its own. */
static int
flush_route(struct extract *x, struct document *d, struct rt_err *err)
{
    struct event e;
    if (!d->has_route)
        return 0;
    begin_event(x, d, &e);
    return end_event(x, d, &e, false, err);
}

enum { REPEAT_LINES = 3 };

/* A logger that sums up in words what it has just told. */
static bool
told_lately(const struct extract *x, const struct document *d)
{
    return x->wrap_count > 0 && !d->has_route && d->last.line != 0 && d->last.hash != 0 &&
           (d->kind == KIND_NONE || d->kind == d->last.kind) && x->line <= d->last.line + REPEAT_LINES;
}

static void
status_of_held(struct document *d, int32_t http)
{
    if (d->held.e != NULL && d->held.e->http == 0)
        d->held.e->http = http;
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
        status_of_held(d, d->http);
        d->http = 0;
        return 1;
    }
    if (flush_held(x, d, err) < 0)
        return -1;
    begin_event(x, d, &e);
    if (body_answer(x, &e, object, NULL, &look, err) < 0)
        return -1;
    remember_last(x, d, &e, hash);
    return hold_event(x, d, &e, err);
}

static int
found_object(struct extract *x, struct document *d, rt_str object, struct rt_err *err)
{
    if (callback_likely(object)) {
        uint32_t before = x->order;
        x->reception = (struct reception){.at = d->time, .zoned = d->zoned, .took = RT_DUR_NONE};
        int fate = callback_search(x, object, err);
        x->reception.at = RT_TIME_NONE;
        if (fate != LINE_UNMATCHED)
            return fate < 0 ? -1 : (int)(x->order - before);
    }
    int exchange = exchange_search(x, object, err);
    if (exchange != 0) {
        d->has_route = d->has_route && exchange < 0;
        return exchange;
    }
    if (body_is_vendor(x, object))
        return answer_event(x, d, object, err);
    /* A request body before its answer, or a wrapper around one. */
    rt_str key;
    struct scan_value v;
    size_t at = 0;
    int found = 0;
    while (scan_member(object, &at, (unsigned)x->limits->json_depth, &key, &v) == 1) {
        rt_str body = v.type == SCAN_OBJECT ? v.text : v.type == SCAN_STRING ? value_text(x, &v, 3) : RT_NONE;
        if (body.n == 0 || body.p[0] != '{' || !body_is_vendor(x, body))
            continue;
        int64_t http = 0;
        struct scan_value status = scan_get(object, "status");
        if (status.type == SCAN_NONE)
            status = scan_get(object, "Code");
        if (value_int(&status, &http) && http >= 100 && http <= 599)
            d->http = (int32_t)http;
        int one = answer_event(x, d, body, err);
        if (one < 0)
            return -1;
        found += one;
    }
    return found;
}

static int
found_url(struct extract *x, struct document *d, rt_str text, size_t at, size_t *end, struct rt_err *err)
{
    rt_str url = route_around(text, at);
    int found = flush_held(x, d, err) < 0 ? -1 : flush_route(x, d, err);
    *end = (size_t)(url.p - text.p) + url.n;
    if (found < 0 || url.n >= sizeof(d->url))
        return found;
    snprintf(d->url, sizeof(d->url), "%.*s", RT_FMT(url));
    /* The word before the URL may be the method. */
    size_t begin = (size_t)(url.p - text.p), m = begin;
    while (m > 0 && (text.p[m - 1] == ' ' || text.p[m - 1] == '"'))
        m--;
    size_t stop = m;
    while (m > 0 && text.p[m - 1] >= 'A' && text.p[m - 1] <= 'Z')
        m--;
    d->method[0] = '\0';
    if (stop - m >= 3 && stop - m < sizeof(d->method))
        snprintf(d->method, sizeof(d->method), "%.*s", (int)(stop - m), text.p + m);
    if (route_parse(rt_str_of(d->url), &d->route)) {
        /* A bare mention of the path in prose names the call, no more. */
        bool bare = d->route.app_id.n == 0 && d->route.rid.n == 0;
        d->has_route = !bare;
        d->route_time = d->time;
        d->kind = d->route.kind == KIND_ANSWER ? d->kind : d->route.kind;
        d->kind_line = x->line;
    }
    return found;
}

/* "response: 200 {...": the status before its body. */
static bool
stands_before_object(rt_str text, size_t begin, size_t end)
{
    size_t i = end, b = begin;
    while (i < text.n && (text.p[i] == ' ' || text.p[i] == ':' || text.p[i] == ','))
        i++;
    while (b > 0 && text.p[b - 1] == ' ')
        b--;
    return i > end && i < text.n && text.p[i] == '{' &&
           (b == 0 || text.p[b - 1] == ':' || text.p[b - 1] == ',' || text.p[b - 1] == '\n' ||
            text.p[b - 1] == '=' || b < begin);
}

static int
found_number(struct extract *x, struct document *d, rt_str text, size_t begin, size_t end, struct rt_err *err)
{
    int64_t n = 0;
    rt_str digits = {text.p + begin, end - begin};
    rt_str before = {text.p, begin};
    if (!rt_str_int(digits, &n))
        return 0;
    /* A line of its own, behind an answer: what curl writes at its end. */
    if (d->held.e != NULL && n >= 100 && n <= 599 && rt_str_trim(text).n == digits.n) {
        status_of_held(d, (int32_t)n);
        return 1;
    }
    bool status = n >= 100 && n <= 599 &&
                  (labelled_status(before) || capital_code(before) || stands_before_object(text, begin, end)) &&
                  rule_set_http(x->rules, (int32_t)n, KIND_NONE) != NULL;
    if (status) {
        d->http = (int32_t)n;
        d->http_line = x->line;
        return 0;
    }
    const struct code_entry *entry = rule_set_code(x->rules, n, KIND_NONE, 0, RT_NONE);
    if (entry == NULL || !labelled_code(text, begin, end))
        return 0;
    if (x->wrap_count > 0 && d->last.line != 0 && d->last.code == n && x->line <= d->last.line + REPEAT_LINES)
        return 1; /* the logger has told it */
    struct event e;
    begin_event(x, d, &e);
    e.code = (int32_t)n;
    return end_event(x, d, &e, true, err);
}

/* A known string of the vendor standing free in the piece. */
static int
found_string(struct extract *x, struct document *d, rt_str text, struct rt_err *err)
{
    const struct code_entry *known = text.n > 4000 ? NULL : rule_set_string(x->rules, text);
    if (known == NULL)
        return 0;
    if (told_lately(x, d))
        return 1;
    struct event e;
    begin_event(x, d, &e);
    e.reason = known->text;
    return end_event(x, d, &e, true, err);
}

/* JSON begins with a quoted key; what does not is read as languages print it. */
static bool
looks_json(rt_str text, size_t at)
{
    size_t i = at + 1, most = at + LOOK_AHEAD;
    while (i < text.n && i < most && strchr(" \t\r\n{[", text.p[i]) != NULL)
        i++;
    return text.p[at] == '{' && i < text.n && (text.p[i] == '"' || text.p[i] == '}' || text.p[i] == '\\');
}

/* What was cut off, put back: the quote, and the brackets from inside to outside. */
static rt_str
closed(struct extract *x, struct document *d, rt_str object)
{
    char stack[64];
    size_t depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < object.n; i++) {
        char c = object.p[i];
        if (in_string && c == '\\')
            i++;
        else if (c == '"')
            in_string = !in_string;
        else if (!in_string && (c == '{' || c == '[') && depth < sizeof(stack))
            stack[depth++] = c == '{' ? '}' : ']';
        else if (!in_string && (c == '}' || c == ']') && depth > 0)
            depth--;
    }
    object = rt_str_trim(object);
    while (!in_string && object.n > 0 && object.p[object.n - 1] == ',')
        object.n--;
    rt_buf_clear(&d->json);
    rt_buf_add(&d->json, object);
    if (in_string)
        rt_buf_addc(&d->json, '"');
    if (object.n > 0 && object.p[object.n - 1] == ':')
        rt_buf_add(&d->json, RT_LIT("null"));
    while (depth > 0)
        rt_buf_addc(&d->json, stack[--depth]);
    return keep_whole(x, rt_buf_str(&d->json));
}

/* "[123 34 99 ...": the bytes of a body, as Go prints them. */
static int
found_bytes(struct extract *x, struct document *d, rt_str text, size_t at, size_t *end, struct rt_err *err)
{
    size_t i = at + 1;
    rt_buf_clear(&d->json);
    while (i < text.n && text.p[i] != ']') {
        unsigned n = 0;
        size_t begin = i;
        while (i < text.n && text.p[i] >= '0' && text.p[i] <= '9' && i - begin < 4)
            n = n * 10 + (unsigned)(text.p[i++] - '0');
        if (i == begin || n > 255)
            return 0;
        rt_buf_addc(&d->json, (char)n);
        i += i < text.n && text.p[i] == ' ';
    }
    rt_str bytes = rt_buf_str(&d->json);
    if (bytes.n < 8 || bytes.p[0] != '{')
        return 0;
    *end = i;
    rt_str object = keep_whole(x, bytes);
    return text_could_matter(object) ? found_object(x, d, object, err) : 0;
}

static int
found_braces(struct extract *x, struct document *d, rt_str text, size_t at, size_t *end, struct rt_err *err)
{
    bool cut = false;
    if (!looks_json(text, at)) {
        size_t stop = 0;
        if (at < d->lenient_from)
            return 0;
        rt_buf_clear(&d->json);
        size_t after = lenient_object(text, at, &d->json, &stop);
        if (after == 0) {
            d->lenient_from = stop;
            return 0;
        }
        *end = after;
        rt_str json = keep_whole(x, rt_buf_str(&d->json));
        return text_could_matter(json) ? found_object(x, d, json, err) : 0;
    }
    *end = object_end(text, at, &cut);
    rt_str object = {text.p + at, *end - at};
    /* In a log that is one object a line, the damage is the input's. */
    if (cut && x->format == NULL)
        object = closed(x, d, object);
    return text_could_matter(object) ? found_object(x, d, object, err) : 0;
}

/* A call, a label, or that all went well. */
static void
found_word(struct extract *x, struct document *d, rt_str text, rt_str word, size_t end)
{
    static const char *const well[] = {"ok", "success", "succeeded", "successful"};
    uint8_t kind = kind_of_word(word);
    if (kind != KIND_NONE) {
        d->kind = kind;
        d->kind_line = x->line;
        return;
    }
    for (size_t i = 0; i < sizeof(well) / sizeof(well[0]); i++)
        if (d->kind != KIND_NONE && d->kind_line == x->line && rt_str_eq_nocase(word, rt_str_of(well[i])))
            d->done_line = x->line;
    found_label(x, d, text, word, end);
}

/* "acquire ok resourceId=...": a call that is told in words and ids alone. A logger that has just told
 * the answer itself adds nothing. */
static int
found_success(struct extract *x, struct document *d, struct rt_err *err)
{
    struct event e;
    if (d->done_line != x->line || !d->ids.any || d->ids.line != x->line || d->kind == KIND_NONE)
        return 0;
    d->done_line = 0;
    if (told_lately(x, d)) {
        forget_ids(d);
        return 1;
    }
    begin_event(x, d, &e);
    if (d->ids.rid[0] != '\0' || d->ids.sid[0] != '\0')
        e.outcome = OUTCOME_OK;
    return end_event(x, d, &e, false, err);
}

static int
search(struct extract *x, struct document *d, rt_str text, struct rt_err *err)
{
    int found = 0;
    d->lenient_from = 0;
    for (size_t i = 0; i < text.n;) {
        char c = text.p[i];
        int one = 0;
        size_t end = i + 1;
        if (c == '{' || (c == 'm' && rt_str_starts(rt_str_from(text, i), RT_LIT("map[")))) {
            one = found_braces(x, d, text, i, &end, err);
        } else if (c == '[' && rt_str_starts(rt_str_from(text, i), RT_LIT("[123 34 "))) {
            one = found_bytes(x, d, text, i, &end, err);
        } else if (c == '/' && rt_str_starts(rt_str_from(text, i), RT_LIT("/cloud_recording"))) {
            one = found_url(x, d, text, i, &end, err);
            end = end > i ? end : i + 1;
        } else if (c >= '0' && c <= '9') {
            while (end < text.n && text.p[end] >= '0' && text.p[end] <= '9')
                end++;
            bool inside = (i > 0 && (word_byte(text.p[i - 1]) || text.p[i - 1] == '.' || text.p[i - 1] == '-')) ||
                          (end < text.n && (text.p[end] == '.' || text.p[end] == '-' || text.p[end] == '/'));
            one = end - i <= 4 && !inside ? found_number(x, d, text, i, end, err) : 0;
        } else if (word_byte(c)) {
            while (end < text.n && (word_byte(text.p[end]) || text.p[end] == '_'))
                end++;
            found_word(x, d, text, (rt_str){text.p + i, end - i}, end);
        }
        if (one < 0)
            return -1;
        found += one;
        i = end;
    }
    if (found == 0)
        found = found_success(x, d, err);
    if (found == 0)
        found = found_string(x, d, text, err);
    return found;
}

int
text_search(struct extract *x, rt_str text, struct rt_err *err)
{
    struct document *d = document_of(x);
    if (d == NULL)
        return rt_fail_mem(err);
    d->time = x->outer.known ? x->outer.at : RT_TIME_NONE;
    d->zoned = x->outer.zoned;
    d->coarse = x->outer.coarse;
    int found = search(x, d, text, err), last = found < 0 ? -1 : flush_route(x, d, err);
    return last < 0 || flush_held(x, d, err) < 0 ? -1 : found + last;
}

/* ---- lines ---- */

static void
note_stamp(struct extract *x, struct document *d, rt_str line)
{
    struct rt_stamp stamp;
    rt_str s = rt_str_trim(line);
    if (x->outer.known) {
        d->time = x->outer.at;
        d->zoned = x->outer.zoned;
        d->coarse = x->outer.coarse;
        return;
    }
    if (rt_str_starts(s, RT_LIT("< ")))
        s = rt_str_from(s, 2);
    if (rt_str_starts(s, RT_LIT("__REALTIME_TIMESTAMP=")))
        s = rt_str_from(s, strlen("__REALTIME_TIMESTAMP="));
    size_t at = rt_str_starts(s, RT_LIT("Started ")) ? rt_str_find(s, RT_LIT(" at 20")) : SIZE_MAX;
    if (at != SIZE_MAX)
        s = rt_str_from(s, at + strlen(" at "));
    if (rt_str_starts(s, RT_LIT("Date: ")) &&
        rt_time_parse_format(rt_str_from(s, strlen("Date: ")), "%a, %d %b %Y %H:%M:%S GMT", &stamp) > 0) {
        stamp.zoned = true; /* by RFC 9110 */
        note_time(x, &stamp);
        d->time = stamp_time(x, &stamp, &d->zoned);
        d->coarse = true;
        d->dated = true;
        return;
    }
    if (s.n > 0 && s.p[0] == '[')
        s = rt_str_from(s, 1);
    bool epoch = s.n == 16 && rt_str_starts(rt_str_trim(line), RT_LIT("__REALTIME"));
    if (s.n < 16 || s.p[0] < '0' || s.p[0] > '9' || (s.p[4] != '-' && s.p[4] != '/' && !epoch) ||
        rt_time_parse(s, &stamp) == 0)
        return;
    note_time(x, &stamp);
    d->time = stamp_time(x, &stamp, &d->zoned);
    d->coarse = stamp.digits == 0;
}

/* Members of an exchange as key=value, a row of a table, or prose. */
static int
search_piece(struct extract *x, struct document *d, rt_str text, struct rt_err *err)
{
    x->piece = (struct piece_cursor){text.p, text.p + text.n, d->first_line};
    rt_buf_clear(&d->json);
    bool pairs = rt_str_find(text, RT_LIT("cloud_recording")) != SIZE_MAX && lenient_pairs(text, &d->json) >= PAIRS_LEAST;
    int found = pairs ? exchange_search(x, keep_whole(x, rt_buf_str(&d->json)), err) : 0;
    if (found == 0)
        found = table_row(x, text, err);
    if (found == 0)
        found = search(x, d, text, err);
    x->piece.at = NULL;
    return found;
}

/* The piece is complete: search it, and count its lines by what came of it. */
static int
settle(struct extract *x, struct document *d, struct rt_err *err)
{
    if (d->lines == 0)
        return 0;
    if (d->held.e != NULL && d->first_line > d->held.line + REPEAT_LINES && flush_held(x, d, err) < 0)
        return -1;
    uint64_t here = x->line;
    struct rt_arena_mark mark = rt_arena_mark(&x->scratch);
    x->line = d->first_line;
    x->order = 0;
    rt_str text = rt_buf_str(&d->text);
    int found = 0;
    if (rt_str_trim(text).n == 0)
        x->counts[LINE_IGNORED] += d->lines;
    else {
        struct outer_time outer = x->outer;
        x->outer = (struct outer_time){d->time, d->time != RT_TIME_NONE, d->zoned, d->coarse};
        found = search_piece(x, d, text, err);
        x->outer = outer;
        x->counts[found > 0 ? LINE_EVENT : LINE_UNMATCHED] += d->lines;
        if (found == 0 && x->first_unread == 0) {
            x->first_unread = d->first_line;
            snprintf(x->first_unread_text, sizeof(x->first_unread_text), "%.*s", RT_FMT(text));
        }
    }
    rt_arena_reset(&x->scratch, mark);
    x->line = here;
    d->lines = 0;
    d->depth = 0;
    rt_buf_clear(&d->text);
    return found < 0 ? -1 : 0;
}

/* Brackets of the line, outside of its strings. */
static int
balance(rt_str line)
{
    int depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < line.n; i++) {
        char c = line.p[i];
        if (c == '"')
            in_string = !in_string;
        else if (c == '\\')
            i++;
        else if (!in_string)
            depth += (c == '{' || c == '[') - (c == '}' || c == ']');
    }
    return depth;
}

int
text_line(struct extract *x, rt_str line, uint64_t number, struct rt_err *err)
{
    struct document *d = document_of(x);
    if (d == NULL)
        return rt_fail_mem(err);
    x->line = number;
    if (d->depth <= 0 && settle(x, d, err) < 0)
        return -1;
    if (d->lines == 0) {
        d->first_line = number;
        note_stamp(x, d, line);
    }
    if (d->lines > 0)
        rt_buf_addc(&d->text, '\n');
    rt_buf_add(&d->text, line);
    d->lines++;
    d->depth += balance(line);
    if (d->text.failed || d->lines >= GATHER_LINES) {
        d->text.failed = false;
        return settle(x, d, err);
    }
    return 0;
}

static int
end_document(struct extract *x, struct document *d, struct rt_err *err)
{
    if (settle(x, d, err) < 0)
        return -1;
    int last = flush_held(x, d, err) < 0 ? -1 : flush_route(x, d, err);
    /* A status that nothing followed is still an answer. */
    if (last == 0 && d->http >= 400) {
        struct event e;
        begin_event(x, d, &e);
        last = end_event(x, d, &e, true, err);
    }
    return last < 0 ? -1 : 0;
}

int
text_end(struct extract *x, struct rt_err *err)
{
    for (size_t i = 0; i < THREADS_MOST && x->documents[i] != NULL; i++)
        if (end_document(x, x->documents[i], err) < 0)
            return -1;
    return 0;
}
