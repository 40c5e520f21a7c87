#include "config.h"

#include "report/disguise.h"

#include <nettle/base64.h>

/* ---- off ---- */

static int
digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* `n` hexadecimal digits, or -1. */
static long
number16(rt_str s, size_t i, size_t n)
{
    long v = 0;
    for (size_t k = 0; k < n; k++) {
        int d = i + k < s.n ? digit(s.p[i + k]) : -1;
        if (d < 0)
            return -1;
        v = v * 16 + d;
    }
    return v;
}

static void
put_rune(struct rt_buf *b, long c)
{
    if (c < 0x80) {
        rt_buf_addc(b, (char)c);
    } else if (c < 0x800) {
        rt_buf_addc(b, (char)(0xc0 | c >> 6));
        rt_buf_addc(b, (char)(0x80 | (c & 0x3f)));
    } else if (c < 0x10000) {
        rt_buf_addc(b, (char)(0xe0 | c >> 12));
        rt_buf_addc(b, (char)(0x80 | (c >> 6 & 0x3f)));
        rt_buf_addc(b, (char)(0x80 | (c & 0x3f)));
    } else {
        rt_buf_addc(b, (char)(0xf0 | c >> 18));
        rt_buf_addc(b, (char)(0x80 | (c >> 12 & 0x3f)));
        rt_buf_addc(b, (char)(0x80 | (c >> 6 & 0x3f)));
        rt_buf_addc(b, (char)(0x80 | (c & 0x3f)));
    }
}

static size_t
escape_off(rt_str s, size_t i, struct rt_buf *b)
{
    static const char letters[] = "nrtbf\"\\/'", means[] = "\n\r\t\b\f\"\\/'";
    char c = i + 1 < s.n ? s.p[i + 1] : '\0';
    const char *at = c == '\0' ? NULL : strchr(letters, c);
    if (at != NULL) {
        rt_buf_addc(b, means[at - letters]);
        return 2;
    }
    long high = c == 'u' ? number16(s, i + 2, 4) : c == 'x' ? number16(s, i + 2, 2) : -1;
    if (high < 0)
        return 0;
    long low = high >= 0xd800 && high < 0xdc00 && i + 7 < s.n && s.p[i + 6] == '\\' &&
                       s.p[i + 7] == 'u'
                   ? number16(s, i + 8, 4)
                   : -1;
    bool pair = low >= 0xdc00 && low < 0xe000;
    put_rune(b, pair ? 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00) : high);
    return pair ? 12 : c == 'u' ? 6 : 4;
}

static size_t
reference_off(rt_str s, size_t i, struct rt_buf *b)
{
    static const struct {
        rt_str text;
        char means;
    } names[] = {{RT_INIT("&quot;"), '"'}, {RT_INIT("&amp;"), '&'},   {RT_INIT("&lt;"), '<'},
                 {RT_INIT("&gt;"), '>'},   {RT_INIT("&apos;"), '\''}, {RT_INIT("&#39;"), '\''},
                 {RT_INIT("&#34;"), '"'},  {RT_INIT("&#x27;"), '\''}, {RT_INIT("&#x22;"), '"'},
                 {RT_INIT("&#x2F;"), '/'}, {RT_INIT("&#61;"), '='},   {RT_INIT("&#x3D;"), '='}};
    for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++)
        if (rt_str_starts(rt_str_from(s, i), names[k].text)) {
            rt_buf_addc(b, names[k].means);
            return names[k].text.n;
        }
    return 0;
}

