#include "config.h"

#include "pipeline/choice.h"

#include "base/alloc.h"
#include "ingest/reader.h"
#include "report/needles.h"
#include "store/store.h"

enum { HEAD = 3, NEAR = 20 };

bool
choice_has(const struct choice *c, size_t input, uint64_t line)
{
    if (c->width == CHOICE_ALL)
        return true;
    const struct choice_lines *l = &c->inputs.v[input];
    size_t word = (size_t)((line - 1) / 64);
    return word < l->bits.n && (l->bits.v[word] >> (line - 1) % 64 & 1) != 0;
}

static int
mark(struct choice_lines *l, uint64_t line)
{
    if (line == 0)
        return 0;
    while (l->bits.n <= (line - 1) / 64) {
        uint64_t *word = RT_VEC_PUSH(&l->bits);
        if (word == NULL)
            return -1;
        *word = 0;
    }
    l->bits.v[(line - 1) / 64] |= UINT64_C(1) << (line - 1) % 64;
    return 0;
}

static void
unmark(struct choice_lines *l, uint64_t line)
{
    if (line > 0 && (line - 1) / 64 < l->bits.n)
        l->bits.v[(line - 1) / 64] &= ~(UINT64_C(1) << (line - 1) % 64);
}

static int
mark_around(struct choice_lines *l, uint64_t line, uint64_t reach)
{
    int rc = 0;
    for (uint64_t at = line > reach ? line - reach : 1; at <= line + reach; at++)
        rc |= mark(l, at);
    return rc;
}

/* ---- by place ---- */

static int
mark_place(struct choice *c, uint32_t input, uint64_t line)
{
    return input < c->inputs.n ? mark(&c->inputs.v[input], line) : 0;
}

static int
mark_events(struct choice *c, const struct session *s)
{
    int rc = 0;
    for (size_t i = 0; i < s->event_count; i++)
        rc |= mark_place(c, s->events[i]->input, s->events[i]->line) |
              mark_place(c, s->events[i]->input, s->events[i]->answer_line);
    return rc;
}

static int
mark_proofs(struct choice *c, const struct report *r)
{
    int rc = 0;
    for (size_t i = 0; i < r->finding_count; i++) {
        const struct finding *f = r->findings[i];
        bool wide = f->session.n == 0;
        for (size_t k = 0; wide && k < f->evidence_count; k++)
            rc |= mark_place(c, f->evidence[k].input, f->evidence[k].line);
    }
    return rc;
}

/* ---- by id ---- */

static int
add_ids(struct needles *ids, const struct session *s, bool channel)
{
    int rc = needles_add(ids, s->rid, RT_NONE) | needles_add(ids, s->sid, RT_NONE);
    if (channel)
        rc |= needles_add(ids, s->cname, RT_NONE);
    for (size_t i = 0; i < s->event_count; i++) {
        const struct event *e = s->events[i];
        rc |= needles_add(ids, event_text(e, FIELD_REQUEST_ID), RT_NONE);
        if (!rt_str_eq(e->rid, s->rid))
            rc |= needles_add(ids, e->rid, RT_NONE);
        if (!rt_str_eq(e->sid, s->sid))
            rc |= needles_add(ids, e->sid, RT_NONE);
    }
    return rc;
}

static int
mark_ids(struct choice *c, size_t input, const struct input *in, const struct needles *ids,
         const struct rt_limits *limits, struct rt_err *err)
{
    struct reader_line line;
    struct rt_err unread = {0};
    struct reader *r = input_open(in, READ_ALONE, limits, &unread);
    int rc = 0, got = 0;
    while (r != NULL && rc == 0 && (got = reader_next(r, &line, err)) == 1)
        if (needles_in(ids, line.text) != NULL)
            rc = mark(&c->inputs.v[input], line.number);
    reader_free(&r);
    return got < 0 ? -1 : rc < 0 ? rt_fail_mem(err) : 0;
}

/* ---- neighbours ---- */

static bool
among(const struct session *const *sessions, size_t n, const struct session *s)
{
    for (size_t i = 0; i < n; i++)
        if (sessions[i] == s)
            return true;
    return false;
}

