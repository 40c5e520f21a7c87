/*
 * scrub.c - one walk over a line; a secret is known by its name, its form, its place in a URL, or from
 * another line.
 */
#include "config.h"

#include "report/scrub.h"

#include <nettle/base64.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "extract/token.h"
#include "report/redact.h"

enum {
    SEARCHED_LEAST = 6,
    WORD_MOST = 11,
    SEPARATOR_MOST = 16,
    LIST_MOST = 100000,
    TOKEN_MOST = 64 * 1024
};

static const rt_str mark = RT_INIT("[redacted]");

static const struct {
    const char *one, *many;
} kinds[] = {
#define KIND(id, one, many) {one, many},
#include "report/scrub_kinds.def"
#undef KIND
};

/* ---- profiles ---- */

static const char *const profile_names[] = {"vendor", "public", "none"};
const char *const scrub_profiles = "vendor, public, none";

bool
scrub_profile_find(const char *name, enum scrub_profile *out)
{
    for (size_t i = 0; i < sizeof(profile_names) / sizeof(profile_names[0]); i++)
        if (strcmp(profile_names[i], name) == 0) {
            *out = (enum scrub_profile)i;
            return true;
        }
    return false;
}

const char *
scrub_profile_name(enum scrub_profile p)
{
    return profile_names[p];
}

/* ---- names ---- */

static char
lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Letters, digits, '_' and '-'. */
static bool
word_byte(char c)
{
    static const uint32_t words[8] = {
        0, UINT32_C(0x03ff2000), UINT32_C(0x87fffffe), UINT32_C(0x07fffffe), 0, 0, 0, 0};
    unsigned char u = (unsigned char)c;
    return (words[u >> 5] >> (u & 31) & 1) != 0;
}

static int
add_name(struct scrub *s, rt_str name, const struct identity *id)
{
    struct scrub_name *slot = name.n == 0 ? NULL : RT_VEC_PUSH(&s->names);
    if (slot != NULL)
        *slot = (struct scrub_name){
            name, id == NULL ? SCRUB_SECRET : SCRUB_ID, id,
            id != NULL && id->as.n > 0 ? rt_arena_strz(&s->arena, id->as) : NULL};
    return name.n > 0 && slot == NULL ? -1 : 0;
}

static int
by_first_byte(const void *a, const void *b)
{
    const struct scrub_name *x = a, *y = b;
    int order = (unsigned char)lower(x->name.p[0]) - (unsigned char)lower(y->name.p[0]);
    return order != 0 ? order : rt_str_cmp(x->name, y->name);
}

static void
index_names(struct scrub *s)
{
    size_t k = 0;
    if (s->names.n > 1)
        qsort(s->names.v, s->names.n, sizeof(*s->names.v), by_first_byte);
    for (unsigned c = 0; c < 256; c++) {
        s->from[c] = (uint16_t)k;
        while (k < s->names.n && (unsigned char)lower(s->names.v[k].name.p[0]) == c)
            k++;
    }
    s->from[256] = (uint16_t)k;
}

static int
add_identities(struct scrub *s)
{
    int rc = 0;
    for (size_t i = 0; s->profile == SCRUB_PUBLIC && i < s->rules->identities.n; i++) {
        const struct identity *id = &s->rules->identities.v[i];
        for (size_t k = 0; k < id->name_count; k++)
            rc |= add_name(s, id->names[k], id);
    }
    return rc;
}

int
scrub_init(struct scrub *s, const struct rule_set *rules, enum scrub_profile profile,
           struct aliases *aliases)
{
    *s = (struct scrub){.rules = rules, .profile = profile, .aliases = aliases};
    rt_arena_init(&s->arena, 1024, 0);
    rt_buf_init(&s->text, SIZE_MAX / 2);
    rt_map_init(&s->secrets);
    rt_map_init(&s->ids);
    int rc = add_name(s, rules->delivery.sha256, NULL) |
             add_name(s, rules->delivery.sha1, NULL) | add_identities(s);
    for (size_t i = 0; i < rules->secrets.n; i++) {
        const struct secret_place *p = &rules->secrets.v[i];
        rc |= add_name(s, p->header, NULL);
        for (size_t k = 0; k < p->path_count; k++)
            if (p->paths[k].count > 0)
                rc |= add_name(s, p->paths[k].segments[p->paths[k].count - 1], NULL);
    }
    index_names(s);
    return rc;
}

