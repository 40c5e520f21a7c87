#include "config.h"

#include "receive/retain.h"

#include "base/alloc.h"
#include "base/log.h"
#include "pipeline/batch.h"
#include "pipeline/recall.h"

enum { ROWS_A_TURN = 2000 };

struct beginning { /* where a session begins that was heard of lately */
    rt_time last;
    uint32_t input;
    uint64_t line;
};
struct survey {
    const struct retain *r;
    rt_time clock; /* latest time of any session */
    RT_VEC(struct beginning) open;
};

static bool
is_quiet(const struct survey *v, rt_time last)
{
    return last != RT_TIME_NONE &&
           v->clock - last > (rt_dur)v->r->limits->session_quiet_s * RT_SEC;
}

/* Sessions come in no order of their last event, so quiet ones are sorted out at the end again. */
static int
see_session(void *arg, const struct report *rep, const struct session *s, struct rt_err *err)
{
    struct survey *v = arg;
    (void)rep;
    v->clock = s->last > v->clock ? s->last : v->clock;
    if (is_quiet(v, s->last))
        return 0;
    size_t from = v->open.n;
    for (size_t i = 0; i < s->event_count; i++) {
        const struct event *e = s->events[i];
        struct beginning *b = NULL;
        for (size_t k = from; k < v->open.n && b == NULL; k++)
            if (v->open.v[k].input == e->input)
                b = &v->open.v[k];
        if (b == NULL) {
            b = RT_VEC_PUSH(&v->open);
            if (b == NULL)
                return rt_fail_mem(err);
            *b = (struct beginning){s->last, e->input, e->line};
        }
        b->line = e->line < b->line ? e->line : b->line;
    }
    return 0;
}

static int
see_finding(void *arg, const struct report *rep, const struct finding *f, struct rt_err *err)
{
    (void)arg, (void)rep, (void)f, (void)err;
    return 0;
}

static int
see_unchecked(void *arg, const struct report *rep, const struct unchecked *u,
              struct rt_err *err)
{
    (void)arg, (void)rep, (void)u, (void)err;
    return 0;
}

static int
survey(struct survey *v, struct recall *recall, rt_time now, struct rt_err *err)
{
    struct batch_stream stream = {see_session, see_finding, see_unchecked, v};
    struct batch_options o = {
        .inputs = recall_inputs(recall),
        .threads = 1,
        .since = RT_TIME_NONE,
        .until = RT_TIME_NONE,
        .no_rules = true,
        .now = now,
        .stamp = RT_TIME_NONE,
        .stream = &stream,
    };
    struct batch_progress counts = {0};
    struct batch *b = batch_run(v->r->rules, v->r->limits, &o, &counts, err);
    int rc = b == NULL ? -1 : 0;
    batch_free(&b);
    return rc;
}

/* The last rows that may go: those before all that an open session begins with. */
static int
find_keep(struct survey *v, const struct recall *recall, struct store_extent *keep,
          struct rt_err *err)
{
    *keep = *recall_extent(recall);
    for (size_t i = 0; i < v->open.n; i++) {
        const struct beginning *b = &v->open.v[i];
        int64_t id = 0;
        if (is_quiet(v, b->last))
            continue;
        if (recall_place(recall, b->input, b->line, &id, err) < 0)
            return -1;
        int64_t *k = recall_is_callbacks(recall, b->input) ? &keep->callbacks : &keep->lines;
        *k = id - 1 < *k ? id - 1 : *k;
    }
    return 0;
}

/* Our clock, unless it is ahead of all that was heard: nothing new came, or it was set wrongly, and either way what
 * is stored is not that old. */
static int
find_clock(const struct survey *v, rt_time now, rt_time *out, struct rt_err *err)
{
    rt_time newest = RT_TIME_NONE;
    struct store *s = store_open(v->r->store, STORE_READ, v->r->limits, err);
    int rc = s == NULL ? -1 : store_newest(s, &newest, err);
    store_close(&s);
    newest = newest > v->clock ? newest : v->clock;
    *out = newest < now ? newest : now;
    return rc;
}

struct turn {
    const struct retain *r;
    struct store_extent keep;
    rt_time before;
    int64_t gone;
};

static int
forget_some(struct store *s, void *arg, struct rt_err *err)
{
    struct turn *t = arg;
    t->gone = store_forget(s, &t->keep, t->before, t->r->keep_bytes, ROWS_A_TURN, err);
    return t->gone < 0 ? -1 : 0;
}

static int
forget_all(const struct retain *r, struct turn *t, struct rt_err *err)
{
    uint64_t total = 0;
    do {
        struct writer_job job = {.run = forget_some, .arg = t};
        if (writer_run(r->writer, &job) < 0)
            return rt_fail_here(err, RT_EIO, "the store does not take it now");
        total += (uint64_t)t->gone;
    } while (t->gone >= ROWS_A_TURN);
    atomic_fetch_add_explicit(&r->counters->v[COUNT_FORGOTTEN], total, memory_order_relaxed);
    if (total > 0)
        log_info("old callbacks and lines were forgotten rows=%llu", (unsigned long long)total);
    return 0;
}

int
retain_run(const struct retain *r, rt_time now, struct rt_err *err)
{
    struct survey v = {.r = r, .clock = RT_TIME_NONE + RT_DAY * 400};
    struct turn t = {.r = r, .before = RT_TIME_NONE};
    rt_time clock = now;
    struct recall *recall = recall_new(r->store, r->rules, r->limits, err);
    int rc = recall == NULL ? -1 : survey(&v, recall, now, err);
    if (rc == 0)
        rc = find_keep(&v, recall, &t.keep, err);
    if (rc == 0 && r->keep > 0 && (rc = find_clock(&v, now, &clock, err)) == 0)
        t.before = clock - r->keep;
    recall_free(&recall);
    RT_VEC_FREE(&v.open);
    return rc < 0 ? -1 : forget_all(r, &t, err);
}
