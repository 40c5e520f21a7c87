/*
 * scrub_value.c - between a name and its value stand signs, quotes, and what loggers make of them: quotes behind
 * 1, 3, 7 backslashes, \u0022, %22, &quot;. The value ends where its own kind of quote does.
 */
#include "config.h"

#include "report/scrub_value.h"

enum { SIGNS_MOST = 48, VALUE_MOST = 1 << 20 };

static bool
hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool
scrub_value_is_word(char c)
{
    static const uint32_t words[8] = {
        0, UINT32_C(0x03ff2000), UINT32_C(0x87fffffe), UINT32_C(0x07fffffe), 0, 0, 0, 0};
    unsigned char u = (unsigned char)c;
    return (words[u >> 5] >> (u & 31) & 1) != 0;
}

size_t
scrub_value_escape(rt_str s, size_t i)
{
    if (s.p[i] == '%' && i + 2 < s.n && hex(s.p[i + 1]) && hex(s.p[i + 2]))
        return 3;
    if (s.p[i] != '\\' || i + 1 >= s.n)
        return 0;
    char c = s.p[i + 1];
    if (c == 'u' && i + 5 < s.n && hex(s.p[i + 2]) && hex(s.p[i + 3]) && hex(s.p[i + 4]) &&
        hex(s.p[i + 5]))
        return 6;
    return c == 'n' || c == 'r' || c == 't' ? 2 : 0;
}

/* ---- signs ---- */

enum sign { SIGN_NONE, SIGN_BLANK, SIGN_IS, SIGN_QUOTE, SIGN_OPEN, SIGN_COMMA, SIGN_OTHER };

static const struct spelling {
    rt_str text;
    enum sign sign;
    bool quotes; /* a value may stand between two of these */
} spellings[] = {
    {RT_INIT("%22"), SIGN_QUOTE, true},      {RT_INIT("%27"), SIGN_QUOTE, true},
    {RT_INIT("%3A"), SIGN_IS, false},        {RT_INIT("%3D"), SIGN_IS, false},
    {RT_INIT("%20"), SIGN_BLANK, false},     {RT_INIT("%5C"), SIGN_OTHER, false},
    {RT_INIT("%2C"), SIGN_COMMA, false},     {RT_INIT("\\u0022"), SIGN_QUOTE, true},
    {RT_INIT("\\u0027"), SIGN_QUOTE, true},  {RT_INIT("\\u003d"), SIGN_IS, false},
    {RT_INIT("\\u003e"), SIGN_OTHER, false}, {RT_INIT("&quot;"), SIGN_QUOTE, true},
    {RT_INIT("&#34;"), SIGN_QUOTE, true},    {RT_INIT("&#39;"), SIGN_QUOTE, true},
    {RT_INIT("&#x27;"), SIGN_QUOTE, true},   {RT_INIT("&#x22;"), SIGN_QUOTE, true},
    {RT_INIT("\\n"), SIGN_BLANK, false},     {RT_INIT("\\t"), SIGN_BLANK, false},
    {RT_INIT("+"), SIGN_BLANK, false},
};

static size_t
spelled(rt_str line, size_t i, const struct spelling **out)
{
    char c = line.p[i];
    for (size_t k = 0; (c == '%' || c == '\\' || c == '&' || c == '+') &&
                       k < sizeof(spellings) / sizeof(spellings[0]);
         k++) {
        rt_str t = spellings[k].text;
        if (line.n - i >= t.n && rt_str_eq_nocase((rt_str){line.p + i, t.n}, t)) {
            *out = &spellings[k];
            return t.n;
        }
    }
    return 0;
}

static enum sign
plain_sign(char c)
{
    switch (c) {
    case ' ':
    case '\t': return SIGN_BLANK;
    case ':':
    case '=': return SIGN_IS;
    case '"':
    case '\'': return SIGN_QUOTE;
    case '[':
    case '(': return SIGN_OPEN;
    case ',': return SIGN_COMMA;
    case '\\':
    case '>':
    case ']': return SIGN_OTHER;
    default: return SIGN_NONE;
    }
}

/* ---- where a value ends ---- */

struct opening { /* what stood before the value */
    char quote;
    size_t slashes;
    rt_str long_quote; /* spelled otherwise; or none */
};

static size_t
slashes_before(rt_str s, size_t i)
{
    size_t n = 0;
    while (n < i && s.p[i - n - 1] == '\\')
        n++;
    return n;
}

