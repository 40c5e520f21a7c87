#include "config.h"

#include "session/meter.h"

#include <stdlib.h>

#include "base/alloc.h"

struct meter_cell { /* the calls of a 32nd of a second */
    int64_t tick;
    uint32_t line;
    uint16_t input;
    uint16_t calls : 15; /* 0: free */
    uint16_t coarse : 1;
};
_Static_assert(sizeof(struct meter_cell) == 16, "many are kept");

enum {
    CALLS_MOST = (1 << 15) - 1,
    TICKS = 32,
    CELLS_LEAST = 128,
    CELLS_MOST = 1 << 16,
    CELLS_SURE = 3 * CELLS_MOST / 8
};
static const rt_dur tick_us = RT_SEC / TICKS;

void
meter_init(struct meter *m, rt_dur slow)
{
    *m = (struct meter){.slow = slow};
    rt_map_init(&m->by_app);
    rt_map_init(&m->by_host);
}

void
meter_fini(struct meter *m)
{
    for (struct meter_app *a = m->apps, *next; a != NULL; a = next) {
        next = a->next;
        rt_free(a->cells);
        rt_free(a->text);
        rt_free(a);
    }
    for (struct meter_host *h = m->hosts, *next; h != NULL; h = next) {
        next = h->next;
        rt_free(h->text);
        rt_free(h);
    }
    rt_map_fini(&m->by_app);
    rt_map_fini(&m->by_host);
    *m = (struct meter){.slow = RT_DUR_NONE};
}

static struct meter_app *
new_app(struct meter *m, rt_str id)
{
    struct meter_app *a = rt_calloc(1, sizeof(*a));
    if (a == NULL)
        return NULL;
    a->since = INT64_MIN;
    a->next = m->apps;
    m->apps = a;
    a->mask = CELLS_LEAST - 1;
    a->cells = rt_calloc(CELLS_LEAST, sizeof(*a->cells));
    a->text = rt_calloc(id.n + 1, 1);
    if (a->cells == NULL || a->text == NULL)
        return NULL;
    memcpy(a->text, id.p, id.n);
    a->id = (rt_str){a->text, id.n};
    return rt_map_put(&m->by_app, a->id, a) < 0 ? NULL : a;
}

/* Spread, because ticks in a row would stand in a row and be walked along. The four of a cache line
 * stay together: they are looked at together. */
static size_t
home_of(const struct meter_app *a, int64_t tick)
{
    uint64_t line = ((uint64_t)tick >> 2) * UINT64_C(0x9fb21c651e98df25);
    return ((size_t)(line >> 32) << 2 | ((size_t)tick & 3)) & a->mask;
}

static struct meter_cell *
find_cell(const struct meter_app *a, int64_t tick)
{
    size_t i = home_of(a, tick);
    while (a->cells[i].calls != 0 && a->cells[i].tick != tick)
        i = (i + 1) & a->mask;
    return &a->cells[i];
}

/* ---- busy seconds ---- */

static int
by_tick(const void *a, const void *b)
{
    const struct meter_cell *x = a, *y = b;
    return (x->tick > y->tick) - (x->tick < y->tick);
}

/* Moves all to the front; how many there are. */
static size_t
collect(struct meter_app *a)
{
    size_t n = 0;
    for (size_t i = 0; i <= a->mask; i++)
        if (a->cells[i].calls != 0)
            a->cells[n++] = a->cells[i];
    return n;
}

/* All in their order, at the front. A busy app has a call in most ticks: then looking at each is quicker
 * than to sort. */
