/*
 * spring.c - an input that goes on.
 *
 * Until its format is settled, and while text is open, what the lines mean may change with those that
 * follow; then the few there are are read anew each time, as the batch run would read them.
 */
#include "config.h"

#include "base/alloc.h"
#include "live/internal.h"
#include "pipeline/recall.h"

/* A spring of text without a format is settled all the same behind so many lines: what is still open in
 * it is told when it is closed. */
enum { REPLAYED_LINES = 2048 };

static rt_dur
distance(rt_time from, rt_time to)
{
    rt_dur d = 0;
    return __builtin_sub_overflow(to, from, &d) ? INT64_MAX : d;
}

/* As the session engine counts it. */
static void
note_order(struct spring_tally *t, const struct event *e)
{
    rt_time end = e->end == RT_TIME_NONE ? e->begin : e->end;
    if (e->begin == RT_TIME_NONE)
        return;
    if (e->begin < t->begin && end < t->end) {
        rt_dur by_begin = distance(e->begin, t->begin), by_end = distance(end, t->end);
        rt_dur by = by_begin < by_end ? by_begin : by_end;
        t->disordered++;
        t->worst = by > t->worst ? by : t->worst;
    }
    t->begin = e->begin > t->begin ? e->begin : t->begin;
    t->end = end > t->end ? end : t->end;
    t->clock = end > t->clock ? end : t->clock;
}

static int
take_event(void *arg, const struct event *e, struct rt_err *err)
{
    struct spring *s = arg;
    if (s->muted)
        return 0;
    if (e->kind == KIND_OUTAGE)
        return coverage_note_hole(&s->holes, e->begin, e->end) < 0 ? rt_fail_mem(err) : 0;
    note_order(&s->tally, e);
    return live_take(s->engine, s, e, err);
}

static int
take_stretch(void *arg, rt_time clock, struct rt_err *err)
{
    (void)arg, (void)clock, (void)err;
    return 0;
}

static int
open_intake(struct spring *s, struct rt_err *err)
{
    const struct live_options *o = &s->engine->options;
    struct intake_options wanted = {
        .input = &s->input,
        .index = s->number,
        .since = RT_TIME_NONE,
        .until = RT_TIME_NONE,
    };
    intake_free(&s->intake);
    s->intake = intake_new(o->rules, o->limits, &wanted,
                           (struct intake_sink){take_event, take_stretch, s}, err);
    return s->intake == NULL ? -1 : 0;
}

static void
clear_tally(struct spring *s)
{
    s->holes.v.n = 0;
    s->tally = (struct spring_tally){.begin = RT_TIME_NONE,
                                     .end = RT_TIME_NONE,
                                     .clock = RT_TIME_NONE,
                                     .head_first = RT_TIME_NONE};
}

struct spring *
spring_new(struct live_engine *e, rt_str source, bool callbacks, struct rt_err *err)
{
    struct spring *s = rt_calloc(1, sizeof(*s));
    if (s == NULL || (s->source = rt_calloc(1, source.n + 1)) == NULL) {
        rt_free(s);
        rt_fail_mem(err);
        return NULL;
    }
    if (source.n > 0)
        memcpy(s->source, source.p, source.n);
    s->engine = e;
    s->number = (uint32_t)e->springs.n; /* the place that it is about to take */
    s->input.path = s->source;
    s->stale = true;
    clear_tally(s);
    if (callbacks) {
        rt_free(s->source);
        s->source = NULL;
        s->input.path = RECALL_CALLBACKS;
    }
    if (open_intake(s, err) < 0)
        spring_free(&s);
    return s;
}

void
spring_free(struct spring **ps)
{
    struct spring *s = *ps;
    *ps = NULL;
    if (s == NULL)
        return;
    intake_free(&s->intake);
    RT_VEC_FREE(&s->holes.v);
    rt_free(s->source);
    rt_free(s);
}

/* The first lines decide whether the times of this input can be compared with those of others. */
static void
note_head(struct spring *s)
{
    struct extract_facts f;
    extract_facts(intake_extract(s->intake), &f);
    s->tally.head_first = f.first_time;
    s->tally.head_unzoned = f.unzoned;
}