/* A quote behind n backslashes is closed by one behind as many, more of them are a part of the value. */
static size_t
end_of_quoted(rt_str line, size_t begin, const struct opening *by, bool *open)
{
    size_t period = 2 * (by->slashes + 1);
    *open = false;
    for (size_t i = begin; i < line.n; i++) {
        if (by->long_quote.n > 0) {
            if (line.n - i >= by->long_quote.n &&
                rt_str_eq_nocase((rt_str){line.p + i, by->long_quote.n}, by->long_quote))
                return i;
            if (by->long_quote.p[0] == '%' &&
                (line.p[i] == '&' || line.p[i] == ' ' || line.p[i] == '"'))
                return i;
        } else if (line.p[i] == by->quote) {
            size_t run = slashes_before(line, i);
            run = run < i - begin ? run : i - begin;
            if (run < by->slashes || run % period == by->slashes)
                return run < by->slashes ? i - run : i - by->slashes;
        }
    }
    *open = true;
    return line.n;
}

static bool
ends_plain(rt_str line, size_t i)
{
    char c = line.p[i];
    if (c == '\\')
        return true;
    if (c == '%') /* of an encoded query the next member, or the end of the object */
        return line.n - i >= 3 && (rt_str_eq_nocase((rt_str){line.p + i, 3}, RT_LIT("%26")) ||
                                   rt_str_eq_nocase((rt_str){line.p + i, 3}, RT_LIT("%22")) ||
                                   rt_str_eq_nocase((rt_str){line.p + i, 3}, RT_LIT("%7D")));
    return c != '\0' && strchr(",}&;\"'<>)]|", c) != NULL;
}

