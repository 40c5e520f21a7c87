#include "config.h"

#include "detect/sieve.h"

/* What each alternative of a step asks for. */
static struct event_marks
common(const struct rule_step *step)
{
    struct event_marks m = {UINT64_MAX, UINT64_MAX};
    for (size_t i = 0; i < step->alt_count; i++) {
        m.has &= step->alts[i].marks.has;
        m.says &= step->alts[i].marks.says;
    }
    return m;
}

static struct event_marks
asked(const struct rule *r)
{
    struct event_marks m = {0, 0};
    for (size_t i = 0; i < r->when_count; i++) {
        struct event_marks one = common(&r->when[i]);
        if (r->when[i].type == STEP_SEE)
            m = (struct event_marks){m.has | one.has, m.says | one.says};
    }
    return m;
}

int
sieve_init(struct sieve *s, const struct rule_set *rules, struct rt_arena *a)
{
    struct sieve_row *v = rt_arena_array(a, rules->rules.n + 1, sizeof(*v));
    *s = (struct sieve){.v = v};
    if (v == NULL)
        return -1;
    struct sieve_row *row = NULL;
    for (size_t i = 0; i < rules->rules.n; i++) {
        const struct rule *r = &rules->rules.v[i];
        struct event_marks m = asked(r);
        if (r->variant == 0) {
            bool asks = !r->off && r->scope == SCOPE_SESSION;
            row = asks ? &v[s->n++] : NULL;
            if (asks)
                *row = (struct sieve_row){r->needs, m, (uint32_t)i};
        } else if (row != NULL) {
            row->kinds |= r->needs;
            row->marks = (struct event_marks){row->marks.has & m.has, row->marks.says & m.says};
        }
    }
    return 0;
}
