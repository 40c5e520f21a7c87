/*
 * ticket_places.c - which lines of the inputs a ticket shows.
 */
#include "config.h"

#include "report/ticket.h"

const struct event *
ticket_failed_call(const struct session *s, const struct finding *f)
{
    const struct event *last = NULL;
    for (size_t i = s->event_count; i > 0; i--) {
        const struct event *e = s->events[i - 1];
        if (e->source == SOURCE_HOOK || e->outcome != OUTCOME_FAIL)
            continue;
        last = last == NULL ? e : last;
        for (size_t k = 0; f != NULL && k < f->evidence_count; k++)
            if (f->evidence[k].input == e->input && f->evidence[k].line == e->line)
                return e;
    }
    return last;
}

static void
add_place(struct ticket_place *out, size_t *n, size_t most, uint32_t input, uint64_t line)
{
    for (size_t i = 0; i < *n; i++)
        if (out[i].input == input && out[i].line == line)
            return;
    if (*n < most && line > 0)
        out[(*n)++] = (struct ticket_place){input, line};
}

size_t
ticket_places(const struct report *r, const struct session *s, struct ticket_place *out,
              size_t most)
{
    const size_t *of = NULL;
    size_t n = 0, count = report_session_findings(r, s, &of);
    for (size_t i = 0; i < count; i++) {
        const struct finding *f = r->findings[of[i]];
        for (size_t k = 0; k < f->evidence_count; k++)
            add_place(out, &n, most, f->evidence[k].input, f->evidence[k].line);
    }
    const struct event *e = ticket_failed_call(s, count > 0 ? r->findings[of[0]] : NULL);
    if (e != NULL)
        add_place(out, &n, most, e->input, e->line);
    for (size_t i = 0; i < s->event_count && n < most; i++) {
        e = s->events[i];
        for (size_t k = 0; k < n; k++)
            if (e->answer_line > 0 && out[k].input == e->input && out[k].line == e->line) {
                add_place(out, &n, most, e->input, e->answer_line);
                break;
            }
    }
    return n;
}
