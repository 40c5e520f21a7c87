#include "config.h"

#include "extract/lenient.h"

#include <string.h>

#include "extract/lenient_reader.h"

static bool read_value(struct lenient_reader *r, char separator);

/* ---- quoted ---- */

static const struct quote {
    const char *open, *close;
} quotes[END_QUOTES] = {{"\"", "\""},
                        {"'", "'"},
                        {"`", "`"},
                        {"\xe2\x80\x9c", "\xe2\x80\x9d"},
                        {"\xe2\x80\x98", "\xe2\x80\x99"}};

static const struct quote *
quote_at(const struct lenient_reader *r)
{
    for (size_t i = 0; i < sizeof(quotes) / sizeof(quotes[0]); i++)
        if (rt_str_starts(rt_str_from(r->s, r->at), rt_str_of(quotes[i].open)))
            return &quotes[i];
    return NULL;
}

/* The quoted text at the reader, still escaped. False: it does not end. */
static bool
take_quoted(struct lenient_reader *r, const struct quote *q, rt_str *out)
{
    size_t begin = r->at + strlen(q->open), i = begin, *never = &r->past->never[q - quotes];
    rt_str close = rt_str_of(q->close);
    if (*never != 0 && begin >= *never)
        return false;
    while (i < r->s.n && !rt_str_starts(rt_str_from(r->s, i), close))
        i += r->s.p[i] == '\\' && i + 1 < r->s.n ? 2 : 1;
    if (i >= r->s.n) {
        *never = begin;
        return false;
    }
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
take_key(struct lenient_reader *r, rt_str *key)
{
    const struct quote *q = quote_at(r);
    if (q != NULL)
        return take_quoted(r, q, key);
    size_t begin = r->at;
    while (lenient_is_word(lenient_peek(r)) && r->at - begin <= LENIENT_KEY)
        r->at++;
    *key = (rt_str){r->s.p + begin, r->at - begin};
    return key->n > 0 && key->n <= LENIENT_KEY;
}

/* Does "key=" or "key:" stand at `i`? Then the value before it is over. */
static bool
key_at(rt_str s, size_t i, char separator)
{
    size_t begin = i;
    while (i < s.n && lenient_is_word(s.p[i]) && i - begin <= LENIENT_KEY)
        i++;
    return i > begin && i < s.n && s.p[i] == separator;
}

/* A value without quotes: to the next separator, for Java and Go to the next key. */
static bool
read_bare(struct lenient_reader *r, char separator)
{
    size_t begin = r->at, i = begin;
    bool java = separator == '=', go = separator == 'm';
    bool tight =
        separator == ':' && begin > 0 && r->s.p[begin - 1] == ':'; /* {Code:7 Reason:none} */
    for (; i < r->s.n; i++) {
        char c = r->s.p[i];
        if (c == '}' || (go ? c == ']' : c == ']' || c == '\n'))
            break;
        /* Ruby's keys */
        bool quoted = i + 2 < r->s.n && (r->s.p[i + 2] == '"' || r->s.p[i + 2] == ':');
        if (!go && c == ',' &&
            (!java || quoted || (i + 2 < r->s.n && key_at(r->s, i + 2, '='))))
            break;
        if ((go || tight) && c == ' ' && key_at(r->s, i + 1, ':'))
            break;
    }
    r->at = i;
    rt_str text = rt_str_trim((rt_str){r->s.p + begin, i - begin});
    lenient_put_bare(r->json, text);
    return i < r->s.n;
}

static bool
read_list(struct lenient_reader *r, char separator)
{
    r->at++;
    rt_buf_addc(r->json, '[');
    for (bool first = true;; first = false) {
        lenient_skip_blanks(r);
        if (lenient_peek(r) == ',') {
            r->at++;
            lenient_skip_blanks(r);
        }
        if (lenient_peek(r) == ']')
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
read_members(struct lenient_reader *r, bool go)
{
    char close = go ? ']' : '}', separator = go ? 'm' : '\0';
    rt_buf_addc(r->json, '{');
    for (bool first = true;; first = false) {
        rt_str key;
        lenient_skip_blanks(r);
        while (lenient_peek(r) == ',') {
            r->at++;
            lenient_skip_blanks(r);
        }
        if (lenient_peek(r) == close)
            break;
        if (!take_key(r, &key))
            return false;
        lenient_skip_blanks(r);
        char c = lenient_peek(r);
        if (rt_str_starts(rt_str_from(r->s, r->at), RT_LIT("\xef\xbc\x9a"))) {
            c = ':'; /* a full-width colon */
            r->at += 2;
        }
        if (c != ':' && (c != '=' || go))
            return false;
        r->at++;
        if (lenient_peek(r) == '>') /* PHP and Ruby: => */
            r->at++;
        if (!go)
            separator = c;
        if (!first)
            rt_buf_addc(r->json, ',');
        lenient_put_string(r->json, key);
        rt_buf_addc(r->json, ':');
        if (!go || lenient_peek(r) != ' ')
            lenient_skip_blanks(r);
        if (!read_value(r, separator))
            return false;
    }
    r->at++;
    rt_buf_addc(r->json, '}');
    return true;
}

static bool
read_value(struct lenient_reader *r, char separator)
{
    rt_str text;
    if (r->json->failed || r->depth >= LENIENT_DEPTH)
        return false;
    const struct quote *q = quote_at(r);
    bool go = rt_str_starts(rt_str_from(r->s, r->at), RT_LIT("map["));
    if (q != NULL && separator != 'm') {
        if (!take_quoted(r, q, &text))
            return false;
        put_quoted(r->json, text);
        return true;
    }
    if (!go && lenient_peek(r) != '{' && lenient_peek(r) != '[')
        return read_bare(r, separator);
    r->depth++;
    bool list = !go && lenient_peek(r) == '[';
    if (!list)
        r->at += go ? 4 : 1;
    bool good = list ? read_list(r, separator) : read_members(r, go);
    r->depth--;
    return good;
}

size_t
lenient_object(rt_str text, size_t at, struct rt_buf *json, struct lenient_past *past)
{
    struct lenient_reader r = {.s = text, .at = at, .json = json, .past = past};
    size_t begin = json->n;
    bool go = rt_str_starts(rt_str_from(text, at), RT_LIT("map["));
    if (at >= text.n || at < past->tried || (!go && text.p[at] != '{'))
        return 0;
    if ((dump_begins(&r) ? dump_read(&r) : read_value(&r, '\0')) && !json->failed)
        return r.at;
    json->n = begin;
    past->tried = r.at > at ? r.at : at + 1;
    return 0;
}

/* key=value: a quoted value, an object, or up to the next blank. */
static bool
read_pair(struct lenient_reader *r)
{
    rt_str key = {r->s.p + r->at, 0}, text;
    while (r->at + key.n < r->s.n && (lenient_is_word(key.p[key.n]) || key.p[key.n] == '.'))
        key.n++;
    r->at += key.n + 1;
    lenient_put_string(r->json, key);
    rt_buf_addc(r->json, ':');
    const struct quote *q = quote_at(r);
    if (q != NULL && take_quoted(r, q, &text)) {
        put_quoted(r->json, text);
        return true;
    }
    if (lenient_peek(r) == '{' || lenient_peek(r) == '[')
        return read_value(r, '\0');
    size_t begin = r->at;
    while (r->at < r->s.n && strchr(" \t\n", r->s.p[r->at]) == NULL)
        r->at++;
    lenient_put_bare(r->json, (rt_str){r->s.p + begin, r->at - begin});
    return true;
}

size_t
lenient_pairs(rt_str text, struct rt_buf *json)
{
    struct lenient_past past = {0};
    struct lenient_reader r = {.s = text, .json = json, .past = &past};
    size_t count = 0;
    rt_buf_addc(json, '{');
    while (r.at < text.n && !json->failed) {
        size_t i = r.at;
        while (i < text.n && (lenient_is_word(text.p[i]) || text.p[i] == '.'))
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
