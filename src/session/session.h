/*
 * session.h - one recording: its identity, its events in order, the state it ended in.
 */
#ifndef RECTRACE_SESSION_SESSION_H
#define RECTRACE_SESSION_SESSION_H

#include "base/arena.h"
#include "base/err.h"
#include "base/limits.h"
#include "event/event.h"
#include "rules/rule_set.h"

enum session_phase {
#define PHASE(id, name, stage, verdict, doc) PHASE_##id,
#include "session/phases.def"
#undef PHASE
    PHASE__COUNT
};
const char *session_phase_name(enum session_phase p);
const char *session_phase_doc(enum session_phase p);
enum session_stage {
    STAGE_OPEN, /* something may still come, and the logs would show it */
    STAGE_OVER, /* nothing more is waited for */
    STAGE_LOST, /* likewise, and nothing was recorded */
};
enum session_stage session_phase_stage(enum session_phase p);
/* For a person in a hurry, in capitals. */
const char *session_phase_verdict(enum session_phase p);

struct session_code { /* what its answers said, in order of first sight */
    uint8_t kind;
    int32_t http, code; /* 0, EVENT_NO_CODE */
    rt_str reason;
    uint32_t count;
};

struct session {
    rt_str id; /* sid, else resource id, else "app/cname/uid#n", else "PATH#1" */
    rt_str app_id, cname, uid, rid, sid, mode; /* empty = unknown */
    enum session_phase phase;
    rt_time first, last; /* RT_TIME_NONE: no event carries a time */
    /* The recorder is known to have run from here to there; RT_TIME_NONE: no start is in the log. */
    rt_time from, to;
    bool ended;                  /* an answer or a callback shows that it is over */
    struct event_marks marks;    /* set by detect: what its events have, condition_marks() */
    uint64_t kinds;              /* mask of the kinds that occur */
    struct event *const *events; /* in order, duplicates and identical polls folded */
    size_t event_count;
    uint64_t dropped; /* beyond limits.session_events */
    const struct session_code *codes;
    size_t code_count;
    bool inferred;         /* holds events that were attached by (cname, uid) only */
    uint32_t tag;          /* set by detect and report: index in the output order */
    struct rt_arena arena; /* owns all of the above */
};

#endif
