#include "config.h"

#include "store/seen.h"

#include <nettle/sha2.h>
#include <string.h>

#include "base/alloc.h"
#include "store/internal.h"

enum {
    GATHERED = 1 << 16, /* keys in memory before they are frozen */
    SETTLED_A_KEY = 2,  /* so that the frozen are gone before the fresh are as many */
    SETTLED_LEAST = 32,
    SLOTS_LEAST = 4096,
    BUCKETS = 1 << 12
};

struct slot {
    unsigned char key[SEEN_KEY];
    int64_t id; /* 0: free */
};
struct table { /* open addressing; the capacity is 0 or a power of two */
    struct slot *slots;
    size_t n, cap;
    int64_t upto; /* highest id */
};

struct seen {
    struct store *s;
    struct table fresh, frozen;
    uint32_t *
        order; /* of the frozen: their slots as they stand in the index, by the first bits of their keys */
    size_t settled;
    size_t added, begun_settled; /* by this transaction; when it began */
};

/* ---- keys ---- */

void
seen_notice_key(rt_str app, rt_str notice, unsigned char out[SEEN_KEY])
{
    struct sha256_ctx c;
    sha256_init(&c);
    sha256_update(&c, app.n, (const uint8_t *)app.p);
    sha256_update(&c, 1, (const uint8_t *)"");
    sha256_update(&c, notice.n, (const uint8_t *)notice.p);
    sha256_digest(&c, SEEN_KEY, out);
    out[0] |= 0x80;
}

/* The second half of a twin counts up, and stays as it is: the keys of a recording stand side by side. */
void
seen_twin_key(rt_str app, const unsigned char *twin, unsigned char out[SEEN_KEY])
{
    struct sha256_ctx c;
    sha256_init(&c);
    sha256_update(&c, app.n, (const uint8_t *)app.p);
    sha256_update(&c, 1, (const uint8_t *)"");
    sha256_update(&c, STORE_TWIN / 2, twin);
    sha256_digest(&c, SEEN_KEY / 2, out);
    memcpy(out + SEEN_KEY / 2, twin + STORE_TWIN / 2, SEEN_KEY / 2);
    out[0] &= 0x7f;
}

/* ---- tables ---- */

static struct slot *
place(const struct table *t, const unsigned char *key)
{
    uint64_t h, more;
    memcpy(&h, key, sizeof(h));
    memcpy(&more, key + sizeof(h), sizeof(more));
    h = (h ^ more) * 0x9e3779b97f4a7c15u;
    size_t i = (size_t)(h >> 32) & (t->cap - 1);
    while (t->slots[i].id != 0 && memcmp(t->slots[i].key, key, SEEN_KEY) != 0)
        i = (i + 1) & (t->cap - 1);
    return &t->slots[i];
}

static const struct slot *
find(const struct table *t, const unsigned char *key)
{
    const struct slot *at = t->n == 0 ? NULL : place(t, key);
    return at == NULL || at->id == 0 ? NULL : at;
}

static int
grow(struct table *t, struct rt_err *err)
{
    struct table old = *t;
    t->cap = old.cap == 0 ? SLOTS_LEAST : old.cap * 2;
    t->slots = rt_calloc(t->cap, sizeof(*t->slots));
    if (t->slots == NULL) {
        *t = old;
        return rt_fail_mem(err);
    }
    for (size_t i = 0; i < old.cap; i++)
        if (old.slots[i].id != 0)
            *place(t, old.slots[i].key) = old.slots[i];
    rt_free(old.slots);
    return 0;
}

/* Takes out what has a higher id. In place: with each that goes, those behind it are put again. */
static void
take_back(struct table *t, int64_t last_id)
{
    t->upto = t->upto > last_id ? last_id : t->upto;
    for (size_t i = 0; i < t->cap; i++) {
        if (t->slots[i].id <= last_id)
            continue;
        t->slots[i].id = 0;
        t->n--;
        for (size_t k = (i + 1) & (t->cap - 1); t->slots[k].id != 0;
             k = (k + 1) & (t->cap - 1)) {
            struct slot moved = t->slots[k];
            t->slots[k].id = 0;
            *place(t, moved.key) = moved;
        }
        i--; /* something else may stand here now */
    }
}

/* ---- frozen ---- */

static size_t
bucket(const struct slot *t)
{
    return (size_t)t->key[0] << 4 | t->key[1] >> 4;
}

/* Buckets are fine enough: a page of the index holds some, and a sort of all keys would hold up a batch for long. */
static void
put_in_order(struct seen *n)
{
    uint32_t at[BUCKETS + 1] = {0};
    for (size_t i = 0; i < n->frozen.cap; i++)
        if (n->frozen.slots[i].id != 0)
            at[bucket(&n->frozen.slots[i]) + 1]++;
    for (size_t b = 0; b < BUCKETS; b++)
        at[b + 1] += at[b];
    for (size_t i = 0; i < n->frozen.cap; i++)
        if (n->frozen.slots[i].id != 0)
            n->order[at[bucket(&n->frozen.slots[i])]++] = (uint32_t)i;
}

