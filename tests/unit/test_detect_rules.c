/*
 * What a rule finds in a log, word by word of the language.
 */
#include "config.h"

#include "test_detect_kit.h"

struct row {
    const char *name, *rules, *log, *want;
};

static void
check_rows(const struct row *rows, size_t n)
{
    for (const struct row *r = rows; r < rows + n; r++) {
        struct kit_run k;
        const char *got = kit_run(&k, r->rules, r->log, false);
        CHECK_FOUND(r, got, r->want);
        kit_end(&k);
    }
}
#define CHECK_ROWS(rows) check_rows(rows, sizeof(rows) / sizeof((rows)[0]))

#define ACQUIRE_THEN_START                                     \
    KIT_RULE("    when:\n      - { see: acquire ok, as: a }\n" \
             "      - { see: start ok, as: s }\n"              \
             "    let: { held: s.begin - a.end }\n")

static void
order_and_the_tightest_path(void)
{
    static const struct row rows[] = {
        {"others may lie between", ACQUIRE_THEN_START,
         "+0 acquire ok rid=R\n+1s query ok rid=R\n+5s start ok rid=R sid=S",
         "r x1 medium held=5s"},
        {"not the other way round", ACQUIRE_THEN_START,
         "+0 start ok rid=R sid=S\n+5s acquire ok rid=R", ""},
        {"measured from the latest", ACQUIRE_THEN_START,
         "+0 acquire ok rid=R\n+3s acquire ok rid=R\n+5s start ok rid=R sid=S",
         "r x1 medium held=2s"},
        {"every event that completes it counts", ACQUIRE_THEN_START,
         "+0 acquire ok rid=R\n+5s start ok rid=R sid=S\n+6s start ok rid=R sid=S\n"
         "+7s start ok rid=R sid=S",
         "r x3 medium held=5s"},
        {"another session does not complete it", ACQUIRE_THEN_START,
         "+0 acquire ok rid=R cname=c uid=1\n+5s start ok rid=Q sid=S cname=d uid=2", ""},
    };
    CHECK_ROWS(rows);
}

#define WITHIN                                                             \
    KIT_RULE("    when:\n      - { see: stop ok, as: a }\n"                \
             "      - { see: stop fail, after: 2s, within: 10s, as: b }\n" \
             "    let: { d: b.begin - a.end }\n")

static void
distances(void)
{
    static const struct row rows[] = {
        {"too early", WITHIN, "+0 stop ok sid=S\n+1s stop code=7 sid=S",
         "unknown-code x1 certain codes=7"},
        {"just late enough", WITHIN, "+0 stop ok sid=S\n+2s stop fail sid=S",
         "r x1 medium d=2s"},
        {"just in time", WITHIN, "+0 stop ok sid=S\n+10s stop fail sid=S", "r x1 medium d=10s"},
        {"too late", WITHIN, "+0 stop ok sid=S\n+10001ms stop fail sid=S", ""},
        {"too late by the least", WITHIN, "+0 stop ok sid=S\n+10000001us stop fail sid=S", ""},
        {"from an earlier one when the latest is too near", WITHIN,
         "+0 stop ok sid=S\n+9s stop ok sid=S\n+10s stop fail sid=S", "r x1 medium d=10s"},
    };
    CHECK_ROWS(rows);
}

#define NO_BETWEEN                                                                 \
    KIT_RULE("    when:\n      - { see: start ok, as: a }\n      - { no: stop }\n" \
             "      - { see: query fail, as: b }\n")
#define NO_FOR                                                                                 \
    KIT_RULE(                                                                                  \
        "    when:\n      - { see: acquire ok, as: a }\n      - { no: start ok, for: $ttl }\n" \
        "      - { see: start fail, as: s }\n"                                                 \
        "    let: { late: s.begin - a.end - $ttl }\n")
#define NO_AFTER \
    KIT_RULE(    \
        "    when:\n      - { see: start ok }\n      - { no: recorder_started, for: 90s }\n")
#define NO_BEFORE \
    KIT_RULE("    when:\n      - { no: acquire ok, for: 5m }\n      - { see: start ok }\n")

