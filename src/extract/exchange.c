/*
 * exchange.c - calls that stand inside of documents and of text: objects in which a JSON format finds
 * URL and answer, rows of a table with a header.
 */
#include "config.h"

#include <string.h>

#include "extract/work.h"

enum { SEARCH_DEPTH = 12, COLUMNS_MOST = 64, COLUMNS_LEAST = 3 };

static const struct scan_plan *
plan_of(struct extract *x, size_t format)
{
    if (x->object_plans == NULL)
        x->object_plans =
            rt_arena_array(&x->arena, x->rules->formats.n, sizeof(struct scan_plan *));
    if (x->object_plans == NULL)
        return NULL;
    if (x->object_plans[format] == NULL)
        x->object_plans[format] =
            line_plan_new(x->rules, &x->rules->formats.v[format], &x->arena);
    return x->object_plans[format];
}

static bool
is_url(const struct scan_value *v)
{
    return v->type == SCAN_STRING && route_mentioned(v->text);
}

static bool
is_answered(const struct scan_value *values)
{
    return values[FORMAT_HTTP].type != SCAN_NONE ||
           values[FORMAT_RESPONSE].type == SCAN_OBJECT ||
           values[FORMAT_RESPONSE].type == SCAN_STRING;
}

/* Evidence has the line on which the object begins. */
static void
count_lines(struct extract *x, const char *at)
{
    struct piece_cursor *c = &x->piece;
    if (c->at == NULL || at < c->at || at > c->end)
        return;
    for (; c->at < at; c->at++)
        c->line += *c->at == '\n';
    x->line = c->line;
}

/* The object itself, by the first JSON format that finds a URL of the API in it. `answered`: only with
 * what came back; what has asked only may hold the answer deeper. */
static int
read_object(struct extract *x, rt_str object, bool answered, struct rt_err *err)
{
    const struct format *mine = x->format;
    for (size_t i = 0; i < x->rules->formats.n; i++) {
        const struct format *f = &x->rules->formats.v[i];
        struct scan_value values[SLOT__COUNT];
        if (!f->is_json || wrap_is(f) || !line_may_be_of(f, object))
            continue;
        const struct scan_plan *plan = plan_of(x, i);
        if (plan == NULL)
            return rt_fail_mem(err);
        if (!line_fits_json(plan, object, values, x->limits, NULL) ||
            !is_url(&values[FORMAT_URL]) || is_answered(values) != answered)
            continue;
        count_lines(x, object.p);
        x->format = f;
        int fate = call_read(x, values, object, err);
        x->format = mine;
        if (fate < 0 || fate == LINE_EVENT)
            return fate < 0 ? -1 : 1;
    }
    return 0;
}

/* What stands deeper has the time of the object around it. */
static void
note_object_time(struct extract *x, rt_str object)
{
    struct scan_value values[SLOT__COUNT];
    struct rt_stamp stamp;
    for (size_t i = 0; i < x->rules->formats.n; i++) {
        const struct format *f = &x->rules->formats.v[i];
        if (!f->is_json || wrap_is(f) || f->path_count[FORMAT_TIME] == 0)
            continue;
        const struct scan_plan *plan = plan_of(x, i);
        if (plan != NULL && line_fits_json(plan, object, values, x->limits, NULL) &&
            (values[FORMAT_TIME].type == SCAN_STRING ||
             values[FORMAT_TIME].type == SCAN_NUMBER) &&
            rt_time_parse(values[FORMAT_TIME].text, &stamp) > 0) {
            work_note_time(x, &stamp);
            x->outer = (struct outer_time){.known = true, .coarse = stamp.digits == 0};
            x->outer.at = work_stamp_time(x, &stamp, &x->outer.zoned);
        }
        return;
    }
}

