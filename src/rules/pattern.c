/*
 * pattern.c - rules over a timeline: YAML to struct rule.
 */
#include "config.h"

#include <stdio.h>

#include "rules/loader.h"
#include "rules/pattern.h"

struct labels {
    const struct rule_step *steps;
    size_t count;
};

static bool
word_is_slug(rt_str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '-' || s.p[i] == '_'))
            return false;
    return s.n > 0;
}

static const struct rule_param *
find_param(const struct rule_shape *shape, rt_str name)
{
    for (size_t i = 0; i < shape->param_count; i++)
        if (rt_str_eq(shape->params[i].name, name))
            return &shape->params[i];
    return NULL;
}

/* "5m", "$ttl" */
static bool
duration(struct loader *l, const struct rule_shape *shape, const struct yaml_node *at, size_t offset, rt_str text,
         rt_dur *out)
{
    if (text.n > 1 && text.p[0] == '$') {
        const struct rule_param *p = find_param(shape, rt_str_from(text, 1));
        if (p == NULL)
            return load_error(l, at, offset, "params at the top of the file name them", "unknown parameter '%.*s'",
                              RT_FMT(text));
        if (!p->is_dur)
            return load_error(l, at, offset, NULL, "parameter '%.*s' is no duration", RT_FMT(text));
        *out = p->dur;
        return true;
    }
    return rt_dur_parse(text, out) || load_error(l, at, offset, "like 90s or 5m30s", "a duration is meant");
}

static bool
step_duration(struct loader *l, const struct rule_shape *shape, const struct yaml_node *map, const char *key,
              rt_dur *out)
{
    const struct yaml_node *n = yaml_get(map, key);
    *out = RT_DUR_NONE;
    if (n == NULL)
        return true;
    if (n->type != YAML_SCALAR)
        return load_error(l, n, 0, NULL, "'%s' must be a duration", key);
    return duration(l, shape, n, 0, n->text, out);
}

static bool
step_fields(struct loader *l, const struct yaml_node *map, const char *key, const uint16_t **out, size_t *count)
{
    const rt_str *words = NULL;
    size_t many = 0;
    if (!load_texts(l, map, key, &words, &many))
        return false;
    uint16_t *list = load_alloc(l, many, sizeof(*list));
    for (size_t i = 0; list != NULL && i < many; i++) {
        enum event_field_id field = event_field_find(words[i]);
        if (field == FIELD__COUNT)
            return load_error(l, yaml_get(map, key), 0, NULL, "unknown field '%.*s'", RT_FMT(words[i]));
        list[i] = (uint16_t)field;
    }
    *out = list;
    *count = many;
    return list != NULL;
}

static rt_str
matches_text(struct loader *l, const struct yaml_node *n)
{
    if (n->type == YAML_SCALAR)
        return load_str(l, n->text);
    struct rt_buf b;
    rt_buf_init(&b, 1000);
    for (size_t i = 0; i < n->count; i++) {
        if (i > 0)
            rt_buf_add(&b, RT_LIT(" or "));
        rt_buf_add(&b, n->items[i]->text);
    }
    rt_str text = load_str(l, rt_buf_str(&b));
    rt_buf_fini(&b);
    return text;
}

static bool
load_step(struct loader *l, const struct rule_shape *shape, const struct yaml_node *map, struct rule_step *s)
{
    static const char *const keys[] = {"see",   "no",   "maybe",  "as", "within", "after",
                                       "times", "same", "differ", "for", NULL};
    if (!load_keys(l, map, keys))
        return false;
    const struct yaml_node *see = yaml_get(map, "see"), *no = yaml_get(map, "no"), *maybe = yaml_get(map, "maybe");
    const struct yaml_node *what = see != NULL ? see : no != NULL ? no : maybe;
    if ((see != NULL) + (no != NULL) + (maybe != NULL) != 1)
        return load_error(l, map, 0, NULL, "a step is one of see, no, maybe");
    *s = (struct rule_step){.times = 1, .pos = load_pos(l, map)};
    s->type = see != NULL ? STEP_SEE : no != NULL ? STEP_NO : STEP_MAYBE;
    s->text = matches_text(l, what);
    int64_t times = 1;
    bool good = load_matches(l, what, &s->alts, &s->alt_count);
    good &= step_duration(l, shape, map, "within", &s->within);
    good &= step_duration(l, shape, map, "after", &s->after);
    good &= step_duration(l, shape, map, "for", &s->lasts);
    good &= load_text(l, map, "as", false, &s->label);
    good &= load_int(l, map, "times", false, 2, 1000000, &times);
    good &= step_fields(l, map, "same", &s->same, &s->same_count);
    good &= step_fields(l, map, "differ", &s->differ, &s->differ_count);
    s->times = (uint32_t)times;
    if (!good)
        return false;
    if (s->type != STEP_NO && s->lasts != RT_DUR_NONE)
        return load_error(l, yaml_get(map, "for"), 0, NULL, "'for' belongs to a 'no'");
    if (s->type == STEP_NO && (s->within != RT_DUR_NONE || s->after != RT_DUR_NONE || s->label.n > 0 || s->times > 1))
        return load_error(l, map, 0, NULL, "a 'no' takes 'for' only");
    if (s->within != RT_DUR_NONE && s->after != RT_DUR_NONE && s->within < s->after)
        return load_error(l, map, 0, NULL, "'within' is shorter than 'after': this can never hold");
    return true;
}

