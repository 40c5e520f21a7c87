/*
 * finish.c - assembles sessions, in steps that each see all of the cluster:
 *
 *   sids find their resource ids -> duplicates fold, names are known -> events without ids find
 *   their sessions -> polls unpack and collapse -> relations, phase, codes -> groups
 */
#include "config.h"

#include "session/finish.h"

#include "session/fold.h"
#include "session/identity.h"

static bool
is_root(const struct box *b)
{
    return b->kinds != 0 && (b->type == BOX_RID || b->type == BOX_INPUT ||
                             (b->type == BOX_SID && b->owner == NULL));
}

static int
absorb_sids(struct cluster *c)
{
    for (struct box *b = c->boxes; b != NULL; b = b->next)
        if (b->type == BOX_SID && b->owner != NULL && box_absorb(b->owner, b) < 0)
            return -1;
    return 0;
}

static bool
name_ids(struct session *s, const struct box *b)
{
    switch (b->type) {
    case BOX_RID:
        s->rid = b->key;
        s->sid = identity_sid(b);
        s->id = s->sid.n > 0 ? s->sid : s->rid;
        break;
    case BOX_SID: s->sid = s->id = b->key; break;
    case BOX_INPUT:
        s->id = rt_str_of(rt_arena_printf(&s->arena, "%.*s#1", RT_FMT(b->key)));
        break;
    case BOX_TRIPLE:
    case BOX_CHANNEL:
    case BOX__TYPES: break;
    }
    return s->id.p != NULL;
}

/* The draft takes all that the box holds. */
static int
draft_box(struct box *b, struct draft_list *drafts)
{
    struct draft *d = draft_new(drafts, b);
    if (d == NULL)
        return -1;
    rt_arena_fini(&d->s->arena);
    d->s->arena = b->arena;
    rt_arena_init(&b->arena, b->arena.first, 0);
    d->s->dropped = b->dropped;
    d->events.v = b->events.v;
    d->events.n = b->events.n;
    d->events.cap = b->events.cap;
    b->events.v = NULL;
    b->events.n = b->events.cap = 0;
    d->runs = b->runs.v;
    d->run_count = b->runs.n;
    return 0;
}

static int
settle_draft(const struct closing *how, struct draft *d)
{
    if (fold_events(d->events.v, &d->events.n, how->duplicates) < 0)
        return -1;
    for (size_t i = 0; i < d->run_count; i++)
        *how->duplicates += poll_settle(&d->runs[i]);
    draft_measure(d);
    return identity_fill(d->s, d->box, d->events.v, d->events.n);
}

static int
draft_boxes(const struct closing *how, struct cluster *c, struct draft_list *drafts)
{
    for (struct box *b = c->boxes; b != NULL; b = b->next) {
        if (!is_root(b))
            continue;
        if (draft_box(b, drafts) < 0)
            return -1;
        struct draft *d = &drafts->v.v[drafts->v.n - 1];
        if (!name_ids(d->s, b) || settle_draft(how, d) < 0)
            return -1;
    }
    return 0;
}

static int
place_triples(const struct closing *how, struct cluster *c, struct draft_list *drafts)
{
    if (triple_index(drafts) < 0)
        return -1;
    for (struct box *b = c->boxes; b != NULL; b = b->next)
        if (b->type == BOX_TRIPLE && triple_settle(how, b, drafts) < 0)
            return -1;
    return 0;
}

static int
complete(const struct closing *how, struct draft *d)
{
    struct session *s = d->s;
    if (timeline_build(d, how) < 0 || relate_events(s, d->box) < 0 ||
        bodies_relate(s, how->terms) < 0 || course_events(s, how) < 0 ||
        hooks_relate(s, how->terms) < 0 || lifespan_events(s) < 0 || codes_collect(s) < 0)
        return -1;
    s->phase = phase_after(how->signs, s->events, s->event_count, how->clock);
    return 0;
}

