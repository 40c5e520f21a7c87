/*
 * cmd_simulate.c - logs of clients that do one thing wrong, or many, with a known answer.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "base/out.h"
#include "main/run.h"
#include "simulate/run.h"

enum { SESSIONS = 1 };

static int
list(const struct sim_plan *p, const struct options *o)
{
    struct rt_err err = {0};
    struct out *out = out_file(o->output, &err);
    for (size_t i = 0; out != NULL && i < p->scenarios.n; i++) {
        const struct sim_scenario *s = p->scenarios.v[i];
        out_fmt(out, "%-26.*s", RT_FMT(s->name));
        for (size_t k = 0; k < s->expect_count; k++)
            out_fmt(out, "%s%.*s", k > 0 ? ", " : "", RT_FMT(s->expect[k]));
        if (s->expect_count == 0)
            out_raw(out, "nothing");
        out_char(out, '\n');
    }
    return out == NULL || out_close(&out, &err) < 0 ? run_fail(&err) : EXIT_RAN;
}

static void
write_calls(const struct sim_run *run, struct out *o)
{
    sim_run_write(run, true, false, o);
}

static void
write_hooks(const struct sim_run *run, struct out *o)
{
    sim_run_write(run, false, true, o);
}

static const struct file {
    const char *name;
    void (*write)(const struct sim_run *run, struct out *o);
} files[] = {{"api.log", write_calls},
             {"hooks.jsonl", write_hooks},
             {"expected.json", sim_run_expected}};

static int
write_file(const struct sim_run *run, const char *folder, const struct file *f,
           struct rt_err *err)
{
    char path[4096];
    snprintf(path, sizeof(path), "%s/%s", folder, f->name);
    struct out *o = out_file(path, err);
    if (o == NULL)
        return -1;
    f->write(run, o);
    return out_close(&o, err);
}

static int
write_folder(const struct sim_run *run, const char *folder, struct rt_err *err)
{
    if (mkdir(folder, 0777) < 0 && errno != EEXIST)
        return rt_fail_here(err, RT_EIO, "%s: %s", folder, strerror(errno));
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
        if (write_file(run, folder, &files[i], err) < 0)
            return -1;
    return 0;
}

static int
write_run(const struct sim_run *run, const struct options *o, struct rt_err *err)
{
    if (strcmp(o->output, "-") == 0) {
        struct out *out = out_file("-", err);
        if (out != NULL)
            sim_run_write(run, true, true, out);
        return out == NULL ? -1 : out_close(&out, err);
    }
    return write_folder(run, o->output, err);
}

static const char *
near(const struct sim_plan *p, rt_str name)
{
    static char out[100];
    unsigned best = 4;
    out[0] = '\0';
    for (size_t i = 0; i < p->scenarios.n; i++) {
        unsigned d = rt_str_distance(name, p->scenarios.v[i]->name, best);
        if (d < best) {
            best = d;
            snprintf(out, sizeof(out), "; did you mean %.*s?", RT_FMT(p->scenarios.v[i]->name));
        }
    }
    return out;
}

static int
simulate(const struct sim_plan *p, const struct options *o)
{
    struct sim_habits habits = {o->jitter, o->loss, o->disorder, o->duplicates};
    bool mix = strcmp(o->operands[0], "mix") == 0;
    const struct sim_scenario *only =
        mix ? NULL : sim_scenario_find(p, rt_str_of(o->operands[0]));
    struct sim_run run;
    struct rt_err err = {0};
    if (!mix && only == NULL) {
        log_error("no scenario \"%s\"%s; rectrace simulate list tells them all", o->operands[0],
                  near(p, rt_str_of(o->operands[0])));
        return EXIT_USAGE;
    }
    unsigned count = o->sessions > 0 ? o->sessions : mix ? (unsigned)p->scenarios.n : SESSIONS;
    int rc = sim_run_make(&run, p, only, o->seed, count, &habits, &err);
    if (rc == 0)
        rc = write_run(&run, o, &err);
    sim_run_fini(&run);
    return rc < 0 ? run_fail(&err) : EXIT_RAN;
}

static int
with_plan(const struct options *o,
          int (*run)(const struct sim_plan *p, const struct options *o))
{
    struct rule_messages messages;
    struct rt_err err = {0};
    int status = EXIT_RULES;
    rule_messages_init(&messages);
    struct sim_plan *p = sim_plan_load(&messages, &err);
    if (messages.errors > 0)
        run_tell_messages(&messages);
    else if (p == NULL)
        status = run_fail(&err);
    if (p != NULL)
        status = run(p, o);
    sim_plan_free(&p);
    rule_messages_fini(&messages);
    return status;
}

static int
run_simulate(const struct options *o)
{
    if (o->operand_count != 1) {
        log_error("simulate needs a SCENARIO, \"mix\" or \"list\"");
        return EXIT_USAGE;
    }
    return with_plan(o, strcmp(o->operands[0], "list") == 0 ? list : simulate);
}

const struct command cmd_simulate = {
    .name = "simulate",
    .arguments = "SCENARIO|mix|list",
    .group = "Try it",
    .doc = "an API log and its callbacks, with a known answer",
    .about =
        "Logs of clients that were made up: what they do is a scenario, what the service answers and calls "
        "back is a model of it. With -o DIR it writes api.log, hooks.jsonl and expected.json, which tells "
        "what is to be found; else both logs go to standard output. mix goes through every scenario once, "
        "then through any; list names them.",
    .examples = "rectrace simulate start-expired | rectrace analyze -\n"
                "rectrace simulate mix --sessions 500 --seed 7 -o made/",
    .takes = TAKES_OUTPUT | TAKES_SIMULATE,
    .formats = "text",
    .run = run_simulate,
};

/* ---- a first look ---- */

