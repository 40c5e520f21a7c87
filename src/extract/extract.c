/*
 * extract.c - an extractor: choose a format, read line after line, count.
 */
#include "config.h"

#include "extract/extract.h"

#include <stdio.h>

#include "base/alloc.h"
#include "extract/choose.h"
#include "extract/work.h"

enum { HELD_BYTES = 256 * 1024 };

/* ---- life ---- */

static const struct scan_plan *
answer_plan_new(struct rt_arena *a)
{
    static const struct {
        enum answer_slot slot;
        const char *first, *second;
    } rows[] = {
        {ANSWER_CODE, "code", NULL},
        {ANSWER_REASON, "reason", NULL},
        {ANSWER_MESSAGE, "message", NULL},
        {ANSWER_RID, "resourceId", NULL},
        {ANSWER_SID, "sid", NULL},
        {ANSWER_CNAME, "cname", NULL},
        {ANSWER_UID, "uid", NULL},
        {ANSWER_STATUS, "serverResponse", "status"},
        {ANSWER_INNER_CODE, "serverResponse", "code"},
        {ANSWER_SERVICES, "serverResponse", "subServiceStatus"},
        {ANSWER_EXTENSION, "serverResponse", "extensionServiceState"},
        {ANSWER_UPLOADING, "serverResponse", "uploadingStatus"},
        {ANSWER_SERVER, "serverResponse", NULL},
    };
    struct scan_plan *plan = scan_plan_new(a);
    for (size_t i = 0; plan != NULL && i < sizeof(rows) / sizeof(rows[0]); i++) {
        rt_str *segments = rt_arena_array(a, 2, sizeof(*segments));
        if (segments == NULL)
            return NULL;
        segments[0] = rt_str_of(rows[i].first);
        segments[1] = rt_str_of(rows[i].second);
        struct format_path path = {segments, rows[i].second == NULL ? 1 : 2};
        if (scan_plan_add(plan, &path, (unsigned)rows[i].slot, false) < 0)
            return NULL;
    }
    return plan;
}

static const struct format *
find_format(const struct rule_set *rules, const char *name)
{
    const struct format *f;
    RT_EACH (f, &rules->formats)
        if (rt_str_is(f->name, name))
            return f;
    return NULL;
}

static int
open_options(struct extract *x, struct rt_err *err)
{
    const struct extract_options *o = &x->options;
    if (o->zone != NULL && (x->zone = zone_new(o->zone, &x->arena, err)) == NULL)
        return -1;
    if (o->format == NULL)
        return 0;
    const struct format *f = find_format(x->rules, o->format);
    if (f == NULL && strcmp(o->format, "text") != 0)
        return rt_fail_here(err, RT_EUSAGE,
                            "log format \"%s\" is not known; rectrace formats list shows them",
                            o->format);
    if (f == NULL || wrap_is(f))
        return choose_fix(x, f, err);
    x->forced = f; /* what wrappers there are around it is still to be seen */
    return 0;
}

struct extract *
extract_new(const struct rule_set *rules, const struct extract_options *options,
            const struct rt_limits *limits, struct extract_sink sink, struct rt_err *err)
{
    struct extract *x = rt_calloc(1, sizeof(*x));
    if (x == NULL) {
        rt_fail_mem(err);
        return NULL;
    }
    x->rules = rules;
    x->limits = limits;
    x->options = *options;
    x->sink = sink;
    x->first_time = x->last_time = RT_TIME_NONE;
    rt_arena_init(&x->arena, 4096, 0);
    rt_arena_init(&x->told, 512, 0);
    rt_arena_init(&x->scratch, 16 * 1024, 0);
    rt_arena_init(&x->held_arena, 16 * 1024, 0);
    for (size_t i = 0; i < sizeof(x->text) / sizeof(x->text[0]); i++)
        rt_buf_init(&x->text[i], (size_t)limits->line_bytes * 2);
    rt_buf_init(&x->partial, (size_t)limits->line_bytes);
    x->answer_plan = answer_plan_new(&x->arena);
    x->secret_plan = exposed_plan_new(rules, &x->arena);
    x->cache = options->cache;
    x->own_cache = x->cache == NULL;
    if (x->own_cache)
        x->cache = route_cache_new();
    if (x->answer_plan == NULL || x->secret_plan == NULL || x->cache == NULL)
        rt_fail_mem(err);
    if (x->answer_plan == NULL || x->secret_plan == NULL || x->cache == NULL ||
        regex_memory_init(&x->regex, x->limits, err) < 0 || open_options(x, err) < 0)
        extract_free(&x);
    return x;
}

