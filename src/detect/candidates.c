#include "config.h"

#include "detect/candidates.h"

#include "rules/condition.h"

struct shape { /* of a rule, on its way through the witnesses */
    const struct rule *r;
    size_t step; /* the next see; when_count: all were seen, in this order */
};
struct gathering {
    const struct candidates_search *s;
    struct shape *shapes;
    size_t count;
    bool parts;              /* there may be several stretches */
    bool open;               /* something about the newest one could not be told */
    size_t stretch;          /* where it begins among the chosen */
    RT_VEC(uint32_t) chosen; /* entries */
};

static size_t
see_from(const struct rule *r, size_t step)
{
    while (step < r->when_count && r->when[step].type != STEP_SEE)
        step++;
    return step;
}

/* see (no see)...: no occurrence goes beyond what fits a `no` between each two of its steps. */
static bool
can_part(const struct rule *r)
{
    size_t sees = 0;
    bool parted = true;
    for (size_t i = 0; i < r->when_count; i++) {
        const struct rule_step *step = &r->when[i];
        bool see = step->type == STEP_SEE && step->times == 1 && parted;
        bool no = step->type == STEP_NO && step->lasts == RT_DUR_NONE && sees > 0;
        if (!see && !no)
            return false;
        sees += see;
        parted = no;
    }
    return sees > 1 && !parted && r->unless_count == 0;
}

struct part {  /* that one witness has in a shape */
    bool any;  /* it fits some step, or says what the rule tells of all */
    bool ends; /* no occurrence goes on from before it, or from it, to what follows */
    bool open; /* a regular expression gave up: matching is to tell of it */
};

static bool
fits(const struct candidates_search *s, const struct rule_step *step, const struct event *e,
     struct event_marks marks, struct part *part)
{
    uint32_t before = s->matcher->limited;
    bool fit = condition_may_fit(step->alts, step->alt_count, UINT64_C(1) << e->kind, marks) &&
               match_event(s->matcher, step->alts, step->alt_count, e);
    part->open |= s->matcher->limited != before;
    part->any |= fit;
    return fit;
}

static struct part
part_of(const struct candidates_search *s, struct shape *shape, const struct event *e)
{
    const struct rule *r = shape->r;
    struct event_marks marks = condition_marks(e);
    struct part part = {.ends = true};
    bool barred = true; /* nothing stands before the first see */
    size_t next = shape->step;
    for (size_t i = 0; i < r->when_count; i++) {
        bool fit = fits(s, &r->when[i], e, marks, &part);
        if (r->when[i].type != STEP_SEE) {
            barred |= fit;
            continue;
        }
        part.ends &= barred && (!fit || i + 1 == r->when_count);
        barred = false;
        if (fit && i == shape->step)
            next = see_from(r, i + 1);
    }
    shape->step = next;
    for (size_t i = 0; i < r->unless_count; i++)
        fits(s, &r->unless[i], e, marks, &part);
    return part;
}

/* ---- gathering ---- */

static bool
says(const struct event *e, const struct field_set *fields)
{
    for (uint32_t i = 0; i < e->value_count; i++)
        if (field_set_has(fields, e->values[i].field))
            return true;
    return false;
}

/* What was chosen of a stretch that holds no whole occurrence is given back. */
static void
close_stretch(struct gathering *g)
{
    bool whole = g->open;
    for (size_t i = 0; i < g->count; i++) {
        whole |= g->shapes[i].step == g->shapes[i].r->when_count;
        g->shapes[i].step = see_from(g->shapes[i].r, 0);
    }
    g->chosen.n = whole ? g->chosen.n : g->stretch;
    g->stretch = g->chosen.n;
    g->open = false;
}

static int
choose(struct gathering *g, const struct event *e, size_t entry)
{
    struct part all = {.any = says(e, &g->s->every)};
    for (size_t i = 0; i < g->count; i++) {
        struct part one = part_of(g->s, &g->shapes[i], e);
        all.any |= one.any;
        all.open |= one.open;
        all.ends = g->parts && one.ends; /* there is one shape then */
    }
    g->open |= all.open;
    if (all.any || all.open) {
        uint32_t *slot = RT_VEC_PUSH(&g->chosen);
        if (slot == NULL)
            return -1;
        *slot = (uint32_t)entry;
    }
    if (all.ends)
        close_stretch(g);
    return 0;
}

static int
read_entry(const struct candidates_search *s, size_t entry, struct event *out,
           struct witness *w, struct rt_arena *a)
{
    testimony_read(s->v[entry].at, w);
    witness_event(w, out);
    return crowd_tell(s->crowds, s->v[entry].at, out, a);
}

static int
gather(struct gathering *g, struct rt_arena *a)
{
    const struct candidates_search *s = g->s;
    struct event e;
    struct witness w;
    struct rt_arena_mark mark = rt_arena_mark(a);
    bool every = field_set_any(&s->every);
    for (size_t i = 0; i < s->n; i++) {
        const struct witness_like *like = s->v[i].like;
        if ((like->rules & s->bit) == 0 && !(every && says(&like->e, &s->every)))
            continue;
        if (read_entry(s, i, &e, &w, a) < 0 || choose(g, &e, i) < 0)
            return -1;
        rt_arena_reset(a, mark);
    }
    close_stretch(g);
    return 0;
}

static int
spread(const struct gathering *g, struct rt_arena *a, struct scope *out)
{
    struct witness w;
    *out = (struct scope){.v = rt_arena_array(a, g->chosen.n, sizeof(*out->v))};
    for (; out->n < g->chosen.n; out->n++) {
        size_t entry = g->chosen.v[out->n];
        struct candidate *c = rt_arena_alloc(a, sizeof(*c));
        if (out->v == NULL || c == NULL || read_entry(g->s, entry, &c->e, &w, a) < 0)
            return -1;
        c->at = g->s->v[entry].at;
        out->v[out->n] =
            (struct scope_event){&c->e, w.session, w.number, condition_marks(&c->e)};
        out->kinds |= UINT64_C(1) << c->e.kind;
        condition_marks_add(&out->marks, out->v[out->n].marks);
    }
    return 0;
}

int
candidates_find(const struct candidates_search *s, struct rt_arena *a, struct scope *out)
{
    struct gathering g = {.s = s, .count = (size_t)(s->r_end - s->r)};
    g.shapes = rt_arena_array(a, g.count, sizeof(*g.shapes));
    if (g.shapes == NULL || s->n > UINT32_MAX)
        return -1;
    for (size_t i = 0; i < g.count; i++)
        g.shapes[i] = (struct shape){&s->r[i], see_from(&s->r[i], 0)};
    g.parts = g.count == 1 && can_part(s->r) && !field_set_any(&s->every);
    int rc = gather(&g, a) < 0 || spread(&g, a, out) < 0 ? -1 : 0;
    RT_VEC_FREE(&g.chosen);
    return rc;
}
