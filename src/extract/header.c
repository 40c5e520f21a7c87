/*
 * header.c - the headers of a request against what they must be, and a mark by which equal credentials
 * are known. What a log hides is not judged.
 */
#include "config.h"

#include <inttypes.h>
#include <nettle/base64.h>
#include <stdio.h>

#include "extract/work.h"

enum { VALUE_MOST = 512 };

static bool
in_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '-' || c == '_';
}

/* The value of a header, in JSON or as it is sent; p NULL: it is not there. */
static rt_str
value_of(rt_str headers, rt_str name)
{
    rt_str rest = headers;
    for (size_t at; (at = rt_str_find_nocase(rest, name)) != SIZE_MAX;) {
        bool begins = rest.p + at == headers.p || !in_name(rest.p[at - 1]);
        rest = rt_str_from(rest, at + name.n);
        size_t n = 0, end = 0;
        while (n < rest.n && n < 4 && memchr("\\\"'", rest.p[n], 3) != NULL)
            n++;
        if (!begins || n >= rest.n || memchr(":=,", rest.p[n], 3) == NULL)
            continue;
        for (n++; n < rest.n && memchr(" \"'\\[", rest.p[n], 5) != NULL;)
            n++;
        rest = rt_str_from(rest, n);
        while (end < rest.n && memchr("\"\\\r\n", rest.p[end], 4) == NULL)
            end++;
        return rt_str_trim((rt_str){rest.p, end});
    }
    return RT_NONE;
}

static bool
hidden(struct extract *x, rt_str s)
{
    return x->rules->hidden != NULL && derive_matches(x, x->rules->hidden, s);
}

/* What stands behind the scheme, in clear. False: hidden, or no base64. */
static bool
decode(struct extract *x, rt_str value, char *out, rt_str *text)
{
    struct base64_decode_ctx ctx;
    size_t blank = rt_str_find(value, RT_LIT(" ")), n = VALUE_MOST;
    rt_str coded = blank == SIZE_MAX ? value : rt_str_trim(rt_str_from(value, blank));
    if (coded.n == 0 || BASE64_DECODE_LENGTH(coded.n) > VALUE_MOST || hidden(x, coded))
        return false;
    base64_decode_init(&ctx);
    if (!base64_decode_update(&ctx, &n, (uint8_t *)out, coded.n, coded.p))
        return false;
    *text = (rt_str){out, n};
    return true;
}

static rt_str
defect_of(struct extract *x, const struct header_rule *h, rt_str headers)
{
    char clear[VALUE_MOST];
    rt_str text, value = value_of(headers, h->header);
    if (value.n == 0)
        return h->absent;
    if (h->must != NULL && !hidden(x, value) && !derive_matches(x, h->must, value))
        return h->says;
    if (h->decoded == NULL || !decode(x, value, clear, &text))
        return RT_NONE;
    return derive_matches(x, h->decoded, text) ? RT_NONE : h->says;
}

/* The first rule names the header of the credentials. */
static int
mark_credentials(struct extract *x, struct event *e, rt_str headers)
{
    char mark[20];
    rt_str value = value_of(headers, x->rules->headers.v[0].header);
    if (value.n == 0 || hidden(x, value))
        return 0;
    snprintf(mark, sizeof(mark), "%016" PRIx64, rt_str_hash(value));
    return work_add_text(x, e, FIELD_AUTH_HASH, work_keep(x, rt_str_of(mark)));
}

int
header_fields(struct extract *x, struct event *e, rt_str headers, struct rt_err *err)
{
    const struct header_rule *h;
    if (headers.n == 0 || x->rules->headers.n == 0)
        return 0;
    int rc = mark_credentials(x, e, headers);
    RT_EACH (h, &x->rules->headers) {
        rt_str defect = defect_of(x, h, headers);
        if (rc == 0 && defect.n > 0)
            rc = work_add_text(x, e, FIELD_HEADER_DEFECT, defect);
    }
    return rc < 0 ? rt_fail_mem(err) : 0;
}
