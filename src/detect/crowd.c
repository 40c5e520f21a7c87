/*
 * crowd.c - how many recordings of an app ran at one time, how they ended, what its starts had in common,
 * and how many calls it sent in a second.
 */
#include "config.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "detect/internal.h"
#include "detect/moment.h"

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

bool
crowd_tells(uint16_t field)
{
    return field == FIELD_LIVE || field == FIELD_OVER || field == FIELD_ALONE || field == FIELD_TOKENED;
}

static bool
lives_matter(const struct detector *det)
{
    return witness_asks(det, FIELD_LIVE) || witness_asks(det, FIELD_OVER) || witness_asks(det, FIELD_ALONE) ||
           witness_asks(det, FIELD_TOKENED);
}

int
crowd_keep(struct detector *det, const struct session *s)
{
    rt_str app = s->app_id;
    bool failed = never_ran(s);
    const struct event *start = failed ? its_start(s) : NULL;
    if (app.n == 0 || !lives_matter(det) ||
        (failed ? start == NULL : s->from == RT_TIME_NONE))
        return 0;
    struct life *slot = witness_word(det, &app) < 0 ? NULL : RT_VEC_PUSH(&det->lives);
    if (slot == NULL)
        return -1;
    *slot = (struct life){.app = app,
                          .from = s->from,
                          .to = s->to,
                          .over = s->ended && !failed,
                          .alone =
                              s->ended && !failed && (s->kinds & UINT64_C(1) << KIND_STOP) == 0,
                          .failed = failed,
                          .input = failed ? start->input : 0,
                          .line = failed ? start->line : 0};
    return 0;
}

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

static int
add_number(struct detector *det, const struct event *e, uint16_t field, int64_t number)
{
    struct event_value v = {.field = field, .num = number};
    /* Witnesses are the detector's own. */
    return event_get(e, field) != NULL
               ? 0
               : event_add(&det->arena, (struct event *)(uintptr_t)e, &v);
}

/* At one time, after each start. */
static int
tell_live(struct detector *det, const struct scope *s, rt_str app)
{
    size_t n = 0;
    rt_time *from = rt_calloc(2 * det->lives.n + 1, sizeof(*from));
    if (from == NULL)
        return -1;
    rt_time *to = from + det->lives.n;
    for (size_t i = 0; i < det->lives.n; i++)
        if (det->lives.v[i].from != RT_TIME_NONE && rt_str_eq(det->lives.v[i].app, app)) {
            from[n] = det->lives.v[i].from;
            to[n++] = det->lives.v[i].to;
        }
    qsort(from, n, sizeof(*from), by_time);
    qsort(to, n, sizeof(*to), by_time);
    int rc = 0;
    for (size_t i = 0; n > 0 && rc == 0 && i < s->n; i++) {
        const struct event *e = s->v[i].e;
        if (e->kind != KIND_START || e->outcome != OUTCOME_OK || !moment_known(e))
            continue;
        /* This one may be heard of no more, and counts all the same. */
        size_t live = until(from, n, e->end) - until(to, n, e->end);
        rc = add_number(det, e, FIELD_LIVE, live == 0 ? 1 : (int64_t)live);
    }
    rt_free(from);
    return rc;
}

static bool
started(const struct event *e)
{
    return e->kind == KIND_START && e->outcome == OUTCOME_OK;
}

/* At the last start: how many recordings ended, and how. */
static int
tell_ends(struct detector *det, const struct scope *s, rt_str app)
{
    const struct event *last = NULL;
    int64_t over = 0, alone = 0;
    for (size_t i = 0; i < s->n; i++)
        if (started(s->v[i].e))
            last = s->v[i].e;
    for (size_t i = 0; i < det->lives.n; i++)
        if (rt_str_eq(det->lives.v[i].app, app)) {
            over += det->lives.v[i].over;
            alone += det->lives.v[i].alone;
        }
    if (last == NULL || over == 0)
        return 0;
    return add_number(det, last, FIELD_OVER, over) |
           add_number(det, last, FIELD_ALONE, alone * 100 / over);
}

static bool
came_to_nothing(const struct detector *det, const struct event *start)
{
    for (size_t i = 0; i < det->lives.n; i++)
        if (det->lives.v[i].failed && det->lives.v[i].input == start->input &&
            det->lives.v[i].line == start->line)
            return true;
    return false;
}