static void
absences(void)
{
    static const struct row rows[] = {
        {"nothing between", NO_BETWEEN, "+0 start ok sid=S\n+9s query fail sid=S",
         "r x1 medium"},
        {"it lies between", NO_BETWEEN,
         "+0 start ok sid=S\n+5s stop ok sid=S\n+9s query fail sid=S", ""},
        {"it lies behind", NO_BETWEEN,
         "+0 start ok sid=S\n+9s query fail sid=S\n+10s stop ok sid=S", "r x1 medium"},
        {"a later start begins anew", NO_BETWEEN,
         "+0 start ok sid=S\n+5s stop ok sid=S\n+6s start ok sid=S\n+9s query fail sid=S",
         "r x1 medium"},
        {"absent for longer", NO_FOR, "+0 acquire ok rid=R\n+5m42s start fail rid=R",
         "r x1 medium late=42s"},
        {"not yet that long", NO_FOR, "+0 acquire ok rid=R\n+5m start fail rid=R", ""},
        {"not absent", NO_FOR,
         "+0 acquire ok rid=R\n+10s start ok rid=R sid=S\n+5m42s start fail rid=R", ""},
        {"a failed attempt is no success", NO_FOR,
         "+0 acquire ok rid=R\n+10s start fail rid=R\n+5m42s start fail rid=R",
         "r x1 medium late=42s"},
        {"never after", NO_AFTER, "+0 start ok sid=S", "r x1 medium"},
        {"at the very end of the window", NO_AFTER,
         "+0 start ok sid=S\n+90s recorder_started sid=S", ""},
        {"after the window", NO_AFTER, "+0 start ok sid=S\n+91s recorder_started sid=S",
         "r x1 medium"},
        {"the log of its kind ends too early", NO_AFTER, "+0 start ok sid=S\nEND hook +12s",
         "?r pending"},
        {"the other log may end", NO_AFTER, "+0 start ok sid=S\nEND api +12s", "r x1 medium"},
        {"the log ends early, but it came", NO_AFTER,
         "+0 start ok sid=S\n+3s recorder_started sid=S\nEND hook +12s", ""},
        {"a log that begins in the middle accuses nobody", NO_BEFORE, "+0 start ok rid=R sid=S",
         "?r no-data"},
        {"never before", NO_BEFORE, "+0 query ok sid=Q\n+6m start ok rid=R sid=S",
         "r x1 medium"},
        {"seen before, but too long ago", NO_BEFORE,
         "+0 acquire ok rid=R\n+6m start ok rid=R sid=S", "r x1 medium"},
        {"seen before", NO_BEFORE,
         "+0 query ok sid=Q\n+6m acquire ok rid=R\n+7m start ok rid=R sid=S", ""},
        {"one that waits outweighs one that nobody knows", NO_AFTER,
         "+1m start ok sid=S\n+10m start ok sid=S\nGAP hook +30s +5m\nEND hook +611s",
         "?r pending"},
        {"one absence that nobody knows outweighs one that waits",
         KIT_RULE("    when:\n      - { see: start ok }\n      - { no: stop, for: 2h }\n"
                  "      - { no: recorder_started, for: 90s }\n"),
         "+1m start ok sid=S\nGAP hook +30s +5m\nEND api +10m", "?r no-data"},
        {"in whatever order they are asked",
         KIT_RULE(
             "    when:\n      - { see: start ok }\n      - { no: recorder_started, for: 90s }\n"
             "      - { no: stop, for: 2h }\n"),
         "+1m start ok sid=S\nGAP hook +30s +5m\nEND api +10m", "?r no-data"},
        {"and one source that was not there outweighs one that ends",
         KIT_RULE(
             "    when:\n      - { see: start ok }\n      - { no: [stop, recorder_leave], for: 90s }\n"),
         "+1m start ok sid=S\nGAP api +30s +5m\nEND hook +72s", "?r no-data"},
        {"what cannot be complete is not open either",
         KIT_RULE("    when:\n      - { no: acquire ok, for: 5m }\n      - { see: start ok }\n"
                  "      - { see: stop ok }\n"),
         "+0 start ok rid=R sid=S\n+5s stop fail rid=R sid=S", ""},
    };
    CHECK_ROWS(rows);
}

#define THRICE(more) \
    KIT_RULE("    when:\n      - { see: start fail, times: 3" more ", as: s }\n")

