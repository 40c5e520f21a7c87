/*
 * frozen.h - a parsed rule file as bytes: written when rectrace is built, read each time it starts.
 *
 *   node := kind, line, column, (bytes of text, text | items, node...)      numbers of seven bits a byte
 *         | folded, bytes, node                                             tests: a third of all, seldom asked for
 *
 * Parsing the pack as YAML would be half of the time that a short run takes.
 */
#ifndef RECTRACE_RULES_FROZEN_H
#define RECTRACE_RULES_FROZEN_H

#include "rules/yaml.h"

/* Appends `n` with all that is below it. */
void frozen_write(const struct yaml_node *n, struct rt_buf *out);
/* The tree in the arena; its text stays in `bytes`, which must be what frozen_write() wrote. `untested`: lists of tests
 * are empty. NULL: memory. */
struct yaml_node *frozen_read(rt_str bytes, bool untested, struct rt_arena *a);

#endif
