/*
 * lenient_put.c - values that were printed without JSON's quotes, written as JSON.
 */
#include "config.h"

#include "extract/lenient_reader.h"

void
lenient_put_string(struct rt_buf *b, rt_str s)
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

void
lenient_put_bare(struct rt_buf *b, rt_str s)
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
        lenient_put_string(b, s);
}