static bool
load_steps(struct loader *l, const struct rule_shape *shape, const struct yaml_node *list, const struct rule_step **out,
           size_t *count)
{
    if (list->type != YAML_LIST || list->count == 0)
        return load_error(l, list, 0, NULL, "a list of steps is meant");
    if (list->count > l->set->limits->rule_steps)
        return load_error(l, list, 0, NULL, "at most %llu steps are possible",
                          (unsigned long long)l->set->limits->rule_steps);
    struct rule_step *steps = load_alloc(l, list->count, sizeof(*steps));
    bool good = steps != NULL;
    for (size_t i = 0; steps != NULL && i < list->count; i++)
        good &= load_step(l, shape, list->items[i], &steps[i]);
    *out = steps;
    *count = list->count;
    return good;
}

/* An absence at either edge needs its length, and something must be seen. */
static bool
check_steps(struct loader *l, const struct yaml_node *list, const struct rule_step *steps, size_t count)
{
    bool good = true;
    size_t first = SIZE_MAX, last = 0;
    for (size_t i = 0; i < count; i++) {
        if (steps[i].type != STEP_SEE)
            continue;
        first = first == SIZE_MAX ? i : first;
        last = i;
    }
    if (first == SIZE_MAX)
        return load_error(l, list, 0, NULL, "nothing is seen: at least one 'see' is needed");
    for (size_t i = 0; i < count; i++) {
        const struct yaml_node *step = list->items[i];
        if (steps[i].type == STEP_NO && steps[i].lasts == RT_DUR_NONE && (i < first || i > last)) {
            good = load_error(l, step, 0,
                              i > last ? "an absence at the end needs a time limit, e.g. 'for: 90s'"
                                       : "an absence at the beginning needs a time limit, e.g. 'for: 5m'",
                              "'for' is missing");
        }
        for (size_t k = 0; k < i; k++)
            if (steps[i].label.n > 0 && rt_str_eq(steps[i].label, steps[k].label))
                good = load_error(l, step, 0, NULL, "label '%.*s' is given twice", RT_FMT(steps[i].label));
    }
    return good;
}

static int
find_label(const struct labels *labels, rt_str name)
{
    for (size_t i = 0; i < labels->count; i++)
        if (labels->steps[i].label.n > 0 && rt_str_eq(labels->steps[i].label, name))
            return (int)i;
    return -1;
}

/* LABEL.begin | LABEL.end */
static bool
point(struct loader *l, const struct labels *labels, const struct yaml_node *at, rt_str word, uint16_t *step,
      bool *is_end)
{
    size_t offset = (size_t)(word.p - at->text.p);
    size_t dot = rt_str_find(word, RT_LIT("."));
    rt_str name = {word.p, dot == SIZE_MAX ? word.n : dot};
    int label = find_label(labels, name);
    if (label < 0)
        return load_error(l, at, offset, "a step names it with 'as'", "unknown label '%.*s'", RT_FMT(name));
    rt_str side = rt_str_from(word, name.n + 1);
    if (!rt_str_is(side, "begin") && !rt_str_is(side, "end"))
        return load_error(l, at, offset, NULL, "'%.*s.begin' or '%.*s.end' is meant", RT_FMT(name), RT_FMT(name));
    *step = (uint16_t)label;
    *is_end = rt_str_is(side, "end");
    return true;
}

