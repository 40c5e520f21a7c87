/*
 * attempt.h - a rule on its way through a scope; for the files that match.
 */
#ifndef RECTRACE_DETECT_ATTEMPT_H
#define RECTRACE_DETECT_ATTEMPT_H

#include "detect/column.h"
#include "detect/moment.h"

/* What is known of a condition. NO_DATA: there is no log that could tell; PENDING: there is one, but
 * it ends too early. */
enum tri { TRI_NO, TRI_NO_DATA, TRI_PENDING, TRI_YES };

struct
    doubt { /* the first thing that could not be decided, and why; NO_DATA outweighs PENDING */
    enum tri verdict; /* TRI_YES: none */
    const struct rule_step *step;
    enum event_source deaf; /* the log that does not cover the time; NO_DATA */
    bool unsubscribed;      /* no callback of this type came at all */
    bool untimed;           /* a distance was asked for, but there are no times */
    rt_dur missing, length; /* of the window; PENDING */
    rt_time due;            /* likewise: when the log will have told; by its own clock */
};

struct joint { /* a see */
    const struct rule_step *step;
    size_t at;           /* index of the step */
    size_t nos, nos_end; /* steps before it, back to the joint before */
    struct column *column;
    enum tri *can;          /* by event: stands here; PENDING and NO_DATA are not told apart */
    uint32_t *from;         /* by event: where the joint before stands */
    uint32_t *begin;        /* by event: first of its run; NULL: every event is its own */
    uint32_t *previous;     /* by event: the one before it in its run */
    uint32_t *weight;       /* by event: how many of its polls complete the run */
    const uint32_t *groups; /* by event: what `same` asks for; NULL: nothing */
    const uint32_t **colours; /* by field of `differ`, by event */
};

struct unless {
    struct column chains; /* events at which the whole sequence begins */
    struct column doubts; /* the same, if distances that are not known were short */
};

struct attempt {
    struct matcher *m;
    const struct rule *r;
    const struct scope *s;
    struct rt_arena *a;
    struct column *columns; /* by step */
    struct joint *joints;
    size_t joint_count;
    struct unless unless;
};

static inline const struct event *
attempt_event(const struct attempt *t, uint32_t i)
{
    return t->s->v[i].e;
}

static inline uint32_t
joint_begin(const struct joint *j, uint32_t i)
{
    return j->begin == NULL ? i : j->begin[i];
}

/* Must it be unlike the joint before it? */
static inline bool
joint_differs(const struct joint *j)
{
    return j->step->differ_count > 0 && !j->step->mixed;
}

/* Asks every step of every event. 1; 0 when some see fits nothing (`thorough`: goes on all the same);
 * -1: memory. */
int attempt_open(struct attempt *t, struct matcher *m, const struct rule *r,
                 const struct scope *s, bool thorough, struct rt_arena *a);
/* Finds where the joints can stand, as far as any can. -1: memory. */
int attempt_run(struct attempt *t);
/* Does the joint before hold where it stands for i? What is not sure is added to `d`. */
void attempt_doubts(const struct attempt *t, const struct joint *j, uint32_t i,
                    struct doubt *d);
/* Fills `steps` from the path that ends with joint `last` at i. */
void attempt_path(const struct attempt *t, const struct joint *last, uint32_t i,
                  uint32_t *steps);
/* The events from which joint `j` may be reached, marked: those that lie on any path to marked ones.
 * -1: memory. */
int attempt_mark(const struct attempt *t, size_t joint, const uint8_t *marked, uint8_t *out);

/* ---- runs of `times` (run.c) ---- */

/* Fills begin, previous and weight. -1: memory. */
int run_fill(const struct attempt *t, struct joint *j);

/* ---- absences (absence.c) ---- */

/* Adds to `d`, and returns the verdict. */
enum tri absence_before(const struct attempt *t, size_t no, uint32_t i, struct doubt *d);
enum tri absence_after(const struct attempt *t, size_t no, uint32_t i, struct doubt *d);
/* After p, for as long as the step says. */
enum tri absence_since(const struct attempt *t, size_t no, uint32_t p, struct doubt *d);
/* All that follow the last joint. */
enum tri absence_tail(const struct attempt *t, uint32_t i, struct doubt *d);
/* Between, without a length: only whether anybody listened from p to i. */
enum tri absence_heard(const struct attempt *t, size_t no, uint32_t p, uint32_t i,
                       struct doubt *d);
/* Since when all sources that the step speaks of listen without a break, until `to`; INT64_MAX: they
 * do not listen at `to`. */
rt_time absence_heard_since(const struct attempt *t, size_t no, rt_time to);
void doubt_add(struct doubt *d, const struct doubt *more);
/* A sentence in `a`; NULL: memory. */
char *doubt_text(const struct doubt *d, struct rt_arena *a);

/* ---- unless (unless.c) ---- */

int unless_fill(struct attempt *t);
/* YES: excused; NO_DATA: perhaps. */
enum tri unless_holds(const struct attempt *t, uint32_t i, struct doubt *d);

#endif
