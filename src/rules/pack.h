/*
 * pack.h - the rule files inside the binary, made from rules/ at build time.
 */
#ifndef RECTRACE_RULES_PACK_H
#define RECTRACE_RULES_PACK_H

#include "base/str.h"

struct pack_file {
    const char *name; /* "rules/patterns/start.yaml" */
    rt_str text;
    rt_str tree; /* of the same, by frozen_write() */
};
struct pack {
    const struct pack_file *files; /* in the order of rules/local.mk; ends with name == NULL */
    const char *sha256;            /* of their names and texts, as rule_digest() has it */
};
extern const struct pack rule_pack;

#endif
