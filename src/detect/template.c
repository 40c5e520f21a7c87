#include "config.h"

#include <inttypes.h>

#include "detect/internal.h"

enum { EVERY_MOST = 16 };

static const struct event *
labelled(const struct rule *r, const struct scope *s, const struct occurrence *o, rt_str label,
         const struct rule_step **step)
{
    for (size_t i = 0; i < r->when_count; i++)
        if (r->when[i].label.n > 0 && rt_str_eq(r->when[i].label, label)) {
            *step = &r->when[i];
            return o->steps[i] == MATCH_NOTHING ? NULL : s->v[o->steps[i]].e;
        }
    return NULL;
}

/* Of values that belong together, those of the groups that the step asked for. */
static void
put_sets(struct rt_buf *b, const struct event *e, uint16_t field, const struct rule_step *step,
         const struct regex_memory *re)
{
    unsigned last = event_sets(e), shown = 0;
    for (unsigned set = 1; set <= last; set++) {
        if (!condition_fits_set(step->alts, step->alt_count, e, set, re))
            continue;
        for (uint32_t i = 0; i < e->value_count; i++)
            if (e->values[i].field == field && e->values[i].set == set) {
                rt_buf_add(b, shown++ > 0 ? RT_LIT("; ") : RT_NONE);
                rt_buf_add(b, e->values[i].text);
            }
    }
    if (shown == 0)
        rt_buf_add(b, RT_LIT("?"));
}

rt_str
template_name(const struct rule_set *rules, uint8_t kind)
{
    return kind == KIND_ANSWER ? RT_LIT("a call") : rule_set_kind_name(rules, kind);
}

static void
put_field(struct rt_buf *b, const struct matcher *m, const struct event *e, rt_str field,
          const struct rule_step *step)
{
    const struct rule_set *rules = m->rules;
    int64_t n = 0;
    char human[RT_TIME_MAX];
    if (rt_str_is(field, "name")) {
        rt_buf_add(b, template_name(rules, e->kind));
        return;
    }
    if (rt_str_is(field, "repeated")) {
        rt_buf_addf(b, "%u", e->repeated);
        return;
    }
    uint16_t id = FIELD__COUNT;
    rt_str text = rule_set_field(rules, field, &id) ? event_text(e, id) : RT_NONE;
    if (id < FIELD__COUNT && event_fields[id].part == PART_SET) {
        put_sets(b, e, id, step, &m->regex);
        return;
    }
    if (text.n > 0)
        rt_buf_add(b, text);
    else if (id < FIELD__COUNT && event_fields[id].type == TYPE_DUR && event_num(e, id, &n))
        rt_buf_add(b, rt_str_of(rt_dur_human(n * RT_MS, human)));
    else if (id < FIELD__COUNT && event_fields[id].type == TYPE_TIME && event_num(e, id, &n) &&
             n >= 0 && n <= RT_UNIX_MAX)
        rt_buf_addf(b, "%s UTC", rt_time_human(n * RT_SEC, human));
    else if (event_num(e, id, &n))
        rt_buf_addf(b, "%" PRId64, n);
    else
        rt_buf_add(b, RT_LIT("?"));
}

/* Whatever the events say in that field, each word once, in order. */
static void
put_every(struct rt_buf *b, const struct rule_set *rules, const struct scope *s, rt_str field)
{
    rt_str said[EVERY_MOST];
    size_t n = 0;
    uint16_t id = FIELD__COUNT;
    if (!rule_set_field(rules, field, &id))
        return;
    for (size_t i = 0; i < s->n; i++)
        for (uint32_t k = 0; k < s->v[i].e->value_count; k++) {
            const struct event_value *v = &s->v[i].e->values[k];
            size_t at = 0;
            while (at < n && rt_str_cmp(said[at], v->text) < 0)
                at++;
            if (v->field != id || v->text.n == 0 || n == EVERY_MOST ||
                (at < n && rt_str_eq(said[at], v->text)))
                continue;
            memmove(said + at + 1, said + at, (n++ - at) * sizeof(*said));
            said[at] = v->text;
        }
    for (size_t i = 0; i < n; i++) {
        rt_buf_add(b, i == 0 ? RT_LIT("") : RT_LIT(", "));
        rt_buf_add(b, said[i]);
    }
}

static void
put_name(struct rt_buf *b, rt_str name, const struct matcher *m, const struct rule *r,
         const struct finding *f, const struct scope *s, const struct occurrence *o)
{
    const struct rule_step *step = NULL;
    char text[RT_TIME_MAX];
    size_t dot = rt_str_find(name, RT_LIT("."));
    if (rt_str_is(name, "count")) {
        rt_buf_addf(b, "%u", f->count);
        return;
    }
    if (rt_str_is(name, "times")) {
        if (f->count > 2)
            rt_buf_addf(b, "%u times", f->count);
        else
            rt_buf_add(b, f->count == 2 ? RT_LIT("twice") : RT_LIT("once"));
        return;
    }
    for (size_t i = 0; i < f->value_count; i++)
        if (rt_str_eq(f->values[i].name, name)) {
            rt_buf_add(b, rt_str_of(rt_dur_human(f->values[i].value, text)));
            return;
        }
    for (size_t i = 0; name.n > 1 && name.p[0] == '$' && i < r->param_count; i++) {
        const struct rule_param *p = &r->params[i];
        if (!rt_str_eq(p->name, rt_str_from(name, 1)))
            continue;
        rt_buf_add(b, p->is_dur ? rt_str_of(rt_dur_human(p->dur, text)) : p->text);
        return;
    }
    if (dot != SIZE_MAX && rt_str_is((rt_str){name.p, dot}, "every")) {
        put_every(b, m->rules, s, rt_str_from(name, dot + 1));
        return;
    }
    const struct event *e =
        dot == SIZE_MAX ? NULL : labelled(r, s, o, (rt_str){name.p, dot}, &step);
    if (e != NULL)
        put_field(b, m, e, rt_str_from(name, dot + 1), step);
    else
        rt_buf_add(b, RT_LIT("?"));
}

char *
template_fill(struct rt_arena *a, rt_str text, const struct matcher *m, const struct rule *r,
              const struct finding *f, const struct scope *s, const struct occurrence *o)
{
    struct rt_buf b;
    rt_buf_init(&b, 16 * 1024);
    while (text.n > 0) {
        size_t open = rt_str_find(text, RT_LIT("{"));
        rt_buf_add(&b, (rt_str){text.p, open == SIZE_MAX ? text.n : open});
        if (open == SIZE_MAX)
            break;
        text = rt_str_from(text, open + 1);
        size_t close = rt_str_find(text, RT_LIT("}"));
        if (close == SIZE_MAX)
            break;
        put_name(&b, (rt_str){text.p, close}, m, r, f, s, o);
        text = rt_str_from(text, close + 1);
    }
    char *out = rt_arena_strz(a, rt_buf_str(&b));
    rt_buf_fini(&b);
    return out;
}
