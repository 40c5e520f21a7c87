/*
 * meter.c - what is told of apps and hosts: an app's busiest seconds and longest silences, a host's slow calls.
 */
#include "config.h"

#include "session/meter.h"

#include "base/alloc.h"

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
        cells_fini(&a->cells);
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
    a->next = m->apps;
    m->apps = a;
    a->text = rt_calloc(id.n + 1, 1);
    if (cells_init(&a->cells) < 0 || a->text == NULL)
        return NULL;
    memcpy(a->text, id.p, id.n);
    a->id = (rt_str){a->text, id.n};
    return rt_map_put(&m->by_app, a->id, a) < 0 ? NULL : a;
}

/* ---- busy seconds ---- */

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
second_at(const struct cell *v, size_t n, size_t i)
{
    struct meter_second s = {0, v[i].tick * CELL_TICK, v[i].input, v[i].line, v[i].coarse};
    for (size_t k = i; k < n && v[k].tick < v[i].tick + CELL_TICKS; k++)
        s.calls += v[k].calls;
    return s;
}

/* The busiest second that begins within one second of v[i], and so on behind it. */
static void
find_busy(struct meter_app *a, const struct cell *v, size_t n)
{
    for (size_t i = 0; i < n;) {
        struct meter_second best = second_at(v, n, i);
        for (size_t k = i + 1; k < n && v[k].tick < v[i].tick + CELL_TICKS; k++) {
            struct meter_second s = second_at(v, n, k);
            if (is_busier(&s, &best))
                best = s;
        }
        note(a, &best);
        while (i < n && v[i].tick < best.begin / CELL_TICK + CELL_TICKS)
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
count_beside(struct meter_silence *s, const struct cell *v, size_t n, size_t i)
{
    int64_t ticks = v[i].tick - v[i - 1].tick;
    for (size_t k = i; k > 0 && v[k - 1].tick > v[i - 1].tick - ticks; k--)
        s->before += v[k - 1].calls;
    for (size_t k = i; k < n && v[k].tick < v[i].tick + ticks; k++)
        s->after += v[k].calls;
}

static void
find_silence(struct meter_app *a, const struct cell *v, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        int64_t ticks = v[i].tick - v[i - 1].tick;
        if (ticks > INT64_MAX / CELL_TICK)
            continue; /* from one end of time to the other */
        struct meter_silence s = {.length = ticks * CELL_TICK,
                                  .end = v[i].tick * CELL_TICK,
                                  .input = v[i].input,
                                  .line = v[i].line};
        note_silence(a, &s);
    }
    for (size_t q = 0; q < a->quiet_count; q++) {
        size_t i = 1;
        while (v[i].tick * CELL_TICK != a->quiet[q].end)
            i++;
        count_beside(&a->quiet[q], v, n, i);
    }
}

void
meter_settle(struct meter *m)
{
    for (struct meter_app *a = m->apps; a != NULL; a = a->next) {
        size_t n = cells_sort(&a->cells), from = n > CELLS_SURE ? n - CELLS_SURE : 0;
        find_busy(a, a->cells.v + from, n - from);
        find_silence(a, a->cells.v + from, n - from);
    }
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
    bool later =
        begin > h->begin ||
        (begin == h->begin && (input > h->input || (input == h->input && line >= h->line)));
    if (h->begin != RT_TIME_NONE && later)
        return;
    h->begin = begin;
    h->input = input;
    h->line = line;
}

static int
add_host(struct meter *m, const struct event *e)
{
    if (m->slow == RT_DUR_NONE || e->host.n == 0 || e->kind == KIND_STOP ||
        e->end == RT_TIME_NONE || e->end <= e->begin)
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
    struct cell one = {e->begin / CELL_TICK, (uint32_t)e->line, (uint16_t)e->input, 1,
                       e->coarse};
    return a == NULL ? -1 : cells_add(&a->cells, &one);
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
    int64_t first = since == RT_TIME_NONE ? INT64_MIN : since / CELL_TICK;
    for (const struct meter_app *f = from->apps; f != NULL; f = f->next) {
        struct meter_app *a = app_of(m, f->id);
        if (a == NULL)
            return -1;
        for (size_t i = 0; i <= f->cells.mask; i++) {
            const struct cell *c = &f->cells.v[i];
            if (c->calls != 0 && c->tick >= first && cells_add(&a->cells, c) < 0)
                return -1;
        }
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
