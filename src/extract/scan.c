/*
 * scan.c - values one after the other, by their first byte.
 */
#include "config.h"

#include "extract/scan.h"

/* What a byte means outside of strings. */
enum { PLAIN, QUOTE, OPEN, CLOSE };
static const uint8_t classes[256] = {
    ['"'] = QUOTE, ['{'] = OPEN, ['['] = OPEN, ['}'] = CLOSE, [']'] = CLOSE,
};

/* `i` is behind the opening quote; gives the offset of the closing one, or SIZE_MAX. */
static size_t
string_end(rt_str s, size_t i)
{
    size_t begin = i;
    while (i < s.n) {
        const char *q = memchr(s.p + i, '"', s.n - i);
        if (q == NULL)
            return SIZE_MAX;
        size_t at = (size_t)(q - s.p), slashes = 0;
        while (at - slashes > begin && s.p[at - slashes - 1] == '\\')
            slashes++;
        if (slashes % 2 == 0)
            return at;
        i = at + 1;
    }
    return SIZE_MAX;
}

/* `i` is at the bracket; gives the offset behind its partner, or SIZE_MAX. */
static size_t
nested_end(rt_str s, size_t i, unsigned most)
{
    unsigned depth = 0;
    while (i < s.n) {
        switch (classes[(unsigned char)s.p[i]]) {
        case PLAIN: i++; break;
        case QUOTE:
            i = string_end(s, i + 1);
            if (i == SIZE_MAX)
                return SIZE_MAX;
            i++;
            break;
        case OPEN:
            if (++depth > most)
                return SIZE_MAX;
            i++;
            break;
        default:
            i++;
            if (--depth == 0)
                return i;
            break;
        }
    }
    return SIZE_MAX;
}

static const bool ends_word[256] = {
    [','] = true, ['}'] = true,  [']'] = true,  [':'] = true,
    [' '] = true, ['\t'] = true, ['\n'] = true, ['\r'] = true,
};

bool
scan_raw(rt_str s, size_t *at, unsigned depth, struct scan_value *out)
{
    size_t i = scan_blanks(s, *at), end = 0;
    if (i >= s.n)
        return false;
    char c = s.p[i];
    switch (classes[(unsigned char)c]) {
    case QUOTE:
        end = string_end(s, i + 1);
        if (end == SIZE_MAX)
            return false;
        out->type = SCAN_STRING;
        out->text = (rt_str){s.p + i + 1, end - i - 1};
        *at = end + 1;
        return true;
    case OPEN:
        end = nested_end(s, i, depth);
        if (end == SIZE_MAX)
            return false;
        out->type = c == '{' ? SCAN_OBJECT : SCAN_ARRAY;
        break;
    case CLOSE: return false;
    default:
        end = i;
        while (end < s.n && !ends_word[(unsigned char)s.p[end]])
            end++;
        if (end == i)
            return false;
        out->type = (c >= '0' && c <= '9') || c == '-' ? SCAN_NUMBER : SCAN_WORD;
        break;
    }
    out->text = (rt_str){s.p + i, end - i};
    *at = end;
    return true;
}

bool
scan_value(rt_str s, size_t *at, unsigned depth, struct scan_value *out)
{
    out->escaped = false;
    if (!scan_raw(s, at, depth, out))
        return false;
    out->escaped = out->type == SCAN_STRING && scan_escaped(out->text);
    return true;
}

int
scan_key(rt_str object, size_t *at, rt_str *key)
{
    size_t i = *at;
    bool is_object = object.n > 0 && object.p[0] == '{';
    /* The usual look, ,"key": without blanks or escapes, in one go. */
    if (is_object && i + 1 < object.n && (i == 0 || object.p[i] == ',') &&
        object.p[i + 1] == '"') {
        size_t begin = i + 2, end = begin;
        while (end < object.n && object.p[end] != '"' && object.p[end] != '\\')
            end++;
        if (end + 1 < object.n && object.p[end] == '"' && object.p[end + 1] == ':') {
            *key = (rt_str){object.p + begin, end - begin};
            *at = end + 2;
            return 1;
        }
    }
    if (i == 0)
        i = 1;
    else if ((i = scan_blanks(object, i)) < object.n && object.p[i] == ',')
        i++;
    i = scan_blanks(object, i);
    if (i >= object.n)
        return -1;
    if (object.p[i] == '}' || object.p[i] == ']')
        return 0;
    *key = RT_NONE;
    if (is_object) {
        if (object.p[i] != '"')
            return -1;
        size_t end = string_end(object, i + 1);
        if (end == SIZE_MAX)
            return -1;
        *key = (rt_str){object.p + i + 1, end - i - 1};
        i = scan_blanks(object, end + 1);
        if (i >= object.n || object.p[i] != ':')
            return -1;
        i++;
    }
    *at = i;
    return 1;
}

int
scan_member(rt_str object, size_t *at, unsigned depth, rt_str *key, struct scan_value *value)
{
    size_t i = *at;
    int got = scan_key(object, &i, key);
    if (got != 1)
        return got;
    if (!scan_value(object, &i, depth, value))
        return -1;
    *at = i;
    return 1;
}

struct scan_value
scan_get(rt_str object, const char *name)
{
    struct scan_value value;
    rt_str key;
    size_t at = 0;
    while (object.n > 0 && object.p[0] == '{' &&
           scan_member(object, &at, SCAN_ANY_DEPTH, &key, &value) == 1)
        if (rt_str_is(key, name))
            return value;
    return (struct scan_value){SCAN_NONE, RT_NONE, false};
}

bool
scan_int(const struct scan_value *v, int64_t *out)
{
    return (v->type == SCAN_NUMBER || v->type == SCAN_STRING) && rt_str_int(v->text, out);
}

bool
scan_http(const struct scan_value *v, int64_t *out)
{
    enum { DIGITS = 3 };
    struct scan_value status = *v;
    if (v->type == SCAN_STRING && v->text.n > DIGITS && v->text.p[DIGITS] == ' ')
        status.text.n = DIGITS;
    return scan_int(&status, out);
}
