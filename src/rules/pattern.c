/*
 * pattern.c - a rule: its head, its shapes, and what a user changes about it.
 *
 * A rule and each entry of its `also` become one struct rule each, next to each other in the set.
 * All mistakes of a rule are told before it is left out.
 */
#include "config.h"

#include "rules/pattern.h"

enum { MOST_SHAPES = 8, USUAL_RANK = 50 };

static bool
is_slug(rt_str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') ||
              s.p[i] == '-'))
            return false;
    return s.n > 0;
}

static bool
load_scope(struct loader *l, const struct yaml_node *map, struct rule *r)
{
    static const char *const names[] = {"session", "recorder", "channel", "app",
                                        "host",    "run",      NULL};
    const struct yaml_node *by = yaml_get(map, "by");
    char near[80];
    if (by == NULL)
        return true;
    if (by->type == YAML_LIST) {
        r->scope = SCOPE_FIELDS;
        return load_fields(l, by, &r->scope_fields, &r->scope_field_count);
    }
    for (int i = 0; by->type == YAML_SCALAR && names[i] != NULL; i++)
        if (rt_str_is(by->text, names[i])) {
            r->scope = (enum rule_scope)i;
            return true;
        }
    return load_error(
        l, by, 0, load_near(by->text, names, near),
        "'by' is session, recorder, channel, app, host, run, or a list of fields");
}

static bool
load_confidence(struct loader *l, const struct yaml_node *map, struct rule *r)
{
    const struct yaml_node *n = yaml_get(map, "confidence");
    const char *names[CONFIDENCE_CERTAIN + 2] = {NULL};
    char near[80];
    for (int i = 0; n != NULL && i <= CONFIDENCE_CERTAIN; i++) {
        names[i] = confidence_name((enum confidence)i);
        if (!rt_str_is(n->text, names[i]))
            continue;
        r->confidence = (enum confidence)i;
        return true;
    }
    return n == NULL || load_error(l, n, 0, load_near(n->text, names, near),
                                   "'confidence' must be low, medium, high or certain");
}

static bool
load_status(struct loader *l, const struct yaml_node *map, struct rule *r)
{
    rt_str status = RT_LIT("stable");
    if (!load_text(l, map, "status", false, &status))
        return false;
    r->trial = rt_str_is(status, "trial");
    return r->trial || rt_str_is(status, "stable") ||
           load_error(l, yaml_get(map, "status"), 0, NULL, "'status' is stable or trial");
}

static bool
load_head(struct loader *l, const struct yaml_node *map, struct rule *r)
{
    static const char *const keys[] = {
        "id",       "finding", "rev",  "severity", "confidence", "certain-with", "by",
        "when",     "unless",  "let",  "explains", "say",        "why",          "fix",
        "see-also", "status",  "also", "tests",    NULL};
    int64_t rev = 1;
    bool good = load_keys(l, map, keys);
    good &= load_text(l, map, "id", true, &r->id);
    r->finding = r->id;
    good &= load_text(l, map, "finding", false, &r->finding);
    good &= load_int(l, map, "rev", true, 1, 1000000, &rev);
    good &= load_text(l, map, "say", true, &r->say);
    good &= load_text(l, map, "why", true, &r->why);
    good &= load_text(l, map, "fix", true, &r->fix);
    good &= load_text(l, map, "see-also", false, &r->see_also);
    good &= load_severity(l, map, SEVERITY_INFO, &r->severity);
    good &= load_scope(l, map, r);
    good &= load_status(l, map, r);
    good &= load_texts(l, map, "explains", &r->explains, &r->explain_count);
    r->rev = (uint32_t)rev;
    if (r->id.n > 0 && !is_slug(r->id))
        good = load_error(l, yaml_get(map, "id"), 0, NULL, "an id is made of a-z, 0-9 and -");
    if (yaml_get(map, "severity") == NULL)
        good = load_missing(l, map, "severity", "critical, error, warning or info");
    return good;
}

