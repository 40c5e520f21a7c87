/*
 * compare.h - two JSON reports against each other: which findings are new, gone, worse, better.
 *
 * Findings are compared by id: two nights hold other sessions. A finding is worse when it is more
 * severe, or when it meets more sessions and a larger share of them.
 */
#ifndef RECTRACE_REPORT_COMPARE_H
#define RECTRACE_REPORT_COMPARE_H

#include "base/out.h"
#include "base/vec.h"
#include "report/writer.h"
#include "rules/rule_set.h"

enum change {
    CHANGE_NEW,
    CHANGE_WORSE,
    CHANGE_GONE,
    CHANGE_BETTER,
    CHANGE_SAME,
    CHANGE__COUNT
};
extern const char *const change_names[CHANGE__COUNT];

struct compare_side {
    enum severity severity; /* of the worst; SEVERITY_NONE: not found */
    uint64_t sessions;      /* that it meets */
    uint64_t count;         /* occurrences */
};
struct compare_row {
    rt_str id, say; /* of the newer report where it has it */
    struct compare_side old, new;
    enum change change;
};
struct comparison {
    struct rt_arena arena;
    RT_VEC(struct compare_row) rows; /* by change, severity, id */
    uint64_t old_sessions, new_sessions;
};
/* The paths of two reports. 0, or -1: a file cannot be read (RT_EIO), is no report (RT_ESYNTAX, with
 * its place), or memory. */
int comparison_read(struct comparison *c, const char *old_path, const char *new_path,
                    struct rt_err *err);
void comparison_fini(struct comparison *c);
/* The worst severity among what is new or worse. */
enum severity comparison_worst(const struct comparison *c);
void comparison_text(const struct comparison *c, const struct writer_options *w, struct out *o);
void comparison_json(const struct comparison *c, struct out *o);

#endif
