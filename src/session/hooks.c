/*
 * hooks.c - what a callback is in the light of the others of its session: numbers that were skipped,
 * an order that was lost, a recording that no call knows, a stream that has the recorder's uid.
 *
 * Each recorder counts its own callbacks, so after a switch of servers counting begins anew. The old
 * envelope is left out: its numbers follow other rules.
 */
#include "config.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/vec.h"
#include "session/draft.h"

struct counted { /* a callback with a sequence number */
    struct event *e;
    int64_t sequence, sent; /* sent: notifyMs, or INT64_MIN */
};
struct counted_list {
    RT_VEC(struct counted) v;
};

static int
say_text(struct session *s, struct event *e, uint16_t field, const char *word)
{
    struct event_value v = {.field = field, .is_text = 1, .text = rt_str_of(word)};
    return event_add(&s->arena, e, &v);
}

static int
say_number(struct session *s, struct event *e, uint16_t field, int64_t n)
{
    return event_add(&s->arena, e, &(struct event_value){.field = field, .num = n});
}

static int
collect(const struct session *s, struct counted_list *out)
{
    for (size_t i = 0; i < s->event_count; i++) {
        struct event *e = s->events[i];
        struct counted c = {e, 0, INT64_MIN};
        if (e->source != SOURCE_HOOK || !event_num(e, FIELD_SEQUENCE, &c.sequence) ||
            rt_str_is(event_text(e, FIELD_ENVELOPE), "legacy"))
            continue;
        event_num(e, FIELD_NOTIFY, &c.sent);
        struct counted *slot = RT_VEC_PUSH(&out->v);
        if (slot == NULL)
            return -1;
        *slot = c;
    }
    return 0;
}

static int
by_sequence(const void *a, const void *b)
{
    const struct counted *x = a, *y = b;
    int order = rt_str_cmp(x->e->uid, y->e->uid);
    order = order != 0 ? order : (x->sequence > y->sequence) - (x->sequence < y->sequence);
    return order != 0 ? order : event_compare(x->e, y->e);
}

static int
by_sending(const void *a, const void *b)
{
    const struct counted *x = a, *y = b;
    int order = rt_str_cmp(x->e->uid, y->e->uid);
    order = order != 0 ? order : (x->sent > y->sent) - (x->sent < y->sent);
    return order != 0 ? order : by_sequence(a, b);
}

static int
say_skipped(struct session *s, const struct counted_list *l)
{
    for (size_t i = 1; i < l->v.n; i++) {
        const struct counted *before = &l->v.v[i - 1], *c = &l->v.v[i];
        /* the numbers are a sender's: any may come */
        int64_t step = box_span(before->sequence, c->sequence);
        if (rt_str_eq(before->e->uid, c->e->uid) && step > 1 &&
            say_number(s, c->e, FIELD_SKIPPED, step - 1) < 0)
            return -1;
    }
    return 0;
}

/* Sent after one with a higher number. */
static int
say_overtaken(struct session *s, const struct counted_list *l)
{
    int64_t highest = 0;
    for (size_t i = 0; i < l->v.n; i++) {
        const struct counted *c = &l->v.v[i];
        bool first = i == 0 || !rt_str_eq(l->v.v[i - 1].e->uid, c->e->uid);
        if (c->sent == INT64_MIN)
            continue;
        if (!first && c->sequence < highest &&
            say_number(s, c->e, FIELD_OVERTAKEN, box_span(c->sequence, highest)) < 0)
            return -1;
        highest = first || c->sequence > highest ? c->sequence : highest;
    }
    return 0;
}

static int
say_order(struct session *s)
{
    struct counted_list l = {{NULL, 0, 0}};
    int rc = collect(s, &l);
    if (rc == 0 && l.v.n > 1) {
        qsort(l.v.v, l.v.n, sizeof(*l.v.v), by_sequence);
        rc = say_skipped(s, &l);
        qsort(l.v.v, l.v.n, sizeof(*l.v.v), by_sending);
        rc = rc < 0 ? -1 : say_overtaken(s, &l);
    }
    RT_VEC_FREE(&l.v);
    return rc;
}

