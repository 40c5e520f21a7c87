#include "config.h"

#include "store/seen.h"

#include <nettle/sha2.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "store/internal.h"
#include "store/merge.h"

enum {
    SETTLED_A_KEY = 2, /* so that the frozen are gone before the fresh are as many */
    MERGED_A_KEY = 6,  /* a key is merged again at each level of the runs */
    SETTLED_LEAST = 32,
    SLOTS_LEAST = 4096,
    BUCKETS = 1 << 12
};

struct table { /* open addressing; the capacity is 0 or a power of two */
    struct entry *slots;
    size_t n, cap;
    int64_t upto; /* highest id */
};

struct seen {
    struct store *s;
    struct table fresh, frozen;
    /* the frozen in the order of their keys, as far as their bucket was reached */
    struct entry *order;
    size_t settled, begun_settled, sorted;
    struct run *run; /* what becomes of the frozen; NULL: there are none */
    bool done;       /* it was written in this transaction */
    struct merge *merge;
    struct runs runs;
    size_t added;        /* by this transaction */
    size_t owed, merged; /* keys that are to be settled, merged */
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

static struct entry *
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

static const struct entry *
find(const struct table *t, const unsigned char *key)
{
    const struct entry *at = t->n == 0 ? NULL : place(t, key);
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
            struct entry moved = t->slots[k];
            t->slots[k].id = 0;
            *place(t, moved.key) = moved;
        }
        i--; /* something else may stand here now */
    }
}

/* ---- frozen ---- */

static size_t
bucket(const struct entry *e)
{
    return (size_t)e->key[0] << 4 | e->key[1] >> 4;
}

/* By the first bits only: to sort them all would hold up a batch for long. */
static void
put_in_order(struct seen *n)
{
    size_t at[BUCKETS + 1] = {0};
    for (size_t i = 0; i < n->frozen.cap; i++)
        if (n->frozen.slots[i].id != 0)
            at[bucket(&n->frozen.slots[i]) + 1]++;
    for (size_t b = 0; b < BUCKETS; b++)
        at[b + 1] += at[b];
    for (size_t i = 0; i < n->frozen.cap; i++)
        if (n->frozen.slots[i].id != 0)
            n->order[at[bucket(&n->frozen.slots[i])]++] = n->frozen.slots[i];
    n->settled = n->begun_settled = n->sorted = 0;
}

static int
freeze(struct seen *n, struct rt_err *err)
{
    struct table next = {.cap = n->fresh.cap};
    struct entry *order = rt_malloc(n->fresh.n * sizeof(*order));
    next.slots = order == NULL ? NULL : rt_calloc(next.cap, sizeof(*next.slots));
    struct run *run =
        next.slots == NULL ? NULL : run_new(&n->runs, 0, n->fresh.upto, n->fresh.n, err);
    if (run == NULL) {
        rt_free(order);
        rt_free(next.slots);
        return rt_fail_mem(err);
    }
    n->order = order;
    n->frozen = n->fresh;
    n->fresh = next;
    n->run = run;
    put_in_order(n);
    return 0;
}

static void
thaw(struct seen *n)
{
    rt_free(n->frozen.slots);
    rt_free(n->order);
    n->frozen = (struct table){.slots = NULL};
    n->order = NULL;
}

static int
by_key(const void *a, const void *b)
{
    return memcmp(((const struct entry *)a)->key, ((const struct entry *)b)->key, SEEN_KEY);
}

/* The next of the frozen. */
static int
next(void *arg, struct entry *out, struct rt_err *err)
{
    struct seen *n = arg;
    (void)err;
    if (n->settled >= n->frozen.n)
        return 0;
    if (n->settled == n->sorted) {
        size_t b = bucket(&n->order[n->sorted]), begin = n->sorted;
        while (n->sorted < n->frozen.n && bucket(&n->order[n->sorted]) == b)
            n->sorted++;
        qsort(n->order + begin, n->sorted - begin, sizeof(*n->order), by_key);
    }
    *out = n->order[n->settled++];
    return 1;
}

static int
settle(struct seen *n, size_t chunks, struct rt_err *err)
{
    int all = run_write(&n->runs, n->run, chunks, next, n, err);
    if (all == 1 && store_mark_set(n->s, n->frozen.upto, err) < 0)
        return -1;
    n->done = all == 1;
    return all < 0 ? -1 : 0;
}