static rt_str
expr_word(rt_str s, size_t *i)
{
    while (*i < s.n && s.p[*i] == ' ')
        (*i)++;
    size_t begin = *i;
    while (*i < s.n && s.p[*i] != ' ')
        (*i)++;
    return (rt_str){s.p + begin, *i - begin};
}

/* point - point [(+|-) (dur|$param)]* */
static bool
load_let(struct loader *l, const struct rule_shape *shape, const struct labels *labels, const struct yaml_node *at,
         struct rule_let *out)
{
    size_t i = 0;
    if (at->type != YAML_SCALAR)
        return load_error(l, at, 0, NULL, "like s.begin - a.end - $ttl");
    rt_str to = expr_word(at->text, &i), minus = expr_word(at->text, &i), from = expr_word(at->text, &i);
    if (!rt_str_is(minus, "-") || from.n == 0)
        return load_error(l, at, 0, "like s.begin - a.end - $ttl", "a difference of two points is meant");
    if (!point(l, labels, at, to, &out->to_step, &out->to_end) ||
        !point(l, labels, at, from, &out->from_step, &out->from_end))
        return false;
    for (rt_str sign = expr_word(at->text, &i); sign.n > 0; sign = expr_word(at->text, &i)) {
        rt_str amount = expr_word(at->text, &i);
        rt_dur d = 0;
        if (!rt_str_is(sign, "+") && !rt_str_is(sign, "-"))
            return load_error(l, at, (size_t)(sign.p - at->text.p), NULL, "+ or - is meant");
        if (!duration(l, shape, at, (size_t)(amount.p - at->text.p), amount, &d))
            return false;
        out->offset += sign.p[0] == '-' ? -d : d;
    }
    return true;
}

static bool
load_lets(struct loader *l, const struct rule_shape *shape, const struct yaml_node *map, struct rule *r)
{
    struct labels labels = {r->when, r->when_count};
    if (map->type != YAML_MAP)
        return load_error(l, map, 0, NULL, "'let' must be a map of names to differences");
    struct rule_let *lets = load_alloc(l, map->count / 2, sizeof(*lets));
    bool good = lets != NULL;
    for (size_t i = 0; lets != NULL && i + 1 < map->count; i += 2) {
        struct rule_let *let = &lets[i / 2];
        let->name = load_str(l, map->items[i]->text);
        let->pos = load_pos(l, map->items[i]);
        good &= load_let(l, shape, &labels, map->items[i + 1], let);
    }
    r->lets = lets;
    r->let_count = map->count / 2;
    return good;
}

/* {let} {count} {$param} {label.field} {label.name} {label.repeated} */
static bool
check_template(struct loader *l, const struct rule *r, const struct yaml_node *at)
{
    struct labels labels = {r->when, r->when_count};
    rt_str s = at->text;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] != '{')
            continue;
        rt_str rest = rt_str_from(s, i + 1);
        size_t end = rt_str_find(rest, RT_LIT("}"));
        rt_str name = {rest.p, end == SIZE_MAX ? rest.n : end};
        size_t dot = rt_str_find(name, RT_LIT("."));
        bool known = rt_str_is(name, "count");
        for (size_t k = 0; k < r->let_count; k++)
            known |= rt_str_eq(r->lets[k].name, name);
        for (size_t k = 0; name.n > 1 && name.p[0] == '$' && k < r->param_count; k++)
            known |= rt_str_eq(r->params[k].name, rt_str_from(name, 1));
        if (dot != SIZE_MAX && find_label(&labels, (rt_str){name.p, dot}) >= 0) {
            rt_str field = rt_str_from(name, dot + 1);
            known |= rt_str_is(field, "name") || rt_str_is(field, "repeated") ||
                     event_field_find(field) != FIELD__COUNT || rt_str_starts(field, RT_LIT("x_"));
        }
        if (end == SIZE_MAX || !known)
            return load_error(l, at, i, "a let, count, a $parameter, or LABEL.FIELD", "unknown name in '{%.*s}'",
                              RT_FMT(name));
        i += end + 1;
    }
    return true;
}