static bool
line_of_others(const struct needles *others, rt_str text, const struct needles *ids)
{
    return needles_in(others, text) != NULL && needles_in(ids, text) == NULL;
}

/* Neighbours give the context, but not a part of another recording: that would tell something wrong of it. */
static int
leave_others(struct choice *c, const struct report *r, const struct session *const *sessions,
             size_t n, const struct needles *ids, const struct input_list *inputs,
             const struct rt_limits *limits, struct rt_err *err)
{
    struct needles others = {0};
    int rc = 0;
    for (size_t i = 0; i < r->session_count; i++)
        if (!among(sessions, n, r->sessions[i]))
            rc |= add_ids(&others, r->sessions[i], false);
    needles_settle(&others);
    for (size_t i = 0; i < inputs->inputs.n && rc == 0; i++) {
        struct reader_line line;
        struct rt_err unread = {0};
        struct reader *reader = input_open(&inputs->inputs.v[i], READ_ALONE, limits, &unread);
        int got = 1;
        while (reader != NULL && (got = reader_next(reader, &line, err)) == 1)
            if (choice_has(c, i, line.number) && line_of_others(&others, line.text, ids))
                unmark(&c->inputs.v[i], line.number);
        reader_free(&reader);
        rc = got < 0 ? -1 : 0;
    }
    needles_fini(&others);
    return rc < 0 ? rt_fail_mem(err) : 0;
}

static int
widen(struct choice_lines *l)
{
    struct choice_lines wide = {0};
    int rc = mark_around(&wide, 1, HEAD);
    for (uint64_t line = 1; line <= (uint64_t)l->bits.n * 64; line++)
        if ((l->bits.v[(line - 1) / 64] >> (line - 1) % 64 & 1) != 0)
            rc |= mark_around(&wide, line, NEAR);
    RT_VEC_FREE(&l->bits);
    *l = wide;
    return rc;
}

int
choice_make(struct choice *c, const struct report *r, const struct session *const *sessions,
            size_t n, bool wide, enum choice_width width, const struct input_list *inputs,
            const struct rt_limits *limits, struct rt_err *err)
{
    struct needles ids = {0};
    int rc = 0;
    *c = (struct choice){.width = width};
    for (size_t i = 0; i < inputs->inputs.n && rc == 0; i++) {
        struct choice_lines *l = RT_VEC_PUSH(&c->inputs);
        rc = l == NULL ? rt_fail_mem(err) : 0;
        if (l != NULL)
            *l = (struct choice_lines){0};
    }
    for (size_t i = 0; i < n && rc == 0; i++)
        if ((add_ids(&ids, sessions[i], width == CHOICE_NEAR) | mark_events(c, sessions[i])) <
            0)
            rc = rt_fail_mem(err);
    if (rc == 0 && wide && mark_proofs(c, r) < 0)
        rc = rt_fail_mem(err);
    /* What was silent because nobody listened must not look like an absence. */
    if (rc == 0 && needles_add(&ids, RT_LIT(STORE_OUTAGE_NAME), RT_NONE) < 0)
        rc = rt_fail_mem(err);
    needles_settle(&ids);
    for (size_t i = 0; width != CHOICE_ALL && i < inputs->inputs.n && rc == 0; i++) {
        rc = mark_ids(c, i, &inputs->inputs.v[i], &ids, limits, err);
        if (rc == 0 && (width == CHOICE_NEAR ? widen(&c->inputs.v[i])
                                             : mark_around(&c->inputs.v[i], 1, 0)) < 0)
            rc = rt_fail_mem(err);
    }
    if (rc == 0 && width == CHOICE_NEAR) {
        rc = leave_others(c, r, sessions, n, &ids, inputs, limits, err);
        if (rc == 0 && wide && mark_proofs(c, r) < 0)
            rc = rt_fail_mem(err);
    }
    needles_fini(&ids);
    return rc;
}

void
choice_fini(struct choice *c)
{
    for (size_t i = 0; i < c->inputs.n; i++)
        RT_VEC_FREE(&c->inputs.v[i].bits);
    RT_VEC_FREE(&c->inputs);
}
