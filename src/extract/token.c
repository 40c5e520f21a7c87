/*
 * token.c - the two layouts of access tokens, little-endian, read with a bound at every step.
 */
#include "config.h"

#define ZLIB_CONST
#include <nettle/base64.h>

#include <zlib.h>

#include "base/alloc.h"
#include "extract/token.h"

enum { APP_ID = 32, SIGNATURE = 32, GUESS = 512 };

static void
broken(struct token *t, const char *defect)
{
    t->state = TOKEN_BROKEN;
    t->defect = defect;
}

/* ---- base64, either alphabet ---- */

static int
sextet(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

/* NULL, or why it is none. `out` has room for 3/4 of the text. */
static const char *
unbase(rt_str s, unsigned char *out, size_t *n)
{
    uint32_t bits = 0;
    size_t have = 0;
    *n = 0;
    for (unsigned pad = 0; pad < 2 && s.n > 0 && s.p[s.n - 1] == '='; pad++)
        s.n--;
    for (size_t i = 0; i < s.n; i++) {
        int six = sextet(s.p[i]);
        if (six < 0)
            return rt_blank(s.p[i]) ? "blanks" : "characters";
        bits = bits << 6 | (uint32_t)six;
        have += 6;
        if (have >= 8) {
            have -= 8;
            out[(*n)++] = (unsigned char)(bits >> have);
        }
    }
    return s.n % 4 == 1 || *n == 0 ? "cut" : NULL;
}

/* ---- a reader that survives any bytes ---- */

struct reader {
    const unsigned char *p;
    size_t n;
    bool failed; /* something reached beyond the end; zeros come from then on */
};

static uint32_t
number(struct reader *r, unsigned bytes)
{
    uint32_t v = 0;
    if (r->n < bytes) {
        r->failed = true;
        r->n = 0;
        return 0;
    }
    for (unsigned i = 0; i < bytes; i++)
        v |= (uint32_t)r->p[i] << 8 * i;
    r->p += bytes;
    r->n -= bytes;
    return v;
}

static rt_str
text(struct reader *r)
{
    size_t n = number(r, 2);
    if (n > r->n) {
        r->failed = true;
        n = r->n = 0;
    }
    rt_str s = {(const char *)r->p, n};
    r->p += n;
    r->n -= n;
    return s;
}

static void
rights(struct reader *r)
{
    for (uint32_t n = number(r, 2); n > 0 && !r->failed; n--) {
        number(r, 2);
        for (uint32_t m = number(r, 2); m > 0 && !r->failed; m--) {
            number(r, 2);
            for (uint32_t k = number(r, 2); k > 0 && !r->failed; k--)
                text(r);
        }
    }
}

/* The privileges of one service; the value of `join`, -1 when it is not among them. */
static int64_t
privileges(struct reader *r, const struct token_table *t, struct token_claim *c)
{
    int64_t value = -1;
    for (uint32_t n = number(r, 2); n > 0 && !r->failed; n--) {
        uint32_t key = number(r, 2), of = number(r, 4);
        if (r->failed)
            break;
        c->privileges |= key < 64 ? UINT64_C(1) << key : 0;
        if (key == (uint32_t)t->join) {
            c->joins = true;
            value = of;
        }
    }
    return value;
}

static void
tail(struct reader *r, struct token_claim *c)
{
    for (size_t i = 0; i < c->service->tail_count; i++)
        switch ((enum token_part)c->service->tail[i]) {
        case PART_CHANNEL: c->channel = text(r); break;
        case PART_ACCOUNT: c->account = text(r); break;
        case PART_TEXT: text(r); break;
        case PART_NUMBER: number(r, 2); break;
        case PART_RIGHTS: rights(r); break;
        }
}

/* ---- packed ---- */

static void *
take(void *opaque, uInt count, uInt size)
{
    (void)opaque;
    return rt_calloc(count, size);
}

static void
give_back(void *opaque, void *p)
{
    (void)opaque;
    rt_free(p);
}

/* All of it, into a buffer of the arena that doubles. Z_STREAM_END, or why not: Z_MEM_ERROR, Z_DATA_ERROR,
 * Z_BUF_ERROR (it ends too early), Z_NEED_DICT (larger than `most`). */
static int
unpack(const unsigned char *in, size_t n, size_t most, struct rt_arena *a, struct reader *out)
{
    z_stream z = {.zalloc = take, .zfree = give_back, .next_in = in, .avail_in = (uInt)n};
    size_t room = GUESS;
    unsigned char *p = rt_arena_alloc(a, room);
    if (p == NULL || inflateInit(&z) != Z_OK)
        return Z_MEM_ERROR;
    int rc = Z_OK;
    for (;;) {
        z.next_out = p + z.total_out;
        z.avail_out = (uInt)(room - z.total_out);
        rc = inflate(&z, Z_NO_FLUSH);
        if (rc != Z_OK || z.avail_out > 0)
            break;
        unsigned char *more = room * 2 > most ? NULL : rt_arena_alloc(a, room * 2);
        if (more == NULL) {
            rc = room * 2 > most ? Z_NEED_DICT : Z_MEM_ERROR;
            break;
        }
        memcpy(more, p, room);
        p = more;
        room *= 2;
    }
    *out = (struct reader){.p = p, .n = z.total_out};
    inflateEnd(&z);
    return rc == Z_OK ? Z_BUF_ERROR : rc;
}

static const struct token_service *
service_of(const struct token_table *t, uint32_t type)
{
    for (size_t i = 0; i < t->service_count; i++)
        if (t->services[i].type == type)
            return &t->services[i];
    return NULL;
}

/* An unknown service ends the list: how long it is only its own version knows. */
static void
claims(struct reader *r, const struct token_table *t, struct token *out)
{
    for (uint32_t n = number(r, 2); n > 0 && !r->failed; n--) {
        const struct token_service *s = service_of(t, number(r, 2));
        struct token_claim c = {.service = s};
        if (r->failed || s == NULL)
            return;
        int64_t join = privileges(r, t, &c);
        tail(r, &c);
        bool recorder = rt_str_eq(s->name, t->recorder);
        if (!r->failed && recorder && join > 0 && out->issued + join < out->ends)
            out->ends = out->issued + join;
        if (!r->failed && out->claim_count < TOKEN_CLAIMS)
            out->claims[out->claim_count++] = c;
    }
}

static int
read_packed(const struct token_table *t, rt_str body, size_t most, struct rt_arena *a,
            struct token *out)
{
    struct reader r;
    size_t n = 0;
    unsigned char *raw = rt_arena_alloc(a, body.n + 1);
    const char *defect = raw == NULL ? NULL : unbase(body, raw, &n);
    if (raw == NULL)
        return -1;
    if (defect != NULL) {
        broken(out, defect);
        return 0;
    }
    switch (unpack(raw, n, most, a, &r)) {
    case Z_STREAM_END: break;
    case Z_MEM_ERROR: return -1;
    case Z_BUF_ERROR: broken(out, "cut"); return 0;
    case Z_NEED_DICT: broken(out, "size"); return 0;
    default: broken(out, "compression"); return 0;
    }
    rt_str signature = text(&r);
    out->app_id = text(&r);
    out->issued = number(&r, 4);
    out->lifetime = number(&r, 4);
    out->ends = out->issued + out->lifetime;
    number(&r, 4);
    claims(&r, t, out);
    if (signature.n != SIGNATURE)
        broken(out, "signature");
    else if (r.failed || out->app_id.n != APP_ID)
        broken(out, "layout");
    return 0;
}

/* ---- checksums ---- */

static int
read_checksums(const struct token_table *t, rt_str body, struct rt_arena *a, struct token *out)
{
    size_t n = 0;
    unsigned char *raw = rt_arena_alloc(a, body.n + 1);
    if (raw == NULL)
        return -1;
    out->app_id = (rt_str){body.p, body.n < APP_ID ? body.n : APP_ID};
    const char *defect = body.n <= APP_ID ? "cut" : unbase(rt_str_from(body, APP_ID), raw, &n);
    if (defect != NULL) {
        broken(out, defect);
        return 0;
    }
    struct reader r = {.p = raw, .n = n};
    rt_str signature = text(&r);
    out->channel_sum = number(&r, 4);
    out->account_sum = number(&r, 4);
    rt_str message = text(&r);
    struct reader m = {
        .p = (const unsigned char *)message.p, .n = message.n, .failed = r.failed};
    number(&m, 4);
    number(&m, 4);
    struct token_claim c = {.service = NULL};
    int64_t join = privileges(&m, t, &c);
    out->by_checksum = true;
    out->ends = join > 0 ? join : -1;
    out->claims[out->claim_count++] = c;
    if (m.failed)
        broken(out, signature.n == SIGNATURE && body.n % 4 != 0 ? "cut" : "layout");
    else if (signature.n != SIGNATURE)
        broken(out, "signature");
    return 0;
}

/* ---- which of them ---- */

static bool
is_app_id(rt_str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f') ||
              (s.p[i] >= 'A' && s.p[i] <= 'F')))
            return false;
    return s.n == APP_ID;
}