static bool
load_scope(struct loader *l, const struct yaml_node *map, struct rule *r)
{
    static const char *const names[] = {"session", "recorder", "channel", "app", "host", NULL};
    const struct yaml_node *by = yaml_get(map, "by");
    if (by == NULL)
        return true;
    if (by->type == YAML_LIST) {
        r->scope = SCOPE_FIELDS;
        return step_fields(l, map, "by", &r->scope_fields, &r->scope_field_count);
    }
    for (int i = 0; by->type == YAML_SCALAR && names[i] != NULL; i++)
        if (rt_str_is(by->text, names[i])) {
            r->scope = (enum rule_scope)i;
            return true;
        }
    return load_error(l, by, 0, NULL, "'by' is session, recorder, channel, app, host, or a list of fields");
}

static bool
load_confidence(struct loader *l, const struct yaml_node *map, struct rule *r)
{
    const struct yaml_node *n = yaml_get(map, "confidence");
    for (int i = 0; n != NULL && i <= CONFIDENCE_CERTAIN; i++)
        if (rt_str_is(n->text, confidence_name((enum confidence)i))) {
            r->confidence = (enum confidence)i;
            return true;
        }
    return n == NULL || load_error(l, n, 0, NULL, "'confidence' must be low, medium, high or certain");
}

static bool
load_expect(struct loader *l, const struct yaml_node *n, struct rule_test *t)
{
    if (n->type == YAML_SCALAR) {
        t->expect = rt_str_is(n->text, "none") ? EXPECT_NONE : EXPECT_PENDING;
        return rt_str_is(n->text, "none") || rt_str_is(n->text, "pending") ||
               load_error(l, n, 0, NULL, "'expect' is none, pending, a map of values or a list of ids");
    }
    size_t many = n->type == YAML_MAP ? n->count / 2 : n->count;
    rt_str *keys = load_alloc(l, many, sizeof(*keys)), *values = load_alloc(l, many, sizeof(*values));
    for (size_t i = 0; keys != NULL && values != NULL && i < many; i++) {
        const struct yaml_node *key = n->type == YAML_MAP ? n->items[2 * i] : n->items[i];
        if (key->type != YAML_SCALAR || (n->type == YAML_MAP && n->items[2 * i + 1]->type != YAML_SCALAR))
            return load_error(l, key, 0, NULL, "a word is meant");
        keys[i] = load_str(l, key->text);
        values[i] = n->type == YAML_MAP ? load_str(l, n->items[2 * i + 1]->text) : RT_NONE;
    }
    t->expect = n->type == YAML_MAP ? EXPECT_VALUES : EXPECT_IDS;
    t->keys = keys;
    t->values = values;
    t->count = many;
    return values != NULL && keys != NULL;
}

static bool
load_tests(struct loader *l, const struct yaml_node *list, struct rule *r)
{
    static const char *const keys[] = {"name", "log", "expect", NULL};
    if (list == NULL)
        return true;
    if (list->type != YAML_LIST)
        return load_error(l, list, 0, NULL, "'tests' must be a list");
    struct rule_test *tests = load_alloc(l, list->count, sizeof(*tests));
    bool good = tests != NULL;
    for (size_t i = 0; tests != NULL && i < list->count; i++) {
        const struct yaml_node *map = list->items[i];
        if (!load_keys(l, map, keys)) {
            good = false;
            continue;
        }
        struct rule_test *t = &tests[i];
        const struct yaml_node *log = yaml_get(map, "log"), *expect = yaml_get(map, "expect");
        t->pos = load_pos(l, map);
        good &= load_text(l, map, "name", false, &t->name);
        if (log == NULL || log->type != YAML_SCALAR || expect == NULL) {
            good = load_error(l, map, 0, NULL, "a test needs 'log' and 'expect'");
            continue;
        }
        t->log = load_str(l, log->text);
        t->log_pos = load_pos(l, log);
        t->log_pos.line += log->literal ? 1 : 0;
        good &= load_expect(l, expect, t);
    }
    r->tests = tests;
    r->test_count = list->count;
    return good;
}

