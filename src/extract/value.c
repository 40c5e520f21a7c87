/*
 * value.c - one value of a request against its row: type, range, list, pattern, length.
 */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "extract/request.h"

enum { SHOWN_MOST = 40, NUMBER_MOST = 40 };

bool
value_is_masked(struct request *q, const struct scan_value *v)
{
    const struct rule_set *r = q->rules;
    rt_str s = v->type == SCAN_STRING ? work_text(q->x, v, 3) : RT_NONE;
    return s.n > 0 && ((r->hidden != NULL && derive_matches(q->x, r->hidden, s)) ||
                       (r->template != NULL && derive_matches(q->x, r->template, s)));
}

bool
value_is_there(const struct request *q, const struct scan_value *v)
{
    struct scan_value item;
    rt_str key;
    size_t at = 0;
    switch (v->type) {
    case SCAN_NONE: return false;
    case SCAN_WORD: return !rt_str_is(v->text, "null");
    case SCAN_STRING: return v->text.n > 0;
    case SCAN_ARRAY:
        return scan_member(v->text, &at, (unsigned)q->x->limits->json_depth, &key, &item) == 1;
    case SCAN_NUMBER:
    case SCAN_OBJECT: break;
    }
    return true;
}

bool
value_number(const struct scan_value *v, double *out)
{
    char text[NUMBER_MOST], *end = NULL;
    if ((v->type != SCAN_NUMBER && v->type != SCAN_STRING) || v->text.n == 0 ||
        v->text.n >= sizeof(text))
        return false;
    snprintf(text, sizeof(text), "%.*s", RT_FMT(v->text));
    *out = strtod(text, &end);
    return *end == '\0' && isfinite(*out);
}

/* Secrets are not shown, nor is what is long: it may hold one. */
static rt_str
shown(struct request *q, const struct parameter *p, const struct scan_value *v)
{
    if (p->secret)
        return RT_NONE;
    switch (v->type) {
    case SCAN_NUMBER:
    case SCAN_WORD:
        return v->text.n > SHOWN_MOST ? RT_NONE : request_words(q, "%.*s", RT_FMT(v->text));
    case SCAN_STRING:
        return v->text.n > SHOWN_MOST
                   ? RT_NONE
                   : request_words(q, "\"%.*s\"", RT_FMT(work_text(q->x, v, 3)));
    case SCAN_NONE:
    case SCAN_OBJECT:
    case SCAN_ARRAY: break;
    }
    return RT_NONE;
}

static const char *
type_name(const struct scan_value *v)
{
    switch (v->type) {
    case SCAN_STRING: return "a string";
    case SCAN_NUMBER: return "a number";
    case SCAN_WORD: return "a word";
    case SCAN_OBJECT: return "an object";
    case SCAN_ARRAY: return "a list";
    case SCAN_NONE: break;
    }
    return "nothing";
}

struct judged { /* one value, and the row it is held against */
    struct request *q;
    const struct place *at;
    const struct parameter *p;
    const struct scan_value *v;
};

/* Most fits; only of the rest it is asked whether a filter of the log put it there. */
static void
tell(const struct judged *j, const char *defect, rt_str limit, rt_str words)
{
    if (value_is_masked(j->q, j->v))
        return;
    violation_tell(j->q, &(struct violation){.at = j->at,
                                             .defect = defect,
                                             .of = j->p->tells,
                                             .value = shown(j->q, j->p, j->v),
                                             .limit = limit,
                                             .words = words});
}

/* "is 3 (5 to 90)", or without the value where it must not be seen. */
static void
tell_value(const struct judged *j, const char *defect, rt_str limit)
{
    rt_str value = shown(j->q, j->p, j->v);
    tell(j, defect, limit,
         value.n > 0 ? request_words(j->q, "is %.*s (%.*s)", RT_FMT(value), RT_FMT(limit))
                     : request_words(j->q, "does not fit (%.*s)", RT_FMT(limit)));
}

static rt_str
span(struct request *q, bool has_min, double min, bool has_max, double max)
{
    if (has_min && has_max)
        return request_words(q, "%.15g to %.15g", min, max);
    return has_min ? request_words(q, "at least %.15g", min)
                   : request_words(q, "at most %.15g", max);
}

static bool
outside(bool has_min, double min, bool has_max, double max, double n)
{
    return (has_min && n < min) || (has_max && n > max);
}

static bool
is_numeric(const struct parameter *p)
{
    return rt_str_is(p->type, "integer") || rt_str_is(p->type, "number");
}

static bool
fits_type(const struct judged *j)
{
    const struct scan_value *v = j->v;
    double n = 0;
    if (rt_str_is(j->p->type, "string"))
        return v->type == SCAN_STRING;
    if (rt_str_is(j->p->type, "integer"))
        return v->type == SCAN_NUMBER && value_number(v, &n) && n == trunc(n);
    if (rt_str_is(j->p->type, "number"))
        return v->type == SCAN_NUMBER;
    if (rt_str_is(j->p->type, "boolean"))
        return v->type == SCAN_WORD &&
               (rt_str_is(v->text, "true") || rt_str_is(v->text, "false"));
    return v->type == (rt_str_is(j->p->type, "array") ? SCAN_ARRAY : SCAN_OBJECT);
}

