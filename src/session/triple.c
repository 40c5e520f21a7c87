/*
 * triple.c - events that name only (app, cname, uid).
 *
 * An answer goes to the session of that channel and uid that was there at the time, if there is
 * exactly one: attached, never merged. Acquires never do: a failed one is an attempt of its own.
 * Users that were removed from a channel are no sessions either: what does not meet a recorder is left.
 * What is left makes sessions, one for each stretch between successful acquires.
 *
 *   failed failed ACQUIRED ....... failed     two attempts: #1 with two events, #2 with one
 */
#include "config.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "session/draft.h"
#include "session/fold.h"
#include "session/identity.h"

struct rivals {               /* sessions with ids whose names fit */
    RT_VEC(size_t) drafts;    /* indexes */
    RT_VEC(rt_time) acquired; /* when one of them got its resource id, sorted */
};

static bool
fits(const struct session *s, const struct event *e)
{
    if (s->cname.n == 0 || s->uid.n == 0 || !rt_str_eq(s->cname, e->cname) ||
        !rt_str_eq(s->uid, e->uid))
        return false;
    return s->app_id.n == 0 || e->app_id.n == 0 || rt_str_eq(s->app_id, e->app_id);
}

static int
by_time(const void *a, const void *b)
{
    rt_time x = *(const rt_time *)a, y = *(const rt_time *)b;
    return (x > y) - (x < y);
}

static int
note_acquires(struct rivals *r, const struct draft *d)
{
    for (size_t i = 0; i < d->events.n; i++) {
        const struct event *e = d->events.v[i];
        if (e->kind != KIND_ACQUIRE || e->outcome != OUTCOME_OK || e->begin == RT_TIME_NONE)
            continue;
        rt_time *slot = RT_VEC_PUSH(&r->acquired);
        if (slot == NULL)
            return -1;
        *slot = e->begin;
    }
    return 0;
}

static int
by_uid(const void *a, const void *b)
{
    const struct draft_name *x = a, *y = b;
    int order = rt_str_cmp(x->uid, y->uid);
    return order != 0 ? order : (x->draft > y->draft) - (x->draft < y->draft);
}

int
triple_index(struct draft_list *drafts)
{
    for (size_t i = 0; i < drafts->v.n; i++) {
        struct draft_name *slot = RT_VEC_PUSH(&drafts->names);
        if (slot == NULL)
            return -1;
        *slot = (struct draft_name){drafts->v.v[i].s->uid, i};
    }
    if (drafts->names.n > 1)
        qsort(drafts->names.v, drafts->names.n, sizeof(*drafts->names.v), by_uid);
    return 0;
}

/* Place of the first session with that uid, or where it would be. */
static size_t
first_named(const struct draft_list *drafts, rt_str uid)
{
    size_t low = 0, high = drafts->names.n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (rt_str_cmp(drafts->names.v[mid].uid, uid) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static int
find_rivals(const struct draft_list *drafts, const struct event *e, struct rivals *r)
{
    for (size_t i = first_named(drafts, e->uid); i < drafts->names.n; i++) {
        const struct draft_name *name = &drafts->names.v[i];
        const struct draft *d = &drafts->v.v[name->draft];
        if (!rt_str_eq(name->uid, e->uid))
            break;
        if (!fits(d->s, e))
            continue;
        size_t *slot = RT_VEC_PUSH(&r->drafts);
        if (slot == NULL || note_acquires(r, d) < 0)
            return -1;
        *slot = name->draft;
    }
    if (r->acquired.n > 1)
        qsort(r->acquired.v, r->acquired.n, sizeof(*r->acquired.v), by_time);
    return 0;
}

/* A time that is not known fits any. */
static bool
covers(const struct session *s, rt_time t, rt_dur linger)
{
    if (t == RT_TIME_NONE || s->first == RT_TIME_NONE)
        return true;
    return box_shift(t, linger) >= s->first && t <= box_shift(s->last, linger);
}

/* The only session that `e` can belong to, or SIZE_MAX. */
static size_t
only_home(const struct draft_list *drafts, const struct rivals *r, const struct event *e,
          rt_dur linger)
{
    size_t home = SIZE_MAX;
    if (e->kind == KIND_ACQUIRE)
        return SIZE_MAX;
    for (size_t i = 0; i < r->drafts.n; i++) {
        size_t d = r->drafts.v[i];
        if (!covers(drafts->v.v[d].s, e->begin, linger))
            continue;
        if (home != SIZE_MAX)
            return SIZE_MAX;
        home = d;
    }
    return home;
}

static size_t
acquires_before(const struct rivals *r, rt_time t)
{
    size_t low = 0, high = r->acquired.n;
    if (t == RT_TIME_NONE)
        return high;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (r->acquired.v[mid] <= t)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static rt_str
or_dash(rt_str s)
{
    return s.n > 0 ? s : RT_LIT("-");
}

static int
attempt_new(struct draft_list *drafts, const struct event *e, size_t number)
{
    struct draft *d = draft_new(drafts, NULL);
    if (d == NULL)
        return -1;
    char *id = rt_arena_printf(&d->s->arena, "%.*s/%.*s/%.*s#%zu", RT_FMT(or_dash(e->app_id)),
                               RT_FMT(or_dash(e->cname)), RT_FMT(or_dash(e->uid)), number);
    d->s->id = rt_str_of(id);
    return id == NULL ? -1 : 0;
}

static int
settle(const struct closing *how, struct box *b, struct draft_list *drafts,
       const struct rivals *r)
{
    rt_dur linger = (rt_dur)how->limits->session_linger_s * RT_SEC;
    size_t number = 0, stretch = SIZE_MAX;
    for (size_t i = 0; i < b->events.n; i++) {
        const struct event *e = b->events.v[i];
        /* A removal matters to what was there then, and went on or ended after it. */
        size_t home = only_home(drafts, r, e, e->kind == KIND_KICK ? 0 : linger);
        if (home != SIZE_MAX) {
            drafts->v.v[home].s->inferred = true;
            drafts->v.v[home].disordered = true;
        } else if (e->kind == KIND_KICK) {
            continue;
        } else {
            size_t now = acquires_before(r, e->begin);
            if (number == 0 || now != stretch) {
                if (attempt_new(drafts, e, ++number) < 0)
                    return -1;
            }
            stretch = now;
            home = drafts->v.n - 1;
        }
        if (draft_add(&drafts->v.v[home], e) < 0)
            return -1;
    }
    return 0;
}

/* The attempts of `b`, which were added behind `from`. */
static int
name_attempts(struct draft_list *drafts, size_t from, uint64_t dropped)
{
    for (size_t i = from; i < drafts->v.n; i++) {
        struct draft *d = &drafts->v.v[i];
        if (identity_fill(d->s, NULL, d->events.v, d->events.n) < 0)
            return -1;
        if (i + 1 == drafts->v.n)
            d->s->dropped = dropped;
    }
    return 0;
}

int
triple_settle(const struct closing *how, struct box *b, struct draft_list *drafts)
{
    struct rivals r = {{NULL, 0, 0}, {NULL, 0, 0}};
    size_t before = drafts->v.n;
    int rc = fold_events(b->events.v, &b->events.n, how->duplicates);
    if (rc == 0 && b->events.n > 0)
        rc = find_rivals(drafts, b->events.v[0], &r);
    if (rc == 0)
        rc = settle(how, b, drafts, &r);
    if (rc == 0)
        rc = name_attempts(drafts, before, b->dropped);
    RT_VEC_FREE(&r.drafts);
    RT_VEC_FREE(&r.acquired);
    return rc;
}
