/*
 * json.h - pieces of the JSON report, shared by the whole document and by JSON lines.
 */
#ifndef RECTRACE_REPORT_JSON_H
#define RECTRACE_REPORT_JSON_H

#include "base/out.h"
#include "report/model.h"

/* Each writes one object. `indexes`: of the session's findings; NULL writes none. */
void json_input(struct out *o, const struct report_input *i);
void json_session(struct out *o, const struct report *r, const struct session *s,
                  const size_t *indexes, size_t count);
void json_finding(struct out *o, const struct report *r, const struct finding *f);
void json_unchecked(struct out *o, const struct report *r, const struct unchecked *u);
void json_totals(struct out *o, const struct report *r);
void json_tool(struct out *o, const struct report *r);
void json_coverage(struct out *o, const struct report *r);
void json_skew(struct out *o, const struct report *r);
/* A string or null. */
void json_text(struct out *o, rt_str s);
void json_time(struct out *o, rt_time t);

#endif