static int
freeze(struct seen *n, struct rt_err *err)
{
    uint32_t *order = rt_malloc(n->fresh.n * sizeof(*order));
    struct table next = {.cap = n->fresh.cap};
    next.slots = order == NULL ? NULL : rt_calloc(next.cap, sizeof(*next.slots));
    if (next.slots == NULL) {
        rt_free(order);
        return rt_fail_mem(err);
    }
    rt_free(n->order);
    rt_free(n->frozen.slots);
    n->order = order;
    n->frozen = n->fresh;
    n->fresh = next;
    n->settled = n->begun_settled = 0;
    put_in_order(n);
    return 0;
}

static int
settle_upto(struct seen *n, size_t end, struct rt_err *err)
{
    end = end < n->frozen.n ? end : n->frozen.n;
    for (; n->settled < end; n->settled++) {
        const struct slot *t = &n->frozen.slots[n->order[n->settled]];
        if (store_seen_put(n->s, t->key, t->id, err) < 0)
            return -1;
    }
    return 0;
}

/* The keys of the fresh are frozen when the frozen are on disk for good: with a later commit. */
int
seen_settle(struct seen *n, struct rt_err *err)
{
    size_t some = n->added * SETTLED_A_KEY + SETTLED_LEAST;
    bool full = n->fresh.n >= GATHERED;
    n->added = 0;
    if (n->settled < n->frozen.n) {
        if (settle_upto(n, full ? n->frozen.n : n->settled + some, err) < 0)
            return -1;
        return n->settled < n->frozen.n ? 0 : store_mark_set(n->s, n->frozen.upto, err);
    }
    return full ? freeze(n, err) : 0;
}

/* ---- all of them ---- */

int
seen_find(struct seen *n, const unsigned char *key, int64_t *id, struct rt_err *err)
{
    const struct slot *t = find(&n->fresh, key);
    if (t == NULL)
        t = find(&n->frozen, key);
    if (t == NULL)
        return store_seen_get(n->s, key, id, err);
    *id = t->id;
    return 1;
}

int
seen_add(struct seen *n, const unsigned char *key, int64_t id, struct rt_err *err)
{
    struct table *f = &n->fresh;
    if (f->n + 1 > f->cap / 4 * 3 && grow(f, err) < 0)
        return -1;
    struct slot *t = place(f, key);
    f->n += t->id == 0;
    f->upto = id > f->upto ? id : f->upto;
    n->added++;
    memcpy(t->key, key, SEEN_KEY);
    t->id = id;
    return 0;
}

void
seen_begin(struct seen *n)
{
    n->begun_settled = n->settled;
    n->added = 0;
}

void
seen_rollback(struct seen *n, int64_t last_id)
{
    n->settled = n->begun_settled;
    n->added = 0;
    take_back(&n->fresh, last_id);
    if (n->frozen.upto > last_id) { /* they were frozen in vain */
        take_back(&n->frozen, last_id);
        put_in_order(n);
    }
}

int
seen_forget(struct seen *n, const unsigned char *key, int64_t id, struct rt_err *err)
{
    /* In memory it may stay: a key whose row is gone counts for nothing. */
    return store_seen_drop(n->s, key, id, err);
}

/* ---- opening ---- */

static int
take_row(void *arg, int64_t id, rt_str app, rt_str notice, const unsigned char *twin,
         struct rt_err *err)
{
    struct seen *n = arg;
    unsigned char key[SEEN_KEY];
    seen_notice_key(app, notice, key);
    if (seen_add(n, key, id, err) < 0)
        return -1;
    if (twin == NULL)
        return 0;
    seen_twin_key(app, twin, key);
    return seen_add(n, key, id, err);
}

/* A store of an older version has no index yet, so all of its rows are read. */
static int
gather(struct seen *n, struct rt_err *err)
{
    enum { ROWS_A_TURN = GATHERED / 2 };
    int64_t after = 0, got = 0;
    if (store_mark_get(n->s, &after, err) < 0)
        return -1;
    do {
        got = store_keys(n->s, &after, ROWS_A_TURN, take_row, n, err);
        if (got < 0)
            return -1;
        if (got < ROWS_A_TURN)
            break;
        if (store_begin_plain(n->s, err) < 0 || freeze(n, err) < 0 ||
            settle_upto(n, n->frozen.n, err) < 0 ||
            store_mark_set(n->s, n->frozen.upto, err) < 0 || store_commit_plain(n->s, err) < 0)
            return -1;
    } while (true);
    seen_begin(n);
    return 0;
}

struct seen *
seen_open(struct store *s, struct rt_err *err)
{
    struct seen *n = rt_calloc(1, sizeof(*n));
    if (n == NULL) {
        rt_fail_mem(err);
        return NULL;
    }
    n->s = s;
    if (gather(n, err) < 0)
        seen_close(&n);
    return n;
}

void
seen_close(struct seen **pn)
{
    struct seen *n = *pn;
    *pn = NULL;
    if (n == NULL)
        return;
    rt_free(n->fresh.slots);
    rt_free(n->frozen.slots);
    rt_free(n->order);
    rt_free(n);
}