void
extract_free(struct extract **px)
{
    struct extract *x = *px;
    *px = NULL;
    if (x == NULL)
        return;
    if (x->own_cache)
        route_cache_free(&x->cache);
    prose_free(x);
    for (size_t i = 0; i < sizeof(x->text) / sizeof(x->text[0]); i++)
        rt_buf_fini(&x->text[i]);
    regex_memory_fini(&x->regex);
    for (size_t i = 0; i < x->wrap_count; i++)
        rt_buf_fini(&x->wraps[i].text);
    rt_buf_fini(&x->partial);
    RT_VEC_FREE(&x->held);
    RT_VEC_FREE(&x->held_numbers);
    RT_VEC_FREE(&x->requests);
    RT_VEC_FREE(&x->unnamed);
    RT_VEC_FREE(&x->warnings);
    rt_arena_fini(&x->held_arena);
    rt_arena_fini(&x->scratch);
    rt_arena_fini(&x->told);
    rt_arena_fini(&x->arena);
    rt_free(x);
}

/* ---- lines ---- */

static void
count(struct extract *x, int fate, rt_str line)
{
    size_t stop = 0;
    x->counts[fate]++;
    if ((fate != LINE_UNMATCHED && fate != LINE_UNDECODABLE) || x->first_unread != 0)
        return;
    choose_matches(x, x->format, x->line_plan, line, &stop);
    x->first_unread = x->line;
    x->first_unread_stop = (uint32_t)(stop > UINT32_MAX ? UINT32_MAX : stop);
    snprintf(x->first_unread_text, sizeof(x->first_unread_text), "%.*s", RT_FMT(line));
}

static int
read_line(struct extract *x, rt_str line, uint64_t number, struct rt_err *err)
{
    x->line = number;
    x->order = 0;
    x->hint.won = false;
    x->hint_url = NULL;
    x->reception.at = RT_TIME_NONE;
    if (x->format == NULL)
        return prose_line(x, line, number, err);
    struct rt_arena_mark mark = rt_arena_mark(&x->scratch);
    int fate = x->format->is_json ? line_json(x, line, err) : line_regex(x, line, err);
    /* What the format does not read may still hold a shape of the vendor. */
    if ((fate == LINE_UNMATCHED || fate == LINE_UNDECODABLE) && prose_could_matter(x, line)) {
        int found = prose_search(x, line, err);
        fate = found < 0 ? -1 : found > 0 ? LINE_EVENT : fate;
    }
    if (fate >= 0)
        count(x, fate, line);
    rt_arena_reset(&x->scratch, mark);
    return fate < 0 ? -1 : 0;
}

/* A line as it stands in the input. */
static int
read_wrapped(struct extract *x, rt_str line, uint64_t number, struct rt_err *err)
{
    rt_str inner = line;
    if (x->wrap_count == 0)
        return read_line(x, line, number, err);
    if (wrap_off(x, line, &inner) == 0) {
        x->counts[LINE_EVENT]++; /* told with the line that ends it */
        return 0;
    }
    int rc = read_line(x, inner, number, err);
    wrap_line_done(x);
    return rc;
}

/* "docker-json-file > dated > text", from outside to inside. */
static int
name_format(struct extract *x, struct rt_err *err)
{
    const char *inner = x->format != NULL ? x->format->name.p : "text";
    for (size_t i = x->wrap_count; i > 0 && inner != NULL; i--)
        inner = rt_arena_printf(&x->arena, "%.*s > %s", RT_FMT(x->wraps[i - 1].format->name),
                                inner);
    x->format_name = inner;
    return inner == NULL ? rt_fail_mem(err) : 0;
}

