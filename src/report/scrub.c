/*
 * scrub.c - one walk over a line; each secret is known by its name, its form, or its place in a URL.
 */
#include "config.h"

#include "report/scrub.h"

#include <nettle/base64.h>
#include <stdio.h>

#include "base/alloc.h"
#include "report/redact.h"

enum { SEARCHED_LEAST = 6, SEPARATOR_MOST = 16, TAKEN_MOST = 4096 };

static const rt_str mark = RT_INIT("[redacted]");

static bool
word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '_' || c == '-';
}

static int
add_name(struct scrub *s, rt_str name)
{
    rt_str *slot = name.n == 0 ? NULL : RT_VEC_PUSH(&s->names);
    if (slot != NULL)
        *slot = name;
    return name.n > 0 && slot == NULL ? -1 : 0;
}

int
scrub_init(struct scrub *s, const struct rule_set *rules)
{
    *s = (struct scrub){.rules = rules};
    rt_arena_init(&s->arena, 1024, 0);
    rt_buf_init(&s->text, SIZE_MAX / 2);
    int rc = add_name(s, rules->delivery.sha256) | add_name(s, rules->delivery.sha1);
    for (size_t i = 0; i < rules->secrets.n; i++) {
        const struct secret_place *p = &rules->secrets.v[i];
        rc |= add_name(s, p->header);
        for (size_t k = 0; k < p->path_count; k++)
            if (p->paths[k].count > 0)
                rc |= add_name(s, p->paths[k].segments[p->paths[k].count - 1]);
    }
    return rc;
}

void
scrub_fini(struct scrub *s)
{
    RT_VEC_FREE(&s->names);
    RT_VEC_FREE(&s->taken);
    rt_buf_fini(&s->text);
    rt_arena_fini(&s->arena);
}

static void
remember(struct scrub *s, rt_str value)
{
    bool ok = true;
    if (value.n < SEARCHED_LEAST || s->taken.n >= TAKEN_MOST)
        return;
    for (size_t i = 0; i < s->taken.n; i++)
        if (rt_str_eq(s->taken.v[i], value))
            return;
    rt_str copy = rt_arena_str(&s->arena, value, &ok);
    rt_str *slot = ok ? RT_VEC_PUSH(&s->taken) : NULL;
    if (slot == NULL)
        s->text.failed = true;
    else
        *slot = copy;
}

static void
take(struct scrub *s, enum scrub_kind kind, rt_str value)
{
    s->counts[kind]++;
    if (kind == SCRUB_SECRET || kind == SCRUB_CREDENTIAL)
        remember(s, value);
    rt_buf_add(&s->text, mark);
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

static bool
named_secret(const struct scrub *s, rt_str line, size_t i, struct quoted *out)
{
    if (i > 0 && word_byte(line.p[i - 1]))
        return false;
    for (size_t k = 0; k < s->names.n; k++) {
        rt_str name = s->names.v[k];
        if (line.n - i > name.n && rt_str_eq_nocase((rt_str){line.p + i, name.n}, name) &&
            ends_word(line, i + name.n) && find_value(line, i + name.n, out))
            return true;
    }
    return false;
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

rt_str
scrub_line(struct scrub *s, rt_str line)
{
    rt_buf_clear(&s->text);
    for (size_t i = 0; i < line.n;) {
        struct quoted q;
        size_t skip = 0, n = 0;
        if (named_secret(s, line, i, &q)) {
            rt_buf_add(&s->text, (rt_str){line.p + i, q.begin - i});
            take(s, SCRUB_SECRET, (rt_str){line.p + q.begin, q.end - q.begin});
            i = q.end;
        } else if ((n = redact_credential(line, i, &skip)) > 0) {
            rt_buf_add(&s->text, (rt_str){line.p + i, skip});
            take(s, SCRUB_CREDENTIAL, (rt_str){line.p + i + skip, n});
            i += skip + n;
        } else if ((n = stream_at(line, i, &skip)) > 0) {
            rt_buf_add(&s->text, (rt_str){line.p + i, skip});
            take(s, SCRUB_STREAM, (rt_str){line.p + i + skip, n});
            i += skip + n;
        } else if ((n = address_at(line, i)) > 0) {
            s->counts[SCRUB_ADDRESS]++;
            rt_buf_add(&s->text, RT_LIT("[address]"));
            i += n;
        } else {
            rt_buf_addc(&s->text, line.p[i++]);
        }
    }
    return s->text.failed ? RT_NONE : rt_buf_str(&s->text);
}

/* ---- what was taken must not come back ---- */

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

bool
scrub_leak(const struct scrub *s, rt_str text)
{
    static void (*const forms[])(struct rt_buf *, rt_str) = {percent, escaped, base64};
    bool found = false;
    for (size_t i = 0; i < s->taken.n && !found; i++) {
        found = rt_str_find(text, s->taken.v[i]) != SIZE_MAX;
        for (size_t f = 0; f < sizeof(forms) / sizeof(forms[0]) && !found; f++) {
            struct rt_buf b;
            rt_buf_init(&b, s->taken.v[i].n * 4 + 16);
            forms[f](&b, s->taken.v[i]);
            found = b.failed ||
                    (b.n >= SEARCHED_LEAST && rt_str_find(text, rt_buf_str(&b)) != SIZE_MAX);
            rt_buf_fini(&b);
        }
    }
    return found;
}

const char *
scrub_summary(const struct scrub *s, char *out, size_t room)
{
    static const char *const words[SCRUB__KINDS] = {"secret", "credential",
                                                    "publishing address", "network address"};
    size_t n = 0;
    out[0] = '\0';
    for (int k = 0; k < SCRUB__KINDS; k++)
        if (s->counts[k] > 0 && n < room)
            n += (size_t)snprintf(out + n, room - n, "%s%llu %s%s", n > 0 ? ", " : "",
                                  (unsigned long long)s->counts[k], words[k],
                                  s->counts[k] == 1   ? ""
                                  : k >= SCRUB_STREAM ? "es"
                                                      : "s");
    return out;
}