int
spring_line(struct spring *s, rt_str line, struct rt_err *err)
{
    if (intake_line(s->intake, line, err) < 0)
        return -1;
    if (intake_tally(s->intake).lines == s->engine->options.limits->detect_lines)
        note_head(s);
    return 0;
}

/* ---- from the beginning ---- */

typedef bool (*stop_at)(struct spring *s);

static int
read_callbacks(struct spring *s, struct store *store, int64_t after, int64_t upto,
               stop_at enough, struct rt_err *err)
{
    struct store_cursor *c = store_callbacks(store, after, upto, err);
    struct store_callback row;
    struct rt_buf record;
    rt_buf_init(&record, (size_t)s->engine->options.limits->line_bytes * 2);
    int rc = c == NULL ? -1 : 0;
    while (rc == 0 && !enough(s) && (rc = store_next_callback(c, &row, err)) == 1) {
        rt_buf_clear(&record);
        recall_record(s->engine->options.rules, &row, &record);
        rt_str line = rt_buf_str(&record);
        line.n -= line.n > 0;
        rc = record.failed ? rt_fail_mem(err) : spring_line(s, line, err);
    }
    store_cursor_free(&c);
    rt_buf_fini(&record);
    return rc < 0 ? -1 : 0;
}

static int
read_lines(struct spring *s, struct store *store, int64_t upto, stop_at enough,
           struct rt_err *err)
{
    struct store_cursor *c = store_lines(store, rt_str_of(s->source), 0, upto, err);
    rt_str line;
    int rc = c == NULL ? -1 : 0;
    while (rc == 0 && !enough(s) && (rc = store_next_line(c, &line, err)) == 1)
        rc = spring_line(s, line, err);
    store_cursor_free(&c);
    return rc < 0 ? -1 : 0;
}

static int
read_rows(struct spring *s, struct store *store, const struct store_extent *upto,
          stop_at enough, struct rt_err *err)
{
    return s->source == NULL ? read_callbacks(s, store, 0, upto->callbacks, enough, err)
                             : read_lines(s, store, upto->lines, enough, err);
}

static bool
never(struct spring *s)
{
    (void)s;
    return false;
}

int
spring_callbacks(struct spring *s, struct store *store, int64_t after, int64_t upto,
                 struct rt_err *err)
{
    return read_callbacks(s, store, after, upto, never, err);
}

int
spring_replay(struct spring *s, struct store *store, const struct store_extent *upto,
              struct rt_err *err)
{
    if (live_retract(s->engine, s, err) < 0 || open_intake(s, err) < 0)
        return -1;
    clear_tally(s);
    if (read_rows(s, store, upto, never, err) < 0)
        return -1;
    s->stale = false;
    s->settled = extract_settled(intake_extract(s->intake)) ||
                 intake_tally(s->intake).lines > REPLAYED_LINES;
    if (s->settled)
        return 0;
    if (intake_end(s->intake, err) < 0)
        return -1;
    if (intake_tally(s->intake).lines < s->engine->options.limits->detect_lines)
        note_head(s);
    return 0;
}

/* ---- in the middle ---- */

static bool
is_settled(struct spring *s)
{
    return extract_settled(intake_extract(s->intake)) ||
           intake_tally(s->intake).lines > REPLAYED_LINES;
}

bool
spring_can_resume(struct spring *s)
{
    s->tally.read = intake_tally(s->intake);
    return !s->settled || extract_tally(intake_extract(s->intake), &s->tally.extract);
}

int
spring_resume(struct spring *s, struct store *store, const struct store_extent *upto,
              struct rt_err *err)
{
    s->muted = true;
    int rc = read_rows(s, store, upto, is_settled, err);
    s->muted = false;
    if (rc < 0 || !extract_settled(intake_extract(s->intake)))
        return -1;
    intake_go_on(s->intake, &s->tally.read);
    extract_go_on(intake_extract(s->intake), &s->tally.extract);
    return 0;
}
