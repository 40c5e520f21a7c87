/*
 * test_session_order.c - whatever the order, the copies and the files: the same sessions. And
 * whatever allocation fails: an error, no leak.
 */
#include "base/limits.h"
#include "test_session_script.h"

static struct script_rules rules;

/* ---- a seeded log ---- */

struct rng {
    uint64_t state;
};

static uint32_t
roll(struct rng *r, uint32_t n)
{
    r->state = r->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(r->state >> 33) % n;
}

struct log {
    struct rng rng;
    struct rt_buf text;
    int64_t tick; /* no two events have one time: their order must not hang on the input */
};

static void
line(struct log *l, int64_t base_ms, const char *what)
{
    l->tick++;
    int64_t ms = base_ms + l->tick % 1000;
    rt_buf_addf(&l->text, "+%lld.%03lld%03lld %s\n", (long long)(ms / 1000),
                (long long)(ms % 1000), (long long)(l->tick / 1000 % 1000), what);
}

#define LINE(l, at, ...)                             \
    do {                                             \
        char line_[400];                             \
        snprintf(line_, sizeof(line_), __VA_ARGS__); \
        line(l, at, line_);                          \
    } while (0)

static void
write_start(struct log *l, unsigned n, int64_t at)
{
    bool split = roll(&l->rng, 3) == 0;
    if (split) {
        LINE(l, at, "start req join=j%u app=A%u cname=c%u uid=%u rid=R%u mode=mix", n, n % 3, n,
             n + 1, n);
        LINE(l, at + 900, "answer answer ok join=j%u sid=S%u http=200", n, n);
    } else {
        LINE(l, at, "start ok app=A%u cname=c%u uid=%u rid=R%u sid=S%u mode=mix", n % 3, n,
             n + 1, n, n);
    }
}

static void
write_polls(struct log *l, unsigned n, int64_t at, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t kind = roll(&l->rng, 12);
        int64_t when = at + (int64_t)i * 20000;
        if (kind == 0)
            LINE(l, when, "query fail plain app=A%u rid=R%u sid=S%u http=404 code=404", n % 3,
                 n, n);
        else if (kind == 1) /* somebody mixed up two recordings */
            LINE(l, when, "query fail app=A%u rid=R%u sid=S%u code=404", n % 3, n, n / 2);
        else if (kind == 2)
            LINE(l, when, "answer fail cname=c%u uid=%u code=404", n, n + 1);
        else
            LINE(l, when, "query ok plain app=A%u rid=R%u sid=S%u status=%u", n % 3, n, n,
                 4 + kind % 2);
    }
}

static void
write_session(struct log *l, unsigned n)
{
    int64_t at = 60000 + (int64_t)n * 200000;
    uint32_t polls = roll(&l->rng, 30);
    for (uint32_t i = roll(&l->rng, 3); i > 0; i--)
        LINE(l, at - 30000, "acquire fail app=A%u cname=c%u uid=%u code=2", n % 3, n, n + 1);
    if (roll(&l->rng, 5) > 0)
        LINE(l, at, "acquire ok app=A%u cname=c%u uid=%u rid=R%u", n % 3, n, n + 1, n);
    if (roll(&l->rng, 6) > 0)
        write_start(l, n, at + 2000);
    if (roll(&l->rng, 2) > 0)
        LINE(l, at + 4000, "recorder_started sid=S%u cname=c%u uid=%u noticeId=n%u", n, n,
             n + 1, n);
    write_polls(l, n, at + 8000, polls);
    at += 10000 + (int64_t)polls * 20000;
    if (roll(&l->rng, 3) > 0)
        LINE(l, at, "stop ok app=A%u rid=R%u sid=S%u cname=c%u uid=%u", n % 3, n, n, n,
             n + 1 + roll(&l->rng, 2));
    if (roll(&l->rng, 3) > 0)
        LINE(l, at + 3000, "recorder_leave sid=S%u cname=c%u uid=%u sequence=3", n, n, n + 1);
    if (roll(&l->rng, 3) > 0)
        LINE(l, at + 9000, "uploaded sid=S%u cname=c%u uid=%u sequence=4", n, n, n + 1);
}

static void
write_log(struct script *s, uint64_t seed, unsigned sessions)
{
    struct log l = {.rng = {seed}};
    rt_buf_init(&l.text, 1 << 24);
    for (unsigned n = 0; n < sessions; n++)
        write_session(&l, n);
    script_read(s, &rules.set, rt_buf_z(&l.text));
    /* The words of the script stay in use. */
    for (size_t i = 0; i < s->events.n; i++)
        s->events.v[i] = event_copy(&s->arena, s->events.v[i], NULL);
    rt_buf_fini(&l.text);
}

/* ---- what is done to it ---- */

