#include "config.h"

#include "receive/signature.h"

#include <nettle/memops.h>
#include <string.h>

const char *const signature_verdicts[SIGNATURE__COUNT] = {
#define VERDICT(id, name, doc) name,
#include "receive/verdicts.def"
#undef VERDICT
};

static int
hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Upper-case digits are taken too: a proxy that changes case has changed nothing that is signed. */
static bool
from_hex(rt_str s, uint8_t *out, size_t n)
{
    s = rt_str_trim(s);
    if (s.n != 2 * n)
        return false;
    for (size_t i = 0; i < n; i++) {
        int high = hex_digit(s.p[2 * i]), low = hex_digit(s.p[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static bool
fits_v2(const struct secret *s, rt_str body, const uint8_t *given)
{
    uint8_t digest[SHA256_DIGEST_SIZE];
    struct hmac_sha256_ctx work = s->sha256;
    hmac_sha256_update(&work, body.n, (const uint8_t *)body.p);
    hmac_sha256_digest(&work, sizeof(digest), digest);
    return memeql_sec(digest, given, sizeof(digest)) != 0;
}

static bool
fits_v1(const struct secret *s, rt_str body, const uint8_t *given)
{
    uint8_t digest[SHA1_DIGEST_SIZE];
    struct hmac_sha1_ctx work = s->sha1;
    hmac_sha1_update(&work, body.n, (const uint8_t *)body.p);
    hmac_sha1_digest(&work, sizeof(digest), digest);
    return memeql_sec(digest, given, sizeof(digest)) != 0;
}

enum signature_verdict
signature_check(const struct secret_app *app, bool accept_v1, struct signatures given,
                rt_str body, const struct secret **which)
{
    uint8_t digest[SHA256_DIGEST_SIZE];
    const struct secret *s, *found = NULL;
    if (app->secrets.n == 0)
        return SIGNATURE_UNSIGNED_MODE;
    if (given.v2.p == NULL && given.v1.p == NULL)
        return SIGNATURE_MISSING;
    bool v2 = given.v2.p != NULL;
    if (!v2 && !accept_v1)
        return SIGNATURE_ONLY_V1;
    if (v2 ? !from_hex(given.v2, digest, SHA256_DIGEST_SIZE)
           : !from_hex(given.v1, digest, SHA1_DIGEST_SIZE))
        return SIGNATURE_MALFORMED;
    RT_EACH (s, &app->secrets)
        if (v2 ? fits_v2(s, body, digest) : fits_v1(s, body, digest))
            found = s;
    if (which != NULL)
        *which = found;
    return found != NULL ? SIGNATURE_GOOD : SIGNATURE_WRONG;
}