static bool
scheme(rt_str word)
{
    static const char *const words[] = {"basic", "bearer", "digest", "agora",
                                        "token", "hmac",   "apikey", "key"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (rt_str_eq_nocase(word, rt_str_of(words[i])))
            return true;
    return false;
}

/* token="..." inside of a header's value: behind the quote that closes it; 0: none begins here. */
static size_t
over_quoted(rt_str line, size_t i)
{
    size_t from = i + 1, n = 0;
    while (from + n < line.n && line.p[from + n] == '\\')
        n++;
    if (line.p[i] != '=' || from + n >= line.n || line.p[from + n] != '"')
        return 0;
    size_t close = rt_str_find(rt_str_from(line, from + n + 1), (rt_str){line.p + from, n + 1});
    return close == SIZE_MAX ? line.n : from + n + 1 + close + n + 1;
}

static size_t
end_of_plain(rt_str line, size_t begin, bool header)
{
    size_t i = begin, skip;
    while (i < line.n && (!ends_plain(line, i) || (header && line.p[i] == ';'))) {
        bool blank = line.p[i] == ' ' || line.p[i] == '\t';
        if (blank && !header && !scheme((rt_str){line.p + begin, i - begin}))
            break;
        i = header && (skip = over_quoted(line, i)) > 0 ? skip : i + 1;
    }
    while (i > begin && line.p[i - 1] == ' ')
        i--;
    return i;
}

/* ---- from the name to the value ---- */

/* The member that holds the value of a pair: its name, just behind a quote. */
static size_t
value_word(rt_str line, size_t i)
{
    static const char *const words[] = {"value", "Value", "val"};
    for (size_t k = 0; k < sizeof(words) / sizeof(words[0]); k++) {
        rt_str w = rt_str_of(words[k]);
        if (rt_str_starts(rt_str_from(line, i), w) && i + w.n < line.n &&
            !scrub_value_is_word(line.p[i + w.n]))
            return w.n;
    }
    return 0;
}

/* string(40) of PHP's prints */
static size_t
length_of_text(rt_str line, size_t i)
{
    size_t n = 7;
    if (!rt_str_starts(rt_str_from(line, i), RT_LIT("string(")))
        return 0;
    while (i + n < line.n && line.p[i + n] >= '0' && line.p[i + n] <= '9')
        n++;
    return i + n < line.n && line.p[i + n] == ')' ? n + 1 : 0;
}

struct walk {
    struct opening by;
    bool is;     /* a colon or an equals sign stood there */
    bool comma;  /* or a comma: the value is a member of its own, or the next text of a list */
    bool wanted; /* "value" was seen */
    size_t i;
};

static void
see_sign(struct walk *w, rt_str line, enum sign sign, size_t n, const struct spelling *as)
{
    if (sign == SIGN_IS || sign == SIGN_OPEN) {
        w->is |= sign == SIGN_IS;
        w->by = (struct opening){0};
    } else if (sign == SIGN_COMMA) {
        w->comma = true;
        w->by = (struct opening){0};
    } else if (sign == SIGN_QUOTE) {
        w->by = as != NULL ? (struct opening){.long_quote = as->text}
                           : (struct opening){.quote = line.p[w->i],
                                              .slashes = slashes_before(line, w->i)};
    }
    w->i += n;
}

/* Over all signs. False: no value can follow. */
static bool
walk_signs(struct walk *w, rt_str line, bool header)
{
    size_t from = w->i;
    while (w->i < line.n && w->i < from + SIGNS_MOST) {
        const struct spelling *as = NULL;
        size_t n = spelled(line, w->i, &as);
        enum sign sign = n > 0 ? as->sign : plain_sign(line.p[w->i]);
        bool quote_open = w->by.quote != 0 || w->by.long_quote.n > 0;
        if (sign == SIGN_NONE ||
            (sign == SIGN_OPEN && !w->is && !w->comma && line.p[w->i] == '(')) {
            size_t word = w->comma && !w->is && quote_open ? value_word(line, w->i)
                          : w->is                          ? length_of_text(line, w->i)
                                                           : 0;
            if (word == 0)
                break;
            w->wanted |= !w->is;
            w->i += word;
            continue;
        }
        if (sign == SIGN_QUOTE && (w->is || (w->comma && header && !w->wanted))) {
            see_sign(w, line, sign, n > 0 ? n : 1, as);
            if (!w->is && value_word(line, w->i) > 0)
                continue;
            return true; /* the value begins here, even when it looks like a sign */
        }
        if (sign == SIGN_COMMA && w->is)
            return false;
        see_sign(w, line, sign, n > 0 ? n : 1, as);
    }
    return w->is || (w->comma && header);
}

static bool
take(rt_str line, const struct walk *w, bool header, struct value_place *out)
{
    *out = (struct value_place){.begin = w->i, .end = w->i};
    out->quoted = w->by.quote != 0 || w->by.long_quote.n > 0;
    if (w->i >= line.n || (!out->quoted && line.p[w->i] == '{')) {
        out->open = w->i >= line.n;
        return false;
    }
    out->end = out->quoted ? end_of_quoted(line, w->i, &w->by, &out->open)
                           : end_of_plain(line, w->i, header);
    if (out->end - out->begin > VALUE_MOST)
        out->end = out->begin + VALUE_MOST;
    return out->end > out->begin;
}

bool
scrub_value_behind(rt_str line, size_t at, bool header, struct value_place *out)
{
    struct walk w = {.i = at};
    *out = (struct value_place){.begin = at, .end = at};
    bool good = walk_signs(&w, line, header);
    if (w.i >= line.n && (w.is || w.comma)) {
        *out = (struct value_place){w.i, w.i, false, true, !w.is};
        return false;
    }
    if (good && !w.is && !w.wanted && w.comma)
        good = w.by.quote != 0 || w.by.long_quote.n > 0; /* the next text of a list */
    return good && take(line, &w, header, out);
}

bool
scrub_value_goes_on(rt_str line, const struct value_place *before, bool header,
                    struct value_place *out)
{
    struct walk w = {.is = !before->apart, .comma = before->apart};
    while (w.i < line.n && (line.p[w.i] == ' ' || line.p[w.i] == '\t'))
        w.i++;
    bool quote =
        w.i < line.n && (line.p[w.i] == '"' || line.p[w.i] == '\'' || line.p[w.i] == '\\');
    *out = (struct value_place){0};
    if (before->apart && (!walk_signs(&w, line, false) || !w.wanted))
        return false;
    if (!before->apart && (!quote || !walk_signs(&w, line, false)))
        return false;
    return take(line, &w, header, out);
}

/* ---- the other way round ---- */

static size_t
back_over(rt_str line, size_t i, const char *signs)
{
    while (i > 0 && line.p[i - 1] != '\0' && strchr(signs, line.p[i - 1]) != NULL)
        i--;
    return i;
}

bool
scrub_value_before(rt_str line, size_t at, struct value_place *out)
{
    size_t i = back_over(line, at, "\"'\\ :"), end = i;
    while (i > 0 && scrub_value_is_word(line.p[i - 1]))
        i--;
    rt_str word = {line.p + i, end - i};
    if (end == at ||
        (!rt_str_eq_nocase(word, RT_LIT("name")) && !rt_str_eq_nocase(word, RT_LIT("key"))))
        return false;
    i = back_over(line, i, "\"'\\ ");
    if (i == 0 || line.p[i - 1] != ',')
        return false;
    i--;
    while (i > 0 && line.p[i - 1] == ' ')
        i--;
    if (i == 0 || (line.p[i - 1] != '"' && line.p[i - 1] != '\''))
        return false;
    char quote = line.p[i - 1];
    size_t slashes = slashes_before(line, i - 1), close = i - 1 - slashes, begin = close;
    while (begin > 0 &&
           !(line.p[begin - 1] == quote && slashes_before(line, begin - 1) == slashes))
        begin--;
    size_t name = begin == 0 ? 0 : back_over(line, begin, "\"'\\ :");
    *out = (struct value_place){.begin = begin, .end = close, .quoted = true};
    return close > begin && name >= 5 &&
           rt_str_eq_nocase((rt_str){line.p + name - 5, 5}, RT_LIT("value"));
}
