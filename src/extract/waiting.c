/*
 * waiting.c - calls whose answers have not come yet, where a text tells of several at one time.
 *
 *   --> POST URL of A         the call that was named last is `d` itself,
 *   --> GET URL of B          those before it wait here until an answer
 *   <-- {"sid":A,...}         has their ids, or until the text goes on without them
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "extract/document.h"

enum { WAIT_LINES = 400 };
#define WAIT_LONGEST (2 * RT_MIN)
#define ANSWER_USUAL (10 * RT_SEC)

static void
swap_text(struct rt_buf *a, struct rt_buf *b)
{
    struct rt_buf was = *a;
    *a = *b;
    *b = was;
}

static bool
is_used(const struct waiting_call *w)
{
    return w->line != 0;
}

/* The call that was named last makes room for another. */
static void
put_into(const struct extract *x, struct document *d, struct waiting_call *w)
{
    bool its_status = d->http != 0 && d->http_line >= d->route_line && d->http_line < x->line;
    memcpy(w->url, d->url, sizeof(w->url));
    memcpy(w->method, d->method, sizeof(w->method));
    w->time = d->route_time;
    w->line = d->route_line;
    w->order = d->route_order;
    w->words = d->route_words;
    w->http = its_status ? d->http : 0;
    d->http = its_status ? 0 : d->http;
    rt_buf_clear(&w->request);
    if (d->request.n > 0 && d->request_line >= d->route_line) {
        swap_text(&w->request, &d->request);
        w->rewritten = d->request_rewritten;
        w->mended = d->request_mended;
    }
    d->has_route = false;
    if (d->kind_line != x->line)
        d->kind = KIND_NONE;
}

static void
take_from(const struct extract *x, struct document *d, struct waiting_call *w)
{
    memcpy(d->url, w->url, sizeof(d->url));
    memcpy(d->method, w->method, sizeof(d->method));
    d->has_route = route_parse(rt_str_of(d->url), &d->route);
    d->route_time = w->time;
    d->route_line = w->line;
    d->route_order = w->order;
    d->route_words = w->words;
    if (d->http == 0 || d->http_line != x->line) {
        d->http = w->http;
        d->http_line = w->line;
    }
    d->kind = d->route.kind;
    d->kind_line = x->line;
    swap_text(&d->request, &w->request);
    d->request_line = x->line;
    d->request_rewritten = w->rewritten;
    d->request_mended = w->mended;
    w->line = 0;
}

/* It had no answer. What was said last stays as it is. */
static int
give_up(struct extract *x, struct document *d, struct waiting_call *w, struct rt_err *err)
{
    if (answer_flush(x, d, err) < 0)
        return -1;
    struct labels ids = d->ids;
    struct told last = d->last;
    const uint64_t line = x->line, http_line = d->http_line, kind_line = d->kind_line,
                   done_line = d->done_line;
    const uint64_t request_line = d->request_line;
    const rt_time time = d->time;
    const int32_t http = d->http;
    const uint8_t kind = d->kind;
    const bool dated = d->dated, rewritten = d->request_rewritten, mended = d->request_mended;
    d->http = 0;
    d->time = w->time;
    d->dated = false;
    label_forget(d);
    x->line = w->line;
    take_from(x, d, w);
    int found = answer_flush_route(x, d, err);
    swap_text(&d->request, &w->request);
    x->line = line;
    d->ids = ids;
    d->last = last;
    d->http = http;
    d->http_line = http_line;
    d->kind = kind;
    d->kind_line = kind_line;
    d->done_line = done_line;
    d->time = time;
    d->dated = dated;
    d->request_line = request_line;
    d->request_rewritten = rewritten;
    d->request_mended = mended;
    return found < 0 ? -1 : 0;
}

/* A place for one more; the oldest has to go where there is none. NULL: memory, or the sink stopped. */
static struct waiting_call *
place_for(struct extract *x, struct document *d, struct rt_err *err)
{
    struct waiting_call *place = NULL;
    if (d->waiting == NULL &&
        (d->waiting = rt_calloc(WAITING_MOST + 1, sizeof(*d->waiting))) == NULL) {
        rt_fail_mem(err);
        return NULL;
    }
    for (size_t i = 0; i < WAITING_MOST; i++)
        if (place == NULL || d->waiting[i].line < place->line)
            place = &d->waiting[i];
    if (place->request.max == 0)
        rt_buf_init(&place->request, (size_t)x->limits->line_bytes);
    return place;
}

