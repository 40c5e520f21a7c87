/*
 * engine.c - takes events, ties identities, and closes what is over.
 *
 *   feed -> join (halves) -> box of its rid, sid, triple or input -> cluster of boxes
 *   advance, finish -> clusters that are due -> finish.c -> groups -> sink
 */
#include "config.h"

#include "session/engine.h"

#include "base/alloc.h"
#include "base/map.h"
#include "base/slices.h"
#include "session/aside.h"
#include "session/finish.h"
#include "session/join.h"
#include "session/phase.h"
#include "session/registry.h"

struct input_progress { /* for the count of disorder */
    rt_time begin, end;
};

struct session_engine {
    const struct rt_limits *limits;
    size_t threads; /* that close what is left; 1..SESSION_THREADS */
    struct phase_signs signs;
    struct terms terms;
    struct meter meter;
    struct box_keep keep;
    struct join join;
    struct registry registry;
    struct aside aside;
    RT_VEC(struct input_progress) inputs;
    rt_time clock; /* latest time met */
    struct session_engine_facts facts;
};

static int place(void *arg, const struct event *ev, struct rt_err *err);

static uint32_t
signs_of(void *arg, const struct event *e)
{
    return phase_signs_of(arg, e);
}

struct session_engine *
session_engine_new(const struct rule_set *rules, const struct rt_limits *limits,
                   const struct session_options *options, struct rt_err *err)
{
    struct session_engine *e = rt_calloc(1, sizeof(*e));
    if (e == NULL) {
        rt_fail_mem(err);
        return NULL;
    }
    e->limits = limits;
    e->threads = options == NULL || options->threads == 0 ? 1 : options->threads;
    if (e->threads > SESSION_THREADS)
        e->threads = SESSION_THREADS;
    e->clock = RT_TIME_NONE;
    e->terms = terms_of(rules);
    meter_init(&e->meter, e->terms.tardy);
    if (phase_signs_init(&e->signs, rules) < 0) {
        rt_fail_mem(err);
        rt_free(e);
        return NULL;
    }
    e->keep = (struct box_keep){limits->session_events, signs_of, &e->signs};
    join_init(&e->join, limits->pending_calls, (struct join_sink){place, e});
    registry_init(&e->registry, options);
    return e;
}

void
session_engine_free(struct session_engine **pe)
{
    struct session_engine *e = *pe;
    *pe = NULL;
    if (e == NULL)
        return;
    join_fini(&e->join);
    registry_fini(&e->registry);
    aside_fini(&e->aside);
    phase_signs_fini(&e->signs);
    meter_fini(&e->meter);
    RT_VEC_FREE(&e->inputs);
    rt_free(e);
}

/* ---- feeding ---- */

static rt_dur
linger(const struct session_engine *e)
{
    return (rt_dur)e->limits->session_linger_s * RT_SEC;
}

static rt_dur
quiet_time(const struct session_engine *e)
{
    return (rt_dur)e->limits->session_quiet_s * RT_SEC;
}

static void
count_bytes(struct session_engine *e, struct box *b, uint64_t more)
{
    b->bytes += more;
    e->registry.bytes += more;
}

static int
keep_new(struct session_engine *e, struct box *b, const struct event *ev)
{
    bool fresh = b->kinds == 0;
    size_t held = b->arena.held;
    if (registry_tie(&e->registry, b, ev) < 0 || box_keep(b, ev, &e->keep) < 0)
        return -1;
    /* Beside what the arena grew by: room in the lists. */
    count_bytes(e, b, b->arena.held - held + sizeof(struct poll));
    if (fresh && ++e->facts.open > e->facts.open_peak)
        e->facts.open_peak = e->facts.open;
    if (b->cluster->turn == 0 && b->last != RT_TIME_NONE)
        return cluster_schedule(&e->registry.clusters, b->cluster,
                                box_shift(b->last, linger(e)));
    return 0;
}

static int
keep(struct session_engine *e, struct box *b, const struct event *ev)
{
    /* Most events of a log end here: their ties are known since the first of their kind, and the
     * cluster is queued. */
    if (ev->plain && b->last != RT_TIME_NONE) {
        int kept = box_go_on(b, ev);
        if (kept > 0)
            count_bytes(e, b, sizeof(struct poll));
        if (kept != 0)
            return kept < 0 ? -1 : 0;
    }
    return keep_new(e, b, ev);
}

static int
check_bytes(const struct session_engine *e, struct rt_err *err)
{
    if (e->registry.bytes <= e->limits->arena_bytes)
        return 0;
    return rt_fail_here(err, RT_ELIMIT, "the sessions of this run need more than %llu bytes",
                        (unsigned long long)e->limits->arena_bytes);
}

