/*
 * violation.c - what is wrong with a member of a request, as a group of values of its event.
 */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>

#include "extract/request.h"

enum { TOLD_MOST = 16, PATH_MOST = 300, WORDS_MOST = 600 };

rt_str
request_words(struct request *q, const char *fmt, ...)
{
    char text[WORDS_MOST];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    bool ok = true;
    size_t kept = n < 0 ? 0 : (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1;
    rt_str s = rt_arena_str(&q->x->scratch, (rt_str){text, kept}, &ok);
    q->rc |= ok ? 0 : -1;
    return s;
}

static size_t
put_place(char *out, const struct place *at)
{
    size_t n = at->up == NULL ? 0 : put_place(out, at->up);
    int more = 0;
    if (n >= PATH_MOST - 1)
        return n;
    if (at->name.n > 0)
        more = snprintf(out + n, PATH_MOST - n, "%s%.*s", n > 0 ? "." : "", RT_FMT(at->name));
    else
        more = snprintf(out + n, PATH_MOST - n, "[%u]", at->item);
    return n + (size_t)(more < 0 ? 0 : more);
}

rt_str
place_text(struct request *q, const struct place *at)
{
    char text[PATH_MOST] = "";
    if (at != NULL)
        put_place(text, at);
    return request_words(q, "%s", text);
}

static void
add(struct request *q, uint16_t field, rt_str s)
{
    if (s.n > 0)
        q->rc |=
            event_add(&q->x->scratch, q->e,
                      &(struct event_value){
                          .field = field, .is_text = 1, .set = (uint8_t)q->told, .text = s});
}

void
violation_tell(struct request *q, const struct violation *v)
{
    if (q->told >= TOLD_MOST)
        return;
    rt_str path = place_text(q, v->at);
    q->told++;
    add(q, FIELD_PARAM_OF, v->of);
    add(q, FIELD_PARAM_DEFECT, rt_str_of(v->defect));
    add(q, FIELD_PARAM_AT, path);
    add(q, FIELD_PARAM_VALUE, v->value);
    add(q, FIELD_PARAM_LIMIT, v->limit);
    add(q, FIELD_PARAM_NEAREST, v->nearest);
    add(q, FIELD_PARAM,
        request_words(q, "%.*s%s%.*s", RT_FMT(path), path.n > 0 && v->words.n > 0 ? " " : "",
                      RT_FMT(v->words)));
}
