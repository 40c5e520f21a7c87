/*
 * test_live.c - the live engine says what the batch run says of the same store: whatever came in which order,
 * was sent twice, was looked at in between, and however often the program was started anew.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zlib.h>

#include "base/alloc.h"
#include "base/out.h"
#include "base/vec.h"
#include "check.h"
#include "live/engine.h"
#include "pipeline/batch.h"
#include "pipeline/recall.h"
#include "report/json.h"
#include "report/writer.h"
#include "rules/load.h"

struct row {
    const char *source; /* NULL: a callback */
    char *text;
};
struct feed_list { /* rows of one source, in order */
    RT_VEC(struct row) rows;
    size_t next;
};
static RT_VEC(struct feed_list) feeds;
static char folder[64], store_path[128], shelf_path[128];
static const struct rule_set *rules;
static unsigned seed;

static unsigned
random_below(unsigned n)
{
    seed = seed * 1103515245u + 12345u;
    return (seed >> 8) % n;
}

/* ---- what is fed ---- */

/* clang-format off */
static const char *const samples[] = {
    "a-busy-morning.log.gz",    "callbacks-as-kept.jsonl", "left-idle.log",         "left-idle.hooks.jsonl",
    "failover.log",             "failover.hooks.jsonl",    "lost-sid.log",          "lost-sid.hooks.jsonl",
    "never-uploaded.log",       "tokens.log",              "never-uploaded.hooks.jsonl", "tokens.hooks.jsonl",
    "two-lines-a-call.log",     "access.log",              "start-too-late.log",    "storage.log",
    "storage.hooks.jsonl",      "polled-after-stop.log.gz", "pasted-answer.txt",    "clocks-apart.log",
    "clocks-apart.hooks.jsonl", "token-ends.hooks.jsonl",  "ids-mixed-up.log",      NULL};
/* clang-format on */

static void
load(const char *name)
{
    char path[512], line[65536];
    const char *top = getenv("srcdir");
    snprintf(path, sizeof(path), "%s/samples/%s", top == NULL ? "." : top, name);
    gzFile f = gzopen(path, "rb");
    CU_ASSERT_FATAL(f != NULL);
    struct feed_list *l = RT_VEC_PUSH(&feeds);
    while (gzgets(f, line, sizeof(line)) != NULL) {
        line[strcspn(line, "\r\n")] = '\0';
        if (line[0] == '\0')
            continue;
        struct row *r = RT_VEC_PUSH(&l->rows);
        *r = (struct row){strstr(name, ".jsonl") != NULL ? NULL : name, rt_strdup(line)};
    }
    gzclose(f);
}

static void
load_all(void)
{
    struct rule_sources from = {.builtin = true};
    struct rule_messages messages;
    struct rt_err err = {0};
    if (rules != NULL)
        return;
    rule_messages_init(&messages);
    rules = rule_set_load(&from, &rt_limits_default, &messages, &err);
    rule_messages_fini(&messages);
    CU_ASSERT_FATAL(rules != NULL);
    for (size_t i = 0; samples[i] != NULL; i++)
        load(samples[i]);
    snprintf(folder, sizeof(folder), "/tmp/rectrace-live-XXXXXX");
    CU_ASSERT_FATAL(mkdtemp(folder) != NULL);
    snprintf(store_path, sizeof(store_path), "%s/calls.db", folder);
    snprintf(shelf_path, sizeof(shelf_path), "%s/calls.db-live", folder);
}

static void
clean(void)
{
    static const char *const ends[] = {"",      "-wal",      "-shm",     ".lock",
                                       "-live", "-live-wal", "-live-shm"};
    char path[200];
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        snprintf(path, sizeof(path), "%s%s", store_path, ends[i]);
        unlink(path);
    }
    for (size_t i = 0; i < feeds.n; i++)
        feeds.v[i].next = 0;
}

static void
put(struct store *s, const struct row *r, int number)
{
    struct rt_err err = {0};
    char notice[32];
    enum store_put how;
    snprintf(notice, sizeof(notice), "n-%d", number);
    struct store_callback c = {.app = RT_LIT("default"),
                               .notice = rt_str_of(notice),
                               .received = (rt_time)1767600000 * RT_SEC + number * RT_MS,
                               .notify = RT_TIME_NONE,
                               .secret = RT_LIT("k1"),
                               .body = rt_str_of(r->text)};
    CHECK((r->source != NULL
               ? store_put_line(s, rt_str_of(r->source), c.received, rt_str_of(r->text), &err)
               : store_put(s, &c, &how, &err)) == 0);
}

