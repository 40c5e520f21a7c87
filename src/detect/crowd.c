#include "config.h"

#include "detect/crowd.h"

#include <stdlib.h>

#include "detect/internal.h"
#include "detect/moment.h"
#include "detect/roll.h"

static const struct event *
its_start(const struct session *s)
{
    for (size_t i = 0; i < s->event_count; i++)
        if (s->events[i]->kind == KIND_START && s->events[i]->outcome == OUTCOME_OK)
            return s->events[i];
    return NULL;
}

/* Refused, or left before anything showed that it ran. */
static bool
never_ran(const struct session *s)
{
    const struct event *start = s->phase == PHASE_EXITED_ALONE ? its_start(s) : NULL;
    if (start == NULL)
        return s->phase == PHASE_START_FAILED;
    for (size_t i = s->event_count; i > 0 && s->events[i - 1] != start; i--)
        if (s->events[i - 1]->source == SOURCE_HOOK || s->events[i - 1]->outcome == OUTCOME_OK)
            return false;
    return s->events[s->event_count - 1] != start;
}

void
crowds_init(struct crowds *c)
{
    *c = (struct crowds){.list = {NULL, 0, 0}};
    rt_map_init(&c->by_app);
}

void
crowds_fini(struct crowds *c)
{
    for (size_t i = 0; i < c->list.n; i++) {
        RT_VEC_FREE(&c->list.v[i]->from);
        RT_VEC_FREE(&c->list.v[i]->to);
        RT_VEC_FREE(&c->list.v[i]->failed);
    }
    RT_VEC_FREE(&c->list);
    rt_map_fini(&c->by_app);
}

static struct crowd *
crowd_of(const struct crowds *all, rt_str app)
{
    return app.n == 0 ? NULL : rt_map_get(&all->by_app, app);
}

/* NULL: memory. */
static struct crowd *
join_crowd(struct detector *det, rt_str app)
{
    struct crowd *c = crowd_of(&det->crowds, app);
    if (c != NULL || witness_word(det, &app) < 0)
        return c;
    c = rt_arena_alloc(&det->arena, sizeof(*c));
    struct crowd **slot = c == NULL ? NULL : RT_VEC_PUSH(&det->crowds.list);
    if (slot == NULL)
        return NULL;
    *slot = c;
    c->app = app;
    return rt_map_put(&det->crowds.by_app, app, c) < 0 ? NULL : c;
}

static int
note_life(struct crowd *c, rt_time from, rt_time to)
{
    rt_time *begin = RT_VEC_PUSH(&c->from), *end = begin == NULL ? NULL : RT_VEC_PUSH(&c->to);
    if (end == NULL)
        return -1;
    *begin = from;
    *end = to;
    return 0;
}

static int
note_failed(struct crowd *c, struct crowd_place place)
{
    struct crowd_place *slot = c == NULL ? NULL : RT_VEC_PUSH(&c->failed);
    if (slot == NULL)
        return -1;
    *slot = place;
    return 0;
}

/* The start may name another app than its session. */
static int
keep_failed(struct detector *det, const struct session *s, const struct event *start)
{
    struct crowd *c = join_crowd(det, start->app_id.n > 0 ? start->app_id : s->app_id);
    return note_failed(c, (struct crowd_place){start->input, start->line});
}

int
crowd_keep(struct detector *det, const struct session *s)
{
    bool failed = never_ran(s);
    const struct event *start = failed ? its_start(s) : NULL;
    if (s->app_id.n == 0 || !det->survey->asks_crowd ||
        (failed ? start == NULL : s->from == RT_TIME_NONE))
        return 0;
    struct crowd *c = join_crowd(det, s->app_id);
    if (c == NULL || (failed && keep_failed(det, s, start) < 0))
        return -1;
    if (s->ended && !failed) {
        c->over++;
        c->alone += (s->kinds & UINT64_C(1) << KIND_STOP) == 0;
    }
    return s->from == RT_TIME_NONE ? 0 : note_life(c, s->from, s->to);
}