/* A whole call, a callback, or a half that stayed alone. */
static int
place(void *arg, const struct event *ev, struct rt_err *err)
{
    struct session_engine *e = arg;
    struct registry_place at;
    if (registry_find(&e->registry, ev, &at) < 0)
        return rt_fail_mem(err);
    if (at.box == NULL && e->facts.open >= e->limits->sessions_open) {
        e->facts.dropped++;
        return 0;
    }
    if (at.box == NULL && registry_create(&e->registry, &at) < 0)
        return rt_fail_mem(err);
    if (keep(e, at.box, ev) < 0)
        return rt_fail_mem(err);
    return check_bytes(e, err);
}

static rt_dur
distance(rt_time from, rt_time to)
{
    rt_dur d = 0;
    return __builtin_sub_overflow(to, from, &d) ? INT64_MAX : d;
}

/* Out of order is what begins and ends before something that its input told earlier: calls that
 * overlap are written in either order. */
static int
note_order(struct session_engine *e, uint32_t input, rt_time begin, rt_time end)
{
    if (begin == RT_TIME_NONE || input >= e->limits->inputs)
        return 0;
    while (e->inputs.n <= input) {
        struct input_progress *slot = RT_VEC_PUSH(&e->inputs);
        if (slot == NULL)
            return -1;
        *slot = (struct input_progress){RT_TIME_NONE, RT_TIME_NONE};
    }
    struct input_progress *p = &e->inputs.v[input];
    end = end == RT_TIME_NONE ? begin : end;
    if (begin < p->begin && end < p->end) {
        rt_dur by_begin = distance(begin, p->begin), by_end = distance(end, p->end);
        rt_dur by = by_begin < by_end ? by_begin : by_end;
        e->facts.disordered++;
        e->facts.worst_disorder = by > e->facts.worst_disorder ? by : e->facts.worst_disorder;
    }
    p->begin = begin > p->begin ? begin : p->begin;
    p->end = end > p->end ? end : p->end;
    e->clock = end > e->clock ? end : e->clock;
    return 0;
}

int
session_engine_feed(struct session_engine *e, const struct event *ev, struct rt_err *err)
{
    e->facts.events++;
    if (note_order(e, ev->input, ev->begin, ev->end) < 0)
        return rt_fail_mem(err);
    if (event_is_aside(ev->kind))
        return aside_keep(&e->aside, ev, e->limits->session_events) < 0 ? rt_fail_mem(err) : 0;
    if (ev->half && ev->join.n > 0)
        return join_feed(&e->join, ev, err);
    return place(e, ev, err);
}

/* The first of its kind goes the whole way, and its box is remembered for those that follow. */
static int
place_first(struct session_engine *e, struct session_site *site, const struct poll *p,
            struct rt_err *err)
{
    struct event ev;
    struct registry_place at;
    poll_unpack(site->like, p, &ev);
    if (place(e, &ev, err) < 0)
        return -1;
    if (registry_find(&e->registry, &ev, &at) < 0)
        return rt_fail_mem(err);
    site->kept = at.box == NULL ? NULL : box_kept(at.box, &ev);
    site->box = site->kept == NULL ? NULL : at.box;
    return 0;
}

int
session_engine_feed_poll(struct session_engine *e, struct session_site *site,
                         const struct poll *p, struct rt_err *err)
{
    e->facts.events++;
    if (note_order(e, p->input, p->begin, poll_end(p)) < 0)
        return rt_fail_mem(err);
    struct box *b = site->box;
    int kept = b == NULL || b->last == RT_TIME_NONE ? 0 : box_go_on_with(b, site->kept, p);
    if (kept == 0)
        return place_first(e, site, p, err);
    if (kept < 0)
        return rt_fail_mem(err);
    count_bytes(e, b, sizeof(*p));
    return check_bytes(e, err);
}

/* ---- closing ---- */

static void
tell_closed(struct session_engine *e, const struct cluster *c)
{
    for (const struct box *b = c->boxes; b != NULL; b = b->next) {
        e->facts.open -= b->kinds != 0;
        e->facts.dropped += b->dropped;
    }
}

static int
close_cluster(struct session_engine *e, struct cluster *c, struct group_list *groups,
              struct rt_err *err)
{
    struct closing how = {e->limits, &e->signs, &e->terms, e->clock, &e->facts.duplicates,
                          &e->meter};
    tell_closed(e, c);
    registry_forget(&e->registry, c);
    int rc = finish_cluster(&how, c, groups, err);
    cluster_free(&e->registry.clusters, c);
    return rc;
}

/* When `c` should be looked at again: not before then can it be over. */
static rt_time
due_again(const struct session_engine *e, struct cluster *c, rt_time clock)
{
    rt_time last = cluster_last(c);
    rt_time quiet = box_shift(last, quiet_time(e)), soon = box_shift(last, linger(e));
    if (soon >= clock || quiet < clock || finish_is_over(c))
        return soon >= clock ? soon : RT_TIME_NONE;
    rt_time look = box_shift(clock, linger(e));
    return look < quiet ? look : quiet;
}

