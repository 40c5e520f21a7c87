/*
 * claim.c - occurrences of a rule to one finding: count, values, words, evidence.
 */
#include "config.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "detect/internal.h"

void
claims_fini(struct claims *d)
{
    for (size_t i = 0; i < d->list.n; i++) {
        rt_free(d->list.v[i].covers);
        RT_VEC_FREE(&d->list.v[i].folded);
    }
    RT_VEC_FREE(&d->list);
}

static int
by_address(const void *a, const void *b)
{
    const struct event *x = *(const struct event *const *)a, *y = *(const struct event *const *)b;
    return (x > y) - (x < y);
}

bool
claim_covers(const struct claim *d, const struct event *e)
{
    return d->cover_count > 0 &&
           bsearch(&e, d->covers, d->cover_count, sizeof(*d->covers), by_address) != NULL;
}

/* Every event that a path stands on; the whole of a run. */
static int
take_covers(struct claim *d, const struct rule *r, const struct scope *s, const struct matched *m)
{
    size_t most = 0;
    for (size_t i = 0; i < m->count; i++)
        for (size_t k = 0; k < r->when_count; k++)
            if (m->occurrences[i].steps[k] != UINT32_MAX)
                most += r->when[k].times > 1 ? m->occurrences[i].steps[k] - m->occurrences[i].run_begins[k] + 1 : 1;
    for (size_t i = 0; i < m->count; i++)
        most += m->occurrences[i].other_count;
    d->covers = rt_calloc(most == 0 ? 1 : most, sizeof(struct event *));
    if (d->covers == NULL)
        return -1;
    for (size_t i = 0; i < m->count; i++)
        for (size_t k = 0; k < r->when_count; k++) {
            uint32_t at = m->occurrences[i].steps[k];
            if (at == UINT32_MAX)
                continue;
            uint32_t from = r->when[k].times > 1 ? m->occurrences[i].run_begins[k] : at;
            for (; from <= at; from++)
                d->covers[d->cover_count++] = s->v[from].e;
        }
    for (size_t i = 0; i < m->count; i++)
        for (size_t k = 0; k < m->occurrences[i].other_count; k++)
            d->covers[d->cover_count++] = s->v[m->occurrences[i].others[k]].e;
    qsort(d->covers, d->cover_count, sizeof(*d->covers), by_address);
    return 0;
}

static int
take_values(struct finding *f, const struct rule *r, const struct scope *s, const struct occurrence *o,
            struct rt_arena *a)
{
    struct finding_value *values = rt_arena_array(a, r->let_count, sizeof(*values));
    if (values == NULL)
        return -1;
    for (size_t i = 0; i < r->let_count; i++) {
        const struct rule_let *l = &r->lets[i];
        if (o->steps[l->to_step] == UINT32_MAX || o->steps[l->from_step] == UINT32_MAX)
            continue;
        const struct event *to = s->v[o->steps[l->to_step]].e, *from = s->v[o->steps[l->from_step]].e;
        rt_time x = l->to_end ? to->end : to->begin, y = l->from_end ? from->end : from->begin;
        if (x == RT_TIME_NONE || y == RT_TIME_NONE)
            continue;
        values[f->value_count++] = (struct finding_value){l->name, x - y + l->offset};
    }
    f->values = values;
    return 0;
}

/* First and last occurrence first: the lines that a person wants to see. */
static int
take_evidence(struct finding *f, const struct rule *r, const struct scope *s, const struct matched *m,
              const struct rt_limits *limits, struct rt_arena *a)
{
    size_t most = (size_t)limits->evidence_lines;
    struct finding_evidence *list = rt_arena_array(a, most, sizeof(*list));
    if (list == NULL)
        return -1;
    for (size_t n = 0; n < m->count && f->evidence_count < most; n++) {
        size_t i = n == 1 ? m->count - 1 : n > 1 ? n - 1 : 0;
        for (size_t k = 0; k < r->when_count && f->evidence_count < most; k++) {
            uint32_t at = m->occurrences[i].steps[k];
            if (at == UINT32_MAX)
                continue;
            const struct scope_event *se = &s->v[at];
            bool there = false;
            for (size_t e = 0; e < f->evidence_count; e++)
                there |= list[e].input == se->e->input && list[e].line == se->e->line && list[e].event == se->number;
            if (!there)
                list[f->evidence_count++] =
                    (struct finding_evidence){se->e->input, se->e->line, se->number, se->session};
        }
    }
    f->evidence = list;
    return 0;
}

