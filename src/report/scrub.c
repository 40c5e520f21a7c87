/*
 * scrub.c - one walk over a line; a secret is known by its name (scrub_value.c), its form (scrub_form.c), or
 * from another line.
 */
#include "config.h"

#include "report/scrub.h"

#include <nettle/base64.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "extract/token.h"
#include "report/disguise.h"
#include "report/scrub_form.h"

enum {
    SEARCHED_LEAST = 6,
    WORD_MOST = 11,
    NAME_MOST = 64,
    LIST_MOST = 100000,
    TOKEN_LEAST = 12,
    TOKEN_MOST = 64 * 1024,
    DEPTH_MOST = 3,
    TAIL = 160
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

/* Lower case, letters and digits only; the end of a name that is too long. */
static rt_str
plain_name(rt_str name, char *room)
{
    size_t n = 0;
    for (size_t i = name.n > NAME_MOST ? name.n - NAME_MOST : 0; i < name.n; i++) {
        char c = name.p[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            room[n++] = c;
    }
    return (rt_str){room, n};
}

/* The first that is told counts. */
static struct scrub_name *
add_name(struct scrub *s, rt_str name, enum scrub_kind kind)
{
    char room[NAME_MOST];
    bool ok = true;
    rt_str plain = plain_name(name, room);
    struct scrub_name **slot = plain.n == 0 ? NULL : RT_VEC_PUSH(&s->all);
    struct scrub_name *one = slot == NULL ? NULL : rt_arena_alloc(&s->arena, sizeof(*one));
    if (one == NULL) {
        s->text.failed |= plain.n > 0;
        if (slot != NULL)
            s->all.n--;
        return NULL;
    }
    *slot = one;
    *one = (struct scrub_name){.name = rt_arena_str(&s->arena, plain, &ok), .kind = kind, .put = mark};
    if (!ok || (rt_map_get(&s->names, one->name) == NULL && rt_map_put(&s->names, one->name, one) < 0))
        s->text.failed = true;
    return one;
}

static int
by_last_byte(const void *a, const void *b)
{
    const struct scrub_name *const *x = a, *const *y = b;
    rt_str p = (*x)->name, q = (*y)->name;
    int order = (unsigned char)p.p[p.n - 1] - (unsigned char)q.p[q.n - 1];
    return order != 0 ? order : p.n != q.n ? (p.n < q.n) - (p.n > q.n) : rt_str_cmp(p, q);
}

static void
index_ends(struct scrub *s)
{
    size_t k = 0;
    if (s->ends.n > 1)
        qsort(s->ends.v, s->ends.n, sizeof(*s->ends.v), by_last_byte);
    for (unsigned c = 0; c < 256; c++) {
        s->from[c] = (uint16_t)k;
        while (k < s->ends.n && (unsigned char)s->ends.v[k]->name.p[s->ends.v[k]->name.n - 1] == c)
            k++;
    }
    s->from[256] = (uint16_t)k;
}

static void
add_identities(struct scrub *s)
{
    for (size_t i = 0; s->profile == SCRUB_PUBLIC && i < s->rules->identities.n; i++) {
        const struct identity *id = &s->rules->identities.v[i];
        for (size_t k = 0; k < id->name_count; k++) {
            struct scrub_name *n = add_name(s, id->names[k], SCRUB_ID);
            if (n != NULL) {
                n->id = id;
                n->as = id->as.n > 0 ? rt_arena_strz(&s->arena, id->as) : NULL;
            }
        }
    }
}

static void
add_withheld(struct scrub *s, const struct withheld *w)
{
    bool secret = rt_str_is(w->as, "redacted");
    const char *put = rt_arena_printf(&s->arena, "[%.*s]", RT_FMT(w->as));
    for (size_t i = 0; i < w->name_count; i++) {
        struct scrub_name *n = add_name(s, w->names[i], secret ? SCRUB_SECRET : SCRUB_PERSONAL);
        const struct scrub_name **slot = n == NULL || w->alone ? NULL : RT_VEC_PUSH(&s->ends);
        if (n == NULL || put == NULL || (!w->alone && slot == NULL)) {
            s->text.failed = true;
            return;
        }
        n->header = w->header;
        n->put = secret ? mark : rt_str_of(put);
        if (slot != NULL)
            *slot = n;
    }
}

static void
add_header(struct scrub *s, rt_str name)
{
    struct scrub_name *n = add_name(s, name, SCRUB_SECRET);
    if (n != NULL)
        n->header = true;
}

int
scrub_init(struct scrub *s, const struct rule_set *rules, enum scrub_profile profile,
           struct aliases *aliases)
{
    *s = (struct scrub){.rules = rules, .profile = profile, .aliases = aliases};
    rt_arena_init(&s->arena, 1024, 0);
    rt_buf_init(&s->text, SIZE_MAX / 2);
    rt_map_init(&s->names);
    rt_map_init(&s->secrets);
    rt_map_init(&s->ids);
    add_header(s, rules->delivery.sha256);
    add_header(s, rules->delivery.sha1);
    for (size_t i = 0; i < rules->secrets.n; i++) {
        const struct secret_place *p = &rules->secrets.v[i];
        add_header(s, p->header);
        for (size_t k = 0; k < p->path_count; k++)
            if (p->paths[k].count > 0)
                add_name(s, p->paths[k].segments[p->paths[k].count - 1], SCRUB_SECRET);
    }
    add_identities(s);
    for (size_t i = 0; i < rules->withheld.n; i++)
        add_withheld(s, &rules->withheld.v[i]);
    index_ends(s);
    return s->text.failed ? -1 : 0;
}

void
scrub_fini(struct scrub *s)
{
    RT_VEC_FREE(&s->all);
    RT_VEC_FREE(&s->ends);
    rt_map_fini(&s->names);
    rt_map_fini(&s->secrets);
    rt_map_fini(&s->ids);
    needles_fini(&s->known);
    needles_fini(&s->forbidden);
    rt_buf_fini(&s->text);
    rt_arena_fini(&s->arena);
}

static const struct scrub_name *
find_name(const struct scrub *s, rt_str word)
{
    char room[NAME_MOST];
    rt_str plain = plain_name(word, room);
    if (plain.n == 0)
        return NULL;
    const struct scrub_name *exact = rt_map_get(&s->names, plain);
    if (exact != NULL)
        return exact;
    unsigned char last = (unsigned char)plain.p[plain.n - 1];
    for (size_t k = s->from[last]; k < s->from[last + 1]; k++)
        if (rt_str_ends(plain, s->ends.v[k]->name))
            return s->ends.v[k];
    return NULL;
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
    return value.n >= SEARCHED_LEAST && value.p[0] != '[' && !(plain && value.n <= WORD_MOST);
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

/* As it is written here, and what it means without its escapes. */
static void
remember_secret(struct scrub *s, rt_str value, rt_str put)
{
    struct rt_buf b[2];
    if (s->settled)
        return;
    rt_buf_init(&b[0], value.n * 4 + 16);
    rt_buf_init(&b[1], value.n * 4 + 16);
    for (unsigned layer = 0; layer <= DISGUISE_LAYERS; layer++) {
        if (searched(value))
            remember(s, &s->secrets, value, put);
        rt_str less = disguise_off(value, &b[layer % 2]);
        if (rt_str_eq(less, value))
            break;
        value = less;
    }
    rt_buf_fini(&b[0]);
    rt_buf_fini(&b[1]);
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

/* The text, and what no taking off of layers would bring back. */
static int
forbid(struct scrub *s, rt_str text)
{
    int rc = needles_add(&s->forbidden, text, RT_NONE);
    for (unsigned which = 0; which < DISGUISES; which++) {
        bool ok = true;
        struct rt_buf b;
        rt_buf_init(&b, text.n * 4 + 16);
        disguise_put(&b, text, which);
        if (b.n >= SEARCHED_LEAST)
            rc |= needles_add(&s->forbidden, rt_arena_str(&s->arena, rt_buf_str(&b), &ok), RT_NONE);
        rc |= b.failed || !ok ? -1 : 0;
        rt_buf_fini(&b);
    }
    return rc;
}

/* An id is told by its alias in all its spellings. */
static int
know_id(struct scrub *s, rt_str id, rt_str alias)
{
    int rc = needles_add(&s->known, id, alias);
    for (unsigned which = 0; which < SPELLINGS; which++) {
        bool ok = true;
        struct rt_buf b;
        rt_buf_init(&b, id.n * 6 + 16);
        disguise_spell(&b, id, which);
        if (!rt_str_eq(rt_buf_str(&b), id))
            rc |= needles_add(&s->known, rt_arena_str(&s->arena, rt_buf_str(&b), &ok), alias);
        rc |= b.failed || !ok ? -1 : 0;
        rt_buf_fini(&b);
    }
    return id.n >= 2 * NEEDLE_LEAST ? rc | forbid(s, id) : rc;
}

int
scrub_settle(struct scrub *s)
{
    struct rt_map_slot *slot;
    int rc = s->text.failed ? -1 : 0;
    for (size_t i = 0; (slot = rt_map_next(&s->secrets, &i)) != NULL;)
        rc |= needles_add(&s->known, slot->key, *(rt_str *)slot->value) | forbid(s, slot->key);
    for (size_t i = 0; (slot = rt_map_next(&s->ids, &i)) != NULL;)
        rc |= know_id(s, slot->key, *(rt_str *)slot->value);
    needles_settle(&s->known);
    needles_settle(&s->forbidden);
    memset(s->counts, 0, sizeof(s->counts));
    s->settled = true;
    scrub_begin(s);
    return rc;
}

bool
scrub_leak(const struct scrub *s, rt_str text)
{
    struct rt_buf b[2];
    bool found = needles_in(&s->forbidden, text) != NULL;
    rt_buf_init(&b[0], SIZE_MAX / 2);
    rt_buf_init(&b[1], SIZE_MAX / 2);
    for (unsigned layer = 0; !found && s->forbidden.v.n > 0 && layer < DISGUISE_LAYERS; layer++) {
        rt_str less = disguise_off(text, &b[layer % 2]);
        if (b[layer % 2].failed)
            found = true; /* not known to be clean */
        else if (rt_str_eq(less, text))
            break;
        else
            found = needles_in(&s->forbidden, less) != NULL;
        text = less;
    }
    rt_buf_fini(&b[0]);
    rt_buf_fini(&b[1]);
    return found;
}

/* ---- what is put in its place ---- */

static void
put_secret(struct scrub *s, enum scrub_kind kind, rt_str value, rt_str put)
{
    s->counts[kind]++;
    if (kind != SCRUB_PERSONAL)
        remember_secret(s, value, put);
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
    if (s->settled || code.n < SEARCHED_LEAST || code.n > 512)
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
    remember_secret(s, code, mark);
    remember_secret(s, (rt_str){pair, (size_t)(colon - pair)}, mark);
    remember_secret(s, (rt_str){colon + 1, n - (size_t)(colon + 1 - pair)}, mark);
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
        if (value_word_byte(out[i]))
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
            if (value.n >= SEARCHED_LEAST)
                remember(s, &s->secrets, value, blunt);
            remember_secret(s, value, mark);
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
put_ids(struct scrub *s, rt_str line, const struct value_place *q, const struct scrub_name *name)
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
    return hidden || value.p[0] == '[' || (q->begin > 0 && line.p[q->begin - 1] == '[' && q->end < line.n && line.p[q->end] == ']' &&
           (rt_str_is(value, "redacted") || rt_str_is(value, "personal") || rt_str_is(value, "mail") || rt_str_is(value, "address")));
}

/* In a sentence of a report a word behind a colon is the sentence going on. */
static bool
is_prose(const struct scrub *s, rt_str value, const struct value_place *q)
{
    bool digit = false;
    for (size_t i = 0; i < value.n; i++)
        digit |= value.p[i] >= '0' && value.p[i] <= '9';
    return s->prose && !q->quoted && (memchr(value.p, ' ', value.n) != NULL || (!digit && value.n < 16));
}

/* Where the value ends, which is not copied before its name is. */
static size_t
put_value(struct scrub *s, rt_str line, size_t copied, const struct scrub_name *name, const struct value_place *q)
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
        put_secret(s, name->kind, value, name->put);
    /* the string around it ended first: its rest may be at the beginning of the next line */
    s->cut = q->open || (q->end < line.n && line.p[q->end] == '"' && q->end + 4 > line.n);
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
    size_t end = i + k->text.n;
    bool alone = (i == 0 || !value_word_byte(line.p[i - 1]) || strchr("_-", line.p[i - 1]) != NULL ||
                  (i > 1 && value_escape(line, i - 2) == 2) || (i > 2 && value_escape(line, i - 3) == 3)) &&
                 (end >= line.n || !value_word_byte(line.p[end]) || strchr("_-", line.p[end]) != NULL);
    if (!secret && !alone)
        return 0;
    s->counts[secret ? SCRUB_SECRET : SCRUB_ID]++;
    rt_buf_add(&s->text, k->put);
    return k->text.n;
}

/* ---- base64 of an object ---- */

static void walk_line(struct scrub *s, rt_str line);

/* Taken apart, cleaned and put together again; as it was when there is nothing in it. */
static bool
put_object(struct scrub *s, rt_str code)
{
    struct base64_decode_ctx ctx;
    struct rt_buf raw, outer = s->text;
    bool url = memchr(code.p, '-', code.n) != NULL || memchr(code.p, '_', code.n) != NULL, changed = false;
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
        walk_line(s, (rt_str){room, n});
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
static size_t
put_formed(struct scrub *s, rt_str line, size_t i)
{
    struct form_place p = form_at(s->rules, line, i);
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
            put_secret(s, SCRUB_CREDENTIAL, value, mark);
        break;
    case FORM_CREDENTIAL:
        if (memchr(value.p, ':', value.n) != NULL) /* a password behind a name */
            remember_secret(s, rt_str_from(value, (size_t)((const char *)memchr(value.p, ':', value.n) - value.p) + 1), mark);
        put_secret(s, SCRUB_CREDENTIAL, value, mark);
        break;
    case FORM_STREAM:
        for (size_t k = value.n; k > 0; k--) /* its last part is the key */
            if (value.p[k - 1] == '/' || value.p[k - 1] == '=') {
                remember_secret(s, rt_str_from(value, k), mark);
                break;
            }
        put_secret(s, SCRUB_STREAM, value, mark);
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

/* ---- a line ---- */

/* In prose a blank is enough between a name and an id that is known. */
static bool
told_id(const struct scrub *s, rt_str line, size_t at, struct value_place *out)
{
    size_t end = at + 1;
    if (at >= line.n || line.p[at] != ' ')
        return false;
    while (end < line.n && value_word_byte(line.p[end]))
        end++;
    *out = (struct value_place){.begin = at + 1, .end = end};
    return end > at + 1 &&
           rt_map_get(&s->aliases->by_real, (rt_str){line.p + at + 1, end - at - 1}) != NULL;
}

/* "secret key: ..." of a sentence is one name. */
static const struct scrub_name *
name_at(const struct scrub *s, rt_str line, size_t i, size_t *end)
{
    size_t at = i;
    while (at < line.n && value_word_byte(line.p[at]))
        at++;
    *end = at;
    if (at >= line.n ? s->depth > 0 : strchr("\"'\\:= %&[],|\t>", line.p[at]) == NULL)
        return NULL;
    return find_name(s, (rt_str){line.p + i, at - i});
}

static size_t
next_word(rt_str line, size_t at)
{
    size_t end = at + 1;
    if (at >= line.n || line.p[at] != ' ')
        return 0;
    while (end < line.n && value_word_byte(line.p[end]))
        end++;
    return end > at + 1 && end < line.n && (line.p[end] == ':' || line.p[end] == '=') ? end : 0;
}

/* The value behind the name that begins at `i`: where it ends, after it was written; 0: there is none. */
static size_t
put_named(struct scrub *s, rt_str line, size_t i)
{
    struct value_place q;
    size_t end = 0, more;
    const struct scrub_name *name = name_at(s, line, i, &end);
    if ((more = next_word(line, end)) > 0) {
        const struct scrub_name *two = find_name(s, (rt_str){line.p + i, more - i});
        if (two != NULL && two->kind == SCRUB_SECRET) {
            name = two;
            end = more;
        }
    }
    if (name == NULL)
        return 0;
    if (name->kind != SCRUB_ID && !s->settled && value_before(line, i, &q))
        remember_secret(s, (rt_str){line.p + q.begin, q.end - q.begin}, name->put);
    if (value_behind(line, end, name->header, &q) || (name->kind == SCRUB_ID && told_id(s, line, end, &q)))
        return put_value(s, line, i, name, &q);
    if (q.open) {
        s->pending = name;
        s->place = q;
    }
    return 0;
}

static void
walk_from(struct scrub *s, rt_str line, size_t i)
{
    size_t from = i; /* what is not yet copied */
    bool starts = true;
    while (i < line.n) {
        size_t n = 0, escape = value_escape(line, i);
        bool known = s->settled && needles_at(&s->known, line, i) != NULL;
        if (escape > 0 && !known && !(s->settled && escape == 2 && needles_at(&s->known, line, i + 1) != NULL)) {
            i += escape;
            starts = true;
            continue;
        }
        if (starts || known) {
            rt_buf_add(&s->text, (rt_str){line.p + from, i - from});
            from = i;
            if (starts && (n = put_named(s, line, i)) > 0)
                from = i = n;
            else if ((n = known ? put_known(s, line, i) : 0) > 0 || (n = starts ? put_formed(s, line, i) : 0) > 0)
                from = i += n;
            if (n > 0) {
                starts = true;
                continue;
            }
        }
        starts = !value_word_byte(line.p[i]);
        i++;
    }
    rt_buf_add(&s->text, (rt_str){line.p + from, line.n - from});
}

static void
walk_line(struct scrub *s, rt_str line)
{
    walk_from(s, line, 0);
}

/* The rest of a secret whose line was cut: up to a quote, behind what wraps a piece of a line. */
static size_t
put_rest(struct scrub *s, rt_str line)
{
    size_t i = rt_str_starts(line, RT_LIT("{\"log\":\"")) ? 8 : 0;
    size_t std = i > 0 || line.n == 0 ? SIZE_MAX : rt_str_find((rt_str){line.p, line.n < 60 ? line.n : 60}, RT_LIT(" std"));
    if (std != SIZE_MAX && rt_str_starts(rt_str_from(line, std), RT_LIT(" stdout ")))
        i = std + 10;
    else if (std != SIZE_MAX && rt_str_starts(rt_str_from(line, std), RT_LIT(" stderr ")))
        i = std + 10;
    size_t end = i;
    while (end < line.n && (value_word_byte(line.p[end]) || strchr("+/=.~", line.p[end]) != NULL) && line.p[end] != '\0')
        end++;
    if (end == i || end >= line.n || (line.p[end] != '"' && line.p[end] != '\\' && line.p[end] != '\''))
        return 0;
    rt_buf_add(&s->text, (rt_str){line.p, i});
    put_secret(s, SCRUB_SECRET, (rt_str){line.p + i, end - i}, mark);
    return end;
}

void
scrub_begin(struct scrub *s)
{
    s->pending = NULL;
    s->cut = false;
}

rt_str
scrub_line(struct scrub *s, rt_str line)
{
    struct value_place q;
    size_t from = 0;
    if (s->profile == SCRUB_NONE || line.n == 0)
        return line;
    rt_buf_clear(&s->text);
    const struct scrub_name *name = s->pending;
    bool cut = s->cut;
    s->pending = NULL;
    s->cut = false;
    if (name != NULL && value_goes_on(line, &s->place, name->header, &q))
        from = put_value(s, line, 0, name, &q);
    else if (cut)
        from = put_rest(s, line);
    walk_from(s, line, from);
    return s->text.failed ? RT_NONE : s->text.n > 0 ? rt_buf_str(&s->text) : RT_LIT("");
}

void
scrub_skip(struct scrub *s, rt_str line)
{
    uint64_t counts[SCRUB__KINDS];
    memcpy(counts, s->counts, sizeof(counts));
    scrub_line(s, line.n > TAIL ? rt_str_from(line, line.n - TAIL) : line);
    memcpy(s->counts, counts, sizeof(counts));
}

rt_str
scrub_text(struct scrub *s, rt_str text)
{
    s->prose = true;
    scrub_begin(s);
    text = scrub_line(s, text);
    s->prose = false;
    return text;
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