/* The label of a `maybe` that makes sure. Inherited, it counts where the shape has that step. */
static bool
load_certain_with(struct loader *l, const struct yaml_node *n, bool inherited, struct rule *r)
{
    r->certain_with = UINT16_MAX;
    if (n == NULL)
        return true;
    int step = n->type == YAML_SCALAR ? rule_label(r, n->text) : -1;
    bool is_maybe = step >= 0 && r->when[step].type == STEP_MAYBE;
    if (is_maybe)
        r->certain_with = (uint16_t)step;
    if (is_maybe || inherited)
        return true;
    struct nearest near = nearest_of(n->text);
    char hint[80];
    for (size_t i = 0; i < r->when_count; i++)
        if (r->when[i].type == STEP_MAYBE)
            nearest_try(&near, r->when[i].label);
    const char *said = nearest_hint(&near, hint);
    return load_error(l, n, 0, said != NULL ? said : "a 'maybe' step is named with 'as'",
                      "no 'maybe' is called '%.*s'", RT_FMT(n->text));
}

static uint64_t
needs(const struct rule *r)
{
    uint64_t all = 0;
    for (size_t i = 0; i < r->when_count; i++)
        for (size_t k = 0; r->when[i].type == STEP_SEE && k < r->when[i].alt_count; k++)
            all |= r->when[i].alts[k].kinds;
    return all;
}

/* What a rule and each of its other shapes have in common; `main` is NULL for the rule itself. */
static bool
load_shape(struct loader *l, const struct yaml_node *map, const struct yaml_node *main,
           struct rule *r)
{
    const struct yaml_node *when = yaml_get(map, "when"), *unless = yaml_get(map, "unless");
    const struct yaml_node *let = yaml_get(map, "let"),
                           *certain = yaml_get(map, "certain-with");
    bool good = load_confidence(l, map, r);
    /* A further shape has that of its rule, unless it says another one, or (an empty list) none. */
    if (main != NULL && unless != NULL && unless->type == YAML_LIST && unless->count == 0)
        r->unless_count = 0;
    else if (unless != NULL)
        good &= load_steps(l, unless, true, &r->unless, &r->unless_count);
    if (when == NULL)
        return load_missing(l, map, "when", NULL);
    if (!load_steps(l, when, false, &r->when, &r->when_count))
        return false;
    good &= check_when(l, when, r);
    bool own_let = let != NULL, own_certain = certain != NULL;
    let = own_let ? let : yaml_get(main, "let");
    certain = own_certain ? certain : yaml_get(main, "certain-with");
    r->lets = NULL;
    r->let_count = 0;
    if (let != NULL)
        good &= load_lets(l, let, !own_let, r);
    good &= load_certain_with(l, certain, !own_certain, r);
    r->needs = needs(r);
    return check_templates(l, r, map, main) && good;
}

static bool
push_rule(struct loader *l, const struct rule *r)
{
    struct rule *slot = RT_VEC_PUSH(&l->set->rules);
    if (slot == NULL) {
        l->memory = true;
        return false;
    }
    *slot = *r;
    return true;
}

static bool
load_also(struct loader *l, const struct yaml_node *map, const struct rule *main)
{
    static const char *const keys[] = {"when",         "unless", "let",      "confidence",
                                       "certain-with", "say",    "severity", NULL};
    const struct yaml_node *list = yaml_get(map, "also");
    const struct rule_override *o = rt_map_get(&l->overrides, main->id);
    bool overridden =
        o != NULL && o->value->type == YAML_MAP && yaml_get(o->value, "severity") != NULL;
    if (list == NULL)
        return true;
    if (list->type != YAML_LIST || list->count > MOST_SHAPES)
        return load_error(l, list, 0, NULL, "'also' must be a list of at most %d shapes",
                          MOST_SHAPES);
    bool good = true;
    for (size_t i = 0; i < list->count; i++) {
        struct rule r = *main;
        r.variant = (uint8_t)(i + 1);
        r.tests = NULL;
        r.test_count = 0;
        enum severity severity = r.severity;
        good &= load_keys(l, list->items[i], keys) &&
                load_severity(l, list->items[i], SEVERITY_INFO, &severity);
        /* What a user says of the rule goes for all its shapes. */
        r.severity = overridden ? r.severity : severity;
        good &= load_text(l, list->items[i], "say", false, &r.say) &&
                load_shape(l, list->items[i], map, &r) && push_rule(l, &r);
    }
    return good;
}

