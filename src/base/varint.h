/*
 * varint.h - numbers as bytes, small ones few: zigzag, seven bits a byte, low ones first.
 */
#ifndef RECTRACE_BASE_VARINT_H
#define RECTRACE_BASE_VARINT_H

#include "base/str.h"

/* Check b->failed. */
static inline void
rt_varint_put(struct rt_buf *b, int64_t n)
{
    uint64_t u = (uint64_t)n << 1 ^ (uint64_t)(n >> 63);
    do {
        rt_buf_addc(b, (char)(u >= 0x80 ? (u & 0x7f) | 0x80 : u));
        u >>= 7;
    } while (u > 0);
}

/* With its length in front. */
static inline void
rt_varint_put_text(struct rt_buf *b, rt_str s)
{
    rt_varint_put(b, (int64_t)s.n);
    rt_buf_add(b, s);
}

/* Moves *at behind it. False: the bytes end first, or are no number. */
static inline bool
rt_varint_take(const char **at, const char *end, int64_t *out)
{
    uint64_t n = 0;
    for (unsigned shift = 0; shift < 64 && *at < end; shift += 7) {
        unsigned char c = (unsigned char)*(*at)++;
        n |= (uint64_t)(c & 0x7f) << shift;
        if (c < 0x80) {
            *out = (int64_t)(n >> 1) ^ -(int64_t)(n & 1);
            return true;
        }
    }
    return false;
}

/* Likewise, of bytes that are known to hold a whole one. */
static inline int64_t
rt_varint_next(const char **at)
{
    int64_t n = 0;
    const char *end = *at;
    while ((*end++ & 0x80) != 0)
        continue;
    rt_varint_take(at, end, &n);
    return n;
}

/* to - from, whatever the two are; from + that is `to` again. */
static inline int64_t
rt_apart(int64_t from, int64_t to)
{
    return (int64_t)((uint64_t)to - (uint64_t)from);
}
static inline int64_t
rt_beyond(int64_t from, int64_t apart)
{
    return (int64_t)((uint64_t)from + (uint64_t)apart);
}

#endif
