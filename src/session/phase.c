/*
 * phase.c - the life of a recording as a table.
 *
 * Every input is taken in every phase: a log with its first hour missing is normal input, and a
 * finding says more than a refusal. What comes late (a callback of a running recorder after its
 * stop, by a skewed clock) does not lead back.
 */
#include "config.h"

#include "session/phase.h"

#include "session/box.h"

static const char *const names[PHASE__COUNT] = {
#define PHASE(id, name, doc) [PHASE_##id] = name,
#include "session/phases.def"
#undef PHASE
};

const char *
session_phase_name(enum session_phase p)
{
    return names[p];
}

static const struct step {
    bool filled;
    enum session_phase to;
} steps[PHASE__COUNT][IN__COUNT] = {
/* clang-format off */
#define TO(phase) {true, PHASE_##phase}
#define ROW(phase, acquire, lapse, refused, start, alive, fatal, failover, stop, left, gone, uploaded, backuped)         \
    [PHASE_##phase] = {                                                                                                 \
        [IN_ACQUIRE] = TO(acquire), [IN_LAPSE] = TO(lapse), [IN_REFUSED] = TO(refused), [IN_START] = TO(start),         \
        [IN_ALIVE] = TO(alive), [IN_FATAL] = TO(fatal), [IN_FAILOVER] = TO(failover), [IN_STOP] = TO(stop),             \
        [IN_LEFT] = TO(left), [IN_GONE] = TO(gone), [IN_UPLOADED] = TO(uploaded), [IN_BACKUPED] = TO(backuped) }
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
phase_step(enum session_phase from, enum phase_input in)
{
    const struct step *s = &steps[from][in];
    return s->filled ? s->to : PHASE__COUNT;
}

/* ---- which events mean what ---- */

enum sign_test { SIGN_OK, SIGN_FAIL, SIGN_EQ, SIGN_MIN, SIGN_BARE, SIGN_OKAY_BARE, SIGN_ANY };

static const struct sign {
    const char *event;
    enum sign_test test;
    uint16_t field;
    int64_t number;
    const char *text;
    enum phase_input in;
} signs_table[] = {
#define SIGN(event, test, field, number, text, in) \
    {event, SIGN_##test, FIELD_##field, number, text, IN_##in},
#include "session/phases.def"
#undef SIGN
};
enum { SIGNS = sizeof(signs_table) / sizeof(signs_table[0]) };
_Static_assert(SIGNS <= sizeof(((struct phase_signs *)0)->rows),
               "raise the size of phase_signs.rows");

/* The rule that tells when a resource id is too old to start, and its parameter. */
static rt_dur
ttl_of(const struct rule_set *rules)
{
    const struct rule *rule = rule_set_rule(rules, RT_LIT("resource-id-expired"));
    for (size_t i = 0; rule != NULL && i < rule->param_count; i++)
        if (rt_str_is(rule->params[i].name, "ttl") && rule->params[i].is_dur)
            return rule->params[i].dur;
    return RT_DUR_NONE;
}

void
phase_signs_init(struct phase_signs *signs, const struct rule_set *rules)
{
    uint8_t kinds[SIGNS], n = 0;
    for (size_t i = 0; i < SIGNS; i++)
        kinds[i] = rule_set_kind(rules, rt_str_of(signs_table[i].event));
    for (size_t kind = 0; kind < KIND__MAX; kind++) {
        signs->from[kind] = n;
        for (size_t i = 0; i < SIGNS; i++)
            if (kinds[i] == kind)
                signs->rows[n++] = (uint8_t)i;
    }
    signs->from[KIND__MAX] = n;
    signs->ttl = ttl_of(rules);
}

static bool
equals(const struct event *e, const struct sign *s)
{
    int64_t number = 0;
    if (*s->text != '\0')
        return rt_str_is(event_text(e, s->field), s->text);
    return event_num(e, s->field, &number) && number == s->number;
}

static bool
bare(const struct event *e)
{
    return e->code == EVENT_NO_CODE && e->reason.n == 0 && event_get(e, FIELD_ROUTE) == NULL;
}

static bool
holds(const struct event *e, const struct sign *s)
{
    int64_t number = 0;
    switch (s->test) {
    case SIGN_OK: return e->outcome == OUTCOME_OK;
    case SIGN_FAIL: return e->outcome == OUTCOME_FAIL;
    case SIGN_EQ: return equals(e, s);
    case SIGN_MIN: return event_num(e, s->field, &number) && number >= s->number;
    case SIGN_BARE: return bare(e) && equals(e, s);
    case SIGN_OKAY_BARE: return e->outcome == OUTCOME_OK && !event_num(e, s->field, &number);
    case SIGN_ANY: return true;
    }
    return false;
}

uint32_t
phase_signs_of(const struct phase_signs *signs, const struct event *e)
{
    uint32_t mask = 0;
    if (e->kind >= KIND__MAX)
        return 0;
    for (size_t i = signs->from[e->kind]; i < signs->from[e->kind + 1]; i++) {
        const struct sign *s = &signs_table[signs->rows[i]];
        if (holds(e, s))
            mask |= UINT32_C(1) << s->in;
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
        for (unsigned in = 0; in < IN__COUNT; in++)
            if (mask >> in & 1)
                p = phase_step(p, (enum phase_input)in);
    }
    rt_time acquired = acquired_at(events, count);
    if (signs->ttl != RT_DUR_NONE && acquired != RT_TIME_NONE &&
        clock > box_shift(acquired, signs->ttl))
        p = phase_step(p, IN_LAPSE);
    return p;
}
