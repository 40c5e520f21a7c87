/*
 * lifespan.c - the ends of token and temporary storage credentials against what happened then, and
 * the bucket's area against the one that acquire asked for.
 *
 * A poll that only repeats says when it was heard last; so what came after an end is known of each.
 */
#include "config.h"

#include "session/draft.h"

struct lifespan {
    int64_t token, sts; /* ends, Unix seconds; 0: not known */
    rt_str region;      /* that acquire asked for */
};

static int
put_number(struct session *s, struct event *e, uint16_t field, int64_t n)
{
    struct event_value v = {.field = field, .num = n};
    return event_get(e, field) != NULL ? 0 : event_add(&s->arena, e, &v);
}

static int
tell_end(struct session *s, struct event *e, int64_t end, uint16_t left, uint16_t late)
{
    bool heard = e->outcome == OUTCOME_OK && e->last != RT_TIME_NONE && e->last > e->begin;
    rt_time at = heard ? e->last : e->begin;
    if (end == 0 || at == RT_TIME_NONE || !e->zoned)
        return 0;
    int64_t ms = at / RT_MS - end * 1000;
    if (ms >= 0)
        return put_number(s, e, late, ms);
    /* Of what goes well nobody asks how long it could have gone on. */
    bool matters =
        e->outcome == OUTCOME_FAIL || e->source == SOURCE_HOOK || e->kind == KIND_STOP;
    return matters ? put_number(s, e, left, -ms) : 0;
}

static int
tell_area(struct session *s, struct event *e, rt_str region)
{
    rt_str area = event_text(e, FIELD_STORAGE_AREA);
    if (region.n == 0 || area.n == 0 || event_get(e, FIELD_AREA_IS) != NULL)
        return 0;
    struct event_value v = {.field = FIELD_AREA_IS, .is_text = 1};
    v.text = rt_str_eq(region, area) ? RT_LIT("same") : RT_LIT("differs");
    return event_add(&s->arena, e, &v);
}

/* A start begins anew; an update that was accepted replaces the storage credentials. */
static void
learn(struct lifespan *l, const struct event *e)
{
    if (e->kind == KIND_ACQUIRE && event_text(e, FIELD_REGION).n > 0)
        l->region = event_text(e, FIELD_REGION);
    if (e->outcome == OUTCOME_FAIL || (e->kind != KIND_START && e->kind != KIND_UPDATE))
        return;
    if (e->kind == KIND_START && !event_num(e, FIELD_TOKEN_EXPIRES, &l->token))
        l->token = 0;
    if (e->kind == KIND_START || event_get(e, FIELD_STORAGE_VENDOR) != NULL)
        if (!event_num(e, FIELD_STS_EXPIRES, &l->sts))
            l->sts = 0;
}

int
lifespan_events(struct session *s)
{
    struct lifespan l = {0};
    for (size_t i = 0; i < s->event_count; i++) {
        struct event *e = s->events[i];
        if (e->kind == KIND_START && tell_area(s, e, l.region) < 0)
            return -1;
        if (e->kind != KIND_START &&
            (tell_end(s, e, l.token, FIELD_TOKEN_LEFT, FIELD_TOKEN_LATE) < 0 ||
             tell_end(s, e, l.sts, FIELD_STS_LEFT, FIELD_STS_LATE) < 0))
            return -1;
        learn(&l, e);
    }
    return 0;
}
