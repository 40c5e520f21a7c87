/*
 * scalar.c - typed values of a map, each with its complaint.
 */
#include "config.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "rules/loader.h"

static bool
complain(struct loader *l, bool is_error, const struct yaml_node *at, size_t offset,
         const char *hint, const char *text)
{
    uint32_t col = at->col + (at->quoted ? 1 : 0) + (at->literal ? 0 : (uint32_t)offset);
    if (message_add(l->messages, is_error, l->file, at->line, col, 1, hint, "%s", text) < 0)
        l->memory = true;
    return false;
}

bool
load_error(struct loader *l, const struct yaml_node *at, size_t offset, const char *hint,
           const char *fmt, ...)
{
    char text[300];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    return complain(l, true, at, offset, hint, text);
}

bool
load_warning(struct loader *l, const struct yaml_node *at, const char *hint, const char *fmt,
             ...)
{
    char text[300];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    return complain(l, false, at, 0, hint, text);
}

struct rt_pos
load_pos(const struct loader *l, const struct yaml_node *at)
{
    return (struct rt_pos){l->file->name, at->line, at->col};
}

void *
load_alloc(struct loader *l, size_t count, size_t size)
{
    void *p = rt_arena_array(&l->set->arena, count == 0 ? 1 : count, size);
    l->memory |= p == NULL;
    return p;
}

rt_str
load_str(struct loader *l, rt_str s)
{
    bool ok = true;
    rt_str copy = rt_arena_str(&l->set->arena, s, &ok);
    l->memory |= !ok;
    return copy;
}

struct nearest
nearest_of(rt_str word)
{
    return (struct nearest){.word = word, .distance = word.n < 4 ? 2 : 3};
}

void
nearest_try(struct nearest *n, rt_str name)
{
    unsigned d = name.n == 0 || n->distance == 0
                     ? n->distance
                     : rt_str_distance(n->word, name, n->distance - 1);
    if (d < n->distance) {
        n->distance = d;
        n->best = name;
    }
}

const char *
nearest_hint(const struct nearest *n, char buf[80])
{
    if (n->best.n == 0)
        return NULL;
    snprintf(buf, 80, "did you mean \"%.*s\"?", RT_FMT(n->best));
    return buf;
}

const char *
load_near(rt_str word, const char *const *names, char buf[80])
{
    struct nearest near = nearest_of(word);
    for (; *names != NULL; names++)
        nearest_try(&near, rt_str_of(*names));
    return nearest_hint(&near, buf);
}

static bool
tell_unknown(struct loader *l, const struct yaml_node *map, const struct yaml_node *key,
             const char *const *allowed)
{
    char hint[80];
    struct nearest near = nearest_of(key->text);
    for (; *allowed != NULL; allowed++)
        nearest_try(&near, rt_str_of(*allowed));
    struct mistyped *slot = near.best.n == 0 ? NULL : RT_VEC_PUSH(&l->mistyped);
    if (slot != NULL)
        *slot = (struct mistyped){map, near.best};
    return load_error(l, key, 0, nearest_hint(&near, hint), "unknown key '%.*s'",
                      RT_FMT(key->text));
}

bool
load_keys(struct loader *l, const struct yaml_node *map, const char *const *allowed)
{
    bool good = true;
    if (map->type != YAML_MAP)
        return load_error(l, map, 0, NULL, "a map of keys and values is meant here");
    for (size_t i = 0; i < map->count; i += 2) {
        const struct yaml_node *key = map->items[i];
        size_t k = 0;
        while (allowed[k] != NULL && !rt_str_is(key->text, allowed[k]))
            k++;
        if (allowed[k] == NULL)
            good = tell_unknown(l, map, key, allowed);
    }
    return good;
}

bool
load_missing(struct loader *l, const struct yaml_node *map, const char *key, const char *hint)
{
    const struct mistyped *m;
    RT_EACH (m, &l->mistyped)
        if (m->map == map && rt_str_is(m->meant, key))
            return false;
    return load_error(l, map, 0, hint, "'%s' is missing", key);
}