rt_str
disguise_off(rt_str s, struct rt_buf *b)
{
    size_t from = 0;
    rt_buf_clear(b);
    for (size_t i = 0; i < s.n;) {
        char c = s.p[i];
        if (c != '\\' && c != '%' && c != '&') {
            i++;
            continue;
        }
        rt_buf_add(b, (rt_str){s.p + from, i - from});
        from = i;
        long byte = c == '%' ? number16(s, i + 1, 2) : -1;
        size_t n = c == '\\'   ? escape_off(s, i, b)
                   : c == '&'  ? reference_off(s, i, b)
                   : byte >= 0 ? 3
                               : 0;
        if (c == '%' && byte >= 0)
            rt_buf_addc(b, (char)byte);
        from += n;
        i += n > 0 ? n : 1;
    }
    if (b->n == 0 && from == 0)
        return s;
    rt_buf_add(b, (rt_str){s.p + from, s.n - from});
    return rt_buf_str(b);
}

/* ---- on ---- */

enum { BASE64_SURE = 12 };

/* What base64 makes of the text behind `before` other bytes: only the digits that those bytes and what
 * follows have no part in. */
static void
base64_from(struct rt_buf *b, rt_str s, unsigned before, bool url)
{
    size_t padded = before + s.n, first = (8 * before + 5) / 6, last = 8 * padded / 6;
    if (last - first > BASE64_SURE) /* a cut at a group of four would be no harder to read */
        last = last / 4 * 4;
    struct rt_buf raw;
    rt_buf_init(&raw, padded + 8);
    rt_buf_add(&raw, (rt_str){"\0\0\0", before});
    rt_buf_add(&raw, s);
    struct rt_buf text;
    rt_buf_init(&text, BASE64_ENCODE_RAW_LENGTH(padded) + 8);
    char *room = rt_buf_room(&text, BASE64_ENCODE_RAW_LENGTH(padded));
    if (!raw.failed && room != NULL) {
        base64_encode_raw(room, padded, (const uint8_t *)raw.p);
        for (size_t i = first; i < last; i++)
            rt_buf_addc(b, url && room[i] == '+' ? '-' : url && room[i] == '/' ? '_' : room[i]);
    } else {
        b->failed = true;
    }
    rt_buf_fini(&raw);
    rt_buf_fini(&text);
}

void
disguise_put(struct rt_buf *b, rt_str s, unsigned which)
{
    if (which < 6) {
        base64_from(b, s, which % 3, which >= 3);
        return;
    }
    for (size_t i = 0; i < s.n; i++)
        rt_buf_addf(b, which == 6 ? "%02x" : "%02X", (unsigned char)s.p[i]);
}

static bool
unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           strchr("-_.~", c) != NULL;
}

static long
rune_at(rt_str s, size_t *i)
{
    unsigned char c = (unsigned char)s.p[*i];
    size_t more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : c >= 0xc0 ? 1 : 0;
    long v = more == 3 ? c & 7 : more == 2 ? c & 15 : more == 1 ? c & 31 : c;
    for (size_t k = 1; k <= more && *i + k < s.n; k++)
        v = v << 6 | ((unsigned char)s.p[*i + k] & 0x3f);
    *i += more + 1;
    return v;
}

void
disguise_spell(struct rt_buf *b, rt_str s, unsigned which)
{
    static const char digits[2][17] = {"0123456789ABCDEF", "0123456789abcdef"};
    bool slashes = which == 3 || which == 5, ascii = which == 4 || which == 5;
    for (size_t i = 0; i < s.n;) {
        char c = s.p[i];
        if (which < 2) {
            if (c != '\0' && unreserved(c))
                rt_buf_addc(b, c);
            else
                rt_buf_addf(b, "%%%c%c", digits[which][(unsigned char)c >> 4],
                            digits[which][c & 15]);
            i++;
        } else if (ascii && ((unsigned char)c >= 0x80)) {
            long v = rune_at(s, &i);
            if (v >= 0x10000)
                rt_buf_addf(b, "\\u%04lx\\u%04lx", 0xd800 + ((v - 0x10000) >> 10),
                            0xdc00 + ((v - 0x10000) & 0x3ff));
            else
                rt_buf_addf(b, "\\u%04lx", v);
        } else {
            if (c == '"' || c == '\\' || (slashes && c == '/'))
                rt_buf_addc(b, '\\');
            rt_buf_addc(b, c);
            i++;
        }
    }
}
