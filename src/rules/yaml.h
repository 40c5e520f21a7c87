/*
 * yaml.h - a rule file as a small tree with line and column on every node.
 *
 * The subset: block and flow maps and lists; plain, quoted and literal scalars. Anchors, aliases,
 * tags, merge keys, several documents and duplicate keys are refused, with their place.
 */
#ifndef RECTRACE_RULES_YAML_H
#define RECTRACE_RULES_YAML_H

#include "base/arena.h"
#include "base/err.h"
#include "base/limits.h"
#include "rules/load.h"

enum yaml_type { YAML_SCALAR, YAML_LIST, YAML_MAP };
struct yaml_node {
    enum yaml_type type;
    uint32_t line, col;   /* 1-based, of the first character (of a literal: its indicator) */
    rt_str text;          /* scalar */
    bool quoted, literal; /* scalar */
    struct yaml_node **items; /* list: values; map: key, value, key, value */
    size_t count;             /* items in the array */
    size_t cap;
};
struct yaml_file {
    const char *name;
    rt_str text;
    rt_str tree; /* what frozen_write() made of the text before; empty: it is parsed */
    bool builtin;
    bool untested;          /* of a tree: without the tests of its rules */
    struct yaml_node *root; /* NULL: a mistake; it is among the messages */
};

/* Parses `f->text`; everything lives in the arena. -1 only for memory. */
int yaml_parse(struct yaml_file *f, struct rt_arena *a, const struct rt_limits *limits,
               struct rule_messages *messages, struct rt_err *err);
/* Value of a key of a map, or NULL. */
struct yaml_node *yaml_get(const struct yaml_node *map, const char *key);

/* A line of a file without its end; empty when it is blank or not there. */
rt_str message_line(rt_str text, uint32_t line);
/* By file, line and column; what stands at one place keeps its order. */
void message_sort(struct rule_messages *m);
/* A message with the excerpt of its place; only counted once the list is full. `hint` may be NULL. */
int message_add(struct rule_messages *m, bool is_error, const struct yaml_file *f,
                uint32_t line, uint32_t col, uint32_t width, const char *hint, const char *fmt,
                ...) __attribute__((format(printf, 8, 9)));

#endif