static void
shuffle(struct script *s, struct rng *r)
{
    for (size_t i = s->events.n; i > 1; i--) {
        size_t k = roll(r, (uint32_t)i);
        struct event *t = s->events.v[i - 1];
        s->events.v[i - 1] = s->events.v[k];
        s->events.v[k] = t;
    }
}

static void
as_it_is(struct script *s, struct rng *r)
{
    (void)s, (void)r;
}

static void
reversed(struct script *s, struct rng *r)
{
    (void)r;
    for (size_t i = 0, k = s->events.n; i + 1 < k; i++) {
        struct event *t = s->events.v[--k];
        s->events.v[k] = s->events.v[i];
        s->events.v[i] = t;
    }
}

static void
split_over_inputs(struct script *s, struct rng *r)
{
    for (size_t i = 0; i < s->events.n; i++)
        s->events.v[i]->input = roll(r, 3);
    shuffle(s, r);
}

static void
double_events(struct script *s, uint32_t input)
{
    for (size_t i = 0, n = s->events.n; i < n; i++) {
        struct event *copy = event_copy(&s->arena, s->events.v[i], NULL);
        copy->input += input;
        script_push(s, copy);
    }
}

static void
read_twice(struct script *s, struct rng *r)
{
    double_events(s, 0);
    shuffle(s, r);
}

static void
given_twice(struct script *s, struct rng *r)
{
    double_events(s, 5);
    shuffle(s, r);
}

static int
sort_times(const void *a, const void *b)
{
    return event_compare(*(struct event *const *)a, *(struct event *const *)b);
}

static void
in_order_of_time(struct script *s, struct rng *r)
{
    (void)r;
    qsort(s->events.v, s->events.n, sizeof(struct event *), sort_times);
}

/* `every` > 0: sessions are asked for that often while feeding. Returns the error. */
static enum rt_code
sessions_of(const struct script *s, struct dump *d, size_t every,
            struct session_engine_facts *facts)
{
    struct rt_err err = {0};
    struct session_engine *e = session_engine_new(&rules.set, &rt_limits_default, NULL, &err);
    int rc = e == NULL ? -1 : 0;
    for (size_t i = 0; rc == 0 && i < s->events.n; i++) {
        rc = session_engine_feed(e, s->events.v[i], &err);
        if (rc == 0 && every > 0 && i % every == 0)
            rc = session_engine_advance(e, s->events.v[i]->begin, dump_sink(d), &err);
    }
    if (rc == 0)
        rc = session_engine_finish(e, dump_sink(d), &err);
    if (rc == 0 && facts != NULL)
        session_engine_facts(e, facts);
    session_engine_free(&e);
    return rc == 0 ? RT_OK : err.code;
}

static int
sort_lines(const void *a, const void *b)
{
    return rt_str_cmp(*(const rt_str *)a, *(const rt_str *)b);
}

/* The same lines in an order of their own. */
static void
sorted_lines(struct rt_buf *b)
{
    enum { LINES = 1000 };
    static rt_str lines[LINES];
    size_t count = 0;
    for (rt_str rest = rt_buf_str(b); rest.n > 0 && count < LINES; count++) {
        size_t n = rt_str_find(rest, RT_LIT("\n"));
        lines[count] = (rt_str){rest.p, n + 1};
        rest = rt_str_from(rest, n + 1);
    }
    CHECK(count < LINES);
    qsort(lines, count, sizeof(rt_str), sort_lines);
    struct rt_buf out;
    rt_buf_init(&out, 1 << 24);
    for (size_t i = 0; i < count; i++)
        rt_buf_add(&out, lines[i]);
    rt_buf_fini(b);
    *b = out;
}

struct variant {
    const char *name;
    void (*change)(struct script *s, struct rng *r);
    size_t every;
    unsigned factor; /* each event is told so often */
};
static const struct variant variants[] = {
    {"shuffled", shuffle, 0, 1},
    {"reversed", reversed, 0, 1},
    {"split over inputs", split_over_inputs, 0, 1},
    {"each line read twice", read_twice, 0, 2},
    {"the file given twice", given_twice, 0, 2},
    {"handed out while reading", in_order_of_time, 50, 1},
};
enum { VARIANTS = sizeof(variants) / sizeof(variants[0]) };

static void
dump_log(uint64_t seed, const struct variant *v, struct dump *d,
         struct session_engine_facts *facts)
{
    struct script s;
    struct rng r = {seed + 1};
    write_log(&s, seed, 60);
    v->change(&s, &r);
    dump_init(d, &rules.set);
    d->no_copies = true;
    d->brief = v->every > 0;
    CHECK_ROW(v, sessions_of(&s, d, v->every, facts) == RT_OK);
    script_fini(&s);
}

