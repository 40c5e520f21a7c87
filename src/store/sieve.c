#include "config.h"

#include "store/sieve.h"

#include <stdint.h>
#include <string.h>

#include "base/alloc.h"

enum { BITS_A_KEY = 12, BITS_SET = 6, WORDS = 8, BLOCK_BITS = WORDS * 64 };

struct sieve {
    size_t blocks;
    uint64_t words[];
};

static size_t
blocks_for(size_t keys)
{
    return keys / (BLOCK_BITS / BITS_A_KEY) + 1;
}

size_t
sieve_bytes(size_t keys)
{
    return blocks_for(keys) * WORDS * sizeof(uint64_t);
}

struct sieve *
sieve_new(size_t keys)
{
    struct sieve *s = rt_calloc(1, sizeof(*s) + sieve_bytes(keys));
    if (s != NULL)
        s->blocks = blocks_for(keys);
    return s;
}

void
sieve_free(struct sieve **ps)
{
    rt_free(*ps);
    *ps = NULL;
}

/* A part of a key may count up, so it is mixed: the upper half chooses the block, the lower one its bits. */
static uint64_t
mix(const unsigned char *key)
{
    uint64_t a, b;
    memcpy(&a, key, sizeof(a));
    memcpy(&b, key + sizeof(a), sizeof(b));
    uint64_t h = (a ^ (b * 0x9e3779b97f4a7c15u)) * 0xff51afd7ed558ccdu;
    h ^= h >> 32;
    h *= 0xc4ceb9fe1a85ec53u;
    return h ^ h >> 29;
}

static size_t
block_of(const struct sieve *s, uint64_t h)
{
    return (size_t)(((h >> 32) * s->blocks) >> 32) * WORDS;
}

void
sieve_add(struct sieve *s, const unsigned char *key)
{
    uint64_t h = mix(key), *w = s->words + block_of(s, h);
    for (int i = 0; i < BITS_SET; i++) {
        unsigned bit = (unsigned)(h * (2 * (unsigned)i + 1) >> (7 + i)) % BLOCK_BITS;
        w[bit / 64] |= (uint64_t)1 << bit % 64;
    }
}

bool
sieve_may_hold(const struct sieve *s, const unsigned char *key)
{
    uint64_t h = mix(key);
    const uint64_t *w = s->words + block_of(s, h);
    for (int i = 0; i < BITS_SET; i++) {
        unsigned bit = (unsigned)(h * (2 * (unsigned)i + 1) >> (7 + i)) % BLOCK_BITS;
        if ((w[bit / 64] >> bit % 64 & 1) == 0)
            return false;
    }
    return true;
}
