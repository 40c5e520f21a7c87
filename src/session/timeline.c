/*
 * timeline.c - merges whole events with packed polls, and makes identical neighbours one.
 *
 *   events   A S . . . . X .        sorted
 *   run 1    . . p p p . . .        sorted; becomes one event that stands for three
 *   run 2    . . . . . q . q        two events: X lies between them
 *
 * Polls are unpacked one at a time, so a session of a million polls needs room for a few events.
 */
#include "config.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "session/draft.h"
#include "session/pace.h"

struct head { /* the next poll of a run */
    size_t at;
    struct event e;
};
struct merge {
    struct draft *d;
    struct head *heads;
    size_t at; /* in the whole events */
    uint64_t events_max;
    RT_VEC(struct event *) out;
    struct event *tail;
    const struct head *tail_head; /* the run that the tail came from; NULL: a whole event */
    struct pace pace;
    struct meter *meter;
};

static bool
load(const struct merge *m, size_t run)
{
    const struct poll_run *r = &m->d->runs[run];
    struct head *h = &m->heads[run];
    if (h->at >= r->polls.n)
        return false;
    if (h->at == 0)
        poll_unpack(r->like, &r->polls.v[0], &h->e);
    else
        poll_unpack_next(&r->polls.v[h->at], &h->e);
    return true;
}

/* The run whose next poll comes before all others, or SIZE_MAX. */
static size_t
first_run(const struct merge *m)
{
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < m->d->run_count; i++)
        if (m->heads[i].at < m->d->runs[i].polls.n &&
            (best == SIZE_MAX || event_compare(&m->heads[i].e, &m->heads[best].e) < 0))
            best = i;
    return best;
}

static bool
goes_on(const struct merge *m, const struct event *e, const struct head *head)
{
    if (m->tail == NULL || !e->plain || !m->tail->plain)
        return false;
    return (head != NULL && head == m->tail_head) || event_alike(m->tail, e);
}

static int
emit(struct merge *m, struct event *e, const struct head *head, const struct event *like)
{
    if (meter_add(m->meter, e->app_id.n > 0 ? e->app_id : m->d->s->app_id, e) < 0)
        return -1;
    if (goes_on(m, e, head)) {
        pace_step(&m->pace, e);
        m->tail->repeated += e->repeated;
        m->tail->copies += e->copies - 1;
        m->tail->last = e->begin;
        return 0;
    }
    if (m->tail != NULL && pace_tell(&m->pace, &m->d->s->arena, m->tail) < 0)
        return -1;
    pace_step(&m->pace, e);
    if (m->out.n >= m->events_max) {
        m->d->s->dropped += e->repeated;
        return 0;
    }
    if (head != NULL && (e = event_copy(&m->d->s->arena, e, like)) == NULL)
        return -1;
    struct event **slot = RT_VEC_PUSH(&m->out);
    if (slot == NULL)
        return -1;
    *slot = m->tail = e;
    m->tail_head = head;
    e->last = e->begin;
    return 0;
}

static int
emit_poll(struct merge *m, size_t run)
{
    struct head *h = &m->heads[run];
    if (emit(m, &h->e, h, m->d->runs[run].like) < 0)
        return -1;
    h->at++;
    load(m, run);
    return 0;
}

static int
merge_all(struct merge *m)
{
    struct draft *d = m->d;
    for (size_t i = 0; i < d->run_count; i++)
        load(m, i);
    for (;;) {
        size_t run = first_run(m);
        struct event *e = m->at < d->events.n ? d->events.v[m->at] : NULL;
        if (run == SIZE_MAX && e == NULL)
            return m->tail == NULL ? 0 : pace_tell(&m->pace, &d->s->arena, m->tail);
        if (e != NULL && (run == SIZE_MAX || event_compare(e, &m->heads[run].e) < 0)) {
            m->at++;
            if (emit(m, e, NULL, NULL) < 0)
                return -1;
        } else if (emit_poll(m, run) < 0) {
            return -1;
        }
    }
}

static int
hand_over(struct merge *m)
{
    struct session *s = m->d->s;
    struct event **events =
        rt_arena_array(&s->arena, m->out.n == 0 ? 1 : m->out.n, sizeof(struct event *));
    if (events == NULL)
        return -1;
    for (size_t i = 0; i < m->out.n; i++) {
        events[i] = m->out.v[i];
        s->kinds |= UINT64_C(1) << (events[i]->kind & 63);
    }
    s->events = events;
    s->event_count = m->out.n;
    return 0;
}

static int
by_order(const void *a, const void *b)
{
    return event_compare(*(struct event *const *)a, *(struct event *const *)b);
}

int
timeline_build(struct draft *d, const struct closing *how)
{
    struct merge m = {.d = d, .events_max = how->limits->session_events, .meter = how->meter};
    pace_init(&m.pace, how->terms);
    if (d->run_count > 0 && (m.heads = rt_calloc(d->run_count, sizeof(*m.heads))) == NULL)
        return -1;
    if (d->disordered)
        qsort(d->events.v, d->events.n, sizeof(*d->events.v), by_order);
    draft_measure(d);
    int rc = merge_all(&m);
    rc = rc < 0 ? -1 : hand_over(&m);
    RT_VEC_FREE(&m.out);
    rt_free(m.heads);
    return rc;
}
