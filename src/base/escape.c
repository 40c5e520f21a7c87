/*
 * escape.c - text from outside, made harmless for each format at the moment of writing.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/out.h"

/* The character at `i`: its bytes, and its code point; 0 bytes when it is not UTF-8. */
static size_t
decode(rt_str s, size_t i, uint32_t *out)
{
    unsigned char c = (unsigned char)s.p[i];
    size_t n = c < 0x80                ? 1
               : c >= 0xc2 && c < 0xe0 ? 2
               : c >= 0xe0 && c < 0xf0 ? 3
               : c >= 0xf0 && c < 0xf5 ? 4
                                       : 0;
    if (n == 0 || s.n - i < n)
        return 0;
    uint32_t cp = n == 1 ? c : c & (0x7fu >> n);
    for (size_t k = 1; k < n; k++) {
        unsigned char next = (unsigned char)s.p[i + k];
        if ((next & 0xc0) != 0x80)
            return 0;
        cp = cp << 6 | (next & 0x3f);
    }
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (cp < least[n] || cp > 0x10ffff || (cp >= 0xd800 && cp < 0xe000))
        return 0;
    *out = cp;
    return n;
}

struct range {
    uint32_t first, last;
};

/* Control, bidi, zero width, fillers, tags: ascending. */
static const struct range silent[] = {
    {0, 0x1f},        {0x7f, 0x9f},     {0xad, 0xad},     {0x61c, 0x61c},   {0x115f, 0x1160},
    {0x17b4, 0x17b5}, {0x180e, 0x180e}, {0x200b, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f},
    {0x3164, 0x3164}, {0xfeff, 0xfeff}, {0xffa0, 0xffa0}, {0xfff9, 0xfffb}, {0xe0000, 0xe007f},
};
static const struct range two_columns[] = {
    {0x1100, 0x115e},   {0x2e80, 0x303e},   {0x3040, 0xa4cf}, {0xac00, 0xd7a3},
    {0xf900, 0xfaff},   {0xfe30, 0xfe6f},   {0xff00, 0xff60}, {0xffe0, 0xffe6},
    {0x1f300, 0x1faff}, {0x20000, 0x3fffd},
};
static const struct range combining[] = {{0x300, 0x36f}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}};

static bool
in_ranges(uint32_t cp, const struct range *rows, size_t n)
{
    for (size_t i = 0; i < n && rows[i].first <= cp; i++)
        if (cp <= rows[i].last)
            return true;
    return false;
}

/* Characters that show nothing, or turn text around: a terminal must not act on them. */
static bool
deceives(uint32_t cp)
{
    if (cp >= 0x20 && cp < 0x7f)
        return false; /* nearly all there is */
    return in_ranges(cp, silent, sizeof(silent) / sizeof(silent[0]));
}

static bool
wide(uint32_t cp)
{
    return in_ranges(cp, two_columns, sizeof(two_columns) / sizeof(two_columns[0]));
}

/* Combining marks take no column. */
static bool
joins(uint32_t cp)
{
    return in_ranges(cp, combining, sizeof(combining) / sizeof(combining[0]));
}

/* What out_tty writes for the character at `i`: text in `buf` when it is escaped. */
static size_t
tty_character(rt_str s, size_t i, char buf[16], size_t *columns)
{
    uint32_t cp = 0;
    size_t n = decode(s, i, &cp);
    buf[0] = '\0';
    if (n == 0 || (deceives(cp) && cp < 0x80))
        *columns = (size_t)snprintf(buf, 16, "\\x%02x", (unsigned char)s.p[i]);
    else if (deceives(cp))
        *columns = (size_t)snprintf(buf, 16, "\\u{%04x}", cp);
    else
        *columns = joins(cp) ? 0 : wide(cp) ? 2 : 1;
    return n == 0 ? 1 : n;
}

void
out_tty(struct out *o, rt_str s)
{
    size_t plain = 0;
    for (size_t i = 0, n = 0; i < s.n; i += n) {
        unsigned char c = (unsigned char)s.p[i];
        n = 1;
        if (c >= 0x20 && c < 0x7f)
            continue;
        char buf[16];
        size_t columns = 0;
        n = tty_character(s, i, buf, &columns);
        if (buf[0] == '\0')
            continue;
        out_rawn(o, (rt_str){s.p + plain, i - plain});
        out_raw(o, buf);
        plain = i + n;
    }
    if (plain < s.n)
        out_rawn(o, rt_str_from(s, plain));
}

