/*
 * relate.c - what an event is in the light of others: same names as acquire's, a sid that belongs
 * to the resource id, a resource id that belongs to the caller.
 *
 * Nothing is said where one side is unknown: a log without bodies accuses nobody.
 */
#include "config.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "session/draft.h"
#include "session/identity.h"

struct reference {
    const struct event *acquire, *start; /* of this resource id; NULL: not in the log */
    rt_str cname, uid;
    bool started; /* a start with this resource id was answered with a sid */
};

static int
say(struct session *s, struct event *e, uint16_t field, const char *word)
{
    struct event_value v = {.field = field, .is_text = 1, .text = rt_str_of(word)};
    return event_get(e, field) != NULL ? 0 : event_add(&s->arena, e, &v);
}

/* The first of its kind, one that succeeded before one that did not. */
static const struct event *
first_of(const struct session *s, uint8_t kind)
{
    const struct event *any = NULL;
    for (size_t i = 0; i < s->event_count; i++) {
        const struct event *e = s->events[i];
        if (e->kind != kind || e->rid.n == 0)
            continue;
        if (e->outcome == OUTCOME_OK)
            return e;
        any = any == NULL ? e : any;
    }
    return any;
}

static rt_str
name_in(const struct event *acquire, const struct event *start, uint16_t field)
{
    rt_str name = acquire == NULL ? RT_NONE : event_text(acquire, field);
    return name.n > 0 || start == NULL ? name : event_text(start, field);
}

static struct reference
reference_of(const struct session *s, const struct box *b)
{
    struct reference r = {first_of(s, KIND_ACQUIRE), first_of(s, KIND_START), RT_NONE, RT_NONE,
                          false};
    r.cname = name_in(r.acquire, r.start, FIELD_CNAME);
    r.uid = name_in(r.acquire, r.start, FIELD_UID);
    for (size_t i = 0; i < b->bindings.n; i++)
        r.started |= b->bindings.v[i].rank == RANK_START;
    return r;
}

/* 0 nothing to compare, 1 equal, -1 different. */
static int
compare(rt_str known, rt_str said)
{
    if (known.n == 0 || said.n == 0)
        return 0;
    return rt_str_eq(known, said) ? 1 : -1;
}

static int
say_compared(struct session *s, struct event *e, uint16_t field, int result)
{
    return result == 0 ? 0 : say(s, e, field, result > 0 ? "acquired" : "differs");
}

static int
relate_names(struct session *s, struct event *e, const struct reference *r)
{
    if (r->acquire == NULL && e == r->start)
        return 0;
    if (say_compared(s, e, FIELD_CNAME_IS, compare(r->cname, e->cname)) < 0)
        return -1;
    return say_compared(s, e, FIELD_UID_IS, compare(r->uid, e->uid));
}

static int
relate_owner(struct session *s, struct event *e, const struct reference *r)
{
    const struct event *from = r->acquire != NULL ? r->acquire : r->start;
    if (from == NULL || from == e || e->rid.n == 0)
        return 0;
    int app = compare(from->app_id, e->app_id);
    if (app < 0)
        return say(s, e, FIELD_OWNER, "other-app");
    if (r->acquire == NULL)
        return 0;
    int cname = compare(r->acquire->cname, e->cname), uid = compare(r->acquire->uid, e->uid);
    if (cname < 0 || uid < 0)
        return say(s, e, FIELD_OWNER, "other-triple");
    return cname > 0 || uid > 0 ? say(s, e, FIELD_OWNER, "same") : 0;
}

static int
relate_pair(struct session *s, struct event *e, const struct reference *r, const struct box *b)
{
    if (e->rid.n == 0 || e->sid.n == 0 || e->kind == KIND_START)
        return 0;
    const struct binding *pair = box_binding(b, e->sid);
    const struct box *issuer = pair == NULL ? NULL : identity_issuer(pair);
    /* A resource id may have got several sids, of which another one's claim may be older. */
    bool own = issuer == b || (pair != NULL && pair->rank == RANK_START);
    if (!own && issuer == NULL && !r->started)
        return 0;
    return say(s, e, FIELD_PAIR, own ? "own" : "foreign");
}

int
relate_events(struct session *s, const struct box *b)
{
    if (b == NULL || b->type != BOX_RID)
        return 0;
    struct reference r = reference_of(s, b);
    for (size_t i = 0; i < s->event_count; i++) {
        struct event *e = s->events[i];
        if (e->kind == KIND_ACQUIRE)
            continue;
        if (relate_names(s, e, &r) < 0 || relate_owner(s, e, &r) < 0 ||
            relate_pair(s, e, &r, b) < 0)
            return -1;
    }
    return 0;
}

/* ---- a resource id that lost its end ---- */

enum { STUMP_LEAST = 16 }; /* bytes in common that are no accident */

static rt_str
acquired(const struct draft *d)
{
    const struct event *e = first_of(d->s, KIND_ACQUIRE);
    return e != NULL && e->outcome == OUTCOME_OK ? e->rid : RT_NONE;
}

static int
by_bytes(const void *a, const void *b)
{
    return rt_str_cmp(*(const rt_str *)a, *(const rt_str *)b);
}

/* Was it cut from one of these, which are sorted? What it is the beginning of follows it. */
static bool
is_stump(rt_str rid, const rt_str *whole, size_t n)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (rt_str_cmp(whole[mid], rid) <= 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low < n && rt_str_starts(whole[low], rid);
}

static int
tell_stump(struct session *s)
{
    for (size_t i = 0; i < s->event_count; i++)
        if (rt_str_eq(s->events[i]->rid, s->rid) &&
            say(s, s->events[i], FIELD_RID_DEFECT, "truncated") < 0)
            return -1;
    return 0;
}

int
relate_stumps(const struct draft_list *drafts)
{
    const struct draft *d;
    size_t n = 0;
    int rc = 0;
    if (drafts->v.n < 2)
        return 0;
    rt_str *whole = rt_calloc(drafts->v.n, sizeof(*whole));
    if (whole == NULL)
        return -1;
    RT_EACH (d, &drafts->v) {
        whole[n] = acquired(d);
        n += whole[n].n > 0;
    }
    if (n > 1)
        qsort(whole, n, sizeof(*whole), by_bytes);
    RT_EACH (d, &drafts->v)
        if (rc == 0 && n > 0 && d->s->rid.n >= STUMP_LEAST && acquired(d).n == 0 &&
            is_stump(d->s->rid, whole, n))
            rc = tell_stump(d->s);
    rt_free(whole);
    return rc;
}
