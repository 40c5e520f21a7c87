/*
 * lenient_reader.h - a place in a printed object, and the JSON that is written of it; for lenient.c and dump.c.
 */
#ifndef RECTRACE_EXTRACT_LENIENT_READER_H
#define RECTRACE_EXTRACT_LENIENT_READER_H

#include <string.h>

#include "extract/lenient.h"

enum { LENIENT_DEPTH = 32, LENIENT_KEY = 64 /* bytes */ };

/* What ends something that may be as long as the text: the closing quotes of lenient.c, and those of dump.c. */
enum { END_QUOTES = 5, END_OF_CALL = END_QUOTES, END_OF_LINE };
_Static_assert(END_OF_LINE + 1 == LENIENT_ENDS, "a place for each");

struct lenient_reader {
    rt_str s;
    size_t at;
    unsigned depth;
    struct rt_buf *json;
    struct lenient_past *past;
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

/* rt_str_find() from `from` on, of an end of that kind. What was not found once is not looked for again. */
static inline size_t
lenient_find(struct lenient_reader *r, size_t from, rt_str end, unsigned kind)
{
    size_t *never = &r->past->never[kind];
    size_t at =
        *never != 0 && from >= *never ? SIZE_MAX : rt_str_find(rt_str_from(r->s, from), end);
    if (at == SIZE_MAX && (*never == 0 || from < *never))
        *never = from;
    return at;
}

/* lenient_put.c: quoted and escaped. */
void lenient_put_string(struct rt_buf *b, rt_str s);
/* A word that stands without quotes. */
void lenient_put_bare(struct rt_buf *b, rt_str s);

/* dump.c: does PHP's var_dump() begin here? */
bool dump_begins(const struct lenient_reader *r);
/* From its brace on. False: it is cut, or none. */
bool dump_read(struct lenient_reader *r);

#endif
