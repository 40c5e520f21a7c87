/*
 * fold.c - duplicates among whole events.
 *
 * Candidates are found by hash: a callback by its notice id, and by (sid, uid, type, sequence); a call by
 * what it says. Sorting alone would not do: a callback sent again has another time.
 *
 *   strict   one event and its copies: stamps finer than a second, callbacks with ids
 *   loose    equal text proves nothing within one input, for a coarse stamp fits many calls. The
 *            input that tells of most is believed; the others tell of the same ones.
 */
#include "config.h"

#include "session/fold.h"

#include <stdlib.h>

#include "base/alloc.h"

/* Of the events that say the same as `leader`, in sorted order. */
struct member {
    uint32_t next; /* index + 1; 0 = last */
    uint32_t tail; /* of a leader: last member + 1 */
    bool gone;
};
struct slot {
    uint64_t hash;
    uint32_t leader; /* index + 1; 0 = free */
};
struct fold {
    struct event **v;
    size_t n;
    struct member *members;
    struct slot *slots;
    size_t mask;
    uint64_t duplicates;
};

static int
by_order(const void *a, const void *b)
{
    return event_compare(*(struct event *const *)a, *(struct event *const *)b);
}

static uint64_t
mix(uint64_t h, uint64_t x)
{
    h = (h ^ x) * UINT64_C(0x9fb21c651e98df25);
    return h ^ (h >> 32);
}

/* All that says_same() compares and that tells one event from the next: of a stubborn client many differ in their
 * time alone, of a hostile one in a value. */
static uint64_t
hash_content(const struct event *e)
{
    uint64_t h = mix(mix(e->kind, (uint64_t)e->begin), (uint64_t)e->end);
    h = mix(h, (uint64_t)e->source);
    h = mix(h, (uint64_t)(uint32_t)e->http << 32 | (uint32_t)e->code);
    h = mix(h, rt_str_hash(e->rid) ^ rt_str_hash(e->cname));
    h = mix(h, rt_str_hash(e->sid) ^ rt_str_hash(e->reason));
    h = mix(h, rt_str_hash(e->uid) ^ rt_str_hash(e->error));
    for (uint32_t i = 0; i < e->value_count; i++) {
        const struct event_value *v = &e->values[i];
        h = mix(mix(h, v->field), v->is_text ? rt_str_hash(v->text) : (uint64_t)v->num);
    }
    return h;
}

/* Up to two ways to meet a callback again; 0 when it has no ids. */
static size_t
hash_ids(const struct event *e, uint64_t out[2])
{
    size_t n = 0;
    int64_t sequence = 0;
    rt_str notice = event_text(e, FIELD_NOTICE);
    if (e->source != SOURCE_HOOK)
        return 0;
    if (notice.n > 0)
        out[n++] = mix(rt_str_hash(notice), e->kind);
    if (e->sid.n > 0 && event_num(e, FIELD_SEQUENCE, &sequence))
        out[n++] = mix(mix(rt_str_hash(e->sid), rt_str_hash(e->uid)),
                       mix((uint64_t)sequence, e->kind));
    return n;
}

/* As if its stamp were fine: whether two events say the same, time included. */
static struct event
tight(const struct event *e)
{
    struct event t = *e;
    t.coarse = false;
    t.begin = t.begin == RT_TIME_NONE ? 0 : t.begin;
    t.end = t.end == RT_TIME_NONE ? t.begin : t.end;
    return t;
}

static bool
says_same(const struct event *a, const struct event *b)
{
    if (event_same(a, b))
        return true;
    if (a->source != b->source || a->begin != b->begin || a->end != b->end)
        return false;
    if (a->source == SOURCE_HOOK)
        return event_alike(a, b);
    struct event x = tight(a), y = tight(b);
    return event_same(&x, &y);
}

static bool
is_loose(const struct event *e)
{
    return e->source == SOURCE_API ? e->coarse || e->begin == RT_TIME_NONE : !event_same(e, e);
}

/* The leader of the same content, or NULL; *free_slot is where the hash would go. */
static struct event *
find(const struct fold *f, const struct event *e, uint64_t hash, struct slot **free_slot,
     size_t *leader)
{
    for (size_t i = hash & f->mask;; i = (i + 1) & f->mask) {
        struct slot *s = &f->slots[i];
        if (s->leader == 0) {
            *free_slot = s;
            return NULL;
        }
        if (s->hash == hash && says_same(f->v[s->leader - 1], e)) {
            *leader = s->leader - 1;
            return f->v[*leader];
        }
    }
}

static void
follow(struct fold *f, size_t leader, size_t i)
{
    struct member *l = &f->members[leader];
    f->members[l->tail - 1].next = (uint32_t)i + 1;
    l->tail = (uint32_t)i + 1;
}

static void
sort_in(struct fold *f, size_t i)
{
    const struct event *e = f->v[i];
    uint64_t hashes[2];
    size_t n = hash_ids(e, hashes), leader = 0;
    if (n == 0)
        hashes[n++] = hash_content(e);
    struct slot *free_slot = NULL;
    f->members[i].tail = (uint32_t)i + 1;
    for (size_t k = 0; k < n; k++)
        if (find(f, e, hashes[k], &free_slot, &leader) != NULL) {
            follow(f, leader, i);
            return;
        }
    for (size_t k = 0; k < n; k++)
        if (find(f, e, hashes[k], &free_slot, &leader) == NULL)
            *free_slot = (struct slot){hashes[k], (uint32_t)i + 1};
}

