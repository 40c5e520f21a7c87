/*
 * Tokens of any bytes: as they are, and as what is packed into either layout, so that the readers
 * behind base64 and deflate are reached. Slices lie in the arena; what is read can be compared.
 */
#include "config.h"

#include <stdlib.h>

#include <zlib.h>

#include "extract/token.h"
#include "pack.h"
#include "rules/pack.h"

enum { MOST = 65536 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
try_text(const struct token_table *t, rt_str text)
{
    struct rt_arena a;
    struct token token;
    rt_arena_init(&a, 256, 0);
    if (token_read(t, text, MOST, &a, &token) < 0)
        abort();
    if ((token.state == TOKEN_BROKEN) != (token.defect != NULL) ||
        token.claim_count > TOKEN_CLAIMS)
        abort();
    if (token.state == TOKEN_READ) {
        if (token.app_id.n != 32 || (token.by_checksum && token.claim_count != 1))
            abort();
        unsigned lacks = token_fits(t, &token, token.app_id, RT_LIT("c"), RT_LIT("1"));
        const struct token_claim *c = token_claim_for(t, &token, RT_LIT("c"), RT_LIT("1"));
        if ((lacks & TOKEN_OTHER_APP) != 0 || (c != NULL && c->channel.n + c->account.n > MOST))
            abort();
    }
    rt_arena_fini(&a);
}

static void
base(struct rt_buf *b, const uint8_t *p, size_t n)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < n; i += 3) {
        uint32_t v = (uint32_t)p[i] << 16 | (uint32_t)(i + 1 < n ? p[i + 1] : 0) << 8 |
                     (i + 2 < n ? p[i + 2] : 0);
        for (unsigned k = 0; k < 4; k++)
            rt_buf_addc(b, i + k > n ? '=' : letters[v >> (18 - 6 * k) & 63]);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct rule_set *set = builtin_pack();
    if (size > MOST)
        return 0;
    try_text(&set->tokens, (rt_str){(const char *)data, size});
    struct rt_buf b;
    uLongf packed_n = compressBound(size);
    uint8_t *packed = malloc(packed_n);
    rt_buf_init(&b, 4 * MOST);
    if (packed != NULL && compress2(packed, &packed_n, data, size, 1) == Z_OK) {
        rt_buf_add(&b, RT_LIT("007"));
        base(&b, packed, packed_n);
        try_text(&set->tokens, rt_buf_str(&b));
    }
    rt_buf_clear(&b);
    rt_buf_add(&b, RT_LIT("0068f2c6f5e0f7b4c1c9f6d2f3a1b0c9d8e"));
    base(&b, data, size);
    try_text(&set->tokens, rt_buf_str(&b));
    rt_buf_fini(&b);
    free(packed);
    return 0;
}