bool
out_tty_is_plain(rt_str s)
{
    char buf[16] = "";
    size_t columns = 0;
    for (size_t i = 0; i < s.n && buf[0] == '\0';)
        i += tty_character(s, i, buf, &columns);
    return buf[0] == '\0';
}

size_t
out_tty_width(rt_str s)
{
    size_t width = 0;
    for (size_t i = 0; i < s.n;) {
        char buf[16];
        size_t columns = 0;
        i += tty_character(s, i, buf, &columns);
        width += columns;
    }
    return width;
}

rt_str
out_tty_cut(rt_str s, size_t columns)
{
    size_t width = 0, i = 0;
    while (i < s.n) {
        char buf[16];
        size_t more = 0, n = tty_character(s, i, buf, &more);
        if (width + more > columns)
            break;
        width += more;
        i += n;
    }
    return (rt_str){s.p, i};
}

/* A JSON reader gets the same text back; a terminal that shows the document is not deceived. */
static void
json_character(struct out *o, uint32_t cp)
{
    if (cp == '"' || cp == '\\')
        out_fmt(o, "\\%c", (int)cp);
    else if (cp == '\n')
        out_raw(o, "\\n");
    else if (cp == '\t')
        out_raw(o, "\\t");
    else if (cp < 0x10000)
        out_fmt(o, "\\u%04x", cp);
    else
        out_fmt(o, "\\u%04x\\u%04x", 0xd800 + ((cp - 0x10000) >> 10), 0xdc00 + (cp & 0x3ff));
}

void
out_json(struct out *o, rt_str s)
{
    size_t plain = 0;
    out_char(o, '"');
    for (size_t i = 0, n = 0; i < s.n; i += n) {
        unsigned char c = (unsigned char)s.p[i];
        uint32_t cp = c;
        n = c < 0x80 ? 1 : decode(s, i, &cp);
        bool bad = n == 0;
        n = bad ? 1 : n;
        if (!bad && cp != '"' && cp != '\\' && !deceives(cp))
            continue;
        out_rawn(o, (rt_str){s.p + plain, i - plain});
        if (bad)
            out_raw(o, "\xef\xbf\xbd");
        else
            json_character(o, cp);
        plain = i + n;
    }
    if (plain < s.n)
        out_rawn(o, rt_str_from(s, plain));
    out_char(o, '"');
}

void
out_md(struct out *o, rt_str s)
{
    for (size_t i = 0, n = 0; i < s.n; i += n) {
        char buf[16];
        size_t columns = 0;
        n = tty_character(s, i, buf, &columns);
        if (s.p[i] == '\n' || s.p[i] == '\r')
            out_char(o, ' ');
        else if (buf[0] != '\0')
            out_fmt(o, "\\%s", buf);
        else if (n == 1 && strchr("\\`*_{}[]<>()#+-!|~&@:", s.p[i]) != NULL &&
                 !(strchr("-:()", s.p[i]) && i > 0))
            out_fmt(o, "\\%c", s.p[i]);
        else
            out_rawn(o, (rt_str){s.p + i, n});
    }
}

void
out_md_code(struct out *o, rt_str s)
{
    size_t run = 0, longest = 0;
    for (size_t i = 0; i < s.n; i++) {
        run = s.p[i] == '`' ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    if (s.n == 0) {
        out_raw(o, "` `"); /* two backticks alone are no span */
        return;
    }
    out_pad(o, '`', longest + 1);
    if (longest > 0)
        out_char(o, ' ');
    for (size_t i = 0, n = 0; i < s.n; i += n) {
        char buf[16];
        size_t columns = 0;
        n = tty_character(s, i, buf, &columns);
        if (s.p[i] == '|')
            out_raw(o, "\\|"); /* spans stand in tables too */
        else if (buf[0] != '\0')
            out_raw(o, buf);
        else
            out_rawn(o, (rt_str){s.p + i, n});
    }
    if (longest > 0)
        out_char(o, ' ');
    out_pad(o, '`', longest + 1);
}

void
out_html(struct out *o, rt_str s)
{
    for (size_t i = 0, n = 0; i < s.n; i += n) {
        char buf[16];
        size_t columns = 0;
        n = tty_character(s, i, buf, &columns);
        switch (s.p[i]) {
        case '<': out_raw(o, "&lt;"); break;
        case '>': out_raw(o, "&gt;"); break;
        case '&': out_raw(o, "&amp;"); break;
        case '"': out_raw(o, "&quot;"); break;
        case '\'': out_raw(o, "&#39;"); break;
        default:
            if (buf[0] != '\0')
                out_raw(o, buf);
            else
                out_rawn(o, (rt_str){s.p + i, n});
        }
    }
}