/* Some more rows of any source; 0: there are none. Now and then one comes twice. */
static size_t
put_some(struct store *s, size_t most)
{
    static int number;
    struct rt_err err = {0};
    size_t n = 0;
    CHECK(store_begin(s, &err) == 0);
    for (size_t tried = 0; n < most && tried < 40 * most; tried++) {
        struct feed_list *l = &feeds.v[random_below((unsigned)feeds.n)];
        if (l->next == l->rows.n)
            continue;
        put(s, &l->rows.v[l->next], number++);
        if (random_below(20) == 0)
            put(s, &l->rows.v[random_below((unsigned)l->next + 1)], number++);
        l->next++;
        n++;
        rt_time now = (rt_time)1767600000 * RT_SEC + number * RT_MS;
        if (random_below(40) == 0)
            CHECK(store_put_outage(s, now - (rt_time)(1 + random_below(900)) * RT_SEC, now,
                                   &err) == 0);
    }
    CHECK(store_commit(s, &err) == 0);
    return n;
}

/* ---- what is said ---- */

static struct out *
written(const struct report *r)
{
    struct writer_options w = {.columns = 80};
    struct rt_err err = {0};
    struct out *o = out_memory(NULL);
    CU_ASSERT_FATAL(o != NULL && writer_find("json")->write(r, &w, o, &err) == 0);
    return o;
}

struct whole {
    struct recall *recall;
    struct batch *batch;
    struct batch_options options;
};

static void
whole_run(struct whole *w, const struct rt_limits *limits)
{
    struct rt_err err = {0};
    struct batch_progress progress = {0};
    w->recall = recall_new(store_path, rules, limits, &err);
    CU_ASSERT_FATAL(w->recall != NULL);
    w->options = (struct batch_options){.inputs = recall_inputs(w->recall),
                                        .threads = 1,
                                        .since = RT_TIME_NONE,
                                        .until = RT_TIME_NONE,
                                        .now = RT_TIME_NONE,
                                        .stamp = RT_TIME_NONE};
    w->batch = batch_run(rules, limits, &w->options, &progress, &err);
    CU_ASSERT_FATAL(w->batch != NULL);
}

static void
whole_end(struct whole *w)
{
    batch_free(&w->batch);
    recall_free(&w->recall);
}

static void
show_difference(rt_str a, rt_str b)
{
    size_t i = 0, from;
    while (i < a.n && i < b.n && a.p[i] == b.p[i])
        i++;
    from = i > 300 ? i - 300 : 0;
    fprintf(stderr, "\nlive  ...%.600s\nbatch ...%.600s\n", a.p + from, b.p + from);
}

static bool
same_report(const struct report *live, const struct rt_limits *limits)
{
    struct whole w = {0};
    whole_run(&w, limits);
    struct out *a = written(live), *b = written(batch_report(w.batch));
    bool same = rt_str_eq(out_text(a), out_text(b));
    if (!same)
        show_difference(out_text(a), out_text(b));
    out_abort(&a);
    out_abort(&b);
    whole_end(&w);
    return same;
}

/* Sessions at hand are those of the whole run; how many there are. */
static size_t
same_sessions(const struct report *live, const struct rt_limits *limits, bool *same)
{
    struct whole w = {0};
    whole_run(&w, limits);
    const struct report *all = batch_report(w.batch);
    for (size_t i = 0; i < live->session_count; i++) {
        const struct session *s = report_session(all, live->sessions[i]->id);
        struct out *a = out_memory(NULL), *b = out_memory(NULL);
        json_session(a, live, live->sessions[i], NULL, 0);
        if (s != NULL)
            json_session(b, all, s, NULL, 0);
        if (!rt_str_eq(out_text(a), out_text(b))) {
            if (*same)
                show_difference(out_text(a), out_text(b));
            *same = false;
        }
        out_abort(&a);
        out_abort(&b);
    }
    whole_end(&w);
    return live->session_count;
}

static struct live_engine *
open_engine(const struct rt_limits *limits)
{
    struct rt_err err = {0};
    struct live_options o = {store_path, shelf_path, rules, limits};
    struct live_engine *e = live_engine_new(&o, &err);
    if (e == NULL)
        fprintf(stderr, "%s\n", err.msg);
    CU_ASSERT_FATAL(e != NULL);
    return e;
}

static void
pump(struct live_engine *e, int64_t most)
{
    struct rt_err err = {0};
    int rc;
    while ((rc = live_engine_pump(e, most, &err)) == 1)
        ;
    if (rc < 0)
        fprintf(stderr, "%s\n", err.msg);
    CU_ASSERT_FATAL(rc == 0);
}

/* ---- tests ---- */

