/*
 * ticket.h - what support needs to know of one recording, to be sent as it is.
 */
#ifndef RECTRACE_REPORT_TICKET_H
#define RECTRACE_REPORT_TICKET_H

#include "report/scrub.h"
#include "report/writer.h"

struct ticket_line { /* of an input, without its secrets */
    rt_str path;
    uint64_t line;
    rt_str text; /* empty: it cannot be shown */
};
struct ticket_place {
    uint32_t input;
    uint64_t line;
};
/* How a ticket system writes headings, tables and code. */
struct ticket_style;
/* NULL: no such style; `ticket_styles` names them, ", " between. */
const struct ticket_style *ticket_style_find(const char *name);
extern const char *const ticket_styles;

/* The places of the lines that prove the findings of a session, and of the call that failed: at most
 * `most`, each once. Their number. */
size_t ticket_places(const struct report *r, const struct session *s, struct ticket_place *out,
                     size_t most);

/* The call that the finding (or NULL) rests on, or the last one that failed; NULL: none did. */
const struct event *ticket_failed_call(const struct session *s, const struct finding *f);

struct ticket_options {
    const struct ticket_style *style;
    size_t max_bytes;
    const struct ticket_line *lines;
    size_t line_count;
    const struct scrub *scrub; /* what the lines went through */
};
/* 0; -1: memory, or a secret would have got into the document (nothing is written then). */
int ticket_write(const struct report *r, const struct session *s,
                 const struct ticket_options *t, struct out *o, struct rt_err *err);

#endif
