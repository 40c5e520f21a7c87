/*
 * lenient_reader.h - a place in a printed object, and the JSON that is written of it; for lenient.c and dump.c.
 */
#ifndef RECTRACE_EXTRACT_LENIENT_READER_H
#define RECTRACE_EXTRACT_LENIENT_READER_H

#include <string.h>

#include "base/str.h"

enum { LENIENT_DEPTH = 32, LENIENT_KEY = 64 /* bytes */ };

struct lenient_reader {
    rt_str s;
    size_t at;
    unsigned depth;
    struct rt_buf *json;
};

static inline char
lenient_peek(const struct lenient_reader *r)
{
    return r->at < r->s.n ? r->s.p[r->at] : '\0';
}

static inline bool
lenient_is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '_' || c == '-' || c == '$';
}

static inline void
lenient_skip_blanks(struct lenient_reader *r)
{
    while (r->at < r->s.n && strchr(" \t\r\n", r->s.p[r->at]) != NULL)
        r->at++;
}

void lenient_put_string(struct rt_buf *b, rt_str s);
/* A word that stands without quotes. */
void lenient_put_bare(struct rt_buf *b, rt_str s);

/* dump.c: does PHP's var_dump() begin here? */
bool dump_begins(const struct lenient_reader *r);
/* From its brace on. False: it is cut, or none. */
bool dump_read(struct lenient_reader *r);

#endif
