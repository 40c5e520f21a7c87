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

enum { COURSE_STEPS = 6 };
struct course_step {
    rt_str name;
    bool hook; /* told by a callback, not by a call */
    enum course_state state;
    rt_time at; /* of what was seen; RT_TIME_NONE */
    const char *why;
};
struct course {
    rt_time from[COURSE_PARTS], to[COURSE_PARTS]; /* RT_TIME_NONE: there was no such part */
    struct course_step steps[COURSE_STEPS];       /* in their order */
    size_t step_count;
    bool failed;      /* nothing was recorded */
    rt_time uploaded; /* RT_TIME_NONE */
};
void course_of(const struct report *r, const struct phase_signs *signs, const struct session *s, struct course *out);

#endif
