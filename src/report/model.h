/*
 * model.h - the finished report: what every writer reads, and none computes.
 *
 * Field by field the model is the JSON report (docs/report.schema.json); see spec of the report.
 */
#ifndef RECTRACE_REPORT_MODEL_H
#define RECTRACE_REPORT_MODEL_H

#include "detect/coverage.h"
#include "detect/finding.h"
#include "session/session.h"

struct report_input {
    rt_str path, format;
    uint64_t bytes, lines;
    uint64_t counts[5]; /* by enum line_fate: events ignored unmatched undecodable too_long */
    uint64_t callbacks; /* of counts[0]: the others are API calls */
    rt_time first, last;
    bool complete;
    bool unzoned; /* its times say no zone, and none was given */
    const rt_str *warnings;
    size_t warning_count;
};
struct report_phase { /* how long a step of the healthy life took */
    const char *name; /* "acquire->start" */
    rt_dur p50, p95, max;
    uint32_t count;
};
struct report_links; /* which findings belong to which session */
struct report {
    const struct rule_set *rules;
    const char *version; /* of the program */
    const struct report_input *inputs;
    size_t input_count;
    const struct coverage *coverage;
    bool skew_known;
    rt_dur skew; /* api minus vendor */
    uint32_t skew_basis;
    struct session *const *sessions; /* sorted by first time (unknown last), then id */
    size_t session_count;
    const struct finding *const *findings; /* sorted */
    size_t finding_count;
    const struct unchecked *unchecked; /* sorted by rule id, session */
    size_t unchecked_count;
    const struct report_phase *phases;
    size_t phase_count;
    uint64_t event_count, duplicate_count, disorder_count;
    rt_dur disorder_worst;
    uint32_t severity_counts[5]; /* by enum severity */
    uint32_t accepted;           /* findings hidden by an acceptance */
    double seconds; /* of the run; shown by text on a terminal only; < 0 = not measured */
    rt_time stamp;  /* RT_TIME_NONE unless --stamp */
    const struct report_links *links; /* of the sessions and findings above */
};
/* Made once the sessions carry their place in `tag`. NULL: memory. */
struct report_links *report_links_new(const struct report *r, struct rt_err *err);
void report_links_free(struct report_links **pl);
/* Indexes of the findings of a session into report.findings, borrowed; their number. */
size_t report_session_findings(const struct report *r, const struct session *s,
                               const size_t **out);
/* Are the times that are shown UTC? Times without a zone count only where no input has one. */
bool report_is_zoned(const struct report *r);
/* "UTC", or "no zone". */
const char *report_zone(const struct report *r);
/* The session with this id; NULL: none (a finding about an app, a host or an input has no id). */
const struct session *report_session(const struct report *r, rt_str id);

#endif
