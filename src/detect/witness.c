/*
 * witness.c - what rules about whole apps and hosts need of each session, kept until the end.
 *
 * A run may have millions of sessions; so a witness holds only the fields that such rules ask for. Healthy
 * calls differ in little but their time: what they share is kept once, and a long run of equal ones in a
 * session is its beginning and its end.
 */
#include "config.h"

#include "detect/witness.h"

#include <string.h>

#include "detect/internal.h"
#include "detect/moment.h"

enum {
    RUN_MOST = 64,       /* equal witnesses of one session in a row, kept one by one */
    WITNESS_VALUES = 16, /* of one event that are asked for, mostly */
};

struct interest {           /* of wide rules in an event */
    uint64_t rules;         /* their bits; 0: none */
    uint64_t sign;          /* the steps that it fits or may fit, folded into a number */
    struct field_set asked; /* by these rules */
};

/* An expression that gave up said neither yes nor no: matching is to tell of it. */
static bool
may_matter(const struct detector *det, const struct wide_step *s, const struct event *e,
           struct event_marks marks)
{
    uint32_t before = det->matcher.limited;
    return condition_may_fit(s->alts, s->alt_count, UINT64_C(1) << e->kind, marks) &&
           (match_event(&det->matcher, s->alts, s->alt_count, e) ||
            det->matcher.limited != before);
}

static struct interest
interest_in(const struct detector *det, const struct event *e)
{
    struct interest in = {.rules = 0};
    uint64_t step = 1;
    bool aside = event_is_aside(e->kind);
    struct event_marks marks = condition_marks(e);
    for (size_t i = 0; i < det->survey->steps.n; i++, step++) {
        const struct wide_step *s = &det->survey->steps.v[i];
        if (s->aside == aside && may_matter(det, s, e, marks)) {
            in.sign = in.sign * 31 + step;
            in.rules |= s->bit;
            field_set_join(&in.asked, &s->asked);
        }
    }
    return in;
}

int
witness_word(struct detector *det, rt_str *text)
{
    bool ok = true;
    const rt_str *known = rt_map_get(&det->words, *text);
    if (known != NULL) {
        *text = *known;
        return 0;
    }
    rt_str *kept = rt_arena_alloc(&det->arena, sizeof(*kept));
    if (kept == NULL)
        return -1;
    *kept = rt_arena_str(&det->arena, *text, &ok);
    if (!ok || rt_map_put(&det->words, *kept, kept) < 0)
        return -1;
    *text = *kept;
    return 0;
}

/* Each text is kept once: apps and hosts are few. */
static int
keep_word(struct detector *det, const struct field_set *asked, uint16_t field, rt_str *text)
{
    bool always = field == FIELD_APP || field == FIELD_HOST;
    if (text->n > 0 && (always || field_set_has(asked, field)))
        return witness_word(det, text);
    *text = RT_NONE;
    return 0;
}

/* Values that are asked for, in `room` if they fit there. */
static int
keep_values(struct detector *det, const struct field_set *asked, struct event *e,
            struct event_value room[WITNESS_VALUES])
{
    const struct event_value *all = e->values;
    uint32_t count = e->value_count, n = 0;
    for (uint32_t i = 0; i < count; i++)
        n += field_set_has(asked, all[i].field);
    struct event_value *kept =
        n <= WITNESS_VALUES ? room : rt_arena_array(&det->arena, n, sizeof(*kept));
    e->values = n == 0 ? NULL : kept;
    e->value_count = 0;
    if (kept == NULL)
        return -1;
    for (uint32_t i = 0; i < count; i++) {
        if (!field_set_has(asked, all[i].field))
            continue;
        struct event_value *v = &kept[e->value_count++];
        *v = all[i];
        if (v->is_text && keep_word(det, asked, v->field, &v->text) < 0)
            return -1;
    }
    return 0;
}