/* A stream, or a file, of the recorder's own uid. */
static bool
names_recorder(const struct session *s, const struct event *e)
{
    for (uint32_t i = 0; i < e->value_count; i++) {
        const struct event_value *v = &e->values[i];
        bool user = v->field == FIELD_STREAM_UID || v->field == FIELD_FILE_UID ||
                    v->field == FIELD_LISTED_UID;
        if (user && v->is_text && v->text.n > 0 &&
            (rt_str_eq(v->text, e->uid) || rt_str_eq(v->text, s->uid)))
            return true;
    }
    return false;
}

/* ---- how things stood when the recorder left ---- */

enum { STREAMS_MOST = 256 }; /* told apart; of more nothing is said */

struct stream {
    rt_str uid;
    uint8_t kind; /* audio and video have callbacks of their own */
    bool open;
};
struct streams {
    struct stream v[STREAMS_MOST];
    size_t n;
    bool many;
};

static void
note_stream(struct streams *l, const struct event *e)
{
    int64_t state = 0;
    rt_str uid = event_text(e, FIELD_STREAM_UID);
    size_t i = 0;
    if (uid.n == 0 || !event_num(e, FIELD_STATE, &state))
        return;
    while (i < l->n && (l->v[i].kind != e->kind || !rt_str_eq(l->v[i].uid, uid)))
        i++;
    if (i == STREAMS_MOST) {
        l->many = true;
        return;
    }
    l->n += i == l->n;
    l->v[i] = (struct stream){uid, e->kind, state == 0};
}

static const char *
stand_of(const struct streams *l)
{
    for (size_t i = 0; i < l->n; i++)
        if (l->v[i].open)
            return "open";
    return l->n == 0 ? "none" : "ended";
}

/* RT_DUR_NONE: no start is in the log. A body that is not is taken to leave maxIdleTime out. */
static rt_dur
idle_of(const struct event *start, const struct terms *terms)
{
    if (start == NULL || start->end == RT_TIME_NONE)
        return RT_DUR_NONE;
    return event_get(start, FIELD_MAX_IDLE) != NULL ? terms_idle(terms, start) : terms->idle;
}

static int
say_of_leave(struct session *s, struct event *e, const struct streams *l,
             const struct event *start, const struct terms *terms)
{
    rt_dur idle = idle_of(start, terms);
    if (event_get(e, FIELD_LEAVE_CODE) == NULL)
        return 0;
    if (!l->many && say_text(s, e, FIELD_STREAMS, stand_of(l)) < 0)
        return -1;
    if (idle == RT_DUR_NONE || e->begin == RT_TIME_NONE)
        return 0;
    return say_number(s, e, FIELD_PAST_IDLE,
                      box_span(box_shift(start->end, idle), e->begin) / RT_MS);
}

static int
say_of_callback(struct session *s, struct event *e, bool known)
{
    if (say_text(s, e, FIELD_SID_KNOWN, known ? "yes" : "no") < 0)
        return -1;
    return names_recorder(s, e) ? say_text(s, e, FIELD_STREAM_IS, "recorder") : 0;
}

int
hooks_relate(struct session *s, const struct terms *terms)
{
    bool known = (s->kinds & KIND_CALLS) != 0;
    const struct event *start = NULL;
    for (size_t i = 0; i < s->event_count; i++)
        if (s->events[i]->kind == KIND_STOP && names_recorder(s, s->events[i]) &&
            say_text(s, s->events[i], FIELD_STREAM_IS, "recorder") < 0)
            return -1;
    if ((s->kinds & ~KIND_CALLS) == 0)
        return 0;
    struct streams *streams = rt_calloc(1, sizeof(*streams));
    int rc = streams == NULL ? -1 : 0;
    for (size_t i = 0; rc == 0 && i < s->event_count; i++) {
        struct event *e = s->events[i];
        if (e->kind == KIND_START && e->outcome == OUTCOME_OK)
            start = e;
        if (e->source != SOURCE_HOOK)
            continue;
        note_stream(streams, e);
        rc = say_of_callback(s, e, known);
        rc = rc < 0 ? -1 : say_of_leave(s, e, streams, start, terms);
    }
    rt_free(streams);
    return rc < 0 ? -1 : say_order(s);
}
