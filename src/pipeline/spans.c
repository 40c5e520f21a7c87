#include "config.h"

#include "pipeline/spans.h"

#include <stdlib.h>

#include "base/alloc.h"

static const struct row {
    const char *title, *from, *to;
    bool from_end, to_end;
} rows[] = {
#define BEGIN                                       false
#define END                                         true
#define SPAN(title, from, from_point, to, to_point) {title, from, to, from_point, to_point},
#include "pipeline/spans.def"
#undef SPAN
#undef BEGIN
#undef END
};
enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
_Static_assert(ROWS <= SPANS_MAX, "raise SPANS_MAX");

void
spans_init(struct spans *s, const struct rule_set *rules)
{
    *s = (struct spans){0};
    for (size_t i = 0; i < ROWS; i++) {
        s->from[i] = rule_set_kind(rules, rt_str_of(rows[i].from));
        s->to[i] = rule_set_kind(rules, rt_str_of(rows[i].to));
    }
}

void
spans_fini(struct spans *s)
{
    for (size_t i = 0; i < SPANS_MAX; i++)
        RT_VEC_FREE(&s->seen[i]);
}

static rt_time
point(const struct event *e, bool at_end)
{
    return at_end && e->end != RT_TIME_NONE ? e->end : e->begin;
}

static int
add_row(struct spans *s, size_t row, const struct session *session)
{
    const struct event *from = NULL;
    for (size_t i = 0; i < session->event_count; i++) {
        const struct event *e = session->events[i];
        if (e->begin == RT_TIME_NONE)
            continue;
        if (from != NULL && e->kind == s->to[row]) {
            rt_dur d = point(e, rows[row].to_end) - point(from, rows[row].from_end);
            rt_dur *slot = RT_VEC_PUSH(&s->seen[row]);
            if (slot == NULL)
                return -1;
            *slot = d < 0 ? 0 : d;
            return 0;
        }
        if (from == NULL && e->kind == s->from[row] && e->outcome == OUTCOME_OK)
            from = e;
    }
    return 0;
}

int
spans_add(struct spans *s, const struct session *session)
{
    for (size_t i = 0; i < ROWS; i++)
        if (s->from[i] != KIND_NONE && s->to[i] != KIND_NONE && add_row(s, i, session) < 0)
            return -1;
    return 0;
}

static int
by_length(const void *a, const void *b)
{
    rt_dur x = *(const rt_dur *)a, y = *(const rt_dur *)b;
    return (x > y) - (x < y);
}

size_t
spans_settle(struct spans *s)
{
    size_t count = 0;
    for (size_t i = 0; i < ROWS; i++) {
        size_t n = s->seen[i].n;
        if (n == 0)
            continue;
        qsort(s->seen[i].v, n, sizeof(rt_dur), by_length);
        s->phases[count++] = (struct report_phase){
            .name = rows[i].title,
            .p50 = s->seen[i].v[(n - 1) / 2],
            .p95 = s->seen[i].v[(n - 1) * 95 / 100],
            .max = s->seen[i].v[n - 1],
            .count = (uint32_t)n,
        };
    }
    return count;
}
