/*
 * claim.c - occurrences of a rule become one finding: count, values, words, evidence.
 */
#include "config.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "detect/internal.h"
#include "detect/moment.h"

static rt_time
point(const struct event *e, bool end)
{
    return end ? e->end : e->begin;
}

/* How late a step must be at least, after the see before it. */
static rt_dur
delay_of(const struct rule *r, size_t step, size_t *before)
{
    rt_dur delay = r->when[step].after;
    for (size_t k = step; k-- > 0;) {
        if (r->when[k].type == STEP_NO && r->when[k].lasts > delay)
            delay = r->when[k].lasts;
        if (r->when[k].type != STEP_SEE)
            continue;
        *before = k;
        return delay;
    }
    return RT_DUR_NONE;
}

/* Of polls that are one event the first counts, or the last where only that is late enough. */
static rt_time
begin_of(const struct rule *r, const struct scope *s, const struct occurrence *o, size_t step)
{
    size_t before = 0;
    const struct event *e = s->v[o->steps[step]].e;
    rt_dur delay = e->repeated > 1 ? delay_of(r, step, &before) : RT_DUR_NONE;
    if (delay == RT_DUR_NONE || o->steps[before] == MATCH_NOTHING)
        return e->begin;
    return moment_distance(s->v[o->steps[before]].e, e) > delay ? e->begin : moment_last(e);
}

static int
take_values(struct finding *f, const struct rule *r, const struct scope *s,
            const struct occurrence *o, struct rt_arena *a)
{
    struct finding_value *values = rt_arena_array(a, r->let_count, sizeof(*values));
    if (values == NULL)
        return -1;
    for (size_t i = 0; i < r->let_count; i++) {
        const struct rule_let *l = &r->lets[i];
        uint32_t to = o->steps[l->to_step], from = o->steps[l->from_step];
        if (to == MATCH_NOTHING || from == MATCH_NOTHING)
            continue;
        rt_time x = l->to_end ? point(s->v[to].e, true) : begin_of(r, s, o, l->to_step);
        rt_time y = point(s->v[from].e, l->from_end);
        if (x == RT_TIME_NONE || y == RT_TIME_NONE)
            continue;
        values[f->value_count++] =
            (struct finding_value){l->name, moment_add(moment_span(y, x), l->offset)};
    }
    f->values = values;
    return 0;
}

static bool
is_listed(const struct finding_evidence *list, size_t n, const struct scope_event *se)
{
    for (size_t i = 0; i < n; i++)
        if (list[i].input == se->e->input && list[i].line == se->e->line &&
            list[i].event == se->number)
            return true;
    return false;
}

/* First and last occurrence first: the lines that a person wants to see. */
static int
take_evidence(struct claims *d, struct finding *f, const struct rule *r, const struct scope *s,
              const struct matched *m, size_t most)
{
    struct finding_evidence *list = rt_arena_array(&d->out->arena, most, sizeof(*list));
    bool ok = true;
    if (list == NULL)
        return -1;
    for (size_t n = 0; n < m->shown_count; n++)
        for (size_t k = 0; k < r->when_count && f->evidence_count < most; k++) {
            uint32_t at = m->shown[n].steps[k];
            if (at == MATCH_NOTHING || is_listed(list, f->evidence_count, &s->v[at]))
                continue;
            const struct scope_event *se = &s->v[at];
            list[f->evidence_count++] = (struct finding_evidence){
                se->e->input, se->e->line, se->number, claims_text(d, se->session, &ok)};
        }
    f->evidence = list;
    return ok ? 0 : -1;
}

static int
by_number(const void *a, const void *b)
{
    const int32_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* The code of an answer, or the error that a callback reports. */
static bool
code_of(const struct event *e, int32_t *out)
{
    int64_t error = 0;
    *out = e->code;
    if (e->code == EVENT_NO_CODE && event_num(e, FIELD_ERROR_CODE, &error) &&
        error > INT32_MIN && error <= INT32_MAX)
        *out = (int32_t)error;
    return *out != EVENT_NO_CODE && *out != 0;
}

static int
take_codes(struct finding *f, const struct claim *c, struct rt_arena *a)
{
    int32_t *codes = rt_arena_array(a, c->cover_count, sizeof(*codes));
    size_t n = 0;
    if (codes == NULL)
        return -1;
    for (size_t i = 0; i < c->cover_count; i++)
        n += code_of(c->covers[i], &codes[n]);
    if (n > 1)
        qsort(codes, n, sizeof(*codes), by_number);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || codes[i] != codes[i - 1])
            codes[f->code_count++] = codes[i];
    f->codes = codes;
    return 0;
}

static void
take_times(struct finding *f, const struct scope *s, const struct matched *m)
{
    f->count = m->total > UINT32_MAX ? UINT32_MAX : (uint32_t)m->total;
    f->first = f->last = RT_TIME_NONE;
    for (size_t i = 0; i < m->count; i++) {
        const struct event *e = s->v[m->ends[i]].e;
        if (!moment_known(e))
            continue;
        if (f->first == RT_TIME_NONE || e->begin < f->first)
            f->first = e->begin;
        if (f->last == RT_TIME_NONE || moment_last(e) > f->last)
            f->last = moment_last(e);
    }
}

static int
take_words(struct finding *f, const struct detector *det, const struct rule *r,
           const struct scope *s, const struct matched *m, struct rt_arena *a)
{
    const struct occurrence *o = &m->shown[0];
    char *say = template_fill(a, r->say, &det->matcher, r, f, s, o);
    char *why = template_fill(a, r->why, &det->matcher, r, f, s, o);
    char *fix = template_fill(a, r->fix, &det->matcher, r, f, s, o);
    if (say == NULL || why == NULL || fix == NULL)
        return -1;
    f->say = rt_str_of(say);
    f->why = rt_str_of(why);
    f->fix = rt_str_of(fix);
    return 0;
}

int
claim_add(struct claims *d, struct detector *det, const struct rule *r, const struct scope *s,
          const struct matched *m, rt_str place, struct rt_err *err)
{
    struct rt_arena *a = &d->out->arena;
    const struct scope_event *end = &s->v[m->ends[0]];
    bool wide = rule_is_wide(r), ok = true;
    struct claim *c = claim_new(d, wide ? place : end->session);
    if (c == NULL || claim_cover(d, s, m) < 0)
        return rt_fail_mem(err);
    struct finding *f = &c->f;
    *f = (struct finding){
        .id = r->finding,
        .severity = r->severity,
        .confidence = m->certain ? CONFIDENCE_CERTAIN : r->confidence,
        .rule = r,
        .session = wide ? RT_NONE : c->place,
        .app_id = claims_text(d, end->e->app_id, &ok),
    };
    take_times(f, s, m);
    if (!ok || take_values(f, r, s, &m->shown[0], a) < 0 ||
        take_evidence(d, f, r, s, m, (size_t)det->limits->evidence_lines) < 0 ||
        take_codes(f, c, a) < 0 || take_words(f, det, r, s, m, a) < 0)
        return rt_fail_mem(err);
    return 0;
}