static const struct yaml_node *
scalar_of(struct loader *l, const struct yaml_node *map, const char *key, bool required,
          bool *good)
{
    const struct yaml_node *n = yaml_get(map, key);
    *good = true;
    if (n == NULL) {
        if (required)
            *good = load_missing(l, map, key, NULL);
        return NULL;
    }
    if (n->type != YAML_SCALAR) {
        *good = load_error(l, n, 0, NULL, "'%s' must be a single value", key);
        return NULL;
    }
    return n;
}

bool
load_text(struct loader *l, const struct yaml_node *map, const char *key, bool required,
          rt_str *out)
{
    bool good = true;
    const struct yaml_node *n = scalar_of(l, map, key, required, &good);
    if (n == NULL)
        return good;
    *out = load_str(l, rt_str_trim(n->text));
    return !required || out->n > 0 || load_error(l, n, 0, NULL, "'%s' is empty", key);
}

bool
load_int(struct loader *l, const struct yaml_node *map, const char *key, bool required,
         int64_t least, int64_t most, int64_t *out)
{
    bool good = true;
    const struct yaml_node *n = scalar_of(l, map, key, required, &good);
    int64_t value = 0;
    if (n == NULL)
        return good;
    if (!rt_str_int(n->text, &value) || value < least || value > most)
        return load_error(l, n, 0, NULL, "'%s' must be a whole number from %lld to %lld", key,
                          (long long)least, (long long)most);
    *out = value;
    return true;
}

bool
load_bool(struct loader *l, const struct yaml_node *map, const char *key, bool *out)
{
    bool good = true;
    const struct yaml_node *n = scalar_of(l, map, key, false, &good);
    if (n == NULL)
        return good;
    *out = rt_str_is(n->text, "true") || rt_str_is(n->text, "yes");
    if (!*out && !rt_str_is(n->text, "false") && !rt_str_is(n->text, "no"))
        return load_error(l, n, 0, NULL, "'%s' must be true or false", key);
    return true;
}

bool
load_texts(struct loader *l, const struct yaml_node *map, const char *key, const rt_str **out,
           size_t *count)
{
    const struct yaml_node *n = yaml_get(map, key);
    if (n == NULL)
        return true;
    if (n->type == YAML_MAP)
        return load_error(l, n, 0, NULL, "'%s' must be a list of words", key);
    size_t many = n->type == YAML_SCALAR ? 1 : n->count;
    rt_str *list = load_alloc(l, many, sizeof(*list));
    if (list == NULL)
        return false;
    for (size_t i = 0; i < many; i++) {
        const struct yaml_node *one = n->type == YAML_SCALAR ? n : n->items[i];
        if (one->type != YAML_SCALAR)
            return load_error(l, one, 0, NULL, "'%s' must be a list of words", key);
        list[i] = load_str(l, rt_str_trim(one->text));
    }
    *out = list;
    *count = many;
    return true;
}

static bool
unknown_call(struct loader *l, const struct yaml_node *at)
{
    struct nearest near = nearest_of(at->text);
    char hint[80];
    for (int k = 0; k < KIND_HOOK; k++)
        nearest_try(&near, rt_str_of(event_kinds[k].name));
    return load_error(l, at, 0, nearest_hint(&near, hint), "unknown call '%.*s'",
                      RT_FMT(at->text));
}

bool
load_kinds(struct loader *l, const struct yaml_node *map, const char *key, uint64_t *out)
{
    const struct yaml_node *n = yaml_get(map, key);
    size_t many = n == NULL ? 0 : n->type == YAML_SCALAR ? 1 : n->count;
    if (n != NULL && n->type == YAML_MAP)
        return load_error(l, n, 0, NULL, "'%s' must be a list of calls", key);
    for (size_t i = 0; i < many; i++) {
        const struct yaml_node *one = n->type == YAML_SCALAR ? n : n->items[i];
        uint8_t kind = one->type == YAML_SCALAR ? rule_set_kind(l->set, one->text) : KIND_NONE;
        if (kind == KIND_NONE)
            return unknown_call(l, one);
        *out |= UINT64_C(1) << kind;
    }
    return true;
}

