/*
 * format.c - how a line or a document becomes an event: groups of PCRE2, or JSON pointers.
 */
#include "config.h"

#include "base/literals.h"
#include "rules/loader.h"

const char *const format_part_names[FORMAT__PARTS] = {
    [FORMAT_TIME] = "time",
    [FORMAT_METHOD] = "method",
    [FORMAT_URL] = "url",
    [FORMAT_HTTP] = "http",
    [FORMAT_REQUEST] = "request",
    [FORMAT_RESPONSE] = "response",
    [FORMAT_JOIN] = "join",
    [FORMAT_ERROR] = "error",
    [FORMAT_DURATION] = "duration",
    [FORMAT_END] = "end",
    [FORMAT_OP] = "op",
    [FORMAT_MESSAGE] = "message",
    [FORMAT_HOOK] = "hook",
    [FORMAT_DOWN] = "down",
    [FORMAT_REQUEST_HEADERS] = "headers",
    [FORMAT_HOST] = "host",
    [FORMAT_PHASE] = "phase",
    [FORMAT_INNER] = "inner",
    [FORMAT_PARTIAL] = "partial",
};

static int
find_part(rt_str name)
{
    for (int i = 0; i < FORMAT__PARTS; i++)
        if (rt_str_is(name, format_part_names[i]))
            return i;
    return -1;
}

/* Number of a field named x_…, made at first sight. */
static int
x_field(struct loader *l, rt_str name)
{
    for (size_t i = 0; i < l->set->x_fields.n; i++)
        if (rt_str_eq(l->set->x_fields.v[i], name))
            return (int)(FIELD__COUNT + i);
    rt_str *slot = RT_VEC_PUSH(&l->set->x_fields);
    if (slot == NULL) {
        l->memory = true;
        return -1;
    }
    *slot = load_str(l, name);
    return (int)(FIELD__COUNT + l->set->x_fields.n - 1);
}

/* Group names are parts, fields of the event (code, sid, …), or x_…. */
static bool
resolve_groups(struct loader *l, const struct yaml_node *at, struct format *f)
{
    uint32_t count = 0, size = 0;
    PCRE2_SPTR table = NULL;
    pcre2_pattern_info(regex_code(f->re), PCRE2_INFO_NAMECOUNT, &count);
    pcre2_pattern_info(regex_code(f->re), PCRE2_INFO_NAMEENTRYSIZE, &size);
    pcre2_pattern_info(regex_code(f->re), PCRE2_INFO_NAMETABLE, &table);
    uint16_t *pairs = load_alloc(l, 2 * (size_t)count, sizeof(*pairs));
    const char *names[FORMAT__PARTS + FIELD__COUNT + 1] = {NULL};
    for (int i = 0; i < FORMAT__PARTS; i++)
        names[i] = format_part_names[i];
    for (int i = 0; i < FIELD__COUNT; i++)
        names[FORMAT__PARTS + i] = event_fields[i].name;
    size_t used = 0;
    for (uint32_t i = 0; pairs != NULL && i < count; i++) {
        PCRE2_SPTR entry = table + i * size;
        int number = entry[0] << 8 | entry[1];
        rt_str name = rt_str_of((const char *)entry + 2);
        int part = find_part(name);
        char near[80];
        if (part >= 0) {
            f->group[part] = number;
            continue;
        }
        int field = event_field_find(name) != FIELD__COUNT ? (int)event_field_find(name)
                    : rt_str_starts(name, RT_LIT("x_"))    ? x_field(l, name)
                                                           : -1;
        if (field < 0)
            return load_error(
                l, at, 0, load_near(name, names, near),
                "group '%.*s' is neither a part nor a field; other names begin with x_",
                RT_FMT(name));
        pairs[2 * used] = (uint16_t)number;
        pairs[2 * used + 1] = (uint16_t)field;
        used++;
    }
    f->x_groups = pairs;
    f->x_group_count = used;
    return pairs != NULL;
}

static bool
load_json(struct loader *l, const struct yaml_node *map, struct format *f)
{
    const char *keys[FORMAT__PARTS + 1] = {NULL};
    for (int i = 0; i < FORMAT__PARTS; i++)
        keys[i] = format_part_names[i];
    if (!load_keys(l, map, keys))
        return false;
    for (int i = 0; i < FORMAT__PARTS; i++) {
        const struct yaml_node *n = yaml_get(map, format_part_names[i]);
        if (n != NULL && !load_paths(l, n, &f->paths[i], &f->path_count[i]))
            return false;
    }
    f->is_json = true;
    return true;
}

