/*
 * scrub_put.c - what stands where a secret, a personal thing or an id stood.
 */
#include "config.h"

#include <nettle/base64.h>
#include <string.h>

#include "extract/token.h"
#include "report/disguise.h"
#include "report/scrub_form.h"
#include "report/scrub_parts.h"

enum { LIST_MOST = 100000, TOKEN_LEAST = 12, TOKEN_MOST = 64 * 1024, DEPTH_MOST = 3 };

void
scrub_put_secret(struct scrub *s, enum scrub_kind kind, rt_str value, rt_str put)
{
    s->counts[kind]++;
    if (kind != SCRUB_PERSONAL)
        scrub_remember_secret(s, value, put);
    rt_buf_add(&s->text, put);
}

/* Basic credentials are two secrets in base64. */
static void
learn_pair(struct scrub *s, rt_str value)
{
    struct base64_decode_ctx ctx;
    char pair[BASE64_DECODE_LENGTH(512) + 1];
    size_t n = sizeof(pair), blank = rt_str_find(value, RT_LIT(" "));
    rt_str code = rt_str_trim(blank == SIZE_MAX ? value : rt_str_from(value, blank));
    if (s->settled || code.n < SCRUB_SEARCHED_LEAST || code.n > 512)
        return;
    base64_decode_init(&ctx);
    if (!base64_decode_update(&ctx, &n, (uint8_t *)pair, code.n, code.p))
        return;
    const char *colon = memchr(pair, ':', n);
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)pair[i] < ' ')
            return;
    if (colon == NULL)
        return;
    scrub_remember_secret(s, code, scrub_mark);
    scrub_remember_secret(s, (rt_str){pair, (size_t)(colon - pair)}, scrub_mark);
    scrub_remember_secret(s, (rt_str){colon + 1, n - (size_t)(colon + 1 - pair)}, scrub_mark);
}

/* What cannot be decoded stays so: letters and digits go, blanks and signs that no token may have stay. */
static rt_str
shape_of_token(const struct token_table *t, rt_str value, struct rt_arena *a)
{
    rt_str from = rt_str_trim(value);
    size_t keep = (size_t)(from.p - value.p);
    bool known = false;
    for (size_t i = 0; i < t->version_count && !known; i++)
        if (rt_str_starts(from, t->versions[i].prefix)) {
            known = true;
            keep += t->versions[i].prefix.n;
        }
    char *out = known && value.n >= TOKEN_LEAST ? rt_arena_strz(a, value) : NULL;
    for (size_t i = keep; out != NULL && i < value.n; i++)
        if (scrub_value_is_word(out[i]))
            out[i] = 'A';
    return out == NULL ? RT_NONE : (rt_str){out, value.n};
}

/* A token still says for whom and until when, but opens nothing: that is what its signature is for. */
static bool
put_token(struct scrub *s, rt_str value)
{
    struct rt_arena scratch;
    rt_str blunt = RT_NONE;
    if (s->profile != SCRUB_VENDOR)
        return false;
    rt_arena_init(&scratch, 4096, 0);
    blunt = token_blunt(&s->rules->tokens, value, TOKEN_MOST, &scratch);
    if (blunt.n == 0)
        blunt = shape_of_token(&s->rules->tokens, value, &scratch);
    if (blunt.n > 0) {
        if (!rt_str_eq(value, blunt)) {
            if (value.n >= SCRUB_SEARCHED_LEAST)
                scrub_remember(s, &s->secrets, value, blunt);
            scrub_remember_secret(s, value, scrub_mark);
        }
        s->counts[SCRUB_TOKEN]++;
        rt_buf_add(&s->text, blunt);
    }
    rt_arena_fini(&scratch);
    return blunt.n > 0;
}

static bool
id_byte(char c)
{
    return c != '"' && c != '\'' && c != ',' && c != ']' && c != '[' && c != ' ' && c != '\\' &&
           c != '}' && c != '{' && c != '&' && c != ';' && c != ')';
}

static bool
kept_word(const struct identity *id, rt_str word)
{
    bool kept = rt_str_is(word, "null");
    for (size_t i = 0; i < id->keep_count; i++)
        kept |= rt_str_eq(id->keep[i], word);
    return kept;
}

