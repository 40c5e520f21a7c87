/*
 * regex.h - one pattern of the rules, and what a thread needs to match it.
 *
 * A pattern becomes machine code when it is first asked, not when it is loaded: of some hundred
 * in a pack, a log needs a few. Any number of threads may ask the same pattern.
 */
#ifndef RECTRACE_RULES_REGEX_H
#define RECTRACE_RULES_REGEX_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <stdbool.h>
#include <stdint.h>

#include <pcre2.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/str.h"

struct regex;
/* `compile` may be NULL. On failure NULL, with the number and the place that PCRE2 gave. */
struct regex *regex_new(rt_str pattern, pcre2_compile_context *compile, int *number,
                        size_t *where);
void regex_free(struct regex *r);
const pcre2_code *regex_code(const struct regex *r);

struct regex_memory { /* of the thread that asks */
    pcre2_match_data *match;
    pcre2_match_context *context; /* limits of steps, depth and heap */
    pcre2_jit_stack *stack;
    uint32_t *limited; /* counts matches that ended at one of them; or NULL */
};
/* 0, or -1: memory. To be finished in both cases. */
int regex_memory_init(struct regex_memory *m, const struct rt_limits *limits,
                      struct rt_err *err);
void regex_memory_fini(struct regex_memory *m);

/* As pcre2_match(): the groups are in m->match. */
int regex_match(struct regex *r, rt_str s, const struct regex_memory *m);
/* Did it give up at a limit? */
bool regex_is_limit(int rc);
/* How many bytes of a text that does not match could still become a match. */
size_t regex_reaches(const struct regex *r, rt_str s, const struct regex_memory *m);

#endif
