#include "config.h"

#include "detect/trial.h"

#include "base/alloc.h"
#include "detect/detect.h"
#include "detect/moment.h"
#include "rules/test_log.h"

/* Some Monday, at noon; the day is of no importance, but always the same. */
#define EPOCH (INT64_C(1767614400) * RT_SEC)
#define EDGE  RT_HOUR
#define SHIFT (13 * RT_HOUR + 7 * RT_SEC)

const char *const trial_names[TRIAL__COUNT] = {
    [TRIAL_AS_WRITTEN] = "as written",
    [TRIAL_REVERSED] = "in reverse",
    [TRIAL_SHUFFLED] = "shuffled",
    [TRIAL_DOUBLED] = "doubled",
    [TRIAL_TWO_INPUTS] = "split over two inputs",
    [TRIAL_SHIFTED] = "shifted in time",
    [TRIAL_STRANGER] = "with a stranger's session",
    [TRIAL_CUT] = "cut after the last event",
};

/* ---- the log ---- */

static void
set_core(struct event *e, uint16_t field, rt_str value)
{
    int64_t n = 0;
    bool is_num = rt_str_int(value, &n);
    switch (field) {
    case FIELD_HTTP: e->http = is_num ? (int32_t)n : 0; break;
    case FIELD_CODE: e->code = is_num ? (int32_t)n : EVENT_NO_CODE; break;
    case FIELD_DELIVERIES: e->deliveries = is_num ? (uint32_t)n : 1; break;
    case FIELD_STATUS: e->status = is_num ? (int32_t)n : EVENT_NO_CODE; break;
    case FIELD_REASON: e->reason = value; break;
    case FIELD_METHOD: e->method = value; break;
    case FIELD_HOST: e->host = value; break;
    case FIELD_MODE: e->mode = value; break;
    case FIELD_APP: e->app_id = value; break;
    case FIELD_RID: e->rid = value; break;
    case FIELD_SID: e->sid = value; break;
    case FIELD_CNAME: e->cname = value; break;
    case FIELD_UID: e->uid = value; break;
    case FIELD_ERROR: e->error = value; break;
    case FIELD_TOOK:
        if (rt_dur_parse(value, &n))
            e->end = moment_add(e->begin, n);
        break;
    default: break;
    }
}

/* A group of values begins with the field that begins the first one. */
static uint8_t
set_of(const struct event *e, uint16_t field)
{
    uint8_t last = 0;
    uint16_t first = field;
    if (field >= FIELD__COUNT || event_fields[field].part != PART_SET)
        return 0;
    for (uint32_t i = e->value_count; i > 0; i--)
        if (e->values[i - 1].set > 0) {
            last = e->values[i - 1].set > last ? e->values[i - 1].set : last;
            first = e->values[i - 1].field;
        }
    return (uint8_t)(last == 0 || field == first ? last + 1 : last);
}

static int
fill_event(const struct rule_set *set, struct rt_arena *a, const struct test_line *line,
           struct event *e)
{
    bool ok = true;
    for (size_t i = 0; i < line->set_count; i++) {
        uint16_t field = line->sets[i].field;
        rt_str value = rt_arena_str(a, line->sets[i].value, &ok);
        if (field < FIELD__COUNT && event_fields[field].part == PART_CORE) {
            set_core(e, field, value);
            continue;
        }
        struct event_value v = {
            .field = field, .is_text = 1, .set = set_of(e, field), .text = value};
        if (field < FIELD__COUNT && event_fields[field].type == TYPE_INT &&
            rt_str_int(value, &v.num))
            v.is_text = 0;
        if (field < FIELD__COUNT && event_fields[field].type == TYPE_DUR &&
            rt_dur_parse(value, &v.num)) {
            v.num /= RT_MS;
            v.is_text = 0;
        }
        if (event_add(a, e, &v) < 0)
            return -1;
    }
    const struct code_entry *http = e->http == 0 ? NULL : rule_set_http(set, e->http, e->kind);
    bool bad_status = e->http >= 300 || (http != NULL && http->severity != SEVERITY_NONE);
    bool fails = (e->code != EVENT_NO_CODE && e->code != 0) || bad_status || e->error.n > 0;
    e->outcome = line->ok ? OUTCOME_OK : line->fail || fails ? OUTCOME_FAIL : OUTCOME_OK;
    if (e->source == SOURCE_HOOK)
        e->outcome = OUTCOME_OK;
    return ok ? 0 : -1;
}

