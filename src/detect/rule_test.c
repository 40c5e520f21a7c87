/*
 * rule_test.c - inline tests of rules, run through the real session engine and detector; and
 * mutations of them that must not change the verdict.
 */
#include "config.h"

#include "detect/rule_test.h"

#include <stdio.h>

#include "base/alloc.h"
#include "detect/detect.h"
#include "rules/test_log.h"

#define EDGE RT_HOUR
#define EPOCH rt_time_civil(2026, 1, 5, 12, 0, 0, 0)

enum mutation { AS_WRITTEN, SHUFFLED, DOUBLED, TWO_INPUTS, SHIFTED, STRANGER, CUT, MUTATION__COUNT };
static const char *const mutation_names[] = {"as written", "shuffled", "doubled", "split over two inputs",
                                             "shifted in time", "with a stranger's session", "cut after the last event"};

struct test_log {
    struct rt_arena arena;
    RT_VEC(struct event *) events;
    rt_time first, last;
    rt_time ends[SOURCE__COUNT]; /* RT_TIME_NONE: an hour after the last */
};
struct tester {
    const struct rule_set *set;
    const struct rt_limits *limits;
    enum rule_test_format format;
    struct out *o;
    struct rule_test_result *result;
    unsigned number;
};

/* ---- the log of a test ---- */

static void
set_core(struct event *e, uint16_t field, rt_str value)
{
    int64_t n = 0;
    bool is_num = rt_str_int(value, &n);
    switch (field) {
    case FIELD_HTTP: e->http = is_num ? (int32_t)n : 0; break;
    case FIELD_CODE: e->code = is_num ? (int32_t)n : EVENT_NO_CODE; break;
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
    default: break;
    }
}

