#include "config.h"

#include "report/alias.h"

#include <errno.h>
#include <fcntl.h>
#include <nettle/base16.h>
#include <nettle/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include <jansson.h>

#include "base/alloc.h"

#define SCHEMA "rectrace.aliases/1"

enum { NUMBER_DIGITS = 9, READABLE_MOST = 40, HEX_LEAST = 16, TRIES = 1000 };

/* ---- the file ---- */

static int
keep(struct aliases *a, rt_str real, rt_str alias)
{
    bool ok = true;
    struct alias_pair pair = {rt_arena_str(&a->arena, real, &ok),
                              rt_arena_str(&a->arena, alias, &ok)};
    struct alias_pair *slot = ok ? RT_VEC_PUSH(&a->pairs) : NULL;
    if (slot == NULL)
        return -1;
    *slot = pair;
    /* The slots may move; what the maps hold must not. */
    struct alias_pair *own = rt_arena_alloc(&a->arena, sizeof(*own));
    if (own == NULL)
        return -1;
    *own = pair;
    return rt_map_put(&a->by_real, pair.real, own) | rt_map_put(&a->by_alias, pair.alias, own);
}

static int
read_file(struct aliases *a, const char *path, struct rt_err *err)
{
    json_error_t why;
    json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &why), *value;
    const char *schema = json_string_value(json_object_get(root, "schema"));
    const char *key = json_string_value(json_object_get(root, "key")), *real;
    struct base16_decode_ctx hex;
    size_t n = sizeof(a->key);
    int rc = 0;
    base16_decode_init(&hex);
    if (schema == NULL || strcmp(schema, SCHEMA) != 0 || key == NULL ||
        strlen(key) != sizeof(a->key) * 2 ||
        !base16_decode_update(&hex, &n, a->key, strlen(key), key))
        rc = rt_fail_here(err, RT_EIO, "%s: is no map of aliases%s%s", path,
                          root == NULL ? ": " : "", root == NULL ? why.text : "");
    json_object_foreach (json_object_get(root, "aliases"), real, value) {
        rt_str alias = {json_string_value(value), json_string_length(value)};
        if (rc == 0 && alias.n > 0 && keep(a, rt_str_of(real), alias) < 0)
            rc = rt_fail_mem(err);
    }
    json_decref(root);
    return rc;
}

int
aliases_open(struct aliases *a, const char *path, struct rt_err *err)
{
    *a = (struct aliases){0};
    rt_arena_init(&a->arena, 4096, 0);
    rt_map_init(&a->by_real);
    rt_map_init(&a->by_alias);
    if (path != NULL && access(path, F_OK) == 0)
        return read_file(a, path, err);
    a->changed = true;
    if (getrandom(a->key, sizeof(a->key), 0) == (ssize_t)sizeof(a->key))
        return 0;
    return rt_fail_here(err, RT_EIO, "no random key can be had: %s", strerror(errno));
}

void
aliases_fini(struct aliases *a)
{
    RT_VEC_FREE(&a->pairs);
    rt_map_fini(&a->by_real);
    rt_map_fini(&a->by_alias);
    rt_arena_fini(&a->arena);
}

static json_t *
as_document(const struct aliases *a)
{
    char key[ALIAS_KEY * 2 + 1] = "";
    json_t *map = json_object();
    base16_encode_update(key, sizeof(a->key), a->key);
    for (size_t i = 0; i < a->pairs.n; i++) {
        const struct alias_pair *p = &a->pairs.v[i];
        json_t *alias = json_stringn(p->alias.p, p->alias.n);
        json_object_setn_new(map, p->real.p, p->real.n, alias); /* refuses what is no UTF-8 */
    }
    return json_pack("{s:s, s:s, s:o}", "schema", SCHEMA, "key", key, "aliases", map);
}

int
aliases_save(const struct aliases *a, const char *path, struct rt_err *err)
{
    char beside[4096];
    int n = snprintf(beside, sizeof(beside), "%s.tmp", path);
    if (!a->changed)
        return 0;
    json_t *root = n > 0 && (size_t)n < sizeof(beside) ? as_document(a) : NULL;
    if (root == NULL)
        return rt_fail_mem(err);
    unlink(beside);
    int fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && json_dumpfd(root, fd, JSON_INDENT(1)) == 0 && fsync(fd) == 0;
    ok &= fd >= 0 && close(fd) == 0;
    ok = ok && rename(beside, path) == 0;
    json_decref(root);
    return ok ? 0
              : rt_fail_here(err, RT_EIO, "%s: cannot be written: %s", path, strerror(errno));
}