static void
repetition(void)
{
    static const struct row rows[] = {
        {"twice is not thrice", THRICE(""), "+0 start fail rid=R\n+1s start fail rid=R", ""},
        {"thrice", THRICE(""),
         "+0 start fail rid=R\n+1s start fail rid=R\n+2s start fail rid=R", "r x1 medium"},
        {"each further one completes it again", THRICE(""),
         "+0 start fail rid=R\n+1s start fail rid=R\n+2s start fail rid=R\n+3s start fail rid=R",
         "r x2 medium"},
        {"not within the window", THRICE(", within: 2s"),
         "+0 start fail rid=R\n+1s start fail rid=R\n+3s start fail rid=R", ""},
        {"within the window", THRICE(", within: 2s"),
         "+0 start fail rid=R\n+1s start fail rid=R\n+2s start fail rid=R", "r x1 medium"},
        {"of one resource id", THRICE(", same: [rid]"),
         "+0 start fail rid=R cname=c uid=1\n+1s start fail rid=R cname=c uid=1\n"
         "+2s start fail rid=R cname=c uid=1",
         "r x1 medium"},
    };
    CHECK_ROWS(rows);
}

#define UNLIKE(how)                                                 \
    KIT_RULE("    when:\n      - { see: start fail, times: 2, " how \
             ": [mode, host], within: 3s, as: s }\n")

static void
repetition_of_what_is_not_alike(void)
{
    static const struct row rows[] = {
        {"the latest that is unlike counts", UNLIKE("differ"),
         "+0 start fail rid=R mode=web host=h\n+5s start fail rid=R mode=mix host=i\n+6s start fail rid=R mode=mix host=h",
         "r x1 medium"},
        {"what is unlike only in the value that nobody told is not", UNLIKE("differ"),
         "+0 start fail rid=R mode=mix\n+1s start fail rid=R mode=mix host=h", ""},
        {"mixed: the other may be before the run", UNLIKE("mixed"),
         "+0 start fail rid=R mode=web\n+1s start fail rid=R mode=mix\n+2s start fail rid=R mode=mix",
         "r x2 medium"},
        {"if it is near", UNLIKE("mixed"),
         "+0 start fail rid=R mode=web\n+4s start fail rid=R mode=mix\n+5s start fail rid=R mode=mix",
         ""},
        {"mixed, with all alike", UNLIKE("mixed"),
         "+0 start fail rid=R mode=mix\n+1s start fail rid=R mode=mix\n+2s start fail rid=R mode=mix",
         ""},
    };
    CHECK_ROWS(rows);
}

#define RELATED(word)                                                                 \
    KIT_HEAD "rules:\n  - id: r\n    rev: 1\n    severity: error\n    by: recorder\n" \
             "    when:\n      - { see: start ok, as: a }\n"                          \
             "      - { see: start ok, " word ": [rid], as: b }\n" KIT_TEXTS

static void
relations(void)
{
    static const char log[] = "+0 start ok rid=R sid=S cname=c uid=1\n"
                              "+5s start ok rid=R sid=S cname=c uid=1\n"
                              "+9s start ok rid=Q sid=T cname=c uid=1";
    static const struct row rows[] = {
        {"the same", RELATED("same"), log, "r x1 high"},
        {"another", RELATED("differ"), log, "r x1 high"},
        {"unlike in one of several, the latest is measured",
         KIT_HEAD "rules:\n  - id: r\n    rev: 1\n    severity: error\n    by: recorder\n"
                  "    when:\n      - { see: start ok, as: a }\n"
                  "      - { see: start ok http=201, differ: [mode, host], as: b }\n"
                  "    let: { d: b.begin - a.end }\n" KIT_TEXTS,
         "+0 start ok rid=R sid=S cname=c uid=1 mode=web host=h\n+5s start ok rid=R sid=S cname=c uid=1 mode=mix host=i\n"
         "+9s start ok http=201 rid=R sid=S cname=c uid=1 mode=mix host=h",
         "r x1 high d=4s"},
        {"what is not known neither is the same", RELATED("same"),
         "+0 start ok sid=S cname=c uid=1\n+5s start ok sid=S cname=c uid=1", ""},
        {"nor differs", RELATED("differ"),
         "+0 start ok sid=S cname=c uid=1\n+5s start ok sid=S cname=c uid=1", ""},
    };
    CHECK_ROWS(rows);
}

#define UNLESS(more)                                           \
    KIT_RULE("    when:\n      - { see: query fail, as: q }\n" \
             "    unless:\n      - { see: [recorder_leave, update ok]" more " }\n")