/* How many chunks a debt of keys makes. */
static size_t
chunks_of(size_t *owed)
{
    size_t chunks = *owed / CHUNK_KEYS;
    *owed %= CHUNK_KEYS;
    return chunks;
}

int
seen_settle(struct seen *n, struct rt_err *err)
{
    bool full = n->fresh.n >= n->s->limits->store_keys;
    n->owed += n->added * SETTLED_A_KEY + SETTLED_LEAST;
    n->merged += n->added * MERGED_A_KEY + SETTLED_LEAST;
    n->added = 0;
    size_t chunks = chunks_of(&n->owed), merged = chunks_of(&n->merged);
    if (n->run != NULL && (full || chunks > 0) && settle(n, full ? SIZE_MAX : chunks, err) < 0)
        return -1;
    if (n->merge != NULL && merged > 0 && merge_fill(n->merge, merged, err) < 0)
        return -1;
    return full && n->run == NULL ? freeze(n, err) : 0;
}

/* ---- all of them ---- */

int
seen_find(struct seen *n, const unsigned char *key, int64_t *id, struct rt_err *err)
{
    const struct entry *t = find(&n->fresh, key);
    if (t == NULL)
        t = find(&n->frozen, key);
    if (t == NULL)
        return runs_find(&n->runs, key, id, err);
    *id = t->id;
    return 1;
}

int
seen_add(struct seen *n, const unsigned char *key, int64_t id, struct rt_err *err)
{
    struct table *f = &n->fresh;
    if (f->n + 1 > f->cap / 4 * 3 && grow(f, err) < 0)
        return -1;
    struct entry *t = place(f, key);
    f->n += t->id == 0;
    f->upto = id > f->upto ? id : f->upto;
    n->added++;
    memcpy(t->key, key, SEEN_KEY);
    t->id = id;
    return 0;
}

/* What stands on disk for good takes the place of what it was made of. */
void
seen_begin(struct seen *n)
{
    struct rt_err ignored = {0};
    if (n->done) {
        thaw(n);
        runs_add(&n->runs, &n->run);
        n->done = false;
    }
    if (n->run != NULL)
        run_begin(n->run);
    if (n->merge != NULL && merge_begin(n->merge))
        merge_free(&n->merge);
    if (n->merge == NULL && (n->merge = merge_new(&n->runs, &ignored)) != NULL)
        merge_begin(n->merge);
    runs_begin(&n->runs);
    n->begun_settled = n->settled;
    n->added = 0;
}

void
seen_rollback(struct seen *n, int64_t last_id)
{
    n->settled = n->begun_settled;
    n->added = 0;
    n->done = false;
    if (n->run != NULL)
        run_rollback(n->run);
    if (n->merge != NULL)
        merge_rollback(n->merge);
    runs_rollback(&n->runs);
    take_back(&n->fresh, last_id);
    if (n->frozen.upto > last_id) { /* they were frozen in vain */
        take_back(&n->frozen, last_id);
        n->run->upto = n->frozen.upto;
        put_in_order(n);
    }
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

/* All that is in memory goes to disk, in one transaction. */
static int
settle_all(struct seen *n, struct rt_err *err)
{
    if (store_begin_plain(n->s, err) < 0 || freeze(n, err) < 0 ||
        settle(n, SIZE_MAX, err) < 0 ||
        (n->merge != NULL && merge_fill(n->merge, SIZE_MAX, err) < 0) ||
        store_commit_plain(n->s, err) < 0)
        return -1;
    seen_begin(n);
    return 0;
}

/* Of a store of an older version all rows are read. */
static int
gather(struct seen *n, struct rt_err *err)
{
    int64_t after = 0, most = (int64_t)n->s->limits->store_keys / 2 + 1, got = 0;
    int whole = runs_open(&n->runs, n->s, err);
    if (whole < 0 || store_mark_get(n->s, &after, err) < 0)
        return -1;
    seen_begin(n);
    while ((got = store_keys(n->s, &after, most, take_row, n, err)) == most)
        if (settle_all(n, err) < 0)
            return -1;
    seen_begin(n);
    return got < 0 ? -1 : 0;
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
    merge_free(&n->merge);
    run_free(&n->runs, &n->run);
    runs_close(&n->runs);
    rt_free(n->fresh.slots);
    thaw(n);
    rt_free(n);
}
