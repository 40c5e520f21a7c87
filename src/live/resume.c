/*
 * resume.c - what was known goes to the shelf now and then, and comes from there when the program starts.
 */
#include "config.h"

#include <stdio.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/log.h"
#include "live/internal.h"

enum { FIELDS = FIELD__COUNT };

struct saved { /* beside the knots and the springs */
    struct store_extent extent, first;
    int64_t last_id;
    rt_time forgotten, received; /* of the newest callback taken in */
    uint64_t put_away, found_again;
    uint32_t springs;
};

/* The content of a shelf hangs on the program, its tables, the rules and the store. */
static int
identity(const struct live_engine *e, char *out, size_t room)
{
    struct stat st;
    if (stat(e->options.store, &st) < 0)
        return -1;
    snprintf(out, room, "whole hashes %s %d %d %d %zu %zu %s %llu %llu", PACKAGE_VERSION,
             EVENT_PACK_VERSION, FIELDS, KIND_HOOK, sizeof(struct spring_tally),
             sizeof(struct saved), e->options.rules->sha256, (unsigned long long)st.st_dev,
             (unsigned long long)st.st_ino);
    return 0;
}

static rt_time
received_at(struct live_engine *e, int64_t id)
{
    struct rt_err ignored = {0};
    struct store_callback row;
    struct store_cursor *c = store_callbacks(e->store, id - 1, id, &ignored);
    rt_time t =
        c != NULL && store_next_callback(c, &row, &ignored) == 1 ? row.received : RT_TIME_NONE;
    store_cursor_free(&c);
    return t;
}

/* ---- saving ---- */

static int
save_spring(struct live_engine *e, struct spring *s, struct rt_err *err)
{
    char name[32];
    struct rt_buf b;
    uint64_t holes = s->holes.v.n;
    rt_buf_init(&b, 256 * 1024);
    rt_buf_addc(&b, s->settled ? 1 : 0);
    rt_buf_add(&b, (rt_str){(const char *)&s->tally, sizeof(s->tally)});
    rt_buf_add(&b, (rt_str){(const char *)&holes, sizeof(holes)});
    if (holes > 0)
        rt_buf_add(&b, (rt_str){(const char *)s->holes.v.v, holes * sizeof(struct span)});
    rt_buf_add(&b, rt_str_of(s->source));
    snprintf(name, sizeof(name), "spring %u", s->number);
    int rc = b.failed ? rt_fail_mem(err) : shelf_note(e->shelf, name, rt_buf_str(&b), err);
    rt_buf_fini(&b);
    return rc;
}

int
live_engine_save(struct live_engine *e, struct rt_err *err)
{
    bool whole = true;
    if (e->shelf == NULL)
        return 0;
    for (size_t i = 0; i < e->springs.n; i++)
        whole &= spring_can_resume(e->springs.v[i]);
    for (size_t i = 0; i < e->knots.n; i++) {
        struct knot *k = e->knots.v[i];
        struct shelf_knot row = {
            k->id, true, rt_buf_str(&k->events), {(const char *)k->keys.v, k->keys.n * 8}};
        if (k->unsaved && shelf_put(e->shelf, &row, err) < 0)
            return -1;
        k->unsaved = false;
    }
    for (size_t i = 0; i < e->springs.n; i++)
        if (save_spring(e, e->springs.v[i], err) < 0)
            return -1;
    struct saved s = {.extent = e->extent,
                      .first = e->first,
                      .last_id = e->last_id,
                      .forgotten = e->forgotten,
                      .received = received_at(e, e->extent.callbacks),
                      .put_away = e->facts.put_away,
                      .found_again = e->facts.found_again,
                      .springs = (uint32_t)e->springs.n};
    /* A log whose open ends cannot be written down is read again from the store. */
    rt_str bytes = whole ? (rt_str){(const char *)&s, sizeof(s)} : RT_NONE;
    if (shelf_note(e->shelf, "state", bytes, err) < 0)
        return -1;
    return shelf_commit(e->shelf, err);
}

/* ---- going on ---- */