static bool
load_sample(struct loader *l, const struct yaml_node *map, struct format_sample *s)
{
    static const char *const keys[] = {"line", "is", NULL};
    if (!load_keys(l, map, keys) || !load_text(l, map, "line", true, &s->line))
        return false;
    const struct yaml_node *is = yaml_get(map, "is");
    s->pos = load_pos(l, map);
    if (is == NULL)
        return load_missing(l, map, "is", "a map of fields, or 'no match'");
    if (is->type == YAML_SCALAR) {
        s->no_match = rt_str_is(is->text, "no match");
        return s->no_match ||
               load_error(l, is, 0, NULL, "a map of fields, or 'no match', is meant");
    }
    if (is->type != YAML_MAP)
        return load_error(l, is, 0, NULL, "a map of fields, or 'no match', is meant");
    rt_str *names = load_alloc(l, is->count / 2, sizeof(*names));
    rt_str *values = load_alloc(l, is->count / 2, sizeof(*values));
    for (size_t i = 0; names != NULL && values != NULL && i + 1 < is->count; i += 2) {
        names[i / 2] = load_str(l, is->items[i]->text);
        values[i / 2] = load_str(l, is->items[i + 1]->text);
    }
    s->keys = names;
    s->values = values;
    s->count = is->count / 2;
    return !l->memory;
}

static bool
load_samples(struct loader *l, const struct yaml_node *list, struct format *f)
{
    if (list == NULL)
        return true;
    if (list->type != YAML_LIST)
        return load_error(l, list, 0, NULL, "'samples' must be a list");
    struct format_sample *samples = load_alloc(l, list->count, sizeof(*samples));
    bool good = samples != NULL;
    for (size_t i = 0; samples != NULL && i < list->count; i++)
        good &= load_sample(l, list->items[i], &samples[i]);
    f->samples = samples;
    f->sample_count = samples == NULL ? 0 : list->count;
    return good;
}

static bool
load_duration_unit(struct loader *l, const struct yaml_node *map, struct format *f)
{
    static const struct {
        const char *name;
        rt_dur size;
    } units[] = {{"s", RT_SEC}, {"ms", RT_MS}, {"us", 1}, {"ns", 0}};
    rt_str unit = RT_LIT("ms");
    if (!load_text(l, map, "duration-unit", false, &unit))
        return false;
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (rt_str_is(unit, units[i].name)) {
            f->duration_unit = units[i].size;
            return true;
        }
    return load_error(l, yaml_get(map, "duration-unit"), 0, NULL, "s, ms, us or ns is meant");
}

static bool
load_literals(struct loader *l, const struct yaml_node *map, struct format *f)
{
    if (!load_texts(l, map, "literal", &f->literals, &f->literal_count))
        return false;
    for (size_t i = 0; i < f->literal_count; i++)
        if (f->literals[i].n < LITERAL_LEAST)
            return load_error(l, yaml_get(map, "literal"), 0, NULL,
                              "'%.*s' is too short: %d bytes at least", RT_FMT(f->literals[i]),
                              LITERAL_LEAST);
    return true;
}

static bool
load_one(struct loader *l, const struct yaml_node *map, struct format *f)
{
    static const char *const keys[] = {"name",          "about", "match",   "json",
                                       "literal",       "time",  "zone",    "join",
                                       "duration-unit", "stamp", "samples", NULL};
    if (!load_keys(l, map, keys))
        return false;
    for (int i = 0; i < FORMAT__PARTS; i++)
        f->group[i] = -1;
    rt_str stamp = RT_LIT("request");
    bool good = load_text(l, map, "name", true, &f->name);
    good &= load_text(l, map, "about", false, &f->about);
    good &= load_literals(l, map, f);
    good &= load_text(l, map, "time", false, &f->time_format);
    good &= load_text(l, map, "zone", false, &f->zone);
    good &= load_text(l, map, "stamp", false, &stamp);
    good &= load_duration_unit(l, map, f);
    f->pos = load_pos(l, map);
    f->end_stamp = rt_str_is(stamp, "answer");
    if (good && !f->end_stamp && !rt_str_is(stamp, "request"))
        return load_error(l, yaml_get(map, "stamp"), 0, NULL, "request or answer is meant");
    const struct yaml_node *match = yaml_get(map, "match"), *json = yaml_get(map, "json");
    if (!good)
        return false;
    if ((match == NULL) == (json == NULL))
        return load_error(l, map, 0, NULL, "a format has either 'match' or 'json'");
    if (match != NULL) {
        f->re = match->type == YAML_SCALAR ? load_regex(l, match, 0, match->text) : NULL;
        if (f->re == NULL || !resolve_groups(l, match, f))
            return false;
    } else if (!load_json(l, json, f)) {
        return false;
    }
    return load_samples(l, yaml_get(map, "samples"), f);
}

void
load_formats(struct loader *l, const struct yaml_node *list)
{
    if (list->type != YAML_LIST) {
        load_error(l, list, 0, NULL, "'formats' must be a list");
        return;
    }
    for (size_t i = 0; i < list->count && !l->memory; i++) {
        struct format f = {0};
        if (!load_one(l, list->items[i], &f)) {
            l->set->skipped++;
            continue;
        }
        struct format *slot = NULL, *old;
        RT_EACH (old, &l->set->formats)
            if (rt_str_eq(old->name, f.name))
                slot = old;
        if (slot != NULL && slot->pos.file == f.pos.file) {
            load_error(l, list->items[i], 0, NULL, "format '%.*s' stands in line %u already",
                       RT_FMT(f.name), slot->pos.line);
            continue;
        }
        if (slot == NULL)
            slot = RT_VEC_PUSH(&l->set->formats);
        if (slot == NULL)
            l->memory = true;
        else
            *slot = f;
    }
}
