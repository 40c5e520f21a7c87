/* Requests: what their tokens, storage settings and names say. The tokens' signatures are 32 times the
 * letter Z: they open nothing. */
#include "config.h"

#include "check.h"
#include "extract/extract.h"
#include "rules/load.h"

#define URL                                                                          \
    "https://api.agora.io/v1/apps/8f2c6f5e0f7b4c1c9f6d2f3a1b0c9d8e/cloud_recording/" \
    "resourceid/ABCDEFGHIJ"

static struct rule_set *rules;

/* " field=value field=value ", blanks in values as underscores. */
static int
write_fields(void *arg, const struct event *e, struct rt_err *err)
{
    struct rt_buf *b = arg;
    (void)err;
    rt_buf_addc(b, ' ');
    for (uint32_t i = 0; i < e->value_count; i++) {
        const struct event_value *v = &e->values[i];
        rt_buf_addf(b, "%.*s=", RT_FMT(rule_set_field_name(rules, v->field)));
        for (size_t k = 0; v->is_text && k < v->text.n; k++)
            rt_buf_addc(b, v->text.p[k] == ' ' ? '_' : v->text.p[k]);
        if (!v->is_text)
            rt_buf_addf(b, "%lld", (long long)v->num);
        rt_buf_addc(b, ' ');
    }
    return 0;
}

static void
read_start(const char *mode, const char *body, struct rt_buf *said)
{
    struct rt_err err = {0};
    struct rt_buf line;
    struct extract_options o = {.path = "test"};
    struct extract *x = extract_new(rules, &o, &rt_limits_default,
                                    (struct extract_sink){write_fields, said}, &err);
    CU_ASSERT_FATAL(x != NULL);
    rt_buf_init(&line, 100000);
    rt_buf_addf(&line,
                "{\"time\":\"2026-01-05T08:50:00Z\",\"method\":\"POST\",\"url\":\"" URL
                "/mode/%s/"
                "start\",\"status\":200,\"request_body\":%s,\"response_body\":{\"resourceId\":"
                "\"ABCDEFGHIJ\","
                "\"sid\":\"30ace2ca819c7f1644169ddf48aec468\"}}",
                mode, body);
    CHECK(extract_line(x, rt_buf_str(&line), 1, &err) == 0 && extract_end(x, &err) == 0);
    rt_buf_fini(&line);
    extract_free(&x);
}

/* Each word of the list, with `end` behind it, is said, or none is. */
static bool
says(struct rt_buf *said, const char *list, char end, bool wanted)
{
    for (rt_str rest = rt_str_of(list); rest.n > 0;) {
        size_t blank = rt_str_find(rest, RT_LIT(" "));
        rt_str word = {rest.p, blank == SIZE_MAX ? rest.n : blank};
        char text[200];
        snprintf(text, sizeof(text), " %.*s%c", RT_FMT(word), end);
        if ((rt_str_find(rt_buf_str(said), rt_str_of(text)) != SIZE_MAX) != wanted) {
            printf("%s: \"%s\" in %s\n", wanted ? "missing" : "not wanted", text,
                   rt_buf_z(said));
            return false;
        }
        rest = blank == SIZE_MAX ? RT_NONE : rt_str_from(rest, blank + 1);
    }
    return true;
}

