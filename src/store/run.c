#include "config.h"

#include "store/run.h"

#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "store/internal.h"

/* ---- one run ---- */

static struct run *
make(struct runs *rs, int64_t id, size_t keys, struct rt_err *err)
{
    struct run *r = rt_calloc(1, sizeof(*r));
    size_t bytes = sieve_bytes(keys);
    if (r == NULL) {
        rt_fail_mem(err);
        return NULL;
    }
    r->id = id;
    rs->last_run = id > rs->last_run ? id : rs->last_run;
    if (rs->sieves + bytes > rs->s->limits->store_sieve_bytes)
        return r;
    r->sieve = sieve_new(keys);
    r->sieve_bytes = bytes;
    rs->sieves += bytes;
    if (r->sieve == NULL) {
        rt_fail_mem(err);
        run_free(rs, &r);
    }
    return r;
}

struct run *
run_new(struct runs *rs, int64_t level, int64_t upto, size_t keys, struct rt_err *err)
{
    /* There has to be a place for it when it is done, as a commit cannot be taken back. */
    if (RT_VEC_PUSH(&rs->v) == NULL) {
        rt_fail_mem(err);
        return NULL;
    }
    rs->v.n--;
    struct run *r = make(rs, rs->last_run + 1, keys, err);
    if (r != NULL) {
        r->level = level;
        r->upto = upto;
    }
    return r;
}

void
run_free(struct runs *rs, struct run **pr)
{
    struct run *r = *pr;
    *pr = NULL;
    if (r == NULL)
        return;
    rs->sieves -= r->sieve_bytes;
    sieve_free(&r->sieve);
    RT_VEC_FREE(&r->fences);
    rt_free(r);
}

void
run_begin(struct run *r)
{
    r->begun_fences = r->fences.n;
    r->begun_keys = r->keys;
}

void
run_rollback(struct run *r)
{
    r->fences.n = r->begun_fences;
    r->keys = r->begun_keys;
}

static int
put_chunk(struct runs *rs, struct run *r, const struct chunk *c, struct rt_err *err)
{
    struct fence *f = RT_VEC_PUSH(&r->fences);
    if (f == NULL)
        return rt_fail_mem(err);
    memcpy(f->first, c->v[0].key, SEEN_KEY);
    f->chunk = rs->unused.n > 0 ? rs->unused.v[--rs->unused.n] : ++rs->last_chunk;
    for (size_t i = 0; r->sieve != NULL && i < c->n; i++)
        sieve_add(r->sieve, c->v[i].key);
    r->keys += c->n;
    return chunk_write(rs->s, f->chunk, r->id, (int64_t)r->fences.n - 1, c, err);
}

int
run_write(struct runs *rs, struct run *r, size_t chunks, run_source *next, void *arg,
          struct rt_err *err)
{
    struct chunk c = {.n = 0};
    int more = 1;
    for (; more == 1 && chunks > 0; chunks--) {
        for (c.n = 0; c.n < CHUNK_KEYS && (more = next(arg, &c.v[c.n], err)) == 1;)
            c.n++;
        if (more < 0 || (c.n > 0 && put_chunk(rs, r, &c, err) < 0))
            return -1;
    }
    if (more == 1)
        return 0;
    return r->keys == 0 || store_run_put(rs->s, r, err) == 0 ? 1 : -1;
}

/* ---- all of them ---- */

void
runs_add(struct runs *rs, struct run **pr)
{
    struct run *r = *pr;
    *pr = NULL;
    if (r->keys == 0) {
        run_free(rs, &r);
        return;
    }
    size_t at = 0;
    while (at < rs->v.n && rs->v.v[at]->upto > r->upto)
        at++;
    if (RT_VEC_PUSH(&rs->v) == NULL)
        return; /* never: run_new() made sure of it */
    memmove(rs->v.v + at + 1, rs->v.v + at, (rs->v.n - 1 - at) * sizeof(*rs->v.v));
    rs->v.v[at] = r;
}

int
run_forget(struct runs *rs, const struct run *r, struct rt_err *err)
{
    return store_run_drop(rs->s, r->id, err);
}

static void
not_used(struct runs *rs, int64_t chunk)
{
    int64_t *place = chunk == 0 ? NULL : RT_VEC_PUSH(&rs->unused);
    if (place != NULL) /* else it is found when the store is opened again */
        *place = chunk;
}

void
runs_drop(struct runs *rs, struct run *r)
{
    size_t at = 0;
    while (at < rs->v.n && rs->v.v[at] != r)
        at++;
    if (at < rs->v.n)
        memmove(rs->v.v + at, rs->v.v + at + 1, (--rs->v.n - at) * sizeof(*rs->v.v));
    for (size_t i = r->fences.n; i-- > 0;)
        not_used(rs, r->fences.v[i].chunk);
    run_free(rs, &r);
}

