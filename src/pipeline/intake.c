#include "config.h"

#include "pipeline/intake.h"

#include <stdio.h>

#include "base/alloc.h"
#include "ingest/reader.h"
#include "report/scrub.h"

/* Lines between two looks at the clock and the progress. */
enum { STRETCH_LINES = 8192 };

struct intake {
    const struct rule_set *rules;
    const struct intake_options *options;
    struct intake_sink sink;
    struct intake_result *out;
    struct rt_arena *arena;
    rt_time clock;
    RT_VEC(rt_str) warnings;
    /* of one that is fed line by line: */
    const struct rt_limits *limits;
    struct intake_options own_options;
    struct intake_result own;
    struct extract *extract;
    uint64_t lines, bytes;
};

void
intake_count(struct intake_result *r, const struct event *e)
{
    r->kinds |= UINT64_C(1) << e->kind;
    if (event_is_aside(e->kind))
        r->aside_events++;
    else if (e->source == SOURCE_HOOK)
        r->hook_events++;
    else
        r->api_events++;
}

static bool
outside(const struct intake_options *o, rt_time t)
{
    if (t == RT_TIME_NONE)
        return false;
    return (o->since != RT_TIME_NONE && t < o->since) ||
           (o->until != RT_TIME_NONE && t > o->until);
}

static int
take_event(void *arg, const struct event *e, struct rt_err *err)
{
    struct intake *in = arg;
    if (e->kind == KIND_OUTAGE)
        return in->sink.event(in->sink.arg, e, err);
    intake_count(in->out, e);
    if (outside(in->options, e->begin))
        return 0;
    if (e->begin > in->clock)
        in->clock = e->begin;
    if (!in->options->drop_times || e->zoned)
        return in->sink.event(in->sink.arg, e, err);
    struct event timeless = *e;
    timeless.begin = timeless.end = timeless.last = RT_TIME_NONE;
    return in->sink.event(in->sink.arg, &timeless, err);
}

static int
warn(struct intake *in, const char *text, struct rt_err *err)
{
    char *copy = rt_arena_strz(in->arena, rt_str_of(text));
    rt_str *slot = copy == NULL ? NULL : RT_VEC_PUSH(&in->warnings);
    if (slot == NULL)
        return rt_fail_mem(err);
    *slot = rt_str_of(copy);
    return 0;
}

static int
read_lines(struct intake *in, struct reader *reader, struct extract *x,
           struct batch_progress *progress, struct rt_err *err)
{
    struct reader_line line;
    uint64_t since_stretch = 0, bytes = 0;
    int got = 0;
    while ((got = reader_next(reader, &line, err)) == 1) {
        if (line.too_long)
            extract_too_long(x, line.number);
        else if (extract_line(x, line.text, line.number, err) < 0)
            return -1;
        if (line.number == in->options->max_lines)
            break;
        if (++since_stretch < STRETCH_LINES)
            continue;
        if (progress != NULL) {
            uint64_t now = reader_done_bytes(reader);
            atomic_fetch_add_explicit(&progress->bytes, now - bytes, memory_order_relaxed);
            atomic_fetch_add_explicit(&progress->lines, since_stretch, memory_order_relaxed);
            atomic_store_explicit(&progress->current, in->options->index, memory_order_relaxed);
            bytes = now;
        }
        since_stretch = 0;
        if (in->sink.stretch(in->sink.arg, in->clock, err) < 0)
            return -1;
    }
    if (got < 0 || extract_end(x, err) < 0)
        return -1;
    if (progress != NULL) {
        atomic_fetch_add_explicit(&progress->bytes, reader_done_bytes(reader) - bytes,
                                  memory_order_relaxed);
        atomic_fetch_add_explicit(&progress->lines, since_stretch, memory_order_relaxed);
    }
    return in->sink.stretch(in->sink.arg, in->clock, err);
}

static int
warn_zone(struct intake *in, struct rt_err *err)
{
    char text[600], own[300] = "";
    /* Behind its wrappers, as it can be given by name. */
    const char *inner = in->out->report.format.p;
    for (const char *next; inner != NULL && (next = strstr(inner, "> ")) != NULL;)
        inner = next + 2;
    if (inner != NULL)
        snprintf(own, sizeof(own), " or %.200s@%s,tz=Asia/Tokyo", in->options->input->path,
                 inner);
    snprintf(text, sizeof(text), "timestamps have no zone. Give one: --tz UTC%s. %s", own,
             in->options->drop_times
                 ? "Other inputs have one, so these are used in their own order only."
                 : "Until then they are shown as they stand and compared with nothing else.");
    return warn(in, text, err);
}

enum { EXCERPT = 72, BEFORE_STOP = 48 };

