/*
 * The words of the rule language: the first line is a match, the others are lines of a test's log.
 * Whatever is refused says where, inside the text; what is accepted means something.
 */
#include "config.h"

#include <stdlib.h>

#include "rules/loader.h"
#include "rules/pack.h"
#include "rules/test_log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
try_match(struct rule_set *set, struct rule_messages *m, rt_str text)
{
    struct rt_err err = {0};
    struct yaml_file file = {.name = "fuzz.yaml", .text = text};
    struct yaml_node at = {.type = YAML_SCALAR, .line = 1, .col = 1, .text = text};
    struct loader l = {.set = set, .messages = m, .file = &file, .err = &err};
    struct rule_match out;
    uint32_t before = m->errors;
    bool good = load_match(&l, &at, 0, text, &out);
    if (good != (m->errors == before) || l.memory)
        abort();
    for (size_t i = before; i < m->list.n; i++)
        if (m->list.v[i].pos.col > text.n + 1)
            abort();
    if (good && out.kinds == 0)
        abort();
    for (size_t i = 0; good && i < out.cond_count; i++) {
        const struct rule_cond *c = &out.conds[i];
        bool has_field = c->op != OP_OK && c->op != OP_FAIL;
        if ((c->op == OP_MATCH) != (c->re != NULL) ||
            (has_field && rule_set_field_name(set, c->field).n == 0) || c->pos.col > text.n)
            abort();
    }
}

static void
try_line(const struct rule_set *set, rt_str line)
{
    struct test_line out;
    struct rt_err err = {0};
    if (test_line_parse(set, line, &out, &err) < 0) {
        if (err.code != RT_ESYNTAX || err.pos.col == 0 || err.pos.col > line.n + 1)
            abort();
        return;
    }
    for (size_t i = 0; i < out.set_count; i++)
        if (rule_set_field_name(set, out.sets[i].field).n == 0)
            abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char text[] = "rectrace: 1\nfamily: f\n"
                               "webhooks: [ { type: 41, name: recorder_leave, means: x } ]\n"
                               "formats: [ { name: f, match: '(?<x_node>a)' } ]\n";
    const struct pack_file files[] = {{.name = "base.yaml", .text = {text, sizeof(text) - 1}},
                                      {.name = NULL}};
    static struct rule_set *set;
    static unsigned runs;
    struct rule_sources from = {.memory = files};
    struct rule_messages m;
    struct rt_err err = {0};
    rule_messages_init(&m);
    if (runs++ % 1000 == 0) /* matches stay in the arena of their set */
        rule_set_free(&set);
    if (set == NULL)
        set = rule_set_load(&from, &rt_limits_default, &m, &err);
    if (set == NULL || m.errors > 0)
        abort();
    bool first = true;
    for (rt_str rest = {(const char *)data, size}; rest.n > 0; first = false) {
        size_t end = rt_str_find(rest, RT_LIT("\n"));
        rt_str line = {rest.p, end == SIZE_MAX ? rest.n : end};
        if (first)
            try_match(set, &m, line);
        else
            try_line(set, line);
        rest = end == SIZE_MAX ? RT_NONE : rt_str_from(rest, end + 1);
    }
    rule_messages_fini(&m);
    return 0;
}
