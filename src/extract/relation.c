/*
 * relation.c - what the members of a request mean for each other, by the relations of the rule set.
 */
#include "config.h"

#include <stdio.h>

#include "extract/request.h"

enum { TEXT_MOST = 64 };

static const struct parameter *
row_of(const struct request *q, uint32_t node)
{
    return parameter_row(q->rules, &q->rules->nodes.v[node], q->kind, q->mode, NULL);
}

struct scan_value
relation_value(const struct request *q, uint32_t node)
{
    struct scan_value v = q->values[node];
    const struct parameter *row = value_is_there(q, &v) ? NULL : row_of(q, node);
    if (row == NULL || row->fallback.n == 0)
        return v;
    return (struct scan_value){SCAN_STRING, row->fallback, false};
}

static bool
any_item(const struct request *q, rt_str list, rt_str value)
{
    struct scan_value item;
    rt_str key;
    size_t at = 0;
    while (scan_member(list, &at, (unsigned)q->x->limits->json_depth, &key, &item) == 1)
        if (value.n == 0 || rt_str_eq(item.text, value))
            return true;
    return false;
}

bool
relation_holds(struct request *q, const struct parameter_term *t)
{
    const struct scan_value *there = &q->values[t->node];
    if (t->items)
        return there->type == SCAN_ARRAY && any_item(q, there->text, t->value) != t->unlike;
    if (t->absent)
        return !value_is_there(q, there);
    if (t->value.n == 0)
        return value_is_there(q, there);
    struct scan_value v = relation_value(q, t->node);
    bool scalar = v.type == SCAN_STRING || v.type == SCAN_NUMBER || v.type == SCAN_WORD;
    return scalar && rt_str_eq(v.text, t->value) != t->unlike;
}

/* ---- telling ---- */

struct filling { /* {what} {have} {most} of a sentence */
    rt_str what, have, most;
};

static rt_str
fill(struct request *q, rt_str say, const struct filling *f)
{
    const struct {
        rt_str name, text;
    } rows[] = {
        {RT_LIT("{what}"), f->what}, {RT_LIT("{have}"), f->have}, {RT_LIT("{most}"), f->most}};
    struct rt_buf b;
    rt_buf_init(&b, 500);
    while (say.n > 0) {
        size_t k = 0;
        while (k < sizeof(rows) / sizeof(rows[0]) && !rt_str_starts(say, rows[k].name))
            k++;
        bool named = k < sizeof(rows) / sizeof(rows[0]);
        rt_buf_add(&b, named ? rows[k].text : (rt_str){say.p, 1});
        say = rt_str_from(say, named ? rows[k].name.n : 1);
    }
    rt_str words = request_words(q, "%s", rt_buf_z(&b));
    rt_buf_fini(&b);
    return words;
}

static void
tell(struct request *q, const struct place *at, const struct relation *r,
     const struct filling *f)
{
    violation_tell(q, &(struct violation){.at = at,
                                          .defect = r->unusual ? "unusual" : "relation",
                                          .of = r->tells,
                                          .value = f->have,
                                          .limit = f->most,
                                          .words = fill(q, r->say, f)});
}

/* "1920 x 2000", and what it makes. False: one of them is not known. */
static bool
reckon(struct request *q, const struct parameter_list *list, bool product, rt_str *shown,
       double *out)
{
    struct rt_buf b;
    bool known = true;
    rt_buf_init(&b, 200);
    *out = product ? 1 : 0;
    for (size_t i = 0; i < list->count && known; i++) {
        struct scan_value v = relation_value(q, list->nodes[i]);
        double n = 0;
        known = value_number(&v, &n);
        *out = product ? *out * n : *out + n;
        rt_buf_addf(&b, "%s%.6g", i == 0 ? "" : product ? " x " : " + ", n);
    }
    *shown = request_words(q, "%s", rt_buf_z(&b));
    rt_buf_fini(&b);
    return known;
}

static void
check_sum(struct request *q, const struct place *at, const struct relation *r)
{
    bool product = r->product.count > 0;
    const struct parameter_list *list = product ? &r->product : &r->sum;
    struct filling f = {RT_NONE, RT_NONE, RT_NONE};
    double n = 0;
    /* Thirds and tenths do not add up to 1 exactly. */
    if (list->count == 0 || !reckon(q, list, product, &f.have, &n) || n <= r->max + 1e-6)
        return;
    f.what = f.have;
    f.most = request_words(q, "%.15g", r->max);
    tell(q, at, r, &f);
}

static size_t
longest(const struct request *q, const struct parameter_list *lists)
{
    size_t most = 0;
    for (size_t i = 0; i < lists->count; i++) {
        const struct scan_value *v = &q->values[lists->nodes[i]];
        struct scan_value item;
        rt_str key;
        size_t at = 0, n = 0;
        while (v->type == SCAN_ARRAY &&
               scan_member(v->text, &at, (unsigned)q->x->limits->json_depth, &key, &item) == 1)
            n++;
        most = n > most ? n : most;
    }
    return most;
}

static void
check_count(struct request *q, const struct place *at, const struct relation *r)
{
    if (r->limit_count == 0)
        return;
    struct scan_value by = relation_value(q, r->by.nodes[0]);
    size_t n = longest(q, &r->counts);
    for (size_t i = 0; i < r->limit_count; i++)
        if (rt_str_eq(by.text, r->keys[i]) && (int64_t)n > r->limits[i])
            tell(q, at, r,
                 &(struct filling){request_words(q, "%.*s", RT_FMT(by.text)),
                                   request_words(q, "%zu", n),
                                   request_words(q, "%lld", (long long)r->limits[i])});
}

static void
check_one(struct request *q, const struct place *at, const struct relation *r)
{
    for (size_t i = 0; i < r->when.n; i++)
        if (!relation_holds(q, &r->when.v[i]))
            return;
    for (size_t i = 0; i < r->needs.n; i++)
        if (!relation_holds(q, &r->needs.v[i]))
            tell(q, at, r, &(struct filling){.what = r->needs.v[i].path});
    for (size_t i = 0; i < r->excludes.n; i++)
        if (relation_holds(q, &r->excludes.v[i]))
            tell(q, at, r, &(struct filling){.what = r->excludes.v[i].path});
    check_sum(q, at, r);
    check_count(q, at, r);
}

void
relation_check(struct request *q, const struct place *at, uint32_t node)
{
    for (uint32_t i = q->rules->nodes.v[node].first_relation; i != 0;) {
        const struct relation *r = &q->rules->relations.v[i - 1];
        bool asked = (r->on == 0 || (r->on >> q->kind & 1) != 0) &&
                     (q->mode.n > 0 || r->modes.n == 0) &&
                     parameter_has_mode(r->modes, q->mode);
        if (asked)
            check_one(q, at, r);
        i = r->next_there;
    }
}
