/*
 * pack.h - the built-in rule pack, loaded once; for programs that ask it again and again.
 */
#ifndef RECTRACE_TESTS_PACK_H
#define RECTRACE_TESTS_PACK_H

#include <stdlib.h>

#include "rules/load.h"

/* Lives as long as the program. */
static inline const struct rule_set *
builtin_pack(void)
{
    static struct rule_set *rules;
    struct rule_sources from = {.builtin = true};
    struct rule_messages m;
    struct rt_err err = {0};
    if (rules != NULL)
        return rules;
    rule_messages_init(&m);
    rules = rule_set_load(&from, &rt_limits_default, &m, &err);
    rule_messages_fini(&m);
    if (rules == NULL)
        abort();
    return rules;
}

#endif
