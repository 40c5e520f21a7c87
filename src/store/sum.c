/*
 * sum.c - what is stored beside a row or a chunk, so that a bit that flips is noticed.
 */
#include "config.h"

#ifdef HAVE_ISAL
#    include <isa-l/crc.h>
#else
#    include <zlib.h>
#endif

#include "store/internal.h"

/* The CRC-32 of gzip, by whom it is made faster. */
static uint32_t
add_bytes(uint32_t sum, const void *p, size_t n)
{
#ifdef HAVE_ISAL
    return crc32_gzip_refl(sum, p, n);
#else
    return (uint32_t)crc32_z(sum, p, n);
#endif
}

static uint32_t
add_number(uint32_t sum, int64_t v)
{
    unsigned char n[8];
    for (int i = 0; i < 8; i++)
        n[i] = (unsigned char)((uint64_t)v >> (8 * i));
    return add_bytes(sum, n, sizeof(n));
}

static uint32_t
add_text(uint32_t sum, rt_str s)
{
    sum = add_number(sum, (int64_t)s.n);
    return s.n == 0 ? sum : add_bytes(sum, s.p, s.n);
}

int64_t
store_sum_callback(const struct store_callback *c)
{
    uint32_t sum = add_text(add_text(0, c->app), c->notice);
    sum = add_number(add_number(sum, c->received), c->notify);
    sum = add_text(add_number(sum, (int64_t)c->label), c->secret);
    return (int64_t)add_text(sum, c->body);
}

int64_t
store_sum_line(rt_str source, rt_time received, rt_str text)
{
    uint32_t sum = add_number(add_text(0, source), received);
    return (int64_t)add_text(sum, text);
}

int64_t
store_sum_bytes(rt_str bytes)
{
    return (int64_t)add_bytes(0, bytes.p, bytes.n);
}
