/*
 * test_receive.c - signatures, secrets and envelopes, below the running service.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "check.h"
#include "receive/envelope.h"
#include "receive/listen.h"
#include "receive/signature.h"
#include "rules/load.h"

static char folder[64];

static const struct secrets *
load(const char *text, mode_t mode, struct rt_err *err)
{
    char path[128];
    snprintf(path, sizeof(path), "%s/secrets", folder);
    FILE *f = fopen(path, "w");
    fputs(text, f);
    fclose(f);
    chmod(path, mode);
    const struct secrets *s = secrets_load(path, err);
    unlink(path);
    return s;
}

/* Bodies and digests as the vendor's older manual prints them, and one computed from the newer one. */
static const char first[] =
    "{\"eventMs\":1560408533119,\"eventType\":10,\"noticeId\":\"4eb720f0-8da7-11e9-a43e-"
    "53f411c2761f\","
    "\"notifyMs\":1560408533119,\"payload\":{\"a\":\"1\",\"b\":2},\"productId\":1}";
#define FIRST_V1 "033c62f40f687675f17f0f41f91a40c71c0f134c"
#define FIRST_V2 "6d3320c60b11101395b7fc8f9068748808a0aa1bfa064438e39d1bc2c7d74d99"

static void
published_digests_fit(void)
{
    static const struct {
        const char *name, *v2, *v1;
        bool accept_v1;
        enum signature_verdict want;
    } rows[] = {
        {"V2", FIRST_V2, NULL, false, SIGNATURE_GOOD},
        {"both", FIRST_V2, FIRST_V1, false, SIGNATURE_GOOD},
        {"V1 where it is taken", NULL, FIRST_V1, true, SIGNATURE_GOOD},
        {"V1 where it is not", NULL, FIRST_V1, false, SIGNATURE_ONLY_V1},
        {"V2 decides over V1", "0" FIRST_V2, FIRST_V1, true, SIGNATURE_MALFORMED},
        {"upper case", "6D3320C60B11101395B7FC8F9068748808A0AA1BFA064438E39D1BC2C7D74D99", NULL,
         false, SIGNATURE_GOOD},
        {"one bit off", "7d3320c60b11101395b7fc8f9068748808a0aa1bfa064438e39d1bc2c7d74d99",
         NULL, false, SIGNATURE_WRONG},
        {"the last digit off",
         "6d3320c60b11101395b7fc8f9068748808a0aa1bfa064438e39d1bc2c7d74d98", NULL, false,
         SIGNATURE_WRONG},
        {"none", NULL, NULL, true, SIGNATURE_MISSING},
        {"V1's in V2's header", FIRST_V1, NULL, true, SIGNATURE_MALFORMED},
    };
    struct rt_err err = {0};
    const struct secrets *s =
        load("secret main old other\nsecret main new secret\n", 0600, &err);
    CHECK(s != NULL);
    for (size_t i = 0; s != NULL && i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct secret *which = NULL;
        struct signatures given = {rt_str_of(rows[i].v2), rt_str_of(rows[i].v1)};
        enum signature_verdict v =
            signature_check(&s->apps.v[0], rows[i].accept_v1, given, rt_str_of(first), &which);
        CHECK_ROW(&rows[i], v == rows[i].want);
        CHECK_ROW(&rows[i], v != SIGNATURE_GOOD || rt_str_is(which->label, "new"));
    }
    secrets_unref(&s);
}

static void
secret_files_are_refused_with_their_line(void)
{
    static const struct {
        const char *name, *text;
        mode_t mode;
        const char *why; /* NULL: it is good */
        uint32_t line;
    } rows[] = {
        {"one", "secret main a v\n", 0600, NULL, 0},
        {"no line end", "secret main a v", 0400, NULL, 0},
        {"comments, blanks, CRLF", "# x\n\n  secret\tmain  a  v  \r\npath main t\n", 0600, NULL,
         0},
        {"empty", "", 0600, "holds no secret", 0},
        {"others read", "secret main a v\n", 0644, "others can read", 0},
        {"the group writes", "secret main a v\n", 0620, "others can read", 0},
        {"no value", "secret main a v\nsecret main b\n", 0600, "without blanks", 2},
        {"a blank in it", "secret main a v w\n", 0600, "a line is", 1},
        {"label twice", "secret main a v\nsecret main a w\n", 0600, "there already", 2},
        {"a name with a slash", "secret a/b a v\n", 0600, "a line is", 1},
        {"a name of dots", "secret .. a v\n", 0600, "a line is", 1},
        {"a path alone", "secret main a v\npath other t\n", 0600, "no secret", 0},
        {"another word", "secrte main a v\n", 0600, "a line is", 1},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rt_err err = {0};
        const struct secrets *s = load(rows[i].text, rows[i].mode, &err);
        CHECK_ROW(&rows[i], (s != NULL) == (rows[i].why == NULL));
        CHECK_ROW(&rows[i], rows[i].why == NULL || strstr(err.msg, rows[i].why) != NULL);
        CHECK_ROW(&rows[i], err.pos.line == rows[i].line);
        secrets_unref(&s);
    }
}