int
waiting_put(struct extract *x, struct document *d, struct rt_err *err)
{
    struct waiting_call *place = place_for(x, d, err),
                        *spare = d->waiting == NULL ? NULL : &d->waiting[WAITING_MOST];
    if (place == NULL)
        return -1;
    if (!is_used(place)) {
        put_into(x, d, place);
        return 0;
    }
    /* Both in turn: giving up speaks of one call at a time. */
    if (spare->request.max == 0)
        rt_buf_init(&spare->request, (size_t)x->limits->line_bytes);
    put_into(x, d, spare);
    int rc = give_up(x, d, place, err);
    struct waiting_call oldest = *place;
    *place = *spare;
    *spare = oldest;
    spare->line = 0;
    return rc;
}

/* ---- who is asked ---- */

struct ids {
    rt_str rid, sid, cname, uid;
};

static rt_str
text_of(rt_str object, const char *key)
{
    struct scan_value v = scan_get(object, key);
    return v.type == SCAN_STRING || v.type == SCAN_NUMBER ? v.text : RT_NONE;
}

static struct ids
ids_of(rt_str object)
{
    return (struct ids){text_of(object, "resourceId"), text_of(object, "sid"),
                        text_of(object, "cname"), text_of(object, "uid")};
}

static bool
differs(rt_str a, rt_str b)
{
    return a.n > 0 && b.n > 0 && !route_is_no_id(a) && !route_is_no_id(b) && !rt_str_eq(a, b);
}

static bool
agrees(rt_str a, rt_str b)
{
    return a.n > 0 && rt_str_eq(a, b);
}

bool
waiting_differs(const struct event *answer, rt_str request)
{
    struct ids sent = ids_of(request);
    return differs(answer->cname, sent.cname) || differs(answer->uid, sent.uid);
}

/* -1: the answer cannot be of this call; 1: an id says that it is; 0: neither. */
static int
fits(const struct route *r, rt_str request, const struct ids *a)
{
    struct ids sent =
        request.n > 0 ? ids_of(request) : (struct ids){RT_NONE, RT_NONE, RT_NONE, RT_NONE};
    if (differs(r->rid, a->rid) || differs(r->sid, a->sid) ||
        (r->kind == KIND_ACQUIRE && a->sid.n > 0) ||
        (r->kind == KIND_ACQUIRE &&
         (differs(sent.cname, a->cname) || differs(sent.uid, a->uid))))
        return -1;
    bool named =
        agrees(r->sid, a->sid) || (r->sid.n == 0 && agrees(r->rid, a->rid)) ||
        (r->kind == KIND_ACQUIRE && agrees(sent.cname, a->cname) && agrees(sent.uid, a->uid));
    return named;
}

static bool
is_recent(const struct extract *x, const struct document *d, const struct waiting_call *w)
{
    bool late =
        w->time != RT_TIME_NONE && d->time != RT_TIME_NONE && d->time - w->time > WAIT_LONGEST;
    return is_used(w) && !late && x->line <= w->line + WAIT_LINES;
}

/* `w` and the call that was named last change places. */
static void
bring_back(const struct extract *x, struct document *d, struct waiting_call *w)
{
    struct waiting_call *mine = d->has_route ? &d->waiting[WAITING_MOST] : NULL;
    if (mine != NULL && mine->request.max == 0)
        rt_buf_init(&mine->request, (size_t)x->limits->line_bytes);
    if (mine != NULL)
        put_into(x, d, mine);
    take_from(x, d, w);
    if (mine == NULL)
        return;
    struct waiting_call was = *w;
    *w = *mine;
    *mine = was;
    mine->line = 0;
}

/* Of those that are recent, the newest that an id names. */
static struct waiting_call *
find_named(const struct extract *x, struct document *d, const struct ids *a)
{
    struct waiting_call *best = NULL;
    for (size_t i = 0; d->waiting != NULL && i < WAITING_MOST; i++) {
        struct waiting_call *w = &d->waiting[i];
        struct route r;
        if (is_recent(x, d, w) && (best == NULL || w->line > best->line) &&
            route_parse(rt_str_of(w->url), &r) && fits(&r, rt_buf_str(&w->request), a) > 0)
            best = w;
    }
    return best;
}

/* For a code without ids: of the calls that it is met on and that were sent a moment ago, the first is most likely answered
 * first; NULL: it is that of `d`. One sent again waits for the second answer. */