void
runs_begin(struct runs *rs)
{
    rs->begun_unused = rs->unused.n;
    rs->begun_chunk = rs->last_chunk;
}

void
runs_rollback(struct runs *rs)
{
    rs->unused.n = rs->begun_unused;
    rs->last_chunk = rs->begun_chunk;
}

static const struct fence *
fence_before(const struct run *r, const unsigned char *key)
{
    size_t low = 0, high = r->fences.n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (memcmp(r->fences.v[middle].first, key, SEEN_KEY) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low == 0 ? NULL : &r->fences.v[low - 1];
}

int
runs_find(struct runs *rs, const unsigned char *key, int64_t *id, struct rt_err *err)
{
    for (size_t i = 0; i < rs->v.n; i++) {
        const struct run *r = rs->v.v[i];
        if (r->sieve != NULL && !sieve_may_hold(r->sieve, key))
            continue;
        const struct fence *f = fence_before(r, key);
        int got = f == NULL ? 0 : chunk_find(rs->s, f->chunk, key, id, err);
        if (got != 0)
            return got;
    }
    return 0;
}

/* ---- opening ---- */

static struct run *
run_of(struct runs *rs, int64_t id)
{
    for (size_t i = 0; i < rs->v.n; i++)
        if (rs->v.v[i]->id == id)
            return rs->v.v[i];
    return NULL;
}

static int
open_run(void *arg, int64_t id, int64_t level, int64_t upto, int64_t keys, struct rt_err *err)
{
    struct runs *rs = arg;
    if (keys <= 0 || keys / CHUNK_KEYS > rs->pages) {
        rs->damaged = true;
        return 0;
    }
    size_t chunks = ((size_t)keys + CHUNK_KEYS - 1) / CHUNK_KEYS;
    struct run *r = make(rs, id, (size_t)keys, err);
    if (r == NULL)
        return -1;
    r->level = level;
    r->upto = upto;
    r->keys = (size_t)keys;
    r->fences.v = rt_calloc(chunks, sizeof(*r->fences.v));
    r->fences.n = r->fences.cap = chunks;
    if (r->fences.v == NULL || RT_VEC_PUSH(&rs->v) == NULL) {
        r->fences.n = r->fences.cap = 0;
        run_free(rs, &r);
        return rt_fail_mem(err);
    }
    rs->v.n--;
    runs_add(rs, &r);
    return 0;
}

/* A chunk whose sum is wrong is as good as none: its run is then found not to be whole. */
static int
open_chunk(void *arg, int64_t id, int64_t run, int64_t no, rt_str bytes, bool good,
           struct rt_err *err)
{
    struct runs *rs = arg;
    struct run *r = run_of(rs, run);
    struct chunk c;
    (void)err;
    rs->last_chunk = id > rs->last_chunk ? id : rs->last_chunk;
    /* of one that was never finished, too */
    rs->last_run = run > rs->last_run ? run : rs->last_run;
    if (r == NULL || no < 0 || (size_t)no >= r->fences.n || !good) {
        not_used(rs, id);
        return 0;
    }
    chunk_unpack(bytes, &c);
    if (c.n == 0)
        return 0;
    r->fences.v[no].chunk = id;
    memcpy(r->fences.v[no].first, c.v[0].key, SEEN_KEY);
    for (size_t i = 0; r->sieve != NULL && i < c.n; i++)
        sieve_add(r->sieve, c.v[i].key);
    return 0;
}

static bool
is_whole(const struct run *r)
{
    for (size_t i = 0; i < r->fences.n; i++)
        if (r->fences.v[i].chunk == 0)
            return false;
    return true;
}

int
runs_open(struct runs *rs, struct store *s, struct rt_err *err)
{
    *rs = (struct runs){.s = s};
    if (store_number(s, "PRAGMA page_count", &rs->pages, err) < 0 ||
        store_runs(s, open_run, rs, err) < 0 || store_chunks(s, open_chunk, rs, err) < 0)
        return -1;
    for (size_t i = 0; i < rs->v.n; i++)
        rs->damaged = rs->damaged || !is_whole(rs->v.v[i]);
    if (rs->damaged) {
        log_warn("keys of callbacks are damaged in the store, they are made anew");
        while (rs->v.n > 0)
            runs_drop(rs, rs->v.v[0]);
        if (store_runs_forget(s, err) < 0)
            return -1;
    }
    runs_begin(rs);
    return rs->damaged ? 0 : 1;
}

void
runs_close(struct runs *rs)
{
    for (size_t i = 0; i < rs->v.n; i++)
        run_free(rs, &rs->v.v[i]);
    RT_VEC_FREE(&rs->v);
    RT_VEC_FREE(&rs->unused);
}