static void
drop(struct fold *f, size_t i, size_t into)
{
    f->v[into]->copies += f->v[i]->copies;
    f->members[i].gone = true;
    f->duplicates++;
}

/* One sending of a callback, written down twice: resends have another time, redundant copies another
 * notice id. Where no time is told, a second line of the same input is another sending. */
static bool
same_delivery(const struct event *a, const struct event *b)
{
    int64_t x = 0, y = 0;
    if (!event_num(a, FIELD_NOTIFY, &x) || !event_num(b, FIELD_NOTIFY, &y))
        return a->input != b->input || a->line == b->line;
    return x == y && rt_str_eq(event_text(a, FIELD_NOTICE), event_text(b, FIELD_NOTICE));
}

enum { DELIVERIES_MOST = 16 }; /* looked at; the vendor sends a few times */

static void
count_deliveries(const struct fold *f, size_t leader)
{
    const struct event *seen[DELIVERIES_MOST] = {f->v[leader]};
    uint32_t n = 1;
    for (uint32_t m = f->members[leader].next; m != 0; m = f->members[m - 1].next) {
        uint32_t i = 0;
        while (i < n && !same_delivery(seen[i], f->v[m - 1]))
            i++;
        if (i == n && n < DELIVERIES_MOST)
            seen[n++] = f->v[m - 1];
    }
    f->v[leader]->deliveries = n;
}

static void
fold_strict(struct fold *f, size_t leader)
{
    if (f->v[leader]->source == SOURCE_HOOK)
        count_deliveries(f, leader);
    for (uint32_t m = f->members[leader].next; m != 0; m = f->members[m - 1].next)
        drop(f, m - 1, leader);
}

static bool
same_line(const struct event *a, const struct event *b)
{
    return a->input == b->input && a->line == b->line && a->order == b->order;
}

/* The first member of the input with most of them, the lines counted once. */
static size_t
busiest_input(const struct fold *f, size_t leader)
{
    size_t from = leader;
    uint32_t best = 0, count = 0;
    size_t start = leader;
    const struct event *last = NULL;
    for (size_t m = leader + 1; m != 0; m = f->members[m - 1].next) {
        const struct event *e = f->v[m - 1];
        if (last != NULL && same_line(last, e))
            continue;
        if (last == NULL || last->input != e->input) {
            start = m - 1;
            count = 0;
        }
        last = e;
        if (++count > best) {
            best = count;
            from = start;
        }
    }
    return from;
}

static void
fold_loose(struct fold *f, size_t leader)
{
    if (f->members[leader].next == 0)
        return;
    size_t from = busiest_input(f, leader);
    uint32_t input = f->v[from]->input;
    size_t kept = from;
    for (size_t m = f->members[from].next; m != 0 && f->v[m - 1]->input == input;
         m = f->members[m - 1].next) {
        if (same_line(f->v[kept], f->v[m - 1]))
            drop(f, m - 1, kept);
        else
            kept = m - 1;
    }
    /* What the other inputs say goes round over those that are kept. */
    size_t to = from;
    for (size_t m = leader + 1; m != 0; m = f->members[m - 1].next) {
        if (f->v[m - 1]->input == input)
            continue;
        drop(f, m - 1, to);
        do
            to = f->members[to].next == 0 || f->v[f->members[to].next - 1]->input != input
                     ? from
                     : f->members[to].next - 1;
        while (f->members[to].gone);
    }
}

static void
fold_all(struct fold *f)
{
    for (size_t i = 0; i < f->n; i++)
        sort_in(f, i);
    /* Only leaders are slotted; a leader is met once for each of its hashes. */
    for (size_t i = 0; i <= f->mask; i++) {
        size_t leader = f->slots[i].leader;
        if (leader == 0 || f->members[leader - 1].tail == 0)
            continue;
        if (is_loose(f->v[leader - 1]))
            fold_loose(f, leader - 1);
        else
            fold_strict(f, leader - 1);
        f->members[leader - 1].tail = 0;
    }
}

static size_t
compact(struct fold *f)
{
    size_t w = 0;
    for (size_t i = 0; i < f->n; i++)
        if (!f->members[i].gone)
            f->v[w++] = f->v[i];
    return w;
}

int
fold_events(struct event **v, size_t *count, uint64_t *duplicates)
{
    if (*count < 2)
        return 0;
    qsort(v, *count, sizeof(*v), by_order);
    struct fold f = {.v = v, .n = *count, .mask = 15};
    while (f.mask < *count * 4)
        f.mask = f.mask * 2 + 1;
    f.members = rt_calloc(f.n, sizeof(*f.members));
    f.slots = rt_calloc(f.mask + 1, sizeof(*f.slots));
    bool ok = f.members != NULL && f.slots != NULL;
    struct fold_view *views = ok ? rt_calloc(f.n, sizeof(*views)) : NULL;
    ok = views != NULL;
    if (ok) {
        fold_all(&f);
        *count = views_fold(v, views, compact(&f), &f.duplicates);
        *duplicates += f.duplicates;
    }
    rt_free(views);
    rt_free(f.members);
    rt_free(f.slots);
    return ok ? 0 : -1;
}