static void
a_path_leads_to_its_app_only(void)
{
    static const struct {
        const char *name, *app;
    } rows[] = {
        {"/hook/main", "main"},  {"/hook/other/tok", "other"},
        {"/hook/other", NULL},   {"/hook/other/", NULL},
        {"/hook/main/", NULL},   {"/hook/mai", NULL},
        {"/hook/mainx", NULL},   {"/hook/MAIN", NULL},
        {"//hook/main", NULL},   {"", NULL},
        {"/hook/main%00", NULL},
    };
    struct rt_err err = {0};
    const struct secrets *s =
        load("secret main a v\nsecret other a v\npath other tok\n", 0600, &err);
    for (size_t i = 0; s != NULL && i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct secret_app *a = secrets_app(s, rows[i].name);
        CHECK_ROW(&rows[i], (a == NULL) == (rows[i].app == NULL));
        CHECK_ROW(&rows[i], a == NULL || rt_str_is(a->name, rows[i].app));
    }
    CHECK(s != NULL);
    secrets_unref(&s);
}

static void
envelopes_are_read_without_a_parser(void)
{
    static const struct {
        const char *name, *body;
        bool json;
        enum store_label label;
        const char *notice; /* NULL: a digest of the body */
        bool twin;
    } rows[] = {
        {"a callback",
         "{\"noticeId\":\"n\",\"productId\":3,\"eventType\":40,\"payload\":{\"sid\":\"s\","
         "\"uid\":\"1\",\"sequence\":2}}",
         true, STORE_EVENT, "n", true},
        {"the older name of its id",
         " {\"notificationId\":\"n\",\"eventType\":40,\"payload\":{\"sid\":\"s\"}}\r\n", true,
         STORE_EVENT, "n", false},
        {"no id", "{\"eventType\":40}", true, STORE_EVENT, NULL, false},
        {"another product",
         "{\"noticeId\":\"n\",\"productId\":1,\"eventType\":101,\"payload\":{\"sid\":\"s\","
         "\"sequence\":2}}",
         true, STORE_FOREIGN, "n", false},
        {"a test by its channel",
         "{\"noticeId\":\"n\",\"productId\":3,\"eventType\":40,\"payload\":{\"cname\":\"test_"
         "webhook\"}}",
         true, STORE_PROBE, "n", false},
        {"a test by its uid",
         "{\"noticeId\":\"n\",\"eventType\":40,\"payload\":{\"uid\":12121212}}", true,
         STORE_PROBE, "n", false},
        {"not a callback", "{\"a\":1}", true, STORE_UNKNOWN, NULL, false},
        {"a list", "[1]", true, STORE_UNKNOWN, NULL, false},
        {"cut", "{\"noticeId\":\"n\",\"eventType\":40", false, STORE_UNKNOWN, NULL, false},
        {"two of them", "{\"eventType\":40}{\"eventType\":41}", false, STORE_UNKNOWN, NULL,
         false},
        {"a word", "hello", false, STORE_UNKNOWN, NULL, false},
        {"nothing", "", false, STORE_UNKNOWN, NULL, false},
    };
    struct rule_messages messages;
    struct rt_err err = {0};
    rule_messages_init(&messages);
    struct rule_sources from = {.builtin = true};
    struct rule_set *rules = rule_set_load(&from, &rt_limits_default, &messages, &err);
    struct envelope_reader *r = envelope_reader_new(rules, &rt_limits_default, &err);
    for (size_t i = 0; r != NULL && i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct envelope e;
        bool json = envelope_read(r, rt_str_of(rows[i].body), &e);
        CHECK_ROW(&rows[i], json == rows[i].json);
        if (!json)
            continue;
        rt_str notice = {e.notice, e.notice_n};
        CHECK_ROW(&rows[i], e.label == rows[i].label);
        CHECK_ROW(&rows[i], rows[i].notice != NULL ? rt_str_is(notice, rows[i].notice)
                                                   : rt_str_starts(notice, RT_LIT("body-")));
        CHECK_ROW(&rows[i], e.has_twin == rows[i].twin);
    }
    CHECK(r != NULL);
    CHECK(rt_str_is(rules->delivery.sha256, "Agora-Signature-V2"));
    CHECK(rules->delivery.replay_after == 15 * RT_MIN);
    envelope_reader_free(&r);
    rule_set_free(&rules);
    rule_messages_fini(&messages);
}

