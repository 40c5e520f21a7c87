/* Scanner, routes, zones, and what lines become. */
#include "config.h"

#include "base/alloc.h"
#include "check.h"
#include "extract/extract.h"
#include "extract/plan.h"
#include "extract/route.h"
#include "extract/zone.h"
#include "extract/zone_rule.h"
#include "rules/load.h"

#define APP  "8f2c6f5e0f7b4c1c9f6d2f3a1b0c9d8e"
#define BASE "/v1/apps/" APP "/cloud_recording"

static void
routes_are_read_or_their_defect_is_named(void)
{
    static const struct {
        const char *name, *url;
        uint8_t kind;
        const char *defect;
    } rows[] = {
        {"acquire", "https://api.agora.io" BASE "/acquire", KIND_ACQUIRE, NULL},
        {"start", BASE "/resourceid/R_-9/mode/mix/start", KIND_START, NULL},
        {"query", BASE "/resourceid/R/sid/S/mode/mix/query?x=1", KIND_QUERY, NULL},
        {"updateLayout", BASE "/resourceid/R/sid/S/mode/mix/updateLayout", KIND_UPDATE_LAYOUT,
         NULL},
        {"wrong case", BASE "/resourceid/R/sid/S/mode/mix/updatelayout", KIND_UPDATE_LAYOUT,
         "case"},
        {"no sid", BASE "/resourceid/R/mode/mix/query", KIND_QUERY, "missing-sid"},
        {"no resource id", BASE "/mode/mix/start", KIND_START, "missing-resourceid"},
        {"empty id", BASE "/resourceid//mode/mix/start", KIND_START, "empty-id"},
        {"more behind it", BASE "/acquire/now", KIND_ACQUIRE, "trailing-text"},
        {"template", BASE "/resourceid/{{rid}}/mode/mix/start", KIND_START, "placeholder"},
        {"no operation", BASE "/resourceid/R/sid/S", KIND_ANSWER, "missing-segment"},
        {"no version", "/apps/" APP "/cloud_recording/acquire", KIND_ACQUIRE, "prefix"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct route r;
        bool is = route_parse(rt_str_of(rows[i].url), &r);
        CHECK_ROW(&rows[i], is && r.kind == rows[i].kind);
        CHECK_ROW(&rows[i], (r.defect == NULL) == (rows[i].defect == NULL) &&
                                (r.defect == NULL || strcmp(r.defect, rows[i].defect) == 0));
    }
    struct route r;
    CHECK(!route_parse(RT_LIT("/v1/apps/x/rtc/acquire"), &r));
    /* No version before the app: the host ends where the path begins. */
    CHECK(route_parse(RT_LIT("https://ap/apps/x/cloud_recording/acquire"), &r) &&
          rt_str_is(r.host, "ap"));
    CHECK(route_parse(RT_LIT("://apps/x/cloud_recording/acquire"), &r) && r.host.n == 0);
    CHECK(!route_method_wrong(KIND_START, RT_LIT("post"))); /* as axios prints it */
    CHECK(!route_parse(RT_LIT("/v1/apps/x/cloud_recordings/acquire"), &r));
    CHECK(route_method_wrong(KIND_QUERY, RT_LIT("POST")) &&
          !route_method_wrong(KIND_QUERY, RT_LIT("GET")));
}

/* The years behind a table; begin and end of summer time in 2026. */
static void
summer_time_follows_its_rule(void)
{
    static const struct {
        const char *name, *text, *begins, *ends;
    } rows[] = {
        {"New York", "EST5EDT,M3.2.0,M11.1.0", "2026-03-08T07:00:00Z", "2026-11-01T06:00:00Z"},
        {"the last of a month", "CET-1CEST,M3.5.0,M10.5.0/3", "2026-03-29T01:00:00Z",
         "2026-10-25T01:00:00Z"},
        {"south of the equator", "AEST-10AEDT,M10.1.0,M4.1.0/3", "2026-10-03T16:00:00Z",
         "2026-04-04T16:00:00Z"},
        {"half an hour, names in brackets", "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
         "2026-10-03T15:30:00Z", "2026-04-04T15:00:00Z"},
        {"the other way round", "IST-1GMT0,M10.5.0,M3.5.0/1", "2026-10-25T01:00:00Z",
         "2026-03-29T01:00:00Z"},
        {"behind the end of a day", "IST-2IDT,M3.4.4/26,M10.5.0", "2026-03-27T00:00:00Z",
         "2026-10-24T23:00:00Z"},
    };
    static const char *const none[] = {"",
                                       "UTC0",
                                       "EST5",
                                       "EST5EDT",
                                       "EST5EDT,60,300",
                                       "EST5EDT,M3.2.0",
                                       "EST5EDT,M13.2.0,M11.1.0",
                                       "EST5EDT,M3.0.0,M11.1.0",
                                       "EST5EDT,M3.2.7,M11.1.0",
                                       "EST5EDT,M3.2.0,M11.1.0/",
                                       "EST5EDT,M3.2.0,M11.1.0x",
                                       "<EST5"};
    struct zone_rule r;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rt_stamp begins, ends;
        CHECK_ROW(&rows[i], zone_rule_parse(rt_str_of(rows[i].text), &r));
        CHECK_ROW(&rows[i], rt_time_parse(rt_str_of(rows[i].begins), &begins) > 0);
        CHECK_ROW(&rows[i], rt_time_parse(rt_str_of(rows[i].ends), &ends) > 0);
        CHECK_ROW(&rows[i], zone_rule_begins(&r, 2026) * RT_SEC == begins.at);
        CHECK_ROW(&rows[i], zone_rule_ends(&r, 2026) * RT_SEC == ends.at);
    }
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
        CHECK(!zone_rule_parse(rt_str_of(none[i]), &r));
}

#define FIFTY "Ab0-Cd1_Ef2-Gh3_Ij4-Kl5_Mn6-Op7_Qr8-St9_Uv0-Wx1_Yz"

