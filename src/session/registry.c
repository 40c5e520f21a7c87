/*
 * registry.c - finds and makes boxes, and ties them into clusters.
 */
#include "config.h"

#include "session/registry.h"

#include "session/identity.h"

/* A resource id belongs to one sid; a log that pairs it with more is wrong, or wants our memory. */
enum { BINDINGS_MAX = 64 };

void
registry_init(struct registry *r, const struct session_options *options)
{
    *r = (struct registry){.options = options};
    rt_buf_init(&r->key, SIZE_MAX);
    for (size_t i = 0; i < BOX__TYPES; i++)
        rt_map_init(&r->boxes[i]);
}

void
registry_fini(struct registry *r)
{
    for (size_t i = 0; i < BOX__TYPES; i++)
        rt_map_fini(&r->boxes[i]);
    cluster_set_fini(&r->clusters);
    rt_buf_fini(&r->key);
}

static struct box *
box_create(struct registry *r, enum box_type type, rt_str key, bool borrow)
{
    struct box *b = box_new(type, key, borrow);
    if (b == NULL)
        return NULL;
    if (cluster_new(&r->clusters, b) == NULL) {
        box_free(b);
        return NULL;
    }
    if (rt_map_put(&r->boxes[type], b->key, b) < 0) {
        cluster_free(&r->clusters, b->cluster);
        return NULL;
    }
    b->bytes = sizeof(*b) + b->arena.held;
    r->bytes += b->bytes;
    return b;
}

static struct box *
box_of(struct registry *r, enum box_type type, rt_str key)
{
    struct box *b = rt_map_get(&r->boxes[type], key);
    return b != NULL ? b : box_create(r, type, key, false);
}

/* Lengths go first, so that no two triples share a key, whatever bytes they hold. */
static rt_str
triple_key(struct registry *r, const struct event *ev)
{
    rt_buf_clear(&r->key);
    rt_buf_addf(&r->key, "%zu %zu ", ev->app_id.n, ev->cname.n);
    rt_buf_add(&r->key, ev->app_id);
    rt_buf_add(&r->key, ev->cname);
    rt_buf_add(&r->key, ev->uid);
    return r->key.failed ? RT_NONE : rt_buf_str(&r->key);
}

/* By path, not number: a file given twice is one input. */
static rt_str
input_key(struct registry *r, uint32_t input)
{
    if (r->options != NULL && input < r->options->path_count)
        return rt_str_of(r->options->paths[input]);
    rt_buf_clear(&r->key);
    rt_buf_addf(&r->key, "input-%u", input);
    return r->key.failed ? RT_NONE : rt_buf_str(&r->key);
}

int
registry_find(struct registry *r, const struct event *ev, struct registry_place *out)
{
    bool named = ev->cname.n > 0 || ev->uid.n > 0;
    if (ev->rid.n > 0)
        *out = (struct registry_place){BOX_RID, ev->rid, NULL};
    else if (ev->sid.n > 0)
        *out = (struct registry_place){BOX_SID, ev->sid, NULL};
    else if (named)
        *out = (struct registry_place){BOX_TRIPLE, triple_key(r, ev), NULL};
    else
        *out = (struct registry_place){BOX_INPUT, input_key(r, ev->input), NULL};
    if (out->key.p == NULL)
        return -1;
    out->box = rt_map_get(&r->boxes[out->type], out->key);
    return 0;
}

int
registry_create(struct registry *r, struct registry_place *at)
{
    at->box = box_create(r, at->type, at->key, false);
    return at->box == NULL ? -1 : 0;
}

/* ---- ties ---- */

static int
bind_new(struct registry *r, struct box *b, const struct event *ev, enum binding_rank rank)
{
    bool ok = true;
    if (b->bindings.n >= BINDINGS_MAX)
        return 0;
    rt_str sid = rt_arena_str(&b->arena, ev->sid, &ok);
    if (!ok)
        return -1;
    struct box *sid_box = rt_map_get(&r->boxes[BOX_SID], sid);
    if (sid_box == NULL && (sid_box = box_create(r, BOX_SID, sid, true)) == NULL)
        return -1;
    /* The key of a box that was just made lives in the arena of `b`: from here on they must end
     * together. */
    cluster_join(&r->clusters, b, sid_box);
    struct binding *slot = RT_VEC_PUSH(&b->bindings);
    if (slot == NULL)
        return -1;
    *slot = (struct binding){sid, sid_box, rank, ev->begin};
    return 0;
}

static int
tie_sid(struct registry *r, struct box *b, const struct event *ev)
{
    enum binding_rank rank = identity_rank(ev);
    struct binding *known = box_binding(b, ev->sid);
    if (known == NULL)
        return bind_new(r, b, ev, rank);
    if (rank > known->rank) {
        known->rank = rank;
        known->since = ev->begin;
    } else if (rank == known->rank) {
        known->since = box_earlier(known->since, ev->begin);
    }
    return 0;
}

static int
tie_channel(struct registry *r, struct box *b, const struct event *ev)
{
    if (ev->cname.n == 0 || rt_str_eq(b->channel, ev->cname))
        return 0;
    struct box *channel = box_of(r, BOX_CHANNEL, ev->cname);
    if (channel == NULL)
        return -1;
    cluster_join(&r->clusters, b, channel);
    b->channel = channel->key;
    return 0;
}

int
registry_tie(struct registry *r, struct box *b, const struct event *ev)
{
    if (b->type == BOX_RID && ev->sid.n > 0 && tie_sid(r, b, ev) < 0)
        return -1;
    return tie_channel(r, b, ev);
}

void
registry_forget(struct registry *r, struct cluster *c)
{
    for (struct box *b = c->boxes; b != NULL; b = b->next) {
        rt_map_del(&r->boxes[b->type], b->key);
        r->bytes -= b->bytes;
    }
}
