/*
 * poll.c - packs, sorts and folds polls.
 *
 * Folding works on runs of equal (begin, duration). A stamp finer than a second tells two polls
 * apart, so equal ones are one poll read twice. Coarse stamps do not: then the input that tells
 * of most of them is believed, and what the others say are copies (the same file given twice).
 */
#include "config.h"

#include "session/poll.h"

#include <stdlib.h>

enum { INPUT_MAX = (1 << 20) - 1, COPIES_MAX = (1 << 12) - 1, EXTRA_MAX = (1 << 29) - 1 };

static bool
pack_time(const struct event *e, struct poll *out)
{
    out->begin = e->begin;
    out->duration_us = 0;
    if (e->begin == RT_TIME_NONE || e->end == RT_TIME_NONE)
        return e->begin == e->end;
    if (e->end < e->begin || (uint64_t)e->end - (uint64_t)e->begin > UINT32_MAX)
        return false;
    out->duration_us = (uint32_t)(e->end - e->begin);
    return true;
}

static bool
pack_place(const struct event *e, struct poll *out)
{
    uint64_t extra = e->order;
    if (e->answer_line != 0) {
        if (e->order != 0 || e->answer_line < e->line)
            return false;
        extra = e->answer_line - e->line;
    }
    if (e->line > UINT32_MAX || e->input > INPUT_MAX || extra > EXTRA_MAX)
        return false;
    out->line = (uint32_t)e->line;
    out->input = e->input & INPUT_MAX;
    out->extra = (uint32_t)extra & EXTRA_MAX;
    out->joined = e->answer_line != 0;
    return true;
}

bool
poll_pack(const struct event *e, struct poll *out)
{
    *out = (struct poll){.coarse = e->coarse, .zoned = e->zoned};
    return e->value_count == 0 && e->copies == 1 && e->repeated == 1 && pack_time(e, out) &&
           pack_place(e, out);
}

bool
poll_is_like(const struct event *like, const struct event *e)
{
    return like->kind == e->kind && like->source == e->source && like->outcome == e->outcome &&
           like->http == e->http && like->code == e->code && like->status == e->status &&
           rt_str_eq(like->sid, e->sid) && rt_str_eq(like->app_id, e->app_id) &&
           rt_str_eq(like->cname, e->cname) && rt_str_eq(like->uid, e->uid) &&
           rt_str_eq(like->mode, e->mode) && rt_str_eq(like->method, e->method) &&
           rt_str_eq(like->host, e->host) && rt_str_eq(like->reason, e->reason) &&
           rt_str_eq(like->error, e->error) && e->value_count == 0;
}

void
poll_unpack(const struct event *like, const struct poll *p, struct event *out)
{
    *out = *like;
    out->repeated = 1;
    poll_unpack_next(p, out);
}

void
poll_unpack_next(const struct poll *p, struct event *e)
{
    e->begin = e->last = p->begin;
    e->end = poll_end(p);
    e->line = p->line;
    e->answer_line = p->joined ? (uint64_t)p->line + p->extra : 0;
    e->order = p->joined ? 0 : p->extra;
    e->input = p->input;
    e->coarse = p->coarse;
    e->zoned = p->zoned;
    e->copies = 1u + p->copies;
}

static int
compare_place(const struct poll *a, const struct poll *b)
{
    if (a->input != b->input)
        return a->input < b->input ? -1 : 1;
    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    return (a->extra > b->extra) - (a->extra < b->extra);
}

/* Unknown times go last. */
static int
compare_begin(const struct poll *a, const struct poll *b)
{
    if (a->begin == b->begin)
        return 0;
    if (a->begin == RT_TIME_NONE || b->begin == RT_TIME_NONE)
        return a->begin == RT_TIME_NONE ? 1 : -1;
    return a->begin < b->begin ? -1 : 1;
}

static int
by_time(const void *va, const void *vb)
{
    const struct poll *a = va, *b = vb;
    int order = compare_begin(a, b);
    return order != 0 ? order : compare_place(a, b);
}

static int
compare_content(const struct poll *a, const struct poll *b)
{
    int order = compare_begin(a, b);
    if (order != 0)
        return order;
    if (a->duration_us != b->duration_us)
        return a->duration_us < b->duration_us ? -1 : 1;
    return (int)a->coarse - (int)b->coarse;
}

static int
by_content(const void *va, const void *vb)
{
    int order = compare_content(va, vb);
    return order != 0 ? order : compare_place(va, vb);
}

static void
add_copy(struct poll *to, const struct poll *p)
{
    uint32_t sum = (uint32_t)to->copies + p->copies + 1;
    to->copies = (sum > COPIES_MAX ? COPIES_MAX : sum) & COPIES_MAX;
}

/* The first `kept` of `v` stay; the rest are copies of them, dealt out in turn. */
static void
deal_copies(struct poll *v, size_t kept, const struct poll *rest, size_t n)
{
    for (size_t i = 0; i < n; i++)
        add_copy(&v[i % kept], &rest[i]);
}

static size_t
fold_same_line(struct poll *v, size_t n)
{
    size_t w = 0;
    for (size_t i = 1; i < n; i++) {
        if (compare_place(&v[w], &v[i]) == 0)
            add_copy(&v[w], &v[i]);
        else
            v[++w] = v[i];
    }
    return w + 1;
}

/* Where the polls of the input with the most of them stand in v, which is sorted by input. */
static size_t
busiest_input(const struct poll *v, size_t n, size_t *count)
{
    size_t best = 0;
    *count = 0;
    for (size_t from = 0, to; from < n; from = to) {
        for (to = from; to < n && v[to].input == v[from].input; to++)
            continue;
        if (to - from > *count) {
            best = from;
            *count = to - from;
        }
    }
    return best;
}

/* Folds one run of equal content; returns how many stay, at its beginning. */
static size_t
fold_equal(struct poll *v, size_t n)
{
    if (n == 1)
        return 1;
    if (!v->coarse && v->begin != RT_TIME_NONE) {
        deal_copies(v, 1, v + 1, n - 1);
        return 1;
    }
    size_t kept, all = fold_same_line(v, n);
    size_t at = busiest_input(v, all, &kept);
    deal_copies(v + at, kept, v, at);
    deal_copies(v + at, kept, v + at + kept, all - at - kept);
    memmove(v, v + at, kept * sizeof(*v));
    return kept;
}

static uint64_t
fold(struct poll_run *run)
{
    struct poll *v = run->polls.v;
    size_t n = run->polls.n, w = 0;
    for (size_t from = 0, to; from < n; from = to) {
        for (to = from + 1; to < n && compare_content(&v[from], &v[to]) == 0; to++)
            continue;
        size_t kept = fold_equal(v + from, to - from);
        memmove(v + w, v + from, kept * sizeof(*v));
        w += kept;
    }
    run->polls.n = w;
    return n - w;
}

uint64_t
poll_settle(struct poll_run *run)
{
    struct poll *v = run->polls.v;
    size_t n = run->polls.n;
    bool rising = true;
    for (size_t i = 1; rising && i < n; i++)
        rising = compare_begin(&v[i - 1], &v[i]) < 0;
    if (rising)
        return 0;
    qsort(v, n, sizeof(*v), by_content);
    uint64_t duplicates = fold(run);
    qsort(v, run->polls.n, sizeof(*v), by_time);
    return duplicates;
}
