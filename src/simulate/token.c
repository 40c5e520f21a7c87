/*
 * token.c - the tokens that simulated clients sign: of the current layout, so that a reader without the
 * secret can take them apart. The signature is none.
 */
#include "config.h"

#include "simulate/token.h"

#include <nettle/base64.h>

#include <zlib.h>

enum { CONTENT_MOST = 512, TOKEN_MOST = 1024, SIGNATURE = 32, JOIN = 1, SALT = 1 };

static void
put_number(struct rt_buf *b, uint64_t n, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        rt_buf_addc(b, (char)(n >> 8 * i & 0xff));
}

static void
put_text(struct rt_buf *b, rt_str s)
{
    put_number(b, s.n, 2);
    rt_buf_add(b, s);
}

/* Signature, who may, since when and for how long, and one service with the right to join. */
static void
put_content(struct rt_buf *b, const struct sim_token *t, rt_str app, rt_str channel, rt_str uid,
            rt_time at)
{
    static const char unsigned_yet[SIGNATURE];
    put_text(b, (rt_str){unsigned_yet, SIGNATURE});
    put_text(b, app);
    put_number(b, (uint64_t)((at - t->made) / RT_SEC), 4);
    put_number(b, (uint64_t)(t->lives / RT_SEC), 4);
    put_number(b, SALT, 4);
    put_number(b, 1, 2);
    put_number(b, (uint64_t)t->service, 2);
    put_number(b, 1, 2);
    put_number(b, JOIN, 2);
    put_number(b, (uint64_t)(t->lives / RT_SEC), 4);
    if (t->service == 1)
        put_text(b, channel);
    put_text(b, uid);
}

rt_str
sim_token_sign(struct sim_service *s, const struct sim_token *t, const struct sim_vars *v,
               rt_time at)
{
    unsigned char packed[TOKEN_MOST];
    char text[BASE64_ENCODE_RAW_LENGTH(TOKEN_MOST)];
    unsigned long n = sizeof(packed);
    struct rt_buf b;
    bool ok = true;
    rt_buf_init(&b, CONTENT_MOST);
    put_content(&b, t, sim_expand(s, t->app, v), sim_expand(s, t->channel, v),
                sim_expand(s, t->uid, v), at);
    rt_str content = rt_buf_str(&b);
    ok = !b.failed && compress(packed, &n, (const unsigned char *)content.p, content.n) == Z_OK;
    rt_buf_fini(&b);
    if (!ok) {
        s->failed = true;
        return RT_NONE;
    }
    base64_encode_raw(text, n, packed);
    char *token = rt_arena_printf(s->arena, "007%.*s", (int)BASE64_ENCODE_RAW_LENGTH(n), text);
    s->failed |= token == NULL;
    return rt_str_of(token);
}