/* The line, or what of it surrounds the byte where its format gave up, with a mark below that. */
static void
excerpt(const struct extract_facts *f, char *out, size_t room)
{
    const char *text = f->first_unread_text;
    size_t n = strlen(text), stop = f->first_unread_stop,
           from = stop > BEFORE_STOP ? stop - BEFORE_STOP : 0, column = 0;
    if (stop == 0 || stop > n) {
        snprintf(out, room, " %.100s. ", text);
        return;
    }
    while (from > 0 && ((unsigned char)text[from] & 0xc0) == 0x80)
        from--;
    for (size_t i = from; i < stop; i++)
        column += ((unsigned char)text[i] & 0xc0) != 0x80;
    snprintf(out, room, "\n    %.*s\n    %*s^\n", EXCERPT, text + from, (int)column, "");
}

/* A line that nobody understood may hold anything. The place where it stopped moves along. */
static void
without_secrets(const struct intake *in, struct extract_facts *f)
{
    struct scrub scrub;
    rt_str text = rt_str_of(f->first_unread_text), clean = RT_NONE;
    size_t stop = f->first_unread_stop < text.n ? f->first_unread_stop : 0;
    if (scrub_init(&scrub, in->rules, SCRUB_VENDOR, NULL) == 0) {
        stop = scrub_line(&scrub, (rt_str){text.p, stop}).n;
        clean = scrub_line(&scrub, text);
    }
    if (!rt_str_eq(clean, text)) {
        snprintf(f->first_unread_text, sizeof(f->first_unread_text), "%.*s", RT_FMT(clean));
        f->first_unread_stop = (uint32_t)stop;
    }
    scrub_fini(&scrub);
}

/* The header of the report tells when most of an input was not understood. */
static int
warn_unread(struct intake *in, struct extract_facts *f, struct rt_err *err)
{
    uint64_t lines = in->out->report.lines;
    uint64_t unread = f->counts[LINE_UNMATCHED] + f->counts[LINE_UNDECODABLE];
    /* the line in which the input was cut */
    bool told = f->first_unread == lines && !in->out->report.complete;
    if (f->first_unread == 0 || unread * 2 < lines || told)
        return 0;
    char line[240], text[900];
    without_secrets(in, f);
    excerpt(f, line, sizeof(line));
    snprintf(
        text, sizeof(text),
        "%.0f %% of lines understood. First other line (%llu):%sTry --as FORMAT, or rectrace formats test %.400s.",
        100.0 * (double)(lines - unread) / (double)lines, (unsigned long long)f->first_unread,
        line, in->options->input->path);
    return warn(in, text, err);
}

/* Of the lines that say something, those that are callbacks; what is kept aside goes with most of the input. */
static uint64_t
callback_lines(const struct intake_result *r, uint64_t told)
{
    uint64_t n = r->hook_events + (r->hook_events > r->api_events ? r->aside_events : 0);
    return n < told ? n : told;
}

static int
describe(struct intake *in, const struct reader_facts *read, const struct extract *x,
         struct rt_err *err)
{
    const struct reader_facts r = *read;
    struct extract_facts f;
    extract_facts(x, &f);
    struct report_input *i = &in->out->report;
    char *format = rt_arena_strz(in->arena, rt_str_of(f.format));
    if (format == NULL)
        return rt_fail_mem(err);
    i->format = rt_str_of(format);
    i->bytes = r.bytes;
    i->lines = r.lines;
    for (int c = 0; c < LINE__COUNT; c++)
        i->counts[c] = f.counts[c];
    i->callbacks = callback_lines(in->out, f.counts[LINE_EVENT]);
    i->first = in->out->first = f.first_time;
    i->last = in->out->last = f.last_time;
    i->complete = r.complete && !in->options->input->cut;
    in->out->unzoned = i->unzoned = f.unzoned;
    in->out->bare = f.bare;
    if (in->options->drop_times && f.unzoned)
        in->out->first = in->out->last = RT_TIME_NONE;
    for (size_t w = 0; w < r.warning_count; w++)
        if (warn(in, r.warnings[w], err) < 0)
            return -1;
    for (size_t w = 0; w < f.warning_count; w++)
        if (warn(in, f.warnings[w], err) < 0)
            return -1;
    if (f.limit_hits > 0) {
        char text[300];
        snprintf(text, sizeof(text), "%u %s of %s ended at the limit of regular expressions",
                 f.limit_hits, f.limit_hits == 1 ? "match" : "matches", f.limit_pattern);
        if (warn(in, text, err) < 0)
            return -1;
    }
    if (f.unzoned && in->out->api_events + in->out->hook_events > 0 && warn_zone(in, err) < 0)
        return -1;
    return r.foreign ? 0 : warn_unread(in, &f, err);
}

/* The list moves into the arena, so that the result outlives the intake. */
static int
keep_warnings(struct intake *in, struct rt_err *err)
{
    if (in->warnings.n == 0)
        return 0;
    rt_str *list = rt_arena_array(in->arena, in->warnings.n, sizeof(*list));
    if (list == NULL)
        return rt_fail_mem(err);
    memcpy(list, in->warnings.v, in->warnings.n * sizeof(*list));
    in->out->report.warnings = list;
    in->out->report.warning_count = in->warnings.n;
    return 0;
}

