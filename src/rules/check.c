/*
 * check.c - what must hold between the parts of a rule: edges, windows, labels, texts.
 */
#include "config.h"

#include "rules/pattern.h"

int
rule_label(const struct rule *r, rt_str name)
{
    for (size_t i = 0; i < r->when_count; i++)
        if (r->when[i].label.n > 0 && rt_str_eq(r->when[i].label, name))
            return (int)i;
    return -1;
}

/* The first and the last `see`; false when there is none. */
static bool
find_joints(const struct rule *r, size_t *first, size_t *last)
{
    *first = SIZE_MAX;
    for (size_t i = 0; i < r->when_count; i++) {
        if (r->when[i].type != STEP_SEE)
            continue;
        *first = *first == SIZE_MAX ? i : *first;
        *last = i;
    }
    return *first != SIZE_MAX;
}

static bool
check_edges(struct loader *l, const struct yaml_node *list, const struct rule *r, size_t first,
            size_t last)
{
    bool good = true;
    for (size_t i = 0; i < r->when_count; i++) {
        if (r->when[i].type != STEP_NO || r->when[i].lasts != RT_DUR_NONE ||
            (i > first && i < last))
            continue;
        good = load_error(
            l, yaml_get(list->items[i], "no"), 0,
            i > last ? "an absence at the end needs a time limit, e.g. 'for: 90s'"
                     : "an absence at the beginning needs a time limit, e.g. 'for: 5m'",
            "'for' is missing");
    }
    return good;
}

static bool
check_labels(struct loader *l, const struct yaml_node *list, const struct rule *r)
{
    bool good = true;
    for (size_t i = 0; i < r->when_count; i++) {
        rt_str label = r->when[i].label;
        const struct yaml_node *at = yaml_get(list->items[i], "as");
        for (size_t k = 0; k < label.n; k++)
            if (strchr(" .{}$", label.p[k]) != NULL) {
                good = load_error(l, at, k, NULL,
                                  "a label is one word of letters, digits, - and _");
                break;
            }
        if (label.n > 0 && rule_label(r, label) != (int)i)
            good = load_error(l, at, 0, NULL, "label '%.*s' is given twice", RT_FMT(label));
    }
    return good;
}

/* The first `see` has nothing before it to compare or to measure from; a run has its own beginning. */
static bool
check_first(struct loader *l, const struct yaml_node *step, const struct rule_step *s)
{
    static const char *const keys[] = {"within", "same", "differ"};
    bool good = true;
    if (s->after != RT_DUR_NONE)
        good = load_error(l, yaml_get(step, "after"), 0, NULL,
                          "nothing is seen before it: 'after' says nothing");
    for (size_t i = 0; s->times == 1 && i < sizeof(keys) / sizeof(keys[0]); i++) {
        const struct yaml_node *n = yaml_get(step, keys[i]);
        if (n != NULL)
            good = load_error(l, n, 0, NULL, "nothing is seen before it: '%s' says nothing",
                              keys[i]);
    }
    return good;
}

/* After `no … for D` the next `see` lies beyond D: a shorter window is empty. */
static bool
check_windows(struct loader *l, const struct yaml_node *list, const struct rule *r,
              size_t first)
{
    bool good = check_first(l, list->items[first], &r->when[first]);
    rt_dur absent = RT_DUR_NONE;
    for (size_t i = first + 1; i < r->when_count; i++) {
        const struct rule_step *s = &r->when[i];
        if (s->type == STEP_NO && s->lasts > absent)
            absent = s->lasts;
        if (s->type != STEP_SEE)
            continue;
        if (s->within != RT_DUR_NONE && s->times == 1 && s->within <= absent)
            good = load_error(l, yaml_get(list->items[i], "within"), 0,
                              "make it longer than the 'for' before it",
                              "the absence before it lasts as long: this can never hold");
        absent = RT_DUR_NONE;
    }
    return good;
}

bool
check_when(struct loader *l, const struct yaml_node *list, const struct rule *r)
{
    size_t first = 0, last = 0;
    if (!find_joints(r, &first, &last))
        return load_error(l, list, 0, NULL, "nothing is seen: at least one 'see' is needed");
    bool good = check_edges(l, list, r, first, last);
    good &= check_labels(l, list, r);
    return check_windows(l, list, r, first) && good;
}

static bool
is_field(const struct loader *l, rt_str name)
{
    uint16_t field = 0;
    return rt_str_is(name, "name") || rt_str_is(name, "repeated") ||
           rule_set_field(l->set, name, &field);
}

/* {let} {count} {$param} {label.field} {label.name} {label.repeated} {every.field} */
static bool
is_known(const struct loader *l, const struct rule *r, rt_str name, struct nearest *near)
{
    size_t dot = rt_str_find(name, RT_LIT("."));
    bool known = rt_str_is(name, "count") || rt_str_is(name, "times");
    nearest_try(near, RT_LIT("count"));
    nearest_try(near, RT_LIT("times"));
    for (size_t i = 0; i < r->let_count; i++) {
        known |= rt_str_eq(r->lets[i].name, name);
        nearest_try(near, r->lets[i].name);
    }
    for (size_t i = 0; name.n > 1 && name.p[0] == '$' && i < r->param_count; i++)
        known |= rt_str_eq(r->params[i].name, rt_str_from(name, 1));
    rt_str label = {name.p, dot == SIZE_MAX ? 0 : dot};
    return known ||
           (dot != SIZE_MAX && (rt_str_is(label, "every") || rule_label(r, label) >= 0) &&
            is_field(l, rt_str_from(name, dot + 1)));
}

/* The first name that means nothing. `at` is where its brace stands. */
static bool
find_unknown(const struct loader *l, const struct rule *r, rt_str text, size_t *at,
             rt_str *name, struct nearest *near)
{
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] != '{')
            continue;
        rt_str rest = rt_str_from(text, i + 1);
        size_t end = rt_str_find(rest, RT_LIT("}"));
        *name = (rt_str){rest.p,
                         end == SIZE_MAX ? 0 : end}; /* empty: not closed, or nothing inside */
        *at = i;
        *near = nearest_of(*name);
        if (end == SIZE_MAX || !is_known(l, r, *name, near))
            return true;
        i += end + 1;
    }
    return false;
}

bool
check_templates(struct loader *l, const struct rule *r, const struct yaml_node *map,
                const struct yaml_node *main)
{
    static const char *const keys[] = {"say", "why", "fix"};
    bool good = true;
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        const struct yaml_node *own = yaml_get(map, keys[i]),
                               *n = own != NULL ? own : yaml_get(main, keys[i]);
        size_t at = 0;
        rt_str name = RT_NONE;
        struct nearest near = {0};
        char hint[80];
        if (n == NULL || n->type != YAML_SCALAR ||
            !find_unknown(l, r, n->text, &at, &name, &near))
            continue;
        const char *said = nearest_hint(&near, hint);
        if (own != NULL && name.n == 0)
            good = load_error(l, own, at, NULL, "a name and '}' are missing");
        else if (own != NULL)
            good = load_error(
                l, own, at, said != NULL ? said : "a let, count, a $parameter, or LABEL.FIELD",
                "unknown name in '{%.*s}'", RT_FMT(name));
        else
            good = load_error(
                l, map, 0, "give the shape its own 'say', or the label",
                "'%s' of the rule speaks of '{%.*s}', which this shape does not have", keys[i],
                RT_FMT(name));
    }
    return good;
}