static void
masks_are_told_from_ids(void)
{
    static const struct {
        const char *name, *id;
        bool masked;
    } rows[] = {
        {"an id", FIFTY, false},
        {"stars", "JyvK***", true},
        {"dots", "JyvK...", true},
        {"a word", "[redacted]", true},
        {"crosses in a short one", "JyvKxxxxPQ", true},
        {"crosses at the end of a long one", FIFTY FIFTY "xxxx", true},
        {"crosses at the beginning", "XXXX" FIFTY FIFTY, true},
        {"many crosses amid a long one", FIFTY "xxxxxxxx" FIFTY, true},
        {"chance, in a long one", FIFTY "xxxx" FIFTY, false},
        {"chance, in both cases", FIFTY "xXxXxXxX" FIFTY, false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        CHECK_ROW(&rows[i], route_is_masked(rt_str_of(rows[i].id)) == rows[i].masked);
}

static void
the_scanner_takes_members_and_refuses_breakage(void)
{
    struct scan_value v =
        scan_get(RT_LIT("{\"a\":1,\"b\":{\"c\":[1,\"}\"]},\"d\":\"x\\\"y\"}"), "d");
    CHECK(v.type == SCAN_STRING && rt_str_is(v.text, "x\\\"y") && v.escaped);
    v = scan_get(RT_LIT("{ \"a\" : { \"b\" : [ ] } , \"c\":-1.5e3 }"), "c");
    CHECK(v.type == SCAN_NUMBER && rt_str_is(v.text, "-1.5e3"));
    static const char *const broken[] = {"{\"a\"", "{\"a\":", "{\"a\":\"x", "{\"a\":{\"b\":1}",
                                         "{a:1}",  "[",       "{"};
    char nested[2 * 200 + 32] = "{\"a\":";
    memset(nested + strlen(nested), '[', 200);
    memset(nested + strlen(nested), ']', 200);
    snprintf(nested + strlen(nested), 16, ",\"b\":1}");
    CHECK(scan_get(rt_str_of(nested), "b").type == SCAN_NUMBER);
    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
        CHECK(scan_get(rt_str_of(broken[i]), "b").type == SCAN_NONE);
    char deep[3000];
    memset(deep, '[', sizeof(deep));
    size_t at = 0;
    CHECK(!scan_value((rt_str){deep, sizeof(deep)}, &at, 512, &v));
}

/* Two plans over the same objects, one of which remembers what it met. */
static void
a_plan_that_learns_reads_what_another_reads(void)
{
    static const char *const objects[] = {
        "{\"a\":1,\"b\":\"x\",\"c\":{\"d\":[1,2]},\"padding\":\"................................\"}",
        "{\"a\":2,\"b\":\"y\",\"c\":{\"d\":[3]},\"padding\":\"................................\"}",
        "{\"b\":\"z\",\"a\":3,\"padding\":\"................................\"}",
        "{\"b\": \"u\", \"a\": 4, \"padding\": \"................................\"}",
        "{\"b\": \"v\", \"a\": 5, \"padding\": \"................................\"}",
        "{\"b\": \"w\", \"aa\": 6, \"a\": 7, \"padding\": \"...............................\"}",
        "{\"b\": \"w\", \"a\"",
        "{\"b\": \"w\", \"a\": 8}",
        "{}",
        "{\"a-key-that-is-longer-than-what-is-remembered\":1,\"a\":9,\"padding\":\"............\"}",
        "{\"a-key-that-is-longer-than-what-is-remembered\":1,\"a\":10,\"padding\":\"...........\"}",
        /* Strings that nobody asks for: the same again, another one, one that begins alike, one that ends in a
         * backslash, a cut one. */
        "{\"level\":\"info\",\"a\":1,\"padding\":\"....................\"}",
        "{\"level\":\"info\",\"a\":2,\"padding\":\"....................\"}",
        "{\"level\":\"information\",\"a\":3,\"padding\":\".............\"}",
        "{\"level\":\"info\",\"b\":4,\"padding\":\"....................\"}",
        "{\"other\":\"x\\\"\",\"a\":5,\"padding\":\"....................\"}",
        "{\"other\":\"x\\\"\",\"c\":6,\"padding\":\"....................\"}",
        "{\"other\":\"x\\\"\"junk\"c\":7,\"padding\":\"................\"}",
        "{\"other\": \"x\",\"c\":8,\"padding\":\".....................\"}",
        "{\"other\": \"x\",\"c\":9,\"padding\":\".....................\"}",
        "{\"other\":\"x\\\"",
    };
    rt_str names[] = {RT_LIT("a"), RT_LIT("b"), RT_LIT("c")};
    struct rt_arena arena;
    rt_arena_init(&arena, 4096, 0);
    struct scan_plan *learns = scan_plan_new(&arena), *other = scan_plan_new(&arena);
    for (unsigned i = 0; i < 3; i++) {
        struct format_path path = {&names[i], 1};
        CHECK(scan_plan_add(learns, &path, i, false) == 0 &&
              scan_plan_add(other, &path, i, false) == 0);
    }
    CHECK(scan_plan_learn(learns) == 0);
    for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++) {
        struct scan_value got[3], want[3];
        rt_str text = rt_str_of(objects[i]);
        size_t n = scan_plan_run(learns, text, 9, NULL, got, 3);
        CHECK(n == scan_plan_run(other, text, 9, NULL, want, 3));
        for (size_t k = 0; k < 3; k++)
            CHECK(got[k].type == want[k].type &&
                  (got[k].type == SCAN_NONE || rt_str_eq(got[k].text, want[k].text)));
    }
    rt_arena_fini(&arena);
}

static void
escapes_become_text(void)
{
    static const struct {
        const char *name, *text, *want;
    } rows[] = {
        {"plain", "abc", "abc"},
        {"quotes", "\\\"\\\\\\/", "\"\\/"},
        {"unicode", "\\u00e9", "\xc3\xa9"},
        {"a pair", "\\ud83d\\ude00", "\xf0\x9f\x98\x80"},
        {"half a pair", "\\ud83d!", "\xef\xbf\xbd!"},
        {"cut", "a\\", "a"},
        {"cut in hex", "\\u00",
         "\xef\xbf\xbd"
         "00"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rt_buf b;
        rt_buf_init(&b, 1000);
        CHECK_ROW(&rows[i], scan_unescape(rt_str_of(rows[i].text), &b) == 0 &&
                                rt_str_is(rt_buf_str(&b), rows[i].want));
        rt_buf_fini(&b);
    }
}

static void
zones_shift_and_unknown_ones_are_refused(void)
{
    struct rt_arena a;
    struct rt_err err = {0};
    rt_time noon = rt_time_civil(2026, 7, 5, 12, 0, 0, 0);
    rt_arena_init(&a, 1024, 0);
    struct zone *z = zone_new("+08:00", &a, &err);
    CU_ASSERT_FATAL(z != NULL);
    CHECK(zone_to_utc(z, noon) == noon - 8 * RT_HOUR);
    z = zone_new("Asia/Tokyo", &a, &err);
    /* a machine without the tz database */
    CHECK(z == NULL || zone_to_utc(z, noon) == noon - 9 * RT_HOUR);
    struct rt_err why = {0};
    CHECK(zone_new("../../etc/passwd", &a, &why) == NULL && why.code == RT_EUSAGE);
    /* Out of memory is not out of zones. */
    struct rt_arena narrow;
    rt_arena_init(&narrow, 64, 0);
    why = (struct rt_err){0};
    CHECK(rt_arena_alloc(&narrow, 8) != NULL);
    rt_alloc_fail_at(0, 1);
    CHECK(zone_new("Asia/Tokyo", &narrow, &why) == NULL && why.code == RT_ENOMEM);
    rt_alloc_fail_at(-1, 0);
    rt_arena_fini(&narrow);
    rt_arena_fini(&a);
}

/* ---- lines through the extractor ---- */

struct seen {
    struct event last;
    char reason[80], cname[40], rid[40], sid[40], uid[20], error[20], defect[20];
    char names[100]; /* wrong names of members: DEFECT NEAREST, each */
    int64_t leave;   /* leaveCode; -1: none */
    unsigned count;
};

static void
take_names(struct seen *s, const struct event *e)
{
    static const char *const wrong[] = {"miscased",   "misspelled", "misplaced",
                                        "other-call", "unknown",    "missing"};
    s->names[0] = '\0';
    for (uint32_t i = 0; i < e->value_count; i++) {
        size_t n = strlen(s->names);
        for (size_t k = 0;
             e->values[i].field == FIELD_PARAM_DEFECT && k < sizeof(wrong) / sizeof(wrong[0]);
             k++)
            if (rt_str_is(e->values[i].text, wrong[k]))
                snprintf(s->names + n, sizeof(s->names) - n, "%s%s", n > 0 ? "; " : "",
                         wrong[k]);
        if (e->values[i].field == FIELD_PARAM_NEAREST)
            snprintf(s->names + n, sizeof(s->names) - n, " %.*s", RT_FMT(e->values[i].text));
    }
}

static int
take(void *arg, const struct event *e, struct rt_err *err)
{
    struct seen *s = arg;
    (void)err;
    s->last = *e;
    s->count++;
    snprintf(s->reason, sizeof(s->reason), "%.*s", RT_FMT(e->reason));
    snprintf(s->cname, sizeof(s->cname), "%.*s", RT_FMT(e->cname));
    snprintf(s->rid, sizeof(s->rid), "%.*s", RT_FMT(e->rid));
    snprintf(s->sid, sizeof(s->sid), "%.*s", RT_FMT(e->sid));
    snprintf(s->uid, sizeof(s->uid), "%.*s", RT_FMT(e->uid));
    snprintf(s->error, sizeof(s->error), "%.*s", RT_FMT(e->error));
    snprintf(s->defect, sizeof(s->defect), "%.*s", RT_FMT(event_text(e, FIELD_HOOK_DEFECT)));
    take_names(s, e);
    if (!event_num(e, FIELD_LEAVE_CODE, &s->leave))
        s->leave = -1;
    return 0;
}

static struct rule_set *rules;

static void
read_within(const struct rt_limits *limits, const char *text, struct seen *s,
            struct extract_facts *facts)
{
    struct rt_err err = {0};
    struct extract_options o = {.path = "test"};
    *s = (struct seen){0};
    struct extract *x = extract_new(rules, &o, limits, (struct extract_sink){take, s}, &err);
    CU_ASSERT_FATAL(x != NULL);
    uint64_t lines = 0;
    for (rt_str rest = rt_str_of(text); rest.n > 0;) {
        size_t end = rt_str_find(rest, RT_LIT("\n"));
        rt_str line = {rest.p, end == SIZE_MAX ? rest.n : end};
        CHECK(extract_line(x, line, ++lines, &err) == 0);
        rest = end == SIZE_MAX ? RT_NONE : rt_str_from(rest, end + 1);
    }
    CHECK(extract_end(x, &err) == 0);
    extract_facts(x, facts);
    uint64_t sum = 0;
    for (int i = 0; i < LINE__COUNT; i++)
        sum += facts->counts[i];
    CHECK(sum == lines); /* every line in exactly one counter */
    extract_free(&x);
}

static void
read_text(const char *text, struct seen *s, struct extract_facts *facts)
{
    read_within(&rt_limits_default, text, s, facts);
}

#define A_CALL \
    "{\"url\":\"" BASE "/acquire\",\"status\":400,\"body\":{\"code\":2,\"reason\":\"x\"}}"

#define DOCKER(text) \
    "{\"log\":\"" text "\\n\",\"stream\":\"stdout\",\"time\":\"2026-01-05T09:00:00Z\"}"

static void
lines_become_the_calls_that_they_tell_of(void)
{
    static const struct {
        const char *name, *text;
        unsigned count;
        uint8_t kind;
        int32_t http, code;
        enum event_outcome outcome;
    } rows[] = {
        {"a healthy call",
         "{\"time\":\"2026-01-05T09:00:00Z\",\"method\":\"POST\",\"url\":\"https://api.agora.io" BASE
         "/acquire\",\"status\":200,\"response_body\":{\"resourceId\":\"ABCDEFGHIJ\"}}",
         1, KIND_ACQUIRE, 200, EVENT_NO_CODE, OUTCOME_OK},
        {"a body as a string",
         "{\"url\":\"" BASE
         "/acquire\",\"status\":400,\"body\":\"{\\\"code\\\":2,\\\"reason\\\":\\\"x\\\"}\"}",
         1, KIND_ACQUIRE, 400, 2, OUTCOME_FAIL},
        {"a code as a string",
         "{\"op\":\"stop\",\"status\":400,\"response\":{\"code\":\"49\",\"reason\":\"invalid operation\"}}",
         1, KIND_STOP, 400, 49, OUTCOME_FAIL},
        {"inside serverResponse",
         "{\"op\":\"stop\",\"status\":400,\"response\":{\"resourceId\":\"ABCDEFGHIJ\",\"serverResponse\":{\"code\":49}}}",
         1, KIND_STOP, 400, 49, OUTCOME_FAIL},
        {"201 is no success of start",
         "{\"url\":\"" BASE "/resourceid/ABCDEFGHIJ/mode/mix/start\",\"status\":201}", 1,
         KIND_START, 201, EVENT_NO_CODE, OUTCOME_FAIL},
        {"an error text with the answer inside",
         "{\"url\":\"" BASE
         "/acquire\",\"error\":\"failed with status 404: {\\\"code\\\":404,\\\"reason\\\":\\\"failed to find worker\\\"}\"}",
         1, KIND_ACQUIRE, 404, 404, OUTCOME_FAIL},
        {"a time-out", "{\"url\":\"" BASE "/acquire\",\"error\":\"context deadline exceeded\"}",
         1, KIND_ACQUIRE, 0, EVENT_NO_CODE, OUTCOME_FAIL},
        {"a gateway's message",
         "{\"url\":\"" BASE
         "/acquire\",\"status\":401,\"body\":{\"message\":\"Invalid authentication credentials\"}}",
         1, KIND_ACQUIRE, 401, EVENT_NO_CODE, OUTCOME_FAIL},
        {"another service", "{\"url\":\"/api/pay\",\"status\":400,\"body\":{\"code\":53}}", 0,
         0, 0, 0, 0},
        {"an access line",
         "203.0.113.9 - - [05/Jan/2026:10:00:00 +0000] \"GET " BASE
         "/resourceid/ABCDEFGHIJ/sid/abcdefgh12/mode/mix/query HTTP/1.1\" 404 9 \"-\" \"-\"",
         1, KIND_QUERY, 404, EVENT_NO_CODE, OUTCOME_FAIL},
        {"an answer in a mail",
         "Hello,\nour start says\n{\n  \"code\": 53,\n  \"reason\": \"task conflict\"\n}\nwhat now?",
         1, KIND_START, 0, 53, OUTCOME_FAIL},
        {"slashes as PHP writes them",
         "{\"url\":\"https:\\/\\/api.agora.io\\/v1\\/apps\\/" APP
         "\\/cloud_recording\\/acquire\",\"status\":400}",
         1, KIND_ACQUIRE, 400, EVENT_NO_CODE, OUTCOME_FAIL},
        {"null is nothing, and another name has it",
         "{\"url\":\"" BASE "/acquire\",\"status\":null,\"statusCode\":404}", 1, KIND_ACQUIRE,
         404, EVENT_NO_CODE, OUTCOME_FAIL},
        {"an answer of which only the id is ours",
         "{\"time\":\"2026-01-05T09:00:00Z\",\"request_id\":\"r-1\",\"url\":\"" BASE
         "/acquire\"}\n"
         "{\"time\":\"2026-01-05T09:00:01Z\",\"request_id\":\"r-1\",\"status\":503}",
         2, KIND_ANSWER, 503, EVENT_NO_CODE, OUTCOME_FAIL},
        {"one of another id is nobody's",
         "{\"time\":\"2026-01-05T09:00:00Z\",\"request_id\":\"r-1\",\"url\":\"" BASE
         "/acquire\"}\n"
         "{\"time\":\"2026-01-05T09:00:01Z\",\"request_id\":\"r-2\",\"status\":503}",
         1, KIND_ACQUIRE, 0, EVENT_NO_CODE, OUTCOME_UNKNOWN},
        {"a row of a table",
         "time,method,url,status,body\n2026-01-05T09:00:00Z,POST," BASE
         "/acquire,400,\"{\"\"code\"\":2,\"\"reason\"\":\"\"x\"\"}\"",
         1, KIND_ACQUIRE, 400, 2, OUTCOME_FAIL},
        {"with a tab in a cell",
         "time,method,url,status,body\n2026-01-05T09:00:00Z,POST," BASE
         "/acquire,400,\"{\"\"code\"\":2,\t\"\"reason\"\":\"\"x\"\"}\"",
         1, KIND_ACQUIRE, 400, 2, OUTCOME_FAIL},
        {"a row with a column too many is text",
         "time,method,url,status,body\n2026-01-05T09:00:00Z,POST," BASE
         "/acquire,400,\"{\"\"code\"\":2,\"\"reason\"\":\"\"x\"\"}\",more",
         1, KIND_ACQUIRE, 0, EVENT_NO_CODE, OUTCOME_UNKNOWN},
        {"a name with a digit",
         "time,method,url,status,body2\n2026-01-05T09:00:00Z,POST," BASE "/acquire,400,x", 1,
         KIND_ACQUIRE, 400, EVENT_NO_CODE, OUTCOME_FAIL},
        {"two columns are no table", "method,url\nPOST," BASE "/acquire", 1, KIND_ACQUIRE, 0,
         EVENT_NO_CODE, OUTCOME_UNKNOWN},
        {"lines of an array, with commas between",
         A_CALL "\n" A_CALL "\n" A_CALL ",\n" A_CALL ",\n{\"url\":\"" BASE
                "/acquire\",\"status\":400,\"body\":{\"code\":7,\"reason\":\"x\"}}]",
         5, KIND_ACQUIRE, 400, 7, OUTCOME_FAIL},
        {"one call in two stages",
         "Sending POST " BASE "/acquire\nwaiting\nReceived for POST " BASE "/acquire: 429", 1,
         KIND_ACQUIRE, 429, EVENT_NO_CODE, OUTCOME_FAIL},
        {"the same words twice are two calls",
         "Sending POST " BASE "/acquire\nSending POST " BASE "/acquire", 2, KIND_ACQUIRE, 0,
         EVENT_NO_CODE, OUTCOME_UNKNOWN},
        {"so are other words a minute later",
         "2026-01-05T09:00:00Z trying POST " BASE
         "/acquire\n2026-01-05T09:01:00Z again POST " BASE "/acquire",
         2, KIND_ACQUIRE, 0, EVENT_NO_CODE, OUTCOME_UNKNOWN},
        {"a time behind a URL is no status", "done with POST " BASE "/acquire (429ms)", 1,
         KIND_ACQUIRE, 0, EVENT_NO_CODE, OUTCOME_UNKNOWN},
        {"an answer before its URL",
         "got {\"code\":2,\"reason\":\"x\"} from POST " BASE "/acquire (status 400)", 1,
         KIND_ACQUIRE, 400, 2, OUTCOME_FAIL},
        {"an answer before the URL of the next call",
         "got {\"code\":2,\"reason\":\"x\"}\nnow POST " BASE "/acquire", 2, KIND_ACQUIRE, 0,
         EVENT_NO_CODE, OUTCOME_UNKNOWN},
        {"an answer that stands twice was given twice",
         "got {\"code\":49,\"reason\":\"x\"}\nthen {\"code\":49,\"reason\":\"x\"}", 2,
         KIND_ANSWER, 0, 49, OUTCOME_FAIL},
        {"a logger that tells the answer twice",
         DOCKER("got {\\\"code\\\":49,\\\"reason\\\":\\\"x\\\"}") "\n" DOCKER(
             "told {\\\"code\\\":49,\\\"reason\\\":\\\"x\\\"}"),
         1, KIND_ANSWER, 0, 49, OUTCOME_FAIL},
        {"or sums it up in words",
         DOCKER("stop got {\\\"code\\\":49,\\\"reason\\\":\\\"x\\\"}") "\n" DOCKER(
             "stop ok resourceId=ABCDEFGHIJKLMNOP"),
         1, KIND_STOP, 0, 49, OUTCOME_FAIL},
        {"lines later it is news",
         DOCKER("stop got {\\\"code\\\":49,\\\"reason\\\":\\\"x\\\"}") "\n" DOCKER("a") "\n" DOCKER(
             "b") "\n" DOCKER("c") "\n" DOCKER("stop ok resourceId=ABCDEFGHIJKLMNOP"),
         2, KIND_STOP, 0, EVENT_NO_CODE, OUTCOME_OK},
        {"lines later it is another answer",
         DOCKER("got {\\\"code\\\":49,\\\"reason\\\":\\\"x\\\"}") "\n" DOCKER("a") "\n" DOCKER(
             "b") "\n" DOCKER("c") "\n" DOCKER("told {\\\"code\\\":49,\\\"reason\\\":\\\"x\\\"}"),
         2, KIND_ANSWER, 0, 49, OUTCOME_FAIL},
        {"a code with its words alone", "{\"code\":49,\"msg\":\"x\"}", 1, KIND_ANSWER, 0, 49,
         OUTCOME_FAIL},
        {"that no answer came, by the id of the request",
         "{\"time\":\"2026-01-05T09:00:00Z\",\"request_id\":\"r-1\",\"url\":\"" BASE
         "/acquire\"}\n"
         "{\"time\":\"2026-01-05T09:00:01Z\",\"request_id\":\"r-1\",\"error\":\"connection reset\"}",
         2, KIND_ANSWER, 0, EVENT_NO_CODE, OUTCOME_FAIL},
        {"a resource id beside an error is no acquire",
         "{\"resourceId\":\"ABCDEFGHIJKLMNOPQRST\",\"code\":49,\"reason\":\"x\"}", 1,
         KIND_ANSWER, 0, 49, OUTCOME_FAIL},
        {"a number that is no status",
         "{\"a\":{\"code\":49,\"reason\":\"x\"},\"statusCode\":42}", 1, KIND_ANSWER, 0, 49,
         OUTCOME_FAIL},
        {"an empty URL is none",
         "{\"url\":\"\",\"op\":\"stop\",\"status\":400,\"response\":{\"code\":49,\"reason\":\"x\"}}",
         1, KIND_STOP, 400, 49, OUTCOME_FAIL},
        {"a number in prose", "start keeps answering code: 53 since noon", 1, KIND_START, 0, 53,
         OUTCOME_FAIL},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct seen s;
        struct extract_facts f;
        read_text(rows[i].text, &s, &f);
        CHECK_ROW(&rows[i], s.count == rows[i].count);
        CHECK_ROW(&rows[i], s.count == 0 || s.last.kind == rows[i].kind);
        CHECK_ROW(&rows[i], s.count == 0 || s.last.http == rows[i].http);
        CHECK_ROW(&rows[i], s.count == 0 || s.last.code == rows[i].code);
        CHECK_ROW(&rows[i], s.count == 0 || s.last.outcome == rows[i].outcome);
    }
}

/* Of requests whose answers have not come, the oldest are forgotten first. */
static void
the_newest_requests_are_remembered(void)
{
#define ASKED(id)  "{\"request_id\":\"" id "\",\"url\":\"" BASE "/acquire\"}\n"
#define FAILED(id) "{\"request_id\":\"" id "\",\"error\":\"connection reset\"}\n"
    static const struct {
        const char *name, *failed;
        size_t more;
    } rows[] = {
        {"the last", FAILED("r5"), 1},
        {"the one before", FAILED("r4"), 1},
        {"the first", FAILED("r1"), 0},
    };
    struct rt_limits narrow = rt_limits_default;
    narrow.pending_calls = 4;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct seen s;
        struct extract_facts f;
        char text[2000];
        snprintf(text, sizeof(text), "%s%s",
                 ASKED("r1") ASKED("r2") ASKED("r3") ASKED("r4") ASKED("r5"), rows[i].failed);
        read_within(&narrow, text, &s, &f);
        CHECK_ROW(&rows[i], s.count == 5 + rows[i].more);
    }
#undef ASKED
#undef FAILED
}

/* How long a call took, as loggers write it: a number of milliseconds, or a text with its unit. */
static void
durations_are_read_and_nonsense_is_none(void)
{
    static const struct {
        const char *name, *said;
        rt_dur want;
    } rows[] = {
        {"milliseconds", "80", 80 * RT_MS},
        {"with a fraction", "80.5", 80 * RT_MS + 500},
        {"as text", "\"80\"", 80 * RT_MS},
        {"with a unit", "\"1.5s\"", 1500 * RT_MS},
        {"below nothing", "-80", 0},
        {"below nothing, with a fraction", "-80.5", 0},
        {"more than any call takes", "1e15", 0},
        {"no number", "\"soon\"", 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct seen s;
        struct extract_facts f;
        char line[400];
        snprintf(line, sizeof(line),
                 "{\"time\":\"2026-01-05T09:00:00Z\",\"url\":\"" BASE
                 "/acquire\",\"status\":200,\"duration_ms\":%s}",
                 rows[i].said);
        read_text(line, &s, &f);
        CHECK_ROW(&rows[i], s.count == 1 && s.last.end - s.last.begin == rows[i].want);
    }
}

/* A call that began at 09:00:00 and took some milliseconds, whichever end of it the line has. */
static void
a_call_is_from_its_request_to_its_answer(void)
{
    static const struct {
        const char *name, *line;
        rt_dur took;
    } rows[] = {
        {"both are told",
         "{\"time\":\"2026-01-05T09:00:00Z\",\"end_time\":\"2026-01-05T09:00:02Z\",\"url\":\"" BASE
         "/acquire\",\"status\":200}",
         2 * RT_SEC},
        {"an end before the beginning is none",
         "{\"time\":\"2026-01-05T09:00:00Z\",\"end_time\":\"2026-01-05T08:00:02Z\",\"url\":\"" BASE
         "/acquire\",\"status\":200}",
         0},
        {"the beginning and how long",
         "{\"time\":\"2026-01-05T09:00:00Z\",\"duration_ms\":120,\"url\":\"" BASE
         "/acquire\",\"status\":200}",
         120 * RT_MS},
        {"the end and how long",
         "1767603600.120    120 10.0.0.4 TCP_MISS/200 88 POST https://api.agora.io" BASE
         "/acquire - HIER_DIRECT/203.0.113.4 application/json",
         120 * RT_MS},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct seen s;
        struct extract_facts f;
        read_text(rows[i].line, &s, &f);
        CHECK_ROW(&rows[i], s.count == 1 && s.last.begin == INT64_C(1767603600) * RT_SEC &&
                                s.last.end == s.last.begin + rows[i].took);
    }
}

#define RID_16 "ABCDEFGHIJKLMNOP"
#define SID_16 "abcdefghijklmnop"

/* Ids that stand around an answer in text say whose it is. */
static void
ids_in_text_are_found_behind_their_labels(void)
{
    static const struct {
        const char *name, *text, *rid, *sid, *cname, *uid;
    } rows[] = {
        {"each behind its own",
         "resourceId=" RID_16 " sid: " SID_16
         " cname = \"room-1\", uid='77'\nstop failed with code: 49",
         RID_16, SID_16, "room-1", "77"},
        {"a full-width colon", "sid\xef\xbc\x9a" SID_16 "\nstop failed with code: 49", "",
         SID_16, "", ""},
        {"a blank alone is no sign", "cname room uid:7\nstop failed with code: 49", "", "", "",
         "7"},
        {"one too short is no id", "sid=abcdefghijklmno cname=r\nstop failed with code: 49", "",
         "", "r", ""},
        {"nor is a word that stands where one is missing",
         "cname=undefined uid=7\nstop failed with code: 49", "", "", "", "7"},
        {"a semicolon ends it", "cname=r;uid=7\nstop failed with code: 49", "", "", "r", "7"},
        {"nothing stands behind it", "uid: , cname=r\nstop failed with code: 49", "", "", "r",
         ""},
        {"the label may end the text", "cname=r\nstop failed with code: 49, uid=", "", "", "r",
         ""},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct seen s;
        struct extract_facts f;
        read_text(rows[i].text, &s, &f);
        CHECK_ROW(&rows[i], s.count == 1 && s.last.code == 49);
        CHECK_ROW(&rows[i], strcmp(s.rid, rows[i].rid) == 0 && strcmp(s.sid, rows[i].sid) == 0);
        CHECK_ROW(&rows[i],
                  strcmp(s.cname, rows[i].cname) == 0 && strcmp(s.uid, rows[i].uid) == 0);
    }
}

#define POLL(method, http, more, status)                                                                          \
    "{\"time\":\"2026-01-05T09:00:0" more ",\"method\":\"" method "\",\"url\":\"" BASE                            \
    "/resourceid/ABCDEFGHIJ/sid/abcdefgh12/mode/mix/query\",\"status\":" http                                     \
    ",\"response_body\":{\"resourceId\":\"ABCDEFGHIJ\",\"cname\":\"room\",\"serverResponse\":{\"status\":" status \
    "}}}\n"

/* A poll that was met before is read the short way; what differs from it must not be. */
static void
polls_after_polls_say_what_they_say_alone(void)
{
    static const char before[] = POLL("GET", "200", "1.0Z\"", "5")
        POLL("GET", "200", "2.0Z\"", "5") POLL("GET", "200", "3.0Z\"", "5");
    static const struct {
        const char *name, *line;
        bool twin;
    } rows[] = {
        {"the same", POLL("GET", "200", "4.5Z\",\"duration_ms\":7", "5"), true},
        {"no time",
         "{\"method\":\"GET\",\"url\":\"" BASE
         "/resourceid/ABCDEFGHIJ/sid/abcdefgh12/mode/mix/query\",\"status\":200,"
         "\"response_body\":{\"resourceId\":\"ABCDEFGHIJ\",\"cname\":\"room\",\"serverResponse\":{\"status\":5}}}\n",
         true},
        {"no zone", POLL("GET", "200", "4\"", "5"), true},
        {"another method", POLL("POST", "200", "4.5Z\"", "5"), false},
        {"another status line", POLL("GET", "404", "4.5Z\"", "5"), false},
        {"another answer", POLL("GET", "200", "4.5Z\"", "4"), false},
        {"an error beside it", POLL("GET", "200", "4.5Z\",\"error\":\"timeout\"", "5"), false},
        {"one half of two", POLL("GET", "200", "4.5Z\",\"request_id\":\"r-1\"", "5"), false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[4000];
        struct seen alone, after, last;
        struct extract_facts f;
        read_text(before, &last, &f);
        CHECK_ROW(&rows[i], last.count == 3 && last.last.twin != 0);
        read_text(rows[i].line, &alone, &f);
        snprintf(text, sizeof(text), "%s%s", before, rows[i].line);
        read_text(text, &after, &f);
        CHECK_ROW(&rows[i], alone.count == 1 && after.count == 4);
        CHECK_ROW(&rows[i], after.last.line == 4);
        CHECK_ROW(&rows[i],
                  alone.last.begin == after.last.begin && alone.last.end == after.last.end);
        CHECK_ROW(&rows[i], alone.last.http == after.last.http &&
                                alone.last.outcome == after.last.outcome);
        CHECK_ROW(&rows[i], alone.last.status == after.last.status &&
                                alone.last.plain == after.last.plain);
        CHECK_ROW(&rows[i], alone.last.zoned == after.last.zoned &&
                                alone.last.coarse == after.last.coarse);
        CHECK_ROW(&rows[i],
                  strcmp(alone.rid, after.rid) == 0 && strcmp(alone.cname, after.cname) == 0);
        CHECK_ROW(&rows[i], strcmp(alone.error, after.error) == 0 &&
                                alone.last.join.n == after.last.join.n);
        CHECK_ROW(&rows[i], rows[i].twin == (after.last.twin == last.last.twin));
    }
}

#define BARE_POLL(sid)                                                        \
    "{\"time\":\"2026-01-05T09:00:01.0Z\",\"method\":\"GET\",\"url\":\"" BASE \
    "/resourceid/ABCDEFGHIJ/sid/" sid "/mode/mix/query\",\"status\":200}\n"

/* Logs without answers have such polls, too. */
static void
a_poll_with_an_answer_is_none_without(void)
{
    struct seen s;
    struct extract_facts f;
    read_text(BARE_POLL("abcdefgh12") BARE_POLL("abcdefgh12") BARE_POLL("abcdefgh12"), &s, &f);
    CHECK(s.count == 3 && s.last.plain && s.last.twin != 0);
    read_text(BARE_POLL("abcdefgh12") BARE_POLL("abcdefgh12") POLL("GET", "200", "2.0Z\"", "4"),
              &s, &f);
    CHECK(s.count == 3 && s.last.status == 4 && strcmp(s.cname, "room") == 0);
}

/* Of several lengths. */
static void
write_sid(char sid[24], unsigned n)
{
    snprintf(sid, 24, "%0*u", 10 + (int)(n % 3) * 3, n);
}

static int
take_sid(void *arg, const struct event *e, struct rt_err *err)
{
    unsigned *right = arg;
    char sid[24];
    (void)err;
    write_sid(sid, (unsigned)(e->line - 1) / 2);
    *right += rt_str_is(e->sid, sid);
    return 0;
}

/* More than are remembered; each twice. */
static void
a_poll_is_of_its_url_however_many_there_are(void)
{
    enum { URLS = 20000 };
    struct rt_err err = {0};
    struct extract_options o = {.path = "test"};
    unsigned right = 0;
    struct extract *x = extract_new(rules, &o, &rt_limits_default,
                                    (struct extract_sink){take_sid, &right}, &err);
    CU_ASSERT_FATAL(x != NULL);
    for (unsigned i = 0; i < 2 * URLS; i++) {
        char line[600], sid[24];
        write_sid(sid, i / 2);
        int n = snprintf(line, sizeof(line), BARE_POLL("%s"), sid);
        CHECK(extract_line(x, (rt_str){line, (size_t)n - 1}, i + 1, &err) == 0);
    }
    CHECK(extract_end(x, &err) == 0 && right == 2 * URLS);
    extract_free(&x);
}

/* Members of the body of a start in mode mix. */
static void
wrong_names_are_told_with_the_one_that_is_meant(void)
{
#define CONFIG(members) "\"recordingConfig\":{\"channelType\":0," members "}"
#define MIX(members) \
    CONFIG("\"transcodingConfig\":{\"width\":360,\"height\":640,\"bitrate\":500," members "}")
    static const struct {
        const char *name, *members, *want;
    } rows[] = {
        {"right", CONFIG("\"maxIdleTime\":30"), ""},
        {"letters' case", CONFIG("\"maxidletime\":30"), "miscased maxIdleTime"},
        {"words joined in another way", CONFIG("\"max_idle_time\":30"), "miscased maxIdleTime"},
        {"two letters in a long name", CONFIG("\"maxIdelTime\":30"), "misspelled maxIdleTime"},
        {"three are another name", CONFIG("\"maxIxxxTime\":30"), "unknown"},
        {"two in a name of five letters",
         CONFIG(
             "\"transcodingConfig\":{\"wixxh\":360,\"height\":640,\"bitrate\":500,\"fps\":15}"),
         "misspelled width"},
        {"one in a short name", MIX("\"fpz\":15"), "misspelled fps"},
        {"two in a short name are another", MIX("\"fxx\":15"), "unknown"},
        {"one that is there as well is not meant", MIX("\"fps\":15,\"fpz\":15"), "unknown"},
        {"in the wrong object", CONFIG("\"fps\":15"),
         "misplaced clientRequest.recordingConfig.transcodingConfig.fps"},
        {"items of lists have names of their own", CONFIG("\"x_axis\":0.5"), "unknown"},
        {"a name of another mode is not misplaced", CONFIG("\"extensionServices\":[]"),
         "unknown"},
        {"of another call", "\"streamSubscribe\":{}", "other-call"},
        {"one that must be there", "\"storageConfig\":{\"vendor\":1,\"bucket\":\"b\"}",
         "missing"},
        {"null is none", "\"storageConfig\":{\"vendor\":1,\"region\":null,\"bucket\":\"b\"}",
         "missing"},
        {"a text is there, though a wrong one",
         "\"storageConfig\":{\"vendor\":1,\"region\":\"null\",\"bucket\":\"b\"}", ""},
        {"nearly of another call", "\"streamSubscribed\":{}", "unknown"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct seen s;
        struct extract_facts f;
        char text[2000];
        const char *storage =
            strstr(rows[i].members, "storageConfig") != NULL
                ? ""
                : ",\"storageConfig\":{\"vendor\":1,\"region\":0,\"bucket\":\"b\"}";
        snprintf(
            text, sizeof(text),
            "{\"time\":\"2026-01-05T09:00:00Z\",\"method\":\"POST\",\"url\":\"" BASE
            "/resourceid/ABCDEFGHIJ/mode/mix/start\",\"status\":200,\"request_body\":{\"cname\":\"room\",\"uid\":\"7\","
            "\"clientRequest\":{%s%s}},\"response_body\":{\"resourceId\":\"ABCDEFGHIJ\",\"sid\":\"abcdefgh12\"}}",
            rows[i].members, storage);
        read_text(text, &s, &f);
        CHECK_ROW(&rows[i], s.count == 1 && strcmp(s.names, rows[i].want) == 0);
        if (strcmp(s.names, rows[i].want) != 0)
            printf("\n%s: %s\n", rows[i].name, s.names);
    }
#undef MIX
#undef CONFIG
}

static void
callbacks_are_read_whole_or_bare_and_foreign_ones_counted(void)
{
    struct seen s;
    struct extract_facts f;
    read_text(
        "{\"noticeId\":\"n1\",\"productId\":3,\"eventType\":41,\"payload\":{\"cname\":\"room\",\"uid\":\"7\",\"sid\":\"abcdefgh12\","
        "\"sequence\":3,\"sendts\":1767603600123,\"details\":{\"msgName\":\"recorder_leave\",\"leaveCode\":6}}}",
        &s, &f);
    CHECK(s.count == 1 && s.last.source == SOURCE_HOOK &&
          rt_str_is(rule_set_kind_name(rules, s.last.kind), "recorder_leave"));
    CHECK(s.last.begin == rt_time_civil(2026, 1, 5, 9, 0, 0, 123000));
    CHECK(s.leave == 6);
    read_text(
        "{\"notificationId\":\"n1\",\"eventType\":41,\"payload\":{\"cname\":\"room\",\"uid\":\"7\",\"sid\":\"abcdefgh12\","
        "\"sequence\":\"3\",\"sendts\":1767603600123,\"details\":{\"msgName\":\"recorder_leave\",\"leaveCode\":2}}}",
        &s, &f);
    CHECK(s.count == 1 && s.leave == 4);
    read_text(
        "{\"time\":\"2026-01-05T09:00:01Z\",\"ctx\":{\"raw\":\"[{\\\"noticeId\\\":\\\"n1\\\",\\\"productId\\\":3,\\\"eventType\\\":40,"
        "\\\"payload\\\":{\\\"sid\\\":\\\"abcdefgh12\\\",\\\"details\\\":{\\\"msgName\\\":\\\"recorder_started\\\"}}}]\"}}",
        &s, &f);
    CHECK(s.count == 1 &&
          rt_str_is(rule_set_kind_name(rules, s.last.kind), "recorder_started"));
    CHECK(strcmp(s.defect, "notify") == 0);
    read_text("{\"msgName\":\"uploaded\",\"status\":0}", &s, &f);
    CHECK(s.count == 1 && rt_str_is(rule_set_kind_name(rules, s.last.kind), "uploaded"));
    read_text("{\"noticeId\":\"n1\",\"productId\":1,\"eventType\":101,\"payload\":{\"a\":1}}",
              &s, &f);
    CHECK(s.count == 1 && s.last.kind == KIND_FOREIGN_HOOK && f.foreign == 1 &&
          f.warning_count == 1);
    read_text(
        "{\"noticeId\":\"n2\",\"productId\":3,\"eventType\":40,\"payload\":{\"cname\":\"test_webhook\",\"uid\":\"9\"}}",
        &s, &f);
    CHECK(s.count == 1 && s.last.kind == KIND_PROBE_HOOK && s.last.sid.n == 0 &&
          f.warning_count == 1);
}

/* Every sample of every format: read by it, or not, as the file says. */
static void
formats_read_their_samples(void)
{
    struct rule_sources from = {.builtin = true};
    struct rule_messages messages;
    struct rt_err err = {0};
    rule_messages_init(&messages);
    struct rule_set *set = rule_set_load(&from, &rt_limits_default, &messages, &err);
    CU_ASSERT_FATAL(set != NULL);
    struct format_trial *trials = rt_calloc(set->formats.n, sizeof(*trials));
    CU_ASSERT_FATAL(trials != NULL);
    for (size_t f = 0; f < set->formats.n; f++) {
        const struct format *format = &set->formats.v[f];
        CHECK(format->sample_count >= 2);
        for (size_t i = 0; i < format->sample_count; i++) {
            const struct format_sample *sample = &format->samples[i];
            CHECK(extract_trial(set, &rt_limits_default, sample->line, trials, set->formats.n,
                                &err) == 0);
            if (trials[f].matched == sample->no_match)
                printf("\n%.*s: %.*s\n", RT_FMT(format->name), RT_FMT(sample->line));
            CHECK(trials[f].matched != sample->no_match);
        }
    }
    rt_free(trials);
    rule_set_free(&set);
    rule_messages_fini(&messages);
}

static const struct check_test tests[] = {
    {"routes are read, or their defect is named", routes_are_read_or_their_defect_is_named},
    {"masks are told from ids", masks_are_told_from_ids},
    {"the scanner takes members and refuses breakage",
     the_scanner_takes_members_and_refuses_breakage},
    {"a plan that learns reads what another reads",
     a_plan_that_learns_reads_what_another_reads},
    {"escapes become text", escapes_become_text},
    {"zones shift, and unknown ones are refused", zones_shift_and_unknown_ones_are_refused},
    {"summer time follows its rule", summer_time_follows_its_rule},
    {"the newest requests are remembered", the_newest_requests_are_remembered},
    {"lines become the calls that they tell of", lines_become_the_calls_that_they_tell_of},
    {"a call is from its request to its answer", a_call_is_from_its_request_to_its_answer},
    {"durations are read and nonsense is none", durations_are_read_and_nonsense_is_none},
    {"ids in text are found behind their labels", ids_in_text_are_found_behind_their_labels},
    {"polls after polls say what they say alone", polls_after_polls_say_what_they_say_alone},
    {"a poll with an answer is none without", a_poll_with_an_answer_is_none_without},
    {"a poll is of its URL, however many there are",
     a_poll_is_of_its_url_however_many_there_are},
    {"wrong names are told with the one that is meant",
     wrong_names_are_told_with_the_one_that_is_meant},
    {"callbacks are read whole or bare, and foreign ones counted",
     callbacks_are_read_whole_or_bare_and_foreign_ones_counted},
    {"formats read their samples", formats_read_their_samples},
    {NULL, NULL},
};

int
main(void)
{
    struct rule_messages m;
    struct rt_err err = {0};
    struct rule_sources from = {.builtin = true};
    rule_messages_init(&m);
    rules = rule_set_load(&from, &rt_limits_default, &m, &err);
    if (rules == NULL)
        return 2;
    int status = check_main("extract", tests);
    rule_set_free(&rules);
    rule_messages_fini(&m);
    return status;
}