int
token_read(const struct token_table *t, rt_str s, size_t most, struct rt_arena *a,
           struct token *out)
{
    *out = (struct token){.state = TOKEN_READ, .issued = -1, .lifetime = -1, .ends = -1};
    if (is_app_id(s)) {
        out->state = TOKEN_APP_ID;
        return 0;
    }
    if (s.n > most) {
        broken(out, "size");
        return 0;
    }
    for (size_t i = 0; out->version == NULL && i < t->version_count; i++)
        if (rt_str_starts(s, t->versions[i].prefix))
            out->version = &t->versions[i];
    if (out->version == NULL) {
        bool blank = s.n > 0 && rt_str_trim(s).n != s.n;
        broken(out, blank ? "blanks" : "prefix");
        return 0;
    }
    rt_str body = rt_str_from(s, out->version->prefix.n);
    switch (out->version->layout) {
    case TOKEN_PACKED: return read_packed(t, body, most, a, out);
    case TOKEN_CHECKSUMS: return read_checksums(t, body, a, out);
    case TOKEN_OPAQUE: break;
    }
    out->state = TOKEN_OBSOLETE;
    return 0;
}

/* ---- without its signature ---- */

static rt_str
rebase(rt_str head, const unsigned char *body, size_t n, struct rt_arena *a)
{
    char *out = rt_arena_alloc(a, head.n + BASE64_ENCODE_RAW_LENGTH(n));
    if (out == NULL)
        return RT_NONE;
    memcpy(out, head.p, head.n);
    base64_encode_raw(out + head.n, n, body);
    return (rt_str){out, head.n + BASE64_ENCODE_RAW_LENGTH(n)};
}

