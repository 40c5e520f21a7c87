/*
 * yaml.c - libyaml's events to a tree; whatever is outside of the subset is refused at its place.
 */
#include "config.h"

#include "rules/yaml.h"

#include <yaml.h>

#include "base/alloc.h"
#include "rules/frozen.h"

enum { MOST_KEYS = 4096 }; /* each is compared with those before it */

struct builder {
    struct yaml_file *file;
    struct rt_arena *arena;
    const struct rt_limits *limits;
    struct rule_messages *messages;
    yaml_parser_t parser;
    bool refused; /* told already */
    bool memory;
};

struct yaml_node *
yaml_get(const struct yaml_node *map, const char *key)
{
    if (map == NULL || map->type != YAML_MAP)
        return NULL;
    for (size_t i = 0; i + 1 < map->count; i += 2)
        if (rt_str_is(map->items[i]->text, key))
            return map->items[i + 1];
    return NULL;
}

static void
refuse(struct builder *b, yaml_mark_t at, const char *hint, const char *what)
{
    if (!b->refused && message_add(b->messages, true, b->file, (uint32_t)at.line + 1,
                                   (uint32_t)at.column + 1, 1, hint, "%s", what) < 0)
        b->memory = true;
    b->refused = true;
}

static struct yaml_node *
new_node(struct builder *b, enum yaml_type type, yaml_mark_t at)
{
    struct yaml_node *n = rt_arena_alloc(b->arena, sizeof(*n));
    if (n == NULL) {
        b->memory = true;
        return NULL;
    }
    n->type = type;
    n->line = (uint32_t)at.line + 1;
    n->col = (uint32_t)at.column + 1;
    return n;
}

static bool
append(struct builder *b, struct yaml_node *parent, struct yaml_node *child)
{
    if (parent->count == parent->cap) {
        size_t cap = parent->cap == 0 ? 4 : parent->cap * 2;
        struct yaml_node **items = rt_arena_array(b->arena, cap, sizeof(struct yaml_node *));
        if (items == NULL) {
            b->memory = true;
            return false;
        }
        if (parent->count > 0)
            memcpy(items, parent->items, parent->count * sizeof(struct yaml_node *));
        parent->items = items;
        parent->cap = cap;
    }
    parent->items[parent->count++] = child;
    return true;
}

static yaml_mark_t
mark_of(rt_str text, size_t offset)
{
    yaml_mark_t at = {0};
    for (size_t i = 0; i < offset && i < text.n; i++) {
        at.column = text.p[i] == '\n' ? 0 : at.column + 1;
        at.line += text.p[i] == '\n';
    }
    return at;
}

/* Marks count characters, the text has bytes: lines are the same in both. */
static bool
at_end(rt_str text, yaml_mark_t at)
{
    yaml_mark_t end = mark_of(text, text.n);
    return at.line > end.line || (at.line == end.line && at.column >= end.column);
}

static bool
next(struct builder *b, yaml_event_t *e)
{
    if (yaml_parser_parse(&b->parser, e))
        return true;
    if (b->parser.error == YAML_MEMORY_ERROR) {
        b->memory = true;
        return false;
    }
    yaml_mark_t at = b->parser.problem_mark;
    if (b->parser.error == YAML_READER_ERROR)
        at = mark_of(
            b->file->text,
            b->parser.problem_offset); /* bytes that are no text: only an offset is known */
    else if (at_end(b->file->text, at) && b->parser.context != NULL)
        at = b->parser.context_mark; /* the file ends: what was begun there is of more use */
    char what[200];
    snprintf(what, sizeof(what), "not YAML: %s",
             b->parser.problem != NULL ? b->parser.problem : "cannot be read");
    refuse(b, at, b->parser.context, what);
    return false;
}

static struct yaml_node *parse_value(struct builder *b, yaml_event_t *e, unsigned depth);

static struct yaml_node *
parse_scalar(struct builder *b, const yaml_event_t *e)
{
    struct yaml_node *n = new_node(b, YAML_SCALAR, e->start_mark);
    bool ok = true;
    if (n == NULL)
        return NULL;
    rt_str text = {(const char *)e->data.scalar.value, e->data.scalar.length};
    n->text = rt_arena_str(b->arena, text, &ok);
    yaml_scalar_style_t style = e->data.scalar.style;
    n->quoted =
        style == YAML_SINGLE_QUOTED_SCALAR_STYLE || style == YAML_DOUBLE_QUOTED_SCALAR_STYLE;
    n->literal = style == YAML_LITERAL_SCALAR_STYLE || style == YAML_FOLDED_SCALAR_STYLE;
    b->memory |= !ok;
    return ok ? n : NULL;
}