static size_t
sort(struct meter_app *a)
{
    enum { CLOSE = 4 }; /* ticks a cell */
    int64_t from = INT64_MAX, to = INT64_MIN;
    for (size_t i = 0; i <= a->mask; i++)
        if (a->cells[i].calls != 0) {
            from = a->cells[i].tick < from ? a->cells[i].tick : from;
            to = a->cells[i].tick > to ? a->cells[i].tick : to;
        }
    bool close = a->n > 1 && (uint64_t)to - (uint64_t)from < CLOSE * a->n;
    struct meter_cell *v = close ? rt_calloc(a->mask + 1, sizeof(*v)) : NULL;
    size_t n = 0;
    if (v == NULL) {
        n = collect(a);
        if (n > 1)
            qsort(a->cells, n, sizeof(*a->cells), by_tick);
        return n;
    }
    for (int64_t tick = from; tick <= to; tick++) {
        const struct meter_cell *c = find_cell(a, tick);
        if (c->calls != 0)
            v[n++] = *c;
    }
    rt_free(a->cells);
    a->cells = v;
    return n;
}

static bool
is_busier(const struct meter_second *a, const struct meter_second *b)
{
    return a->calls != b->calls ? a->calls > b->calls : a->begin < b->begin;
}

static void
note(struct meter_app *a, const struct meter_second *s)
{
    size_t i = a->best_count;
    if (i == METER_BEST && !is_busier(s, &a->best[i - 1]))
        return;
    if (i == METER_BEST)
        i--;
    else
        a->best_count++;
    for (; i > 0 && is_busier(s, &a->best[i - 1]); i--)
        a->best[i] = a->best[i - 1];
    a->best[i] = *s;
}

static struct meter_second
second_at(const struct meter_cell *v, size_t n, size_t i)
{
    struct meter_second s = {0, v[i].tick * tick_us, v[i].input, v[i].line, v[i].coarse};
    for (size_t k = i; k < n && v[k].tick < v[i].tick + TICKS; k++)
        s.calls += v[k].calls;
    return s;
}

/* The busiest second that begins within one second of v[i], and so on behind it. */
static void
find_busy(struct meter_app *a, const struct meter_cell *v, size_t n)
{
    for (size_t i = 0; i < n;) {
        struct meter_second best = second_at(v, n, i);
        for (size_t k = i + 1; k < n && v[k].tick < v[i].tick + TICKS; k++) {
            struct meter_second s = second_at(v, n, k);
            if (is_busier(&s, &best))
                best = s;
        }
        note(a, &best);
        while (i < n && v[i].tick < best.begin / tick_us + TICKS)
            i++;
    }
}

/* ---- silence ---- */

static bool
is_longer(const struct meter_silence *a, const struct meter_silence *b)
{
    return a->length != b->length ? a->length > b->length : a->end < b->end;
}

static void
note_silence(struct meter_app *a, const struct meter_silence *s)
{
    size_t i = a->quiet_count;
    if (i == METER_QUIET && !is_longer(s, &a->quiet[i - 1]))
        return;
    if (i == METER_QUIET)
        i--;
    else
        a->quiet_count++;
    for (; i > 0 && is_longer(s, &a->quiet[i - 1]); i--)
        a->quiet[i] = a->quiet[i - 1];
    a->quiet[i] = *s;
}

/* Calls on either side of the silence before v[i], within as long a time. */
static void
count_beside(struct meter_silence *s, const struct meter_cell *v, size_t n, size_t i)
{
    int64_t ticks = v[i].tick - v[i - 1].tick;
    for (size_t k = i; k > 0 && v[k - 1].tick > v[i - 1].tick - ticks; k--)
        s->before += v[k - 1].calls;
    for (size_t k = i; k < n && v[k].tick < v[i].tick + ticks; k++)
        s->after += v[k].calls;
}

static void
find_silence(struct meter_app *a, const struct meter_cell *v, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        int64_t ticks = v[i].tick - v[i - 1].tick;
        if (ticks > INT64_MAX / tick_us)
            continue; /* from one end of time to the other */
        struct meter_silence s = {.length = ticks * tick_us,
                                  .end = v[i].tick * tick_us,
                                  .input = v[i].input,
                                  .line = v[i].line};
        note_silence(a, &s);
    }
    for (size_t q = 0; q < a->quiet_count; q++) {
        size_t i = 1;
        while (v[i].tick * tick_us != a->quiet[q].end)
            i++;
        count_beside(&a->quiet[q], v, n, i);
    }
}

