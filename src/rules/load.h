/*
 * load.h - builds a rule_set from the built-in pack and the user's files.
 *
 * Loading is a report, not a gate: all mistakes of all files are collected in one run, each with
 * its place; a rule with a mistake is left out and counted.
 */
#ifndef RECTRACE_RULES_LOAD_H
#define RECTRACE_RULES_LOAD_H

#include "rules/rule_set.h"

struct rule_message {
    enum { RULE_ERROR, RULE_WARNING } level;
    struct rt_pos pos; /* file owned by the list */
    uint32_t width;    /* columns to underline, >= 1 */
    char *text;        /* "'for' is missing" */
    char *hint;        /* "an absence at the end needs a time limit" or NULL */
    /* the line of the file and the one before, with numbers, ready to print; or NULL */
    char *excerpt;
};
struct rule_messages {
    RT_VEC(struct rule_message) list;
    struct rt_arena arena;
    uint32_t errors, warnings; /* all of them; the list stops at limits.def's rule_errors */
};
void rule_messages_init(struct rule_messages *m);
void rule_messages_fini(struct rule_messages *m);
/* file:line:col: error: text, the excerpt, and a caret under the place. */
struct out;
void rule_messages_print(const struct rule_messages *m, struct out *o);

struct pack_file;
struct rule_sources {
    bool builtin; /* begin with the pack inside the binary */
    /* then files that are in memory, the last one without a name; or NULL */
    const struct pack_file *memory;
    /* files or directories of the user, in order: later ones override by id */
    const char *const *paths;
    size_t path_count;
    bool untested; /* nobody asks for the tests of the pack's rules */
    rt_time today; /* acceptances that ended before it are warned of; 0: not known */
};

/* NULL only when the world fails (memory, a path that cannot be read): err says why. Mistakes in
 * rules are in `messages`; the set holds what was good. Built-in file names are "rules/…". */
struct rule_set *rule_set_load(const struct rule_sources *from, const struct rt_limits *limits,
                               struct rule_messages *messages, struct rt_err *err);
void rule_set_free(struct rule_set **pset);

/* `rectrace rules lint`: everything that loading does not refuse but a careful author would mend, in
 * the user's files; in the pack when there are none. */
void rule_set_lint(const struct rule_set *set, struct rule_messages *messages);

#endif
