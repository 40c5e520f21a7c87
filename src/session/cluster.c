/*
 * cluster.c - clusters in a list, so that all can be ended, and in a heap, so that looking for those
 * that may be over costs nothing while none is.
 */
#include "config.h"

#include "session/cluster.h"

#include "base/alloc.h"

static void
list_add(struct cluster_set *set, struct cluster *c)
{
    c->next = set->all;
    c->prev = NULL;
    if (set->all != NULL)
        set->all->prev = c;
    set->all = c;
}

static void
list_drop(struct cluster_set *set, struct cluster *c)
{
    if (c->prev != NULL)
        c->prev->next = c->next;
    else
        set->all = c->next;
    if (c->next != NULL)
        c->next->prev = c->prev;
}

/* ---- the queue: v[i] is due no later than v[2i+1] and v[2i+2]; v[i]->turn == i + 1 ---- */

static void
queue_put(struct cluster_queue *q, size_t at, struct cluster *c)
{
    q->v.v[at] = c;
    c->turn = at + 1;
}

static void
queue_up(struct cluster_queue *q, size_t at)
{
    struct cluster *c = q->v.v[at];
    for (; at > 0 && q->v.v[(at - 1) / 2]->due > c->due; at = (at - 1) / 2)
        queue_put(q, at, q->v.v[(at - 1) / 2]);
    queue_put(q, at, c);
}

static void
queue_down(struct cluster_queue *q, size_t at)
{
    struct cluster *c = q->v.v[at];
    for (size_t child; (child = 2 * at + 1) < q->v.n; at = child) {
        if (child + 1 < q->v.n && q->v.v[child + 1]->due < q->v.v[child]->due)
            child++;
        if (q->v.v[child]->due >= c->due)
            break;
        queue_put(q, at, q->v.v[child]);
    }
    queue_put(q, at, c);
}

static void
queue_settle(struct cluster_queue *q, size_t at)
{
    queue_up(q, at);
    queue_down(q, q->v.v[at]->turn - 1);
}

static void
queue_drop(struct cluster_queue *q, struct cluster *c)
{
    if (c->turn == 0)
        return;
    size_t at = c->turn - 1;
    struct cluster *last = q->v.v[--q->v.n];
    c->turn = 0;
    if (last == c)
        return;
    queue_put(q, at, last);
    queue_settle(q, at);
}

int
cluster_schedule(struct cluster_set *set, struct cluster *c, rt_time due)
{
    c->due = due;
    if (c->turn == 0) {
        struct cluster **slot = RT_VEC_PUSH(&set->queue.v);
        if (slot == NULL)
            return -1;
        queue_put(&set->queue, set->queue.v.n - 1, c);
    }
    queue_settle(&set->queue, c->turn - 1);
    return 0;
}

struct cluster *
cluster_first_due(const struct cluster_set *set)
{
    return set->queue.v.n == 0 ? NULL : set->queue.v.v[0];
}

/* ---- clusters ---- */

struct cluster *
cluster_new(struct cluster_set *set, struct box *b)
{
    struct cluster *c = rt_calloc(1, sizeof(*c));
    if (c == NULL)
        return NULL;
    c->boxes = b;
    c->count = 1;
    b->cluster = c;
    list_add(set, c);
    return c;
}

static void
adopt(struct cluster *into, struct cluster *from)
{
    struct box *last = NULL;
    for (struct box *b = from->boxes; b != NULL; b = b->next) {
        b->cluster = into;
        last = b;
    }
    if (last != NULL) {
        last->next = into->boxes;
        into->boxes = from->boxes;
    }
    into->count += from->count;
    from->boxes = NULL;
}

void
cluster_join(struct cluster_set *set, struct box *a, struct box *b)
{
    struct cluster *into = a->cluster, *from = b->cluster;
    if (into == from)
        return;
    /* The smaller one moves, so a box moves log n times at most. A queued one stays queued:
     * moving it must not need memory. */
    bool swap = into->count < from->count;
    if ((into->turn != 0) != (from->turn != 0))
        swap = from->turn != 0;
    if (swap) {
        struct cluster *t = into;
        into = from;
        from = t;
    }
    adopt(into, from);
    cluster_free(set, from);
}

size_t
cluster_count(const struct cluster_set *set)
{
    size_t n = 0;
    for (const struct cluster *c = set->all; c != NULL; c = c->next)
        n++;
    return n;
}

void
cluster_free(struct cluster_set *set, struct cluster *c)
{
    for (struct box *b = c->boxes, *next = NULL; b != NULL; b = next) {
        next = b->next;
        box_free(b);
    }
    queue_drop(&set->queue, c);
    list_drop(set, c);
    rt_free(c);
}

void
cluster_set_fini(struct cluster_set *set)
{
    while (set->all != NULL)
        cluster_free(set, set->all);
    RT_VEC_FREE(&set->queue.v);
}

rt_time
cluster_last(const struct cluster *c)
{
    rt_time last = RT_TIME_NONE;
    for (const struct box *b = c->boxes; b != NULL; b = b->next)
        last = b->last > last ? b->last : last;
    return last;
}
