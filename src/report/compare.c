#include "config.h"

#include "report/compare.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/map.h"
#include "ingest/archive.h"
#include "report/json.h"
#include "report/layout.h"
#include "report/redact.h"

const char *const change_names[CHANGE__COUNT] = {"new", "worse", "gone", "better", "same"};

/* ---- reading ---- */

static bool
is_report(const json_t *doc)
{
    const char *schema = json_string_value(json_object_get(doc, "schema"));
    return schema != NULL &&
           strncmp(schema, "rectrace.report/1", strlen("rectrace.report/1")) == 0;
}

/* The report inside of a bundle. */
static json_t *
load_member(const char *path, json_error_t *wrong, struct rt_err *err)
{
    struct archive_content *bundle = archive_open(path, &rt_limits_default, err);
    struct rt_buf text;
    rt_buf_init(&text, SIZE_MAX / 2);
    for (size_t i = 0; bundle != NULL && i < bundle->members.n; i++) {
        const struct feed_source *from = &bundle->members.v[i].part->source;
        void *state = strcmp(bundle->members.v[i].name, "report.json") == 0
                          ? from->open(from->arg, err)
                          : NULL;
        char block[8192];
        ssize_t n = 0;
        while (state != NULL && (n = from->read(state, block, sizeof(block))) > 0)
            rt_buf_add(&text, (rt_str){block, (size_t)n});
        if (state != NULL)
            from->close(state);
    }
    json_t *doc =
        text.failed ? NULL : json_loadb(rt_buf_z(&text), text.n, JSON_REJECT_DUPLICATES, wrong);
    archive_close(&bundle);
    rt_buf_fini(&text);
    return doc;
}

static json_t *
load(const char *path, struct rt_err *err)
{
    json_error_t wrong = {.line = -1};
    json_t *doc = archive_is(path) ? load_member(path, &wrong, err)
                                   : json_load_file(path, JSON_REJECT_DUPLICATES, &wrong);
    if (doc == NULL && wrong.line < 0) {
        rt_fail_here(err, RT_EIO, "%s: cannot be read", path);
    } else if (doc == NULL) {
        struct rt_pos pos = {path, (uint32_t)wrong.line,
                             (uint32_t)(wrong.column > 0 ? wrong.column : 1)};
        rt_fail(err, RT_ESYNTAX, pos,
                "no report of rectrace, and not JSON (%s); write one with rectrace analyze "
                "--format json",
                wrong.text);
    } else if (!is_report(doc)) {
        struct rt_pos pos = {path, 1, 1};
        rt_fail(err, RT_ESYNTAX, pos,
                "no report of rectrace; write one with rectrace analyze --format json");
        json_decref(doc);
        doc = NULL;
    }
    return doc;
}

static rt_str
text_of(const json_t *object, const char *key)
{
    const char *z = json_string_value(json_object_get(object, key));
    return z == NULL ? RT_NONE : rt_str_of(z);
}

struct gathering {
    struct comparison *c;
    struct rt_map rows; /* id -> 1 + place, as a pointer */
};

static struct compare_row *
row_of(struct gathering *g, rt_str id)
{
    size_t at = (size_t)(uintptr_t)rt_map_get(&g->rows, id);
    if (at > 0)
        return &g->c->rows.v[at - 1];
    bool ok = true;
    rt_str kept = rt_arena_str(&g->c->arena, id, &ok);
    struct compare_row *row = ok ? RT_VEC_PUSH(&g->c->rows) : NULL;
    if (row == NULL || rt_map_put(&g->rows, kept, (void *)(uintptr_t)g->c->rows.n) < 0)
        return NULL;
    *row = (struct compare_row){.id = kept};
    return row;
}

