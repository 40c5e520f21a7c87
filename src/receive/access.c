/*
 * access.c - who may ask the admin port: a token, compared in constant time, or a caller on this machine.
 */
#include "config.h"

#include <nettle/base64.h>
#include <nettle/memops.h>
#include <string.h>

#include "receive/admin_internal.h"

static bool
is_token(rt_str given, rt_str want)
{
    return given.n == want.n && memeql_sec(given.p, want.p, want.n) != 0;
}

/* A browser asks its user for a name and a password; the name is of no importance. */
static bool
is_password(rt_str encoded, rt_str want)
{
    uint8_t plain[400];
    size_t n = sizeof(plain);
    struct base64_decode_ctx ctx;
    base64_decode_init(&ctx);
    if (encoded.n > 500 || !base64_decode_update(&ctx, &n, plain, encoded.n, encoded.p) ||
        !base64_decode_final(&ctx))
        return false;
    rt_str both = {(const char *)plain, n};
    size_t colon = rt_str_find(both, RT_LIT(":"));
    return colon != SIZE_MAX && is_token(rt_str_from(both, colon + 1), want);
}

static bool
has_token(const struct admin *a, struct MHD_Connection *m)
{
    const char *given = mhd.lookup_connection_value(m, MHD_HEADER_KIND, "Authorization");
    rt_str want = rt_str_of(a->options.token), text = rt_str_of(given);
    if (want.n == 0)
        return false;
    if (rt_str_starts(text, RT_LIT("Bearer ")))
        return is_token(rt_str_from(text, strlen("Bearer ")), want);
    return rt_str_starts(text, RT_LIT("Basic ")) &&
           is_password(rt_str_from(text, strlen("Basic ")), want);
}

/* A page of another site cannot reach us under a name that it has bent to this address. */
static bool
host_is_local(struct MHD_Connection *m)
{
    static const char *const names[] = {"127.0.0.1", "localhost", "[::1]"};
    const char *host = mhd.lookup_connection_value(m, MHD_HEADER_KIND, "Host");
    for (size_t i = 0; host != NULL && i < 3; i++) {
        size_t n = strlen(names[i]);
        if (strncmp(host, names[i], n) == 0 && (host[n] == '\0' || host[n] == ':'))
            return true;
    }
    return false;
}

unsigned
access_refused(const struct admin *a, struct MHD_Connection *m, const struct route *r)
{
    if (r->needs == ALWAYS || (r->needs == TOKEN && a->options.token != NULL))
        return has_token(a, m) ? 0 : 401;
    return a->options.token != NULL || host_is_local(m) ? 0 : 403;
}