/* What is left of an event when nobody asks for more. Its texts are the detector's own, but for cname and uid. */
static int
strip(struct detector *det, const struct field_set *asked, struct event *e,
      struct event_value room[WITNESS_VALUES])
{
    e->join = RT_NONE;
    const struct {
        uint16_t field;
        rt_str *text;
    } texts[] = {
        {FIELD_APP, &e->app_id},    {FIELD_HOST, &e->host},   {FIELD_RID, &e->rid},
        {FIELD_SID, &e->sid},       {FIELD_MODE, &e->mode},   {FIELD_METHOD, &e->method},
        {FIELD_REASON, &e->reason}, {FIELD_ERROR, &e->error},
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (keep_word(det, asked, texts[i].field, texts[i].text) < 0)
            return -1;
    e->cname = field_set_has(asked, FIELD_CNAME) ? e->cname : RT_NONE;
    e->uid = field_set_has(asked, FIELD_UID) ? e->uid : RT_NONE;
    return keep_values(det, asked, e, room);
}

/* Takes out of `e` what differs from one healthy call to the next. */
static struct witness
take_apart(struct event *e)
{
    struct witness w = {
        .begin = e->begin,
        .end = e->end,
        .last = e->last,
        .cname = e->cname,
        .uid = e->uid,
        .line = e->line,
        .input = e->input,
        .order = e->order,
        .repeated = e->repeated,
    };
    e->begin = e->end = e->last = 0;
    e->cname = e->uid = RT_NONE;
    e->line = 0;
    e->input = e->order = e->repeated = e->twin = 0;
    return w;
}

static bool
says_same(const struct event *like, const struct event *e)
{
    struct event x, y;
    memcpy(&x, like, sizeof(x));
    memcpy(&y, e, sizeof(y));
    x.values = y.values = NULL;
    if (memcmp(&x, &y, sizeof(x)) != 0)
        return false;
    for (uint32_t i = 0; i < e->value_count; i++) {
        const struct event_value *a = &like->values[i], *b = &e->values[i];
        if (a->field != b->field || a->is_text != b->is_text || a->set != b->set ||
            (a->is_text ? a->text.p != b->text.p : a->num != b->num))
            return false;
    }
    return true;
}

/* One of the last few of its kind that says the same, or a copy. Texts are equal where they are the same word. */
static const struct witness_like *
like_of(struct detector *det, uint64_t rules, const struct event *e)
{
    struct witness_likes *l = &det->likes[e->kind % KIND__MAX];
    for (size_t i = 0; i < WITNESS_LIKES; i++)
        if (l->v[i] != NULL && l->v[i]->rules == rules && says_same(&l->v[i]->e, e))
            return l->v[i];
    struct witness_like *c = rt_arena_alloc(&det->arena, sizeof(*c));
    struct event_value *values =
        e->value_count == 0 ? NULL
                            : rt_arena_array(&det->arena, e->value_count, sizeof(*values));
    if (c == NULL || (e->value_count > 0 && values == NULL))
        return NULL;
    memcpy(&c->e, e, sizeof(c->e)); /* what is between the members, too */
    if (values != NULL)
        memcpy(values, e->values, e->value_count * sizeof(*values));
    c->e.values = values;
    c->rules = rules;
    l->v[l->next++ % WITNESS_LIKES] = c;
    return c;
}

struct run { /* of equal witnesses; the newest is still in hand */
    uint64_t sign;
    int32_t code, http;
    uint32_t length;
    uint8_t kind;
    struct witness last;
    bool any; /* there is a last one */
};

/* True: the last one tells it. */
static bool
swallow(struct run *r, uint64_t sign, const struct event *e)
{
    bool equal = r->any && r->sign == sign && r->code == e->code && r->http == e->http &&
                 r->kind == e->kind && moment_known(e);
    r->length = equal ? r->length + 1 : 0;
    r->sign = sign;
    r->code = e->code;
    r->http = e->http;
    r->kind = e->kind;
    if (r->length < RUN_MOST)
        return false;
    r->last.repeated += e->repeated;
    r->last.last = moment_last(e);
    if (moment_over(e) > r->last.end)
        r->last.end = moment_over(e);
    return true;
}

static void
put_down(struct detector *det, struct run *r)
{
    if (r->any)
        testimony_add(&det->draft, &r->last);
    r->any = false;
}

static int
take_event(struct detector *det, const struct interest *in, const struct event *e,
           struct witness *out)
{
    struct event_value values[WITNESS_VALUES];
    struct event bare;
    memcpy(&bare, e, sizeof(bare));
    if (strip(det, &in->asked, &bare, values) < 0)
        return -1;
    *out = take_apart(&bare);
    out->like = like_of(det, in->rules, &bare);
    return out->like == NULL ? -1 : 0;
}

/* A callback does not say its app; its session does. */
static const struct event *
with_app(const struct event *e, rt_str app, struct event *room)
{
    if (e->app_id.n > 0 || app.n == 0)
        return e;
    memcpy(room, e, sizeof(*room));
    room->app_id = app;
    return room;
}

static int
keep_session(struct detector *det, const struct session *s)
{
    struct run run = {.any = false};
    struct event room;
    for (size_t k = 0; k < s->event_count; k++) {
        const struct event *e = with_app(s->events[k], s->app_id, &room);
        struct interest in = interest_in(det, e);
        if (survey_asks(det->survey, FIELD_TOKEN))
            /* of all starts: crowd.c counts those that have one */
            field_set_add(&in.asked, FIELD_TOKEN);
        if (!event_is_aside(e->kind))
            field_set_add(&in.asked, FIELD_SEQUENCE); /* callbacks of one moment go by it */
        if (in.rules == 0 || swallow(&run, in.sign, e))
            continue;
        put_down(det, &run);
        if (take_event(det, &in, e, &run.last) < 0)
            return -1;
        run.last.session = s->id;
        run.last.number = (uint32_t)(k + 1);
        run.any = true;
    }
    put_down(det, &run);
    return testimony_give(&det->draft, &det->witnesses, &det->arena);
}

int
witness_keep(struct detector *det, const struct session_group *g, struct rt_err *err)
{
    for (size_t i = 0; det->survey->wide.n > 0 && i < g->count; i++)
        if (keep_session(det, g->sessions[i]) < 0)
            return rt_fail_mem(err);
    return 0;
}

int
witness_note(struct detector *det, const struct event *e)
{
    struct interest in = interest_in(det, e);
    struct event bare;
    if (in.rules == 0)
        return 0;
    memcpy(&bare, e, sizeof(bare));
    struct witness w = take_apart(&bare);
    w.like = like_of(det, in.rules, &bare);
    if (w.like == NULL)
        return -1;
    testimony_add(&det->draft, &w);
    return testimony_give(&det->draft, &det->witnesses, &det->arena);
}