static int
resume_spring(struct live_engine *e, uint32_t number, struct rt_err *err)
{
    char name[32];
    rt_str b = RT_NONE;
    snprintf(name, sizeof(name), "spring %u", number);
    struct spring_tally tally;
    uint64_t holes = 0;
    size_t head = 1 + sizeof(tally) + sizeof(holes);
    if (shelf_noted(e->shelf, name, &b, err) != 1 || b.n < head)
        return -1;
    bool settled = b.p[0] != 0;
    memcpy(&tally, b.p + 1, sizeof(tally));
    memcpy(&holes, b.p + 1 + sizeof(tally), sizeof(holes));
    if (holes > (b.n - head) / sizeof(struct span))
        return -1;
    size_t names = head + holes * sizeof(struct span);
    struct spring *s = live_add_spring(e, rt_str_from(b, names), number == 0, err);
    if (s == NULL)
        return -1;
    s->tally = tally;
    for (size_t i = head; settled && i < names; i += sizeof(struct span)) {
        struct span h;
        memcpy(&h, b.p + i, sizeof(h));
        if (coverage_note_hole(&s->holes, h.from, h.to) < 0)
            return rt_fail_mem(err);
    }
    if (!settled)
        return 0; /* stale: read anew with the first pump */
    s->settled = true;
    s->stale = false;
    return spring_resume(s, e->store, &e->extent, err);
}

static bool
is_settled(void *arg, const struct event *ev)
{
    const struct live_engine *e = arg;
    return ev->input < e->springs.n && e->springs.v[ev->input]->settled;
}

static int
resume_knots(struct live_engine *e, struct rt_err *err)
{
    struct shelf_knot row;
    int rc = 1;
    for (int64_t id = 0; (rc = shelf_next(e->shelf, id, &row, err)) == 1;) {
        id = row.id;
        struct knot *k = live_load(e, &row, err);
        if (k == NULL)
            return -1;
        uint64_t before = k->events.n;
        if (knot_sieve(k, is_settled, e) < 0)
            return rt_fail_mem(err);
        e->bytes -= before - k->events.n;
        k->unsaved = before != k->events.n;
    }
    return rc;
}

/* Is the store still the one whose rows were taken in, and all of it? */
static bool
fits(struct live_engine *e, const struct saved *s)
{
    struct store_extent now = {0}, first = {0};
    struct rt_err ignored = {0};
    return store_extent(e->store, &now, &ignored) == 0 &&
           store_first(e->store, &first, &ignored) == 0 &&
           now.callbacks >= s->extent.callbacks && now.lines >= s->extent.lines &&
           (s->first.callbacks == 0 || s->first.callbacks == first.callbacks) &&
           (s->first.lines == 0 || s->first.lines == first.lines) &&
           received_at(e, s->extent.callbacks) == s->received;
}

static int
go_on(struct live_engine *e, const struct saved *s, struct rt_err *err)
{
    live_clear(e);
    e->extent = s->extent;
    e->first = s->first;
    e->last_id = s->last_id;
    e->forgotten = s->forgotten;
    e->facts.put_away = s->put_away;
    e->facts.found_again = s->found_again;
    for (uint32_t i = 0; i < s->springs; i++)
        if (resume_spring(e, i, err) < 0)
            return -1;
    if (live_rank(e, err) < 0 || resume_knots(e, err) < 0)
        return -1;
    e->drop_times = live_drops_times(e);
    e->facts.resumed = true;
    return 0;
}

int
live_resume(struct live_engine *e, struct rt_err *err)
{
    char text[256];
    rt_str b = RT_NONE;
    struct saved s;
    struct rt_err why = {0};
    if (e->options.shelf == NULL)
        return 0;
    if (identity(e, text, sizeof(text)) < 0)
        return rt_fail_here(err, RT_EIO, "%s: cannot be looked at", e->options.store);
    e->shelf = shelf_open(e->options.shelf, rt_str_of(text), &why);
    if (e->shelf == NULL) {
        log_warn("the live view keeps only what is at hand: %s", why.msg);
        return 0;
    }
    if (shelf_noted(e->shelf, "state", &b, &why) == 1 && b.n == sizeof(s)) {
        memcpy(&s, b.p, sizeof(s));
        if (fits(e, &s) && go_on(e, &s, &why) == 0)
            return 1;
    }
    if (shelf_empty(e->shelf, &why) < 0 ||
        shelf_note(e->shelf, "identity", rt_str_of(text), &why) < 0 ||
        shelf_commit(e->shelf, &why) < 0) {
        log_warn("the live view keeps only what is at hand: %s", why.msg);
        shelf_close(&e->shelf);
    }
    return 0;
}