static void
report_difference(const struct variant *v, uint64_t seed, rt_str want, rt_str got)
{
    size_t i = 0;
    while (i < want.n && i < got.n && want.p[i] == got.p[i])
        i++;
    while (i > 0 && want.p[i - 1] != '\n')
        i--;
    printf("\n%s, seed %llu:\n- %.400s\n+ %.400s\n", v->name, (unsigned long long)seed,
           want.p + i, got.p + i);
}

static void
compare_variant(uint64_t seed, const struct variant *v)
{
    const struct variant plain = {"as it is", as_it_is, 0, 1};
    struct dump want, got;
    struct session_engine_facts facts = {0};
    dump_log(seed, &plain, &want, NULL);
    if (v->every > 0) {
        struct script s;
        rt_buf_clear(&want.text);
        write_log(&s, seed, 60);
        want.brief = true;
        sessions_of(&s, &want, 0, NULL);
        script_fini(&s);
    }
    dump_log(seed, v, &got, &facts);
    if (v->every > 0) {
        sorted_lines(&want.text);
        sorted_lines(&got.text);
    }
    bool same = rt_str_eq(rt_buf_str(&want.text), rt_buf_str(&got.text));
    CHECK_ROW(v, want.text.n > 1000);
    CHECK_ROW(v, same);
    if (!same)
        report_difference(v, seed, rt_buf_str(&want.text), rt_buf_str(&got.text));
    CHECK_ROW(v, v->factor == 1 ? facts.duplicates == 0 : facts.duplicates > facts.events / 3);
    CHECK_ROW(v, facts.open == 0);
    rt_buf_fini(&want.text);
    rt_buf_fini(&got.text);
}

static void
sessions_do_not_depend_on_how_they_were_read(void)
{
    script_rules_init(&rules);
    for (uint64_t seed = 1; seed <= 8; seed++)
        for (size_t i = 0; i < VARIANTS; i++)
            compare_variant(seed, &variants[i]);
}

/* ---- memory that runs out ---- */

static int
forget_group(void *arg, const struct session_group *g, struct rt_err *err)
{
    (void)arg, (void)err;
    for (size_t i = 0; i < g->count; i++)
        session_free(&g->sessions[i]);
    return 0;
}

static enum rt_code
run_silently(const struct script *s)
{
    struct rt_err err = {0};
    const struct session_sink sink = {forget_group, NULL};
    struct session_engine *e = session_engine_new(&rules.set, &rt_limits_default, NULL, &err);
    int rc = e == NULL ? -1 : 0;
    for (size_t i = 0; rc == 0 && i < s->events.n; i++)
        rc = session_engine_feed(e, s->events.v[i], &err);
    if (rc == 0)
        rc = session_engine_advance(e, SCRIPT_EPOCH + 4000 * RT_SEC, sink, &err);
    if (rc == 0)
        rc = session_engine_finish(e, sink, &err);
    session_engine_free(&e);
    return rc == 0 ? RT_OK : err.code;
}

static void
any_allocation_may_fail(void)
{
    struct script s;
    enum rt_code code = RT_ENOMEM;
    int64_t n = 0;
    script_rules_init(&rules);
    write_log(&s, 3, 12);
    double_events(&s, 1);
    for (; code != RT_OK && n < 100000; n++) {
        rt_alloc_fail_at(n, 1);
        code = run_silently(&s);
        rt_alloc_fail_at(-1, 0);
        CHECK(code == RT_OK || code == RT_ENOMEM);
    }
    CHECK(code == RT_OK);
    CHECK(n > 100);
    script_fini(&s);
}

static int
refuse_group(void *arg, const struct session_group *g, struct rt_err *err)
{
    int *left = arg;
    for (size_t i = 0; i < g->count; i++)
        session_free(&g->sessions[i]);
    return (*left)-- > 0 ? 0 : rt_fail_here(err, RT_EIO, "disk full");
}

static void
a_sink_may_refuse(void)
{
    struct script s;
    struct rt_err err = {0};
    int left = 3;
    script_rules_init(&rules);
    write_log(&s, 5, 12);
    struct session_engine *e = session_engine_new(&rules.set, &rt_limits_default, NULL, &err);
    for (size_t i = 0; i < s.events.n; i++)
        CHECK(session_engine_feed(e, s.events.v[i], &err) == 0);
    CHECK(session_engine_finish(e, (struct session_sink){refuse_group, &left}, &err) < 0);
    CHECK(err.code == RT_EIO);
    session_engine_free(&e);
    script_fini(&s);
}

static const struct check_test tests[] = {
    {"sessions do not depend on how they were read",
     sessions_do_not_depend_on_how_they_were_read},
    {"any allocation may fail", any_allocation_may_fail},
    {"a sink may refuse", a_sink_may_refuse},
    {NULL, NULL},
};
CHECK_MAIN("session order", tests)
