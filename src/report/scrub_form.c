#include "config.h"

#include "report/scrub_form.h"

#include "report/redact.h"
#include "report/scrub_value.h"

enum { OBJECT_LEAST = 24, SIGNED_LEAST = 8 };

static bool
one_of(char c, const char *signs)
{
    return c != '\0' && strchr(signs, c) != NULL;
}

/* ---- network and mail addresses ---- */

static size_t
digits(rt_str s, size_t i)
{
    size_t n = 0;
    while (i + n < s.n && n < 4 && s.p[i + n] >= '0' && s.p[i + n] <= '9')
        n++;
    return n;
}

/* Four numbers with the sign between; 0: none. */
static size_t
four(rt_str s, size_t i, char between)
{
    size_t at = i;
    for (int part = 0; part < 4; part++) {
        size_t n = digits(s, at);
        if (n == 0 || n > 3)
            return 0;
        at += n;
        if (part < 3 && (at >= s.n || s.p[at++] != between))
            return 0;
    }
    return at - i;
}

static size_t
address_at(rt_str s, size_t i)
{
    size_t n = i > 0 && s.p[i - 1] == '.' ? 0 : four(s, i, '.'), at = i + n;
    bool goes_on =
        at < s.n && (scrub_value_is_word(s.p[at]) ||
                     (s.p[at] == '.' && at + 1 < s.n && scrub_value_is_word(s.p[at + 1])));
    if (n > 0)
        return goes_on ? 0 : n;
    /* ip-10-0-0-1 is a host of clouds */
    n = rt_str_starts(rt_str_from(s, i), RT_LIT("ip-")) ? four(s, i + 3, '-') : 0;
    return n > 0 ? n + 3 : 0;
}

/* Groups of hexadecimal digits with colons, more than a time of day has; 0: none. */
static size_t
address6_at(rt_str s, size_t i)
{
    size_t n = 0, colons = 0, count = 0, group = 0;
    bool gap = false;
    if (i > 0 && one_of(s.p[i - 1], ":."))
        return 0;
    for (; i + n < s.n; n++) {
        char c = s.p[i + n];
        bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        if (c != ':' && !hex)
            break;
        gap |= c == ':' && n > 0 && s.p[i + n - 1] == ':';
        colons += c == ':';
        count += hex;
        group = hex ? group + 1 : 0;
        if (group > 4)
            return 0;
    }
    size_t last = n - group; /* ::ffff:10.0.0.1 ends in the older form */
    size_t four_n = gap && i + n < s.n && s.p[i + n] == '.' ? four(s, i + last, '.') : 0;
    if (four_n > 0)
        return last + four_n;
    bool whole = i + n >= s.n || !scrub_value_is_word(s.p[i + n]);
    return whole && count > 2 && (colons >= 5 || (gap && colons >= 2)) ? n : 0;
}

static bool
mail_byte(char c)
{
    return scrub_value_is_word(c) || c == '.' || c == '+';
}

/* name@host.domain, from its beginning; 0: none. */
static size_t
mail_at(rt_str s, size_t i)
{
    size_t at = i, dots = 0;
    if (!scrub_value_is_word(s.p[i]) || (i > 0 && one_of(s.p[i - 1], ".+")))
        return 0;
    while (at < s.n && mail_byte(s.p[at]))
        at++;
    size_t sign = at < s.n && s.p[at] == '@'                         ? 1
                  : rt_str_starts(rt_str_from(s, at), RT_LIT("%40")) ? 3
                                                                     : 0;
    if (sign == 0)
        return 0;
    size_t host = at += sign;
    for (; at < s.n && (scrub_value_is_word(s.p[at]) || s.p[at] == '.'); at++)
        dots += s.p[at] == '.' && at > host;
    while (at > host && s.p[at - 1] == '.')
        at--;
    return dots > 0 && at > host + 3 ? at - i : 0;
}

/* ---- in URLs ---- */

/* "://" and what escapes make of it. */
static size_t
slashes_at(rt_str rest)
{
    static const rt_str forms[] = {RT_INIT("://"), RT_INIT(":\\/\\/"), RT_INIT(":\\\\/\\\\/"),
                                   RT_INIT("%3A%2F%2F"), RT_INIT("%3a%2f%2f")};
    for (size_t k = 0; k < sizeof(forms) / sizeof(forms[0]); k++)
        if (rt_str_starts(rest, forms[k]))
            return forms[k].n;
    return 0;
}

/* Behind rtmp:// stands a key for whoever knows it. */
static size_t
stream_at(rt_str s, size_t i, size_t *keep)
{
    static const rt_str schemes[] = {RT_INIT("rtmp"), RT_INIT("rtmps"), RT_INIT("rtmpt"),
                                     RT_INIT("srt"), RT_INIT("rtsp")};
    for (size_t k = 0; k < sizeof(schemes) / sizeof(schemes[0]); k++) {
        rt_str word = {s.p + i, schemes[k].n < s.n - i ? schemes[k].n : s.n - i};
        size_t n = rt_str_eq_nocase(word, schemes[k]) ? slashes_at(rt_str_from(s, i + word.n))
                                                      : 0,
               end = i + word.n + n;
        if (n == 0)
            continue;
        while (end < s.n && !one_of(s.p[end], "\" '<>,|") &&
               !(s.p[end] == '\\' && end + 1 < s.n && s.p[end + 1] != '/'))
            end++;
        *keep = word.n + n;
        return end - i - *keep;
    }
    return 0;
}