void
scrub_fini(struct scrub *s)
{
    RT_VEC_FREE(&s->names);
    rt_map_fini(&s->secrets);
    rt_map_fini(&s->ids);
    needles_fini(&s->known);
    needles_fini(&s->forbidden);
    rt_buf_fini(&s->text);
    rt_arena_fini(&s->arena);
}

/* ---- what is learnt ---- */

/* A short plain word may follow the name of a secret in prose; it is taken out there, and searched nowhere. */
static bool
searched(rt_str value)
{
    bool plain = true;
    for (size_t i = 0; i < value.n; i++) {
        if (value.p[i] == ' ')
            return false;
        plain &=
            (value.p[i] >= 'a' && value.p[i] <= 'z') || value.p[i] == '_' || value.p[i] == '-';
    }
    return value.n >= SEARCHED_LEAST && !rt_str_eq(value, mark) &&
           !(plain && value.n <= WORD_MOST);
}

static void
remember(struct scrub *s, struct rt_map *in, rt_str value, rt_str put)
{
    bool ok = true;
    if (s->settled || rt_map_get(in, value) != NULL)
        return;
    rt_str *copy = rt_arena_alloc(&s->arena, sizeof(*copy));
    rt_str key = rt_arena_str(&s->arena, value, &ok);
    if (copy != NULL)
        *copy = rt_arena_str(&s->arena, put, &ok);
    if (copy == NULL || !ok || rt_map_put(in, key, copy) < 0)
        s->text.failed = true;
}

/* Few digits, or a plain word, could be anything; only behind a name do they mean an id. */
static bool
stands_alone(rt_str id)
{
    bool digits = true, word = true;
    for (size_t i = 0; i < id.n; i++) {
        digits &= id.p[i] >= '0' && id.p[i] <= '9';
        word &= id.p[i] >= 'a' && id.p[i] <= 'z';
    }
    return !word && id.n >= (digits ? SEARCHED_LEAST : NEEDLE_LEAST);
}

void
scrub_id(struct scrub *s, rt_str id, const char *as)
{
    if (s->profile != SCRUB_PUBLIC || id.n == 0)
        return;
    rt_str alias = alias_of(s->aliases, id, as);
    if (alias.n == 0)
        s->text.failed = true;
    else if (stands_alone(id))
        remember(s, &s->ids, id, alias);
}

static void
percent(struct rt_buf *b, rt_str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (word_byte(s.p[i]) || s.p[i] == '.' || s.p[i] == '~')
            rt_buf_addc(b, s.p[i]);
        else
            rt_buf_addf(b, "%%%02X", (unsigned char)s.p[i]);
}

static void
escaped(struct rt_buf *b, rt_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"' || s.p[i] == '\\' || s.p[i] == '/')
            rt_buf_addc(b, '\\');
        rt_buf_addc(b, s.p[i]);
    }
}

static void
base64(struct rt_buf *b, rt_str s)
{
    char *room = rt_buf_room(b, BASE64_ENCODE_RAW_LENGTH(s.n));
    if (room == NULL)
        return;
    base64_encode_raw(room, s.n, (const uint8_t *)s.p);
    b->n += BASE64_ENCODE_RAW_LENGTH(s.n) -
            (s.n % 3 == 0 ? 0 : 4); /* what follows it may change the end */
}

/* The text in its own and all other encodings: what must not come back. */
static int
forbid(struct scrub *s, rt_str text)
{
    static void (*const forms[])(struct rt_buf *, rt_str) = {percent, escaped, base64};
    int rc = needles_add(&s->forbidden, text, RT_NONE);
    for (size_t f = 0; f < sizeof(forms) / sizeof(forms[0]); f++) {
        bool ok = true;
        struct rt_buf b;
        rt_buf_init(&b, text.n * 4 + 16);
        forms[f](&b, text);
        if (b.n >= SEARCHED_LEAST && !rt_str_eq(rt_buf_str(&b), text))
            rc |= needles_add(&s->forbidden, rt_arena_str(&s->arena, rt_buf_str(&b), &ok),
                              RT_NONE);
        rc |= b.failed || !ok ? -1 : 0;
        rt_buf_fini(&b);
    }
    return rc;
}

