/*
 * witness.c - what rules about whole apps and hosts need of each session, kept until the end.
 *
 * A run may have millions of sessions; so a witness holds only the fields that such rules ask for, each text
 * once. Healthy calls differ in little but their time: what they share is kept once as well, and a long run
 * of equal ones in a session is its beginning and its end.
 */
#include "config.h"

#include <string.h>

#include "detect/internal.h"
#include "detect/moment.h"
#include "detect/survey.h"

enum {
    RUN_MOST = 64,       /* equal witnesses of one session in a row, kept one by one */
    WITNESS_VALUES = 16, /* of one event that are asked for, mostly */
};

bool
witness_asks(const struct detector *det, uint16_t field)
{
    return field_set_has(&det->survey->asked, field);
}

/* The steps of wide rules that the event fits, folded into a number; 0: none. `asked`: by their rules. */
static uint64_t
signature(const struct detector *det, const struct event *e, struct field_set *asked)
{
    uint64_t sign = 0, step = 1;
    bool aside = event_is_aside(e->kind);
    uint64_t kind = UINT64_C(1) << e->kind;
    struct event_marks marks = condition_marks(e);
    for (size_t i = 0; i < det->survey->steps.n; i++, step++) {
        const struct wide_step *s = &det->survey->steps.v[i];
        if (s->aside == aside &&
            condition_may_fit(s->alts, s->alt_count, kind, marks) &&
            match_event(&det->matcher, s->alts, s->alt_count, e)) {
            sign = sign * 31 + step;
            field_set_join(asked, &s->asked);
        }
    }
    return sign;
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
    struct event_value *kept = n <= WITNESS_VALUES ? room : rt_arena_array(&det->arena, n, sizeof(*kept));
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

/* What is left of an event when nobody asks for more; its texts are the detector's own. */
static int
strip(struct detector *det, const struct field_set *asked, const struct session *s, struct event *e,
      struct event_value room[WITNESS_VALUES])
{
    e->join = RT_NONE;
    if (e->app_id.n == 0)
        e->app_id = s->app_id;
    const struct {
        uint16_t field;
        rt_str *text;
    } texts[] = {
        {FIELD_APP, &e->app_id},     {FIELD_HOST, &e->host},     {FIELD_RID, &e->rid},       {FIELD_SID, &e->sid},
        {FIELD_CNAME, &e->cname},    {FIELD_UID, &e->uid},       {FIELD_MODE, &e->mode},     {FIELD_METHOD, &e->method},
        {FIELD_REASON, &e->reason}, {FIELD_ERROR, &e->error},
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (keep_word(det, asked, texts[i].field, texts[i].text) < 0)
            return -1;
    return keep_values(det, asked, e, room);
}

/* Takes out of `e` what differs from one healthy call to the next. */
static struct witness
take_apart(struct event *e)
{
    struct witness w = {
        .begin = e->begin, .end = e->end, .last = e->last, .cname = e->cname, .uid = e->uid,
        .line = e->line, .input = e->input, .order = e->order, .repeated = e->repeated,
    };
    e->begin = e->end = e->last = 0;
    e->cname = e->uid = RT_NONE;
    e->line = 0;
    e->input = e->order = e->repeated = e->twin = 0;
    return w;
}

static void
put_together(const struct witness *w, struct event *e)
{
    *e = *w->like;
    e->begin = w->begin;
    e->end = w->end;
    e->last = w->last;
    e->cname = w->cname;
    e->uid = w->uid;
    e->line = w->line;
    e->input = w->input;
    e->order = w->order;
    e->repeated = w->repeated;
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
static const struct event *
like_of(struct detector *det, const struct event *e)
{
    struct witness_likes *l = &det->likes[e->kind % KIND__MAX];
    for (size_t i = 0; i < WITNESS_LIKES; i++)
        if (l->v[i] != NULL && says_same(l->v[i], e))
            return l->v[i];
    struct event *c = rt_arena_alloc(&det->arena, sizeof(*c));
    struct event_value *values =
        e->value_count == 0 ? NULL : rt_arena_array(&det->arena, e->value_count, sizeof(*values));
    if (c == NULL || (e->value_count > 0 && values == NULL))
        return NULL;
    memcpy(c, e, sizeof(*c)); /* what is between the members, too */
    if (values != NULL)
        memcpy(values, e->values, e->value_count * sizeof(*values));
    c->values = values;
    l->v[l->next++ % WITNESS_LIKES] = c;
    return c;
}

struct tail { /* the end of a run of equal witnesses */
    uint64_t sign;
    int32_t code, http;
    uint32_t run;
    uint8_t kind;
    struct witness *last; /* NULL: none */
};

/* True: it is told by the one before it. */
static bool
swallow(struct tail *t, uint64_t sign, const struct event *e)
{
    bool equal = t->last != NULL && t->sign == sign && t->code == e->code && t->http == e->http &&
                 t->kind == e->kind && moment_known(e);
    if (!equal) {
        *t = (struct tail){.sign = sign, .code = e->code, .http = e->http, .kind = e->kind};
        return false;
    }
    if (++t->run < RUN_MOST)
        return false;
    t->last->repeated += e->repeated;
    t->last->last = moment_last(e);
    if (moment_over(e) > t->last->end)
        t->last->end = moment_over(e);
    return true;
}

/* NULL: memory. */
static struct witness *
keep_event(struct detector *det, const struct field_set *asked, const struct session *s, const struct event *e)
{
    struct event_value values[WITNESS_VALUES];
    struct event bare;
    memcpy(&bare, e, sizeof(bare));
    if (strip(det, asked, s, &bare, values) < 0)
        return NULL;
    struct witness w = take_apart(&bare), *slot = NULL;
    w.like = like_of(det, &bare);
    if (w.like == NULL || (slot = RT_VEC_PUSH(&det->kept)) == NULL)
        return NULL;
    *slot = w;
    return slot;
}

static const rt_str *
keep_id(struct detector *det, rt_str id)
{
    bool ok = true;
    rt_str *kept = rt_arena_alloc(&det->arena, sizeof(*kept));
    if (kept != NULL)
        *kept = rt_arena_str(&det->arena, id, &ok);
    return ok ? kept : NULL;
}

static int
keep_session(struct detector *det, const struct session *s)
{
    struct tail tail = {0};
    const rt_str *id = NULL;
    for (size_t k = 0; k < s->event_count; k++) {
        const struct event *e = s->events[k];
        struct field_set asked = {0};
        if (witness_asks(det, FIELD_TOKEN))
            field_set_add(&asked, FIELD_TOKEN); /* of all starts: crowd.c counts those that have one */
        uint64_t sign = signature(det, e, &asked);
        if (sign == 0 || swallow(&tail, sign, e))
            continue;
        if (id == NULL && (id = keep_id(det, s->id)) == NULL)
            return -1;
        struct witness *w = keep_event(det, &asked, s, e);
        if (w == NULL)
            return -1;
        w->session = id;
        w->number = (uint32_t)(k + 1);
        tail.last = w;
    }
    return 0;
}

int
witness_keep(struct detector *det, const struct session_group *g, struct rt_err *err)
{
    for (size_t i = 0; det->survey->has_wide && i < g->count; i++)
        if (keep_session(det, g->sessions[i]) < 0 || crowd_keep(det, g->sessions[i]) < 0)
            return rt_fail_mem(err);
    return 0;
}

int
witness_move(struct detector *det, const struct detector *from)
{
    for (size_t i = 0; i < from->lives.n; i++) {
        struct life *slot = RT_VEC_PUSH(&det->lives);
        if (slot == NULL)
            return -1;
        *slot = from->lives.v[i];
    }
    for (size_t i = 0; i < from->kept.n; i++) {
        struct witness *slot = RT_VEC_PUSH(&det->kept);
        if (slot == NULL)
            return -1;
        *slot = from->kept.v[i];
    }
    return 0;
}

int
witness_unpack(struct detector *det)
{
    for (size_t i = 0; i < det->kept.n; i++) {
        const struct witness *w = &det->kept.v[i];
        bool aside = event_is_aside(w->like->kind);
        struct event *e = rt_arena_alloc(&det->arena, sizeof(*e));
        struct scope_event *slot = e == NULL ? NULL : aside ? RT_VEC_PUSH(&det->asides) : RT_VEC_PUSH(&det->witnesses);
        if (slot == NULL)
            return -1;
        put_together(w, e);
        *slot = (struct scope_event){.e = e, .session = *w->session, .number = w->number};
    }
    RT_VEC_FREE(&det->kept);
    return 0;
}
