/*
 * retold.c - a call that a text tells in several lines: its URL once more before its answer, with it, or behind it.
 *
 *   --> POST URL            Start processing HTTP request POST URL      {"sid":...} from POST URL
 *   <-- 200 URL             Sending HTTP request POST URL
 *
 * A log that says the same words again tells of another call: a poll, a second try.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "extract/document.h"

#define STAGE_LONGEST (30 * RT_SEC) /* what takes longer is most likely sent anew */

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Times, ids and counters differ from line to line; they have digits. */
uint64_t
retold_words(rt_str text, size_t url)
{
    uint64_t words = 0;
    enum { MOST = 1024 }; /* bytes: a line may hold thousands of URLs */
    size_t begin = url, first = url > MOST ? url - MOST : 0;
    while (begin > first && text.p[begin - 1] != '\n')
        begin--;
    for (size_t i = begin, end; i < url; i = end) {
        bool digits = false;
        for (end = i; end < url && !is_blank(text.p[end]); end++)
            digits |= text.p[end] >= '0' && text.p[end] <= '9';
        if (!digits && end > i)
            words = words * 31 + rt_str_hash((rt_str){text.p + i, end - i});
        while (end < url && is_blank(text.p[end]))
            end++;
    }
    return words;
}

bool
retold_same(const struct route *a, const struct route *b)
{
    return a->kind == b->kind && a->kind != KIND_ANSWER && rt_str_eq(a->app_id, b->app_id) &&
           rt_str_eq(a->rid, b->rid) && rt_str_eq(a->sid, b->sid) &&
           rt_str_eq(a->mode, b->mode);
}

bool
retold_follows(const struct document *d, rt_time before)
{
    return before == RT_TIME_NONE || d->time == RT_TIME_NONE ||
           (d->time >= before && d->time - before <= STAGE_LONGEST);
}

/* The call that waits for its answer. */
static bool
waits(const struct extract *x, const struct document *d, const struct route *r, uint64_t words)
{
    bool answered = d->http != 0 && d->http_line >= d->route_line;
    return d->has_route && words != d->route_words && x->line <= d->route_line + STAGE_LINES &&
           retold_same(&d->route, r) && (answered || retold_follows(d, d->route_time));
}

/* The answer that was read a moment ago, summed up. */
static bool
is_summed_up(const struct extract *x, const struct document *d, const struct route *r,
             uint64_t words, rt_str behind)
{
    struct route held;
    return !d->has_route && d->held.e != NULL && d->held.has_route && words != d->held.words &&
           x->line <= d->held.line + REPEAT_LINES &&
           rt_str_find(behind, RT_LIT("{")) == SIZE_MAX &&
           route_parse(rt_str_of(d->held.url), &held) && retold_same(&held, r) &&
           retold_follows(d, d->held.e->end);
}

/* "got {...} from URL": the answer stood first, and nothing else on the line could be one. */
static bool
stands_behind(const struct extract *x, const struct document *d, const struct route *r,
              rt_str behind)
{
    const struct event *e = d->held.e;
    return !d->has_route && e != NULL && !d->held.has_route && d->held.line == x->line &&
           r->kind != KIND_ANSWER && (e->kind == KIND_ANSWER || e->kind == r->kind) &&
           (e->rid.n == 0 || r->rid.n == 0 || rt_str_eq(e->rid, r->rid)) &&
           (e->sid.n == 0 || r->sid.n == 0 || rt_str_eq(e->sid, r->sid)) &&
           (r->sid.n > 0 || e->sid.n == 0 || r->kind == KIND_START) &&
           rt_str_find(behind, RT_LIT("{")) == SIZE_MAX;
}

int
retold_url(struct extract *x, struct document *d, rt_str text, rt_str url, rt_str method,
           struct rt_err *err)
{
    struct route r;
    char copy[sizeof(d->url)];
    if (url.n >= sizeof(copy))
        return 0;
    snprintf(copy, sizeof(copy), "%.*s", RT_FMT(url));
    if (!route_parse(rt_str_of(copy), &r) || (r.app_id.n == 0 && r.rid.n == 0))
        return 0;
    size_t begin = (size_t)(url.p - text.p);
    rt_str behind = rt_str_from(text, begin + url.n);
    uint64_t words = retold_words(text, begin);
    bool summed_up = is_summed_up(x, d, &r, words, behind),
         same_line = summed_up && d->held.line == x->line;
    if (!same_line && (waits(x, d, &r, words) || waiting_recall(x, d, &r, words))) {
        if (r.host.n > 0 && d->route.host.n == 0) {
            memcpy(d->url, copy, sizeof(copy));
            route_parse(rt_str_of(d->url), &d->route);
        }
        if (d->method[0] == '\0' && method.n < sizeof(d->method))
            snprintf(d->method, sizeof(d->method), "%.*s", RT_FMT(method));
        d->part = true;
        return 1;
    }
    if (!summed_up && !stands_behind(x, d, &r, behind))
        return 0;
    d->summed_line = x->line;
    d->part = true;
    if (!summed_up) {
        memcpy(d->held.url, copy, sizeof(copy));
        d->held.words = words;
        if (answer_of_route(x, d, method, err) < 0)
            return -1;
    }
    if (d->http_line == x->line && d->http != 0) {
        answer_status(d, d->http);
        d->http = 0;
    }
    return 1;
}