/* ---- the making of one ---- */

struct stream { /* bytes that only the key can tell */
    struct hmac_sha256_ctx hmac;
    rt_str real;
    unsigned attempt, block;
    uint8_t bytes[SHA256_DIGEST_SIZE];
    size_t used;
};

static unsigned
next(struct stream *s)
{
    if (s->used == sizeof(s->bytes)) {
        char number[32];
        int n = snprintf(number, sizeof(number), "%u %u", s->attempt, s->block++);
        hmac_sha256_update(&s->hmac, (size_t)n + 1, (const uint8_t *)number);
        hmac_sha256_update(&s->hmac, s->real.n, (const uint8_t *)s->real.p);
        hmac_sha256_digest(&s->hmac, sizeof(s->bytes), s->bytes);
        s->used = 0;
    }
    return s->bytes[s->used++];
}

static bool
all(rt_str s, const char *of)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == '\0' || strchr(of, s.p[i]) == NULL)
            return false;
    return s.n > 0;
}

#define DIGITS "0123456789"
#define LOWER  "abcdefghijklmnopqrstuvwxyz"
#define UPPER  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* Another byte of the same class; what belongs to none stays. */
static char
of_class(struct stream *s, char c)
{
    static const char *const classes[] = {DIGITS, LOWER, UPPER};
    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
        if (c != '\0' && strchr(classes[i], c) != NULL)
            return classes[i][next(s) % strlen(classes[i])];
    return c;
}

static void
number(struct stream *s, struct rt_buf *b)
{
    bool big = s->real.n > NUMBER_DIGITS + 1; /* too large stays too large */
    size_t digits = big ? s->real.n : NUMBER_DIGITS, kept = big ? 2 : 0;
    rt_buf_add(b, (rt_str){s->real.p, kept});
    for (size_t i = kept; i < digits; i++)
        rt_buf_addc(b, (char)(i == 0 ? '1' + next(s) % 9 : '0' + next(s) % 10));
}

static void
make(struct stream *s, const char *word, struct rt_buf *b)
{
    bool padded = s->real.n > 1 && s->real.p[0] == '0';
    if (all(s->real, DIGITS) && !padded && s->real.n < HEX_LEAST) {
        number(s, b);
    } else if (s->real.n >= HEX_LEAST && all(s->real, DIGITS "abcdef")) {
        for (size_t i = 0; i < s->real.n; i++)
            rt_buf_addc(b, "0123456789abcdef"[next(s) % 16]);
    } else if (memchr(s->real.p, '\\', s->real.n) != NULL || /* escapes have no classes */
               (word != NULL && s->real.n < READABLE_MOST &&
                all(s->real, DIGITS LOWER UPPER "_-"))) {
        rt_buf_addf(b, "%s-", word != NULL ? word : "id");
        for (int i = 0; i < 4; i++)
            rt_buf_addf(b, "%02x", next(s));
    } else {
        for (size_t i = 0; i < s->real.n; i++)
            rt_buf_addc(b, of_class(s, s->real.p[i]));
    }
}

rt_str
alias_of(struct aliases *a, rt_str real, const char *word)
{
    const struct alias_pair *known = rt_map_get(&a->by_real, real);
    if (known != NULL)
        return known->alias;
    if (real.n == 0 || rt_str_is(real, "0"))
        return real;
    struct rt_buf b;
    rt_buf_init(&b, real.n + 64);
    struct stream s = {.real = real};
    do {
        rt_buf_clear(&b);
        s.used = sizeof(s.bytes);
        s.block = 0;
        hmac_sha256_set_key(&s.hmac, sizeof(a->key), a->key);
        make(&s, word, &b);
        if (s.attempt > TRIES) /* so short that all of its class are taken */
            rt_buf_addf(&b, "%zu", a->pairs.n);
    } while (!b.failed && rt_map_get(&a->by_alias, rt_buf_str(&b)) != NULL &&
             s.attempt++ <= TRIES);
    int rc = b.failed ? -1 : keep(a, real, rt_buf_str(&b));
    rt_buf_fini(&b);
    a->changed = true;
    known = rc == 0 ? rt_map_get(&a->by_real, real) : NULL;
    return known != NULL ? known->alias : RT_NONE;
}