bool
load_severity(struct loader *l, const struct yaml_node *map, enum severity least,
              enum severity *out)
{
    static const char *const names[] = {"none", "info", "warning", "error", "critical", NULL};
    char near[80];
    bool good = true;
    const struct yaml_node *n = scalar_of(l, map, "severity", false, &good);
    if (n == NULL)
        return good;
    enum severity said = SEVERITY_NONE;
    if (!severity_parse(n->text, &said))
        return load_error(l, n, 0, load_near(n->text, names + least, near),
                          "'severity' must be %sinfo, warning, error or critical",
                          least == SEVERITY_NONE ? "none, " : "");
    if (said < least)
        return load_error(l, n, 0, "switch it off in a file of your own",
                          "a rule that finds something has a severity");
    *out = said;
    return true;
}

static bool
path_segments(struct loader *l, const struct yaml_node *at, struct format_path *out)
{
    rt_str s = at->text;
    if (at->type != YAML_SCALAR || (s.n > 0 && s.p[0] != '/'))
        return load_error(l, at, 0, "like /req/method", "a JSON pointer is meant");
    size_t count = 0;
    for (size_t i = 0; i < s.n; i++)
        count += s.p[i] == '/';
    rt_str *segments = load_alloc(l, count, sizeof(*segments));
    if (segments == NULL)
        return false;
    for (size_t k = 0; k < count; k++) {
        s = rt_str_from(s, 1);
        size_t end = rt_str_find(s, RT_LIT("/"));
        rt_str one = {s.p, end == SIZE_MAX ? s.n : end};
        char *copy = rt_arena_strz(&l->set->arena, one);
        if (copy == NULL) {
            l->memory = true;
            return false;
        }
        size_t n = 0;
        for (size_t i = 0; i < one.n; i++) {
            bool escape = one.p[i] == '~' && i + 1 < one.n &&
                          (one.p[i + 1] == '0' || one.p[i + 1] == '1');
            copy[n++] = escape ? (one.p[i + 1] == '0' ? '~' : '/') : one.p[i];
            i += escape;
        }
        segments[k] = (rt_str){copy, n};
        s = rt_str_from(s, one.n);
    }
    *out = (struct format_path){segments, count};
    return true;
}

bool
load_paths(struct loader *l, const struct yaml_node *value, const struct format_path **out,
           size_t *count)
{
    if (value->type == YAML_MAP)
        return load_error(l, value, 0, NULL, "JSON pointers are meant");
    size_t many = value->type == YAML_SCALAR ? 1 : value->count;
    struct format_path *list = load_alloc(l, many, sizeof(*list));
    if (list == NULL)
        return false;
    for (size_t i = 0; i < many; i++)
        if (!path_segments(l, value->type == YAML_SCALAR ? value : value->items[i], &list[i]))
            return false;
    *out = list;
    *count = many;
    return true;
}

bool
load_bound(struct loader *l, const struct yaml_node *map, const char *key, bool *has,
           double *out)
{
    rt_str text = RT_NONE;
    if (!load_text(l, map, key, false, &text))
        return false;
    if (text.n == 0)
        return true;
    char *end = NULL;
    *out = strtod(text.p, &end);
    *has = end == text.p + text.n && isfinite(*out);
    return *has || load_error(l, yaml_get(map, key), 0, NULL, "'%s' must be a number", key);
}

bool
load_modes(struct loader *l, const struct yaml_node *map, rt_str *out)
{
    const rt_str *modes = NULL;
    size_t count = 0;
    if (!load_texts(l, map, "modes", &modes, &count))
        return false;
    struct rt_buf joined;
    rt_buf_init(&joined, (size_t)l->set->limits->rule_file_bytes);
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            rt_buf_addc(&joined, ' ');
        rt_buf_add(&joined, modes[i]);
    }
    *out = load_str(l, rt_buf_str(&joined));
    l->memory |= joined.failed; /* the list stood in the file, so it fits */
    rt_buf_fini(&joined);
    return !l->memory;
}
