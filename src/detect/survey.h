/*
 * survey.h - what detection must know of the rules before the first event; made once, read by all threads.
 */
#ifndef RECTRACE_DETECT_SURVEY_H
#define RECTRACE_DETECT_SURVEY_H

#include "base/vec.h"
#include "detect/sieve.h"

struct field_set {
    uint64_t bits[FIELD__COUNT / 64 + 1]; /* fields of formats are few, and share the last */
};
static inline void
field_set_add(struct field_set *set, uint16_t field)
{
    unsigned bit = field < FIELD__COUNT ? field : FIELD__COUNT;
    set->bits[bit / 64] |= UINT64_C(1) << bit % 64;
}

static inline bool
field_set_has(const struct field_set *set, uint16_t field)
{
    unsigned bit = field < FIELD__COUNT ? field : FIELD__COUNT;
    return (set->bits[bit / 64] >> bit % 64 & 1) != 0;
}

static inline bool
field_set_any(const struct field_set *set)
{
    uint64_t all = 0;
    for (size_t i = 0; i < sizeof(set->bits) / sizeof(set->bits[0]); i++)
        all |= set->bits[i];
    return all != 0;
}

static inline void
field_set_join(struct field_set *to, const struct field_set *from)
{
    for (size_t i = 0; i < sizeof(to->bits) / sizeof(to->bits[0]); i++)
        to->bits[i] |= from->bits[i];
}

struct wide_rule { /* with its other shapes */
    size_t first;  /* its number in the set */
    enum rule_scope scope;
    uint64_t bit; /* its own among the first 64 */
    /* {every.field}: told of all that its owner has, whatever it fits */
    struct field_set every;
};
struct wide_step {
    const struct rule_match *alts; /* without what is told only at the end */
    size_t alt_count;
    bool aside;             /* of a rule about what belongs to no session */
    uint64_t bit;           /* of its rule */
    struct field_set asked; /* by its rule, of any event */
};
struct survey {
    struct sieve sieve;             /* of the rules about sessions */
    RT_VEC(struct wide_rule) wide;  /* rules about apps, hosts and the run */
    RT_VEC(struct wide_step) steps; /* of these */
    struct field_set asked;         /* by all of these */
    bool asks_crowd;                /* something among it is told of the starts at the end */
    struct rt_arena arena;
};
/* Is the field among those that rules about apps, hosts and the run ask for? */
static inline bool
survey_asks(const struct survey *s, uint16_t field)
{
    return field_set_has(&s->asked, field);
}

/* 0, or -1: memory; to be ended in either case. The rules must live as long. */
int survey_init(struct survey *s, const struct rule_set *rules);
void survey_fini(struct survey *s);

#endif
