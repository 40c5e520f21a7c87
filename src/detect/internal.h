/*
 * internal.h - findings while they are made; for the files of this folder only.
 */
#ifndef RECTRACE_DETECT_INTERNAL_H
#define RECTRACE_DETECT_INTERNAL_H

#include "base/map.h"
#include "detect/crowd.h"
#include "detect/detect.h"
#include "detect/match.h"
#include "detect/survey.h"
#include "detect/witness.h"

struct claim { /* a finding and what it rests on */
    struct finding f;
    rt_str place;                /* session, or the app or host that it is about */
    const struct event **covers; /* events of all its paths; sorted by address */
    size_t cover_count;
    RT_VEC(rt_str) places; /* its own, and the sessions of its events */
    RT_VEC(rt_str) folded;
    size_t under; /* the claim that explains it, or CLAIM_NONE */
};
#define CLAIM_NONE SIZE_MAX

struct claims {
    RT_VEC(struct claim) list;
    struct rt_map by_place;   /* place -> struct claim_refs: who has to do with it */
    struct rt_map texts;      /* what was copied to the arena of `out` */
    struct finding_list *out; /* arena for all texts; unchecked goes there directly */
    size_t unchecked_from;    /* in its list: what is of these claims */
};
struct claim_refs {
    RT_VEC(size_t) v;
};
void claims_init(struct claims *d, struct finding_list *out);
void claims_fini(struct claims *d);
/* A copy that lives as long as the findings, one of each; RT_NONE with *ok false: memory. */
rt_str claims_text(struct claims *d, rt_str text, bool *ok);
/* NULL: nobody. */
const struct claim_refs *claims_at(const struct claims *d, rt_str place);

struct detector {
    const struct rule_set *rules;
    const struct rt_limits *limits;
    struct matcher matcher;
    const struct survey *survey; /* its own, or of the detector that it was forked from */
    struct survey own;
    struct rt_arena scratch;  /* of a group */
    struct rt_arena arena;    /* of the witnesses */
    struct rt_map words;      /* text of witnesses, each once */
    struct rt_map subscribed; /* app -> mask of the callbacks that came for it */
    struct witness_likes likes[KIND__MAX];
    struct testimonies witnesses; /* for rules about apps, hosts and the run */
    struct testimony_draft draft;
    struct crowds crowds;
};

static inline bool
rule_is_wide(const struct rule *r)
{
    return r->scope == SCOPE_APP || r->scope == SCOPE_HOST || r->scope == SCOPE_RUN;
}

/* A rule and its other shapes over one list of events: a claim, or what could not be checked. `place`:
 * of an app or a host; RT_NONE: the session of the event that completes the rule. */
int detector_try(struct detector *det, struct claims *d, size_t rule, const struct scope *s,
                 rt_str session, rt_str place, struct rt_err *err);
/* The rule after `rule` and its other shapes. */
size_t detector_next(const struct detector *det, size_t rule);

/* subscription.c: which callbacks came for the app of a session. 0, or -1: memory. */
int subscription_keep(struct detector *det, const struct session *s);
int subscription_move(struct detector *det, const struct detector *from);
/* Does a finding of the rule hang on what is subscribed? */
bool subscription_decides(const struct rule *r);
/* Takes back what rests on callbacks that never came for its app. */
void subscription_settle(const struct detector *det, struct finding_list *out);

struct meter;
/* Keeps what a settled meter tells as witnesses. 0, or -1: memory. */
int rates_note(struct detector *det, const struct meter *meter);

/* A call by its name in a sentence; where the operation is not told: "a call". */
rt_str template_name(const struct rule_set *rules, uint8_t kind);
/* Fills {names} of a template from an occurrence. NULL: memory. */
char *template_fill(struct rt_arena *a, rt_str text, const struct matcher *m,
                    const struct rule *r, const struct finding *f, const struct scope *s,
                    const struct occurrence *o);

/* A finding from the occurrences of a rule; appended. `place`: as in detector_try(). */
int claim_add(struct claims *d, struct detector *det, const struct rule *r,
              const struct scope *s, const struct matched *m, rt_str place, struct rt_err *err);
/* Room for a finding about `place`. NULL: memory. */
struct claim *claim_new(struct claims *d, rt_str place);
/* The newest claim rests on what was matched. 0, or -1: memory. */
int claim_cover(struct claims *d, const struct scope *s, const struct matched *m);
bool claim_covers(const struct claim *c, const struct event *e);
/* Puts another event, which says the same, in the place of each that it covers. `other` NULL: memory. */
int claim_stand_in(struct claim *c,
                   const struct event *(*other)(void *arg, const struct event *e), void *arg);

/* Codes, strings, statuses and states of a session that no finding explains. */
int fallback_add(struct claims *d, struct detector *det, const struct session *s,
                 struct rt_err *err);
/* Consequences go under their cause; then what is left becomes findings. */
int fold_claims(struct claims *d, struct rt_err *err);
int fold_settle(struct claims *d, struct rt_err *err);
/* Says of a finding which other causes its session does not show. */
int exclude_others(struct claims *d, struct detector *det, struct session *s,
                   struct rt_err *err);
/* Adds an id to the folded of a claim, once. */
int fold_note(struct claim *d, rt_str id);
bool rule_explains(const struct rule *r, rt_str id);

#endif
