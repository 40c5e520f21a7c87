/*
 * near.c - what nearly fitted: the same digest over the bodies that a careless step in between
 * would have made this one from, under every secret and both ways to sign.
 */
#include "config.h"

#include <nettle/base64.h>
#include <nettle/memops.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "receive/signature.h"

/* Larger bodies are not turned over: a flood of them must not cost more than they are worth. */
enum { BODY_MOST = 65536 };

struct digest {
    uint8_t bytes[SHA256_DIGEST_SIZE];
    size_t n;                 /* 20 or 32; 0: no digest */
    const char *header, *how; /* "V2"; "in base64, not in hex" or NULL */
};

struct search {
    const struct secrets *all;
    const struct secret_app *app;
    struct digest digests[2];
    size_t digest_count;
    const char *change; /* what must have happened to the body, or NULL */
    char *out;
};

static int
hex(char c)
{
    const char *at = c == '\0' ? NULL : strchr("0123456789abcdef", c | 0x20);
    return at == NULL ? -1 : (int)(at - "0123456789abcdef");
}

static bool
read_hex(rt_str s, struct digest *d)
{
    if (s.n != 2 * SHA1_DIGEST_SIZE && s.n != 2 * SHA256_DIGEST_SIZE)
        return false;
    d->n = s.n / 2;
    for (size_t i = 0; i < d->n; i++) {
        int high = hex(s.p[2 * i]), low = hex(s.p[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        d->bytes[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static bool
read_base64(rt_str s, struct digest *d)
{
    struct base64_decode_ctx c;
    uint8_t bytes[BASE64_DECODE_LENGTH(64)];
    size_t n = sizeof(bytes);
    if (s.n > 64)
        return false;
    base64_decode_init(&c);
    if (!base64_decode_update(&c, &n, bytes, s.n, s.p) || !base64_decode_final(&c))
        return false;
    if (n != SHA1_DIGEST_SIZE && n != SHA256_DIGEST_SIZE)
        return false;
    d->n = n;
    memcpy(d->bytes, bytes, n);
    return true;
}

static void
read_digest(struct search *x, rt_str given, const char *header)
{
    struct digest *d = &x->digests[x->digest_count];
    static const char *const prefixes[] = {"sha256=", "sha1="};
    if (given.p == NULL)
        return;
    given = rt_str_trim(given);
    *d = (struct digest){.header = header};
    for (size_t i = 0; i < 2; i++)
        if (rt_str_starts(given, rt_str_of(prefixes[i]))) {
            given = rt_str_from(given, strlen(prefixes[i]));
            d->how = "with a prefix before its digits";
        }
    if (!read_hex(given, d)) {
        if (!read_base64(given, d))
            return;
        d->how = "written in base64, not in hex";
    }
    x->digest_count++;
}

static bool
fits(const struct secret *s, rt_str body, const struct digest *d)
{
    uint8_t made[SHA256_DIGEST_SIZE];
    if (d->n == SHA256_DIGEST_SIZE) {
        struct hmac_sha256_ctx work = s->sha256;
        hmac_sha256_update(&work, body.n, (const uint8_t *)body.p);
        hmac_sha256_digest(&work, d->n, made);
    } else {
        struct hmac_sha1_ctx work = s->sha1;
        hmac_sha1_update(&work, body.n, (const uint8_t *)body.p);
        hmac_sha1_digest(&work, d->n, made);
    }
    return memeql_sec(made, d->bytes, d->n) != 0;
}

static void
tell(const struct search *x, const struct secret_app *app, const struct secret *s,
     const struct digest *d)
{
    bool v2 = strcmp(d->header, "V2") == 0, is_v2 = d->n == SHA256_DIGEST_SIZE;
    char own[120];
    snprintf(own, sizeof(own), "secret \"%.*s\"%s%.*s%s", RT_FMT(s->label),
             app != x->app ? " of app \"" : "", app != x->app ? (int)app->name.n : 0,
             app->name.p, app != x->app ? "\"" : "");
    int n = snprintf(x->out, NEAR_BYTES, "the %s header fits %s", d->header, own);
    if (n > 0 && n < NEAR_BYTES && v2 != is_v2)
        n += snprintf(x->out + n, NEAR_BYTES - (size_t)n, ", but as a digest of the %s kind",
                      is_v2 ? "V2" : "V1");
    if (n > 0 && n < NEAR_BYTES && d->how != NULL)
        n += snprintf(x->out + n, NEAR_BYTES - (size_t)n, ", %s", d->how);
    if (n > 0 && n < NEAR_BYTES && x->change != NULL)
        snprintf(x->out + n, NEAR_BYTES - (size_t)n,
                 ", if the body %s: something between the sender and here changes it",
                 x->change);
}

/* The app's own secrets first. */
static bool
try(struct search *x, rt_str body, const char *change)
{
    x->change = change;
    for (int own = 1; own >= 0; own--) {
        const struct secret_app *a;
        const struct secret *s;
        RT_EACH (a, &x->all->apps)
            RT_EACH (s, &a->secrets)
                for (size_t i = 0; (a == x->app) == own && i < x->digest_count; i++)
                    if (fits(s, body, &x->digests[i])) {
                        tell(x, a, s, &x->digests[i]);
                        return true;
                    }
    }
    return false;
}

/* A copy with something put behind it, or before. */
static bool
try_joined(struct search *x, const char *before, rt_str body, const char *after,
           const char *change)
{
    struct rt_buf b;
    rt_buf_init(&b, BODY_MOST + 16);
    rt_buf_add(&b, rt_str_of(before));
    rt_buf_add(&b, body);
    rt_buf_add(&b, rt_str_of(after));
    bool found = !b.failed && try(x, rt_buf_str(&b), change);
    rt_buf_fini(&b);
    return found;
}

static bool
try_ends(struct search *x, rt_str body)
{
    rt_str cut = body;
    while (cut.n > 0 && (cut.p[cut.n - 1] == '\n' || cut.p[cut.n - 1] == '\r'))
        cut.n--;
    if (cut.n < body.n && try(x, cut, "had no line end behind it"))
        return true;
    if (rt_str_starts(body, RT_LIT("\xef\xbb\xbf")) &&
        try(x, rt_str_from(body, 3), "had no byte order mark"))
        return true;
    return try_joined(x, "", cut, "\n", "had a line end behind it") ||
           try_joined(x, "", cut, "\r\n", "had a line end (CR LF) behind it");
}

/* "/" as "\/", which some writers do. */
static bool
try_slashes(struct search *x, rt_str text, const char *change)
{
    struct rt_buf b;
    rt_buf_init(&b, 2 * BODY_MOST);
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '/')
            rt_buf_addc(&b, '\\');
        rt_buf_addc(&b, text.p[i]);
    }
    bool found = !b.failed && try(x, rt_buf_str(&b), change);
    rt_buf_fini(&b);
    return found;
}

static bool
try_layouts(struct search *x, rt_str body)
{
    static const size_t layouts[] = {JSON_COMPACT, 0, JSON_INDENT(2), JSON_INDENT(4),
                                     JSON_INDENT(1)};
    static const size_t changes[] = {0, JSON_SORT_KEYS, JSON_ENSURE_ASCII,
                                     JSON_SORT_KEYS | JSON_ENSURE_ASCII};
    static const char again[] = "was written anew (layout, order of members or escapes)";
    json_t *root = json_loadb(body.p, body.n, JSON_ALLOW_NUL, NULL);
    bool found = false;
    for (size_t l = 0; root != NULL && !found && l < sizeof(layouts) / sizeof(layouts[0]); l++)
        for (size_t c = 0; !found && c < sizeof(changes) / sizeof(changes[0]); c++) {
            char *text = json_dumps(root, layouts[l] | changes[c]);
            rt_str made = rt_str_of(text);
            if (text == NULL)
                continue;
            found = try(x, made, again) || try_slashes(x, made, again) ||
                    try_joined(x, "", made, "\n", again);
            json_free_t release = NULL;
            json_get_alloc_funcs(NULL, &release);
            release(text);
        }
    json_decref(root);
    return found;
}

bool
signature_near(const struct secrets *all, const struct secret_app *app, struct signatures given,
               rt_str body, char out[NEAR_BYTES])
{
    struct search x = {.all = all, .app = app, .out = out};
    out[0] = '\0';
    read_digest(&x, given.v2, "V2");
    read_digest(&x, given.v1, "V1");
    if (x.digest_count == 0 || body.n > BODY_MOST)
        return false;
    return try(&x, body, NULL) || try_ends(&x, body) || try_layouts(&x, body);
}
