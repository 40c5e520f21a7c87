/*
 * scan.h - an on-demand JSON scanner: members as slices, nothing parsed that nobody asked for.
 *
 * Linear in the text, no allocation, no recursion beyond the depth of the plan; nesting is counted
 * against a limit. It accepts what a strict parser would and a little more.
 */
#ifndef RECTRACE_EXTRACT_SCAN_H
#define RECTRACE_EXTRACT_SCAN_H

#include <limits.h>
#include <string.h>

#include "base/str.h"

enum scan_type { SCAN_NONE, SCAN_STRING, SCAN_NUMBER, SCAN_OBJECT, SCAN_ARRAY, SCAN_WORD };
struct scan_value {
    enum scan_type type;
    rt_str text;  /* of a string: without its quotes, still escaped */
    bool escaped; /* the string holds a backslash */
};

/* An empty string is as good as none. */
static inline bool
scan_present(const struct scan_value *v)
{
    return v->type != SCAN_NONE && !(v->type == SCAN_STRING && v->text.n == 0);
}

/* One value at `*at`; advances behind it. False: not JSON there (nothing changed). */
bool scan_value(rt_str s, size_t *at, unsigned depth, struct scan_value *out);
/* Iterates the members of an object or the items of an array: *at begins at 0. 1, 0 at its end, -1: broken. */
int scan_member(rt_str object, size_t *at, unsigned depth, rt_str *key,
                struct scan_value *value);
/* For what lies in a value that was scanned within its limit. Values are skipped by counting, so depth costs nothing. */
#define SCAN_ANY_DEPTH UINT_MAX
/* The member of an object by name, or SCAN_NONE; of any depth. */
struct scan_value scan_get(rt_str object, const char *name);

/* A number, also one that stands in a string. */
bool scan_int(const struct scan_value *v, int64_t *out);
/* A status, also with its words: "200 OK". */
bool scan_http(const struct scan_value *v, int64_t *out);

/* Unescapes a string's text into `out` (appended); lone surrogates become U+FFFD. */
int scan_unescape(rt_str text, struct rt_buf *out);

/* ---- steps, for whoever walks on his own ---- */

static inline size_t
scan_blanks(rt_str s, size_t i)
{
    while (i < s.n && rt_blank(s.p[i]))
        i++;
    return i;
}

static inline bool
scan_escaped(rt_str s)
{
    return s.n > 0 && memchr(s.p, '\\', s.n) != NULL;
}

/* scan_value() that leaves `escaped` open: most values are not wanted. */
bool scan_raw(rt_str s, size_t *at, unsigned depth, struct scan_value *out);
/* The next key of an object (empty for an array), up to the value. 1, 0 at the end, -1: broken. */
int scan_key(rt_str object, size_t *at, rt_str *key);

/* scan_raw() of what most values are: a string at `*at` that ends at its next quote. */
static inline bool
scan_string(rt_str s, size_t *at, struct scan_value *out)
{
    size_t i = *at + 1;
    const char *q = i < s.n && s.p[i - 1] == '"' ? memchr(s.p + i, '"', s.n - i) : NULL;
    if (q == NULL || q[-1] == '\\')
        return false;
    out->type = SCAN_STRING;
    out->text = (rt_str){s.p + i, (size_t)(q - s.p) - i};
    *at = (size_t)(q - s.p) + 1;
    return true;
}

#endif
