/*
 * condition.c - does one event fulfil a match?
 */
#include "config.h"

#include "rules/condition.h"

#include <inttypes.h>
#include <stdio.h>

uint64_t
condition_kinds(const struct rule_match *alts, size_t count)
{
    uint64_t kinds = 0;
    for (size_t i = 0; i < count; i++)
        kinds |= alts[i].kinds;
    return kinds;
}

/* ---- marks ---- */

enum mark {
    MARK_OK,
    MARK_FAIL,
    MARK_STATUS_CLASS,
    MARK_CODE = MARK_STATUS_CLASS + 6,
    MARK_STATUS,
    MARK_REASON,
    MARK_ERROR,
    MARK_FIELDS
};
#define BIT(n) (UINT64_C(1) << (n))

/* Further fields share the bits that are left. */
static uint64_t
field_mark(uint16_t field)
{
    return BIT(MARK_FIELDS + field % (64 - MARK_FIELDS));
}

/* 200 is most of a log, and stands alone. */
static uint64_t
http_mark(int64_t http)
{
    return BIT(MARK_STATUS_CLASS + (http == 200  ? 0
                                    : http < 200 ? 1
                                    : http < 500 ? http / 100
                                                 : 5));
}

/* A word that a field says, and a number that a core field says; several share a bit. */
static uint64_t
value_mark(uint16_t field, rt_str text)
{
    uint32_t h = field * UINT32_C(0x9e3779b1) + (uint32_t)text.n;
    for (size_t i = 0; i < text.n && i < 16; i++)
        h = (h ^ (unsigned char)text.p[i]) * UINT32_C(0x01000193);
    return BIT(h >> 26);
}

static uint64_t
number_mark(uint16_t field, int64_t n)
{
    return BIT((field * UINT64_C(0x9e3779b97f4a7c15) + (uint64_t)n) *
                   UINT64_C(0xd6e8feb86659fd93) >>
               58);
}

struct event_marks
condition_marks(const struct event *e)
{
    struct event_marks m = {0, 0};
    if (e->http != 0) {
        m.has |= http_mark(e->http);
        m.says |= number_mark(FIELD_HTTP, e->http);
    }
    if (e->outcome == OUTCOME_OK)
        m.has |= BIT(MARK_OK);
    if (e->outcome == OUTCOME_FAIL)
        m.has |= BIT(MARK_FAIL);
    if (e->code != EVENT_NO_CODE) {
        m.has |= BIT(MARK_CODE);
        m.says |= number_mark(FIELD_CODE, e->code);
    }
    if (e->status != EVENT_NO_CODE) {
        m.has |= BIT(MARK_STATUS);
        m.says |= number_mark(FIELD_STATUS, e->status);
    }
    if (e->reason.p != NULL)
        m.has |= BIT(MARK_REASON);
    if (e->error.p != NULL)
        m.has |= BIT(MARK_ERROR);
    for (uint32_t i = 0; i < e->value_count; i++) {
        m.has |= field_mark(e->values[i].field);
        if (e->values[i].is_text)
            m.says |= value_mark(e->values[i].field, e->values[i].text);
    }
    return m;
}

static uint64_t
wants_http(const struct rule_cond *c)
{
    bool fifth = (c->op == OP_GE && c->num >= 500) || (c->op == OP_GT && c->num >= 499);
    return c->op == OP_EQ ? http_mark(c->num) : fifth ? http_mark(500) : 0;
}

static bool
is_core(uint16_t field)
{
    return field < FIELD__COUNT && event_fields[field].part == PART_CORE;
}

static uint64_t
wants(const struct rule_cond *c)
{
    if (c->op == OP_OK)
        return BIT(MARK_OK);
    if (c->op == OP_FAIL)
        return BIT(MARK_FAIL);
    switch (c->field) {
    case FIELD_HTTP: return wants_http(c);
    case FIELD_CODE: return BIT(MARK_CODE);
    case FIELD_STATUS: return BIT(MARK_STATUS);
    case FIELD_REASON: return BIT(MARK_REASON);
    case FIELD_ERROR: return BIT(MARK_ERROR);
    default: break;
    }
    return is_core(c->field) ? 0 : field_mark(c->field);
}

/* Only where equality has one form: a number may be written as a word, and a word may look like one. */
static uint64_t
wants_said(const struct rule_cond *c)
{
    if (c->op != OP_EQ)
        return 0;
    if (c->field == FIELD_HTTP || c->field == FIELD_CODE || c->field == FIELD_STATUS)
        return number_mark(c->field, c->num);
    return is_core(c->field) || c->is_num ? 0 : value_mark(c->field, c->text);
}

struct event_marks
condition_wants(const struct rule_cond *conds, size_t count)
{
    struct event_marks m = {0, 0};
    for (size_t i = 0; i < count; i++)
        condition_marks_add(&m, (struct event_marks){wants(&conds[i]), wants_said(&conds[i])});
    return m;
}

bool
condition_asks_sets(const struct rule_cond *conds, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (conds[i].op != OP_OK && conds[i].op != OP_FAIL && conds[i].field < FIELD__COUNT &&
            event_fields[conds[i].field].part == PART_SET)
            return true;
    return false;
}

/* ---- an event ---- */

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
text_matches(const struct regex_memory *with, struct regex *re, rt_str s)
{
    return with != NULL && regex_match(re, s, with) >= 0;
}

static bool
holds_text(const struct regex_memory *re, const struct rule_cond *c, rt_str have)
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

/* A regular expression reads a number as it is written. */
static bool
holds_number(const struct regex_memory *re, const struct rule_cond *c, int64_t n)
{
    char digits[24];
    if (c->op != OP_MATCH)
        return c->is_num && compare(c->op, n, c->num);
    snprintf(digits, sizeof(digits), "%" PRId64, n);
    return text_matches(re, c->re, rt_str_of(digits));
}

/* `set`: which values of a set count; 0: this is not asked. */
static bool
holds(const struct regex_memory *re, const struct rule_cond *c, const struct event *e,
      unsigned set)
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
        if (v->field != c->field || (v->set != 0 && v->set != set))
            continue;
        bool one = v->is_text ? holds_text(re, c, v->text) : holds_number(re, c, v->num);
        if (c->op == OP_NE && !one)
            return false;
        any |= one;
    }
    return any;
}

static bool
all_hold(const struct regex_memory *re, const struct rule_match *m, const struct event *e,
         unsigned set)
{
    if ((m->kinds >> e->kind & 1) == 0)
        return false;
    for (size_t c = 0; c < m->cond_count; c++)
        if (!holds(re, &m->conds[c], e, set))
            return false;
    return true;
}

bool
condition_fits(const struct rule_match *alts, size_t count, const struct event *e,
               const struct regex_memory *re)
{
    for (size_t i = 0; i < count; i++) {
        unsigned last = alts[i].sets ? event_sets(e) : 0;
        for (unsigned set = alts[i].sets; set <= last; set++)
            if (all_hold(re, &alts[i], e, set))
                return true;
    }
    return false;
}

bool
condition_fits_set(const struct rule_match *alts, size_t count, const struct event *e,
                   unsigned set, const struct regex_memory *re)
{
    for (size_t i = 0; i < count; i++)
        if (all_hold(re, &alts[i], e, set))
            return true;
    return false;
}
