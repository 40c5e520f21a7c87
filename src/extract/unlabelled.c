/*
 * unlabelled.c - bodies under keys that no format names: known by what stands in them.
 *
 * Every team has its own word for what it sent and what it got. A record that has the URL of a call, but one of its bodies
 * under no known name, is searched for an object of that shape, or a string that holds one.
 */
#include "config.h"

#include "extract/work.h"

enum { KEYS_DEEP = 3 };

struct search {
    struct extract *x;
    struct scan_value *parts;
    bool asks, answers; /* which body is looked for */
    bool answered;      /* the record has a status, so ids alone may be an answer */
};

static bool
is_answer(const struct search *s, rt_str object)
{
    bool tells = scan_get(object, "serverResponse").type == SCAN_OBJECT ||
                 scan_get(object, "code").type != SCAN_NONE ||
                 scan_get(object, "reason").type == SCAN_STRING;
    return (s->answered || tells) && body_is_vendor(s->x, object);
}

static void
look_at(struct search *s, const struct scan_value *v, rt_str object)
{
    bool sent = body_is_request(s->x, object);
    if (s->asks && sent) {
        s->parts[FORMAT_REQUEST] = *v;
        s->asks = false;
    } else if (s->answers && !sent && is_answer(s, object)) {
        s->parts[FORMAT_RESPONSE] = *v;
        s->answers = false;
    }
}

static void
search(struct search *s, rt_str object, unsigned depth)
{
    rt_str key;
    struct scan_value v;
    size_t at = 0;
    while ((s->asks || s->answers) && scan_member(object, &at, SCAN_ANY_DEPTH, &key, &v) == 1) {
        rt_str text = v.type == SCAN_OBJECT   ? v.text
                      : v.type == SCAN_STRING ? rt_str_trim(work_text(s->x, &v, 3))
                                              : RT_NONE;
        if (text.n == 0 || text.p[0] != '{')
            continue;
        bool asks = s->asks, answers = s->answers;
        look_at(s, &v, text);
        if (v.type == SCAN_OBJECT && asks == s->asks && answers == s->answers &&
            depth < KEYS_DEEP)
            search(s, v.text, depth + 1);
    }
}

/* One name for both bodies, and this is the one that was sent: by its shape, or since its line has an id and no outcome. */
static bool
was_sent(struct extract *x, const struct scan_value *parts)
{
    rt_str body = rt_str_trim(work_body(x, &parts[FORMAT_RESPONSE], 3));
    bool alone = scan_present(&parts[FORMAT_JOIN]) && !scan_present(&parts[FORMAT_HTTP]) &&
                 !scan_present(&parts[FORMAT_ERROR]) && !scan_present(&parts[FORMAT_DURATION]);
    return body.n > 0 && (body_is_request(x, body) || (alone && !body_is_vendor(x, body)));
}

void
unlabelled_bodies(struct extract *x, struct scan_value *parts, uint8_t kind, rt_str whole)
{
    struct scan_value *request = &parts[FORMAT_REQUEST], *response = &parts[FORMAT_RESPONSE];
    struct search s = {.x = x,
                       .parts = parts,
                       .asks = kind != KIND_QUERY && !scan_present(request),
                       .answers = !scan_present(response)};
    s.answered = scan_present(&parts[FORMAT_HTTP]);
    if (s.asks && !s.answers && was_sent(x, parts)) {
        *request = *response;
        *response = (struct scan_value){SCAN_NONE, RT_NONE, false};
        s.asks = false;
        s.answers = true;
    }
    if (whole.n > 0 && whole.p[0] == '{')
        search(&s, whole, 1);
}
