#include "config.h"

#include "store/merge.h"

#include <string.h>

#include "base/alloc.h"
#include "store/internal.h"

enum { WIDTH = 8 };

struct cursor {
    struct run *run;
    size_t fence, at, begun_fence, begun_at;
    bool here; /* its chunk was read */
    struct chunk chunk;
};

struct merge {
    struct runs *rs;
    struct run *out;
    int64_t first; /* older rows are gone */
    bool done;
    struct cursor v[WIDTH];
};

/* The oldest ones of a level of which there are enough. They stand side by side: what is older is of a higher level. */
static size_t
choose(const struct runs *rs)
{
    size_t n = 0;
    for (size_t i = rs->v.n; i-- > 0;) {
        n = i + 1 < rs->v.n && rs->v.v[i]->level == rs->v.v[i + 1]->level ? n + 1 : 1;
        if (n == WIDTH)
            return i;
    }
    return SIZE_MAX;
}

struct merge *
merge_new(struct runs *rs, struct rt_err *err)
{
    size_t at = choose(rs), keys = 0;
    if (at == SIZE_MAX)
        return NULL;
    struct merge *m = rt_calloc(1, sizeof(*m));
    if (m == NULL) {
        rt_fail_mem(err);
        return NULL;
    }
    m->rs = rs;
    for (size_t i = 0; i < WIDTH; i++) {
        m->v[i].run = rs->v.v[at + i];
        keys += m->v[i].run->keys;
    }
    if (store_number(rs->s, "SELECT ifnull(min(id), 0) FROM callback", &m->first, err) == 0)
        m->out = run_new(rs, m->v[0].run->level + 1, m->v[0].run->upto, keys, err);
    if (m->out == NULL)
        merge_free(&m);
    return m;
}

void
merge_free(struct merge **pm)
{
    struct merge *m = *pm;
    *pm = NULL;
    if (m == NULL)
        return;
    run_free(m->rs, &m->out);
    rt_free(m);
}

/* NULL: it is at its end, or err. */
static const struct entry *
head(struct merge *m, struct cursor *c, struct rt_err *err)
{
    if (c->fence >= c->run->fences.n)
        return NULL;
    if (!c->here && chunk_read(m->rs->s, c->run->fences.v[c->fence].chunk, &c->chunk, err) < 0)
        return NULL;
    c->here = true;
    return c->at < c->chunk.n ? &c->chunk.v[c->at] : NULL;
}

static void
advance(struct cursor *c)
{
    if (++c->at < c->chunk.n)
        return;
    c->fence++;
    c->at = 0;
    c->here = false;
}

/* Of equal keys the newest row counts; the older one is gone. */
static int
next(void *arg, struct entry *out, struct rt_err *err)
{
    struct merge *m = arg;
    do {
        struct cursor *least = NULL;
        const struct entry *of_least = NULL;
        for (size_t i = 0; i < WIDTH; i++) {
            struct cursor *c = &m->v[i];
            const struct entry *e = head(m, c, err);
            if (err->code != RT_OK)
                return -1;
            int order = e == NULL          ? 1
                        : of_least == NULL ? -1
                                           : memcmp(e->key, of_least->key, SEEN_KEY);
            if (order == 0 && e->id <= of_least->id) {
                advance(c);
                continue;
            }
            if (order == 0)
                advance(least);
            if (order <= 0) {
                least = c;
                of_least = e;
            }
        }
        if (least == NULL)
            return 0;
        *out = *of_least;
        advance(least);
    } while (out->id < m->first);
    return 1;
}

int
merge_fill(struct merge *m, size_t chunks, struct rt_err *err)
{
    int all = m->done ? 0 : run_write(m->rs, m->out, chunks, next, m, err);
    for (size_t i = 0; all == 1 && i < WIDTH; i++)
        if (run_forget(m->rs, m->v[i].run, err) < 0)
            return -1;
    m->done = m->done || all == 1;
    return all;
}

bool
merge_begin(struct merge *m)
{
    if (m->done) {
        for (size_t i = 0; i < WIDTH; i++)
            runs_drop(m->rs, m->v[i].run);
        runs_add(m->rs, &m->out);
        return true;
    }
    run_begin(m->out);
    for (size_t i = 0; i < WIDTH; i++) {
        m->v[i].begun_fence = m->v[i].fence;
        m->v[i].begun_at = m->v[i].at;
    }
    return false;
}

void
merge_rollback(struct merge *m)
{
    m->done = false;
    run_rollback(m->out);
    for (size_t i = 0; i < WIDTH; i++) {
        struct cursor *c = &m->v[i];
        c->fence = c->begun_fence;
        c->at = c->begun_at;
        c->here = false;
    }
}