static int
close_due(struct session_engine *e, rt_time clock, struct group_list *groups,
          struct rt_err *err)
{
    struct cluster *c;
    while ((c = cluster_first_due(&e->registry.clusters)) != NULL) {
        bool crowded = e->facts.open >= e->limits->sessions_open;
        if (c->due >= clock && !crowded)
            return 0;
        rt_time again = crowded ? RT_TIME_NONE : due_again(e, c, clock);
        if (again == RT_TIME_NONE) {
            if (close_cluster(e, c, groups, err) < 0)
                return -1;
        } else if (cluster_schedule(&e->registry.clusters, c, again) < 0) {
            return rt_fail_mem(err);
        }
    }
    return 0;
}

static int
close_all(struct session_engine *e, struct group_list *groups, struct rt_err *err)
{
    while (e->registry.clusters.all != NULL)
        if (close_cluster(e, e->registry.clusters.all, groups, err) < 0)
            return -1;
    return 0;
}

/* ---- closing by several threads: clusters have nothing in common ---- */

struct closer {
    struct session_engine *engine;
    struct cluster **clusters;
    struct meter meters[SESSION_THREADS]; /* of the threads; the first counts in the engine's */
    struct closer_slice {
        struct group_list groups;
        uint64_t duplicates;
        struct rt_err err;
    } slices[4 * SESSION_THREADS]; /* some a thread: they are not equal */
};

static int
close_slice(void *arg, size_t thread, size_t number, size_t from, size_t to)
{
    struct closer *c = arg;
    struct session_engine *e = c->engine;
    struct closer_slice *slice = &c->slices[number];
    struct meter *meter = thread == 0 ? &e->meter : &c->meters[thread];
    struct closing how = {e->limits, &e->signs, &e->terms, e->clock, &slice->duplicates, meter};
    for (size_t i = from; i < to; i++) {
        if (finish_cluster(&how, c->clusters[i], &slice->groups, &slice->err) < 0)
            return -1; /* freed with the engine: here the threads would wait for each other's heaps */
    }
    return 0;
}

static int
gather(struct session_engine *e, struct closer_slice *slice, struct group_list *groups,
       struct rt_err *err)
{
    e->facts.duplicates += slice->duplicates;
    if (slice->err.code != RT_OK)
        return rt_fail(err, slice->err.code, slice->err.pos, "%s", slice->err.msg);
    return groups_move(groups, &slice->groups) < 0 ? rt_fail_mem(err) : 0;
}

static int
close_apart(struct session_engine *e, size_t threads, struct group_list *groups,
            struct rt_err *err)
{
    struct closer *c = rt_calloc(1, sizeof(*c));
    size_t n = 0;
    int rc = 0;
    if (c != NULL)
        c->clusters = rt_calloc(cluster_count(&e->registry.clusters), sizeof(struct cluster *));
    if (c == NULL || c->clusters == NULL) {
        rt_free(c);
        return close_all(e, groups, err);
    }
    for (struct cluster *k = e->registry.clusters.all; k != NULL; k = k->next) {
        c->clusters[n++] = k;
        tell_closed(e, k);
    }
    c->engine = e;
    for (size_t i = 1; i < threads; i++)
        meter_init(&c->meters[i], e->terms.tardy);
    rt_slices(threads, 4 * threads, n, close_slice, c);
    for (size_t i = 0; i < 4 * threads; i++) {
        rc = rc < 0 ? -1 : gather(e, &c->slices[i], groups, err);
        groups_fini(&c->slices[i].groups);
    }
    for (size_t i = 1; i < threads; i++) {
        rc = rc < 0 || meter_move(&e->meter, &c->meters[i]) == 0 ? rc : rt_fail_mem(err);
        meter_fini(&c->meters[i]);
    }
    rt_free(c->clusters);
    rt_free(c);
    return rc;
}

int
session_engine_advance(struct session_engine *e, rt_time clock, struct session_sink sink,
                       struct rt_err *err)
{
    struct group_list groups = {{NULL, 0, 0}};
    int rc =
        clock == RT_TIME_NONE ? 0 : join_release(&e->join, box_shift(clock, -linger(e)), err);
    if (rc == 0 && clock != RT_TIME_NONE)
        rc = close_due(e, clock, &groups, err);
    if (rc == 0)
        rc = groups_deliver(&groups, true, sink, err);
    groups_fini(&groups);
    return rc;
}

int
session_engine_finish(struct session_engine *e, struct session_sink sink, struct rt_err *err)
{
    struct group_list groups = {{NULL, 0, 0}};
    int rc = join_release(&e->join, RT_TIME_NONE, err);
    if (rc == 0)
        rc = e->threads > 1 ? close_apart(e, e->threads, &groups, err)
                            : close_all(e, &groups, err);
    if (rc == 0)
        rc = groups_deliver(&groups, false, sink, err);
    if (rc == 0)
        rc = aside_deliver(&e->aside, &e->facts.duplicates, sink, err);
    groups_fini(&groups);
    return rc;
}

struct meter *
session_engine_meter(struct session_engine *e)
{
    return &e->meter;
}

void
session_engine_facts(const struct session_engine *e, struct session_engine_facts *out)
{
    *out = e->facts;
}
