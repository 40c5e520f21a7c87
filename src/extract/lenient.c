#include "config.h"

#include "extract/lenient.h"

#include <stdio.h>
#include <string.h>

enum { DEPTH_MOST = 32, KEY_MOST = 64 };

struct reader {
    rt_str s;
    size_t at;
    unsigned depth;
    struct rt_buf *json;
};

static bool read_value(struct reader *r, char separator);

static char
peek(const struct reader *r)
{
    return r->at < r->s.n ? r->s.p[r->at] : '\0';
}

static bool
is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '_' || c == '-' || c == '$';
}

static void
skip_blanks(struct reader *r)
{
    while (r->at < r->s.n && strchr(" \t\r\n", r->s.p[r->at]) != NULL)
        r->at++;
}

/* ---- writing ---- */

static void
put_string(struct rt_buf *b, rt_str s)
{
    rt_buf_addc(b, '"');
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c == '"' || c == '\\')
            rt_buf_addc(b, '\\');
        if (c < 0x20)
            rt_buf_addf(b, "\\u%04x", c);
        else
            rt_buf_addc(b, (char)c);
    }
    rt_buf_addc(b, '"');
}

static bool
is_number(rt_str s)
{
    int64_t n = 0;
    return s.n < 19 && rt_str_int(s, &n);
}

/* A word that stands without quotes. */
static void
put_bare(struct rt_buf *b, rt_str s)
{
    static const struct {
        const char *word, *json;
    } rows[] = {{"true", "true"},      {"True", "true"},  {"false", "false"},
                {"False", "false"},    {"null", "null"},  {"None", "null"},
                {"undefined", "null"}, {"<nil>", "null"}, {"nil", "null"}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rt_str_is(s, rows[i].word)) {
            rt_buf_add(b, rt_str_of(rows[i].json));
            return;
        }
    if (is_number(s))
        rt_buf_add(b, s);
    else
        put_string(b, s);
}

/* ---- quoted ---- */

static const struct quote {
    const char *open, *close;
} quotes[] = {{"\"", "\""},
              {"'", "'"},
              {"`", "`"},
              {"\xe2\x80\x9c", "\xe2\x80\x9d"},
              {"\xe2\x80\x98", "\xe2\x80\x99"}};

static const struct quote *
quote_at(const struct reader *r)
{
    for (size_t i = 0; i < sizeof(quotes) / sizeof(quotes[0]); i++)
        if (rt_str_starts(rt_str_from(r->s, r->at), rt_str_of(quotes[i].open)))
            return &quotes[i];
    return NULL;
}

/* The quoted text at the reader, still escaped. False: it does not end. */
static bool
take_quoted(struct reader *r, const struct quote *q, rt_str *out)
{
    size_t begin = r->at + strlen(q->open), i = begin;
    rt_str close = rt_str_of(q->close);
    while (i < r->s.n && !rt_str_starts(rt_str_from(r->s, i), close))
        i += r->s.p[i] == '\\' && i + 1 < r->s.n ? 2 : 1;
    if (i >= r->s.n)
        return false;
    *out = (rt_str){r->s.p + begin, i - begin};
    r->at = i + close.n;
    return true;
}

/* \' and \" lose their backslash, the rest stays as JSON has it. */
static void
put_quoted(struct rt_buf *b, rt_str s)
{
    rt_buf_addc(b, '"');
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '\\' && i + 1 < s.n && strchr("\"\\/bfnrtu", s.p[i + 1]) != NULL) {
            rt_buf_addc(b, c);
            rt_buf_addc(b, s.p[++i]);
        } else if (c == '"') {
            rt_buf_add(b, RT_LIT("\\\""));
        } else if ((unsigned char)c < 0x20) {
            rt_buf_addf(b, "\\u%04x", (unsigned)c);
        } else if (c != '\\') {
            rt_buf_addc(b, c);
        }
    }
    rt_buf_addc(b, '"');
}

/* ---- members ---- */

static bool
take_key(struct reader *r, rt_str *key)
{
    const struct quote *q = quote_at(r);
    if (q != NULL)
        return take_quoted(r, q, key);
    size_t begin = r->at;
    while (is_word(peek(r)) && r->at - begin <= KEY_MOST)
        r->at++;
    *key = (rt_str){r->s.p + begin, r->at - begin};
    return key->n > 0 && key->n <= KEY_MOST;
}

/* Does "key=" or "key:" stand at `i`? Then the value before it is over. */
static bool
key_at(rt_str s, size_t i, char separator)
{
    size_t begin = i;
    while (i < s.n && is_word(s.p[i]) && i - begin <= KEY_MOST)
        i++;
    return i > begin && i < s.n && s.p[i] == separator;
}