static int
search(struct extract *x, rt_str value, unsigned depth, struct rt_err *err)
{
    rt_str key;
    struct scan_value v;
    size_t at = 0;
    int found = 0;
    if (depth > SEARCH_DEPTH || !route_mentioned(value))
        return 0;
    if (value.p[0] == '{' && (found = read_object(x, value, true, err)) != 0)
        return found;
    if (value.p[0] == '{')
        note_object_time(x, value);
    while (scan_member(value, &at, (unsigned)x->limits->json_depth, &key, &v) == 1) {
        /* Text mode searches texts on its own. */
        bool text = v.type == SCAN_STRING && x->format != NULL && depth > 0 && is_url(&v);
        if (v.type != SCAN_OBJECT && v.type != SCAN_ARRAY && !text)
            continue;
        int one = text ? prose_search(x, work_keep_whole(x, work_text(x, &v, 2)), err)
                       : search(x, v.text, depth + 1, err);
        if (one < 0)
            return -1;
        found += one;
    }
    return found == 0 && value.p[0] == '{' ? read_object(x, value, false, err) : found;
}

int
exchange_search(struct extract *x, rt_str value, struct rt_err *err)
{
    return value.n == 0 ? 0 : search(x, value, 0, err);
}

/* ---- tables ---- */

struct row {
    rt_str cells[COLUMNS_MOST];
    size_t count;
    bool quoted[COLUMNS_MOST];
};

/* RFC 4180; a quoted cell keeps its doubled quotes. */
static bool
split(rt_str line, struct row *out)
{
    size_t i = 0;
    out->count = 0;
    while (out->count < COLUMNS_MOST) {
        bool quoted = i < line.n && line.p[i] == '"';
        size_t begin = quoted ? ++i : i;
        while (i < line.n &&
               (quoted ? line.p[i] != '"' || (i + 1 < line.n && line.p[i + 1] == '"')
                       : line.p[i] != ','))
            i += quoted && line.p[i] == '"' ? 2 : 1;
        out->quoted[out->count] = quoted;
        out->cells[out->count++] = (rt_str){line.p + begin, i > line.n ? 0 : i - begin};
        i += quoted;
        if (i >= line.n)
            return out->count >= COLUMNS_LEAST;
        if (line.p[i] != ',')
            return false;
        i++;
    }
    return false;
}

static bool
is_name(rt_str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= 'A' && s.p[i] <= 'Z') ||
              (s.p[i] >= '0' && s.p[i] <= '9') || strchr("_.@ -", s.p[i]) != NULL))
            return false;
    return s.n > 0 && s.n < 64;
}

static bool
is_header(const struct row *r)
{
    for (size_t i = 0; i < r->count; i++)
        if (!is_name(r->cells[i]))
            return false;
    return true;
}

static void
put_cell(struct rt_buf *b, rt_str cell, bool quoted)
{
    int64_t n = 0;
    if (!quoted && cell.n < 18 && rt_str_int(cell, &n)) {
        rt_buf_add(b, cell);
        return;
    }
    rt_buf_addc(b, '"');
    for (size_t i = 0; i < cell.n; i++) {
        if (cell.p[i] == '"' || cell.p[i] == '\\')
            rt_buf_addc(b, '\\');
        rt_buf_addc(b, (unsigned char)cell.p[i] < 0x20 ? ' ' : cell.p[i]);
        if (quoted && cell.p[i] == '"')
            i++;
    }
    rt_buf_addc(b, '"');
}

int
exchange_row(struct extract *x, rt_str line, struct rt_err *err)
{
    struct row row, names;
    line = rt_str_trim(line);
    if (x->table_header.n == 0) {
        bool ok = true;
        if (x->table_tried || line.n == 0)
            return 0;
        x->table_tried = true; /* a header is the first line, or none */
        if (split(line, &row) && is_header(&row))
            x->table_header = rt_arena_str(&x->arena, line, &ok);
        return ok ? 0 : rt_fail_mem(err);
    }
    if (!route_mentioned(line) || !split(line, &row) || !split(x->table_header, &names) ||
        row.count != names.count)
        return 0;
    rt_buf_clear(&x->text[3]);
    for (size_t i = 0; i < row.count; i++) {
        rt_buf_add(&x->text[3], i == 0 ? RT_LIT("{\"") : RT_LIT(",\""));
        rt_buf_add(&x->text[3], names.cells[i]);
        rt_buf_add(&x->text[3], RT_LIT("\":"));
        put_cell(&x->text[3], row.cells[i], row.quoted[i]);
    }
    rt_buf_addc(&x->text[3], '}');
    return exchange_search(x, work_keep_whole(x, rt_buf_str(&x->text[3])), err);
}
