/*
 * route_cache.c - URLs that were met lately, with their parts and their last healthy answer.
 *
 * Sets of a few ways: the polls of open recordings stay, what is asked once goes.
 */
#include "config.h"

#include <string.h>

#include "base/alloc.h"
#include "extract/work.h"

enum {
    SETS = 1024,
    WAYS = 4,
    /* looks after which a URL that nobody asked for is not worth its memory */
    STALE = 2 * SETS * WAYS,
    SWEPT = 8, /* slots looked at with each new URL */
};

struct way { /* what a look needs of a slot that is not the one */
    uint64_t hash, used;
    struct route_slot *slot; /* NULL: none yet */
};
struct route_cache {
    uint64_t clock;
    size_t hand; /* the way that is swept next */
    uint32_t twins;
    struct way ways[SETS * WAYS];
};

struct route_cache *
route_cache_new(void)
{
    return rt_calloc(1, sizeof(struct route_cache));
}

static void
drop(struct way *w)
{
    if (w->slot != NULL) {
        rt_free(w->slot->url);
        rt_free(w->slot->body);
        rt_free(w->slot);
    }
    *w = (struct way){0};
}

void
route_cache_free(struct route_cache **pc)
{
    struct route_cache *c = *pc;
    *pc = NULL;
    for (size_t i = 0; c != NULL && i < SETS * WAYS; i++)
        drop(&c->ways[i]);
    rt_free(c);
}

static bool
is_route(const struct way *w, uint64_t hash, rt_str url)
{
    return w->hash == hash && w->slot != NULL && w->slot->url_n == url.n &&
           memcmp(w->slot->url, url.p, url.n) == 0;
}

static void
move(rt_str *part, const char *from, const char *to)
{
    if (part->p != NULL)
        part->p = to + (part->p - from);
}

/* `route` has slices of `url`; the slot has its own text. */
static bool
fill(struct way *w, uint64_t hash, rt_str url, const struct route *route)
{
    struct route_slot *s = w->slot != NULL ? w->slot : rt_calloc(1, sizeof(*s));
    if ((w->slot = s) == NULL)
        return false;
    rt_free(s->url);
    s->body_n = 0;
    s->poll.known = false;
    s->url_n = url.n;
    s->url = rt_malloc(url.n + 1);
    if (s->url == NULL) {
        drop(w);
        return false;
    }
    memcpy(s->url, url.p, url.n);
    w->hash = hash;
    s->route = *route;
    rt_str *parts[] = {&s->route.host, &s->route.app_id, &s->route.rid, &s->route.sid,
                       &s->route.mode};
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        move(parts[i], url.p, s->url);
    return true;
}

uint32_t
route_cache_twin(struct route_cache *c)
{
    c->twins += c->twins == UINT32_MAX ? 2 : 1; /* 0 means none */
    return c->twins;
}

/* Memory follows what is asked for now, not all that ever was. */
static void
sweep(struct route_cache *c)
{
    for (int i = 0; i < SWEPT; i++) {
        struct way *w = &c->ways[c->hand++ % (SETS * WAYS)];
        if (w->slot != NULL && c->clock - w->used >= STALE)
            drop(w);
    }
}

/* Ids stand near the end of a URL; what falls together is told apart by its text. */
static uint64_t
hash_of(rt_str url)
{
    enum { TELLING = 64 };
    return rt_str_hash(url.n > TELLING ? rt_str_from(url, url.n - TELLING) : url) ^ url.n;
}

struct route_slot *
route_cache_get(struct route_cache *c, rt_str url)
{
    uint64_t hash = hash_of(url);
    struct way *set = &c->ways[hash % SETS * WAYS], *oldest = set;
    c->clock++;
    for (size_t i = 0; i < WAYS; i++) {
        if (is_route(&set[i], hash, url)) {
            set[i].used = c->clock;
            return set[i].slot;
        }
        oldest = set[i].used < oldest->used ? &set[i] : oldest;
    }
    struct route route;
    if (url.n > ROUTE_URL_MOST || !route_parse(url, &route) || !fill(oldest, hash, url, &route))
        return NULL;
    oldest->used = c->clock;
    sweep(c);
    return oldest->slot;
}