static void
one_story(unsigned number, const struct rt_limits *limits, bool whole)
{
    struct rt_err err = {0};
    seed = number * 7919 + 1;
    clean();
    struct store *s = store_open(store_path, STORE_WRITE, limits, &err);
    CU_ASSERT_FATAL(s != NULL);
    struct live_engine *e = open_engine(limits);
    bool same = true;
    size_t looks = 0, restarts = 0, seen = 0;
    for (bool more = true; more && same;) {
        more = put_some(s, 1 + random_below(random_below(3) == 0 ? 300 : 20)) > 0;
        pump(e, 1 + random_below(100));
        if (random_below(3) == 0)
            CHECK(live_engine_save(e, &err) == 0);
        if (random_below(4) == 0) {
            live_engine_free(&e);
            e = open_engine(limits);
            pump(e, 50);
            restarts++;
        }
        if (more && random_below(3) != 0)
            continue;
        struct live_report *r = live_report_new(e, RT_TIME_NONE, &err);
        CU_ASSERT_FATAL(r != NULL);
        if (whole)
            same = same_report(live_report_model(r), limits);
        else
            seen += same_sessions(live_report_model(r), limits, &same);
        live_report_free(&r);
        looks++;
    }
    struct live_facts f;
    live_engine_facts(e, &f);
    fprintf(stderr, " [story %u: %zu looks, %zu starts, %llu put away, %llu found again]",
            number, looks, restarts, (unsigned long long)f.put_away,
            (unsigned long long)f.found_again);
    CHECK(same);
    CHECK(looks > 1);
    CHECK(whole || (seen > 0 && f.put_away > 0 && f.found_again > 0));
    live_engine_free(&e);
    store_close(&s);
}

static void
says_what_the_batch_run_says(void)
{
    const char *rounds = getenv("LIVE_ROUNDS");
    load_all();
    for (unsigned i = 0; i < (rounds == NULL ? 6u : (unsigned)atoi(rounds)); i++)
        one_story(i, &rt_limits_default, true);
}

static void
finds_again_what_it_put_away(void)
{
    struct rt_limits narrow = rt_limits_default;
    narrow.live_closed = 3;
    narrow.live_closed_bytes = 4000;
    load_all();
    for (unsigned i = 0; i < 4; i++)
        one_story(100 + i, &narrow, false);
}

/* A shelf that is damaged or of another store is no obstacle. */
static void
a_bad_shelf_is_left(void)
{
    struct rt_err err = {0};
    load_all();
    clean();
    seed = 5;
    struct store *s = store_open(store_path, STORE_WRITE, &rt_limits_default, &err);
    CU_ASSERT_FATAL(s != NULL);
    put_some(s, 400);
    struct live_engine *e = open_engine(&rt_limits_default);
    pump(e, 1000);
    CHECK(live_engine_save(e, &err) == 0);
    live_engine_free(&e);
    for (int how = 0; how < 3; how++) {
        FILE *f = fopen(shelf_path, how == 0 ? "wb" : "r+b");
        CU_ASSERT_FATAL(f != NULL);
        fseek(f, how == 2 ? 4096 : 0, SEEK_SET);
        for (int i = 0; i < 3000; i++)
            fputs("no shelf ", f);
        fclose(f);
        e = open_engine(&rt_limits_default);
        pump(e, 1000);
        struct live_report *r = live_report_new(e, RT_TIME_NONE, &err);
        CU_ASSERT_FATAL(r != NULL);
        CHECK(same_report(live_report_model(r), &rt_limits_default));
        live_report_free(&r);
        CHECK(live_engine_save(e, &err) == 0);
        live_engine_free(&e);
    }
    e = open_engine(&rt_limits_default);
    struct live_facts f;
    live_engine_facts(e, &f);
    CHECK(f.resumed);
    struct live_report *r = live_report_new(e, RT_TIME_NONE, &err);
    CHECK(r != NULL); /* of what it went on from; all of it once it is pumped */
    live_report_free(&r);
    pump(e, 1000);
    r = live_report_new(e, RT_TIME_NONE, &err);
    CHECK(r != NULL && same_report(live_report_model(r), &rt_limits_default));
    live_report_free(&r);
    live_engine_free(&e);
    store_close(&s);
    clean();
    rmdir(folder);
}

static const struct check_test tests[] = {
    {"the live report is that of the batch run, byte for byte", says_what_the_batch_run_says},
    {"what was put away is found again when something comes for it",
     finds_again_what_it_put_away},
    {"a damaged shelf is left", a_bad_shelf_is_left},
    {NULL, NULL},
};
CHECK_MAIN("live", tests)