static void
excuses(void)
{
    static const struct row rows[] = {
        {"nothing excuses", UNLESS(", within: 9s"), "+0 query fail sid=S", "r x1 medium"},
        {"shortly before", UNLESS(", within: 9s"),
         "+0 recorder_leave sid=S\n+9s query fail sid=S", ""},
        {"shortly after", UNLESS(", within: 9s"), "+0 query fail sid=S\n+9s update ok sid=S",
         ""},
        {"too far away", UNLESS(", within: 9s"), "+0 query fail sid=S\n+10s update ok sid=S",
         "r x1 medium"},
        {"one is excused, the other is not", UNLESS(", within: 9s"),
         "+0 query fail sid=S\n+60s query fail sid=S\n+61s update ok sid=S", "r x1 medium"},
        {"anywhere", UNLESS(""), "+0 query fail sid=S\n+1h update ok sid=S", ""},
        {"a sequence must be whole",
         KIT_RULE(
             "    when:\n      - { see: query fail }\n"
             "    unless:\n      - { see: update ok }\n      - { see: stop ok, within: 5s }\n"),
         "+0 query fail sid=S\n+10s update ok sid=S\n+20s stop ok sid=S", "r x1 medium"},
        {"it may take all its time",
         KIT_RULE(
             "    when:\n      - { see: query fail }\n"
             "    unless:\n      - { see: update ok }\n      - { see: stop ok, within: 5s }\n"),
         "+0 query fail sid=S\n+10s update ok sid=S\n+15s stop ok sid=S", ""},
        {"and any of its beginnings will do",
         KIT_RULE(
             "    when:\n      - { see: query fail }\n"
             "    unless:\n      - { see: update ok }\n      - { see: stop ok, within: 5s }\n"),
         "+0 query fail sid=S\n+10s update ok sid=S\n+17s update ok sid=S\n+20s stop ok sid=S",
         ""},
    };
    CHECK_ROWS(rows);
}

#define MAYBE                                                                                \
    KIT_RULE("    certain-with: sure\n    when:\n      - { see: start ok, as: s }\n"         \
             "      - { maybe: query code=404, as: sure }\n      - { no: stop, for: 10s }\n" \
             "    let: { seen: sure.begin - s.end }\n    explains: [code-404]\n")

static void
further_evidence(void)
{
    static const struct row rows[] = {
        {"it is not needed", MAYBE, "+0 start ok sid=S", "r x1 medium"},
        {"but makes sure", MAYBE, "+0 start ok sid=S\n+3s query code=404 sid=S",
         "r x1 certain seen=3s codes=404 folded=code-404"},
        {"nor is it the next step itself",
         KIT_RULE("    certain-with: sure\n    when:\n      - { see: start ok, as: s }\n"
                  "      - { maybe: stop, as: sure }\n      - { see: stop ok }\n"),
         "+0 start ok sid=S\n+3s stop ok sid=S", "r x1 medium"},
        {"not from before", MAYBE, "+0 query code=404 sid=S\n+3s start ok sid=S",
         "code-404 x1 medium codes=404; r x1 medium"},
    };
    CHECK_ROWS(rows);
}

#define SHAPES                                                                                    \
    KIT_RULE(                                                                                     \
        "    when:\n      - { see: acquire ok, as: a }\n      - { see: start code=433, as: s }\n" \
        "    let: { late: s.begin - a.end }\n"                                                    \
        "    also:\n      - when: [ { see: start code=433, as: s } ]\n        let: {}\n"          \
        "        confidence: low\n    explains: [code-433]\n")

static void
other_shapes(void)
{
    static const struct row rows[] = {
        {"the first that fits", SHAPES, "+0 acquire ok rid=R\n+9s start code=433 rid=R",
         "r x1 medium late=9s codes=433 folded=code-433"},
        {"else the next", SHAPES, "+9s start code=433 rid=R",
         "r x1 low codes=433 folded=code-433"},
    };
    CHECK_ROWS(rows);
}

static const struct check_test tests[] = {
    {"steps come in order, and the tightest path is measured", order_and_the_tightest_path},
    {"within and after bound the distance", distances},
    {"an absence counts only while somebody listened", absences},
    {"times counts every event that completes a run", repetition},
    {"differ and mixed ask for another value in the run", repetition_of_what_is_not_alike},
    {"same and differ compare what is known", relations},
    {"unless excuses what is near the last step", excuses},
    {"maybe never decides", further_evidence},
    {"other shapes of a rule are tried in turn", other_shapes},
    {NULL, NULL},
};
CHECK_MAIN("detect: rules", tests)
