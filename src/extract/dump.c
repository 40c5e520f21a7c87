/*
 * dump.c - what PHP's var_dump() prints, as JSON.
 *
 *      array(2) { ["code"]=> int(2) ["reason"]=> string(5) "wrong" }
 */
#include "config.h"

#include "extract/lenient_reader.h"

/* [0]=> of a list, ["name"]=> or ["name":protected]=> of others. False: none stands there. */
static bool
take_key(struct lenient_reader *r, rt_str *key)
{
    size_t begin = r->at + 1, i = begin, most = begin + LENIENT_KEY;
    if (lenient_peek(r) != '[')
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
read_string(struct lenient_reader *r, size_t n)
{
    lenient_skip_blanks(r);
    rt_str rest = rt_str_from(r->s, r->at);
    if (rest.n == 0 || rest.p[0] != '"')
        return false;
    if (n > rest.n - 1 || n + 1 >= rest.n ||
        rest.p[n + 1] != '"') { /* cut, or changed by a logger */
        n = lenient_find(r, r->at + 1, RT_LIT("\"\n"), END_OF_LINE);
        if (n == SIZE_MAX)
            return false;
    }
    lenient_put_string(r->json, (rt_str){rest.p + 1, n});
    r->at += n + 2;
    return true;
}

static bool read_value(struct lenient_reader *r);

static bool
read_members(struct lenient_reader *r)
{
    rt_str key;
    lenient_skip_blanks(r);
    bool list = rt_str_starts(rt_str_from(r->s, r->at), RT_LIT("[0]=>"));
    rt_buf_addc(r->json, list ? '[' : '{');
    for (bool first = true; lenient_skip_blanks(r), lenient_peek(r) != '}'; first = false) {
        if (!take_key(r, &key))
            return false;
        if (!first)
            rt_buf_addc(r->json, ',');
        if (!list) {
            lenient_put_string(r->json, key);
            rt_buf_addc(r->json, ':');
        }
        if (!read_value(r))
            return false;
    }
    r->at++;
    rt_buf_addc(r->json, list ? ']' : '}');
    return true;
}

/* string(5) "wrong", int(2), bool(true), NULL, array(2) {, object(stdClass)#3 (2) { */
static bool
read_value(struct lenient_reader *r)
{
    lenient_skip_blanks(r);
    size_t begin = r->at;
    while (lenient_is_word(lenient_peek(r)))
        r->at++;
    rt_str type = {r->s.p + begin, r->at - begin}, inner = RT_NONE;
    if (type.n == 0 || r->json->failed)
        return false;
    if (lenient_peek(r) == '(') {
        size_t close = lenient_find(r, r->at, RT_LIT(")"), END_OF_CALL);
        if (close == SIZE_MAX)
            return false;
        inner = (rt_str){r->s.p + r->at + 1, close - 1};
        r->at += close + 1;
    }
    int64_t n = 0;
    if (rt_str_is(type, "string"))
        return rt_str_int(inner, &n) && n >= 0 && read_string(r, (size_t)n);
    if (!rt_str_is(type, "array") && !rt_str_is(type, "object")) {
        lenient_put_bare(r->json, rt_str_is(type, "NULL") ? RT_LIT("null") : inner);
        return true;
    }
    size_t brace = rt_str_find(rt_str_from(r->s, r->at), RT_LIT("{"));
    if (brace == SIZE_MAX || brace > LENIENT_KEY || r->depth >= LENIENT_DEPTH)
        return false;
    r->at += brace + 1;
    r->depth++;
    bool good = read_members(r);
    r->depth--;
    return good;
}

bool
dump_begins(const struct lenient_reader *r)
{
    struct lenient_reader ahead = *r;
    rt_str key;
    ahead.at++;
    lenient_skip_blanks(&ahead);
    return lenient_peek(r) == '{' && take_key(&ahead, &key);
}

bool
dump_read(struct lenient_reader *r)
{
    r->at++;
    return read_members(r);
}
