/*
 * What is sent to serve: the first two lines are the headers of a signature, the rest is the body. It is
 * judged the same twice, its keys are within bounds, and only the right digest fits.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "pack.h"
#include "receive/envelope.h"
#include "receive/shipped.h"
#include "receive/signature.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static rt_str
line_of(rt_str *rest)
{
    size_t end = rt_str_find(*rest, RT_LIT("\n"));
    rt_str line = {rest->p, end == SIZE_MAX ? rest->n : end};
    *rest = end == SIZE_MAX ? RT_NONE : rt_str_from(*rest, end + 1);
    return line;
}

static void
try_envelope(const struct envelope_reader *r, rt_str body)
{
    struct envelope a, b;
    bool json = envelope_read(r, body, &a);
    if (json != envelope_read(r, body, &b))
        abort();
    if (!json)
        return;
    if (a.notice_n == 0 || a.notice_n > ENVELOPE_NOTICE_BYTES || a.notice_n != b.notice_n ||
        memcmp(a.notice, b.notice, a.notice_n) != 0 || a.label != b.label ||
        a.has_twin != b.has_twin)
        abort();
    if (a.has_twin && (a.label != STORE_EVENT || memcmp(a.twin, b.twin, sizeof(a.twin)) != 0))
        abort();
}

static void
try_signature(const struct secrets *all, const struct secret_app *app, struct signatures given,
              rt_str body)
{
    char near[NEAR_BYTES];
    const struct secret *which = NULL;
    enum signature_verdict v = signature_check(app, true, given, body, &which);
    if ((v == SIGNATURE_GOOD) != (which != NULL) || v == SIGNATURE_UNSIGNED_MODE)
        abort();
    if (v != SIGNATURE_GOOD && signature_near(all, app, given, body, near) &&
        (memchr(near, '\0', sizeof(near)) == NULL || strstr(near, "hush-hush") != NULL))
        abort();
}

static void
try_shipped(rt_str body)
{
    struct rt_buf out;
    struct rt_err err = {0};
    rt_buf_init(&out, 1 << 20);
    if (shipped_lines(body, &rt_limits_default, &out, &err) == 0 && out.n > 0 &&
        out.p[out.n - 1] != '\n')
        abort();
    rt_buf_fini(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct rule_set *rules = builtin_pack();
    static struct envelope_reader *reader;
    static struct secret secret = {.label = RT_INIT("2026"), .value = RT_INIT("hush-hush")};
    static struct secret_app app = {.name = RT_INIT("app"), .path = RT_INIT("/hook/app")};
    static struct secrets all;
    struct rt_err err = {0};
    if (reader == NULL) {
        reader = envelope_reader_new(rules, &rt_limits_default, &err);
        if (reader == NULL)
            abort();
        hmac_sha256_set_key(&secret.sha256, secret.value.n, (const uint8_t *)secret.value.p);
        hmac_sha1_set_key(&secret.sha1, secret.value.n, (const uint8_t *)secret.value.p);
        app.secrets.v = &secret;
        app.secrets.n = 1;
        all.apps.v = &app;
        all.apps.n = 1;
    }
    rt_str rest = {(const char *)data, size};
    struct signatures given = {0};
    given.v2 = line_of(&rest);
    given.v1 = line_of(&rest);
    try_envelope(reader, rest);
    try_signature(&all, &app, given, rest);
    try_shipped(rest);
    return 0;
}
