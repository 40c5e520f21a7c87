/*
 * test_rules_kit.h - rule files in memory, loaded and freed together with what was said of them.
 */
#ifndef RECTRACE_TEST_RULES_KIT_H
#define RECTRACE_TEST_RULES_KIT_H

#include "base/out.h"
#include "check.h"
#include "rules/load.h"
#include "rules/pack.h"

struct loaded {
    struct rule_set *set;
    struct rule_messages messages;
    struct rt_err err;
    struct out *printed;
};

static inline void
kit_load(struct loaded *l, const struct rule_sources *from)
{
    *l = (struct loaded){0};
    rule_messages_init(&l->messages);
    l->set = rule_set_load(from, &rt_limits_default, &l->messages, &l->err);
}

/* Up to three files named a.yaml, b.yaml, c.yaml; NULL: none. */
static inline void
kit_texts(struct loaded *l, bool builtin, const char *a, const char *b, const char *c)
{
    const struct pack_file files[] = {
        {.name = "a.yaml", .text = rt_str_of(a)},
        {.name = b == NULL ? NULL : "b.yaml", .text = rt_str_of(b)},
        {.name = c == NULL ? NULL : "c.yaml", .text = rt_str_of(c)},
        {.name = NULL},
    };
    struct rule_sources from = {.builtin = builtin, .memory = files};
    kit_load(l, &from);
}

/* What a person would read; borrowed until kit_free(). */
static inline rt_str
kit_print(struct loaded *l)
{
    if (l->printed == NULL)
        l->printed = out_memory(&l->err);
    rule_messages_print(&l->messages, l->printed);
    return out_text(l->printed);
}

static inline void
kit_free(struct loaded *l)
{
    out_abort(&l->printed);
    rule_set_free(&l->set);
    rule_messages_fini(&l->messages);
}

#define KIT_HEAD  "rectrace: 1\nfamily: f\n"
#define KIT_TEXTS "    say: said\n    why: because\n    fix: mend\n"
#define KIT_RULE(steps)                                                                  \
    KIT_HEAD "params: { ttl: 5m, most: 3, word: blue }\nrules:\n  - id: r\n    rev: 1\n" \
             "    severity: error\n    when:\n" steps KIT_TEXTS

#endif