static struct extract_options
wanted_of(const struct intake_options *o)
{
    return (struct extract_options){
        .format = o->input->format != NULL ? o->input->format : o->format,
        .zone = o->input->zone != NULL ? o->input->zone : o->zone,
        .input = o->index,
        .path = o->input->path,
        .cache = o->cache,
        .glance = o->way == READ_FEW,
        .likely = o->likely,
    };
}

int
intake_run(const struct rule_set *rules, const struct rt_limits *limits,
           const struct intake_options *options, struct intake_sink sink,
           struct batch_progress *progress, struct rt_arena *arena, struct intake_result *out,
           struct rt_err *err)
{
    int rc = -1;
    struct extract *x = NULL;
    struct intake in = {.rules = rules,
                        .options = options,
                        .sink = sink,
                        .out = out,
                        .arena = arena,
                        .clock = RT_TIME_NONE};
    *out = (struct intake_result){.first = RT_TIME_NONE, .last = RT_TIME_NONE};
    out->report.path = rt_str_of(options->input->path);
    out->report.first = out->report.last = RT_TIME_NONE;

    struct rt_err why = {0};
    struct reader *reader = input_open(options->input, options->way, limits, &why);
    if (reader == NULL) {
        if (why.code == RT_ENOMEM)
            return rt_fail_mem(err);
        out->unreadable = true;
        out->report.format = RT_LIT("unread");
        rc = warn(&in, why.msg, err) < 0 ? -1 : keep_warnings(&in, err);
        goto out;
    }
    struct extract_options wanted = wanted_of(options);
    x = extract_new(rules, &wanted, limits, (struct extract_sink){take_event, &in}, err);
    if (x == NULL || read_lines(&in, reader, x, progress, err) < 0)
        goto out;
    struct reader_facts facts;
    reader_facts(reader, &facts);
    if (describe(&in, &facts, x, err) < 0)
        goto out;
    rc = keep_warnings(&in, err);
out:
    extract_free(&x);
    reader_free(&reader);
    RT_VEC_FREE(&in.warnings);
    return rc;
}

/* ---- line by line ---- */

struct intake *
intake_new(const struct rule_set *rules, const struct rt_limits *limits,
           const struct intake_options *options, struct intake_sink sink, struct rt_err *err)
{
    struct intake *in = rt_calloc(1, sizeof(*in));
    if (in == NULL) {
        rt_fail_mem(err);
        return NULL;
    }
    in->own_options = *options;
    in->options = &in->own_options;
    in->sink = sink;
    in->out = &in->own;
    in->clock = RT_TIME_NONE;
    in->rules = rules;
    in->limits = limits;
    struct extract_options wanted = wanted_of(options);
    in->extract =
        extract_new(rules, &wanted, limits, (struct extract_sink){take_event, in}, err);
    if (in->extract == NULL)
        intake_free(&in);
    return in;
}

void
intake_free(struct intake **pi)
{
    struct intake *in = *pi;
    *pi = NULL;
    if (in == NULL)
        return;
    extract_free(&in->extract);
    RT_VEC_FREE(&in->warnings);
    rt_free(in);
}

int
intake_line(struct intake *in, rt_str line, struct rt_err *err)
{
    in->lines++;
    in->bytes += line.n + 1;
    if (line.n > 0 && line.p[line.n - 1] == '\r')
        line.n--;
    if (line.n <= in->limits->line_bytes)
        return extract_line(in->extract, line, in->lines, err);
    extract_too_long(in->extract, in->lines);
    return 0;
}

int
intake_end(struct intake *in, struct rt_err *err)
{
    return extract_end(in->extract, err);
}

int
intake_so_far(struct intake *in, bool drop_times, struct rt_arena *arena,
              struct intake_result *out, struct rt_err *err)
{
    struct reader_facts facts = {.complete = true, .lines = in->lines, .bytes = in->bytes};
    if (extract_pause(in->extract, err) < 0)
        return -1;
    *out = in->own;
    out->first = out->last = RT_TIME_NONE;
    out->report = (struct report_input){.path = rt_str_of(in->options->input->path)};
    in->out = out;
    in->arena = arena;
    in->warnings.n = 0;
    in->own_options.drop_times = drop_times;
    int rc = describe(in, &facts, in->extract, err) < 0 ? -1 : keep_warnings(in, err);
    in->own_options.drop_times = false; /* events are handed on as they are */
    in->out = &in->own;
    in->arena = NULL;
    return rc;
}

struct extract *
intake_extract(struct intake *in)
{
    return in->extract;
}

struct intake_tally
intake_tally(const struct intake *in)
{
    return (struct intake_tally){in->own.api_events, in->own.hook_events, in->own.aside_events,
                                 in->own.kinds,      in->lines,           in->bytes,
                                 in->clock};
}

void
intake_go_on(struct intake *in, const struct intake_tally *from)
{
    in->own.api_events = from->api_events;
    in->own.hook_events = from->hook_events;
    in->own.aside_events = from->aside_events;
    in->own.kinds = from->kinds;
    in->lines = from->lines;
    in->bytes = from->bytes;
    in->clock = from->clock;
}