static bool
load_certain_with(struct loader *l, const struct yaml_node *map, struct rule *r)
{
    const struct yaml_node *n = yaml_get(map, "certain-with");
    struct labels labels = {r->when, r->when_count};
    if (n == NULL)
        return true;
    int step = n->type == YAML_SCALAR ? find_label(&labels, n->text) : -1;
    if (step < 0)
        return load_error(l, n, 0, "a 'maybe' step names it with 'as'", "unknown label '%.*s'", RT_FMT(n->text));
    r->certain_with = (uint16_t)step;
    return true;
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

/* What a rule and each of its other shapes have in common. */
static bool
load_shape(struct loader *l, const struct rule_shape *shape, const struct yaml_node *map, struct rule *r)
{
    const struct yaml_node *when = yaml_get(map, "when"), *unless = yaml_get(map, "unless"), *let = yaml_get(map, "let");
    if (when == NULL)
        return load_error(l, map, 0, NULL, "'when' is missing");
    bool good = load_steps(l, shape, when, &r->when, &r->when_count) && check_steps(l, when, r->when, r->when_count);
    if (!good)
        return false;
    r->certain_with = UINT16_MAX;
    if (unless != NULL)
        good &= load_steps(l, shape, unless, &r->unless, &r->unless_count);
    r->lets = NULL;
    r->let_count = 0;
    if (let != NULL)
        good &= load_lets(l, shape, let, r);
    good &= load_confidence(l, map, r);
    good &= load_certain_with(l, map, r);
    good &= load_text(l, map, "say", false, &r->say);
    r->needs = needs(r);
    return good;
}

static bool
check_templates(struct loader *l, const struct rule *r, const struct yaml_node *map)
{
    static const char *const texts[] = {"say", "why", "fix"};
    bool good = true;
    for (size_t i = 0; i < 3; i++) {
        const struct yaml_node *n = yaml_get(map, texts[i]);
        good &= n == NULL || n->type != YAML_SCALAR || check_template(l, r, n);
    }
    return good;
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
load_also(struct loader *l, const struct rule_shape *shape, const struct yaml_node *list, const struct rule *main)
{
    static const char *const keys[] = {"when", "unless", "let", "confidence", "certain-with", "say", NULL};
    if (list == NULL)
        return true;
    if (list->type != YAML_LIST || list->count > 8)
        return load_error(l, list, 0, NULL, "'also' must be a list of at most 8 shapes");
    for (size_t i = 0; i < list->count; i++) {
        struct rule r = *main;
        r.variant = (uint8_t)(i + 1);
        r.tests = NULL;
        r.test_count = 0;
        if (!load_keys(l, list->items[i], keys) || !load_shape(l, shape, list->items[i], &r) ||
            !check_templates(l, &r, list->items[i]) || !push_rule(l, &r))
            return false;
    }
    return true;
}

static bool
load_head(struct loader *l, const struct yaml_node *map, struct rule *r)
{
    static const char *const keys[] = {"id",   "rev",      "severity", "confidence", "certain-with", "by",     "when",
                                       "unless", "let",    "explains", "say",        "why",          "fix",    "see-also",
                                       "status", "also",   "tests",    NULL};
    int64_t rev = 1;
    rt_str status = RT_NONE;
    if (!load_keys(l, map, keys))
        return false;
    bool good = load_text(l, map, "id", true, &r->id);
    good &= load_int(l, map, "rev", true, 1, 1000000, &rev);
    good &= load_text(l, map, "why", true, &r->why);
    good &= load_text(l, map, "fix", true, &r->fix);
    good &= load_text(l, map, "see-also", false, &r->see_also);
    good &= load_text(l, map, "status", false, &status);
    good &= load_severity(l, map, "severity", &r->severity);
    good &= load_scope(l, map, r);
    good &= load_texts(l, map, "explains", &r->explains, &r->explain_count);
    if (good && !word_is_slug(r->id))
        good = load_error(l, yaml_get(map, "id"), 0, NULL, "an id is made of a-z, 0-9 and -");
    if (good && (yaml_get(map, "severity") == NULL || r->severity == SEVERITY_NONE))
        good = load_error(l, map, 0, NULL, "'severity' is missing");
    if (good && yaml_get(map, "say") == NULL)
        good = load_error(l, map, 0, NULL, "'say' is missing");
    r->rev = (uint32_t)rev;
    r->trial = rt_str_is(status, "trial");
    return good;
}

/* A user's `rules: { id: {severity, params} | off }`. */
static bool
apply_override(struct loader *l, struct rule *r, struct rule_shape *shape)
{
    const struct yaml_node *o = rt_map_get(&l->overrides, r->id);
    if (o == NULL)
        return true;
    const struct yaml_file *mine = l->file;
    l->file = rt_map_get(&l->override_files, r->id);
    bool good = true;
    if (o->type == YAML_SCALAR) {
        r->off = true;
    } else {
        const struct yaml_node *params = yaml_get(o, "params");
        good = load_severity(l, o, "severity", &r->severity);
        if (params != NULL)
            good &= load_params(l, params, shape, true);
    }
    l->file = mine;
    return good;
}

static bool
load_rule(struct loader *l, const struct rule_shape *family, const struct yaml_node *map)
{
    struct rule r = {.confidence = CONFIDENCE_HIGH, .pos = load_pos(l, map)};
    struct rule_shape shape = *family;
    size_t before = l->set->rules.n;
    if (!load_head(l, map, &r) || !apply_override(l, &r, &shape))
        return false;
    r.family = shape.family;
    r.rank = shape.rank;
    r.params = shape.params;
    r.param_count = shape.param_count;
    bool good = load_shape(l, &shape, map, &r) && load_tests(l, yaml_get(map, "tests"), &r) && check_templates(l, &r, map) &&
                push_rule(l, &r) && load_also(l, &shape, yaml_get(map, "also"), &r);
    if (!good)
        l->set->rules.n = before;
    return good;
}

bool
load_params(struct loader *l, const struct yaml_node *map, struct rule_shape *shape, bool only_known)
{
    if (map->type != YAML_MAP)
        return load_error(l, map, 0, NULL, "'params' must be a map");
    size_t many = map->count / 2;
    struct rule_param *list = load_alloc(l, shape->param_count + many, sizeof(*list));
    if (list == NULL)
        return false;
    size_t count = shape->param_count;
    if (count > 0)
        memcpy(list, shape->params, count * sizeof(*list));
    for (size_t i = 0; i < many; i++) {
        const struct yaml_node *key = map->items[2 * i], *value = map->items[2 * i + 1];
        struct rule_param p = {.name = load_str(l, key->text), .text = load_str(l, value->text)};
        if (value->type != YAML_SCALAR)
            return load_error(l, value, 0, NULL, "a duration, number or word is meant");
        p.is_num = rt_str_int(value->text, &p.dur);
        p.is_dur = !p.is_num && rt_dur_parse(value->text, &p.dur);
        size_t at = 0;
        while (at < count && !rt_str_eq(list[at].name, p.name))
            at++;
        if (at == count && only_known)
            return load_error(l, key, 0, NULL, "the rule has no parameter '%.*s'", RT_FMT(key->text));
        list[at] = p;
        count += at == count;
    }
    shape->params = list;
    shape->param_count = count;
    return true;
}

void
load_rules(struct loader *l, const struct yaml_node *root)
{
    const struct yaml_node *list = yaml_get(root, "rules"), *params = yaml_get(root, "params");
    struct rule_shape family = {.rank = 50};
    int64_t rank = family.rank;
    if (list == NULL || list->type != YAML_LIST)
        return;
    load_text(l, root, "family", false, &family.family);
    load_int(l, root, "rank", false, 0, 1000, &rank);
    family.rank = (uint32_t)rank;
    if (params != NULL && !load_params(l, params, &family, false))
        return;
    for (size_t i = 0; i < list->count && !l->memory; i++) {
        rt_str id = RT_NONE;
        const struct yaml_node *named = yaml_get(list->items[i], "id");
        if (named != NULL)
            id = named->text;
        const struct rule *old = rule_set_rule(l->set, id);
        if (old != NULL && old->pos.file == l->file->name) {
            load_error(l, named, 0, NULL, "rule '%.*s' stands in line %u already", RT_FMT(id), old->pos.line);
            l->set->skipped++;
            continue;
        }
        rt_str kept = old == NULL ? RT_NONE : load_str(l, id);
        size_t before = l->set->rules.n;
        if (!load_rule(l, &family, list->items[i]))
            l->set->skipped++;
        else if (kept.n > 0)
            rule_set_drop(l->set, kept, before);
    }
}

void
rule_set_drop(struct rule_set *set, rt_str id, size_t before)
{
    size_t kept = 0;
    for (size_t i = 0; i < set->rules.n; i++) {
        if (i >= before || !rt_str_eq(set->rules.v[i].id, id))
            set->rules.v[kept++] = set->rules.v[i];
    }
    set->rules.n = kept;
}
