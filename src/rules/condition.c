/*
 * condition.c - does one event fulfil a match?
 */
#include "config.h"

#include "rules/condition.h"

uint64_t
condition_kinds(const struct rule_match *alts, size_t count)
{
    uint64_t kinds = 0;
    for (size_t i = 0; i < count; i++)
        kinds |= alts[i].kinds;
    return kinds;
}

static bool
compare(enum cond_op op, int64_t have, int64_t want)
{
    switch (op) {
    case OP_EQ: return have == want;
    case OP_NE: return have != want;
    case OP_LT: return have < want;
    case OP_LE: return have <= want;
    case OP_GT: return have > want;
    case OP_GE: return have >= want;
    case OP_BITS: return (have & want) == want;
    case OP_OK:
    case OP_FAIL:
    case OP_MATCH: break;
    }
    return false;
}

static bool
text_matches(const struct condition_regex *with, const pcre2_code *re, rt_str s)
{
    return with != NULL && pcre2_match(re, (PCRE2_SPTR)(s.p == NULL ? "" : s.p), s.n, 0, 0,
                                       with->match, with->context) >= 0;
}

static bool
holds_text(const struct condition_regex *re, const struct rule_cond *c, rt_str have)
{
    if (c->op == OP_MATCH)
        return text_matches(re, c->re, have);
    int64_t n = 0;
    if (c->op == OP_EQ || c->op == OP_NE)
        return rt_str_eq(have, c->text) == (c->op == OP_EQ);
    return rt_str_int(have, &n) && compare(c->op, n, c->num);
}

static bool
is_core_number(uint16_t field)
{
    return field == FIELD_HTTP || field == FIELD_CODE || field == FIELD_STATUS ||
           field == FIELD_TOOK || field == FIELD_DELIVERIES;
}

static bool
holds(const struct condition_regex *re, const struct rule_cond *c, const struct event *e)
{
    int64_t n = 0;
    if (c->op == OP_OK)
        return e->outcome == OUTCOME_OK;
    if (c->op == OP_FAIL)
        return e->outcome == OUTCOME_FAIL;
    if (is_core_number(c->field))
        return event_num(e, c->field, &n) && compare(c->op, n, c->num);
    if (c->field < FIELD__COUNT && event_fields[c->field].part == PART_CORE) {
        rt_str have = event_text(e, c->field);
        return have.p != NULL && holds_text(re, c, have);
    }
    /* Any of several values will do; for != none may be equal. */
    bool any = false;
    for (uint32_t i = 0; i < e->value_count; i++) {
        const struct event_value *v = &e->values[i];
        if (v->field != c->field)
            continue;
        bool one = v->is_text ? holds_text(re, c, v->text)
                              : c->is_num && compare(c->op, v->num, c->num);
        if (c->op == OP_NE && !one)
            return false;
        any |= one;
    }
    return any;
}

bool
condition_fits(const struct rule_match *alts, size_t count, const struct event *e,
               const struct condition_regex *re)
{
    for (size_t i = 0; i < count; i++) {
        if ((alts[i].kinds >> e->kind & 1) == 0)
            continue;
        size_t c = 0;
        while (c < alts[i].cond_count && holds(re, &alts[i].conds[c], e))
            c++;
        if (c == alts[i].cond_count)
            return true;
    }
    return false;
}
