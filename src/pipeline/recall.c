#include "config.h"

#include "pipeline/recall.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "ingest/feed.h"

struct part { /* one input */
    const struct recall *recall;
    const char *source; /* NULL: the callbacks */
    struct feed_source feed;
};

struct recall {
    const char *path;
    const struct rule_set *rules;
    const struct rt_limits *limits;
    struct store_extent extent;
    struct input_list inputs;
    RT_VEC(const char *) sources;
    struct part *parts;
};

struct reading { /* one pass over a part */
    const struct part *part;
    struct store *store;
    struct store_cursor *cursor;
    struct rt_buf record; /* being given out */
    size_t at;
};

/* ---- records ---- */

/* {"time":…,"status":200,"headers":{…},"webhook":BODY}: what a receiver would have logged. A line end in
 * a body can stand between its tokens only, where a blank says the same. */
void
recall_record(const struct rule_set *rules, const struct store_callback *c, struct rt_buf *out)
{
    char when[RT_TIME_MAX];
    if (c->label == STORE_OUTAGE && rt_str_starts(c->body, RT_LIT(STORE_OUTAGE_BODY))) {
        rt_buf_addf(out, "{\"time\":\"%s\",%.*s\n", rt_time_rfc3339(c->received, when),
                    RT_FMT(rt_str_from(c->body, 1)));
        return;
    }
    rt_buf_addf(out, "{\"time\":\"%s\",\"status\":200,", rt_time_rfc3339(c->received, when));
    if (c->secret.n > 0)
        rt_buf_addf(out, "\"headers\":{\"%.*s\":\"***\"},", RT_FMT(rules->delivery.sha256));
    rt_buf_add(out, RT_LIT("\"webhook\":"));
    size_t from = out->n;
    rt_buf_add(out, c->body);
    for (size_t i = from; i < out->n; i++)
        if (out->p[i] == '\n' || out->p[i] == '\r')
            out->p[i] = ' ';
    rt_buf_add(out, RT_LIT("}\n"));
}

static int
next_record(struct reading *r)
{
    struct rt_err err = {0};
    struct store_callback c;
    rt_str line;
    rt_buf_clear(&r->record);
    r->at = 0;
    int rc = r->part->source == NULL ? store_next_callback(r->cursor, &c, &err)
                                     : store_next_line(r->cursor, &line, &err);
    if (rc <= 0)
        return rc;
    if (r->part->source == NULL) {
        recall_record(r->part->recall->rules, &c, &r->record);
    } else {
        rt_buf_add(&r->record, line);
        rt_buf_addc(&r->record, '\n');
    }
    return r->record.failed ? -1 : 1;
}

/* ---- as a source ---- */

static void
end_reading(void *state)
{
    struct reading *r = state;
    store_cursor_free(&r->cursor);
    store_close(&r->store);
    rt_buf_fini(&r->record);
    rt_free(r);
}

static void *
begin_reading(const void *arg, struct rt_err *err)
{
    const struct part *p = arg;
    const struct recall *recall = p->recall;
    struct reading *r = rt_calloc(1, sizeof(*r));
    if (r == NULL) {
        rt_fail_mem(err);
        return NULL;
    }
    r->part = p;
    rt_buf_init(&r->record, (size_t)recall->limits->line_bytes * 2);
    r->store = store_open(recall->path, STORE_READ, recall->limits, err);
    if (r->store != NULL)
        r->cursor =
            p->source == NULL
                ? store_callbacks(r->store, 0, recall->extent.callbacks, err)
                : store_lines(r->store, rt_str_of(p->source), 0, recall->extent.lines, err);
    if (r->cursor != NULL)
        return r;
    end_reading(r);
    return NULL;
}

static ssize_t
read_some(void *state, void *out, size_t room)
{
    struct reading *r = state;
    size_t n = 0;
    while (n < room) {
        if (r->at == r->record.n) {
            int got = next_record(r);
            if (got < 0)
                errno = EIO;
            if (got <= 0)
                return got < 0 && n == 0 ? -1 : (ssize_t)n;
        }
        size_t some = r->record.n - r->at < room - n ? r->record.n - r->at : room - n;
        memcpy((char *)out + n, r->record.p + r->at, some);
        r->at += some;
        n += some;
    }
    return (ssize_t)n;
}

/* ---- the list of inputs ---- */

static int
note_source(void *arg, rt_str source)
{
    struct recall *r = arg;
    const char **slot = RT_VEC_PUSH(&r->sources);
    if (slot == NULL)
        return -1;
    *slot = rt_arena_strz(&r->inputs.arena, source);
    return *slot == NULL ? -1 : 0;
}

static int
add_input(struct recall *r, size_t which, const char *source)
{
    struct part *p = &r->parts[which];
    struct input *in = RT_VEC_PUSH(&r->inputs.inputs);
    if (in == NULL)
        return -1;
    *p = (struct part){r, source, {begin_reading, read_some, end_reading, p}};
    *in =
        (struct input){.path = source != NULL ? source : RECALL_CALLBACKS, .source = &p->feed};
    return 0;
}

static int
fill(struct recall *r, struct rt_err *err)
{
    struct store *s = store_open(r->path, STORE_CHECK, r->limits, err);
    int rc = s == NULL ? -1 : store_extent(s, &r->extent, err);
    if (rc == 0)
        rc = store_sources(s, &r->extent, note_source, r, err);
    store_close(&s);
    if (rc < 0)
        return -1;
    r->parts = rt_calloc(r->sources.n + 1, sizeof(*r->parts));
    size_t which = 0;
    rc = r->parts == NULL ? -1 : 0;
    for (size_t i = 0; rc == 0 && i < r->sources.n; i++)
        rc = add_input(r, which++, r->sources.v[i]);
    if (rc == 0)
        rc = add_input(r, which, NULL);
    return rc < 0 ? rt_fail_mem(err) : 0;
}

struct recall *
recall_new(const char *path, const struct rule_set *rules, const struct rt_limits *limits,
           struct rt_err *err)
{
    struct recall *r = rt_calloc(1, sizeof(*r));
    if (r == NULL) {
        rt_fail_mem(err);
        return NULL;
    }
    r->path = path;
    r->rules = rules;
    r->limits = limits;
    input_list_init(&r->inputs);
    if (fill(r, err) < 0)
        recall_free(&r);
    return r;
}

void
recall_free(struct recall **pr)
{
    struct recall *r = *pr;
    *pr = NULL;
    if (r == NULL)
        return;
    input_list_fini(&r->inputs);
    RT_VEC_FREE(&r->sources);
    rt_free(r->parts);
    rt_free(r);
}

const struct input_list *
recall_inputs(const struct recall *r)
{
    return &r->inputs;
}

const struct store_extent *
recall_extent(const struct recall *r)
{
    return &r->extent;
}

bool
recall_is_callbacks(const struct recall *r, uint32_t input)
{
    return r->parts[input].source == NULL;
}

int
recall_place(const struct recall *r, uint32_t input, uint64_t line, int64_t *id,
             struct rt_err *err)
{
    struct store *s = store_open(r->path, STORE_READ, r->limits, err);
    int rc = s == NULL
                 ? -1
                 : store_place(s, rt_str_of(r->parts[input].source), (int64_t)line, id, err);
    store_close(&s);
    return rc;
}
