/*
 * match.c - NAME cond*: recursive descent over blank-separated words.
 *
 *   match := NAME cond*
 *   cond  := 'ok' | 'fail' | FIELD op VALUE
 *   op    := '=' | '!=' | '<' | '<=' | '>' | '>=' | '&' | '~'        VALUE of ~ is /regex/
 */
#include "config.h"

#include <stdio.h>

#include "rules/condition.h"
#include "rules/pattern.h"

enum { MOST_CONDS = 16, MOST_MATCHES = 64 };

struct regex *
load_regex(struct loader *l, const struct yaml_node *at, size_t offset, rt_str pattern)
{
    int number = 0;
    size_t where = 0;
    struct regex *re = regex_new(pattern, l->compile, &number, &where);
    if (re == NULL && number == PCRE2_ERROR_HEAP_FAILED) {
        l->memory = true;
        return NULL;
    }
    if (re == NULL) {
        PCRE2_UCHAR text[160];
        pcre2_get_error_message(number, text, sizeof(text));
        load_error(l, at, offset + where, NULL, "regular expression: %s", (const char *)text);
        return NULL;
    }
    struct regex **slot = RT_VEC_PUSH(&l->set->regexes);
    if (slot == NULL) {
        regex_free(re);
        l->memory = true;
        return NULL;
    }
    *slot = re;
    return re;
}

bool
load_regex_key(struct loader *l, const struct yaml_node *map, const char *key,
               struct regex **out)
{
    const struct yaml_node *n = yaml_get(map, key);
    if (n == NULL)
        return true;
    if (n->type != YAML_SCALAR)
        return load_error(l, n, 0, NULL, "'%s' must be a regular expression", key);
    *out = load_regex(l, n, 0, n->text);
    return *out != NULL;
}

/* The next word from *at; a regex keeps its blanks. Empty at the end. */
static rt_str
next_word(rt_str s, size_t *at)
{
    size_t i = *at;
    while (i < s.n && (s.p[i] == ' ' || s.p[i] == '\t'))
        i++;
    size_t begin = i;
    bool in_regex = false;
    for (; i < s.n && (in_regex || (s.p[i] != ' ' && s.p[i] != '\t')); i++) {
        if (in_regex && s.p[i] == '\\' && i + 1 < s.n)
            i++;
        else if (in_regex && s.p[i] == '/')
            in_regex = false;
        else if (!in_regex && s.p[i] == '/' && i > begin && s.p[i - 1] == '~')
            in_regex = true;
    }
    *at = i;
    return (rt_str){s.p + begin, i - begin};
}

static uint64_t
kinds_of(const struct rule_set *set, rt_str name)
{
    if (rt_str_is(name, "any"))
        return UINT64_MAX;
    if (rt_str_is(name, "call"))
        return KIND_CALLS;
    if (rt_str_is(name, "hook"))
        return ~KIND_CALLS;
    uint8_t kind = rule_set_kind(set, name);
    return kind == KIND_NONE ? 0 : UINT64_C(1) << kind;
}

/* Where the operator of a condition stands, and how long it is. */
static size_t
find_op(rt_str word, enum cond_op *op, size_t *length)
{
    static const struct {
        const char *text;
        enum cond_op op;
    } ops[] = {{"!=", OP_NE}, {"<=", OP_LE}, {">=", OP_GE},  {"=", OP_EQ},
               {"<", OP_LT},  {">", OP_GT},  {"&", OP_BITS}, {"~", OP_MATCH}};
    for (size_t i = 0; i < word.n; i++) {
        if (strchr("!<>=&~", word.p[i]) == NULL)
            continue;
        for (size_t k = 0; k < sizeof(ops) / sizeof(ops[0]); k++)
            if (rt_str_starts(rt_str_from(word, i), rt_str_of(ops[k].text))) {
                *op = ops[k].op;
                *length = strlen(ops[k].text);
                return i;
            }
    }
    return SIZE_MAX;
}

bool
load_field(struct loader *l, const struct yaml_node *at, size_t offset, rt_str name,
           uint16_t *out)
{
    if (rule_set_field(l->set, name, out))
        return true;
    struct nearest near = nearest_of(name);
    char hint[80];
    for (int i = 0; i < FIELD__COUNT; i++)
        nearest_try(&near, rt_str_of(event_fields[i].name));
    for (size_t i = 0; i < l->set->x_fields.n; i++)
        nearest_try(&near, l->set->x_fields.v[i]);
    return load_error(l, at, offset, nearest_hint(&near, hint), "unknown field '%.*s'",
                      RT_FMT(name));
}

static bool
parse_regex(struct loader *l, const struct yaml_node *at, size_t offset, struct rule_cond *c)
{
    rt_str v = c->text;
    if (v.n < 2 || v.p[0] != '/' || v.p[v.n - 1] != '/')
        return load_error(l, at, offset, "like reason~/time.?out/",
                          "a regular expression between slashes is meant");
    c->text =
        load_str(l, (rt_str){v.p + 1, v.n - 2}); /* stands one byte later, for the slash */
    c->re = load_regex(l, at, offset + 1, c->text);
    return c->re != NULL;
}

static bool
is_duration(uint16_t field)
{
    return field < FIELD__COUNT && event_fields[field].type == TYPE_DUR;
}