/* A value without quotes: to the next separator, for Java and Go to the next key. */
static bool
read_bare(struct reader *r, char separator)
{
    size_t begin = r->at, i = begin;
    bool java = separator == '=', go = separator == 'm';
    bool tight =
        separator == ':' && begin > 0 && r->s.p[begin - 1] == ':'; /* {Code:7 Reason:none} */
    for (; i < r->s.n; i++) {
        char c = r->s.p[i];
        if (c == '}' || (go ? c == ']' : c == ']' || c == '\n'))
            break;
        bool quoted = i + 2 < r->s.n && (r->s.p[i + 2] == '"' || r->s.p[i + 2] == ':'); /* Ruby's keys */
        if (!go && c == ',' && (!java || quoted || (i + 2 < r->s.n && key_at(r->s, i + 2, '='))))
            break;
        if ((go || tight) && c == ' ' && key_at(r->s, i + 1, ':'))
            break;
    }
    r->at = i;
    rt_str text = rt_str_trim((rt_str){r->s.p + begin, i - begin});
    put_bare(r->json, text);
    return i < r->s.n;
}

static bool
read_list(struct reader *r, char separator)
{
    r->at++;
    rt_buf_addc(r->json, '[');
    for (bool first = true;; first = false) {
        skip_blanks(r);
        if (peek(r) == ',') {
            r->at++;
            skip_blanks(r);
        }
        if (peek(r) == ']')
            break;
        if (!first)
            rt_buf_addc(r->json, ',');
        if (r->at >= r->s.n || !read_value(r, separator == 'm' ? ' ' : separator))
            return false;
    }
    r->at++;
    rt_buf_addc(r->json, ']');
    return true;
}

static bool
read_members(struct reader *r, bool go)
{
    char close = go ? ']' : '}', separator = go ? 'm' : '\0';
    rt_buf_addc(r->json, '{');
    for (bool first = true;; first = false) {
        rt_str key;
        skip_blanks(r);
        while (peek(r) == ',') {
            r->at++;
            skip_blanks(r);
        }
        if (peek(r) == close)
            break;
        if (!take_key(r, &key))
            return false;
        skip_blanks(r);
        char c = peek(r);
        if (rt_str_starts(rt_str_from(r->s, r->at), RT_LIT("\xef\xbc\x9a"))) {
            c = ':'; /* a full-width colon */
            r->at += 2;
        }
        if (c != ':' && (c != '=' || go))
            return false;
        r->at++;
        if (peek(r) == '>') /* PHP and Ruby: => */
            r->at++;
        if (!go)
            separator = c;
        if (!first)
            rt_buf_addc(r->json, ',');
        put_string(r->json, key);
        rt_buf_addc(r->json, ':');
        if (!go || peek(r) != ' ')
            skip_blanks(r);
        if (!read_value(r, separator))
            return false;
    }
    r->at++;
    rt_buf_addc(r->json, '}');
    return true;
}

/* ---- PHP's var_dump: array(2) { ["code"]=> int(2) ["reason"]=> string(5) "wrong" } ---- */

/* [0]=> of a list, ["name"]=> or ["name":protected]=> of others. False: none stands there. */
static bool
take_dumped_key(struct reader *r, rt_str *key)
{
    size_t begin = r->at + 1, i = begin, most = begin + KEY_MOST;
    if (peek(r) != '[')
        return false;
    while (i < r->s.n && i < most && r->s.p[i] != ']' && r->s.p[i] != '\n')
        i++;
    if (!rt_str_starts(rt_str_from(r->s, i < r->s.n ? i : r->s.n), RT_LIT("]=>")))
        return false;
    *key = (rt_str){r->s.p + begin, i - begin};
    if (key->n > 0 && key->p[0] == '"') {
        *key = rt_str_from(*key, 1);
        size_t quote = rt_str_find(*key, RT_LIT("\""));
        if (quote == SIZE_MAX)
            return false;
        key->n = quote;
    }
    r->at = i + 3;
    return true;
}

/* The bytes of a string are counted, and nothing in it is escaped. */
static bool
read_dumped_string(struct reader *r, size_t n)
{
    skip_blanks(r);
    rt_str rest = rt_str_from(r->s, r->at);
    if (rest.n == 0 || rest.p[0] != '"')
        return false;
    if (n > rest.n - 1 || n + 1 >= rest.n || rest.p[n + 1] != '"') { /* cut, or changed by a logger */
        n = rt_str_find(rt_str_from(rest, 1), RT_LIT("\"\n"));
        if (n == SIZE_MAX)
            return false;
    }
    put_string(r->json, (rt_str){rest.p + 1, n});
    r->at += n + 2;
    return true;
}

static bool read_dumped(struct reader *r);

static bool
read_dumped_members(struct reader *r)
{
    rt_str key;
    skip_blanks(r);
    bool list = rt_str_starts(rt_str_from(r->s, r->at), RT_LIT("[0]=>"));
    rt_buf_addc(r->json, list ? '[' : '{');
    for (bool first = true; skip_blanks(r), peek(r) != '}'; first = false) {
        if (!take_dumped_key(r, &key))
            return false;
        if (!first)
            rt_buf_addc(r->json, ',');
        if (!list) {
            put_string(r->json, key);
            rt_buf_addc(r->json, ':');
        }
        if (!read_dumped(r))
            return false;
    }
    r->at++;
    rt_buf_addc(r->json, list ? ']' : '}');
    return true;
}