static int
gather(struct gathering *g, const json_t *doc, bool newer)
{
    size_t i;
    json_t *f;
    json_array_foreach (json_object_get(doc, "findings"), i, f) {
        enum severity severity = SEVERITY_NONE;
        struct compare_row *row = row_of(g, text_of(f, "id"));
        bool ok = true;
        if (row == NULL)
            return -1;
        struct compare_side *side = newer ? &row->new : &row->old;
        severity_parse(text_of(f, "severity"), &severity);
        side->severity = severity > side->severity ? severity : side->severity;
        side->sessions += json_is_string(json_object_get(f, "session"));
        side->count += (uint64_t)json_integer_value(json_object_get(f, "count"));
        if (newer || row->say.n == 0)
            row->say = rt_arena_str(&g->c->arena, text_of(f, "say"), &ok);
        if (!ok)
            return -1;
    }
    return 0;
}

/* ---- judging ---- */

/* Is `a` of `of_a` sessions a larger share than `b` of `of_b`? */
static bool
share_grows(uint64_t b, uint64_t of_b, uint64_t a, uint64_t of_a)
{
    return (double)a * (double)(of_b == 0 ? 1 : of_b) >
           (double)b * (double)(of_a == 0 ? 1 : of_a);
}

static enum change
change_of(const struct comparison *c, const struct compare_row *r)
{
    if (r->old.severity == SEVERITY_NONE)
        return CHANGE_NEW;
    if (r->new.severity == SEVERITY_NONE)
        return CHANGE_GONE;
    if (r->new.severity != r->old.severity)
        return r->new.severity > r->old.severity ? CHANGE_WORSE : CHANGE_BETTER;
    uint64_t old = r->old.sessions > 0 ? r->old.sessions : r->old.count,
             new = r->new.sessions > 0 ? r->new.sessions : r->new.count;
    if (new > old && share_grows(old, c->old_sessions, new, c->new_sessions))
        return CHANGE_WORSE;
    if (new < old && share_grows(new, c->new_sessions, old, c->old_sessions))
        return CHANGE_BETTER;
    return CHANGE_SAME;
}

static enum severity
worst_of(const struct compare_row *r)
{
    return r->new.severity > r->old.severity ? r->new.severity : r->old.severity;
}

static int
by_change(const void *a, const void *b)
{
    const struct compare_row *x = a, *y = b;
    if (x->change != y->change)
        return x->change < y->change ? -1 : 1;
    if (worst_of(x) != worst_of(y))
        return worst_of(x) > worst_of(y) ? -1 : 1;
    return rt_str_cmp(x->id, y->id);
}

int
comparison_read(struct comparison *c, const char *old_path, const char *new_path,
                struct rt_err *err)
{
    struct gathering g = {.c = c};
    *c = (struct comparison){0};
    rt_arena_init(&c->arena, 16 * 1024, 0);
    rt_map_init(&g.rows);
    json_t *old = load(old_path, err), *new = old == NULL ? NULL : load(new_path, err);
    int rc = new == NULL ? -1 : 0;
    if (rc == 0) {
        c->old_sessions = json_array_size(json_object_get(old, "sessions"));
        c->new_sessions = json_array_size(json_object_get(new, "sessions"));
        if (gather(&g, old, false) < 0 || gather(&g, new, true) < 0)
            rc = rt_fail_mem(err);
    }
    struct compare_row *r;
    RT_EACH (r, &c->rows)
        r->change = change_of(c, r);
    if (c->rows.n > 1)
        qsort(c->rows.v, c->rows.n, sizeof(*c->rows.v), by_change);
    json_decref(old);
    json_decref(new);
    rt_map_fini(&g.rows);
    return rc;
}

void
comparison_fini(struct comparison *c)
{
    RT_VEC_FREE(&c->rows);
    rt_arena_fini(&c->arena);
}

enum severity
comparison_worst(const struct comparison *c)
{
    enum severity worst = SEVERITY_NONE;
    const struct compare_row *r;
    RT_EACH (r, &c->rows)
        if ((r->change == CHANGE_NEW || r->change == CHANGE_WORSE) && r->new.severity > worst)
            worst = r->new.severity;
    return worst;
}