/* A value may be a parameter of the family: progress<$least. */
static bool
parse_value(struct loader *l, const struct yaml_node *at, size_t offset, struct rule_cond *c)
{
    if (c->text.n == 0)
        return load_error(l, at, offset, NULL, "a value is missing");
    if (c->op == OP_MATCH)
        return parse_regex(l, at, offset, c);
    if (c->text.n > 1 && c->text.p[0] == '$') {
        const struct rule_param *p = load_param(l, at, offset, c->text);
        if (p == NULL)
            return false;
        if (p->is_dur && !is_duration(c->field))
            return load_error(l, at, offset, NULL, "parameter '%.*s' is a duration, no value",
                              RT_FMT(c->text));
        c->text = p->text;
    } else {
        c->text = load_str(l, c->text);
    }
    rt_dur d = 0;
    c->is_num = rt_str_int(c->text, &c->num);
    if (is_duration(c->field)) {
        c->is_num = rt_dur_parse(c->text, &d);
        c->num = d / RT_MS;
        return c->is_num ||
               load_error(l, at, offset, "like 90s or 5m30s", "a duration is meant");
    }
    bool wants_number = c->op != OP_EQ && c->op != OP_NE;
    if (wants_number && !c->is_num)
        return load_error(l, at, offset, NULL, "a whole number is meant");
    return true;
}

static bool
parse_cond(struct loader *l, const struct yaml_node *at, size_t offset, rt_str word,
           struct rule_cond *c)
{
    *c = (struct rule_cond){.pos = load_pos(l, at)};
    c->pos.col += (uint32_t)offset + at->quoted;
    if (rt_str_is(word, "ok") || rt_str_is(word, "fail")) {
        c->op = rt_str_is(word, "ok") ? OP_OK : OP_FAIL;
        return true;
    }
    size_t length = 0, op_at = find_op(word, &c->op, &length);
    if (op_at == SIZE_MAX || op_at == 0)
        return load_error(l, at, offset, "ok, fail, or FIELD op VALUE",
                          "'%.*s' is no condition", RT_FMT(word));
    size_t value_at = offset + op_at + length;
    c->text = rt_str_from(word, op_at + length);
    if (!load_field(l, at, offset, (rt_str){word.p, op_at}, &c->field) ||
        !parse_value(l, at, value_at, c))
        return false;
    if (c->op == OP_MATCH || c->field >= FIELD__COUNT)
        return true;
    c->field = (uint16_t)event_field_class((enum event_field_id)c->field, c->text);
    if (event_fields[c->field].type == TYPE_INT && !c->is_num)
        return load_error(l, at, value_at, NULL, "'%s' is a number",
                          event_fields[c->field].name);
    return true;
}

static bool
parse_name(struct loader *l, const struct yaml_node *at, size_t offset, rt_str name,
           struct rule_match *out)
{
    out->kinds = kinds_of(l->set, name);
    if (out->kinds != 0) {
        out->name = load_str(l, name);
        return true;
    }
    struct nearest near = nearest_of(name);
    char hint[80];
    for (int i = 0; i < KIND_HOOK; i++)
        nearest_try(&near, rt_str_of(event_kinds[i].name));
    for (size_t i = 0; i < l->set->hooks.n; i++)
        nearest_try(&near, l->set->hooks.v[i].name);
    return load_error(l, at, offset, nearest_hint(&near, hint), "unknown event '%.*s'",
                      RT_FMT(name));
}

bool
load_match(struct loader *l, const struct yaml_node *at, size_t offset, rt_str text,
           struct rule_match *out)
{
    struct rule_cond conds[MOST_CONDS];
    size_t count = 0, i = 0;
    rt_str name = next_word(text, &i);
    *out = (struct rule_match){.pos = load_pos(l, at)};
    out->pos.col += (uint32_t)offset + at->quoted;
    if (name.n == 0)
        return load_error(l, at, offset, NULL, "the name of an event is missing");
    bool good = parse_name(l, at, offset + (size_t)(name.p - text.p), name, out);
    for (rt_str word = next_word(text, &i); word.n > 0; word = next_word(text, &i)) {
        size_t word_at = offset + (size_t)(word.p - text.p);
        if (count == MOST_CONDS)
            return load_error(l, at, word_at, NULL, "at most %d conditions are possible",
                              MOST_CONDS);
        good &= parse_cond(l, at, word_at, word, &conds[count++]);
    }
    struct rule_cond *list = load_alloc(l, count, sizeof(*list));
    if (list == NULL || !good)
        return false;
    if (count > 0)
        memcpy(list, conds, count * sizeof(*list));
    out->conds = list;
    out->cond_count = count;
    out->marks = condition_wants(list, count);
    out->sets = condition_asks_sets(list, count);
    return true;
}

bool
load_matches(struct loader *l, const struct yaml_node *value, const struct rule_match **out,
             size_t *count)
{
    if (value->type == YAML_MAP)
        return load_error(l, value, 0, "like 'start code=433', or a list of such",
                          "an event is meant");
    size_t many = value->type == YAML_SCALAR ? 1 : value->count;
    if (many > MOST_MATCHES)
        return load_error(l, value, 0, NULL, "at most %d events are possible in one step",
                          MOST_MATCHES);
    struct rule_match *list = load_alloc(l, many, sizeof(*list));
    if (list == NULL)
        return false;
    if (many == 0)
        return load_error(l, value, 0, NULL, "an event is meant");
    bool good = true;
    for (size_t i = 0; i < many; i++) {
        const struct yaml_node *one = value->type == YAML_SCALAR ? value : value->items[i];
        good &= one->type == YAML_SCALAR ? load_match(l, one, 0, one->text, &list[i])
                                         : load_error(l, one, 0, NULL, "an event is meant");
    }
    *out = list;
    *count = many;
    return good;
}