/* A logger that prints bodies in its own way keeps no types; a number in quotes says a number still. */
static bool
check_type(const struct judged *j)
{
    bool scalar = !rt_str_is(j->p->type, "object") && !rt_str_is(j->p->type, "array");
    double n = 0;
    if (fits_type(j))
        return true;
    if (j->q->x->rewritten)
        return scalar && is_numeric(j->p) && value_number(j->v, &n);
    rt_str value = shown(j->q, j->p, j->v);
    const char *article = strchr("aeio", j->p->type.p[0]) != NULL ? "an" : "a";
    rt_str limit = request_words(j->q, "%s %.*s is meant", article, RT_FMT(j->p->type));
    tell(j, "type", limit,
         value.n > 0 ? request_words(j->q, "is %.*s, %s; %.*s", RT_FMT(value), type_name(j->v),
                                     RT_FMT(limit))
                     : request_words(j->q, "is %s; %.*s", type_name(j->v), RT_FMT(limit)));
    return false;
}

static bool
equals(const struct scan_value *v, rt_str text)
{
    double a = 0, b = 0;
    struct scan_value other = {SCAN_NUMBER, text, false};
    if (rt_str_eq(v->text, text))
        return true;
    return v->type == SCAN_NUMBER && value_number(v, &a) && value_number(&other, &b) && a == b;
}

static bool
check_list(const struct judged *j)
{
    const struct parameter *p = j->p;
    struct rt_buf b;
    if (p->value_count == 0)
        return true;
    for (size_t i = 0; i < p->value_count; i++)
        if (equals(j->v, p->values[i]))
            return true;
    rt_buf_init(&b, 400);
    for (size_t i = 0; i < p->value_count; i++)
        rt_buf_addf(&b, "%s%.*s",
                    i == 0                   ? ""
                    : i + 1 < p->value_count ? ", "
                                             : " or ",
                    RT_FMT(p->values[i]));
    tell_value(j, "value", request_words(j->q, "%s", rt_buf_z(&b)));
    rt_buf_fini(&b);
    return false;
}

static void
check_number(const struct judged *j)
{
    const struct parameter *p = j->p;
    double n = 0;
    if (!is_numeric(p) || !value_number(j->v, &n))
        return;
    if (outside(p->has_min, p->min, p->has_max, p->max, n))
        tell_value(j, "range", span(j->q, p->has_min, p->min, p->has_max, p->max));
    else if (outside(p->has_least, p->least, p->has_most, p->most, n))
        tell_value(
            j, "unusual",
            request_words(j->q, "usual is %.*s",
                          RT_FMT(span(j->q, p->has_least, p->least, p->has_most, p->most))));
    else if (p->even && fmod(n, 2) != 0)
        tell_value(j, "unusual", RT_LIT("usual is an even number"));
}

static void
check_text(const struct judged *j)
{
    const struct parameter *p = j->p;
    rt_str s = work_text(j->q->x, j->v, 3);
    size_t bytes = s.n;
    if (!rt_str_is(p->type, "string"))
        return;
    if (p->max_bytes > 0 && bytes > (size_t)p->max_bytes)
        tell(j, "length", request_words(j->q, "at most %lld bytes", (long long)p->max_bytes),
             request_words(j->q, "has %zu bytes (at most %lld)", bytes,
                           (long long)p->max_bytes));
    else if (p->pattern != NULL && !derive_matches(j->q->x, p->pattern, s))
        tell_value(j, "pattern", p->form.n > 0 ? p->form : RT_LIT("another form is meant"));
    else if (p->risky != NULL && derive_matches(j->q->x, p->risky, s))
        tell(j, "risky", p->form, p->form);
}

/* One of the users who has the recorder's own uid throws it out. */
static void
check_user(const struct judged *j)
{
    rt_str own = j->q->e->uid;
    if (j->p->users && own.n > 0 && rt_str_eq(work_text(j->q->x, j->v, 3), own))
        violation_tell(j->q, &(struct violation){
                                 .at = j->at,
                                 .defect = "risky",
                                 .of = RT_LIT("own-uid"),
                                 .value = own,
                                 .words = request_words(
                                     j->q, "names %.*s, the recorder's own uid", RT_FMT(own))});
}

static void
check_items(const struct judged *j)
{
    const struct parameter *p = j->p;
    struct scan_value item;
    rt_str key;
    size_t at = 0, n = 0;
    if (j->v->type != SCAN_ARRAY || (!p->has_min && !p->has_max))
        return;
    while (scan_member(j->v->text, &at, (unsigned)j->q->x->limits->json_depth, &key, &item) ==
           1)
        n++;
    if (!outside(p->has_min, p->min, p->has_max, p->max, (double)n))
        return;
    rt_str limit = span(j->q, p->has_min, p->min, p->has_max, p->max);
    tell(j, "count", limit,
         request_words(j->q, "has %zu item%s (%.*s)", n, rt_plural(n), RT_FMT(limit)));
}

void
value_check(struct request *q, const struct place *at, const struct parameter *p,
            const struct scan_value *v)
{
    const struct judged j = {q, at, p, v};
    bool null = v->type == SCAN_WORD && rt_str_is(v->text, "null");
    if (null || p->elsewhere || !check_type(&j) || !check_list(&j))
        return;
    if (v->type == SCAN_STRING)
        check_text(&j);
    check_user(&j);
    check_number(&j);
    check_items(&j);
}
