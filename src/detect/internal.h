/*
 * internal.h - findings while they are made; for the files of this folder only.
 */
#ifndef RECTRACE_DETECT_INTERNAL_H
#define RECTRACE_DETECT_INTERNAL_H

#include "base/map.h"
#include "detect/detect.h"
#include "detect/match.h"

struct claim { /* a finding and what it rests on */
    struct finding f;
    const struct event **covers; /* events of all its occurrences; sorted by address */
    size_t cover_count;
    bool gone; /* folded under another */
    RT_VEC(rt_str) folded;
};
struct claims {
    RT_VEC(struct claim) list;
    struct finding_list *out; /* arena for all texts; unchecked goes there directly */
};
void claims_fini(struct claims *d);

struct detector {
    const struct rule_set *rules;
    const struct rt_limits *limits;
    struct matcher matcher;
    struct rt_arena arena; /* of the witnesses */
    RT_VEC(struct scope_event) witnesses;
    bool wide_rules; /* some rule looks at apps or hosts */
};

/* Fills {names} of a template from an occurrence. NULL: memory. */
char *template_fill(struct rt_arena *a, rt_str text, const struct rule_set *rules, const struct rule *r,
                    const struct finding *f, const struct scope *s, const struct occurrence *o);

/* A finding from the occurrences of a rule; appended. */
int claim_add(struct claims *d, struct detector *det, const struct rule *r, const struct scope *s,
              const struct matched *m, bool of_session, struct rt_err *err);
bool claim_covers(const struct claim *d, const struct event *e);

/* Codes, strings, statuses and states of a session that no finding explains. */
int fallback_add(struct claims *d, struct detector *det, const struct session *s, struct rt_err *err);
/* Consequences go under their cause. */
int fold_claims(struct claims *d, struct rt_err *err);
/* Adds an id to the folded of a draft, once. */
int fold_note(struct claim *d, rt_str id);
bool rule_explains(const struct rule *r, rt_str id);

#endif