/* Without its escapes, unless the alias would need them. */
static rt_str
alias_for(struct scrub *s, rt_str written, const char *as)
{
    struct rt_buf b;
    rt_buf_init(&b, written.n * 4 + 16);
    rt_str real = disguise_off(written, &b);
    for (size_t i = 0; i < real.n; i++)
        if ((unsigned char)real.p[i] < ' ' || real.p[i] == '"' || real.p[i] == '\\')
            real = written;
    rt_str alias = alias_of(s->aliases, real, as);
    rt_buf_fini(&b);
    return alias;
}

static void
put_id(struct scrub *s, rt_str real, const struct scrub_name *name)
{
    rt_str alias = kept_word(name->id, real) ? real : alias_for(s, real, name->as);
    s->counts[SCRUB_ID] += !rt_str_eq(alias, real);
    s->text.failed |= alias.n == 0;
    rt_buf_add(&s->text, alias);
}

/* One id, or a list of them in brackets. Where that ends in the line. */
static size_t
put_ids(struct scrub *s, rt_str line, const struct value_place *q,
        const struct scrub_name *name)
{
    size_t end = q->begin, begin = q->begin;
    while (begin > 0 && (line.p[begin - 1] == '"' || line.p[begin - 1] == '\\'))
        begin--;
    if (begin == 0 || line.p[begin - 1] != '[') {
        put_id(s, (rt_str){line.p + q->begin, q->end - q->begin}, name);
        return q->end;
    }
    while (end < line.n && end < q->begin + LIST_MOST && line.p[end] != ']')
        end++;
    for (size_t i = q->begin, n = 0; i < end; i += n) {
        for (n = 0; i + n < end && id_byte(line.p[i + n]);)
            n++;
        if (n > 0)
            put_id(s, (rt_str){line.p + i, n}, name);
        else
            rt_buf_addc(&s->text, line.p[i + n++]);
    }
    return end;
}

/* Nothing, or what says that something was there. */
static bool
says_nothing(rt_str line, const struct value_place *q)
{
    static const char *const words[] = {"null", "true", "false", "none", "nil", "undefined"};
    rt_str value = {line.p + q->begin, q->end - q->begin};
    bool hidden = true;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (rt_str_eq_nocase(value, rt_str_of(words[i])))
            return true;
    for (size_t i = 0; i < value.n; i++)
        hidden &= strchr("*xX#._-", value.p[i]) != NULL && value.p[i] != '\0';
    return hidden || value.p[0] == '[' ||
           (q->begin > 0 && line.p[q->begin - 1] == '[' && q->end < line.n &&
            line.p[q->end] == ']' &&
            (rt_str_is(value, "redacted") || rt_str_is(value, "personal") ||
             rt_str_is(value, "mail") || rt_str_is(value, "address")));
}

/* In a sentence of a report a word behind a colon is the sentence going on. */
static bool
is_prose(const struct scrub *s, rt_str value, const struct value_place *q)
{
    bool digit = false;
    for (size_t i = 0; i < value.n; i++)
        digit |= value.p[i] >= '0' && value.p[i] <= '9';
    return s->prose && !q->quoted &&
           (memchr(value.p, ' ', value.n) != NULL || (!digit && value.n < 16));
}

/* Where the value ends, which is not copied before its name is. */
size_t
scrub_put_value(struct scrub *s, rt_str line, size_t copied, const struct scrub_name *name,
                const struct value_place *q)
{
    rt_str value = {line.p + q->begin, q->end - q->begin};
    rt_buf_add(&s->text, (rt_str){line.p + copied, q->begin - copied});
    if (name->kind == SCRUB_ID)
        return put_ids(s, line, q, name);
    if (says_nothing(line, q) || is_prose(s, value, q)) {
        rt_buf_add(&s->text, value);
        return q->end;
    }
    if (name->header)
        learn_pair(s, value);
    if (name->kind == SCRUB_PERSONAL || !put_token(s, value))
        scrub_put_secret(s, name->kind, value, name->put);
    /* the string around it ended first: its rest may be at the beginning of the next line */
    s->cut = q->open || (q->end < line.n && line.p[q->end] == '"' && q->end + 4 > line.n);
    return q->end;
}