/* Of an event; -1: memory. */
static int
add_event(const struct rule_set *set, struct trial_log *log, const struct test_line *line,
          uint32_t number)
{
    struct event *e = rt_arena_alloc(&log->arena, sizeof(*e));
    struct event **slot = e == NULL ? NULL : RT_VEC_PUSH(&log->events);
    if (slot == NULL)
        return -1;
    *slot = e;
    event_init(e);
    e->kind = line->kind;
    e->source = (uint8_t)line->source;
    e->begin = e->end = e->last = moment_add(EPOCH, line->at);
    e->zoned = true;
    e->line = e->label = number;
    log->first = log->first == RT_TIME_NONE || e->begin < log->first ? e->begin : log->first;
    log->last = log->last == RT_TIME_NONE || e->begin > log->last ? e->begin : log->last;
    return fill_event(set, &log->arena, line, e);
}

int
trial_read(const struct rule_set *set, rt_str text, struct trial_log *log, struct rt_err *err)
{
    *log = (struct trial_log){
        .first = RT_TIME_NONE, .last = RT_TIME_NONE, .ends = {RT_TIME_NONE, RT_TIME_NONE}};
    rt_arena_init(&log->arena, 4096, 0);
    for (uint32_t number = 1; text.n > 0; number++) {
        size_t end = rt_str_find(text, RT_LIT("\n"));
        rt_str one = {text.p, end == SIZE_MAX ? text.n : end};
        struct test_line line;
        text = end == SIZE_MAX ? RT_NONE : rt_str_from(text, end + 1);
        if (test_line_parse(set, one, &line, err) < 0)
            return -1;
        if (line.type == TEST_LINE_END)
            log->ends[line.source] = moment_add(EPOCH, line.at);
        if (line.type == TEST_LINE_GAP &&
            coverage_note_hole(&log->gaps[line.source], moment_add(EPOCH, line.at),
                               moment_add(EPOCH, line.until)) < 0)
            return rt_fail_mem(err);
        if (line.type == TEST_LINE_EVENT && add_event(set, log, &line, number) < 0)
            return rt_fail_mem(err);
    }
    return 0;
}

void
trial_free(struct trial_log *log)
{
    for (int s = 0; s < SOURCE__COUNT; s++)
        RT_VEC_FREE(&log->gaps[s].v);
    RT_VEC_FREE(&log->events);
    rt_arena_fini(&log->arena);
}

bool
trial_ends(const struct trial_log *log)
{
    return log->ends[SOURCE_API] != RT_TIME_NONE || log->ends[SOURCE_HOOK] != RT_TIME_NONE;
}

/* ---- a run ---- */

struct run {
    const struct rule_set *set;
    struct session_engine *engine;
    struct detector *detector;
    struct coverage coverage;
    struct finding_list *found;
};

static int
take_group(void *arg, const struct session_group *g, struct rt_err *err)
{
    struct run *r = arg;
    int rc = detector_group(r->detector, g, r->found, err);
    for (size_t i = 0; i < g->count; i++)
        session_free(&g->sessions[i]);
    return rc;
}

static void
shift_spans(struct coverage *c, rt_dur shift)
{
    for (int s = 0; s < SOURCE__COUNT; s++)
        for (size_t i = 0; i < c->spans[s].n; i++) {
            c->spans[s].v[i].from = moment_add(c->spans[s].v[i].from, shift);
            c->spans[s].v[i].to = moment_add(c->spans[s].v[i].to, shift);
        }
}

static int
cover(const struct trial_log *log, enum trial_change how, struct coverage *c)
{
    rt_dur shift = how == TRIAL_SHIFTED ? SHIFT : 0;
    for (int s = 0; s < SOURCE__COUNT; s++) {
        rt_time to = log->ends[s];
        if (to == RT_TIME_NONE)
            to = moment_add(log->last, how == TRIAL_CUT ? 0 : EDGE);
        if (coverage_add_but(c, (enum event_source)s, log->first, to, &log->gaps[s]) < 0)
            return -1;
    }
    shift_spans(c, shift);
    for (size_t i = 0; i < log->events.n; i++)
        c->kinds |= UINT64_C(1) << log->events.v[i]->kind;
    coverage_settle(c);
    return 0;
}

