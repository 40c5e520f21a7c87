/*
 * likeness.h - does a second report find what the first one found?
 */
#ifndef RECTRACE_PIPELINE_LIKENESS_H
#define RECTRACE_PIPELINE_LIKENESS_H

#include "base/arena.h"
#include "report/model.h"

/* The session of `r` that holds an event of the same place as `s` of another report of the same lines; NULL. */
const struct session *likeness_session(const struct report *r, const struct session *s);

struct likeness_list {
    RT_VEC(const char *) names; /* "id in session" */
};
struct likeness {
    struct likeness_list lost;   /* only the first has them */
    struct likeness_list gained; /* only the second */
};
/* Findings about `sessions` of the first report, and with `wide` those about no session. Texts are in
 * `a`. -1: memory. */
int likeness_make(struct likeness *l, const struct report *first,
                  const struct session *const *sessions, size_t n, bool wide,
                  const struct report *second, struct rt_arena *a);
void likeness_fini(struct likeness *l);

#endif
