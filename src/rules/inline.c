/*
 * inline.c - the tests that a rule carries. Their logs stay text: test_log.h reads a line of them.
 */
#include "config.h"

#include "rules/pattern.h"

static bool
expect_word(struct loader *l, const struct yaml_node *n, struct rule_test *t)
{
    t->expect = rt_str_is(n->text, "none") ? EXPECT_NONE : EXPECT_PENDING;
    return rt_str_is(n->text, "none") || rt_str_is(n->text, "pending") ||
           load_error(l, n, 0, NULL,
                      "'expect' is none, pending, a map of values, or a list of ids");
}

static bool
load_expect(struct loader *l, const struct yaml_node *n, struct rule_test *t)
{
    if (n->type == YAML_SCALAR)
        return expect_word(l, n, t);
    bool is_map = n->type == YAML_MAP;
    size_t many = is_map ? n->count / 2 : n->count;
    rt_str *keys = load_alloc(l, many, sizeof(*keys)),
           *values = load_alloc(l, many, sizeof(*values));
    if (keys == NULL || values == NULL)
        return false;
    for (size_t i = 0; i < many; i++) {
        const struct yaml_node *key = n->items[is_map ? 2 * i : i],
                               *value = is_map ? n->items[2 * i + 1] : key;
        if (value->type != YAML_SCALAR)
            return load_error(l, value, 0, NULL, "a single value is meant");
        keys[i] = load_str(l, key->text);
        values[i] = is_map ? load_str(l, value->text) : RT_NONE;
    }
    t->expect = is_map ? EXPECT_VALUES : EXPECT_IDS;
    t->keys = keys;
    t->values = values;
    t->count = many;
    return true;
}

static bool
load_test(struct loader *l, const struct yaml_node *map, struct rule_test *t)
{
    static const char *const keys[] = {"name", "log", "expect", NULL};
    if (!load_keys(l, map, keys))
        return false;
    const struct yaml_node *log = yaml_get(map, "log"), *expect = yaml_get(map, "expect");
    t->pos = load_pos(l, map);
    bool good = load_text(l, map, "name", false, &t->name);
    if (log == NULL || log->type != YAML_SCALAR || expect == NULL)
        return load_error(l, map, 0, NULL, "a test needs 'log' and 'expect'");
    t->log = load_str(l, log->text);
    t->log_pos = load_pos(l, log);
    t->log_pos.line += log->literal ? 1 : 0;
    return load_expect(l, expect, t) && good;
}

bool
load_tests(struct loader *l, const struct yaml_node *list, struct rule *r)
{
    if (list == NULL)
        return true;
    if (list->type != YAML_LIST)
        return load_error(l, list, 0, NULL, "'tests' must be a list");
    struct rule_test *tests = load_alloc(l, list->count, sizeof(*tests));
    bool good = tests != NULL;
    for (size_t i = 0; tests != NULL && i < list->count; i++)
        good &= load_test(l, list->items[i], &tests[i]);
    r->tests = tests;
    r->test_count = tests == NULL ? 0 : list->count;
    return good;
}