int
crowds_move(struct detector *det, const struct detector *from)
{
    for (size_t i = 0; i < from->crowds.list.n; i++) {
        const struct crowd *f = from->crowds.list.v[i];
        struct crowd *c = join_crowd(det, f->app);
        if (c == NULL)
            return -1;
        for (size_t k = 0; k < f->from.n; k++)
            if (note_life(c, f->from.v[k], f->to.v[k]) < 0)
                return -1;
        for (size_t k = 0; k < f->failed.n; k++)
            if (note_failed(c, f->failed.v[k]) < 0)
                return -1;
        c->over += f->over;
        c->alone += f->alone;
    }
    return 0;
}

/* ---- at the end ---- */

static int
by_time(const void *a, const void *b)
{
    const rt_time *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* How many of them are not later than `t`. */
static size_t
until(const rt_time *v, size_t n, rt_time t)
{
    size_t low = 0;
    while (low < n) {
        size_t middle = low + (n - low) / 2;
        if (v[middle] <= t)
            low = middle + 1;
        else
            n = middle;
    }
    return low;
}

static bool
started(const struct event *e)
{
    return e->kind == KIND_START && e->outcome == OUTCOME_OK;
}

static bool
came_to_nothing(const struct crowd *c, const char *start)
{
    struct witness w;
    testimony_read(start, &w);
    for (size_t i = 0; i < c->failed.n; i++)
        if (c->failed.v[i].input == w.input && c->failed.v[i].line == w.line)
            return true;
    return false;
}

static void
count_tokens(struct crowd *c, const struct roll_entry *v, size_t n)
{
    size_t without = 0;
    for (size_t i = 0; i < n; i++) {
        const struct event *e = &v[i].like->e;
        rt_str token = started(e) ? event_text(e, FIELD_TOKEN) : RT_NONE;
        bool missing = rt_str_is(token, "missing");
        c->bare = missing ? v[i].at : c->bare;
        without += missing;
        c->tokened += token.n > 0 && !missing;
    }
    if (without != 1 || !came_to_nothing(c, c->bare))
        c->bare = NULL;
}

void
crowd_settle(const struct crowds *all, const struct roll_entry *v, size_t n)
{
    struct crowd *c = crowd_of(all, v[0].like->e.app_id);
    if (c == NULL)
        return;
    if (c->from.n > 1) {
        qsort(c->from.v, c->from.n, sizeof(*c->from.v), by_time);
        qsort(c->to.v, c->to.n, sizeof(*c->to.v), by_time);
    }
    for (size_t i = n; i > 0 && c->last == NULL; i--)
        if (started(&v[i - 1].like->e))
            c->last = v[i - 1].at;
    count_tokens(c, v, n);
}

static int
add_number(struct rt_arena *a, struct event *e, uint16_t field, int64_t number)
{
    struct event_value v = {.field = field, .num = number};
    return event_get(e, field) != NULL ? 0 : event_add(a, e, &v);
}

/* How many recordings there are at one time after each start; of the last one, how many ended and how; of the
 * only one without a token, whose recording never ran, how many had one. */
int
crowd_tell(const struct crowds *all, const char *at, struct event *e, struct rt_arena *a)
{
    int rc = 0;
    const struct crowd *c = started(e) ? crowd_of(all, e->app_id) : NULL;
    if (c == NULL)
        return 0;
    if (moment_known(e) && c->from.n > 0) {
        /* This one may be heard of no more, and counts all the same. */
        size_t live = until(c->from.v, c->from.n, e->end) - until(c->to.v, c->to.n, e->end);
        rc |= add_number(a, e, FIELD_LIVE, live == 0 ? 1 : (int64_t)live);
    }
    if (at == c->last && c->over > 0)
        rc |= add_number(a, e, FIELD_OVER, c->over) |
              add_number(a, e, FIELD_ALONE, c->alone * 100 / c->over);
    if (at == c->bare && c->tokened > 0)
        rc |= add_number(a, e, FIELD_TOKENED, c->tokened);
    return rc;
}
