/*
 * let.c - differences of two points of a match.
 *
 *   expr  := point '-' point (('+' | '-') (duration | $param))*
 *   point := LABEL '.begin' | LABEL '.end'
 */
#include "config.h"

#include "rules/pattern.h"

static const char like[] = "like s.begin - a.end - $ttl";
enum { MOST_TERMS = 8 }; /* of bounded durations: their sum cannot overflow */

struct words { /* blank-separated; positions are in the node's text */
    struct loader *l;
    const struct yaml_node *at;
    size_t i;
};

static rt_str
next_word(struct words *w)
{
    rt_str s = w->at->text;
    while (w->i < s.n && s.p[w->i] == ' ')
        w->i++;
    size_t begin = w->i;
    while (w->i < s.n && s.p[w->i] != ' ')
        w->i++;
    return (rt_str){s.p == NULL ? "" : s.p + begin, w->i - begin};
}

static size_t
place(const struct words *w, rt_str word)
{
    return word.n == 0 ? w->at->text.n : (size_t)(word.p - w->at->text.p);
}

static rt_str
label_of(rt_str word)
{
    size_t dot = rt_str_find(word, RT_LIT("."));
    return (rt_str){word.p, dot == SIZE_MAX ? word.n : dot};
}

static bool
point(const struct words *w, const struct rule *r, rt_str word, uint16_t *step, bool *is_end)
{
    rt_str name = label_of(word), side = rt_str_from(word, name.n + 1);
    int label = rule_label(r, name);
    struct nearest near = nearest_of(name);
    char hint[80];
    for (size_t i = 0; i < r->when_count; i++)
        nearest_try(&near, r->when[i].label);
    const char *said = nearest_hint(&near, hint);
    if (label < 0)
        return load_error(w->l, w->at, place(w, word),
                          said != NULL ? said : "a step is named with 'as'",
                          "unknown label '%.*s'", RT_FMT(name));
    if (!rt_str_is(side, "begin") && !rt_str_is(side, "end"))
        return load_error(w->l, w->at, place(w, word), NULL,
                          "'%.*s.begin' or '%.*s.end' is meant", RT_FMT(name), RT_FMT(name));
    *step = (uint16_t)label;
    *is_end = rt_str_is(side, "end");
    return true;
}

static bool
load_terms(struct words *w, rt_dur *offset)
{
    unsigned terms = 0;
    for (rt_str sign = next_word(w); sign.n > 0; sign = next_word(w)) {
        rt_dur d = 0;
        if (!rt_str_is(sign, "+") && !rt_str_is(sign, "-"))
            return load_error(w->l, w->at, place(w, sign), like,
                              "'+' or '-' is meant, not '%.*s'", RT_FMT(sign));
        if (++terms > MOST_TERMS)
            return load_error(w->l, w->at, place(w, sign), NULL,
                              "at most %d terms are possible", MOST_TERMS);
        rt_str amount = next_word(w);
        if (!load_duration(w->l, w->at, place(w, amount), amount, &d))
            return false;
        *offset += sign.p[0] == '-' ? -d : d;
    }
    return true;
}

static bool
load_let(struct words *w, const struct rule *r, struct rule_let *out)
{
    if (w->at->type != YAML_SCALAR)
        return load_error(w->l, w->at, 0, like, "a difference of two points is meant");
    rt_str to = next_word(w), minus = next_word(w), from = next_word(w);
    if (!rt_str_is(minus, "-") || from.n == 0)
        return load_error(w->l, w->at, 0, like, "a difference of two points is meant");
    bool good = point(w, r, to, &out->to_step, &out->to_end);
    good &= point(w, r, from, &out->from_step, &out->from_end);
    return load_terms(w, &out->offset) && good;
}

/* Does this shape have both labels of the difference? */
static bool
has_labels(struct loader *l, const struct rule *r, const struct yaml_node *at)
{
    struct words w = {l, at, 0};
    rt_str to = next_word(&w);
    next_word(&w);
    rt_str from = next_word(&w);
    return rule_label(r, label_of(to)) >= 0 && rule_label(r, label_of(from)) >= 0;
}

bool
load_lets(struct loader *l, const struct yaml_node *map, bool inherited, struct rule *r)
{
    if (map->type != YAML_MAP)
        return load_error(l, map, 0, NULL, "'let' must be a map of names to differences");
    struct rule_let *lets = load_alloc(l, map->count / 2, sizeof(*lets));
    bool good = lets != NULL;
    size_t count = 0;
    for (size_t i = 0; lets != NULL && i + 1 < map->count; i += 2) {
        struct words w = {l, map->items[i + 1], 0};
        if (inherited && !has_labels(l, r, w.at))
            continue;
        struct rule_let *let = &lets[count++];
        let->name = load_str(l, map->items[i]->text);
        let->pos = load_pos(l, map->items[i]);
        good &= load_let(&w, r, let);
    }
    r->lets = lets;
    r->let_count = lets == NULL ? 0 : count;
    return good;
}
