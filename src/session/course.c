/*
 * course.c - what an event is by what came before it in its session: over already, beyond the hours
 * of control, sent before the last answer, to another host, too late to confirm the start.
 */
#include "config.h"

#include "session/draft.h"

struct course {
    struct session *s;
    const struct closing *how;
    const struct event *acquire, *start; /* the last that succeeded; NULL: none so far */
    const struct event *refused;         /* the last start that was, by its status */
    const struct event *update;          /* the one whose answer came last */
    rt_str host;                         /* of the last call */
    rt_time asked;                       /* the last query or start was over */
    rt_time alive;                       /* the last call that found it running was sent */
    bool over, confirmed, fed;
    bool gone;    /* and not heard of since */
    bool answers; /* the log holds such at all */
};

static int
put(struct course *c, struct event *e, uint16_t field, int64_t number, const char *text)
{
    struct event_value v = {.field = field, .num = number};
    if (event_get(e, field) != NULL)
        return 0;
    if (text != NULL) {
        v.is_text = 1;
        v.text = rt_str_of(text);
    }
    return event_add(&c->s->arena, e, &v);
}

/* How long the sid can be controlled; *known: acquire's body says so, if only by its silence. */
static rt_dur
hours_of(const struct course *c, bool *known)
{
    int64_t hours = 0;
    *known = c->acquire != NULL && c->acquire->cname.n > 0;
    if (c->acquire == NULL || !event_num(c->acquire, FIELD_EXPIRED_HOUR, &hours))
        return c->how->terms->control;
    *known = true;
    /* Nobody records for longer; and the product must not overflow. */
    return hours < 0 || hours > 1000 * 1000 ? RT_DUR_NONE : hours * RT_HOUR;
}

/* It ran, nobody published, and between the last answer and this one an empty channel would have been left. */
static int
tell_idle(struct course *c, struct event *e)
{
    rt_dur slack = c->how->terms->slack,
           idle = c->start == NULL ? RT_DUR_NONE : terms_idle(c->how->terms, c->start);
    if ((phase_signs_of(c->how->signs, e) & 1u << MEANS_GONE) == 0 || c->over || c->fed ||
        c->alive == RT_TIME_NONE || e->begin == RT_TIME_NONE || idle == RT_DUR_NONE ||
        slack == RT_DUR_NONE || c->start->end == RT_TIME_NONE)
        return 0;
    rt_time left = box_shift(c->start->end, idle);
    if (c->alive > box_shift(left, slack) || e->begin < box_shift(left, -slack))
        return 0;
    return put(c, e, FIELD_IDLE_GONE, box_span(c->start->end, e->begin) / RT_MS, NULL);
}

static int
tell_failed(struct course *c, struct event *e)
{
    bool known;
    rt_dur hours = hours_of(c, &known);
    if (put(c, e, FIELD_ENDED, 0, c->over ? "yes" : "no") < 0 || tell_idle(c, e) < 0)
        return -1;
    if (c->start == NULL || hours == RT_DUR_NONE || e->begin == RT_TIME_NONE ||
        c->start->end == RT_TIME_NONE || e->begin <= box_shift(c->start->end, hours))
        return 0;
    rt_dur late = box_span(box_shift(c->start->end, hours), e->begin);
    if (put(c, e, FIELD_CONTROL, 0, known ? "over" : "over-default") < 0)
        return -1;
    return put(c, e, FIELD_OVERDUE, late / RT_MS, NULL);
}

static bool
is_timed(const struct event *e)
{
    return e->begin != RT_TIME_NONE && e->end != RT_TIME_NONE && !e->coarse;
}

static int
tell_overlap(struct course *c, struct event *e)
{
    const struct event *before = c->update;
    if (!is_timed(e))
        return 0;
    if (before == NULL || e->end > before->end)
        c->update = e;
    if (before == NULL || e->begin >= before->end)
        return 0;
    /* A line for both is mostly written when the answer is there, whatever its stamp. */
    if (before->answer_line != 0 && put(c, e, FIELD_STAMPED, 0, "apart") < 0)
        return -1;
    return put(c, e, FIELD_OVERLAP, box_span(e->begin, before->end) / RT_MS, NULL);
}

static int
tell_waited(struct course *c, struct event *e)
{
    if (c->start == NULL || c->confirmed || c->over || c->asked == RT_TIME_NONE ||
        e->begin == RT_TIME_NONE)
        return 0;
    int64_t gap = 0;
    rt_dur waited = box_span(c->asked, e->begin), idle = terms_idle(c->how->terms, c->start);
    bool confirms = (phase_signs_of(c->how->signs, e) & 1u << MEANS_ALIVE) != 0;
    if (e->repeated > 1 && !confirms && event_num(e, FIELD_GAP, &gap) && gap * RT_MS > waited)
        waited = gap * RT_MS;
    return idle == RT_DUR_NONE || waited < idle ? 0
                                                : put(c, e, FIELD_WAITED, waited / RT_MS, NULL);
}

