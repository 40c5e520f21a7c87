/*
 * phase.c - the life of a recording as a table.
 *
 * Every input is taken in every phase: a log with its first hour missing is normal input, and a
 * finding says more than a refusal. What comes late (a callback of a running recorder after its
 * stop, by a skewed clock) does not lead back.
 */
#include "config.h"

#include "session/phase.h"

#include "base/alloc.h"
#include "rules/condition.h"
#include "session/box.h"
#include "session/terms.h"

static const char *const names[PHASE__COUNT] = {
#define PHASE(id, name, stage, verdict, doc) [PHASE_##id] = name,
#include "session/phases.def"
#undef PHASE
};

const char *
session_phase_name(enum session_phase p)
{
    return names[p];
}

enum session_stage
session_phase_stage(enum session_phase p)
{
    static const enum session_stage stages[PHASE__COUNT] = {
#define PHASE(id, name, stage, verdict, doc) [PHASE_##id] = STAGE_##stage,
#include "session/phases.def"
#undef PHASE
    };
    return stages[p];
}

const char *
session_phase_verdict(enum session_phase p)
{
    static const char *const verdicts[PHASE__COUNT] = {
#define PHASE(id, name, stage, verdict, doc) [PHASE_##id] = verdict,
#include "session/phases.def"
#undef PHASE
    };
    return verdicts[p];
}

const char *
session_phase_doc(enum session_phase p)
{
    static const char *const docs[PHASE__COUNT] = {
#define PHASE(id, name, stage, verdict, doc) [PHASE_##id] = doc,
#include "session/phases.def"
#undef PHASE
    };
    return docs[p];
}

static const struct step {
    bool filled;
    enum session_phase to;
} steps[PHASE__COUNT][MEANS__COUNT] = {
/* clang-format off */
#define TO(phase) {true, PHASE_##phase}
#define ROW(phase, acquire, lapse, refused, start, alive, fatal, failover, stop, left, gone, uploaded, backuped)         \
    [PHASE_##phase] = {                                                                                                 \
        [MEANS_ACQUIRE] = TO(acquire), [MEANS_LAPSE] = TO(lapse), [MEANS_REFUSED] = TO(refused), [MEANS_START] = TO(start),         \
        [MEANS_ALIVE] = TO(alive), [MEANS_FATAL] = TO(fatal), [MEANS_FAILOVER] = TO(failover), [MEANS_STOP] = TO(stop),             \
        [MEANS_LEFT] = TO(left), [MEANS_GONE] = TO(gone), [MEANS_UPLOADED] = TO(uploaded), [MEANS_BACKUPED] = TO(backuped), [MEANS_FED] = TO(phase) }
    /*  from           acquire        lapse          refused        start     alive         fatal          failover      stop       left          gone           uploaded backuped */
    ROW(NONE,          ACQUIRED,      NONE,          NEVER_STARTED, ACCEPTED, RUNNING,      NONE,          FAILING_OVER, STOPPING,  UPLOADING,    NONE,          DONE,    BACKUP),
    ROW(ACQUIRED,      ACQUIRED,      EXPIRED,       NEVER_STARTED, ACCEPTED, RUNNING,      ACQUIRED,      FAILING_OVER, STOPPING,  UPLOADING,    ACQUIRED,      DONE,    BACKUP),
    ROW(EXPIRED,       ACQUIRED,      EXPIRED,       NEVER_STARTED, ACCEPTED, RUNNING,      EXPIRED,       FAILING_OVER, STOPPING,  UPLOADING,    EXPIRED,       DONE,    BACKUP),
    ROW(NEVER_STARTED, NEVER_STARTED, NEVER_STARTED, NEVER_STARTED, ACCEPTED, RUNNING,      NEVER_STARTED, FAILING_OVER, STOPPING,  UPLOADING,    NEVER_STARTED, DONE,    BACKUP),
    ROW(ACCEPTED,      ACCEPTED,      ACCEPTED,      ACCEPTED,      ACCEPTED, RUNNING,      START_FAILED,  FAILING_OVER, STOPPING,  EXITED_ALONE, START_FAILED,  DONE,    BACKUP),
    ROW(START_FAILED,  START_FAILED,  START_FAILED,  START_FAILED,  ACCEPTED, RUNNING,      START_FAILED,  FAILING_OVER, STOPPING,  START_FAILED, START_FAILED,  DONE,    BACKUP),
    ROW(RUNNING,       RUNNING,       RUNNING,       RUNNING,       RUNNING,  RUNNING,      RUNNING,       FAILING_OVER, STOPPING,  EXITED_ALONE, EXITED_ALONE,  DONE,    BACKUP),
    ROW(FAILING_OVER,  FAILING_OVER,  FAILING_OVER,  FAILING_OVER,  ACCEPTED, RUNNING,      FAILING_OVER,  FAILING_OVER, STOPPING,  EXITED_ALONE, FAILING_OVER,  DONE,    BACKUP),
    ROW(STOPPING,      STOPPING,      STOPPING,      STOPPING,      ACCEPTED, STOPPING,     STOPPING,      STOPPING,     STOPPING,  UPLOADING,    UPLOADING,     DONE,    BACKUP),
    ROW(UPLOADING,     UPLOADING,     UPLOADING,     UPLOADING,     ACCEPTED, UPLOADING,    UPLOADING,     UPLOADING,    UPLOADING, UPLOADING,    UPLOADING,     DONE,    BACKUP),
    ROW(EXITED_ALONE,  EXITED_ALONE,  EXITED_ALONE,  EXITED_ALONE,  ACCEPTED, RUNNING,      EXITED_ALONE,  FAILING_OVER, UPLOADING, EXITED_ALONE, EXITED_ALONE,  DONE,    BACKUP),
    ROW(BACKUP,        BACKUP,        BACKUP,        BACKUP,        ACCEPTED, BACKUP,       BACKUP,        BACKUP,       BACKUP,    BACKUP,       BACKUP,        DONE,    BACKUP),
    ROW(DONE,          DONE,          DONE,          DONE,          ACCEPTED, DONE,         DONE,          DONE,         DONE,      DONE,         DONE,          DONE,    DONE),
#undef ROW
#undef TO
    /* clang-format on */
};