static void
twins_differ_where_one_part_does(void)
{
    static const char *const bodies[] = {
        "{\"noticeId\":\"a\",\"eventType\":40,\"payload\":{\"sid\":\"s\",\"uid\":\"1\","
        "\"sequence\":2}}",
        "{\"noticeId\":\"b\",\"eventType\":41,\"payload\":{\"sid\":\"s\",\"uid\":\"1\","
        "\"sequence\":2}}",
        "{\"noticeId\":\"c\",\"eventType\":40,\"payload\":{\"sid\":\"s\",\"uid\":\"1\","
        "\"sequence\":3}}",
        "{\"noticeId\":\"d\",\"eventType\":40,\"payload\":{\"sid\":\"s\",\"uid\":\"2\","
        "\"sequence\":2}}",
        "{\"noticeId\":\"e\",\"eventType\":40,\"payload\":{\"sid\":\"s1\",\"uid\":\"\","
        "\"sequence\":2}}",
        "{\"eventType\":40,\"noticeId\":\"f\",\"payload\":{\"sequence\":2,\"uid\":\"1\","
        "\"sid\":\"s\"},\"notifyMs\":5}",
    };
    struct rule_messages messages;
    struct rt_err err = {0};
    rule_messages_init(&messages);
    struct rule_sources from = {.builtin = true};
    struct rule_set *rules = rule_set_load(&from, &rt_limits_default, &messages, &err);
    struct envelope_reader *r = envelope_reader_new(rules, &rt_limits_default, &err);
    struct envelope e[6];
    for (size_t i = 0; i < 6; i++)
        CHECK(envelope_read(r, rt_str_of(bodies[i]), &e[i]) && e[i].has_twin);
    for (size_t i = 1; i < 5; i++)
        CHECK(memcmp(e[0].twin, e[i].twin, STORE_TWIN) != 0);
    CHECK(memcmp(e[0].twin, e[5].twin, STORE_TWIN) == 0);
    CHECK(e[5].notify == 5 * RT_MS);
    envelope_reader_free(&r);
    rule_set_free(&rules);
    rule_messages_fini(&messages);
}

static void
addresses_to_listen_on(void)
{
    static const struct {
        const char *name;
        bool good;
    } rows[] = {
        {"0", true},           {"127.0.0.1:0", true}, {":0", true},
        {"localhost:0", true}, {"", false},           {"65536", false},
        {"a:b", false},        {"1.2:3:4", false},    {"127.0.0.1:-1", false},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rt_err err = {0};
        char name[LISTEN_NAME];
        /* A bare system may have no file of hosts: then the name means nothing. */
        if (strncmp(rows[i].name, "localhost", 9) == 0 && access("/etc/hosts", R_OK) != 0)
            continue;
        int fd = listen_open(rows[i].name, name, &err);
        CHECK_ROW(&rows[i], (fd >= 0) == rows[i].good);
        CHECK_ROW(&rows[i], fd < 0 || strncmp(name, "127.0.0.1:", 10) == 0 ||
                                strncmp(name, "[::1]:", 6) == 0);
        if (fd >= 0)
            close(fd);
    }
}

static const struct check_test tests[] = {
    {"published digests fit", published_digests_fit},
    {"secret files are refused with their line", secret_files_are_refused_with_their_line},
    {"a path leads to its app only", a_path_leads_to_its_app_only},
    {"envelopes are read without a parser", envelopes_are_read_without_a_parser},
    {"twins differ where one part does", twins_differ_where_one_part_does},
    {"addresses to listen on", addresses_to_listen_on},
    {NULL, NULL},
};

int
main(void)
{
    snprintf(folder, sizeof(folder), "/tmp/rectrace-receive-XXXXXX");
    if (mkdtemp(folder) == NULL)
        return 2;
    int status = check_main("receive", tests);
    rmdir(folder);
    return status;
}
