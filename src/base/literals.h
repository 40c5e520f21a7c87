/*
 * literals.h - does any of a few words stand in a line?
 *
 * Most lines of a mixed log hold none, and must be left at little more than the price of reading
 * them. Every place of every word has a window of four bytes, so looking at one window in as many
 * bytes as the shortest word allows is enough: one byte says whether any word has it.
 */
#ifndef RECTRACE_BASE_LITERALS_H
#define RECTRACE_BASE_LITERALS_H

#include "base/arena.h"
#include "base/str.h"

enum { LITERAL_LEAST = 5 }; /* bytes of a word */

struct literals;
/* The words are borrowed, `count` > 0 of them, each at least LITERAL_LEAST bytes long; ASCII case is ignored. NULL: memory. */
struct literals *literals_new(const rt_str *words, size_t count, struct rt_arena *a);
bool literals_in(const struct literals *l, rt_str line);
/* The same; looks first where the last one stood: lines of one logger are alike. `*near` begins at 0. */
bool literals_near(const struct literals *l, rt_str line, size_t *near);

#endif