enum session_phase
phase_step(enum session_phase from, enum rule_meaning in)
{
    const struct step *s = &steps[from][in];
    return s->filled ? s->to : PHASE__COUNT;
}

/* ---- which events mean what ---- */

int
phase_signs_init(struct phase_signs *signs, const struct rule_set *rules)
{
    const struct rule_sign *s;
    uint32_t n = 0;
    *signs = (struct phase_signs){.ttl = terms_param(rules, "resource-id-expired", "ttl")};
    signs->rows = rt_calloc(rules->signs.n * KIND__MAX + 1, sizeof(struct rule_sign *));
    if (signs->rows == NULL)
        return -1;
    for (size_t kind = 0; kind < KIND__MAX; kind++) {
        signs->from[kind] = n;
        RT_EACH (s, &rules->signs)
            if ((condition_kinds(s->on, s->on_count) >> kind & 1) != 0)
                signs->rows[n++] = s;
    }
    signs->from[KIND__MAX] = n;
    return 0;
}

void
phase_signs_fini(struct phase_signs *signs)
{
    rt_free(signs->rows);
    signs->rows = NULL;
}

static bool
holds(const struct event *e, const struct rule_sign *s)
{
    int64_t number = 0;
    if (s->bare &&
        (e->code != EVENT_NO_CODE || e->reason.n > 0 || event_get(e, FIELD_ROUTE) != NULL))
        return false;
    if (s->absent != UINT16_MAX &&
        (event_num(e, s->absent, &number) || event_text(e, s->absent).p != NULL))
        return false;
    return condition_fits(s->on, s->on_count, e, NULL);
}

uint32_t
phase_signs_of(const struct phase_signs *signs, const struct event *e)
{
    uint32_t mask = 0;
    if (e->kind >= KIND__MAX)
        return 0;
    for (size_t i = signs->from[e->kind]; i < signs->from[e->kind + 1]; i++) {
        const struct rule_sign *s = signs->rows[i];
        if (holds(e, s))
            mask |= UINT32_C(1) << s->means;
    }
    return mask;
}

/* When the resource id was given last; RT_TIME_NONE. */
static rt_time
acquired_at(struct event *const *events, size_t count)
{
    for (size_t i = count; i-- > 0;)
        if (events[i]->kind == KIND_ACQUIRE && events[i]->outcome == OUTCOME_OK)
            return events[i]->end != RT_TIME_NONE ? events[i]->end : events[i]->begin;
    return RT_TIME_NONE;
}

enum session_phase
phase_after(const struct phase_signs *signs, struct event *const *events, size_t count,
            rt_time clock)
{
    enum session_phase p = PHASE_NONE;
    for (size_t i = 0; i < count; i++) {
        uint32_t mask = phase_signs_of(signs, events[i]);
        for (unsigned in = 0; in < MEANS__COUNT; in++)
            if (mask >> in & 1)
                p = phase_step(p, (enum rule_meaning)in);
    }
    rt_time acquired = acquired_at(events, count);
    if (signs->ttl != RT_DUR_NONE && acquired != RT_TIME_NONE &&
        clock > box_shift(acquired, signs->ttl))
        p = phase_step(p, MEANS_LAPSE);
    return p;
}
