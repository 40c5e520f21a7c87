/*
 * loader.h - what the parts of the loader share; not for other folders.
 */
#ifndef RECTRACE_RULES_LOADER_H
#define RECTRACE_RULES_LOADER_H

#include "rules/yaml.h"

struct rule_shape;
struct rule_override { /* an entry of a user's `rules` map */
    const struct yaml_node *key, *value;
    const struct yaml_file *file;
};
struct mistyped {
    const struct yaml_node *map;
    rt_str meant; /* the key of the table that it is nearest to */
};
struct loader {
    struct rule_set *set;
    struct rule_messages *messages;
    const struct yaml_file *file;   /* being read */
    const struct rule_shape *shape; /* of the rule being read: its params; or NULL */
    struct rt_err *err;
    pcre2_compile_context *compile;   /* allocates through base; NULL: PCRE2 as it comes */
    bool memory;                      /* ran out: stop */
    RT_VEC(struct mistyped) mistyped; /* keys that were told to be unknown */
    struct rt_map overrides;          /* rule id -> struct rule_override; the last one counts */
};

/* A mistake at `offset` bytes into the node's text. Always false. */
bool load_error(struct loader *l, const struct yaml_node *at, size_t offset, const char *hint,
                const char *fmt, ...) __attribute__((format(printf, 5, 6)));
bool load_warning(struct loader *l, const struct yaml_node *at, const char *hint,
                  const char *fmt, ...) __attribute__((format(printf, 4, 5)));
struct rt_pos load_pos(const struct loader *l, const struct yaml_node *at);
void *load_alloc(struct loader *l, size_t count, size_t size); /* NULL sets l->memory */
rt_str load_str(struct loader *l, rt_str s);

/* The known name that a mistyped word is nearest to. */
struct nearest {
    rt_str word, best;
    unsigned distance; /* only a name that is nearer counts */
};
struct nearest nearest_of(rt_str word);
void nearest_try(struct nearest *n, rt_str name);
/* 'did you mean "x"?' in `buf`, or NULL when nothing is near. */
const char *nearest_hint(const struct nearest *n, char buf[80]);
/* The same for a list that ends with NULL. */
const char *load_near(rt_str word, const char *const *names, char buf[80]);
/* Unknown keys are errors. `allowed` ends with NULL. False when `map` is no map or a key is wrong. */
bool load_keys(struct loader *l, const struct yaml_node *map, const char *const *allowed);

/* Scalars of a map. Absent: true, and *out is left; wrong type: an error and false. */
bool load_text(struct loader *l, const struct yaml_node *map, const char *key, bool required,
               rt_str *out);
bool load_int(struct loader *l, const struct yaml_node *map, const char *key, bool required,
              int64_t least, int64_t most, int64_t *out);
bool load_bool(struct loader *l, const struct yaml_node *map, const char *key, bool *out);
/* A list of words, or one word. */
bool load_texts(struct loader *l, const struct yaml_node *map, const char *key,
                const rt_str **out, size_t *count);
bool load_kinds(struct loader *l, const struct yaml_node *map, const char *key, uint64_t *out);
/* A key that must be there is not. Always false; nothing is said when it was told to be mistyped. */
bool load_missing(struct loader *l, const struct yaml_node *map, const char *key,
                  const char *hint);
/* What is less than `least` (SEVERITY_NONE, or SEVERITY_INFO for rules) is a mistake. */
bool load_severity(struct loader *l, const struct yaml_node *map, enum severity least,
                   enum severity *out);
/* "/req/method" or a list of such. */
bool load_paths(struct loader *l, const struct yaml_node *value, const struct format_path **out,
                size_t *count);

void load_codes(struct loader *l, const struct yaml_node *list);
void load_hooks(struct loader *l, const struct yaml_node *list);
void load_envelope(struct loader *l, const struct yaml_node *map);
void load_delivery(struct loader *l, const struct yaml_node *map);
void load_signs(struct loader *l, const struct yaml_node *list);
void load_causes(struct loader *l, const struct yaml_node *list);
void load_parameters(struct loader *l, const struct yaml_node *list);
void load_relations(struct loader *l, const struct yaml_node *list);
/* Of all parameters, once they are loaded; before the relations between them. */
void parameter_tree_build(struct loader *l);
/* A number that need not be whole; `has`: it is there. */
bool load_bound(struct loader *l, const struct yaml_node *map, const char *key, bool *has,
                double *out);
/* The list `modes`, blank-separated. */
bool load_modes(struct loader *l, const struct yaml_node *map, rt_str *out);
bool load_body_terms(struct loader *l, const struct yaml_node *map, const char *key,
                     struct parameter_terms *out);
void load_tokens(struct loader *l, const struct yaml_node *map);
void load_masks(struct loader *l, const struct yaml_node *map);
void load_identities(struct loader *l, const struct yaml_node *list);
void load_withheld(struct loader *l, const struct yaml_node *list);
void load_beginnings(struct loader *l, const struct yaml_node *list);
void load_secrets(struct loader *l, const struct yaml_node *list);
/* sign.c */
void load_polls(struct loader *l, const struct yaml_node *map);
/* header.c */
void load_headers(struct loader *l, const struct yaml_node *list);
void load_storage(struct loader *l, const struct yaml_node *list);
void load_hosts(struct loader *l, const struct yaml_node *map);
void load_areas(struct loader *l, const struct yaml_node *map);
void load_vocabulary(struct loader *l, const struct yaml_node *map);
void load_formats(struct loader *l, const struct yaml_node *list);
void load_overrides(struct loader *l, const struct yaml_node *map);
void load_accepts(struct loader *l, const struct yaml_node *list);
/* Warnings once everything is loaded. */
void check_overrides(struct loader *l);
void check_accepts(struct loader *l, const struct yaml_file *files, size_t count,
                   rt_time today);
/* All rules of a file, with its params, family and rank. */
void load_rules(struct loader *l, const struct yaml_node *root);

/* A pattern; freed with the set. */
struct regex *load_regex(struct loader *l, const struct yaml_node *at, size_t offset,
                         rt_str pattern);
/* What stands under `key`; nothing there leaves *out alone. */
bool load_regex_key(struct loader *l, const struct yaml_node *map, const char *key,
                    struct regex **out);

/* A field by its name, x_… included. */
bool load_field(struct loader *l, const struct yaml_node *at, size_t offset, rt_str name,
                uint16_t *out);
/* The matches of a see, no or maybe: scalar or list. */
bool load_matches(struct loader *l, const struct yaml_node *value,
                  const struct rule_match **out, size_t *count);
/* One match from text that stands at `offset` of the node. */
bool load_match(struct loader *l, const struct yaml_node *at, size_t offset, rt_str text,
                struct rule_match *out);

#endif
