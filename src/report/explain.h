/*
 * explain.h - what a code, status, string, state, callback or finding means; works without a log.
 */
#ifndef RECTRACE_REPORT_EXPLAIN_H
#define RECTRACE_REPORT_EXPLAIN_H

#include "report/writer.h"

/* `on`: only as an answer of this call; KIND_NONE: any. 0 found, 1 nothing known (said). */
int explain_text(const struct rule_set *rules, rt_str word, uint8_t on,
                 const struct writer_options *w, struct out *o);
int explain_json(const struct rule_set *rules, rt_str word, uint8_t on, struct out *o);

#endif