static int
take_codes(struct finding *f, const struct claim *d, struct rt_arena *a)
{
    int32_t *codes = rt_arena_array(a, d->cover_count, sizeof(*codes));
    if (codes == NULL)
        return -1;
    for (size_t i = 0; i < d->cover_count; i++) {
        int32_t code = d->covers[i]->code;
        int64_t error = 0;
        if (code == EVENT_NO_CODE && event_num(d->covers[i], FIELD_ERROR_CODE, &error))
            code = (int32_t)error;
        size_t k = 0;
        while (k < f->code_count && codes[k] != code)
            k++;
        if (code != EVENT_NO_CODE && code != 0 && k == f->code_count)
            codes[f->code_count++] = code;
    }
    for (size_t i = 1; i < f->code_count; i++)
        for (size_t k = i; k > 0 && codes[k - 1] > codes[k]; k--) {
            int32_t swap = codes[k];
            codes[k] = codes[k - 1];
            codes[k - 1] = swap;
        }
    f->codes = codes;
    return 0;
}

static void
take_times(struct finding *f, const struct rule *r, const struct scope *s, const struct matched *m)
{
    size_t last_see = 0;
    for (size_t k = 0; k < r->when_count; k++)
        if (r->when[k].type == STEP_SEE)
            last_see = k;
    f->first = f->last = RT_TIME_NONE;
    for (size_t i = 0; i < m->count; i++) {
        const struct event *e = s->v[m->occurrences[i].steps[last_see]].e;
        f->count += r->when[last_see].times > 1 ? 1 : e->repeated;
        if (e->begin == RT_TIME_NONE)
            continue;
        rt_time end = e->repeated > 1 ? e->last : e->begin;
        if (f->first == RT_TIME_NONE || e->begin < f->first)
            f->first = e->begin;
        if (f->last == RT_TIME_NONE || end > f->last)
            f->last = end;
    }
}

static bool
is_certain(const struct rule *r, const struct matched *m)
{
    for (size_t i = 0; r->certain_with != UINT16_MAX && i < m->count; i++)
        if (m->occurrences[i].steps[r->certain_with] != UINT32_MAX)
            return true;
    return false;
}

static int
take_words(struct finding *f, const struct detector *det, const struct rule *r, const struct scope *s,
           const struct matched *m, struct rt_arena *a)
{
    const struct occurrence *o = &m->occurrences[0];
    char *say = template_fill(a, r->say, det->rules, r, f, s, o);
    char *why = template_fill(a, r->why, det->rules, r, f, s, o);
    char *fix = template_fill(a, r->fix, det->rules, r, f, s, o);
    if (say == NULL || why == NULL || fix == NULL)
        return -1;
    f->say = rt_str_of(say);
    f->why = rt_str_of(why);
    f->fix = rt_str_of(fix);
    return 0;
}

int
claim_add(struct claims *d, struct detector *det, const struct rule *r, const struct scope *s, const struct matched *m,
          bool of_session, struct rt_err *err)
{
    struct rt_arena *a = &d->out->arena;
    struct claim *slot = RT_VEC_PUSH(&d->list);
    if (slot == NULL)
        return rt_fail_mem(err);
    struct finding *f = &slot->f;
    size_t last_see = 0;
    for (size_t k = 0; k < r->when_count; k++)
        if (r->when[k].type == STEP_SEE)
            last_see = k;
    const struct scope_event *place = &s->v[m->occurrences[0].steps[last_see]];
    *f = (struct finding){
        .id = r->id,
        .severity = r->severity,
        .confidence = is_certain(r, m) ? CONFIDENCE_CERTAIN : r->confidence,
        .rule = r,
        .session = of_session ? place->session : RT_NONE,
        .app_id = place->e->app_id,
    };
    take_times(f, r, s, m);
    if (take_covers(slot, r, s, m) < 0 || take_values(f, r, s, &m->occurrences[0], a) < 0 ||
        take_evidence(f, r, s, m, det->limits, a) < 0 || take_codes(f, slot, a) < 0 || take_words(f, det, r, s, m, a) < 0)
        return rt_fail_mem(err);
    return 0;
}
