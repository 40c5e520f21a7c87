/*
 * line.c - one record read by one format.
 */
#include "config.h"

#include <stdio.h>

#include "extract/work.h"
#include "rules/condition.h"

static const struct {
    enum line_slot slot;
    const char *key;
} bare_rows[] = {
    {SLOT_RID, "resourceId"},
    {SLOT_SID, "sid"},
    {SLOT_CODE, "code"},
    {SLOT_REASON, "reason"},
    {SLOT_SERVER, "serverResponse"},
    {SLOT_GATEWAY, "message"},
};

/* Some loggers have an object where others have the text: {"url": {"full": ...}}. */
static bool
is_scalar(unsigned part)
{
    return part == FORMAT_TIME || part == FORMAT_URL || part == FORMAT_METHOD ||
           part == FORMAT_HTTP || part == FORMAT_MESSAGE;
}

struct scan_plan *
line_plan_new(const struct rule_set *rules, const struct format *f, struct rt_arena *a)
{
    struct scan_plan *plan = scan_plan_new(a);
    int rc = plan == NULL ? -1 : 0;
    for (unsigned part = 0; part < FORMAT__PARTS; part++)
        for (size_t i = 0; rc == 0 && i < f->path_count[part]; i++)
            rc = scan_plan_add(plan, &f->paths[part][i], part, is_scalar(part));
    static const struct {
        enum line_slot slot;
        enum envelope_part part;
    } hooks[] = {{SLOT_ENVELOPE_TYPE, ENVELOPE_TYPE},
                 {SLOT_ENVELOPE_DETAILS, ENVELOPE_DETAILS},
                 {SLOT_ENVELOPE_NAME, ENVELOPE_NAME}};
    const struct hook_envelope *e = &rules->envelope;
    for (size_t k = 0; k < sizeof(hooks) / sizeof(hooks[0]); k++)
        for (size_t i = 0; rc == 0 && i < e->path_count[hooks[k].part]; i++)
            rc = scan_plan_add(plan, &e->paths[hooks[k].part][i], (unsigned)hooks[k].slot,
                               false);
    for (size_t k = 0; rc == 0 && k < sizeof(bare_rows) / sizeof(bare_rows[0]); k++) {
        rt_str *segment = rt_arena_alloc(a, sizeof(*segment));
        if (segment == NULL)
            return NULL;
        *segment = rt_str_of(bare_rows[k].key);
        rc = scan_plan_add(plan, &(struct format_path){segment, 1}, (unsigned)bare_rows[k].slot,
                           false);
    }
    return rc < 0 || scan_plan_learn(plan) < 0 ? NULL : plan;
}

bool
line_fits_json(const struct scan_plan *plan, rt_str line, struct scan_value *values,
               const struct rt_limits *limits, struct scan_hint *hint)
{
    size_t n =
        scan_plan_run(plan, line, (unsigned)limits->json_depth, hint, values, SLOT__COUNT);
    /* What follows the object must be blank or a comma (a line of an array). */
    rt_str rest = n == 0 ? RT_NONE : rt_str_trim(rt_str_from(line, n));
    return n > 0 && (rest.n == 0 || rt_str_is(rest, ",") || rt_str_is(rest, "]"));
}

/* The URL was read: its last healthy answer is what a poll says again. */
static rt_str
expect_answer(void *arg, const struct scan_value *url)
{
    struct extract *x = arg;
    x->hint_slot =
        url->type == SCAN_STRING && !url->escaped ? route_cache_get(x->cache, url->text) : NULL;
    x->hint_url = url->text.p;
    return x->hint_slot == NULL || x->hint_slot->body_n == 0
               ? RT_NONE
               : (rt_str){x->hint_slot->body, x->hint_slot->body_n};
}

enum { SAMPLED_ALL = 1024, SAMPLED_EACH = 64 };

/* A line that cannot matter is read all the same, of a long log now and then: its time tells how far the log reaches. */
static bool
is_sampled(const struct extract *x)
{
    uint64_t n = x->counts[LINE_IGNORED];
    return x->first_time == RT_TIME_NONE || n < SAMPLED_ALL || n % SAMPLED_EACH == 0;
}

/* Answers that wait for their request's id carry no word of ours: then every line matters. */
static bool
is_foreign(struct extract *x, rt_str line)
{
    return x->literals != NULL && x->requests.n == 0 && line.p[0] == '{' &&
           !literals_near(x->literals, line, &x->literal_near);
}

