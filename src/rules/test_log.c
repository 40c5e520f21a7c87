/*
 * test_log.c - one line of the log of an inline test.
 */
#include "config.h"

#include "rules/test_log.h"

/* Up to the next space that does not stand between quotes. */
static rt_str
word_at(rt_str line, size_t *at)
{
    size_t i = *at;
    while (i < line.n && (line.p[i] == ' ' || line.p[i] == '\t'))
        i++;
    size_t begin = i;
    for (bool quoted = false; i < line.n; i++) {
        if (line.p[i] == '"')
            quoted = !quoted;
        else if (!quoted && (line.p[i] == ' ' || line.p[i] == '\t'))
            break;
    }
    *at = i;
    return (rt_str){line.p + begin, i - begin};
}

static int
fail_at(struct rt_err *err, rt_str line, rt_str word, const char *what)
{
    struct rt_pos pos = {NULL, 0, (uint32_t)(word.p - line.p) + 1};
    return rt_fail(err, RT_ESYNTAX, pos, "%s '%.*s'", what, RT_FMT(word));
}

static bool
parse_offset(rt_str word, rt_dur *out)
{
    if (word.n < 2 || word.p[0] != '+')
        return false;
    if (rt_str_is(word, "+0")) {
        *out = 0;
        return true;
    }
    return rt_dur_parse(rt_str_from(word, 1), out);
}

static int
parse_edge(rt_str line, rt_str first, size_t at, struct test_line *out, struct rt_err *err)
{
    rt_str source = word_at(line, &at), offset = word_at(line, &at);
    out->type = rt_str_is(first, "END") ? TEST_LINE_END : TEST_LINE_GAP;
    out->source = rt_str_is(source, "hook") ? SOURCE_HOOK : SOURCE_API;
    if (!rt_str_is(source, "hook") && !rt_str_is(source, "api"))
        return fail_at(err, line, source, "END and GAP are of api or hook, not");
    if (!parse_offset(offset, &out->at))
        return fail_at(err, line, offset, "a time like +90s is meant, not");
    rt_str until = out->type == TEST_LINE_GAP ? word_at(line, &at) : RT_NONE;
    if (out->type == TEST_LINE_GAP &&
        (!parse_offset(until, &out->until) || out->until < out->at))
        return fail_at(err, line, until, "the end of the gap like +90s is meant, not");
    return 0;
}

static int
parse_set(const struct rule_set *set, rt_str line, rt_str word, struct test_line *out,
          struct rt_err *err)
{
    size_t eq = rt_str_find(word, RT_LIT("="));
    if (eq == SIZE_MAX)
        return fail_at(err, line, word, "FIELD=VALUE, ok or fail is meant, not");
    rt_str name = {word.p, eq}, value = rt_str_from(word, eq + 1);
    if (value.n >= 2 && value.p[0] == '"' && value.p[value.n - 1] == '"')
        value = (rt_str){value.p + 1, value.n - 2};
    if (rt_str_is(name, "app"))
        name = RT_LIT("app_id");
    uint16_t field = 0;
    int64_t number = 0;
    if (!rule_set_field(set, name, &field))
        return fail_at(err, line, word, "unknown field in");
    if (field < FIELD__COUNT)
        field = (uint16_t)event_field_class((enum event_field_id)field, value);
    if (field < FIELD__COUNT && event_fields[field].type == TYPE_INT &&
        !rt_str_int(value, &number))
        return fail_at(err, line, word, "a number is meant in");
    rt_dur d = 0;
    if (field < FIELD__COUNT && event_fields[field].type == TYPE_DUR &&
        !rt_dur_parse(value, &d))
        return fail_at(err, line, word, "a duration is meant in");
    if (out->set_count == sizeof(out->sets) / sizeof(out->sets[0]))
        return fail_at(err, line, word, "too many fields, from");
    out->sets[out->set_count].field = field;
    out->sets[out->set_count++].value = value;
    return 0;
}

int
test_line_parse(const struct rule_set *set, rt_str line, struct test_line *out,
                struct rt_err *err)
{
    *out = (struct test_line){.type = TEST_LINE_EMPTY};
    size_t at = 0;
    rt_str first = word_at(line, &at);
    if (first.n == 0 || first.p[0] == '#')
        return 0;
    if (rt_str_is(first, "END") || rt_str_is(first, "GAP"))
        return parse_edge(line, first, at, out, err);
    if (!parse_offset(first, &out->at))
        return fail_at(err, line, first, "a time like +90s is meant, not");
    rt_str name = word_at(line, &at);
    out->type = TEST_LINE_EVENT;
    out->kind = rule_set_kind(set, name);
    if (out->kind == KIND_NONE)
        return fail_at(err, line, name, "unknown event");
    out->source = out->kind >= KIND_OTHER_HOOK ? SOURCE_HOOK : SOURCE_API;
    for (rt_str word = word_at(line, &at); word.n > 0; word = word_at(line, &at)) {
        if (rt_str_is(word, "ok"))
            out->ok = true;
        else if (rt_str_is(word, "fail"))
            out->fail = true;
        else if (parse_set(set, line, word, out, err) < 0)
            return -1;
    }
    return 0;
}
