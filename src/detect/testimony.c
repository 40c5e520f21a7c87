#include "config.h"

#include "detect/testimony.h"

#include <string.h>

#include "base/varint.h"

enum { NONE, FIRST, OWN }; /* whose cname, whose uid */

struct testimony {
    struct testimony *next;
    size_t n;
    char bytes[];
};

/* ---- writing ---- */

void
testimony_draft_init(struct testimony_draft *d)
{
    *d = (struct testimony_draft){.witnesses = 0};
    rt_buf_init(&d->bytes, SIZE_MAX);
}

void
testimony_draft_fini(struct testimony_draft *d)
{
    rt_buf_fini(&d->bytes);
}

static int
whose(rt_str first, rt_str s)
{
    return s.n == 0 ? NONE : rt_str_eq(first, s) ? FIRST : OWN;
}

void
testimony_add(struct testimony_draft *d, const struct witness *w)
{
    struct rt_buf *b = &d->bytes;
    if (d->witnesses++ == 0) {
        rt_varint_put_text(b, w->session);
        rt_varint_put_text(b, d->cname = w->cname);
        rt_varint_put_text(b, d->uid = w->uid);
    }
    size_t behind = b->n;
    rt_buf_add(b, (rt_str){(const char *)&w->like, sizeof(w->like)});
    rt_varint_put(b, (int64_t)behind);
    rt_varint_put(b, w->begin);
    rt_varint_put(b, rt_apart(w->begin, w->end));
    rt_varint_put(b, rt_apart(w->begin, w->last));
    rt_varint_put(b, (int64_t)w->line);
    rt_varint_put(b, w->input);
    rt_varint_put(b, w->order);
    rt_varint_put(b, w->repeated);
    rt_varint_put(b, w->number);
    const rt_str *texts[] = {&d->cname, &w->cname, &d->uid, &w->uid};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i += 2) {
        int owner = whose(*texts[i], *texts[i + 1]);
        rt_varint_put(b, owner);
        if (owner == OWN)
            rt_varint_put_text(b, *texts[i + 1]);
    }
}

int
testimony_give(struct testimony_draft *d, struct testimonies *to, struct rt_arena *a)
{
    struct testimony *t = NULL;
    size_t count = d->witnesses, n = d->bytes.n;
    bool failed = d->bytes.failed;
    if (count > 0 && !failed)
        t = rt_arena_extend(a, NULL, 0, sizeof(*t) + n);
    if (t != NULL) {
        *t = (struct testimony){.n = n};
        memcpy(t->bytes, d->bytes.p, n);
        *(to->first == NULL ? &to->first : &to->last->next) = t;
        to->last = t;
        to->witnesses += count;
    }
    rt_buf_clear(&d->bytes);
    d->witnesses = 0;
    return failed || (count > 0 && t == NULL) ? -1 : 0;
}

void
testimonies_move(struct testimonies *to, struct testimonies *from)
{
    if (from->first == NULL)
        return;
    *(to->first == NULL ? &to->first : &to->last->next) = from->first;
    to->last = from->last;
    to->witnesses += from->witnesses;
    *from = (struct testimonies){.first = NULL};
}

/* ---- reading: our own bytes, so they are whole ---- */

static rt_str
take_text(const char **at)
{
    size_t n = (size_t)rt_varint_next(at);
    rt_str s = {*at, n};
    *at += n;
    return n == 0 ? RT_NONE : s;
}

static rt_str
take_owned(const char **at, rt_str first)
{
    int64_t owner = rt_varint_next(at);
    return owner == NONE ? RT_NONE : owner == FIRST ? first : take_text(at);
}

struct testimony_walk
testimony_walk(const struct testimonies *all)
{
    return (struct testimony_walk){all->first, NULL};
}

const char *
testimony_next(struct testimony_walk *w, struct witness *out)
{
    while (w->t != NULL && w->at == w->t->bytes + w->t->n)
        *w = (struct testimony_walk){w->t->next, NULL};
    if (w->t == NULL)
        return NULL;
    if (w->at == NULL) {
        w->at = w->t->bytes;
        for (int texts = 0; texts < 3; texts++)
            take_text(&w->at);
    }
    const char *at = w->at;
    w->at = testimony_read(at, out);
    return at;
}

const char *
testimony_read(const char *at, struct witness *out)
{
    const char *head = at;
    memcpy(&out->like, at, sizeof(out->like));
    at += sizeof(out->like);
    head -= rt_varint_next(&at);
    out->session = take_text(&head);
    rt_str cname = take_text(&head), uid = take_text(&head);
    out->begin = rt_varint_next(&at);
    out->end = rt_beyond(out->begin, rt_varint_next(&at));
    out->last = rt_beyond(out->begin, rt_varint_next(&at));
    out->line = (uint64_t)rt_varint_next(&at);
    out->input = (uint32_t)rt_varint_next(&at);
    out->order = (uint32_t)rt_varint_next(&at);
    out->repeated = (uint32_t)rt_varint_next(&at);
    out->number = (uint32_t)rt_varint_next(&at);
    out->cname = take_owned(&at, cname);
    out->uid = take_owned(&at, uid);
    return at;
}

void
witness_event(const struct witness *w, struct event *out)
{
    *out = w->like->e;
    out->begin = w->begin;
    out->end = w->end;
    out->last = w->last;
    out->cname = w->cname;
    out->uid = w->uid;
    out->line = w->line;
    out->input = w->input;
    out->order = w->order;
    out->repeated = w->repeated;
}
