/*
 * beside.c - recordings of one channel: which ran at the same time, and which a longer patience
 * would have made one.
 */
#include "config.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/map.h"
#include "session/draft.h"

static int
by_from(const void *a, const void *b)
{
    const struct session *x = *(struct session *const *)a, *y = *(struct session *const *)b;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return rt_str_cmp(x->id, y->id);
}

/* Values that follow each other need one copy of those before. */
static int
put(struct session *s, struct event *e, const struct event_value *v)
{
    return event_get(e, v->field) != NULL ? 0 : event_add(&s->arena, e, v);
}

static int
put_number(struct session *s, struct event *e, uint16_t field, int64_t number)
{
    return put(s, e, &(struct event_value){.field = field, .num = number});
}

static struct event *
start_of(const struct session *s)
{
    for (size_t i = 0; i < s->event_count; i++)
        if (s->events[i]->kind == KIND_START && s->events[i]->outcome == OUTCOME_OK)
            return s->events[i];
    return NULL;
}

/* ---- at the same time ---- */

static int
tell_beside(struct session *s, const struct session *other)
{
    struct event *e = start_of(s);
    bool ok = true;
    rt_time both = s->to < other->to ? s->to : other->to;
    rt_str how = rt_str_eq(s->uid, other->uid) ? RT_LIT("same-uid") : RT_LIT("other-uid");
    /* the other session may be freed first */
    rt_str sid = rt_arena_str(&s->arena, other->id, &ok);
    if (!ok ||
        put(s, e, &(struct event_value){.field = FIELD_BESIDE, .is_text = 1, .text = how}) <
            0 ||
        put(s, e, &(struct event_value){.field = FIELD_BESIDE_SID, .is_text = 1, .text = sid}) <
            0)
        return -1;
    return put_number(s, e, FIELD_BESIDE_FOR, box_span(s->from, both) / RT_MS);
}

/* The recordings that began so far, less than all: who ends last still runs, if any does. */
struct running {
    const struct session *longest;
    struct rt_map by_uid; /* uid -> the one of these that ends last */
};

static int
run(struct running *r, const struct session *s)
{
    const struct session *same = s->uid.n == 0 ? NULL : rt_map_get(&r->by_uid, s->uid);
    if (s->uid.n == 0)
        return 0;
    if (r->longest == NULL || s->to > r->longest->to)
        r->longest = s;
    /* The map gives back what it got: nobody writes to a session through it. */
    return same != NULL && s->to <= same->to
               ? 0
               : rt_map_put(&r->by_uid, s->uid, (void *)(uintptr_t)s);
}

/* Of those that still run, one with the same uid; else the one that runs longest; NULL. */
static const struct session *
rival_of(const struct running *r, const struct session *s)
{
    if (s->uid.n == 0 || s->to <= s->from)
        return NULL;
    const struct session *same = rt_map_get(&r->by_uid, s->uid);
    const struct session *best = same != NULL && same->to > s->from ? same : r->longest;
    return best != NULL && best->to > s->from ? best : NULL;
}

/* What begins at the same moment is nobody's rival. */
static int
tell_all_beside(struct session *const *v, size_t n)
{
    struct running running = {.longest = NULL};
    int rc = 0;
    rt_map_init(&running.by_uid);
    for (size_t i = 0, begun = 0; rc == 0 && i < n; i++) {
        for (; rc == 0 && v[begun]->from < v[i]->from; begun++)
            rc = run(&running, v[begun]);
        const struct session *rival = rc < 0 ? NULL : rival_of(&running, v[i]);
        rc = rival == NULL ? rc : tell_beside(v[i], rival);
    }
    rt_map_fini(&running.by_uid);
    return rc;
}

/* ---- a pause that was too long ---- */

/* The callback that the recorder left, unless a stop came first. */
static struct event *
left_alone(const struct session *s, const struct closing *how)
{
    for (size_t i = 0; i < s->event_count; i++) {
        uint32_t signs = phase_signs_of(how->signs, s->events[i]);
        if ((signs & 1u << MEANS_STOP) != 0)
            return NULL;
        if ((signs & 1u << MEANS_LEFT) != 0 && s->events[i]->source == SOURCE_HOOK)
            return s->events[i];
    }
    return NULL;
}

/* The first of those behind that did not begin before `t`; RT_TIME_NONE. */
static rt_time
next_from(struct session *const *v, size_t i, size_t n, rt_time t)
{
    size_t low = i + 1, high = n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (v[mid]->from < t)
            low = mid + 1;
        else
            high = mid;
    }
    return low < n ? v[low]->from : RT_TIME_NONE;
}

static int
tell_pause(struct session *const *v, size_t i, size_t n, const struct closing *how)
{
    struct event *left = left_alone(v[i], how);
    rt_dur idle = terms_idle(how->terms, start_of(v[i]));
    if (left == NULL || idle == RT_DUR_NONE || left->begin == RT_TIME_NONE)
        return 0;
    rt_time next = next_from(v, i, n, left->begin);
    if (next == RT_TIME_NONE)
        return 0;
    if (put_number(v[i], left, FIELD_IDLE_LIMIT, idle / RT_MS) < 0)
        return -1;
    return put_number(v[i], left, FIELD_IDLE_NEEDED,
                      box_shift(box_span(left->begin, next), idle) / RT_MS);
}

int
beside_events(struct session *const *sessions, size_t count, const struct closing *how)
{
    struct session **v = rt_calloc(count, sizeof(struct session *));
    size_t n = 0;
    int rc = v == NULL ? -1 : 0;
    for (size_t i = 0; rc == 0 && i < count; i++)
        if (sessions[i]->from != RT_TIME_NONE)
            v[n++] = sessions[i];
    if (n > 1) {
        qsort(v, n, sizeof(*v), by_from);
        rc = tell_all_beside(v, n);
    }
    for (size_t i = 0; rc == 0 && i + 1 < n; i++)
        rc = tell_pause(v, i, n, how);
    rt_free(v);
    return rc;
}
