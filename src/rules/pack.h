/*
 * pack.h - the rule files inside the binary, made from rules/ at build time.
 */
#ifndef RECTRACE_RULES_PACK_H
#define RECTRACE_RULES_PACK_H

#include "base/str.h"

struct pack_file {
    const char *name; /* "rules/patterns/start.yaml" */
    rt_str text;
};
extern const struct pack_file pack_files[]; /* in the order of rules/local.mk; ends with name == NULL */

#endif