int
scrub_settle(struct scrub *s)
{
    struct rt_map_slot *slot;
    int rc = s->text.failed ? -1 : 0;
    for (size_t i = 0; (slot = rt_map_next(&s->secrets, &i)) != NULL;)
        rc |= needles_add(&s->known, slot->key, mark) | forbid(s, slot->key);
    for (size_t i = 0; (slot = rt_map_next(&s->ids, &i)) != NULL;) {
        struct rt_buf b;
        bool ok = true;
        rt_buf_init(&b, slot->key.n * 4 + 16);
        percent(&b, slot->key);
        rc |= needles_add(&s->known, slot->key, *(rt_str *)slot->value);
        if (!rt_str_eq(rt_buf_str(&b), slot->key))
            rc |= needles_add(&s->known, rt_arena_str(&s->arena, rt_buf_str(&b), &ok),
                              *(rt_str *)slot->value);
        rt_buf_fini(&b);
        if (slot->key.n >= 2 * NEEDLE_LEAST)
            rc |= forbid(s, slot->key);
        rc |= ok ? 0 : -1;
    }
    needles_settle(&s->known);
    needles_settle(&s->forbidden);
    memset(s->counts, 0, sizeof(s->counts));
    s->settled = true;
    return rc;
}

bool
scrub_leak(const struct scrub *s, rt_str text)
{
    return needles_in(&s->forbidden, text) != NULL;
}

/* ---- behind a name ---- */

struct quoted { /* the value behind a name: its begin and end */
    size_t begin, end;
};

/* Signs between a name and its value, a colon or an equals sign among them; quotes may be escaped. */
static bool
find_value(rt_str line, size_t at, struct quoted *out)
{
    bool sign = false;
    char quote = 0;
    size_t i = at, slashes = 0;
    for (; i < line.n && i < at + SEPARATOR_MOST; i++) {
        char c = line.p[i];
        if (c == ':' || c == '=') {
            sign = true;
            quote = 0;
        } else if (c == '"' || c == '\'') {
            quote = c;
            slashes = i > at && line.p[i - 1] == '\\' ? 1 : 0;
        } else if (c != ' ' && c != '\\') {
            break;
        }
    }
    if (!sign)
        return false;
    out->begin = out->end = i;
    for (; i < line.n; i++) {
        char c = line.p[i];
        if (quote != 0 ? c == quote || (slashes > 0 && c == '\\')
                       : c == ',' || c == '}' || c == '&' || c == ';' || c == '"' || c == '\'')
            break;
    }
    out->end = i;
    return out->end > out->begin;
}

static bool
ends_word(rt_str line, size_t i)
{
    return i >= line.n || !word_byte(line.p[i]);
}

/* In prose a blank is enough between a name and an id that is known. */
static bool
told_id(const struct scrub *s, const struct scrub_name *name, rt_str line, size_t at,
        struct quoted *out)
{
    size_t end = at + 1;
    if (name->kind != SCRUB_ID || line.p[at] != ' ')
        return false;
    while (end < line.n && word_byte(line.p[end]))
        end++;
    *out = (struct quoted){at + 1, end};
    return end > at + 1 &&
           rt_map_get(&s->aliases->by_real, (rt_str){line.p + at + 1, end - at - 1}) != NULL;
}

/* The name that stands at `i` with a value behind it. */
static const struct scrub_name *
named(const struct scrub *s, rt_str line, size_t i, struct quoted *out)
{
    unsigned char first = (unsigned char)lower(line.p[i]);
    if (s->from[first] == s->from[first + 1] || (i > 0 && word_byte(line.p[i - 1])))
        return NULL;
    for (size_t k = s->from[first]; k < s->from[first + 1]; k++) {
        rt_str name = s->names.v[k].name;
        if (line.n - i > name.n && rt_str_eq_nocase((rt_str){line.p + i, name.n}, name) &&
            ends_word(line, i + name.n) &&
            (find_value(line, i + name.n, out) ||
             told_id(s, &s->names.v[k], line, i + name.n, out)))
            return &s->names.v[k];
    }
    return NULL;
}

/* ---- addresses ---- */

static size_t
digits(rt_str s, size_t i)
{
    size_t n = 0;
    while (i + n < s.n && n < 4 && s.p[i + n] >= '0' && s.p[i + n] <= '9')
        n++;
    return n;
}

/* Four numbers with dots between; 0: none. */
static size_t
address_at(rt_str s, size_t i)
{
    size_t at = i;
    if (i > 0 && (word_byte(s.p[i - 1]) || s.p[i - 1] == '.'))
        return 0;
    for (int part = 0; part < 4; part++) {
        size_t n = digits(s, at);
        if (n == 0 || n > 3)
            return 0;
        at += n;
        if (part < 3 && (at >= s.n || s.p[at++] != '.'))
            return 0;
    }
    return at < s.n && (word_byte(s.p[at]) || s.p[at] == '.') ? 0 : at - i;
}