/* ---- telling ---- */

static void
side_text(struct out *o, const struct compare_side *s, uint64_t sessions)
{
    if (s->severity == SEVERITY_NONE)
        out_raw(o, "not found");
    else if (s->sessions > 0)
        out_fmt(o, "%llu of %llu session%s", (unsigned long long)s->sessions,
                (unsigned long long)sessions, rt_plural(sessions));
    else
        out_fmt(o, "%llu time%s", (unsigned long long)s->count, rt_plural(s->count));
}

void
comparison_text(const struct comparison *c, const struct writer_options *w, struct out *o)
{
    const struct layout l = {o, w};
    size_t counts[CHANGE__COUNT] = {0}, shown = 0;
    const struct compare_row *r;
    RT_EACH (r, &c->rows)
        counts[r->change]++;
    for (int i = 0; i < CHANGE__COUNT; i++)
        out_fmt(o, "%s%zu %s", i > 0 ? "  " : "", counts[i], change_names[i]);
    out_fmt(o, "   of %zu finding%s; sessions %llu, then %llu\n", c->rows.n,
            rt_plural(c->rows.n), (unsigned long long)c->old_sessions,
            (unsigned long long)c->new_sessions);
    RT_EACH (r, &c->rows) {
        if (r->change == CHANGE_SAME && !w->all)
            continue;
        shown++;
        bool bad = r->change == CHANGE_NEW || r->change == CHANGE_WORSE;
        out_char(o, '\n');
        layout_paint_on(&l, bad ? severity_paint(r->new.severity) : PAINT_GOOD);
        out_fmt(o, " %-7s", change_names[r->change]);
        layout_paint_off(&l, bad ? severity_paint(r->new.severity) : PAINT_GOOD);
        out_fmt(o, "%-9s", severity_name(worst_of(r)));
        layout_paint_on(&l, PAINT_BOLD);
        out_tty(o, r->id);
        layout_paint_off(&l, PAINT_BOLD);
        out_raw(o, "\n         ");
        side_text(o, &r->old, c->old_sessions);
        out_raw(o, ", now ");
        side_text(o, &r->new, c->new_sessions);
        out_char(o, '\n');
        if (bad) {
            out_raw(o, "         ");
            layout_wrapped(&l, r->say, 9, 9);
        }
    }
    if (shown == 0)
        out_raw(o, "\nNothing is new, gone, worse or better.\n");
}

static void
side_json(struct out *o, const char *name, const struct compare_side *s)
{
    out_fmt(o, ", \"%s\": ", name);
    if (s->severity == SEVERITY_NONE)
        out_raw(o, "null");
    else
        out_fmt(o, "{ \"severity\": \"%s\", \"sessions\": %llu, \"count\": %llu }",
                severity_name(s->severity), (unsigned long long)s->sessions,
                (unsigned long long)s->count);
}

void
comparison_json(const struct comparison *c, struct out *o)
{
    const struct compare_row *r;
    bool any = false;
    out_fmt(o,
            "{\n  \"schema\": \"rectrace.diff/1\",\n  \"sessions\": { \"old\": %llu, \"new\": "
            "%llu },\n  \"findings\": [",
            (unsigned long long)c->old_sessions, (unsigned long long)c->new_sessions);
    RT_EACH (r, &c->rows) {
        out_raw(o, any ? ",\n    { \"id\": " : "\n    { \"id\": ");
        any = true;
        out_json(o, r->id);
        out_fmt(o, ", \"change\": \"%s\"", change_names[r->change]);
        side_json(o, "old", &r->old);
        side_json(o, "new", &r->new);
        out_raw(o, ", \"say\": ");
        redact_write(o, r->say, out_json);
        out_raw(o, " }");
    }
    out_raw(o, " ]\n}\n");
}
