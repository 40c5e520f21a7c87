/*
 * spans.h - how long the steps of the sessions took (spans.def), as percentiles.
 */
#ifndef RECTRACE_PIPELINE_SPANS_H
#define RECTRACE_PIPELINE_SPANS_H

#include "base/vec.h"
#include "report/model.h"

#define SPANS_MAX 8
struct spans {
    uint8_t from[SPANS_MAX], to[SPANS_MAX]; /* kinds; KIND_NONE: the pack does not know it */
    RT_VEC(rt_dur) seen[SPANS_MAX];
    struct report_phase phases[SPANS_MAX];
};
void spans_init(struct spans *s, const struct rule_set *rules);
void spans_fini(struct spans *s);
int spans_add(struct spans *s, const struct session *session);
/* Fills `phases`; the number of those with at least one length. */
size_t spans_settle(struct spans *s);

#endif
