/*
 * ring.c - a handful of blocks, filled by one thread and drained by another.
 *
 *      drained by the caller ->  [ block | block | block | block ]  <- filled by the inflating thread
 *
 * The blocks together stay within a second-level cache, so what was inflated is scanned while warm.
 */
#include "config.h"

#include "ingest/ring.h"

#include <pthread.h>

#include "base/alloc.h"

enum { BLOCKS = 5, BLOCK_BYTES = 256 * 1024, FEW_BYTES = 32 * 1024 };

struct ring {
    struct feed *feed;
    bool overlap;
    size_t room; /* of a block */
    uint8_t *bytes[BLOCKS];
    size_t sizes[BLOCKS];
    pthread_t thread;
    /* `lock` guards what follows. */
    pthread_mutex_t lock;
    pthread_cond_t filled, drained;
    unsigned head, tail; /* blocks ever filled, ever given back */
    bool holding;        /* the caller holds block `tail` */
    bool ended, stop;
    struct rt_err err;
};

static void *
fill_ahead(void *arg)
{
    struct ring *r = arg;
    pthread_mutex_lock(&r->lock);
    while (!r->stop && !r->ended) {
        if (r->head - r->tail == BLOCKS) {
            pthread_cond_wait(&r->drained, &r->lock);
            continue;
        }
        unsigned at = r->head % BLOCKS;
        pthread_mutex_unlock(&r->lock);
        struct rt_err err = {0};
        size_t got = 0;
        int rc = feed_fill(r->feed, r->bytes[at], r->room, &got, &err);
        pthread_mutex_lock(&r->lock);
        r->sizes[at] = got;
        if (rc < 0)
            r->err = err;
        if (rc < 0 || got == 0)
            r->ended = true;
        else
            r->head++;
        pthread_cond_signal(&r->filled);
    }
    pthread_mutex_unlock(&r->lock);
    return NULL;
}

struct ring *
ring_new(struct feed *f, enum reader_way way, struct rt_err *err)
{
    struct ring *r = rt_calloc(1, sizeof(*r));
    if (r == NULL) {
        rt_fail_mem(err);
        return NULL;
    }
    r->feed = f;
    r->room = way == READ_FEW ? FEW_BYTES : BLOCK_BYTES;
    if (way == READ_FEW)
        feed_read_at_most(f, FEW_BYTES);
    for (int i = 0; i < (way == READ_AHEAD ? BLOCKS : 1); i++) {
        r->bytes[i] = rt_malloc(r->room);
        if (r->bytes[i] == NULL) {
            rt_fail_mem(err);
            ring_free(&r);
            return NULL;
        }
    }
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->filled, NULL);
    pthread_cond_init(&r->drained, NULL);
    /* Without a second thread it works all the same. */
    r->overlap = way == READ_AHEAD && pthread_create(&r->thread, NULL, fill_ahead, r) == 0;
    return r;
}

void
ring_free(struct ring **pr)
{
    struct ring *r = *pr;
    *pr = NULL;
    if (r == NULL)
        return;
    if (r->overlap) {
        pthread_mutex_lock(&r->lock);
        r->stop = true;
        pthread_cond_signal(&r->drained);
        pthread_mutex_unlock(&r->lock);
        pthread_join(r->thread, NULL);
    }
    for (int i = 0; i < BLOCKS; i++)
        rt_free(r->bytes[i]);
    pthread_cond_destroy(&r->filled);
    pthread_cond_destroy(&r->drained);
    pthread_mutex_destroy(&r->lock);
    rt_free(r);
}

static int
next_alone(struct ring *r, rt_str *out, struct rt_err *err)
{
    size_t got = 0;
    if (feed_fill(r->feed, r->bytes[0], r->room, &got, err) < 0)
        return -1;
    *out = (rt_str){(const char *)r->bytes[0], got};
    return got > 0 ? 1 : 0;
}

int
ring_next(struct ring *r, rt_str *out, struct rt_err *err)
{
    int rc = 0;
    if (!r->overlap)
        return next_alone(r, out, err);
    pthread_mutex_lock(&r->lock);
    if (r->holding) {
        r->tail++;
        r->holding = false;
        pthread_cond_signal(&r->drained);
    }
    while (r->head == r->tail && !r->ended)
        pthread_cond_wait(&r->filled, &r->lock);
    if (r->head != r->tail) {
        *out = (rt_str){(const char *)r->bytes[r->tail % BLOCKS], r->sizes[r->tail % BLOCKS]};
        r->holding = true;
        rc = 1;
    } else if (r->err.code != RT_OK) {
        rc = rt_fail(err, r->err.code, r->err.pos, "%s", r->err.msg);
    }
    pthread_mutex_unlock(&r->lock);
    return rc;
}
