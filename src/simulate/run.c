#include "config.h"

#include "simulate/run.h"

#include <stdlib.h>

#include "base/alloc.h"

enum { BETWEEN_S = 20, SPREAD_MS = 10000, WATCH_H = 26, APP = 32 };
#define WATCH RT_LIT("watch")
#define BASE  rt_time_civil(2026, 1, 5, 9, 0, 0, 0)

static int
by_place(const void *a, const void *b)
{
    const struct sim_line *x = a, *y = b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

static int
add(struct sim_run *run, struct sim_random *r, const struct sim_scenario *s, rt_time begin)
{
    struct sim_instance *in = RT_VEC_PUSH(&run->instances);
    char *app = rt_arena_alloc(&run->arena, APP + 1);
    char *cname = rt_arena_printf(&run->arena, "sim-%zu", run->instances.n - 1);
    if (in == NULL || app == NULL || cname == NULL)
        return -1;
    sim_text(r, "0123456789abcdef", APP, app);
    *in = (struct sim_instance){
        .scenario = s, .app = rt_str_of(app), .cname = rt_str_of(cname), .begin = begin};
    return 0;
}

/* Every scenario once, then any: the one that watches is there already. */
static const struct sim_scenario *
pick(const struct sim_plan *p, const struct sim_scenario *only, struct sim_random *r,
     unsigned i)
{
    if (only != NULL)
        return only;
    size_t n = p->scenarios.n;
    return p->scenarios.v[i < n ? i : sim_below(r, n)];
}

int
sim_run_make(struct sim_run *run, const struct sim_plan *p, const struct sim_scenario *only,
             uint64_t seed, unsigned count, const struct sim_habits *habits, struct rt_err *err)
{
    struct sim_random r = {seed};
    const struct sim_scenario *watch = sim_scenario_find(p, WATCH);
    rt_time last = BASE;
    *run = (struct sim_run){.seed = seed};
    rt_arena_init(&run->arena, 1 << 20, 0);
    int rc = watch == NULL ? -1 : add(run, &r, watch, BASE);
    for (unsigned i = 0; i < count && rc == 0; i++) {
        const struct sim_scenario *s = pick(p, only, &r, i);
        if (s == watch)
            continue;
        rt_time begin = BASE + RT_MIN + (rt_time)i * BETWEEN_S * RT_SEC +
                        (rt_dur)sim_below(&r, SPREAD_MS) * RT_MS;
        rc = add(run, &r, s, begin);
        last = begin;
    }
    rt_time until = last + WATCH_H * RT_HOUR;
    for (size_t i = 0; i < run->instances.n && rc == 0; i++) {
        struct sim_instance *in = &run->instances.v[i];
        rc = sim_client_run(p, in, i == 0 ? until : in->begin, habits, &r, &run->arena,
                            &run->lines);
    }
    if (run->lines.list.n > 1)
        qsort(run->lines.list.v, run->lines.list.n, sizeof(*run->lines.list.v), by_place);
    return rc < 0 ? rt_fail_mem(err) : 0;
}

void
sim_run_fini(struct sim_run *run)
{
    RT_VEC_FREE(&run->lines.list);
    RT_VEC_FREE(&run->instances);
    rt_arena_fini(&run->arena);
}

void
sim_run_write(const struct sim_run *run, bool calls, bool hooks, struct out *o)
{
    for (size_t i = 0; i < run->lines.list.n; i++) {
        const struct sim_line *l = &run->lines.list.v[i];
        if (l->hook ? !hooks : !calls)
            continue;
        out_rawn(o, l->text);
        out_char(o, '\n');
    }
}

static void
words(struct out *o, const char *name, const rt_str *v, size_t n)
{
    out_fmt(o, ", \"%s\": [", name);
    for (size_t i = 0; i < n; i++) {
        out_raw(o, i > 0 ? ", " : "");
        out_json(o, v[i]);
    }
    out_char(o, ']');
}

void
sim_run_expected(const struct sim_run *run, struct out *o)
{
    out_fmt(o, "{\n \"schema\": \"rectrace.expected/1\",\n \"seed\": %llu,\n \"instances\": [",
            (unsigned long long)run->seed);
    for (size_t i = 0; i < run->instances.n; i++) {
        const struct sim_instance *in = &run->instances.v[i];
        out_raw(o, i > 0 ? ",\n  {\"scenario\": " : "\n  {\"scenario\": ");
        out_json(o, in->scenario->name);
        out_raw(o, ", \"app_id\": ");
        out_json(o, in->app);
        out_raw(o, ", \"cname\": ");
        out_json(o, in->cname);
        out_fmt(o, ", \"callbacks_lost\": %u, \"callbacks_repeated\": %u", in->lost,
                in->repeated);
        words(o, "expect", in->scenario->expect, in->scenario->expect_count);
        words(o, "may", in->scenario->may, in->scenario->may_count);
        out_char(o, '}');
    }
    out_raw(o, "\n ]\n}\n");
}
