#include "config.h"

#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/alloc.h"

static char
lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

int
rt_str_cmp(rt_str a, rt_str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int order = n == 0 ? 0 : memcmp(a.p, b.p, n);
    return order != 0 ? order : (a.n > b.n) - (a.n < b.n);
}

bool
rt_str_eq_nocase(rt_str a, rt_str b)
{
    if (a.n != b.n)
        return false;
    if (a.n == 0 || memcmp(a.p, b.p, a.n) == 0) /* mostly */
        return true;
    for (size_t i = 0; i < a.n; i++)
        if (lower(a.p[i]) != lower(b.p[i]))
            return false;
    return true;
}

bool
rt_str_starts(rt_str s, rt_str prefix)
{
    return s.n >= prefix.n && (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}

bool
rt_str_ends(rt_str s, rt_str suffix)
{
    return s.n >= suffix.n &&
           (suffix.n == 0 || memcmp(s.p + s.n - suffix.n, suffix.p, suffix.n) == 0);
}

size_t
rt_str_find(rt_str s, rt_str needle)
{
    if (needle.n == 0)
        return 0;
    if (s.n < needle.n)
        return SIZE_MAX;
    const char *at = memmem(s.p, s.n, needle.p, needle.n);
    return at == NULL ? SIZE_MAX : (size_t)(at - s.p);
}

size_t
rt_str_find_nocase(rt_str s, rt_str needle)
{
    char first = needle.n > 0 ? lower(needle.p[0]) : 0;
    for (size_t i = 0; needle.n <= s.n && i <= s.n - needle.n; i++)
        if ((needle.n == 0 || lower(s.p[i]) == first) &&
            rt_str_eq_nocase((rt_str){s.p + i, needle.n}, needle))
            return i;
    return SIZE_MAX;
}

bool
rt_str_int(rt_str s, int64_t *out)
{
    bool negative = s.n > 0 && s.p[0] == '-';
    size_t i = negative ? 1 : 0;
    if (i >= s.n)
        return false;
    int64_t value = 0; /* below zero, which reaches one farther */
    for (; i < s.n; i++) {
        unsigned digit = (unsigned)(s.p[i] - '0');
        if (digit > 9 || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_sub_overflow(value, (int)digit, &value))
            return false;
    }
    if (!negative && value == INT64_MIN)
        return false;
    *out = negative ? value : -value;
    return true;
}

/* Both halves of the product, of 128 bits, folded into one. */
static inline uint64_t
fold(uint64_t a, uint64_t b)
{
#ifdef __SIZEOF_INT128__
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
#else
    uint64_t low = (a & UINT32_MAX) * (b & UINT32_MAX), left = (a >> 32) * (b & UINT32_MAX),
             right = (a & UINT32_MAX) * (b >> 32), high = (a >> 32) * (b >> 32);
    uint64_t middle = (low >> 32) + (left & UINT32_MAX) + (right & UINT32_MAX);
    return (low & UINT32_MAX | middle << 32) ^
           (high + (left >> 32) + (right >> 32) + (middle >> 32));
#endif
}

static inline uint64_t
word_at(const char *p)
{
    uint64_t word = 0;
    memcpy(&word, p, sizeof(word));
    return word;
}

/* Less than two words at `p`, as two that tell them from any other. */
static inline void
last_words(const char *p, size_t n, uint64_t *a, uint64_t *b)
{
    char bytes[16] = {0};
    if (n >= 8) {
        *a = word_at(p);
        *b = word_at(p + n - 8);
        return;
    }
    if (n > 0)
        memcpy(bytes, p, n);
    *a = word_at(bytes);
    *b = 0;
}

/* Both factors hold the seed, so that who does not know it can make neither of them zero. */
uint64_t
rt_str_hash_seeded(rt_str s, uint64_t seed)
{
    const uint64_t key = seed ^ 0x9fb21c651e98df25u;
    uint64_t h = seed ^ 0x9e3779b97f4a7c15u, a = 0, b = 0;
    size_t i = 0;
    for (; s.n - i >= 16; i += 16)
        h = fold(word_at(s.p + i) ^ key, word_at(s.p + i + 8) ^ h);
    last_words(s.p + i, s.n - i, &a, &b);
    h = fold(a ^ key, b ^ h);
    return fold(h ^ key, (uint64_t)s.n ^ 0xd6e8feb86659fd93u);
}

uint64_t
rt_str_hash(rt_str s)
{
    return rt_str_hash_seeded(s, 0);
}

/* Rows of the usual table, the last three: a swap looks two rows back. */
unsigned
rt_str_distance(rt_str a, rt_str b, unsigned max)
{
    enum { LONGEST = 64 };
    if (a.n > LONGEST || b.n > LONGEST)
        return rt_str_eq(a, b) ? 0 : max + 1;
    if ((a.n > b.n ? a.n - b.n : b.n - a.n) > max)
        return max + 1;
    unsigned rows[3][LONGEST + 1];
    for (size_t j = 0; j <= b.n; j++)
        rows[0][j] = (unsigned)j;
    for (size_t i = 1; i <= a.n; i++) {
        unsigned *now = rows[i % 3], *up = rows[(i + 2) % 3], *upper = rows[(i + 1) % 3];
        now[0] = (unsigned)i;
        for (size_t j = 1; j <= b.n; j++) {
            unsigned best = up[j - 1] + (a.p[i - 1] != b.p[j - 1]);
            best = up[j] + 1 < best ? up[j] + 1 : best;
            best = now[j - 1] + 1 < best ? now[j - 1] + 1 : best;
            if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1] &&
                upper[j - 2] + 1 < best)
                best = upper[j - 2] + 1;
            now[j] = best;
        }
    }
    unsigned d = rows[a.n % 3][b.n];
    return d > max ? max + 1 : d;
}

