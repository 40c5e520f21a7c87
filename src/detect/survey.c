/*
 * survey.c - reads all rules once: who asks for which fields, and which steps wait for the end.
 */
#include "config.h"

#include "detect/survey.h"

#include "detect/internal.h"

static void
learn_step(struct field_set *set, const struct rule_step *step)
{
    for (size_t i = 0; i < step->alt_count; i++)
        for (size_t k = 0; k < step->alts[i].cond_count; k++) {
            const struct rule_cond *c = &step->alts[i].conds[k];
            if (c->op != OP_OK && c->op != OP_FAIL)
                field_set_add(set, c->field);
        }
    for (size_t i = 0; i < step->same_count; i++)
        field_set_add(set, step->same[i]);
    for (size_t i = 0; i < step->differ_count; i++)
        field_set_add(set, step->differ[i]);
}

/* {label.field} */
static void
learn_template(const struct rule_set *rules, struct field_set *set, struct field_set *every,
               rt_str text)
{
    const rt_str all = RT_LIT("{every");
    for (size_t dot = 0; dot < text.n; dot++) {
        size_t end = dot + 1;
        uint16_t field = 0;
        while (end < text.n && text.p[end] != '}' && text.p[end] != ' ')
            end++;
        if (text.p[dot] != '.' || end == text.n || text.p[end] != '}' ||
            !rule_set_field(rules, (rt_str){text.p + dot + 1, end - dot - 1}, &field))
            continue;
        field_set_add(set, field);
        if (dot >= all.n && rt_str_eq((rt_str){text.p + dot - all.n, all.n}, all))
            field_set_add(every, field);
    }
}

/* What crowd_tell() adds: nobody can ask for it before. */
static const uint16_t told[] = {FIELD_LIVE, FIELD_OVER, FIELD_ALONE, FIELD_TOKENED};

static bool
is_told(uint16_t field)
{
    bool is = false;
    for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++)
        is |= told[i] == field;
    return is;
}

/* NULL: memory. */
static const struct rule_match *
without_told(struct rt_arena *a, const struct rule_step *step)
{
    struct rule_match *alts = rt_arena_array(a, step->alt_count, sizeof(*alts));
    for (size_t i = 0; alts != NULL && i < step->alt_count; i++) {
        const struct rule_match *from = &step->alts[i];
        struct rule_cond *conds = rt_arena_array(a, from->cond_count + 1, sizeof(*conds));
        if (conds == NULL)
            return NULL;
        alts[i] = *from;
        alts[i].conds = conds;
        alts[i].cond_count = 0;
        for (size_t k = 0; k < from->cond_count; k++) {
            bool later = from->conds[k].op != OP_OK && from->conds[k].op != OP_FAIL &&
                         is_told(from->conds[k].field);
            if (later)
                alts[i].marks = (struct event_marks){0, 0};
            else
                conds[alts[i].cond_count++] = from->conds[k];
        }
    }
    return alts;
}

static int
add_steps(struct survey *s, const struct rule *r, const struct rule_step *steps, size_t count,
          uint64_t bit, const struct field_set *asked)
{
    for (size_t i = 0; i < count; i++) {
        const struct rule_match *alts = without_told(&s->arena, &steps[i]);
        struct wide_step *slot = alts == NULL ? NULL : RT_VEC_PUSH(&s->steps);
        if (slot == NULL)
            return -1;
        *slot =
            (struct wide_step){alts, steps[i].alt_count, r->scope == SCOPE_RUN, bit, *asked};
    }
    return 0;
}

/* The rule, or the one that it is a further shape of. NULL: memory. */
static struct wide_rule *
note_rule(struct survey *s, const struct rule_set *rules, const struct rule *r)
{
    size_t first = (size_t)(r - rules->rules.v) - r->variant;
    if (s->wide.n > 0 && s->wide.v[s->wide.n - 1].first == first)
        return &s->wide.v[s->wide.n - 1];
    struct wide_rule *slot = RT_VEC_PUSH(&s->wide);
    if (slot != NULL)
        *slot = (struct wide_rule){first, r->scope, UINT64_C(1) << (s->wide.n - 1) % 64, {{0}}};
    return slot;
}

static int
survey_wide(struct survey *s, const struct rule_set *rules)
{
    const struct rule *r;
    RT_EACH (r, &rules->rules) {
        struct field_set asked = {0};
        if (r->off || !rule_is_wide(r))
            continue;
        struct wide_rule *wide = note_rule(s, rules, r);
        if (wide == NULL)
            return -1;
        for (size_t i = 0; i < r->when_count; i++)
            learn_step(&asked, &r->when[i]);
        for (size_t i = 0; i < r->unless_count; i++)
            learn_step(&asked, &r->unless[i]);
        learn_template(rules, &asked, &wide->every, r->say);
        learn_template(rules, &asked, &wide->every, r->why);
        learn_template(rules, &asked, &wide->every, r->fix);
        field_set_add(&asked, FIELD_ERROR_CODE); /* of the codes of a finding */
        field_set_join(&s->asked, &asked);
        if (add_steps(s, r, r->when, r->when_count, wide->bit, &asked) < 0 ||
            add_steps(s, r, r->unless, r->unless_count, wide->bit, &asked) < 0)
            return -1;
    }
    for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++)
        s->asks_crowd |= survey_asks(s, told[i]);
    return 0;
}

int
survey_init(struct survey *s, const struct rule_set *rules)
{
    *s = (struct survey){.asked = {{0}}};
    rt_arena_init(&s->arena, 4096, 0);
    return survey_wide(s, rules) < 0 ? -1 : sieve_init(&s->sieve, rules, &s->arena);
}

void
survey_fini(struct survey *s)
{
    RT_VEC_FREE(&s->wide);
    RT_VEC_FREE(&s->steps);
    rt_arena_fini(&s->arena);
}
