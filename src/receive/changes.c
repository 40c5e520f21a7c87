#include "config.h"

#include "receive/changes.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/monotonic.h"

enum { KEPT = 512 };

struct change {
    const char *type; /* a literal */
    char *json;
};

struct changes {
    int64_t run;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    uint64_t last; /* number of the newest; the first is 1 */
    bool stopped;
    struct change ring[KEPT]; /* by number, modulo */
};

struct changes *
changes_new(int64_t run, struct rt_err *err)
{
    struct changes *c = rt_calloc(1, sizeof(*c));
    if (c == NULL) {
        rt_fail_mem(err);
        return NULL;
    }
    c->run = run;
    pthread_mutex_init(&c->lock, NULL);
    monotonic_cond_init(&c->wake);
    return c;
}

void
changes_free(struct changes **pc)
{
    struct changes *c = *pc;
    *pc = NULL;
    if (c == NULL)
        return;
    for (size_t i = 0; i < KEPT; i++)
        rt_free(c->ring[i].json);
    pthread_cond_destroy(&c->wake);
    pthread_mutex_destroy(&c->lock);
    rt_free(c);
}

void
changes_tell(struct changes *c, const char *type, rt_str json)
{
    char *copy = rt_malloc(json.n + 1);
    if (copy != NULL) {
        memcpy(copy, json.p, json.n);
        copy[json.n] = '\0';
    }
    pthread_mutex_lock(&c->lock);
    struct change *slot = &c->ring[++c->last % KEPT];
    rt_free(slot->json);
    *slot = (struct change){copy == NULL ? "reset" : type, copy};
    pthread_cond_broadcast(&c->wake);
    pthread_mutex_unlock(&c->lock);
}

/* Called with the lock held: 1 is the place behind nothing, so that 0 can mean that it is not kept. */
static bool
is_kept(const struct changes *c, uint64_t number)
{
    return number <= c->last && c->last - number <= KEPT;
}

uint64_t
changes_place(struct changes *c, const char *id)
{
    int64_t run = 0;
    uint64_t number = 0, place = 0;
    char behind = 0;
    bool read =
        id != NULL && sscanf(id, "%" SCNd64 "-%" SCNu64 "%c", &run, &number, &behind) == 2;
    pthread_mutex_lock(&c->lock);
    if (id == NULL)
        place = c->last + 1;
    else if (read && run == c->run && is_kept(c, number))
        place = number + 1;
    pthread_mutex_unlock(&c->lock);
    return place;
}

static void
put(const struct changes *c, uint64_t number, const struct change *change, struct rt_buf *out)
{
    rt_buf_addf(out, "id: %" PRId64 "-%" PRIu64 "\nevent: %s\ndata: ", c->run, number,
                change->type);
    rt_buf_add(out, change->json == NULL ? RT_LIT("{}") : rt_str_of(change->json));
    rt_buf_add(out, RT_LIT("\n\n"));
}

int
changes_next(struct changes *c, uint64_t *place, rt_dur wait, struct rt_buf *out)
{
    rt_dur until = monotonic_now() + wait;
    pthread_mutex_lock(&c->lock);
    while (!c->stopped && *place == c->last + 1 && monotonic_wait(&c->wake, &c->lock, until))
        ;
    int got = c->stopped ? -1 : *place != c->last + 1;
    if (got > 0 && (*place == 0 || !is_kept(c, *place - 1))) {
        static const struct change reset = {"reset", NULL};
        put(c, c->last, &reset, out);
    } else if (got > 0) {
        for (uint64_t n = *place; n <= c->last; n++)
            put(c, n, &c->ring[n % KEPT], out);
    }
    *place = c->last + 1;
    pthread_mutex_unlock(&c->lock);
    return got;
}

void
changes_stop(struct changes *c)
{
    pthread_mutex_lock(&c->lock);
    c->stopped = true;
    pthread_cond_broadcast(&c->wake);
    pthread_mutex_unlock(&c->lock);
}