void
meter_settle(struct meter *m)
{
    for (struct meter_app *a = m->apps; a != NULL; a = a->next) {
        size_t n = sort(a), from = n > CELLS_SURE ? n - CELLS_SURE : 0;
        find_busy(a, a->cells + from, n - from);
        find_silence(a, a->cells + from, n - from);
    }
}

/* ---- counting ---- */

/* The tick of the cell that would stand at `at` if all were sorted: where it lies among ever shorter ranges of ticks. */
static int64_t
tick_at(const struct meter_app *a, size_t at)
{
    enum { BITS = 12, RANGES = 1 << BITS };
    uint32_t in[RANGES];
    uint64_t from = 0; /* ticks are counted from the least that can be */
    for (int shift = 64 - BITS;; shift = shift > BITS ? shift - BITS : 0) {
        memset(in, 0, sizeof(in));
        for (size_t i = 0; i <= a->mask; i++) {
            uint64_t tick = (uint64_t)a->cells[i].tick - (uint64_t)INT64_MIN;
            if (a->cells[i].calls != 0 && tick >= from && (tick - from) >> shift < RANGES)
                in[(tick - from) >> shift]++;
        }
        uint64_t r = 0;
        while (r + 1 < RANGES && in[r] <= at)
            at -= in[r++];
        from += r << shift;
        if (shift == 0)
            return (int64_t)(from + (uint64_t)INT64_MIN);
    }
}

/* What stands behind moves up, so that all are found from where they belong. */
static void
empty_cell(struct meter_app *a, size_t hole)
{
    for (size_t i = (hole + 1) & a->mask; a->cells[i].calls != 0; i = (i + 1) & a->mask)
        if (((i - home_of(a, a->cells[i].tick)) & a->mask) >= ((i - hole) & a->mask)) {
            a->cells[hole] = a->cells[i];
            hole = i;
        }
    a->cells[hole] = (struct meter_cell){.calls = 0};
}

/* The same room without the older half. */
static void
forget_old(struct meter_app *a)
{
    a->since = tick_at(a, a->n - CELLS_SURE);
    for (size_t i = 0; i <= a->mask; i++)
        while (a->cells[i].calls != 0 && a->cells[i].tick < a->since) {
            empty_cell(a, i);
            a->n--;
        }
}

static int
make_room(struct meter_app *a)
{
    if (a->mask + 1 >= CELLS_MOST) {
        forget_old(a);
        return 0;
    }
    size_t room = a->mask + 1 < CELLS_MOST / 8 ? 4 * (a->mask + 1) : CELLS_MOST, n = collect(a);
    struct meter_cell *old = a->cells, *fresh = rt_zeroed(room, sizeof(*fresh));
    if (fresh == NULL)
        return -1;
    a->cells = fresh;
    a->mask = room - 1;
    for (size_t i = 0; i < n; i++)
        *find_cell(a, old[i].tick) = old[i];
    rt_free(old);
    return 0;
}

/* The least, so that no order of adding matters. */
static void
place_first(struct meter_cell *c, const struct meter_cell *more)
{
    if (more->input > c->input || (more->input == c->input && more->line >= c->line))
        return;
    c->input = more->input;
    c->line = more->line;
}

static int
count(struct meter_app *a, const struct meter_cell *more)
{
    if (more->tick < a->since)
        return 0;
    struct meter_cell *c = find_cell(a, more->tick);
    if (c->calls == 0) {
        if (4 * a->n >= 3 * a->mask)
            return make_room(a) < 0 ? -1 : count(a, more);
        *c = *more;
        a->n++;
        return 0;
    }
    unsigned calls = (unsigned)c->calls + more->calls;
    place_first(c, more);
    c->coarse |= more->coarse;
    c->calls = (calls < CALLS_MOST ? calls : CALLS_MOST) & CALLS_MOST;
    return 0;
}

