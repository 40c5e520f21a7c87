/*
 * str.h - text as pointer and length, and the one growing buffer.
 *
 * An rt_str is borrowed, need not end in NUL and may hold any byte. Print it with
 * printf("%.*s", RT_FMT(s)), or, where a person will see it, through base/out.h.
 */
#ifndef RECTRACE_BASE_STR_H
#define RECTRACE_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct rt_str {
    const char *p;
    size_t n;
} rt_str;

#define RT_FMT(s)   (int)((s).n > 1000000 ? 1000000 : (s).n), ((s).p != NULL ? (s).p : "")
#define RT_LIT(lit) ((rt_str){"" lit, sizeof(lit) - 1})
/* The same for tables, where C wants a constant. */
#define RT_INIT(lit)            \
    {                           \
        "" lit, sizeof(lit) - 1 \
    }
#define RT_NONE ((rt_str){NULL, 0})

static inline rt_str
rt_str_of(const char *z)
{
    return (rt_str){z, z == NULL ? 0 : strlen(z)};
}

static inline bool
rt_str_eq(rt_str a, rt_str b)
{
    return a.n == b.n && (a.n == 0 || a.p == b.p || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool
rt_str_is(rt_str a, const char *z)
{
    if (a.n > 0 && a.p[0] != z[0]) /* tables of names are searched with it: most differ there */
        return false;
    return rt_str_eq(a, rt_str_of(z));
}

static inline rt_str
rt_str_from(rt_str s, size_t at)
{
    return at >= s.n ? RT_NONE : (rt_str){s.p + at, s.n - at};
}

/* What JSON calls blank: space, tab, CR, LF. */
static inline bool
rt_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Without blanks at both ends. */
static inline rt_str
rt_str_trim(rt_str s)
{
    while (s.n > 0 && rt_blank(s.p[0])) {
        s.p++;
        s.n--;
    }
    while (s.n > 0 && rt_blank(s.p[s.n - 1]))
        s.n--;
    return s;
}

/* Bytes order; a prefix sorts first. */
int rt_str_cmp(rt_str a, rt_str b);
/* ASCII case only. */
bool rt_str_eq_nocase(rt_str a, rt_str b);
bool rt_str_starts(rt_str s, rt_str prefix);
bool rt_str_ends(rt_str s, rt_str suffix);
/* Offset of `needle` in `s`, or SIZE_MAX. The second ignores ASCII case. */
size_t rt_str_find(rt_str s, rt_str needle);
size_t rt_str_find_nocase(rt_str s, rt_str needle);
/* The whole of `s` is an integer that fits; leading '-' allowed, '+' and blanks are not. */
bool rt_str_int(rt_str s, int64_t *out);
/* 64 bits of all of its bytes, the same in every run: texts that differ have another one, by all chances. Who reads this
 * program can make texts that have not. */
uint64_t rt_str_hash(rt_str s);
/* Against those: of a `seed` that they cannot know. */
uint64_t rt_str_hash_seeded(rt_str s, uint64_t seed);
/* Edit distance (insert, delete, replace, swap of neighbours), at most `max` + 1. */
unsigned rt_str_distance(rt_str a, rt_str b, unsigned max);

/* A buffer born with its maximum. Growing past it, or memory running out, sets `failed`
 * and leaves what was there; later appends do nothing, so callers may check once. */
struct rt_buf {
    char *p;
    size_t n;
    size_t cap;
    size_t max;
    bool failed;
};

void rt_buf_init(struct rt_buf *b, size_t max);
void rt_buf_fini(struct rt_buf *b);
void rt_buf_clear(struct rt_buf *b);
int rt_buf_add(struct rt_buf *b, rt_str s);
int rt_buf_addc(struct rt_buf *b, char c);
int rt_buf_addf(struct rt_buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* As one word for a shell: in single quotes where it needs them. */
int rt_buf_add_word(struct rt_buf *b, rt_str s);
/* Room for `n` more bytes at the end; NULL when that fails. */
char *rt_buf_room(struct rt_buf *b, size_t n);
/* NUL-terminated view; "" when nothing was added or the buffer failed before its first byte. */
const char *rt_buf_z(struct rt_buf *b);

static inline rt_str
rt_buf_str(const struct rt_buf *b)
{
    return (rt_str){b->p, b->n};
}

/* "21 334" */
enum { RT_GROUPED_MAX = 32 };
const char *rt_grouped(uint64_t n, char buf[RT_GROUPED_MAX]);

/* The end of a plural: "%zu line%s", n, rt_plural(n). */
static inline const char *
rt_plural(uint64_t n)
{
    return n == 1 ? "" : "s";
}

#endif