static int
tell_repeats(struct course *c, struct event *e)
{
    int64_t before = 0, now = 0;
    if (c->refused != NULL && event_num(c->refused, FIELD_BODY_PRINT, &before) &&
        event_num(e, FIELD_BODY_PRINT, &now) && before == now &&
        put(c, e, FIELD_REPEATS, 0, "refused") < 0)
        return -1;
    if (e->http >= 400 && e->http < 500)
        c->refused = e;
    return 0;
}

static int
tell_call(struct course *c, struct event *e)
{
    int rc = 0;
    if (e->outcome == OUTCOME_FAIL)
        rc |= tell_failed(c, e);
    if (e->outcome == OUTCOME_UNKNOWN && c->answers)
        rc |= put(c, e, FIELD_ANSWERED, 0, "no");
    if (e->kind == KIND_UPDATE || e->kind == KIND_UPDATE_LAYOUT)
        rc |= tell_overlap(c, e);
    if (e->kind == KIND_START)
        rc |= tell_repeats(c, e);
    if (e->kind == KIND_QUERY)
        rc |= tell_waited(c, e);
    if (e->host.n > 0 && c->host.n > 0 && !rt_str_eq(e->host, c->host))
        rc |= put(c, e, FIELD_HOST_IS, 0, "other");
    return rc;
}

/* From the answer of start to the last sign of life: what ends a recording is one, too. */
static void
live_on(struct course *c, const struct event *e, uint32_t signs)
{
    const uint32_t alive = 1u << MEANS_ALIVE | 1u << MEANS_STOP;
    struct session *s = c->s;
    rt_time heard = e->repeated > 1 ? e->last : e->begin;
    bool lives =
        (signs & alive) != 0 || ((signs & 1u << MEANS_LEFT) != 0 && e->source == SOURCE_HOOK);
    if (e->kind == KIND_START && e->outcome == OUTCOME_OK && s->from == RT_TIME_NONE)
        s->from = s->to = e->end;
    else if (s->from != RT_TIME_NONE && lives && !c->over && e->begin != RT_TIME_NONE)
        s->to = heard > s->to ? heard : s->to;
    c->gone = (c->gone || (signs & 1u << MEANS_GONE) != 0) && !lives;
}

static void
go_on(struct course *c, const struct event *e)
{
    const uint32_t ends = 1u << MEANS_LEFT | 1u << MEANS_STOP;
    uint32_t signs = phase_signs_of(c->how->signs, e);
    if (e->kind == KIND_ACQUIRE && e->outcome == OUTCOME_OK)
        c->acquire = e;
    if (e->kind == KIND_START && e->outcome == OUTCOME_OK)
        c->start = e;
    if (e->kind == KIND_START || e->kind == KIND_QUERY)
        c->asked = e->repeated > 1 ? e->last : e->end;
    live_on(c, e, signs);
    c->over |= (signs & ends) != 0;
    c->confirmed |= (signs & 1u << MEANS_ALIVE) != 0;
    c->fed |= (signs & 1u << MEANS_FED) != 0;
    if ((signs & 1u << MEANS_ALIVE) != 0 && e->begin != RT_TIME_NONE)
        c->alive = e->repeated > 1 ? e->last : e->begin;
    c->host = e->host.n > 0 ? e->host : c->host;
}

static bool
has_answers(const struct session *s)
{
    for (size_t i = 0; i < s->event_count; i++)
        if (s->events[i]->source == SOURCE_API && s->events[i]->outcome != OUTCOME_UNKNOWN)
            return true;
    return false;
}

static struct event *
first_start(const struct session *s)
{
    size_t i = 0;
    while (s->events[i]->kind != KIND_START || s->events[i]->outcome != OUTCOME_OK)
        i++;
    return s->events[i];
}

static bool
is_print(uint16_t field)
{
    return field == FIELD_BODY_PRINT || field == FIELD_CLIENT_PRINT || field == FIELD_LEAVES;
}

/* A body holds secrets: not even a number made of it goes any further. */
static void
drop_prints(struct session *s)
{
    for (size_t i = 0; i < s->event_count; i++) {
        struct event *e = s->events[i];
        struct event_value *v = (struct event_value *)(uintptr_t)e->values;
        uint32_t kept = 0;
        if (e->kind != KIND_START && e->kind != KIND_ACQUIRE)
            continue;
        for (uint32_t k = 0; k < e->value_count; k++)
            if (!is_print(v[k].field))
                v[kept++] = v[k];
        e->value_count = kept;
    }
}

int
course_events(struct session *s, const struct closing *how)
{
    struct course c = {.s = s, .how = how, .asked = RT_TIME_NONE, .alive = RT_TIME_NONE};
    c.answers = has_answers(s);
    s->from = s->to = RT_TIME_NONE;
    for (size_t i = 0; i < s->event_count; i++) {
        struct event *e = s->events[i];
        if (e->source == SOURCE_API && tell_call(&c, e) < 0)
            return -1;
        go_on(&c, e);
    }
    drop_prints(s);
    s->ended = c.over || c.gone;
    if (s->from == RT_TIME_NONE || s->ended)
        return 0;
    return put(&c, first_start(s), FIELD_UNENDED, box_span(s->from, s->to) / RT_MS, NULL);
}
