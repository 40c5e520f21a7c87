/*
 * course.h - the course of one recording: its parts, and the steps of a healthy life, seen or missing.
 *
 * Which events mean what is said by rules/lifecycle.yaml.
 */
#ifndef RECTRACE_REPORT_COURSE_H
#define RECTRACE_REPORT_COURSE_H

#include "report/model.h"
#include "session/phase.h"

enum course_part { PART_PROVISION, PART_JOINING, PART_RECORDING, PART_DRAINING, COURSE_PARTS };
const char *course_part_name(enum course_part p);

enum course_state {
    COURSE_SEEN,
    COURSE_FAILED,  /* tried, and refused */
    COURSE_MISSING, /* the logs would show it */
    COURSE_PENDING, /* it may still come */
    COURSE_MOOT,    /* not to be expected any more */
};
const char *course_state_name(enum course_state s);

enum course_which {
    COURSE_STEP_ACQUIRE,
    COURSE_STEP_START,
    COURSE_STEP_JOINED,
    COURSE_STEP_STOP,
    COURSE_STEP_LEFT,
    COURSE_STEP_UPLOADED,
    COURSE_STEPS
};
struct course_step {
    enum course_which step;
    rt_str name;
    bool hook; /* told by a callback, not by a call */
    enum course_state state;
    rt_time at;   /* of what was seen; RT_TIME_NONE */
    size_t event; /* that showed it, in the session; SIZE_MAX */
    const char *why;
};
struct course {
    rt_time from[COURSE_PARTS], to[COURSE_PARTS]; /* RT_TIME_NONE: there was no such part */
    struct course_step steps[COURSE_STEPS];       /* in their order */
    size_t step_count;
    bool failed;      /* nothing was recorded */
    rt_time uploaded; /* RT_TIME_NONE */
    rt_time gone;     /* found gone, and never seen alive again; RT_TIME_NONE */
    rt_time expires;  /* of a resource id that nothing was started with in time; RT_TIME_NONE */
};
void course_of(const struct report *r, const struct phase_signs *signs, const struct session *s,
               struct course *out);

#endif