/* The format of what is inside the wrappers. */
static int
choose_inside(struct extract *x, struct rt_err *err)
{
    const struct format *likely = x->forced == NULL ? x->options.likely : NULL;
    size_t filled = 0;
    int read = likely == NULL ? 0 : choose_count(x, likely, x->held.v, x->held.n, 0, &filled);
    if (read > 0 && (size_t)read == filled)
        return choose_fix(x, likely, err) < 0 ? -1 : name_format(x, err);
    rt_str *raw = rt_arena_array(&x->held_arena, x->held.n, sizeof(*raw));
    if (raw == NULL)
        return rt_fail_mem(err);
    for (size_t i = 0; i < x->held.n; i++)
        raw[i] = x->held.v[i];
    if (wrap_choose(x, x->held.v, x->held.n, err) < 0)
        return -1;
    if ((x->forced != NULL ? choose_fix(x, x->forced, err) : choose_format(x, err)) < 0)
        return -1;
    for (size_t i = 0; i < x->held.n; i++)
        x->held.v[i] = raw[i];
    return name_format(x, err);
}

static int
decide(struct extract *x, struct rt_err *err)
{
    if (choose_inside(x, err) < 0)
        return -1;
    for (size_t i = 0; i < x->held.n; i++)
        if (read_wrapped(x, x->held.v[i], x->held_numbers.v[i], err) < 0)
            return -1;
    RT_VEC_FREE(&x->held);
    RT_VEC_FREE(&x->held_numbers);
    rt_arena_fini(&x->held_arena);
    return 0;
}

static int
hold(struct extract *x, rt_str line, uint64_t number, struct rt_err *err)
{
    bool ok = true;
    rt_str *slot = RT_VEC_PUSH(&x->held);
    uint64_t *at = slot == NULL ? NULL : RT_VEC_PUSH(&x->held_numbers);
    if (at == NULL)
        return rt_fail_mem(err);
    *slot = rt_arena_str(&x->held_arena, line, &ok);
    *at = number;
    if (!ok)
        return rt_fail_mem(err);
    bool enough = x->held.n >= x->limits->detect_lines || x->held_arena.held > HELD_BYTES;
    return enough ? decide(x, err) : 0;
}

int
extract_line(struct extract *x, rt_str line, uint64_t number, struct rt_err *err)
{
    return x->decided ? read_wrapped(x, line, number, err) : hold(x, line, number, err);
}

void
extract_too_long(struct extract *x, uint64_t number)
{
    if (x->counts[LINE_TOO_LONG]++ == 0)
        x->first_too_long = number;
}

int
extract_end(struct extract *x, struct rt_err *err)
{
    x->pasted = !x->decided && x->held.n <= x->limits->paste_lines;
    if (!x->decided && decide(x, err) < 0)
        return -1;
    return prose_end(x, err) < 0 ? -1 : facts_sum_up(x, err);
}

int
extract_pause(struct extract *x, struct rt_err *err)
{
    return facts_sum_up(x, err);
}

static int
ignore_event(void *arg, const struct event *e, struct rt_err *err)
{
    (void)arg, (void)e, (void)err;
    return 0;
}

int
extract_trial(const struct rule_set *rules, const struct rt_limits *limits, rt_str line,
              struct format_trial *out, size_t count, struct rt_err *err)
{
    struct extract_options none = {.path = "trial"};
    struct extract *x =
        extract_new(rules, &none, limits, (struct extract_sink){ignore_event, NULL}, err);
    if (x == NULL)
        return -1;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < count && i < rules->formats.n; i++) {
        const struct format *f = &rules->formats.v[i];
        const struct scan_plan *plan = f->is_json ? line_plan_new(rules, f, &x->scratch) : NULL;
        out[i] = (struct format_trial){.format = f};
        if (f->is_json && plan == NULL)
            rc = rt_fail_mem(err);
        else
            out[i].matched = choose_matches(x, f, plan, line, &out[i].stop);
    }
    extract_free(&x);
    return rc;
}