/* string(5) "wrong", int(2), bool(true), NULL, array(2) {, object(stdClass)#3 (2) { */
static bool
read_dumped(struct reader *r)
{
    skip_blanks(r);
    size_t begin = r->at;
    while (is_word(peek(r)))
        r->at++;
    rt_str type = {r->s.p + begin, r->at - begin}, inner = RT_NONE;
    if (type.n == 0 || r->json->failed)
        return false;
    if (peek(r) == '(') {
        size_t close = rt_str_find(rt_str_from(r->s, r->at), RT_LIT(")"));
        if (close == SIZE_MAX)
            return false;
        inner = (rt_str){r->s.p + r->at + 1, close - 1};
        r->at += close + 1;
    }
    int64_t n = 0;
    if (rt_str_is(type, "string"))
        return rt_str_int(inner, &n) && n >= 0 && read_dumped_string(r, (size_t)n);
    if (!rt_str_is(type, "array") && !rt_str_is(type, "object")) {
        put_bare(r->json, rt_str_is(type, "NULL") ? RT_LIT("null") : inner);
        return true;
    }
    size_t brace = rt_str_find(rt_str_from(r->s, r->at), RT_LIT("{"));
    if (brace == SIZE_MAX || brace > KEY_MOST || r->depth >= DEPTH_MOST)
        return false;
    r->at += brace + 1;
    r->depth++;
    bool good = read_dumped_members(r);
    r->depth--;
    return good;
}

static bool
is_dumped(const struct reader *r)
{
    struct reader ahead = *r;
    rt_str key;
    ahead.at++;
    skip_blanks(&ahead);
    return peek(r) == '{' && take_dumped_key(&ahead, &key);
}

static bool
read_value(struct reader *r, char separator)
{
    rt_str text;
    if (r->json->failed || r->depth >= DEPTH_MOST)
        return false;
    const struct quote *q = quote_at(r);
    bool go = rt_str_starts(rt_str_from(r->s, r->at), RT_LIT("map["));
    if (q != NULL && separator != 'm') {
        if (!take_quoted(r, q, &text))
            return false;
        put_quoted(r->json, text);
        return true;
    }
    if (!go && peek(r) != '{' && peek(r) != '[')
        return read_bare(r, separator);
    r->depth++;
    bool list = !go && peek(r) == '[';
    if (!list)
        r->at += go ? 4 : 1;
    bool good = list ? read_list(r, separator) : read_members(r, go);
    r->depth--;
    return good;
}

size_t
lenient_object(rt_str text, size_t at, struct rt_buf *json, size_t *stop)
{
    struct reader r = {.s = text, .at = at, .json = json};
    size_t begin = json->n;
    bool go = rt_str_starts(rt_str_from(text, at), RT_LIT("map["));
    *stop = at + 1;
    if (at >= text.n || (!go && text.p[at] != '{'))
        return 0;
    bool dumped = is_dumped(&r);
    r.at += dumped;
    if ((dumped ? read_dumped_members(&r) : read_value(&r, '\0')) && !json->failed)
        return r.at;
    json->n = begin;
    *stop = r.at > at ? r.at : at + 1;
    return 0;
}

/* key=value: a quoted value, an object, or up to the next blank. */
static bool
read_pair(struct reader *r)
{
    rt_str key = {r->s.p + r->at, 0}, text;
    while (r->at + key.n < r->s.n && (is_word(key.p[key.n]) || key.p[key.n] == '.'))
        key.n++;
    r->at += key.n + 1;
    put_string(r->json, key);
    rt_buf_addc(r->json, ':');
    const struct quote *q = quote_at(r);
    if (q != NULL && take_quoted(r, q, &text)) {
        put_quoted(r->json, text);
        return true;
    }
    if (peek(r) == '{' || peek(r) == '[')
        return read_value(r, '\0');
    size_t begin = r->at;
    while (r->at < r->s.n && strchr(" \t\n", r->s.p[r->at]) == NULL)
        r->at++;
    put_bare(r->json, (rt_str){r->s.p + begin, r->at - begin});
    return true;
}

size_t
lenient_pairs(rt_str text, struct rt_buf *json)
{
    struct reader r = {.s = text, .json = json};
    size_t count = 0;
    rt_buf_addc(json, '{');
    while (r.at < text.n && !json->failed) {
        size_t i = r.at;
        while (i < text.n && (is_word(text.p[i]) || text.p[i] == '.'))
            i++;
        bool pair = i > r.at && i + 1 < text.n && text.p[i] == '=' &&
                    (r.at == 0 || strchr(" \t\n,", text.p[r.at - 1]) != NULL);
        if (!pair) {
            r.at = i > r.at ? i : r.at + 1;
            continue;
        }
        if (count++ > 0)
            rt_buf_addc(json, ',');
        if (!read_pair(&r))
            return 0;
    }
    rt_buf_addc(json, '}');
    return json->failed ? 0 : count;
}
