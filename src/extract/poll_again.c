/*
 * poll_again.c - a poll that says what the last one of its URL said: most lines of a log.
 */
#include "config.h"

#include <string.h>

#include "extract/work.h"

static bool
lies_in(rt_str s, const char *p, size_t n)
{
    return s.n == 0 || (p != NULL && s.p >= p && s.p + s.n <= p + n);
}

static bool
belongs_to(rt_str s, const struct route_slot *slot)
{
    return lies_in(s, slot->url, slot->url_n) || lies_in(s, slot->body, slot->body_n);
}

static bool
is_body_of(const struct extract *x, const struct route_slot *slot, rt_str response)
{
    return response.n == slot->body_n &&
           (x->hint.won || memcmp(response.p, slot->body, response.n) == 0);
}

void
poll_note(struct extract *x, struct route_slot *slot, struct event *e, rt_str response)
{
    struct poll_before *p = &slot->poll;
    const rt_str texts[] = {e->rid,  e->sid,  e->app_id, e->cname, e->uid,
                            e->mode, e->host, e->reason, e->error, e->join};
    p->known = false;
    if (e->value_count > 0 || e->method.n > POLL_METHOD ||
        (response.n > 0 && !is_body_of(x, slot, response)))
        return;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (!belongs_to(texts[i], slot))
            return;
    e->twin = route_cache_twin(x->cache);
    p->known = true;
    p->answered = response.n > 0;
    p->like = *e;
    if (e->method.n > 0)
        memcpy(p->method, e->method.p, e->method.n);
    p->like.method.p = p->method;
}

bool
poll_repeats(const struct extract *x, const struct scan_value *parts,
             const struct route_slot *slot, rt_str response)
{
    const struct poll_before *p = &slot->poll;
    int64_t http = 0;
    if (!p->known || p->answered != (response.n > 0) ||
        (p->answered && !is_body_of(x, slot, response)))
        return false;
    if (scan_present(&parts[FORMAT_ERROR]) || scan_present(&parts[FORMAT_JOIN]))
        return false;
    if (!rt_str_eq(scan_present(&parts[FORMAT_METHOD]) ? parts[FORMAT_METHOD].text : RT_NONE,
                   p->like.method))
        return false;
    scan_int(&parts[FORMAT_HTTP], &http);
    return http == p->like.http;
}

int
poll_again(struct extract *x, const struct scan_value *parts, const struct route_slot *slot,
           struct rt_err *err)
{
    struct event e = slot->poll.like;
    e.begin = e.end = RT_TIME_NONE;
    e.zoned = e.coarse = false;
    call_time(x, &parts[FORMAT_TIME], &e);
    call_duration(x, parts, &e);
    return work_emit(x, &e, err) < 0 ? -1 : LINE_EVENT;
}
