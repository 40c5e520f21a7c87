/*
 * needles.h - where do any of many texts stand? Thousands of them over megabytes, in one walk.
 */
#ifndef RECTRACE_REPORT_NEEDLES_H
#define RECTRACE_REPORT_NEEDLES_H

#include "base/str.h"
#include "base/vec.h"

enum { NEEDLE_LEAST = 4, NEEDLE_FILTER = 8192 };

struct needle {
    rt_str text; /* borrowed; at least NEEDLE_LEAST bytes */
    rt_str put;  /* borrowed: what the owner wants in its place */
    size_t up;   /* 1 + the longest other one that it begins with; 0: none */
};
struct needles {
    RT_VEC(struct needle) v; /* sorted after needles_settle() */
    uint8_t filter[NEEDLE_FILTER];
};
/* Begins zeroed. Shorter texts are not added. 0, -1: memory. */
int needles_add(struct needles *n, rt_str text, rt_str put);
void needles_settle(struct needles *n);
void needles_fini(struct needles *n);
/* The longest that begins at `i`, or NULL. */
const struct needle *needles_at(const struct needles *n, rt_str text, size_t i);
/* The first that stands anywhere, or NULL. */
const struct needle *needles_in(const struct needles *n, rt_str text);

#endif
