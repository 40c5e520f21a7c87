/*
 * claims.c - the claims of a group, and who has to do with which session.
 */
#include "config.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "detect/internal.h"

void
claims_init(struct claims *d, struct finding_list *out)
{
    *d = (struct claims){.out = out, .unchecked_from = out->unchecked.n};
    rt_map_init(&d->by_place);
    rt_map_init(&d->texts);
}

void
claims_fini(struct claims *d)
{
    const struct rt_map_slot *slot;
    for (size_t i = 0; (slot = rt_map_next(&d->by_place, &i)) != NULL;) {
        struct claim_refs *refs = slot->value;
        RT_VEC_FREE(&refs->v);
        rt_free(refs);
    }
    for (size_t i = 0; i < d->list.n; i++) {
        rt_free(d->list.v[i].covers);
        RT_VEC_FREE(&d->list.v[i].places);
        RT_VEC_FREE(&d->list.v[i].folded);
    }
    RT_VEC_FREE(&d->list);
    rt_map_fini(&d->by_place);
    rt_map_fini(&d->texts);
}

rt_str
claims_text(struct claims *d, rt_str text, bool *ok)
{
    if (text.n == 0)
        return RT_NONE;
    const rt_str *known = rt_map_get(&d->texts, text);
    if (known != NULL)
        return *known;
    rt_str *kept = rt_arena_alloc(&d->out->arena, sizeof(*kept));
    if (kept == NULL) {
        *ok = false;
        return RT_NONE;
    }
    *kept = rt_arena_str(&d->out->arena, text, ok);
    if (*ok && rt_map_put(&d->texts, *kept, kept) < 0)
        *ok = false;
    return *ok ? *kept : RT_NONE;
}

const struct claim_refs *
claims_at(const struct claims *d, rt_str place)
{
    return rt_map_get(&d->by_place, place);
}

static struct claim_refs *
refs_of(struct claims *d, rt_str place)
{
    struct claim_refs *refs = rt_map_get(&d->by_place, place);
    if (refs != NULL)
        return refs;
    refs = rt_calloc(1, sizeof(*refs));
    if (refs != NULL && rt_map_put(&d->by_place, place, refs) < 0) {
        rt_free(refs);
        refs = NULL;
    }
    return refs;
}

/* The newest claim has to do with `place` too. 0, or -1: memory. */
static int
note_place(struct claims *d, rt_str place)
{
    size_t newest = d->list.n - 1;
    struct claim_refs *refs = refs_of(d, place);
    if (refs == NULL)
        return -1;
    if (refs->v.n > 0 && refs->v.v[refs->v.n - 1] == newest)
        return 0;
    size_t *ref = RT_VEC_PUSH(&refs->v);
    if (ref == NULL)
        return -1;
    *ref = newest;
    rt_str *one = RT_VEC_PUSH(&d->list.v[newest].places);
    if (one == NULL)
        return -1;
    *one = place;
    return 0;
}

struct claim *
claim_new(struct claims *d, rt_str place)
{
    struct claim *c = RT_VEC_PUSH(&d->list);
    bool ok = true;
    if (c == NULL)
        return NULL;
    c->under = CLAIM_NONE;
    c->place = claims_text(d, place, &ok);
    return !ok || note_place(d, c->place) < 0 ? NULL : &d->list.v[d->list.n - 1];
}

static int
by_address(const void *a, const void *b)
{
    const struct event *x = *(const struct event *const *)a,
                       *y = *(const struct event *const *)b;
    return (x > y) - (x < y);
}

bool
claim_covers(const struct claim *c, const struct event *e)
{
    return c->cover_count > 0 &&
           bsearch(&e, c->covers, c->cover_count, sizeof(struct event *), by_address) != NULL;
}

int
claim_cover(struct claims *d, const struct scope *s, const struct matched *m)
{
    struct claim *c = &d->list.v[d->list.n - 1];
    bool ok = true;
    c->covers = rt_calloc(m->cover_count + 1, sizeof(struct event *));
    if (c->covers == NULL)
        return -1;
    for (size_t i = 0; i < m->cover_count; i++) {
        const struct scope_event *se = &s->v[m->covers[i]];
        c->covers[c->cover_count++] = se->e;
        rt_str place = claims_text(d, se->session, &ok);
        if (!ok || note_place(d, place) < 0)
            return -1;
    }
    qsort(c->covers, c->cover_count, sizeof(struct event *), by_address);
    return 0;
}

int
claim_stand_in(struct claim *c, const struct event *(*other)(void *arg, const struct event *e),
               void *arg)
{
    for (size_t i = 0; i < c->cover_count; i++)
        if ((c->covers[i] = other(arg, c->covers[i])) == NULL)
            return -1;
    qsort(c->covers, c->cover_count, sizeof(struct event *), by_address);
    return 0;
}
