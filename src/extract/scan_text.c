/*
 * scan_text.c - the text of a string without its escapes.
 */
#include "config.h"

#include "extract/scan.h"

static int
hex4(rt_str s, size_t i)
{
    int value = 0;
    if (s.n < 4 || i > s.n - 4)
        return -1;
    for (size_t k = 0; k < 4; k++) {
        char c = s.p[i + k];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

static char *
put_utf8(char *o, uint32_t cp)
{
    if (cp < 0x80) {
        *o++ = (char)cp;
    } else if (cp < 0x800) {
        *o++ = (char)(0xc0 | cp >> 6);
        *o++ = (char)(0x80 | (cp & 0x3f));
    } else if (cp < 0x10000) {
        *o++ = (char)(0xe0 | cp >> 12);
        *o++ = (char)(0x80 | (cp >> 6 & 0x3f));
        *o++ = (char)(0x80 | (cp & 0x3f));
    } else {
        *o++ = (char)(0xf0 | cp >> 18);
        *o++ = (char)(0x80 | (cp >> 12 & 0x3f));
        *o++ = (char)(0x80 | (cp >> 6 & 0x3f));
        *o++ = (char)(0x80 | (cp & 0x3f));
    }
    return o;
}

/* \uXXXX at `*i` (behind the u), a pair of surrogates included. */
static uint32_t
unicode(rt_str s, size_t *i)
{
    int high = hex4(s, *i);
    if (high < 0)
        return 0xfffd;
    *i += 4;
    if (high < 0xd800 || high > 0xdfff)
        return (uint32_t)high;
    int low = high < 0xdc00 && *i + 1 < s.n && s.p[*i] == '\\' && s.p[*i + 1] == 'u'
                  ? hex4(s, *i + 2)
                  : -1;
    if (low < 0xdc00 || low > 0xdfff)
        return 0xfffd;
    *i += 6;
    return 0x10000u + (((uint32_t)high - 0xd800u) << 10) + ((uint32_t)low - 0xdc00u);
}

int
scan_unescape(rt_str s, struct rt_buf *out)
{
    /* At worst two bytes, a \u without its digits, stand for three. */
    char *begin = rt_buf_room(out, s.n + s.n / 2 + 3), *o = begin;
    if (begin == NULL)
        return -1;
    size_t i = 0;
    while (i < s.n) {
        const char *slash = memchr(s.p + i, '\\', s.n - i);
        size_t plain = slash == NULL ? s.n - i : (size_t)(slash - s.p) - i;
        memcpy(o, s.p + i, plain);
        o += plain;
        i += plain;
        if (i + 1 >= s.n)
            break;
        char c = s.p[i + 1];
        i += 2;
        switch (c) {
        case 'n': *o++ = '\n'; break;
        case 't': *o++ = '\t'; break;
        case 'r': *o++ = '\r'; break;
        case 'b': *o++ = '\b'; break;
        case 'f': *o++ = '\f'; break;
        case 'u': o = put_utf8(o, unicode(s, &i)); break;
        default: *o++ = c; break;
        }
    }
    out->n += (size_t)(o - begin);
    return 0;
}
