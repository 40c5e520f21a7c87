/*
 * codes.c - what the answers of a session said, each once, with its count.
 */
#include "config.h"

#include "base/alloc.h"
#include "session/draft.h"

/* More different answers than this tell nothing that the events do not. */
enum { CODES_MAX = 128 };

static bool
says_something(const struct event *e)
{
    if (e->source != SOURCE_API)
        return false;
    if (e->code != EVENT_NO_CODE)
        return true;
    return e->outcome == OUTCOME_FAIL && (e->http != 0 || e->reason.n > 0);
}

static bool
equals(const struct session_code *c, const struct event *e)
{
    return c->kind == e->kind && c->http == e->http && c->code == e->code &&
           rt_str_eq(c->reason, e->reason);
}

int
codes_collect(struct session *s)
{
    struct {
        RT_VEC(struct session_code) v;
    } found = {{NULL, 0, 0}};
    struct session_code *c;
    for (size_t i = 0; i < s->event_count; i++) {
        const struct event *e = s->events[i];
        if (!says_something(e))
            continue;
        RT_EACH (c, &found.v)
            if (equals(c, e))
                break;
        if (found.v.n == 0 || c == found.v.v + found.v.n) {
            if (found.v.n >= CODES_MAX)
                continue;
            if ((c = RT_VEC_PUSH(&found.v)) == NULL) {
                RT_VEC_FREE(&found.v);
                return -1;
            }
            *c = (struct session_code){
                .kind = e->kind, .http = e->http, .code = e->code, .reason = e->reason};
        }
        c->count += e->repeated;
    }
    struct session_code *kept =
        rt_arena_array(&s->arena, found.v.n == 0 ? 1 : found.v.n, sizeof(*kept));
    if (kept != NULL && found.v.n > 0)
        memcpy(kept, found.v.v, found.v.n * sizeof(*kept));
    s->codes = kept;
    s->code_count = kept == NULL ? 0 : found.v.n;
    RT_VEC_FREE(&found.v);
    return kept == NULL ? -1 : 0;
}
