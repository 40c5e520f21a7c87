#include "config.h"

#include "event/pack.h"

#include "base/varint.h"

/*
 *   event    := 0 length content place | 1 place      1: the content is that of the event before
 *   content  := numbers, texts, values
 *   place    := times, lines, counts
 * Numbers are zigzag varints; a text is its length and its bytes.
 */

enum { FULL, AGAIN };
enum { ZONED = 1, COARSE = 2, HALF = 4, IS_ANSWER = 8, PLAIN = 16 };

static const rt_str *
text_at(const struct event *e, size_t i)
{
    const rt_str *all[] = {&e->rid,    &e->sid,  &e->app_id, &e->cname, &e->uid, &e->mode,
                           &e->method, &e->host, &e->reason, &e->error, &e->join};
    return i < sizeof(all) / sizeof(all[0]) ? all[i] : NULL;
}

static void
put_content(struct rt_buf *b, const struct event *e)
{
    rt_varint_put(b, e->kind);
    rt_varint_put(b, e->source);
    rt_varint_put(b, e->outcome);
    rt_varint_put(b, (e->zoned ? ZONED : 0) | (e->coarse ? COARSE : 0) | (e->half ? HALF : 0) |
                         (e->is_answer ? IS_ANSWER : 0) | (e->plain ? PLAIN : 0));
    rt_varint_put(b, e->http);
    rt_varint_put(b, e->code);
    rt_varint_put(b, e->status);
    for (size_t i = 0; text_at(e, i) != NULL; i++)
        rt_varint_put_text(b, *text_at(e, i));
    rt_varint_put(b, e->value_count);
    for (uint32_t i = 0; i < e->value_count; i++) {
        const struct event_value *v = &e->values[i];
        rt_varint_put(b, v->field);
        rt_varint_put(b, v->set);
        rt_varint_put(b, v->is_text);
        rt_varint_put(b, v->num);
        if (v->is_text)
            rt_varint_put_text(b, v->text);
    }
}

static void
put_place(struct rt_buf *b, const struct event *e)
{
    rt_varint_put(b, e->begin);
    rt_varint_put(b, rt_apart(e->begin, e->end));
    rt_varint_put(b, rt_apart(e->begin, e->last));
    rt_varint_put(b, (int64_t)e->line);
    rt_varint_put(b, (int64_t)e->answer_line);
    rt_varint_put(b, e->input);
    rt_varint_put(b, e->order);
    rt_varint_put(b, e->copies);
    rt_varint_put(b, e->deliveries);
    rt_varint_put(b, e->repeated);
    rt_varint_put(b, e->label);
}

void
event_pack(struct event_packer *p, struct rt_buf *out, const struct event *e)
{
    size_t begun = out->n, before = p->to - p->from;
    rt_buf_addc(out, FULL);
    size_t from = out->n;
    put_content(out, e);
    if (out->failed)
        return;
    if (before > 0 && before == out->n - from &&
        memcmp(out->p + p->from, out->p + from, before) == 0) {
        out->n = begun;
        rt_buf_addc(out, AGAIN);
    } else {
        *p = (struct event_packer){from, out->n};
    }
    put_place(out, e);
}

/* ---- reading ---- */

static int64_t
take(struct event_unpacker *u)
{
    int64_t n = 0;
    if (rt_varint_take(&u->at, u->end, &n))
        return n;
    u->damaged = true;
    u->at = u->end;
    return 0;
}

static rt_str
take_text(struct event_unpacker *u)
{
    int64_t n = take(u);
    if (n < 0 || n > u->end - u->at) {
        u->damaged = true;
        u->at = u->end;
        return RT_NONE;
    }
    rt_str s = {u->at, (size_t)n};
    u->at += n;
    return s;
}

static bool
take_values(struct event_unpacker *u, struct event *e)
{
    int64_t n = take(u);
    if (n < 0 || n > u->end - u->at)
        return false;
    struct event_value *v = n == 0 ? NULL : rt_arena_array(u->arena, (size_t)n, sizeof(*v));
    if (n > 0 && v == NULL)
        return false;
    for (int64_t i = 0; i < n; i++) {
        v[i].field = (uint16_t)take(u);
        v[i].set = (uint8_t)take(u);
        v[i].is_text = (uint8_t)take(u);
        v[i].num = take(u);
        if (v[i].is_text)
            v[i].text = take_text(u);
    }
    e->values = v;
    e->value_count = (uint32_t)n;
    return true;
}

static bool
take_content(struct event_unpacker *u)
{
    struct event *e = &u->like;
    event_init(e);
    e->kind = (uint8_t)take(u);
    e->source = (uint8_t)take(u);
    e->outcome = (uint8_t)take(u);
    int64_t flags = take(u);
    e->zoned = (flags & ZONED) != 0;
    e->coarse = (flags & COARSE) != 0;
    e->half = (flags & HALF) != 0;
    e->is_answer = (flags & IS_ANSWER) != 0;
    e->plain = (flags & PLAIN) != 0;
    e->http = (int32_t)take(u);
    e->code = (int32_t)take(u);
    e->status = (int32_t)take(u);
    for (size_t i = 0; text_at(e, i) != NULL; i++) {
        rt_str s = take_text(u);
        *(rt_str *)(uintptr_t)text_at(e, i) = s.n == 0 ? RT_NONE : s;
    }
    return take_values(u, e) && e->source < SOURCE__COUNT && e->kind < KIND__MAX;
}

void
event_unpack_begin(struct event_unpacker *u, rt_str bytes, struct rt_arena *arena)
{
    *u = (struct event_unpacker){.at = bytes.p, .end = bytes.p + bytes.n, .arena = arena};
}

bool
event_unpack_next(struct event_unpacker *u, struct event *out)
{
    if (u->at == u->end)
        return false;
    char tag = *u->at++;
    if (tag == FULL && !take_content(u))
        u->damaged = true;
    *out = u->like;
    out->begin = take(u);
    out->end = rt_beyond(out->begin, take(u));
    out->last = rt_beyond(out->begin, take(u));
    out->line = (uint64_t)take(u);
    out->answer_line = (uint64_t)take(u);
    out->input = (uint32_t)take(u);
    out->order = (uint32_t)take(u);
    out->copies = (uint32_t)take(u);
    out->deliveries = (uint32_t)take(u);
    out->repeated = (uint32_t)take(u);
    out->label = (uint32_t)take(u);
    return !u->damaged;
}