/* Behind rtmp:// stands a key for whoever knows it. */
static size_t
stream_at(rt_str s, size_t i, size_t *skip)
{
    static const char *const schemes[] = {"rtmp://", "rtmps://"};
    rt_str rest = rt_str_from(s, i);
    for (size_t k = 0; k < sizeof(schemes) / sizeof(schemes[0]); k++) {
        size_t n = strlen(schemes[k]), end = n;
        if (!rt_str_starts(rest, rt_str_of(schemes[k])))
            continue;
        while (end < rest.n && rest.p[end] != '"' && rest.p[end] != '\\' &&
               rest.p[end] != ' ' && rest.p[end] != '\'')
            end++;
        *skip = n;
        return end - n;
    }
    return 0;
}

/* Groups of hexadecimal digits with colons, more than a time of day has; 0: none. */
static size_t
address6_at(rt_str s, size_t i)
{
    size_t n = 0, colons = 0, digits6 = 0;
    bool gap = false;
    if (i > 0 && (word_byte(s.p[i - 1]) || s.p[i - 1] == ':' || s.p[i - 1] == '.'))
        return 0;
    for (; i + n < s.n; n++) {
        char c = s.p[i + n];
        bool hex = (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'f');
        if (c != ':' && !hex)
            break;
        gap |= c == ':' && n > 0 && s.p[i + n - 1] == ':';
        colons += c == ':';
        digits6 += hex;
    }
    bool whole = i + n >= s.n || !word_byte(s.p[i + n]);
    return whole && digits6 > 2 && (colons >= 5 || (gap && colons >= 2)) ? n : 0;
}

static bool
mail_byte(char c)
{
    return word_byte(c) || c == '.' || c == '+';
}

/* name@host.domain, from its beginning; 0: none. */
static size_t
mail_at(rt_str s, size_t i)
{
    size_t at = i, dots = 0;
    if (!word_byte(s.p[i]) || (i > 0 && mail_byte(s.p[i - 1])))
        return 0;
    while (at < s.n && mail_byte(s.p[at]))
        at++;
    if (at >= s.n || s.p[at] != '@')
        return 0;
    size_t host = ++at;
    for (; at < s.n && (word_byte(s.p[at]) || s.p[at] == '.'); at++)
        dots += s.p[at] == '.' && at > host;
    return dots > 0 && at > host + 3 ? at - i : 0;
}

/* ---- a line ---- */

static void
put_secret(struct scrub *s, enum scrub_kind kind, rt_str value)
{
    s->counts[kind]++;
    if (searched(value))
        remember(s, &s->secrets, value, mark);
    rt_buf_add(&s->text, mark);
}