/* ---- buffer ---- */

void
rt_buf_init(struct rt_buf *b, size_t max)
{
    *b = (struct rt_buf){.max = max};
}

void
rt_buf_fini(struct rt_buf *b)
{
    rt_free(b->p);
    *b = (struct rt_buf){.max = b->max};
}

void
rt_buf_clear(struct rt_buf *b)
{
    b->n = 0;
    b->failed = false;
}

char *
rt_buf_room(struct rt_buf *b, size_t n)
{
    /* One byte more than asked for, so that rt_buf_z() never has to grow. */
    if (b->failed || n >= SIZE_MAX - b->n - 1 || b->n + n > b->max) {
        b->failed = true;
        return NULL;
    }
    size_t need = b->n + n + 1;
    if (need > b->cap) {
        size_t cap = b->cap < 64 ? 64 : b->cap;
        while (cap < need)
            cap = cap > SIZE_MAX / 2 ? need : cap * 2;
        if (b->max < SIZE_MAX && cap > b->max + 1)
            cap = b->max + 1;
        char *p = rt_realloc_array(b->p, cap, 1);
        if (p == NULL) {
            b->failed = true;
            return NULL;
        }
        b->p = p;
        b->cap = cap;
    }
    return b->p + b->n;
}

int
rt_buf_add(struct rt_buf *b, rt_str s)
{
    char *room = rt_buf_room(b, s.n);
    if (room == NULL)
        return -1;
    if (s.n > 0)
        memcpy(room, s.p, s.n);
    b->n += s.n;
    return 0;
}

int
rt_buf_addc(struct rt_buf *b, char c)
{
    return rt_buf_add(b, (rt_str){&c, 1});
}

int
rt_buf_addf(struct rt_buf *b, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    char *room = n < 0 ? NULL : rt_buf_room(b, (size_t)n);
    if (room == NULL)
        return -1;
    va_start(ap, fmt);
    vsnprintf(room, (size_t)n + 1, fmt, ap);
    va_end(ap);
    b->n += (size_t)n;
    return 0;
}

const char *
rt_buf_z(struct rt_buf *b)
{
    if (b->p == NULL)
        return "";
    b->p[b->n] = '\0';
    return b->p;
}

const char *
rt_grouped(uint64_t n, char buf[RT_GROUPED_MAX])
{
    char digits[24];
    int length = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)n);
    size_t o = 0;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            buf[o++] = ' ';
        buf[o++] = digits[i];
    }
    buf[o] = '\0';
    return buf;
}

int
rt_buf_add_word(struct rt_buf *b, rt_str s)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.:@,+/=%";
    bool bare = s.n > 0;
    for (size_t i = 0; i < s.n; i++)
        bare &= memchr(plain, s.p[i], sizeof(plain) - 1) != NULL;
    if (bare)
        return rt_buf_add(b, s);
    rt_buf_addc(b, '\'');
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == '\'')
            rt_buf_add(b, RT_LIT("'\\''"));
        else
            rt_buf_addc(b, s.p[i]);
    return rt_buf_addc(b, '\'');
}