static void
requests_say_what_is_wrong_with_them(void)
{
    static const struct {
        const char *name, *mode, *body, *want, *never;
    } rows[] = {
        {"a token that fits", "mix",
         "{\"cname\":\"lesson-7\",\"uid\":\"900\",\"clientRequest\":{\"token\":"
         "\"007eJxTYIgiABQYLNKMks3STFMN0syTTJINky3TzFKM0owTDZMMki1TLFItqqMzBfgYGHwZGBgYoRDE52DI"
         "SS0uzs/TNWdmsDQwAAB70Rqp\"}}",
         "token=fits token-version=007 token-uid=900 token-channel=lesson-7 token-left=3600000 "
         "token-expire=3600",
         "token-late"},
        {"slashes escaped", "mix",
         "{\"cname\":\"lesson-7\",\"uid\":\"900\",\"clientRequest\":{\"token\":"
         "\"007eJxTYIgiABQYLNKMks3STFMN0syTTJINky3TzFKM0owTDZMMki1TLFItqqMzBfgYGHwZGBgYoRDE52DI"
         "SS0uzs\\/TNWdmsDQwAAB70Rqp\"}}",
         "token=fits", ""},
        {"of anybody", "individual",
         "{\"cname\":\"lesson-7\",\"uid\":\"5\",\"clientRequest\":{\"token\":"
         "\"007eJxTYIgiABQYLNKMks3STFMN0syTTJINky3TzFKM0owTDZMMki1TLFItqqMzGwIZGXwZGBgYoVCAj4GB"
         "gyEntbg4P0/XnIEBAEKbGsE=\"}}",
         "token=fits token-uid=any token-right=1", ""},
        {"in a page recording none is needed", "web",
         "{\"cname\":\"lesson-7\",\"uid\":\"900\",\"clientRequest\":{\"token\":"
         "\"007eJxTYIgiABQYLNKMks3STFMN0syTTJINky3TzFKM0owTDZMMki1TLFIPuAdlCvAxMPgyMDAwQiGIz8GQ"
         "k1pcnJ+na87MYGlgAACHhBr0\"}}",
         "", "token"},
        {"ended long ago", "mix",
         "{\"cname\":\"lesson-7\",\"uid\":\"900\",\"clientRequest\":{\"token\":"
         "\"007eJxTYIgiABQYLNKMks3STFMN0syTTJINky3TzFKM0owTDZMMki1TLFIPuAdlCvAxMPgyMDAwQiGIz8GQ"
         "k1pcnJ+na87MYGlgAACHhBr0\"}}",
         "token=expired token-late=599400000", "token-left"},
        {"by checksums", "mix",
         "{\"cname\":\"lesson-7\",\"uid\":\"900\",\"clientRequest\":{\"token\":"
         "\"0068f2c6f5e0f7b4c1c9f6d2f3a1b0c9d8eIABaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWjAS"
         "t7EAAAAAEABNAAAAuMxcaQEAAQD0fVtp\"}}",
         "token=fits token-version=006 token-uid=any token-left=700000", "token-expire"},
        {"another channel and uid", "mix",
         "{\"cname\":\"lesson-8\",\"uid\":\"7\",\"clientRequest\":{\"token\":"
         "\"007eJxTYIgiABQYLNKMks3STFMN0syTTJINky3TzFKM0owTDZMMki1TLFItqqMzBfgYGHwZGBgYoRDE52DI"
         "SS0uzs/TNWdmsDQwAAB70Rqp\"}}",
         "token=wrong-channel token=wrong-uid", ""},
        {"names masked by the log are not compared", "mix",
         "{\"cname\":\"***\",\"uid\":\"***\",\"clientRequest\":{\"token\":"
         "\"007eJxTYIgiABQYLNKMks3STFMN0syTTJINky3TzFKM0owTDZMMki1TLFItqqMzBfgYGHwZGBgYoRDE52DI"
         "SS0uzs/TNWdmsDQwAAB70Rqp\"}}",
         "token=fits", ""},
        {"stars", "mix",
         "{\"cname\":\"c\",\"uid\":\"1\",\"clientRequest\":{\"token\":\"***\"}}",
         "token=masked", "exposed"},
        {"a word in brackets", "mix",
         "{\"cname\":\"c\",\"uid\":\"1\",\"clientRequest\":{\"token\":\"<token>\"}}",
         "token=masked", ""},
        {"crosses", "mix",
         "{\"cname\":\"c\",\"uid\":\"1\",\"clientRequest\":{\"token\":\"xxxxxxxx\"}}",
         "token=masked", ""},
        {"cut by the log, with dots", "mix",
         "{\"cname\":\"c\",\"uid\":\"1\",\"clientRequest\":{\"token\":\"007eJxTYBBb...\"}}",
         "token=masked", ""},
        {"a null", "mix", "{\"cname\":\"c\",\"uid\":\"1\",\"clientRequest\":{\"token\":null}}",
         "token=missing", ""},
        {"empty", "mix", "{\"cname\":\"c\",\"uid\":\"1\",\"clientRequest\":{\"token\":\"\"}}",
         "token=missing", ""},
        {"absent", "individual", "{\"cname\":\"c\",\"uid\":\"1\",\"clientRequest\":{}}",
         "token=missing", ""},
        {"absent in a page recording", "web",
         "{\"cname\":\"c\",\"uid\":\"1\",\"clientRequest\":{}}", "", "token"},
        {"a number", "mix", "{\"cname\":\"c\",\"uid\":\"1\",\"clientRequest\":{\"token\":7}}",
         "token=malformed token-defect=type", ""},
        {"a header's value", "mix",
         "{\"cname\":\"c\",\"uid\":\"1\",\"clientRequest\":{\"token\":\"Bearer abc\"}}",
         "token=malformed token-defect=prefix", ""},
        {"in clear", "mix",
         "{\"cname\":\"lesson-7\",\"uid\":\"900\",\"clientRequest\":{\"token\":"
         "\"007eJxTYIgiABQYLNKMks3STFMN0syTTJINky3TzFKM0owTDZMMki1TLFItqqMzBfgYGHwZGBgYoRDE52DI"
         "SS0uzs/"
         "TNWdmsDQwAAB70Rqp\",\"storageConfig\":{\"vendor\":1,\"region\":0,\"bucket\":\"b\","
         "\"accessKey\":\"***\",\"secretKey\":\"***\",\"stsToken\":\"abcdefg\"}}}",
         "exposed=token exposed=stsToken sts=yes", "storage"},
        {"storage that is well", "mix",
         "{\"cname\":\"c\",\"uid\":\"1\",\"clientRequest\":{\"token\":\"***\","
         "\"storageConfig\":{\"vendor\":1,\"region\":0,\"bucket\":\"b\",\"accessKey\":\"***\","
         "\"secretKey\":\"***\"}}}",
         "storage-vendor=Amazon_S3 storage-region=US_EAST_1 storage-area=NA",
         "storage key-hash exposed sts"},
        {"a vendor of the past", "mix",
         "{\"cname\":\"c\",\"uid\":\"1\",\"clientRequest\":{\"storageConfig\":{\"vendor\":4,"
         "\"region\":0,\"bucket\":\"b\",\"accessKey\":\"***\",\"secretKey\":\"***\"}}}",
         "storage=vendor storage-vendor=4", "storage-region"},
        {"a region that no table has", "mix",
         "{\"cname\":\"c\",\"uid\":\"1\",\"clientRequest\":{\"storageConfig\":{\"vendor\":1,"
         "\"region\":77,\"bucket\":\"b\",\"accessKey\":\"***\",\"secretKey\":\"***\"}}}",
         "storage=region storage-region=77", "storage-area"},
        {"a vendor without regions", "mix",
         "{\"cname\":\"c\",\"uid\":\"1\",\"clientRequest\":{\"storageConfig\":{\"vendor\":5,"
         "\"region\":77,\"bucket\":\"b\",\"accessKey\":\"***\",\"secretKey\":\"***\"}}}",
         "storage-vendor=Microsoft_Azure", "storage storage-region"},
        {"numbers in quotes", "mix",
         "{\"cname\":\"c\",\"uid\":\"1\",\"clientRequest\":{\"storageConfig\":{\"vendor\":"
         "\"1\",\"region\":\"5\",\"bucket\":\"b\",\"accessKey\":\"***\",\"secretKey\":\"***\"}}"
         "}",
         "storage-region=EU_WEST_2", "storage"},
        {"no vendor", "mix",
         "{\"cname\":\"c\",\"uid\":\"1\",\"clientRequest\":{\"storageConfig\":{\"bucket\":"
         "\"b\"}}}",
         "storage=vendor-missing", ""},
        {"no bucket, a template's key", "mix",
         "{\"cname\":\"c\",\"uid\":\"1\",\"clientRequest\":{\"storageConfig\":{\"vendor\":1,"
         "\"region\":0,\"bucket\":\" "
         "\",\"accessKey\":\"your_access_key\",\"secretKey\":null}}}",
         "storage=bucket-empty storage=key-template storage=key-empty storage-at=bucket",
         "key-hash exposed"},
        {"an address is missing", "mix",
         "{\"cname\":\"c\",\"uid\":\"1\",\"clientRequest\":{\"storageConfig\":{\"vendor\":11,"
         "\"region\":0,\"bucket\":\"b\",\"accessKey\":\"***\",\"secretKey\":\"***\"}}}",
         "storage=endpoint", ""},
        {"an address is there", "mix",
         "{\"cname\":\"c\",\"uid\":\"1\",\"clientRequest\":{\"storageConfig\":{\"vendor\":11,"
         "\"region\":0,\"bucket\":\"b\",\"accessKey\":\"***\",\"secretKey\":\"***\","
         "\"extensionParams\":{\"endpoint\":\"e\"}}}}",
         "storage-vendor=S3-compatible_storage", "storage"},
        {"a slash in the prefix", "mix",
         "{\"cname\":\"c\",\"uid\":\"1\",\"clientRequest\":{\"storageConfig\":{\"vendor\":1,"
         "\"region\":0,\"bucket\":\"b\",\"accessKey\":\"***\",\"secretKey\":\"***\","
         "\"fileNamePrefix\":[\"ok\",\"a/b\"]}}}",
         "storage=prefix-character storage-at=a/b", ""},
        {"a prefix that is no list", "mix",
         "{\"cname\":\"c\",\"uid\":\"1\",\"clientRequest\":{\"storageConfig\":{\"vendor\":1,"
         "\"region\":0,\"bucket\":\"b\",\"accessKey\":\"***\",\"secretKey\":\"***\","
         "\"fileNamePrefix\":\"ok\"}}}",
         "storage=prefix-type", ""},
        {"a prefix too long", "mix",
         "{\"cname\":\"c\",\"uid\":\"1\",\"clientRequest\":{\"storageConfig\":{\"vendor\":1,"
         "\"region\":0,\"bucket\":\"b\",\"accessKey\":\"***\",\"secretKey\":\"***\","
         "\"fileNamePrefix\":["
         "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\","
         "\"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\"]}}}",
         "storage=prefix-length", ""},
        {"temporary credentials of a vendor that takes none", "mix",
         "{\"cname\":\"c\",\"uid\":\"1\",\"clientRequest\":{\"storageConfig\":{\"vendor\":7,"
         "\"region\":0,\"bucket\":\"b\",\"accessKey\":\"***\",\"secretKey\":\"***\","
         "\"stsToken\":\"***\",\"stsExpiration\":1767604000}}}",
         "storage=sts-vendor sts-left=1000000", ""},
        {"temporary credentials that had ended", "mix",
         "{\"cname\":\"c\",\"uid\":\"1\",\"clientRequest\":{\"storageConfig\":{\"vendor\":1,"
         "\"region\":0,\"bucket\":\"b\",\"accessKey\":\"***\",\"secretKey\":\"***\","
         "\"stsToken\":\"***\",\"stsExpiration\":1767602999}}}",
         "sts-late=1000", ""},
        {"an end beyond all times", "mix",
         "{\"cname\":\"c\",\"uid\":\"1\",\"clientRequest\":{\"storageConfig\":{\"vendor\":1,"
         "\"region\":0,\"bucket\":\"b\",\"accessKey\":\"***\",\"secretKey\":\"***\","
         "\"stsToken\":\"***\",\"stsExpiration\":9223372036854775807}}}",
         "sts=yes", "sts-left sts-late"},
        {"the byte that is not allowed", "mix",
         "{\"cname\":\"a b\\u00e9\",\"uid\":\"1\",\"clientRequest\":{\"token\":\"***\"}}",
         "cname-byte=0xc3 cname-at=4", ""},
        {"a name too long", "mix",
         "{\"cname\":\"nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn\","
         "\"uid\":\"1\",\"clientRequest\":{\"token\":\"***\"}}",
         "cname-length=65", "cname-byte"},
        {"a uid of thirteen digits", "mix",
         "{\"cname\":\"c\",\"uid\":\"1754556256324\",\"clientRequest\":{\"token\":\"***\"}}",
         "uid-digits=13", "uid-byte"},
        {"a leading zero", "mix",
         "{\"cname\":\"c\",\"uid\":\"07\",\"clientRequest\":{\"token\":\"***\"}}",
         "uid-byte=0 uid-at=1", ""},
        {"a letter in the uid", "mix",
         "{\"cname\":\"c\",\"uid\":\"12x\",\"clientRequest\":{\"token\":\"***\"}}",
         "uid-byte=x uid-at=3", "uid-digits"},
        {"a uid that is a number, and too large", "mix",
         "{\"cname\":\"c\",\"uid\":8810546176,\"clientRequest\":{\"token\":\"***\"}}",
         "uid-defect=number uid-defect=out-of-range uid-digits=10", ""},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rt_buf said;
        rt_buf_init(&said, 100000);
        read_start(rows[i].mode, rows[i].body, &said);
        CHECK_ROW(&rows[i], says(&said, rows[i].want, ' ', true));
        CHECK_ROW(&rows[i], says(&said, rows[i].never, '=', false));
        CHECK_ROW(&rows[i], rt_str_find(rt_buf_str(&said), RT_LIT("eJxT")) == SIZE_MAX);
        rt_buf_fini(&said);
    }
}

int
main(void)
{
    static const struct check_test tests[] = {
        {"requests say what is wrong with them", requests_say_what_is_wrong_with_them},
        {NULL, NULL},
    };
    struct rule_messages m;
    struct rt_err err = {0};
    struct rule_sources from = {.builtin = true};
    rule_messages_init(&m);
    rules = rule_set_load(&from, &rt_limits_default, &m, &err);
    int rc = rules == NULL || m.errors > 0 ? 2 : check_main("credential", tests);
    rule_set_free(&rules);
    rule_messages_fini(&m);
    return rc;
}