/* user:password@ behind "//", from its beginning. */
static size_t
login_at(rt_str s, size_t i)
{
    size_t back = i, colon = 0, at = i;
    while (back > 0 && s.p[back - 1] == '\\')
        back--;
    if (back < 2 || s.p[back - 1] != '/' || (s.p[back - 2] != '/' && s.p[back - 2] != '\\'))
        return 0;
    while (at < s.n && !one_of(s.p[at], "/?#\"' @<>")) {
        colon += s.p[at] == ':';
        at++;
    }
    return at < s.n && s.p[at] == '@' && colon > 0 ? at - i : 0;
}

/* ---- in commands ---- */

/* -u name:password, --user, --proxy-user */
static size_t
user_at(rt_str s, size_t i, size_t *keep)
{
    static const rt_str words[] = {RT_INIT("--proxy-user"), RT_INIT("--user"), RT_INIT("-u")};
    rt_str rest = rt_str_from(s, i);
    for (size_t k = 0; k < sizeof(words) / sizeof(words[0]); k++) {
        size_t at = words[k].n, colons = 0;
        if (!rt_str_starts(rest, words[k]))
            continue;
        while (at < rest.n && one_of(rest.p[at], " ='\"\\"))
            at++;
        if (at == words[k].n && k < 2)
            return 0;
        *keep = at;
        while (at < rest.n && !one_of(rest.p[at], " '\"\\"))
            colons += rest.p[at++] == ':';
        return colons == 1 && rest.p[at - 1] != ':' ? at - *keep : 0;
    }
    return 0;
}

/* ---- keys ---- */

static bool
base64_byte(char c)
{
    return scrub_value_is_word(c) || c == '+' || c == '/' || c == '=';
}

static size_t
base64_run(rt_str s, size_t i)
{
    size_t n = 0;
    while (i + n < s.n && base64_byte(s.p[i + n]))
        n++;
    return n;
}

/* An object in base64, or with dots the parts of a signed one. */
static struct form_place
object_at(rt_str s, size_t i)
{
    static const rt_str heads[] = {RT_INIT("eyJ"),  RT_INIT("ewog"), RT_INIT("ewoJ"),
                                   RT_INIT("eyAi"), RT_INIT("ew0K"), RT_INIT("W3si")};
    for (size_t k = 0; k < sizeof(heads) / sizeof(heads[0]); k++) {
        size_t n = rt_str_starts(rt_str_from(s, i), heads[k]) ? base64_run(s, i) : 0, all = n;
        while (n >= SIGNED_LEAST && i + all + 1 < s.n && s.p[i + all] == '.' &&
               base64_run(s, i + all + 1) > 0)
            all += 1 + base64_run(s, i + all + 1);
        if (n >= SIGNED_LEAST && all > n)
            return (struct form_place){FORM_CREDENTIAL, 0, all};
        if (n >= OBJECT_LEAST)
            return (struct form_place){FORM_OBJECT, 0, n};
    }
    return (struct form_place){FORM_NONE, 0, 0};
}

static size_t
key_at(const struct rule_set *rules, rt_str s, size_t i)
{
    for (size_t k = 0; k < rules->beginnings.n; k++) {
        const struct withheld_word *w = &rules->beginnings.v[k];
        size_t n = rt_str_starts(rt_str_from(s, i), w->word) ? base64_run(s, i) : 0;
        if (n >= (size_t)w->least)
            return n;
    }
    return 0;
}

struct form_place
scrub_form_at(const struct rule_set *rules, rt_str s, size_t i)
{
    size_t keep = 0, n = 0;
    char c = s.p[i];
    if (one_of(c, "Bba0") && (n = redact_credential(s, i, &keep)) > 0)
        return (struct form_place){FORM_TOKEN, keep, n};
    if (one_of(c, "eW")) {
        struct form_place p = object_at(s, i);
        if (p.n > 0)
            return p;
    }
    if (one_of(c, "rRsS") && (n = stream_at(s, i, &keep)) > 0)
        return (struct form_place){FORM_STREAM, keep, n};
    if (c == '-' && (n = user_at(s, i, &keep)) > 0)
        return (struct form_place){FORM_CREDENTIAL, keep, n};
    if ((n = key_at(rules, s, i)) > 0 ||
        (i > 1 && one_of(s.p[i - 1], "/\\") && (n = login_at(s, i)) > 0))
        return (struct form_place){FORM_CREDENTIAL, 0, n};
    if ((n = address_at(s, i)) > 0 || (n = address6_at(s, i)) > 0)
        return (struct form_place){FORM_ADDRESS, 0, n};
    if ((n = mail_at(s, i)) > 0)
        return (struct form_place){FORM_MAIL, 0, n};
    return (struct form_place){FORM_NONE, 0, 0};
}
