#include "config.h"

#include "store/seen.h"

#include <nettle/sha2.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "store/internal.h"

enum {
    GATHERED = 1 << 16, /* keys in memory before they are frozen */
    SETTLED_A_KEY = 2,  /* so that the frozen are gone before the fresh are as many */
    SETTLED_LEAST = 32,
    BUCKETS = 1 << 12
};

struct slot {
    unsigned char key[SEEN_KEY];
    int64_t id; /* 0: free */
};

struct seen {
    struct store *s;
    struct slot *fresh; /* open addressing */
    size_t fresh_n, cap;
    struct slot *frozen; /* sorted */
    size_t frozen_n, settled;
    uint32_t bucket[BUCKETS + 1];    /* where the frozen that begin alike stand */
    int64_t fresh_upto, frozen_upto; /* highest ids among them */
    size_t added, begun_settled;     /* by this transaction; when it began */
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

/* ---- fresh ---- */

static struct slot *
place(const struct seen *n, const unsigned char *key)
{
    uint64_t h, more;
    memcpy(&h, key, sizeof(h));
    memcpy(&more, key + sizeof(h), sizeof(more));
    h = (h ^ more) * 0x9e3779b97f4a7c15u;
    size_t i = (size_t)(h >> 32) & (n->cap - 1);
    while (n->fresh[i].id != 0 && memcmp(n->fresh[i].key, key, SEEN_KEY) != 0)
        i = (i + 1) & (n->cap - 1);
    return &n->fresh[i];
}

static int
grow(struct seen *n, struct rt_err *err)
{
    struct seen old = *n;
    n->cap = old.cap == 0 ? 4096 : old.cap * 2;
    n->fresh = rt_calloc(n->cap, sizeof(*n->fresh));
    if (n->fresh == NULL) {
        *n = old;
        return rt_fail_mem(err);
    }
    for (size_t i = 0; i < old.cap; i++)
        if (old.fresh[i].id != 0)
            *place(n, old.fresh[i].key) = old.fresh[i];
    rt_free(old.fresh);
    return 0;
}

/* ---- frozen ---- */

static int
by_key(const void *a, const void *b)
{
    return memcmp(((const struct slot *)a)->key, ((const struct slot *)b)->key, SEEN_KEY);
}

static size_t
bucket(const struct slot *t)
{
    return (size_t)t->key[0] << 4 | t->key[1] >> 4;
}

/* By buckets, since a sort of all of them at once holds up a batch for too long. */
static int
freeze(struct seen *n, struct rt_err *err)
{
    size_t at[BUCKETS + 1] = {0};
    struct slot *sorted = rt_malloc(n->fresh_n * sizeof(*sorted));
    if (sorted == NULL)
        return rt_fail_mem(err);
    for (size_t i = 0; i < n->cap; i++)
        if (n->fresh[i].id != 0)
            at[bucket(&n->fresh[i]) + 1]++;
    for (size_t b = 0; b < BUCKETS; b++)
        at[b + 1] += at[b];
    for (size_t i = 0; i < n->cap; i++)
        if (n->fresh[i].id != 0)
            sorted[at[bucket(&n->fresh[i])]++] = n->fresh[i];
    for (size_t b = 0, from = 0; b < BUCKETS; from = at[b++])
        if (at[b] > from + 1)
            qsort(sorted + from, at[b] - from, sizeof(*sorted), by_key);
    for (size_t b = 0; b < BUCKETS; b++)
        n->bucket[b + 1] = (uint32_t)at[b];
    rt_free(n->frozen);
    n->frozen = sorted;
    n->frozen_n = n->fresh_n;
    n->settled = n->begun_settled = 0;
    n->frozen_upto = n->fresh_upto;
    memset(n->fresh, 0, n->cap * sizeof(*n->fresh));
    n->fresh_n = 0;
    return 0;
}

static int
settle_upto(struct seen *n, size_t end, struct rt_err *err)
{
    end = end < n->frozen_n ? end : n->frozen_n;
    for (; n->settled < end; n->settled++)
        if (store_seen_put(n->s, n->frozen[n->settled].key, n->frozen[n->settled].id, err) < 0)
            return -1;
    return 0;
}

/* The keys of the fresh are frozen when the frozen are on disk for good: with a later commit. */
int
seen_settle(struct seen *n, struct rt_err *err)
{
    size_t some = n->added * SETTLED_A_KEY + SETTLED_LEAST;
    bool full = n->fresh_n >= GATHERED;
    n->added = 0;
    if (n->settled < n->frozen_n) {
        if (settle_upto(n, full ? n->frozen_n : n->settled + some, err) < 0)
            return -1;
        return n->settled < n->frozen_n ? 0 : store_mark_set(n->s, n->frozen_upto, err);
    }
    return full ? freeze(n, err) : 0;
}

/* ---- all of them ---- */

int
seen_find(struct seen *n, const unsigned char *key, int64_t *id, struct rt_err *err)
{
    const struct slot *t = n->cap == 0 ? NULL : place(n, key);
    if ((t == NULL || t->id == 0) && n->frozen_n > 0) {
        struct slot wanted = {{0}, 0};
        memcpy(wanted.key, key, SEEN_KEY);
        uint32_t from = n->bucket[bucket(&wanted)], end = n->bucket[bucket(&wanted) + 1];
        t = bsearch(&wanted, n->frozen + from, end - from, sizeof(*n->frozen), by_key);
    }
    if (t == NULL || t->id == 0)
        return store_seen_get(n->s, key, id, err);
    *id = t->id;
    return 1;
}

int
seen_add(struct seen *n, const unsigned char *key, int64_t id, struct rt_err *err)
{
    if (n->fresh_n + 1 > n->cap / 2 && grow(n, err) < 0)
        return -1;
    struct slot *t = place(n, key);
    n->fresh_n += t->id == 0;
    n->added++;
    memcpy(t->key, key, SEEN_KEY);
    t->id = id;
    n->fresh_upto = id > n->fresh_upto ? id : n->fresh_upto;
    return 0;
}

void
seen_begin(struct seen *n)
{
    n->begun_settled = n->settled;
    n->added = 0;
}

static void
thaw(struct seen *n, int64_t last_id)
{
    size_t kept = 0, i = 0;
    for (size_t b = 0; b < BUCKETS; b++) {
        for (; i < n->frozen_n && bucket(&n->frozen[i]) == b; i++)
            if (n->frozen[i].id <= last_id)
                n->frozen[kept++] = n->frozen[i];
        n->bucket[b + 1] = (uint32_t)kept;
    }
    n->frozen_n = kept;
    n->frozen_upto = last_id;
}

void
seen_rollback(struct seen *n, int64_t last_id)
{
    struct slot *old = n->fresh;
    n->settled = n->begun_settled;
    n->added = 0;
    if (n->frozen_upto > last_id)
        thaw(n, last_id);
    n->fresh_upto = n->fresh_upto > last_id ? last_id : n->fresh_upto;
    /* In place: with each key that goes, those behind it are put again. */
    for (size_t i = 0; i < n->cap; i++) {
        if (old[i].id <= last_id)
            continue;
        old[i].id = 0;
        n->fresh_n--;
        for (size_t k = (i + 1) & (n->cap - 1); old[k].id != 0; k = (k + 1) & (n->cap - 1)) {
            struct slot moved = old[k];
            old[k].id = 0;
            *place(n, moved.key) = moved;
        }
        i--; /* something else may stand here now */
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
            settle_upto(n, n->frozen_n, err) < 0 ||
            store_mark_set(n->s, n->frozen_upto, err) < 0 || store_commit_plain(n->s, err) < 0)
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
    rt_free(n->fresh);
    rt_free(n->frozen);
    rt_free(n);
}