static int
feed_one(struct run *r, const struct event *ev, enum trial_change how, size_t i,
         struct rt_err *err)
{
    struct event copy = *ev;
    if (how == TRIAL_SHIFTED) {
        copy.begin = moment_add(copy.begin, SHIFT);
        copy.end = moment_add(copy.end, SHIFT);
        copy.last = moment_add(copy.last, SHIFT);
    }
    if (how == TRIAL_TWO_INPUTS)
        copy.input = (uint32_t)(i % 2);
    if (session_engine_feed(r->engine, &copy, err) < 0)
        return -1;
    return how == TRIAL_DOUBLED ? session_engine_feed(r->engine, &copy, err) : 0;
}

/* Somebody else's healthy session, at the same time. */
static int
feed_stranger(struct run *r, rt_time from, struct rt_err *err)
{
    static const struct {
        const char *name;
        rt_dur at;
        bool has_sid;
    } rows[] = {{"acquire", 0, false},
                {"start", RT_SEC, true},
                {"query", 10 * RT_SEC, true},
                {"stop", 300 * RT_SEC, true}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct event ev;
        event_init(&ev);
        ev.kind = rule_set_kind(r->set, rt_str_of(rows[i].name));
        ev.begin = ev.end = ev.last = moment_add(from, rows[i].at);
        ev.zoned = true;
        ev.outcome = OUTCOME_OK;
        ev.http = 200;
        ev.rid = RT_LIT("a-stranger-resource-id");
        ev.sid = rows[i].has_sid ? RT_LIT("a-stranger-sid") : RT_NONE;
        ev.cname = RT_LIT("a-stranger-channel");
        ev.uid = RT_LIT("4242");
        ev.app_id = RT_LIT("a-stranger-app");
        ev.line = 1000 + i;
        if (session_engine_feed(r->engine, &ev, err) < 0)
            return -1;
    }
    return 0;
}

/* A fixed permutation: the same shuffle in every run. */
static size_t
place(size_t i, size_t n, enum trial_change how)
{
    static const size_t strides[] = {7, 5, 3, 2};
    if (how == TRIAL_REVERSED)
        return n - 1 - i;
    for (size_t k = 0; how == TRIAL_SHUFFLED && k < sizeof(strides) / sizeof(strides[0]); k++)
        if (n % strides[k] != 0)
            return (i * strides[k] + n / 2) % n;
    return i;
}

static int
feed_all(struct run *r, const struct trial_log *log, enum trial_change how, struct rt_err *err)
{
    size_t n = log->events.n;
    for (size_t i = 0; i < n; i++) {
        size_t at = place(i, n, how);
        if (feed_one(r, log->events.v[at], how, at, err) < 0)
            return -1;
    }
    if (how == TRIAL_STRANGER && n > 0 && feed_stranger(r, log->first, err) < 0)
        return -1;
    if (session_engine_finish(r->engine, (struct session_sink){take_group, r}, err) < 0)
        return -1;
    return detector_finish(r->detector, session_engine_meter(r->engine), r->found, err);
}

int
trial_run(const struct rule_set *set, const struct rt_limits *limits,
          const struct trial_log *log, enum trial_change how, struct finding_list *found,
          struct rt_err *err)
{
    static const char *const paths[] = {"test", "test-2"};
    struct session_options options = {.paths = paths, .path_count = 2};
    struct run r = {.set = set, .found = found};
    int rc = -1;
    finding_list_init(found);
    coverage_init(&r.coverage);
    if (cover(log, how, &r.coverage) < 0) {
        rt_fail_mem(err);
        goto out;
    }
    r.engine = session_engine_new(set, limits, &options, err);
    if (r.engine == NULL)
        goto out;
    r.detector = detector_new(set, limits, &r.coverage, err);
    if (r.detector == NULL || feed_all(&r, log, how, err) < 0)
        goto out;
    finding_list_sort(found);
    rc = 0;
out:
    detector_free(&r.detector);
    session_engine_free(&r.engine);
    coverage_fini(&r.coverage);
    return rc;
}

const struct finding *
trial_find(const struct finding_list *l, rt_str id)
{
    const struct finding *f;
    RT_EACH (f, &l->findings)
        if (rt_str_eq(f->id, id))
            return f;
    return NULL;
}
