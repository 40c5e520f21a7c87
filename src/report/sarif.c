/*
 * sarif.c - findings as results of a static analysis (SARIF 2.1.0, OASIS), for code hosts.
 */
#include "config.h"

#include <string.h>

#include "base/map.h"
#include "base/vec.h"
#include "report/json.h"
#include "report/redact.h"
#include "report/writer.h"

struct sarif_rules { /* each id once, in the order of its first finding */
    RT_VEC(const struct finding *) first;
    struct rt_map index; /* id -> 1 + its place, as a pointer */
};

static const char *
level(enum severity s)
{
    return s >= SEVERITY_ERROR ? "error" : s == SEVERITY_WARNING ? "warning" : "note";
}

static void
message(struct out *o, const char *key, rt_str text)
{
    out_fmt(o, "\"%s\": { \"text\": ", key);
    redact_write(o, text, out_json);
    out_raw(o, " }");
}

static int
gather(struct sarif_rules *rules, const struct report *r)
{
    for (size_t i = 0; i < r->finding_count; i++) {
        const struct finding *f = r->findings[i];
        if (rt_map_get(&rules->index, f->id) != NULL)
            continue;
        const struct finding **slot = RT_VEC_PUSH(&rules->first);
        /* The value stands for a place: never NULL, never followed. */
        if (slot == NULL ||
            rt_map_put(&rules->index, f->id, (void *)(uintptr_t)rules->first.n) < 0)
            return -1;
        *slot = f;
    }
    return 0;
}

static void
rule(struct out *o, const struct finding *f)
{
    out_raw(o, "          { \"id\": ");
    out_json(o, f->id);
    out_raw(o, ", ");
    message(o, "shortDescription", f->why.n > 0 ? f->why : f->id);
    out_raw(o, ", ");
    message(o, "help", f->fix.n > 0 ? f->fix : f->id);
    out_fmt(o, ", \"defaultConfiguration\": { \"level\": \"%s\" } }", level(f->severity));
}

/* A path as a URI: one from the root names its scheme. */
static void
uri(struct out *o, rt_str path)
{
    out_raw(o, path.n > 0 && path.p[0] == '/' ? "\"file://" : "\"");
    for (size_t i = 0; i < path.n; i++) {
        char c = path.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                     (c >= '0' && c <= '9') || (c != '\0' && strchr("-._~/", c) != NULL);
        if (plain)
            out_char(o, c);
        else
            out_fmt(o, "%%%02X", (unsigned char)c);
    }
    out_char(o, '"');
}

static void
location(struct out *o, const struct report *r, const struct finding_evidence *e)
{
    out_raw(o, "{ \"physicalLocation\": { \"artifactLocation\": { \"uri\": ");
    redact_write(o, r->inputs[e->input].path, uri);
    out_fmt(o, " }, \"region\": { \"startLine\": %llu } } }",
            (unsigned long long)(e->line > 0 ? e->line : 1));
}

static void
locations(struct out *o, const struct report *r, const struct finding *f)
{
    size_t n = 0;
    out_raw(o, "\"locations\": [");
    for (size_t i = 0; i < f->evidence_count && n == 0; i++)
        if (f->evidence[i].input < r->input_count && n++ == 0)
            location(o, r, &f->evidence[i]);
    out_raw(o, "], \"relatedLocations\": [");
    n = 0;
    for (size_t i = 1; i < f->evidence_count; i++)
        if (f->evidence[i].input < r->input_count) {
            out_raw(o, n++ > 0 ? ", " : "");
            location(o, r, &f->evidence[i]);
        }
    out_char(o, ']');
}

static void
result(struct out *o, const struct report *r, const struct sarif_rules *rules,
       const struct finding *f)
{
    size_t index = (size_t)(uintptr_t)rt_map_get(&rules->index, f->id) - 1;
    out_raw(o, "        { \"ruleId\": ");
    out_json(o, f->id);
    out_fmt(o, ", \"ruleIndex\": %zu, \"level\": \"%s\", ", index, level(f->severity));
    message(o, "message", f->say);
    out_raw(o, ", ");
    locations(o, r, f);
    out_fmt(o, ", \"occurrenceCount\": %u, \"partialFingerprints\": { \"session/v1\": ",
            f->count > 0 ? f->count : 1);
    redact_write(o, f->session.n > 0 ? f->session : f->app_id, out_json);
    out_fmt(o, " }, \"properties\": { \"severity\": \"%s\", \"confidence\": \"%s\" } }",
            severity_name(f->severity), confidence_name(f->confidence));
}

static void
document(struct out *o, const struct report *r, const struct sarif_rules *rules)
{
    out_raw(
        o,
        "{\n  \"$schema\": \"https://json.schemastore.org/sarif-2.1.0.json\",\n  \"version\": "
        "\"2.1.0\",\n"
        "  \"runs\": [\n    { \"tool\": { \"driver\": { \"name\": \"rectrace\", \"version\": ");
    out_json(o, rt_str_of(r->version));
    out_raw(o, ", \"rules\": [");
    for (size_t i = 0; i < rules->first.n; i++) {
        out_raw(o, i > 0 ? ",\n" : "\n");
        rule(o, rules->first.v[i]);
    }
    out_raw(o, " ] } },\n      \"columnKind\": \"unicodeCodePoints\",\n      \"results\": [");
    for (size_t i = 0; i < r->finding_count; i++) {
        out_raw(o, i > 0 ? ",\n" : "\n");
        result(o, r, rules, r->findings[i]);
    }
    out_raw(o, " ] }\n  ]\n}\n");
}

static int
write_sarif(const struct report *r, const struct writer_options *w, struct out *o,
            struct rt_err *err)
{
    struct sarif_rules rules = {0};
    (void)w;
    rt_map_init(&rules.index);
    int rc = gather(&rules, r);
    if (rc == 0)
        document(o, r, &rules);
    rt_map_fini(&rules.index);
    RT_VEC_FREE(&rules.first);
    return rc < 0 ? rt_fail_mem(err) : 0;
}

extern const struct writer writer_sarif;
const struct writer writer_sarif = {
    .name = "sarif",
    .title = "SARIF 2.1.0, for code hosts",
    .media_type = "application/sarif+json",
    .passed_on = true,
    .write = write_sarif,
};