/* What other lines told: a secret anywhere, an id where it is a word of its own. */
size_t
scrub_put_known(struct scrub *s, rt_str line, size_t i)
{
    const struct needle *k = needles_at(&s->known, line, i);
    if (k == NULL)
        return 0;
    bool secret = rt_map_get(&s->secrets, k->text) != NULL;
    size_t end = i + k->text.n;
    bool alone =
        (i == 0 || !scrub_value_is_word(line.p[i - 1]) || strchr("_-", line.p[i - 1]) != NULL ||
         (i > 1 && scrub_value_escape(line, i - 2) == 2) ||
         (i > 2 && scrub_value_escape(line, i - 3) == 3)) &&
        (end >= line.n || !scrub_value_is_word(line.p[end]) ||
         strchr("_-", line.p[end]) != NULL);
    if (!secret && !alone)
        return 0;
    s->counts[secret ? SCRUB_SECRET : SCRUB_ID]++;
    rt_buf_add(&s->text, k->put);
    return k->text.n;
}

/* Taken apart, cleaned and put together again; as it was when there is nothing in it. */
static bool
put_object(struct scrub *s, rt_str code)
{
    struct base64_decode_ctx ctx;
    struct rt_buf raw, outer = s->text;
    bool url = memchr(code.p, '-', code.n) != NULL || memchr(code.p, '_', code.n) != NULL,
         changed = false;
    rt_buf_init(&raw, code.n + 16);
    char *room = s->depth < DEPTH_MOST ? rt_buf_room(&raw, BASE64_DECODE_LENGTH(code.n)) : NULL;
    if (room == NULL)
        return rt_buf_fini(&raw), false;
    size_t n = BASE64_DECODE_LENGTH(code.n);
    if (url)
        base64url_decode_init(&ctx);
    else
        base64_decode_init(&ctx);
    if (base64_decode_update(&ctx, &n, (uint8_t *)room, code.n, code.p)) {
        rt_buf_init(&s->text, SIZE_MAX / 2);
        s->depth++;
        scrub_walk(s, (rt_str){room, n});
        s->depth--;
        struct rt_buf inner = s->text;
        s->text = outer;
        s->text.failed |= inner.failed;
        changed = !rt_str_eq(rt_buf_str(&inner), (rt_str){room, n});
        char *to = changed ? rt_buf_room(&s->text, BASE64_ENCODE_RAW_LENGTH(inner.n)) : NULL;
        if (to != NULL) {
            base64_encode_raw(to, inner.n, (const uint8_t *)inner.p);
            for (size_t i = 0; url && i < BASE64_ENCODE_RAW_LENGTH(inner.n); i++)
                to[i] = to[i] == '+' ? '-' : to[i] == '/' ? '_' : to[i];
            s->text.n += BASE64_ENCODE_RAW_LENGTH(inner.n);
        }
        rt_buf_fini(&inner);
    }
    rt_buf_fini(&raw);
    return changed;
}

/* Something that is known by its form; how much of the line it was. */
size_t
scrub_put_formed(struct scrub *s, rt_str line, size_t i)
{
    struct form_place p = scrub_form_at(s->rules, line, i);
    rt_str value = {line.p + i + p.keep, p.n};
    if (p.form == FORM_NONE || (p.form == FORM_OBJECT && !put_object(s, value)))
        return 0;
    if (p.form == FORM_OBJECT)
        return p.n;
    rt_buf_add(&s->text, (rt_str){line.p + i, p.keep});
    switch (p.form) {
    case FORM_NONE:
    case FORM_OBJECT: break;
    case FORM_TOKEN:
        learn_pair(s, value);
        if (!put_token(s, value))
            scrub_put_secret(s, SCRUB_CREDENTIAL, value, scrub_mark);
        break;
    case FORM_CREDENTIAL:
        if (memchr(value.p, ':', value.n) != NULL) /* a password behind a name */
            scrub_remember_secret(
                s,
                rt_str_from(
                    value, (size_t)((const char *)memchr(value.p, ':', value.n) - value.p) + 1),
                scrub_mark);
        scrub_put_secret(s, SCRUB_CREDENTIAL, value, scrub_mark);
        break;
    case FORM_STREAM:
        for (size_t k = value.n; k > 0; k--) /* its last part is the key */
            if (value.p[k - 1] == '/' || value.p[k - 1] == '=') {
                scrub_remember_secret(s, rt_str_from(value, k), scrub_mark);
                break;
            }
        scrub_put_secret(s, SCRUB_STREAM, value, scrub_mark);
        break;
    case FORM_ADDRESS:
        s->counts[SCRUB_ADDRESS]++;
        rt_buf_add(&s->text, RT_LIT("[address]"));
        break;
    case FORM_MAIL:
        s->counts[SCRUB_MAIL]++;
        rt_buf_add(&s->text, RT_LIT("[mail]"));
        break;
    }
    return p.keep + p.n;
}