int
line_json(struct extract *x, rt_str line, struct rt_err *err)
{
    struct scan_value values[SLOT__COUNT];
    rt_str text = rt_str_trim(line);
    if (text.n == 0 || rt_str_is(text, "[") || rt_str_is(text, "]"))
        return LINE_IGNORED;
    if (text.p[0] == '[')
        text = rt_str_from(text, 1);
    bool foreign = text.n > 0 && is_foreign(x, text);
    if (foreign && !is_sampled(x))
        return LINE_IGNORED;
    x->hint = (struct scan_hint){.key_slot = FORMAT_URL,
                                 .value_slot = FORMAT_RESPONSE,
                                 .expect = expect_answer,
                                 .arg = x};
    x->hint_url = NULL;
    if (!line_fits_json(x->line_plan, text, values, x->limits, &x->hint))
        return text.p[0] == '{' ? LINE_UNDECODABLE : LINE_UNMATCHED;
    /* While no line had a time, what looks foreign may be all there is: an answer that was noted down by itself. */
    int fate = foreign && x->first_time != RT_TIME_NONE ? LINE_IGNORED
                                                        : call_read(x, values, text, err);
    if (fate == LINE_IGNORED && values[FORMAT_TIME].type != SCAN_NONE && is_sampled(x)) {
        struct rt_stamp stamp;
        if (rt_time_parse(values[FORMAT_TIME].text, &stamp) > 0)
            work_note_time(x, &stamp);
    }
    return fate;
}

static void
note_limit(struct extract *x, const struct format *f)
{
    if (x->limit_hits++ == 0)
        snprintf(x->limit_pattern, sizeof(x->limit_pattern), "\"%.*s\" (%s:%u)",
                 RT_FMT(f->name), f->pos.file == NULL ? "built in" : f->pos.file, f->pos.line);
}

bool
line_may_be_of(const struct format *f, rt_str text)
{
    for (size_t i = 0; i < f->literal_count; i++)
        if (rt_str_find(text, f->literals[i]) != SIZE_MAX)
            return true;
    return f->literal_count == 0;
}

rt_str
line_group(const PCRE2_SIZE *ovector, int rc, rt_str line, int number)
{
    if (number < 0 || number >= rc || ovector[2 * number] == PCRE2_UNSET)
        return RT_NONE;
    return (rt_str){line.p + ovector[2 * number],
                    ovector[2 * number + 1] - ovector[2 * number]};
}

static void
note_line_time(struct extract *x, rt_str text)
{
    struct rt_stamp stamp;
    if (call_stamp(x, x->format, text, &stamp) > 0)
        work_note_time(x, &stamp);
}

int
line_regex(struct extract *x, rt_str line, struct rt_err *err)
{
    const struct format *f = x->format;
    bool matters = x->literals == NULL || literals_near(x->literals, line, &x->literal_near);
    if (!matters && !is_sampled(x))
        return LINE_IGNORED;
    int rc = regex_match(f->re, line, &x->regex);
    if (regex_is_limit(rc)) {
        note_limit(x, f);
        return LINE_UNDECODABLE;
    }
    if (rc <= 0)
        return matters || rt_str_trim(line).n > 0 ? LINE_UNMATCHED : LINE_IGNORED;
    const PCRE2_SIZE *ovector = pcre2_get_ovector_pointer(x->regex.match);
    struct scan_value parts[SLOT__COUNT] = {{SCAN_NONE, RT_NONE, false}};
    for (int i = 0; i < FORMAT__PARTS; i++) {
        rt_str text = line_group(ovector, rc, line, f->group[i]);
        if (text.p == NULL)
            continue;
        parts[i] = (struct scan_value){SCAN_STRING, text, false};
        if ((i == FORMAT_RESPONSE || i == FORMAT_REQUEST || i == FORMAT_HOOK) && text.n > 0 &&
            text.p[0] == '{')
            parts[i].type = SCAN_OBJECT;
    }
    if (parts[FORMAT_TIME].type != SCAN_NONE && (!matters || x->first_time == RT_TIME_NONE))
        note_line_time(x, parts[FORMAT_TIME].text);
    return matters ? call_read(x, parts, RT_NONE, err) : LINE_IGNORED;
}
