#include "config.h"

#include "ingest/manifest.h"

#include <jansson.h>

#define SCHEMA "rectrace.bundle/1"

void
manifest_init(struct manifest *m)
{
    *m = (struct manifest){0};
}

void
manifest_fini(struct manifest *m)
{
    RT_VEC_FREE(&m->sessions);
    RT_VEC_FREE(&m->logs);
    RT_VEC_FREE(&m->spans);
    RT_VEC_FREE(&m->files);
    RT_VEC_FREE(&m->removed);
    RT_VEC_FREE(&m->lost);
}

/* ---- reading: only what a second analysis needs ---- */

static const char *
kept(const json_t *of, const char *key, struct rt_arena *a, bool *ok)
{
    const json_t *v = json_object_get(of, key);
    if (!json_is_string(v))
        return NULL;
    char *copy = rt_arena_strz(a, (rt_str){json_string_value(v), json_string_length(v)});
    *ok &= copy != NULL;
    return copy;
}

static rt_time
time_of(const json_t *v)
{
    struct rt_stamp stamp;
    rt_str text = json_is_string(v) ? rt_str_of(json_string_value(v)) : RT_NONE;
    return text.n > 0 && rt_time_parse(text, &stamp) == text.n ? stamp.at : RT_TIME_NONE;
}

static bool
read_spans(struct manifest *m, const json_t *list, bool hook)
{
    size_t i;
    const json_t *pair;
    json_array_foreach (list, i, pair) {
        rt_time from = time_of(json_array_get(pair, 0)), to = time_of(json_array_get(pair, 1));
        if (from == RT_TIME_NONE || to == RT_TIME_NONE || to < from)
            continue;
        struct manifest_span *slot = RT_VEC_PUSH(&m->spans);
        if (slot == NULL)
            return false;
        *slot = (struct manifest_span){hook, from, to};
    }
    return true;
}

static bool
read_logs(struct manifest *m, const json_t *list, struct rt_arena *a)
{
    bool ok = true;
    size_t i;
    const json_t *of;
    json_array_foreach (list, i, of) {
        struct manifest_log log = {kept(of, "name", a, &ok), kept(of, "format", a, &ok),
                                   kept(of, "zone", a, &ok)};
        struct manifest_log *slot = log.name == NULL ? NULL : RT_VEC_PUSH(&m->logs);
        if (slot != NULL)
            *slot = log;
        ok &= log.name == NULL || slot != NULL;
    }
    return ok;
}

int
manifest_read(struct manifest *m, rt_str text, struct rt_arena *a, struct rt_err *err)
{
    json_t *root = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, NULL);
    const char *schema = json_string_value(json_object_get(root, "schema"));
    int rc = 0;
    if (schema != NULL && strcmp(schema, SCHEMA) == 0) {
        const json_t *cover = json_object_get(root, "coverage");
        bool ok = read_logs(m, json_object_get(root, "logs"), a) &&
                  read_spans(m, json_object_get(cover, "api"), false) &&
                  read_spans(m, json_object_get(cover, "webhook"), true);
        rc = ok ? 1 : rt_fail_mem(err);
    }
    json_decref(root);
    return rc;
}

/* ---- writing ---- */

static json_t *
texts(const char *const *v, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_string(v[i]));
    return list;
}

static json_t *
logs(const struct manifest *m)
{
    json_t *list = json_array();
    for (size_t i = 0; i < m->logs.n; i++)
        json_array_append_new(list, json_pack("{s:s, s:s*, s:s*}", "name", m->logs.v[i].name,
                                              "format", m->logs.v[i].format, "zone",
                                              m->logs.v[i].zone));
    return list;
}

static json_t *
spans(const struct manifest *m, bool hook)
{
    json_t *list = json_array();
    char from[RT_TIME_MAX], to[RT_TIME_MAX];
    for (size_t i = 0; i < m->spans.n; i++)
        if (m->spans.v[i].hook == hook)
            json_array_append_new(list,
                                  json_pack("[s, s]", rt_time_rfc3339(m->spans.v[i].from, from),
                                            rt_time_rfc3339(m->spans.v[i].to, to)));
    return list;
}

static json_t *
files(const struct manifest *m)
{
    json_t *list = json_array();
    for (size_t i = 0; i < m->files.n; i++)
        json_array_append_new(list, json_pack("{s:s, s:I, s:s}", "name", m->files.v[i].name,
                                              "bytes", (json_int_t)m->files.v[i].bytes,
                                              "sha256", m->files.v[i].sha256));
    return list;
}

static json_t *
removed(const struct manifest *m)
{
    json_t *map = json_object();
    for (size_t i = 0; i < m->removed.n; i++)
        json_object_set_new(map, m->removed.v[i].kind,
                            json_integer((json_int_t)m->removed.v[i].count));
    return map;
}

static int
add_bytes(const char *p, size_t n, void *arg)
{
    struct rt_buf *b = arg;
    rt_buf_add(b, (rt_str){p, n});
    return b->failed ? -1 : 0;
}

int
manifest_write(const struct manifest *m, struct rt_buf *b, struct rt_err *err)
{
    json_t *root = json_pack(
        "{s:s, s:s, s:{s:s, s:s}, s:s, s:o, s:{s:I, s:I}, s:o, s:{s:o, s:o}, s:o, s:o, s:o}",
        "schema", SCHEMA, "tool", m->tool, "rules", "version", m->rules, "sha256",
        m->rules_sha256, "redaction", m->profile, "sessions",
        texts(m->sessions.v, m->sessions.n), "lines", "read", (json_int_t)m->lines, "kept",
        (json_int_t)m->lines_kept, "logs", logs(m), "coverage", "api", spans(m, false),
        "webhook", spans(m, true), "removed", removed(m), "findings_lost",
        texts(m->lost.v, m->lost.n), "files", files(m));
    int rc = root == NULL ? -1 : json_dump_callback(root, add_bytes, b, JSON_INDENT(2));
    json_decref(root);
    rt_buf_addc(b, '\n');
    return rc < 0 || b->failed ? rt_fail_mem(err) : 0;
}