static void
tell_demo(struct out *o, const char *folder, size_t sessions)
{
    struct rt_buf b;
    rt_buf_init(&b, 8192);
    rt_buf_add_word(&b, rt_str_of(folder));
    out_tty(o, rt_buf_str(&b));
    out_fmt(
        o,
        " holds the logs of %zu made-up recordings, nearly all used wrongly in one way. Try:\n",
        sessions);
    static const char *const next[][2] = {{"rectrace analyze ", "/api.log "},
                                          {"rectrace sessions ", "/api.log "},
                                          {"rectrace session '#3' ", "/api.log "}};
    for (size_t i = 0; i < sizeof(next) / sizeof(next[0]); i++) {
        out_fmt(o, "\n  %s", next[i][0]);
        out_tty(o, rt_buf_str(&b));
        out_raw(o, next[i][1]);
        out_tty(o, rt_buf_str(&b));
        out_raw(o, "/hooks.jsonl");
    }
    out_char(o, '\n');
    rt_buf_fini(&b);
}

static int
demo(const struct sim_plan *p, const struct options *o)
{
    const char *folder = o->operand_count > 0 ? o->operands[0] : "rectrace-demo";
    struct sim_habits habits = {0};
    struct sim_run run;
    struct rt_err err = {0};
    struct out *out = NULL;
    int rc = sim_run_make(&run, p, NULL, 1, (unsigned)p->scenarios.n, &habits, &err);
    if (rc == 0)
        rc = write_folder(&run, folder, &err);
    if (rc == 0)
        rc = (out = out_file("-", &err)) == NULL ? -1 : 0;
    if (rc == 0) {
        tell_demo(out, folder, p->scenarios.n);
        rc = out_close(&out, &err);
    }
    sim_run_fini(&run);
    return rc < 0 ? run_fail(&err) : EXIT_RAN;
}

static int
run_demo(const struct options *o)
{
    if (o->operand_count > 1) {
        log_error("demo takes one folder: rectrace demo DIR");
        return EXIT_USAGE;
    }
    return with_plan(o, demo);
}

const struct command cmd_demo = {
    .name = "demo",
    .arguments = "[DIR]",
    .group = "Try it",
    .doc = "a small made-up data set in DIR (rectrace-demo), and what to try with it",
    .about =
        "Writes the logs of simulate mix into a folder, and tells which three commands to try with them.",
    .examples = "rectrace demo\nrectrace demo /tmp/first-look",
    .takes = 0,
    .formats = "text",
    .run = run_demo,
};