/* The console's check sends one callback of each type, all at one time: a life that no recording has. */
static bool
is_probe(const struct closing *how, const struct session *s)
{
    const struct hook_delivery *d = &how->terms->rules->delivery;
    uint64_t kinds = 0;
    uint32_t signs = 0;
    if (d->test_types == 0 || (s->kinds & KIND_CALLS) != 0 ||
        s->event_count < (size_t)d->test_types || s->first == RT_TIME_NONE ||
        s->last == RT_TIME_NONE || s->last - s->first > d->test_within)
        return false;
    for (size_t i = 0; i < s->event_count; i++) {
        uint64_t kind = UINT64_C(1) << s->events[i]->kind;
        if ((kinds & kind) != 0)
            return false;
        kinds |= kind;
        signs |= phase_signs_of(how->signs, s->events[i]);
    }
    return (signs & 1u << MEANS_ALIVE) != 0 && (signs & 1u << MEANS_LEFT) != 0 &&
           (signs & (1u << MEANS_UPLOADED | 1u << MEANS_BACKUPED)) != 0;
}

static void
make_probe(struct draft *d)
{
    d->probe = true;
    d->s->kinds = UINT64_C(1) << KIND_PROBE_HOOK;
    for (size_t i = 0; i < d->s->event_count; i++)
        d->s->events[i]->kind = KIND_PROBE_HOOK;
}

static int
assemble(const struct closing *how, struct cluster *c, struct draft_list *drafts,
         struct group_list *out)
{
    identity_resolve(c);
    if (absorb_sids(c) < 0 || draft_boxes(how, c, drafts) < 0 ||
        place_triples(how, c, drafts) < 0)
        return -1;
    struct draft *d;
    RT_EACH (d, &drafts->v) {
        if (complete(how, d) < 0)
            return -1;
        if (is_probe(how, d->s))
            make_probe(d);
    }
    if (relate_stumps(drafts) < 0)
        return -1;
    return groups_add(out, drafts, how);
}

int
finish_cluster(const struct closing *how, struct cluster *c, struct group_list *out,
               struct rt_err *err)
{
    struct draft_list drafts = {{NULL, 0, 0}, {NULL, 0, 0}};
    int rc = assemble(how, c, &drafts, out);
    draft_list_fini(&drafts);
    return rc < 0 ? rt_fail_mem(err) : 0;
}

/* ---- is it over? ---- */

static bool
box_is_over(const struct box *b)
{
    const uint64_t tries =
        UINT64_C(1) << KIND_ACQUIRE | UINT64_C(1) << KIND_START | UINT64_C(1) << KIND_KICK;
    const uint32_t left =
        1u << MEANS_LEFT | 1u << MEANS_GONE | 1u << MEANS_STOP | 1u << MEANS_FATAL;
    const uint32_t kept = 1u << MEANS_UPLOADED | 1u << MEANS_BACKUPED;
    if ((b->all_kinds & ~tries) == 0 && (b->all_signs & 1u << MEANS_START) == 0)
        return true;
    /* Where callbacks arrive, that of the upload is to be waited for. */
    bool hooks = (b->all_kinds & ~KIND_CALLS) != 0;
    return (b->all_signs & left) != 0 && (!hooks || (b->all_signs & kept) != 0);
}

bool
finish_is_over(struct cluster *c)
{
    identity_resolve(c);
    for (struct box *b = c->boxes; b != NULL; b = b->next) {
        b->all_kinds = b->kinds;
        b->all_signs = b->signs;
    }
    for (struct box *b = c->boxes; b != NULL; b = b->next)
        if (b->owner != NULL) {
            b->owner->all_kinds |= b->kinds;
            b->owner->all_signs |= b->signs;
        }
    for (struct box *b = c->boxes; b != NULL; b = b->next)
        if (b->owner == NULL && b->kinds != 0 && !box_is_over(b))
            return false;
    return true;
}