/* Both layouts begin with the signature behind its length. */
static bool
blunt(unsigned char *p, size_t n)
{
    struct reader r = {.p = p, .n = n};
    rt_str signature = text(&r);
    if (r.failed || signature.n != SIGNATURE)
        return false;
    memset(p + 2, 0, SIGNATURE);
    return true;
}

static rt_str
blunt_packed(rt_str prefix, rt_str body, size_t most, struct rt_arena *a)
{
    struct reader r;
    size_t n = 0;
    unsigned char *raw = rt_arena_alloc(a, body.n + 1);
    if (raw == NULL || unbase(body, raw, &n) != NULL ||
        unpack(raw, n, most, a, &r) != Z_STREAM_END)
        return RT_NONE;
    unsigned char *plain = rt_arena_alloc(a, r.n + 1);
    uLongf packed_n = compressBound((uLong)r.n);
    unsigned char *packed = rt_arena_alloc(a, packed_n);
    if (plain == NULL || packed == NULL)
        return RT_NONE;
    memcpy(plain, r.p, r.n);
    if (!blunt(plain, r.n) || compress(packed, &packed_n, plain, (uLong)r.n) != Z_OK)
        return RT_NONE;
    return rebase(prefix, packed, packed_n, a);
}

rt_str
token_blunt(const struct token_table *t, rt_str s, size_t most, struct rt_arena *a)
{
    struct token token;
    if (token_read(t, s, most, a, &token) < 0 || token.state != TOKEN_READ)
        return RT_NONE;
    size_t prefix = token.version->prefix.n;
    if (token.version->layout == TOKEN_PACKED)
        return blunt_packed((rt_str){s.p, prefix}, rt_str_from(s, prefix), most, a);
    size_t n = 0, head = prefix + APP_ID;
    unsigned char *raw = rt_arena_alloc(a, s.n + 1);
    if (raw == NULL || unbase(rt_str_from(s, head), raw, &n) != NULL || !blunt(raw, n))
        return RT_NONE;
    return rebase((rt_str){s.p, head}, raw, n, a);
}

/* ---- does it fit? ---- */

static bool
sum_fits(uint32_t sum, rt_str s)
{
    return s.n == 0 || crc32(0, (const Bytef *)s.p, (uInt)s.n) == sum;
}

static unsigned
claim_lacks(const struct token_table *t, const struct token_claim *c, rt_str channel,
            rt_str account)
{
    unsigned lacks = 0;
    if (channel.n > 0 && !rt_str_eq(c->channel, channel) &&
        !(t->any_channel.n > 0 && rt_str_eq(c->channel, t->any_channel)))
        lacks |= TOKEN_OTHER_CHANNEL;
    if (account.n > 0 && c->account.n > 0 && !rt_str_eq(c->account, account))
        lacks |= TOKEN_OTHER_ACCOUNT;
    return c->joins ? lacks : lacks | TOKEN_OTHER_SERVICE;
}

const struct token_claim *
token_claim_for(const struct token_table *t, const struct token *token, rt_str channel,
                rt_str account)
{
    const struct token_claim *best = NULL;
    unsigned least = UINT32_MAX;
    for (size_t i = 0; i < token->claim_count; i++) {
        const struct token_claim *c = &token->claims[i];
        bool recorder = c->service != NULL && rt_str_eq(c->service->name, t->recorder);
        unsigned lacks = recorder ? claim_lacks(t, c, channel, account) : UINT32_MAX;
        if (lacks < least) {
            least = lacks;
            best = c;
        }
    }
    return best;
}

unsigned
token_fits(const struct token_table *t, const struct token *token, rt_str app_id,
           rt_str channel, rt_str account)
{
    unsigned lacks =
        app_id.n > 0 && !rt_str_eq(app_id, token->app_id) ? TOKEN_OTHER_APP : TOKEN_FITS;
    if (token->by_checksum) {
        if (!token->claims[0].joins)
            lacks |= TOKEN_OTHER_SERVICE;
        if (!sum_fits(token->channel_sum, channel))
            lacks |= TOKEN_OTHER_CHANNEL;
        if (token->account_sum != 0 && !sum_fits(token->account_sum, account))
            lacks |= TOKEN_OTHER_ACCOUNT;
        return lacks;
    }
    const struct token_claim *best = token_claim_for(t, token, channel, account);
    return lacks |
           (best == NULL ? TOKEN_OTHER_SERVICE : claim_lacks(t, best, channel, account));
}