static struct meter_app *
app_of(struct meter *m, rt_str id)
{
    if (m->last == NULL || !rt_str_eq(id, m->last->id)) {
        struct meter_app *a = rt_map_get(&m->by_app, id);
        m->last = a != NULL ? a : new_app(m, id);
    }
    return m->last;
}

/* ---- hosts ---- */

static struct meter_host *
new_host(struct meter *m, rt_str id)
{
    struct meter_host *h = rt_calloc(1, sizeof(*h));
    if (h == NULL)
        return NULL;
    char *text = rt_calloc(id.n + 1, 1);
    if (text != NULL)
        memcpy(text, id.p, id.n);
    if (text == NULL || rt_map_put(&m->by_host, (rt_str){text, id.n}, h) < 0) {
        rt_free(text);
        rt_free(h);
        return NULL;
    }
    *h = (struct meter_host){
        .next = m->hosts, .id = {text, id.n}, .text = text, .begin = RT_TIME_NONE};
    m->hosts = h;
    return h;
}

static struct meter_host *
host_of(struct meter *m, rt_str id)
{
    if (m->last_host == NULL || !rt_str_eq(id, m->last_host->id)) {
        struct meter_host *h = rt_map_get(&m->by_host, id);
        m->last_host = h != NULL ? h : new_host(m, id);
    }
    return m->last_host;
}

/* The earliest, so that no order of adding matters. */
static void
place_slow(struct meter_host *h, rt_time begin, uint32_t input, uint64_t line)
{
    bool later = begin > h->begin || (begin == h->begin && (input > h->input || (input == h->input && line >= h->line)));
    if (h->begin != RT_TIME_NONE && later)
        return;
    h->begin = begin;
    h->input = input;
    h->line = line;
}

static int
add_host(struct meter *m, const struct event *e)
{
    if (m->slow == RT_DUR_NONE || e->host.n == 0 || e->kind == KIND_STOP || e->end == RT_TIME_NONE || e->end <= e->begin)
        return 0;
    struct meter_host *h = host_of(m, e->host);
    if (h == NULL)
        return -1;
    h->calls++;
    if (e->end - e->begin > m->slow) {
        h->slow++;
        place_slow(h, e->begin, e->input, e->line);
    }
    return 0;
}

int
meter_add(struct meter *m, rt_str app, const struct event *e)
{
    if (e->source != SOURCE_API || e->begin == RT_TIME_NONE || app.n == 0 ||
        e->input > UINT16_MAX || e->line > UINT32_MAX)
        return 0;
    if (add_host(m, e) < 0)
        return -1;
    struct meter_app *a = app_of(m, app);
    struct meter_cell one = {e->begin / tick_us, (uint32_t)e->line, (uint16_t)e->input, 1, e->coarse};
    return a == NULL ? -1 : count(a, &one);
}

static int
merge_hosts(struct meter *m, const struct meter *from)
{
    for (const struct meter_host *f = from->hosts; f != NULL; f = f->next) {
        struct meter_host *h = host_of(m, f->id);
        if (h == NULL)
            return -1;
        h->calls += f->calls;
        h->slow += f->slow;
        if (f->begin != RT_TIME_NONE)
            place_slow(h, f->begin, f->input, f->line);
    }
    return 0;
}

int
meter_merge(struct meter *m, const struct meter *from, rt_time since)
{
    int64_t first = since == RT_TIME_NONE ? INT64_MIN : since / tick_us;
    for (const struct meter_app *f = from->apps; f != NULL; f = f->next) {
        struct meter_app *a = app_of(m, f->id);
        if (a == NULL)
            return -1;
        for (size_t i = 0; i <= f->mask; i++)
            if (f->cells[i].calls != 0 && f->cells[i].tick >= first && count(a, &f->cells[i]) < 0)
                return -1;
    }
    return merge_hosts(m, from);
}

int
meter_move(struct meter *m, struct meter *from)
{
    if (meter_merge(m, from, RT_TIME_NONE) < 0)
        return -1;
    rt_dur slow = from->slow;
    meter_fini(from);
    meter_init(from, slow);
    return 0;
}
