/*
 * test_session_phase.c - the table of a recording's life, and what events mean for it.
 */
#include "session/phase.h"
#include "test_session_script.h"

static void
every_cell_leads_somewhere(void)
{
    for (int p = 0; p < PHASE__COUNT; p++) {
        CHECK(session_phase_name((enum session_phase)p) != NULL);
        for (int in = 0; in < MEANS__COUNT; in++)
            CHECK(phase_step((enum session_phase)p, (enum rule_meaning)in) != PHASE__COUNT);
    }
}

static void
every_phase_is_reached_and_can_end(void)
{
    bool reached[PHASE__COUNT] = {[PHASE_NONE] = true};
    for (int round = 0; round < PHASE__COUNT; round++)
        for (int p = 0; p < PHASE__COUNT; p++)
            for (int in = 0; reached[p] && in < MEANS__COUNT; in++)
                reached[phase_step((enum session_phase)p, (enum rule_meaning)in)] = true;
    for (int p = 0; p < PHASE__COUNT; p++) {
        CHECK(reached[p]);
        CHECK(phase_step((enum session_phase)p, MEANS_UPLOADED) == PHASE_DONE);
    }
}

struct row {
    const char *name, *feed;
    double clock; /* how far the log goes */
    enum session_phase want;
};

static const struct row rows[] = {
    {"nothing", "", 0, PHASE_NONE},
    {"a resource id and silence", "+0 acquire ok rid=R", 10, PHASE_ACQUIRED},
    {"a resource id and too much silence", "+0 acquire ok rid=R dur=2", 303, PHASE_EXPIRED},
    {"not yet too much: it counts from the answer", "+0 acquire ok rid=R dur=2", 301,
     PHASE_ACQUIRED},
    {"a failed start is no silence", "+0 acquire ok rid=R\n+400 start fail code=433", 900,
     PHASE_NEVER_STARTED},
    {"an acquire that failed", "+0 acquire fail code=2", 1, PHASE_NEVER_STARTED},
    {"start alone proves nothing", "+0 start ok rid=R sid=S", 100, PHASE_ACCEPTED},
    {"a start tried again", "+0 start fail code=65\n+3 start ok sid=S", 4, PHASE_ACCEPTED},
    {"a poll without status proves it", "+0 start ok\n+5 query ok http=200", 6, PHASE_RUNNING},
    {"a poll that says starting does not", "+0 start ok\n+5 query ok status=2", 6,
     PHASE_ACCEPTED},
    {"a callback proves it", "+0 start ok\n+5 recorder_started", 6, PHASE_RUNNING},
    {"not found before it ran", "+0 start ok\n+5 query fail http=404 code=404", 6,
     PHASE_START_FAILED},
    {"not found, by an access log", "+0 start ok\n+5 query fail http=404", 6,
     PHASE_START_FAILED},
    {"no route is not the recording's fault",
     "+0 start ok\n+5 query fail http=404 reason=route", 6, PHASE_ACCEPTED},
    {"a fatal error at start", "+0 start ok\n+5 cloud_recording_error errorLevel=5", 6,
     PHASE_START_FAILED},
    {"a lesser error at start", "+0 start ok\n+5 cloud_recording_error errorLevel=4", 6,
     PHASE_ACCEPTED},
    {"an abnormal exit at start", "+0 start ok\n+5 session_exit exitStatus=1", 6,
     PHASE_START_FAILED},
    {"gone without a stop", "+0 query ok status=5\n+5 query fail code=404", 6,
     PHASE_EXITED_ALONE},
    {"gone and back is a failover",
     "+0 query ok status=5\n+5 query fail code=404\n+60 query ok status=4", 61, PHASE_RUNNING},
    {"not found while failing over",
     "+0 query ok status=5\n+5 session_failover\n+9 query fail code=404", 10,
     PHASE_FAILING_OVER},
    {"left without a stop, and uploaded",
     "+0 recorder_started\n+5 recorder_leave leaveCode=4\n+9 uploaded", 10, PHASE_DONE},
    {"stopped", "+0 query ok status=5\n+5 stop ok", 6, PHASE_STOPPING},
    {"stop finds nothing recorded", "+0 start ok\n+5 stop fail http=206 code=435", 6,
     PHASE_STOPPING},
    {"a stop that fails is none", "+0 query ok status=5\n+5 stop fail http=500", 6,
     PHASE_RUNNING},
    {"stopped and gone", "+0 stop ok\n+5 query fail code=404", 6, PHASE_UPLOADING},
    {"a callback of the running recorder comes late",
     "+0 stop ok\n+1 recorder_started\n+2 recorder_leave", 6, PHASE_UPLOADING},
    {"stop says that all is uploaded", "+0 stop ok uploadingStatus=uploaded", 6, PHASE_DONE},
    {"stop says that it is in the backup", "+0 stop ok uploadingStatus=backuped", 6,
     PHASE_BACKUP},
    {"backup, then the customer's storage", "+0 stop ok\n+1 backuped\n+2 uploaded", 6,
     PHASE_DONE},
    {"a log that begins in the middle", "+0 query ok status=5\n+1 update ok", 6, PHASE_RUNNING},
    {"a log of failures only", "+0 query fail code=404", 6, PHASE_NONE},
};

static void
events_move_the_phase(void)
{
    struct script_rules rules;
    struct phase_signs signs;
    script_rules_init(&rules);
    CHECK(phase_signs_init(&signs, &rules.set) == 0);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct script s;
        script_read(&s, &rules.set, rows[i].feed);
        rt_time clock = SCRIPT_EPOCH + (rt_time)(rows[i].clock * 1e6);
        enum session_phase got = phase_after(&signs, s.events.v, s.events.n, clock);
        CHECK_ROW(&rows[i], got == rows[i].want);
        if (got != rows[i].want)
            printf("\n%s: got %s\n", rows[i].name, session_phase_name(got));
        script_fini(&s);
    }
    phase_signs_fini(&signs);
}

static void
without_the_rule_nothing_expires(void)
{
    struct script_rules rules;
    struct phase_signs signs;
    struct script s;
    script_rules_init(&rules);
    rules.set.rules.n = 0;
    CHECK(phase_signs_init(&signs, &rules.set) == 0);
    script_read(&s, &rules.set, "+0 acquire ok rid=R");
    CHECK(phase_after(&signs, s.events.v, s.events.n, SCRIPT_EPOCH + RT_DAY) == PHASE_ACQUIRED);
    script_fini(&s);
    phase_signs_fini(&signs);
}

static const struct check_test tests[] = {
    {"every cell leads somewhere", every_cell_leads_somewhere},
    {"every phase is reached, and can end", every_phase_is_reached_and_can_end},
    {"events move the phase", events_move_the_phase},
    {"without the rule nothing expires", without_the_rule_nothing_expires},
    {NULL, NULL},
};
CHECK_MAIN("session phase", tests)