/* At the only start without a token, when its recording never ran: how many had one. */
static int
tell_tokens(struct detector *det, const struct scope *s)
{
    const struct event *bare = NULL;
    int64_t without = 0, with = 0;
    for (size_t i = 0; i < s->n; i++) {
        const struct event *e = s->v[i].e;
        rt_str token = started(e) ? event_text(e, FIELD_TOKEN) : RT_NONE;
        bool missing = rt_str_is(token, "missing");
        bare = missing ? e : bare;
        without += missing;
        with += token.n > 0 && !missing;
    }
    return without == 1 && with > 0 && came_to_nothing(det, bare)
               ? add_number(det, bare, FIELD_TOKENED, with)
               : 0;
}

int
crowd_tell(struct detector *det, const struct scope *s)
{
    rt_str app = s->v[0].e->app_id;
    return tell_live(det, s, app) < 0 || tell_ends(det, s, app) < 0 || tell_tokens(det, s) < 0
               ? -1
               : 0;
}

static int
add_second(struct detector *det, rt_str app, const struct meter_second *best)
{
    struct event *e = rt_arena_alloc(&det->arena, sizeof(*e));
    struct scope_event *slot = e == NULL ? NULL : RT_VEC_PUSH(&det->witnesses);
    if (slot == NULL)
        return -1;
    event_init(e);
    e->begin = e->end = e->last = best->begin;
    e->app_id = app;
    e->input = best->input;
    e->line = best->line;
    *slot = (struct scope_event){.e = e};
    struct event_value stamped = {.field = FIELD_STAMPED,
                                  .is_text = 1,
                                  .text = rt_str_of(best->coarse ? "coarse" : "fine")};
    if (event_add(&det->arena, e, &stamped) < 0)
        return -1;
    return add_number(det, e, FIELD_RATE, best->calls);
}

static int
add_silence(struct detector *det, rt_str app, const struct meter_silence *s)
{
    struct event *e = rt_arena_alloc(&det->arena, sizeof(*e));
    struct scope_event *slot = e == NULL ? NULL : RT_VEC_PUSH(&det->witnesses);
    if (slot == NULL)
        return -1;
    event_init(e);
    e->begin = e->end = e->last = s->end;
    e->app_id = app;
    e->input = s->input;
    e->line = s->line;
    *slot = (struct scope_event){.e = e};
    if (add_number(det, e, FIELD_SILENCE, s->length / RT_MS) < 0)
        return -1;
    return add_number(det, e, FIELD_CALLS_BESIDE,
                      (int64_t)(s->before < s->after ? s->before : s->after));
}

static int
add_hosts(struct detector *det, const struct meter *meter)
{
    for (const struct meter_host *h = meter->hosts; h != NULL; h = h->next) {
        struct event *e = rt_arena_alloc(&det->arena, sizeof(*e));
        rt_str host = h->id;
        struct scope_event *slot =
            e == NULL || witness_word(det, &host) < 0 ? NULL : RT_VEC_PUSH(&det->witnesses);
        if (slot == NULL)
            return -1;
        event_init(e);
        e->begin = e->end = e->last = h->begin;
        e->host = host;
        e->input = h->input;
        e->line = h->line;
        *slot = (struct scope_event){.e = e};
        if (add_number(det, e, FIELD_SLOW_SHARE, (int64_t)(100 * h->slow / h->calls)) < 0 ||
            add_number(det, e, FIELD_TIMED, (int64_t)h->calls) < 0)
            return -1;
    }
    return 0;
}

int
crowd_rates(struct detector *det, const struct meter *meter)
{
    if (witness_asks(det, FIELD_SLOW_SHARE) && add_hosts(det, meter) < 0)
        return -1;
    if (!witness_asks(det, FIELD_RATE) && !witness_asks(det, FIELD_SILENCE))
        return 0;
    for (const struct meter_app *a = meter->apps; a != NULL; a = a->next) {
        rt_str app = a->id;
        if (witness_word(det, &app) < 0)
            return -1;
        for (size_t i = 0; i < a->best_count; i++)
            if (a->best[i].calls > 1 && add_second(det, app, &a->best[i]) < 0)
                return -1;
        for (size_t i = 0; witness_asks(det, FIELD_SILENCE) && i < a->quiet_count; i++)
            if (add_silence(det, app, &a->quiet[i]) < 0)
                return -1;
    }
    return 0;
}