/* A token still says for whom and until when, but opens nothing: that is what its signature is for. */
static bool
put_token(struct scrub *s, rt_str value)
{
    struct rt_arena scratch;
    rt_str blunt = RT_NONE;
    rt_arena_init(&scratch, 4096, 0);
    if (s->profile == SCRUB_VENDOR)
        blunt = token_blunt(&s->rules->tokens, value, TOKEN_MOST, &scratch);
    if (blunt.n > 0) {
        if (searched(value) && !rt_str_eq(value, blunt))
            remember(s, &s->secrets, value, blunt);
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

static void
put_id(struct scrub *s, rt_str real, const struct scrub_name *name)
{
    rt_str alias = kept_word(name->id, real) ? real : alias_of(s->aliases, real, name->as);
    s->counts[SCRUB_ID] += !rt_str_eq(alias, real);
    s->text.failed |= alias.n == 0;
    rt_buf_add(&s->text, alias);
}

/* One id, or a list of them in brackets. Where that ends in the line. */
static size_t
put_ids(struct scrub *s, rt_str line, const struct quoted *q, const struct scrub_name *name)
{
    size_t end = q->begin;
    if (line.p[q->begin] != '[') {
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

static size_t
put_named(struct scrub *s, rt_str line, size_t i, const struct scrub_name *name,
          const struct quoted *q)
{
    rt_str value = {line.p + q->begin, q->end - q->begin};
    rt_buf_add(&s->text, (rt_str){line.p + i, q->begin - i});
    if (name->kind == SCRUB_ID)
        return value.p[0] == '{' ? q->begin : put_ids(s, line, q, name);
    if (!put_token(s, value))
        put_secret(s, SCRUB_SECRET, value);
    return q->end;
}

/* What other lines told: a secret anywhere, an id where it is a word of its own. */
static size_t
put_known(struct scrub *s, rt_str line, size_t i)
{
    const struct needle *k = needles_at(&s->known, line, i);
    if (k == NULL)
        return 0;
    bool secret = rt_map_get(&s->secrets, k->text) != NULL;
    bool alone =
        (i == 0 || !word_byte(line.p[i - 1]) || line.p[i - 1] == '_' || line.p[i - 1] == '-') &&
        (i + k->text.n >= line.n || !word_byte(line.p[i + k->text.n]) ||
         line.p[i + k->text.n] == '_' || line.p[i + k->text.n] == '-');
    if (!secret && !alone)
        return 0;
    s->counts[secret ? SCRUB_SECRET : SCRUB_ID]++;
    rt_buf_add(&s->text, secret ? *(rt_str *)rt_map_get(&s->secrets, k->text) : k->put);
    return k->text.n;
}

/* Something that is known by its form; how much of the line it was. */
static size_t
put_formed(struct scrub *s, rt_str line, size_t i)
{
    size_t skip = 0, n = 0;
    char c = line.p[i];
    if (strchr("Bba0", c) != NULL && c != '\0' && (n = redact_credential(line, i, &skip)) > 0) {
        rt_buf_add(&s->text, (rt_str){line.p + i, skip});
        if (!put_token(s, (rt_str){line.p + i + skip, n}))
            put_secret(s, SCRUB_CREDENTIAL, (rt_str){line.p + i + skip, n});
    } else if (c == 'r' && (n = stream_at(line, i, &skip)) > 0) {
        rt_buf_add(&s->text, (rt_str){line.p + i, skip});
        put_secret(s, SCRUB_STREAM, (rt_str){line.p + i + skip, n});
    } else if ((n = address_at(line, i)) > 0 || (n = address6_at(line, i)) > 0) {
        s->counts[SCRUB_ADDRESS]++;
        rt_buf_add(&s->text, RT_LIT("[address]"));
    } else if ((n = mail_at(line, i)) > 0) {
        s->counts[SCRUB_MAIL]++;
        rt_buf_add(&s->text, RT_LIT("[mail]"));
    }
    return n > 0 ? skip + n : 0;
}

/* Only here can something begin: where a word does, at the first byte of a credential, at what is known. */
static bool
may_begin(const struct scrub *s, rt_str line, size_t i)
{
    char c = line.p[i];
    if (i == 0 || !word_byte(line.p[i - 1]) || c == 'B' || c == 'b' || c == 'a')
        return true;
    return s->settled && needles_at(&s->known, line, i) != NULL;
}

rt_str
scrub_line(struct scrub *s, rt_str line)
{
    size_t from = 0; /* what is not yet copied */
    if (s->profile == SCRUB_NONE)
        return line;
    rt_buf_clear(&s->text);
    for (size_t i = 0; i < line.n;) {
        struct quoted q;
        size_t n = 0;
        if (!may_begin(s, line, i)) {
            i++;
            continue;
        }
        rt_buf_add(&s->text, (rt_str){line.p + from, i - from});
        from = i;
        const struct scrub_name *name = named(s, line, i, &q);
        if (name != NULL)
            from = i = put_named(s, line, i, name, &q);
        else if ((n = s->settled ? put_known(s, line, i) : 0) > 0 ||
                 (n = put_formed(s, line, i)) > 0)
            from = i += n;
        else
            i++;
    }
    rt_buf_add(&s->text, (rt_str){line.p + from, line.n - from});
    return s->text.failed ? RT_NONE : rt_buf_str(&s->text);
}

const char *
scrub_kind_name(enum scrub_kind k)
{
    return kinds[k].many;
}

const char *
scrub_summary(const struct scrub *s, char *out, size_t room)
{
    size_t n = 0;
    out[0] = '\0';
    for (int k = 0; k < SCRUB__KINDS; k++)
        if (s->counts[k] > 0 && n < room)
            n += (size_t)snprintf(out + n, room - n, "%s%llu %s", n > 0 ? ", " : "",
                                  (unsigned long long)s->counts[k],
                                  s->counts[k] == 1 ? kinds[k].one : kinds[k].many);
    return out;
}
