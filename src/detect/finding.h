/*
 * finding.h - what went wrong, with proof: the result of detection, read by the report.
 */
#ifndef RECTRACE_DETECT_FINDING_H
#define RECTRACE_DETECT_FINDING_H

#include "base/arena.h"
#include "base/vec.h"
#include "rules/rule_set.h"
#include "session/session.h"

struct finding_value { /* a `let`, in µs */
    rt_str name;
    rt_dur value;
};
struct finding_evidence {
    uint32_t input;
    uint64_t line;
    uint32_t event; /* number in its session, 1-based; 0 = none */
    rt_str session; /* id, when it is not the finding's own */
};
struct finding {
    rt_str id;
    enum severity severity;
    enum confidence confidence;
    const struct rule *rule;        /* NULL for a fallback */
    const struct code_entry *entry; /* of a fallback; NULL for unknown-code */
    rt_str session;                 /* id; empty for app, host or input */
    rt_str app_id;
    rt_str whose;         /* app of its session; not shown */
    const int32_t *codes; /* codes explained, as they occur in the evidence */
    size_t code_count;
    uint32_t count; /* occurrences */
    rt_time first, last;
    const struct finding_value *values; /* of the tightest first occurrence */
    size_t value_count;
    rt_str say, why, fix; /* templates filled in */
    const struct finding_evidence *evidence;
    size_t evidence_count;
    const rt_str *folded; /* ids that this one explains */
    size_t folded_count;
    bool within_skew; /* not found when the difference of the clocks is taken into account */
    const rt_str *excluded; /* other causes, each with its reason */
    size_t excluded_count;
};

enum verdict { VERDICT_CLEAR, VERDICT_FOUND, VERDICT_PENDING, VERDICT_NO_DATA };
struct unchecked {
    const struct rule *rule;
    rt_str session;
    enum verdict verdict; /* PENDING or NO_DATA */
    rt_str needs;         /* "log ends 12s after start; 78s more" */
    rt_time due;     /* when the log will have told, by its own clock; RT_TIME_NONE: never */
    uint64_t awaits; /* until then: a mask of the kinds whose absence is asked for */
};

/* Findings of one group, app or run; the arena owns all text and lists. */
struct finding_list {
    struct rt_arena arena;
    RT_VEC(struct finding) findings;
    RT_VEC(struct unchecked) unchecked;
};
/* A deep copy into the arena of `l`, appended. -1: memory. */
int finding_list_copy(struct finding_list *l, const struct finding *f);
void finding_list_init(struct finding_list *l);
void finding_list_fini(struct finding_list *l);
/* Moves all of `from` behind what is there. 0, or -1: memory. */
int finding_list_move(struct finding_list *l, struct finding_list *from);
/* Severity (worst first), first time, id, session. */
void finding_list_sort(struct finding_list *l);

#endif