/* Key of a map: a scalar that is new in it. */
static bool
good_key(struct builder *b, const struct yaml_node *map, const struct yaml_node *key,
         yaml_mark_t at)
{
    if (key->type != YAML_SCALAR) {
        refuse(b, at, NULL, "a key must be a word");
        return false;
    }
    if (rt_str_is(key->text, "<<")) {
        refuse(b, at, "write the keys out", "merge keys are not allowed");
        return false;
    }
    if (map->count / 2 >= MOST_KEYS) {
        refuse(b, at, NULL, "a map has too many keys");
        return false;
    }
    for (size_t i = 0; i < map->count; i += 2)
        if (rt_str_eq(map->items[i]->text, key->text)) {
            char what[160];
            snprintf(what, sizeof(what), "key '%.*s' is given twice", RT_FMT(key->text));
            refuse(b, at, NULL, what);
            return false;
        }
    return true;
}

static struct yaml_node *
parse_collection(struct builder *b, enum yaml_type type, yaml_event_type_t end, yaml_mark_t at,
                 unsigned depth)
{
    struct yaml_node *n = new_node(b, type, at);
    if (n == NULL)
        return NULL;
    for (;;) {
        yaml_event_t e;
        if (!next(b, &e))
            return NULL;
        if (e.type == end) {
            yaml_event_delete(&e);
            return n;
        }
        yaml_mark_t mark = e.start_mark;
        struct yaml_node *child = parse_value(b, &e, depth + 1);
        yaml_event_delete(&e);
        if (child == NULL)
            return NULL;
        bool is_key = type == YAML_MAP && n->count % 2 == 0;
        if ((is_key && !good_key(b, n, child, mark)) || !append(b, n, child))
            return NULL;
    }
}

static struct yaml_node *
parse_value(struct builder *b, yaml_event_t *e, unsigned depth)
{
    if (depth > b->limits->rule_depth) {
        refuse(b, e->start_mark, NULL, "nested too deep");
        return NULL;
    }
    if (e->type == YAML_ALIAS_EVENT) {
        refuse(b, e->start_mark, "write the value out", "aliases are not allowed");
        return NULL;
    }
    const yaml_char_t *anchor = NULL, *tag = NULL;
    if (e->type == YAML_SCALAR_EVENT) {
        anchor = e->data.scalar.anchor;
        tag = e->data.scalar.tag;
    } else if (e->type == YAML_MAPPING_START_EVENT) {
        anchor = e->data.mapping_start.anchor;
        tag = e->data.mapping_start.tag;
    } else if (e->type == YAML_SEQUENCE_START_EVENT) {
        anchor = e->data.sequence_start.anchor;
        tag = e->data.sequence_start.tag;
    }
    if (anchor != NULL || tag != NULL) {
        refuse(b, e->start_mark, NULL,
               anchor != NULL ? "anchors are not allowed" : "tags are not allowed");
        return NULL;
    }
    if (e->type == YAML_SCALAR_EVENT)
        return parse_scalar(b, e);
    if (e->type == YAML_MAPPING_START_EVENT)
        return parse_collection(b, YAML_MAP, YAML_MAPPING_END_EVENT, e->start_mark, depth);
    if (e->type == YAML_SEQUENCE_START_EVENT)
        return parse_collection(b, YAML_LIST, YAML_SEQUENCE_END_EVENT, e->start_mark, depth);
    refuse(b, e->start_mark, NULL, "a value is missing");
    return NULL;
}

static struct yaml_node *
parse_document(struct builder *b)
{
    struct yaml_node *root = NULL;
    for (unsigned documents = 0;;) {
        yaml_event_t e;
        if (!next(b, &e))
            return NULL;
        yaml_event_type_t type = e.type;
        bool directives = type == YAML_DOCUMENT_START_EVENT &&
                          (e.data.document_start.version_directive != NULL ||
                           e.data.document_start.tag_directives.start !=
                               e.data.document_start.tag_directives.end);
        if (type == YAML_DOCUMENT_START_EVENT && ++documents > 1)
            refuse(b, e.start_mark, NULL, "a second document is not allowed");
        else if (directives)
            refuse(b, e.start_mark, NULL, "directives are not allowed");
        else if (type == YAML_SCALAR_EVENT || type == YAML_MAPPING_START_EVENT ||
                 type == YAML_SEQUENCE_START_EVENT || type == YAML_ALIAS_EVENT)
            root = parse_value(b, &e, 0);
        yaml_event_delete(&e);
        if (b->refused || b->memory)
            return NULL;
        if (type != YAML_STREAM_END_EVENT)
            continue;
        if (root == NULL)
            refuse(b, (yaml_mark_t){0}, "begin with 'rectrace: 1'", "the file is empty");
        return root;
    }
}

int
yaml_parse(struct yaml_file *f, struct rt_arena *a, const struct rt_limits *limits,
           struct rule_messages *messages, struct rt_err *err)
{
    struct builder b = {.file = f, .arena = a, .limits = limits, .messages = messages};
    if (f->tree.n > 0) {
        f->root = frozen_read(f->tree, f->untested, a);
        return f->root == NULL ? rt_fail_mem(err) : 0;
    }
    if (!yaml_parser_initialize(&b.parser))
        return rt_fail_mem(err);
    yaml_parser_set_input_string(&b.parser, (const unsigned char *)f->text.p, f->text.n);
    f->root = parse_document(&b);
    yaml_parser_delete(&b.parser);
    return b.memory ? rt_fail_mem(err) : 0;
}