/* A user's `rules: { id: {severity, params} | off }`. A mistake in it leaves the rule as it is. */
static void
apply_override(struct loader *l, struct rule *r, struct rule_shape *shape)
{
    const struct rule_override *o = rt_map_get(&l->overrides, r->id);
    if (o == NULL)
        return;
    const struct yaml_file *mine = l->file;
    const struct yaml_node *params = yaml_get(o->value, "params");
    l->file = o->file;
    r->off = o->value->type == YAML_SCALAR;
    if (!r->off)
        load_severity(l, o->value, SEVERITY_INFO, &r->severity);
    if (params != NULL)
        load_params(l, params, shape, true);
    l->file = mine;
}

static bool
load_rule(struct loader *l, const struct rule_shape *family, const struct yaml_node *map)
{
    struct rule r = {.confidence = CONFIDENCE_HIGH, .pos = load_pos(l, map)};
    struct rule_shape shape = *family;
    size_t before = l->set->rules.n;
    if (map->type != YAML_MAP)
        return load_error(l, map, 0, "like - id: my-rule", "a rule is a map");
    bool good = load_head(l, map, &r);
    apply_override(l, &r, &shape);
    r.family = shape.family;
    r.rank = shape.rank;
    r.params = shape.params;
    r.param_count = shape.param_count;
    l->shape = &shape;
    good &= load_tests(l, yaml_get(map, "tests"), &r);
    good &= load_shape(l, map, NULL, &r);
    good &= push_rule(l, &r);
    good &= load_also(l, map, &r);
    l->shape = NULL;
    if (!good)
        l->set->rules.n = before;
    return good;
}

/* Two rules with one id: within a file, or within the pack, that is a mistake; a user's replaces. */
static bool
may_stand(struct loader *l, const struct yaml_node *named, const struct rule *old)
{
    const struct rule_text *text = rule_set_text(l->set, old->pos.file);
    bool both_ours = l->file->builtin && text != NULL && text->builtin;
    if (old->pos.file != l->file->name && !both_ours)
        return true;
    return load_error(l, named, 0, NULL, "rule '%.*s' stands in %s:%u already",
                      RT_FMT(named->text), old->pos.file, old->pos.line);
}

/* Removes the rules of that id among the first `before`. */
static void
drop_rule(struct rule_set *set, rt_str id, size_t before)
{
    size_t kept = 0;
    for (size_t i = 0; i < set->rules.n; i++) {
        if (i >= before || !rt_str_eq(set->rules.v[i].id, id))
            set->rules.v[kept++] = set->rules.v[i];
    }
    set->rules.n = kept;
}

static void
add_rule(struct loader *l, const struct rule_shape *family, const struct yaml_node *map)
{
    const struct yaml_node *named = yaml_get(map, "id");
    const struct rule *old = named == NULL ? NULL : rule_set_rule(l->set, named->text);
    size_t before = l->set->rules.n;
    bool replaces = old != NULL;
    if ((old != NULL && !may_stand(l, named, old)) || !load_rule(l, family, map))
        l->set->skipped++;
    else if (replaces)
        drop_rule(l->set, named->text, before);
}

void
load_rules(struct loader *l, const struct yaml_node *root)
{
    const struct yaml_node *list = yaml_get(root, "rules"), *params = yaml_get(root, "params");
    struct rule_shape family = {0};
    int64_t rank = USUAL_RANK;
    if (list == NULL || list->type != YAML_LIST)
        return;
    bool good = load_text(l, root, "family", false, &family.family);
    good &= load_int(l, root, "rank", false, 0, 1000, &rank);
    family.rank = (uint32_t)rank;
    if (params != NULL)
        good &= load_params(l, params, &family, false);
    if (!good)
        l->set->skipped += (uint32_t)list->count;
    for (size_t i = 0; good && i < list->count && !l->memory; i++)
        add_rule(l, &family, list->items[i]);
}