static int
fill_event(const struct rule_set *set, struct rt_arena *a, const struct test_line *line, struct event *e)
{
    bool ok = true;
    for (size_t i = 0; i < line->set_count; i++) {
        uint16_t field = line->sets[i].field;
        rt_str value = rt_arena_str(a, line->sets[i].value, &ok);
        if (field < FIELD__COUNT && event_fields[field].part == PART_CORE) {
            set_core(e, field, value);
            continue;
        }
        struct event_value v = {.field = field, .is_text = 1, .text = value};
        if (field < FIELD__COUNT && event_fields[field].type == TYPE_INT && rt_str_int(value, &v.num))
            v.is_text = 0;
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

static int
read_log(const struct rule_set *set, const struct rule_test *t, struct test_log *log, struct rt_err *err)
{
    *log = (struct test_log){.first = RT_TIME_NONE, .last = RT_TIME_NONE, .ends = {RT_TIME_NONE, RT_TIME_NONE}};
    rt_arena_init(&log->arena, 4096, 0);
    rt_str rest = t->log;
    for (uint32_t number = 1; rest.n > 0; number++) {
        size_t end = rt_str_find(rest, RT_LIT("\n"));
        rt_str text = {rest.p, end == SIZE_MAX ? rest.n : end};
        struct test_line line;
        rest = end == SIZE_MAX ? RT_NONE : rt_str_from(rest, end + 1);
        if (test_line_parse(set, text, &line, err) < 0)
            return -1;
        if (line.type == TEST_LINE_EMPTY)
            continue;
        if (line.type == TEST_LINE_END) {
            log->ends[line.source] = EPOCH + line.at;
            continue;
        }
        struct event *e = rt_arena_alloc(&log->arena, sizeof(*e));
        struct event **slot = e == NULL ? NULL : RT_VEC_PUSH(&log->events);
        if (slot == NULL)
            return rt_fail_mem(err);
        event_init(e);
        e->kind = line.kind;
        e->source = (uint8_t)line.source;
        e->begin = e->end = e->last = EPOCH + line.at;
        e->zoned = true;
        e->line = e->label = number;
        if (fill_event(set, &log->arena, &line, e) < 0)
            return rt_fail_mem(err);
        *slot = e;
        log->first = log->first == RT_TIME_NONE || e->begin < log->first ? e->begin : log->first;
        log->last = log->last == RT_TIME_NONE || e->begin > log->last ? e->begin : log->last;
    }
    return 0;
}

static void
free_log(struct test_log *log)
{
    RT_VEC_FREE(&log->events);
    rt_arena_fini(&log->arena);
}

/* ---- one run ---- */

struct run {
    struct detector *detector;
    struct finding_list found;
};

static int
take_group(void *arg, const struct session_group *g, struct rt_err *err)
{
    struct run *r = arg;
    int rc = detector_group(r->detector, g, &r->found, err);
    for (size_t i = 0; i < g->count; i++)
        session_free(&g->sessions[i]);
    return rc;
}

static int
cover(const struct test_log *log, enum mutation how, rt_dur shift, struct coverage *c)
{
    for (int s = 0; s < SOURCE__COUNT; s++) {
        rt_time to = log->ends[s];
        if (to == RT_TIME_NONE)
            to = log->last + (how == CUT ? 0 : EDGE);
        if (coverage_add(c, (enum event_source)s, log->first + shift, to + shift) < 0)
            return -1;
    }
    coverage_settle(c);
    return 0;
}

static int
feed_one(struct session_engine *e, const struct event *ev, enum mutation how, size_t i, struct rt_err *err)
{
    struct event copy = *ev;
    if (how == SHIFTED) {
        rt_dur shift = 13 * RT_HOUR + 7 * RT_SEC;
        copy.begin += shift;
        copy.end += shift;
        copy.last += shift;
    }
    if (how == TWO_INPUTS)
        copy.input = (uint32_t)(i % 2);
    if (session_engine_feed(e, &copy, err) < 0)
        return -1;
    return how == DOUBLED ? session_engine_feed(e, &copy, err) : 0;
}

/* Somebody else's healthy session, at the same time. */
static int
feed_stranger(const struct rule_set *set, struct session_engine *e, rt_time from, struct rt_err *err)
{
    static const struct {
        const char *name;
        rt_dur at;
        bool has_sid;
    } rows[] = {{"acquire", 0, false}, {"start", RT_SEC, true}, {"query", 10 * RT_SEC, true}, {"stop", 300 * RT_SEC, true}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct event ev;
        event_init(&ev);
        ev.kind = rule_set_kind(set, rt_str_of(rows[i].name));
        ev.begin = ev.end = ev.last = from + rows[i].at;
        ev.zoned = true;
        ev.outcome = OUTCOME_OK;
        ev.http = 200;
        ev.rid = RT_LIT("a-stranger-resource-id");
        ev.sid = rows[i].has_sid ? RT_LIT("a-stranger-sid") : RT_NONE;
        ev.cname = RT_LIT("a-stranger-channel");
        ev.uid = RT_LIT("4242");
        ev.app_id = RT_LIT("a-stranger-app");
        ev.line = 1000 + i;
        if (session_engine_feed(e, &ev, err) < 0)
            return -1;
    }
    return 0;
}

/* Findings of the log under a mutation, in `r->found` (the caller ends it). */
static int
run_log(struct tester *t, const struct rule_set *set, const struct test_log *log, enum mutation how, struct run *r,
        struct rt_err *err)
{
    static const char *const paths[] = {"test", "test-2"};
    struct session_options options = {paths, 2};
    struct coverage coverage;
    coverage_init(&coverage);
    finding_list_init(&r->found);
    struct session_engine *e = session_engine_new(set, t->limits, &options, err);
    int rc = e == NULL ? -1 : 0;
    rt_dur shift = how == SHIFTED ? 13 * RT_HOUR + 7 * RT_SEC : 0;
    if (rc == 0 && cover(log, how, shift, &coverage) < 0)
        rc = rt_fail_mem(err);
    r->detector = rc < 0 ? NULL : detector_new(set, t->limits, &coverage, err);
    rc = r->detector == NULL ? -1 : 0;
    size_t n = log->events.n;
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = feed_one(e, log->events.v[how == SHUFFLED ? n - 1 - i : i], how, i, err);
    if (rc == 0 && how == STRANGER)
        rc = feed_stranger(set, e, log->first, err);
    if (rc == 0)
        rc = session_engine_finish(e, (struct session_sink){take_group, r}, err);
    if (rc == 0)
        rc = detector_finish(r->detector, &r->found, err);
    finding_list_sort(&r->found);
    detector_free(&r->detector);
    session_engine_free(&e);
    coverage_fini(&coverage);
    return rc;
}

/* ---- judging ---- */

static const struct finding *
find_id(const struct finding_list *l, rt_str id)
{
    const struct finding *f;
    RT_EACH (f, &l->findings)
        if (rt_str_eq(f->id, id))
            return f;
    return NULL;
}

static bool
is_unchecked(const struct finding_list *l, rt_str id)
{
    const struct unchecked *u;
    RT_EACH (u, &l->unchecked)
        if (rt_str_eq(u->rule->id, id))
            return true;
    return false;
}

static bool
value_is(const struct finding *f, rt_str key, rt_str want, char got[RT_TIME_MAX])
{
    rt_dur d = 0;
    if (rt_str_is(key, "confidence"))
        snprintf(got, RT_TIME_MAX, "%s", confidence_name(f->confidence));
    else if (rt_str_is(key, "severity"))
        snprintf(got, RT_TIME_MAX, "%s", severity_name(f->severity));
    else if (rt_str_is(key, "count"))
        snprintf(got, RT_TIME_MAX, "%u", f->count);
    else
        snprintf(got, RT_TIME_MAX, "absent");
    for (size_t i = 0; i < f->value_count; i++)
        if (rt_str_eq(f->values[i].name, key)) {
            rt_dur_human(f->values[i].value, got);
            return rt_dur_parse(want, &d) && d == f->values[i].value;
        }
    return rt_str_is(want, got);
}

/* Is the verdict what the test expects? `why` says what differs. */
static bool
judge(const struct rule *r, const struct rule_test *t, const struct finding_list *l, enum mutation how, char why[300])
{
    const struct finding *f = find_id(l, r->id);
    why[0] = '\0';
    switch (t->expect) {
    case EXPECT_NONE:
        if (f != NULL)
            snprintf(why, 300, "found, but must not be");
        return f == NULL;
    case EXPECT_PENDING:
        if (f != NULL || (!is_unchecked(l, r->id) && how != CUT))
            snprintf(why, 300, f != NULL ? "found, but must be pending" : "not pending");
        return f == NULL && (is_unchecked(l, r->id) || how == CUT);
    case EXPECT_VALUES:
        /* What could not be checked of a mere note is not listed. */
        if (f == NULL && how == CUT && (is_unchecked(l, r->id) || r->severity == SEVERITY_INFO))
            return true;
        if (f == NULL) {
            snprintf(why, 300, is_unchecked(l, r->id) ? "could not be checked, but must be found" : "not found");
            return false;
        }
        for (size_t i = 0; i < t->count; i++) {
            char got[RT_TIME_MAX];
            if (value_is(f, t->keys[i], t->values[i], got))
                continue;
            snprintf(why, 300, "%.*s is %s, not %.*s", RT_FMT(t->keys[i]), got, RT_FMT(t->values[i]));
            return false;
        }
        return true;
    case EXPECT_IDS: break;
    }
    size_t have = 0;
    for (size_t i = 0; i < l->findings.n; i++) {
        bool listed = false;
        for (size_t k = 0; k < t->count; k++)
            listed |= rt_str_eq(t->keys[k], l->findings.v[i].id);
        have++;
        /* Where a rule could not be checked any more, the code itself is told. */
        if (!listed && !(how == CUT && l->findings.v[i].rule == NULL)) {
            snprintf(why, 300, "also found: %.*s", RT_FMT(l->findings.v[i].id));
            return false;
        }
    }
    for (size_t k = 0; k < t->count; k++)
        if (find_id(l, t->keys[k]) == NULL && !(how == CUT && is_unchecked(l, t->keys[k]))) {
            snprintf(why, 300, "not found: %.*s", RT_FMT(t->keys[k]));
            return false;
        }
    return have > 0 || t->count == 0 || how == CUT;
}

/* ---- telling ---- */

static void
tell(struct tester *t, const struct rule *r, const struct rule_test *test, const char *how, const char *why)
{
    t->number++;
    bool good = why[0] == '\0';
    if (good)
        t->result->passed++;
    else
        t->result->failed++;
    rt_str name = test != NULL ? test->name : RT_LIT("every step matters");
    struct rt_pos pos = test != NULL ? test->pos : r->pos;
    if (t->format == RULE_TEST_JUNIT) {
        out_fmt(t->o, "  <testcase classname=\"%.*s\" name=\"", RT_FMT(r->id));
        out_html(t->o, name);
        out_raw(t->o, ", ");
        out_html(t->o, rt_str_of(how));
        out_raw(t->o, good ? "\"/>\n" : "\"><failure message=\"");
        if (!good) {
            out_html(t->o, rt_str_of(why));
            out_fmt(t->o, "\">%s:%u:%u</failure></testcase>\n", pos.file, pos.line, pos.col);
        }
        return;
    }
    out_fmt(t->o, "%sok %u - %.*s: ", good ? "" : "not ", t->number, RT_FMT(r->id));
    out_tty(t->o, name);
    if (how[0] != '\0')
        out_fmt(t->o, " (%s)", how);
    out_char(t->o, '\n');
    if (!good)
        out_fmt(t->o, "# %s:%u:%u: %s\n", pos.file, pos.line, pos.col, why);
}

static int
run_test(struct tester *t, const struct rule *r, const struct rule_test *test, struct rt_err *err)
{
    struct test_log log;
    struct rt_err why_log = {0};
    char why[300];
    int rc = read_log(t->set, test, &log, &why_log);
    if (rc < 0 && why_log.code == RT_ENOMEM)
        rc = rt_fail_mem(err);
    else if (rc < 0) {
        tell(t, r, test, "as written", why_log.msg);
        rc = 0;
    } else {
        char failed[300] = "";
        const char *failed_how = "";
        for (int how = 0; rc == 0 && how < MUTATION__COUNT; how++) {
            struct run run;
            /* A log whose end is written out says where it is cut. */
            bool ended = log.ends[SOURCE_API] != RT_TIME_NONE || log.ends[SOURCE_HOOK] != RT_TIME_NONE;
            if (how == CUT && ended)
                continue;
            rc = run_log(t, t->set, &log, (enum mutation)how, &run, err);
            t->result->mutations += how != AS_WRITTEN;
            if (rc == 0 && failed[0] == '\0' && !judge(r, test, &run.found, (enum mutation)how, why)) {
                snprintf(failed, sizeof(failed), "%s", why);
                failed_how = mutation_names[how];
            }
            finding_list_fini(&run.found);
        }
        if (rc == 0)
            tell(t, r, test, failed_how, failed);
    }
    free_log(&log);
    return rc;
}

/* ---- every step matters ---- */

/* The rule with one step left out must change the verdict of some test. */
static int
run_without(struct tester *t, struct rule *r, size_t step, bool *noticed, struct rt_err *err)
{
    struct rule whole = *r;
    struct rule_step *when = rt_calloc(r->when_count, sizeof(*when));
    if (when == NULL)
        return rt_fail_mem(err);
    size_t n = 0, sees = 0;
    for (size_t i = 0; i < r->when_count; i++) {
        if (i == step)
            continue;
        when[n] = r->when[i];
        sees += when[n].type == STEP_SEE;
        n++;
    }
    /* Lets and labels count by index: they go, since only the verdict is asked. */
    r->when = when;
    r->when_count = n;
    r->let_count = 0;
    r->certain_with = UINT16_MAX;
    *noticed = sees == 0;
    int rc = 0;
    for (size_t i = 0; rc == 0 && !*noticed && i < whole.test_count; i++) {
        const struct rule_test *test = &whole.tests[i];
        struct test_log log;
        struct run run;
        if (read_log(t->set, test, &log, err) == 0) {
            rc = run_log(t, t->set, &log, AS_WRITTEN, &run, err);
            bool found = find_id(&run.found, r->id) != NULL;
            bool wanted = test->expect == EXPECT_VALUES;
            for (size_t k = 0; test->expect == EXPECT_IDS && k < test->count; k++)
                wanted |= rt_str_eq(test->keys[k], r->id);
            uint32_t count = found ? find_id(&run.found, r->id)->count : 0;
            *noticed = found != wanted;
            for (size_t k = 0; test->expect == EXPECT_VALUES && k < test->count; k++)
                if (rt_str_is(test->keys[k], "count") && found) {
                    int64_t want = 0;
                    *noticed |= rt_str_int(test->values[k], &want) && want != count;
                } else if (whole.certain_with == step && rt_str_is(test->keys[k], "confidence")) {
                    *noticed |= found && rt_str_is(test->values[k], "certain") && whole.confidence != CONFIDENCE_CERTAIN;
                }
            for (size_t l = 0; test->expect == EXPECT_VALUES && l < whole.let_count; l++)
                for (size_t k = 0; k < test->count; k++)
                    *noticed |= rt_str_eq(test->keys[k], whole.lets[l].name) &&
                                (whole.lets[l].to_step == step || whole.lets[l].from_step == step);
            finding_list_fini(&run.found);
        }
        free_log(&log);
    }
    *r = whole;
    rt_free(when);
    return rc;
}

static int
run_steps(struct tester *t, struct rule *r, struct rt_err *err)
{
    for (size_t i = 0; i < r->when_count; i++) {
        bool noticed = false;
        char why[300] = "";
        /* A maybe that only quotes decides nothing. */
        if (r->when[i].type == STEP_MAYBE && r->certain_with != i)
            continue;
        if (run_without(t, r, i, &noticed, err) < 0)
            return -1;
        t->result->mutations++;
        if (noticed)
            continue;
        snprintf(why, sizeof(why), "no test notices when step %zu (%.*s) is left out", i + 1, RT_FMT(r->when[i].text));
        tell(t, r, NULL, "", why);
    }
    return 0;
}

int
rule_tests_run(const struct rule_set *set, const struct rt_limits *limits, const char *only,
               enum rule_test_format format, struct out *o, struct rule_test_result *result, struct rt_err *err)
{
    struct tester t = {.set = set, .limits = limits, .format = format, .o = o, .result = result};
    *result = (struct rule_test_result){0};
    if (format == RULE_TEST_JUNIT)
        out_raw(o, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"rectrace rules\">\n");
    for (size_t i = 0; i < set->rules.n; i++) {
        struct rule *r = &set->rules.v[i];
        if (r->off || (only != NULL && !rt_str_is(r->id, only)))
            continue;
        for (size_t k = 0; r->variant == 0 && k < r->test_count; k++)
            if (run_test(&t, r, &r->tests[k], err) < 0)
                return -1;
        bool alone = i + 1 == set->rules.n || set->rules.v[i + 1].variant == 0;
        if (r->variant == 0 && alone && r->test_count > 0 && run_steps(&t, r, err) < 0)
            return -1;
    }
    if (format == RULE_TEST_JUNIT)
        out_raw(o, "</testsuite>\n");
    else
        out_fmt(o, "1..%u\n# %u passed, %u failed, %u mutations\n", t.number, result->passed, result->failed,
                result->mutations);
    return 0;
}