static struct waiting_call *
guess_code(const struct extract *x, struct document *d, int64_t code)
{
    struct waiting_call *first = NULL;
    bool mine = d->has_route && rule_set_code_is_met(x->rules, code, d->route.kind);
    for (size_t i = 0; d->waiting != NULL && i < WAITING_MOST; i++) {
        struct waiting_call *w = &d->waiting[i];
        struct route r;
        bool fresh =
            is_recent(x, d, w) && (w->time == RT_TIME_NONE || d->time == RT_TIME_NONE ||
                                   d->time - w->time <= ANSWER_USUAL);
        if (fresh && route_parse(rt_str_of(w->url), &r) &&
            rule_set_code_is_met(x->rules, code, r.kind) &&
            !(mine && retold_same(&r, &d->route)) && (first == NULL || w->line < first->line))
            first = w;
    }
    return first;
}

/* An answer that does not say for whom: the acquire that was asked first is most likely answered first. Of several
 * for others nothing may rest on that. */
static bool
guess_acquire(const struct extract *x, struct document *d)
{
    struct waiting_call *first = NULL;
    bool mine = d->has_route && d->route.kind == KIND_ACQUIRE, others = false;
    struct ids sent = mine ? ids_of(rt_buf_str(&d->request))
                           : (struct ids){RT_NONE, RT_NONE, RT_NONE, RT_NONE};
    for (size_t i = 0; d->waiting != NULL && i < WAITING_MOST; i++) {
        struct waiting_call *w = &d->waiting[i];
        struct route r;
        if (!is_recent(x, d, w) || !route_parse(rt_str_of(w->url), &r) ||
            r.kind != KIND_ACQUIRE)
            continue;
        struct ids one = ids_of(rt_buf_str(&w->request));
        others |= differs(sent.cname, one.cname) || differs(sent.uid, one.uid);
        sent = sent.cname.n > 0 ? sent : one;
        first = first == NULL || w->line < first->line ? w : first;
    }
    if (first == NULL || (mine && !others))
        return mine;
    bring_back(x, d, first);
    if (others)
        rt_buf_clear(&d->request);
    return true;
}

int
waiting_choose(struct extract *x, struct document *d, rt_str answer, struct rt_err *err)
{
    struct ids a = ids_of(answer);
    struct scan_value v = scan_get(answer, "code");
    int64_t code = 0;
    int mine = d->has_route ? fits(&d->route, rt_buf_str(&d->request), &a) : -1;
    if (mine > 0)
        return 0;
    struct waiting_call *other = find_named(x, d, &a);
    if (other == NULL && a.rid.n == 0 && a.sid.n == 0 && a.cname.n == 0 &&
        scan_int(&v, &code) && code != 0)
        other = guess_code(x, d, code);
    if (other != NULL) {
        bring_back(x, d, other);
        return 0;
    }
    bool of_acquire = a.cname.n == 0 && a.rid.n > 0 && a.sid.n == 0 &&
                      (mine < 0 || d->route.kind == KIND_ACQUIRE);
    if (of_acquire && guess_acquire(x, d))
        return 0;
    return mine < 0 && d->has_route ? waiting_put(x, d, err) : 0;
}

bool
waiting_recall(struct extract *x, struct document *d, const struct route *r, uint64_t words)
{
    struct waiting_call *best = NULL;
    for (size_t i = 0; d->waiting != NULL && i < WAITING_MOST; i++) {
        struct waiting_call *w = &d->waiting[i];
        struct route own;
        if (is_used(w) && x->line <= w->line + STAGE_LINES && w->words != words &&
            retold_follows(d, w->time) && (best == NULL || w->line > best->line) &&
            route_parse(rt_str_of(w->url), &own) && retold_same(&own, r))
            best = w;
    }
    if (best != NULL)
        bring_back(x, d, best);
    return best != NULL;
}

int
waiting_flush(struct extract *x, struct document *d, struct rt_err *err)
{
    int found = 0;
    for (size_t i = 0; d->waiting != NULL && i < WAITING_MOST; i++) {
        if (!is_used(&d->waiting[i]))
            continue;
        if (give_up(x, d, &d->waiting[i], err) < 0)
            return -1;
        found++;
    }
    return found;
}

void
waiting_free(struct document *d)
{
    for (size_t i = 0; d->waiting != NULL && i <= WAITING_MOST; i++)
        rt_buf_fini(&d->waiting[i].request);
    rt_free(d->waiting);
    d->waiting = NULL;
}
