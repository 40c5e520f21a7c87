#include "config.h"

#include "main/run.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/monotonic.h"
#include "base/out.h"
#include "base/str.h"
#include "pipeline/recall.h"

int
run_fail(const struct rt_err *err)
{
    if (err->pos.file != NULL && err->pos.line > 0)
        log_error("%s:%u:%u: %s", err->pos.file, err->pos.line, err->pos.col, err->msg);
    else if (err->pos.file != NULL)
        log_error("%s: %s", err->pos.file, err->msg);
    else
        log_error("%s", err->msg);
    return err->code == RT_ESYNTAX ? EXIT_RULES : EXIT_USAGE;
}

void
run_tell_messages(const struct rule_messages *m)
{
    struct out *o = out_memory(NULL);
    if (o == NULL)
        return;
    rule_messages_print(m, o);
    rt_str text = out_text(o);
    fwrite(text.p, 1, text.n, stderr);
    out_abort(&o);
}

int
run_load_rules(struct run *r, const struct options *o)
{
    *r = (struct run){.o = o};
    input_list_init(&r->inputs);
    struct rule_messages messages;
    rule_messages_init(&messages);
    struct rule_sources from = {.builtin = true,
                                .untested = true,
                                .paths = o->rules.v,
                                .path_count = o->rules.n,
                                .today = rt_time_now()};
    r->rules = rule_set_load(&from, &rt_limits_default, &messages, &r->err);
    run_tell_messages(&messages);
    r->rule_errors = messages.errors > 0;
    rule_messages_fini(&messages);
    if (r->rules == NULL) {
        run_fail(&r->err);
        return -1;
    }
    return 0;
}

static unsigned
default_threads(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > 64 ? 64 : (unsigned)n;
}

/* A word that is no file but nearly a command was meant as one. */
static int
gather(struct run *r, char *const *paths, int count, int *status)
{
    for (int i = 0; i < count; i++)
        if (input_list_add(&r->inputs, paths[i], &rt_limits_default, &r->err) < 0) {
            *status = run_fail(&r->err);
            return -1;
        }
    const struct input_problem *p;
    RT_EACH (p, &r->inputs.problems) {
        bool absent = p->fatal && access(p->path, F_OK) < 0;
        const char *near =
            absent && strcmp(p->path, paths[0]) == 0 ? command_near(p->path) : NULL;
        if (near != NULL)
            log_error("%s: %s (or is the command \"%s\" meant?)", p->path, p->why, near);
        else if (p->fatal)
            log_error("%s: %s", p->path, p->why);
        else
            log_warn("%s: %s", p->path, p->why);
        r->input_errors |= p->fatal;
        r->input_gaps |= !p->fatal;
    }
    if (r->inputs.inputs.n > 0)
        return 0;
    if (!r->input_errors)
        log_error("no file to read%s",
                  count > 0 ? ": the directory holds none" : "; give FILE, a directory or -");
    *status = EXIT_USAGE;
    return -1;
}

/* Line by line: some show a place in the input. */
static void
tell_warning(rt_str path, rt_str text, const char *after)
{
    size_t end = rt_str_find(text, RT_LIT("\n"));
    rt_str line = {text.p, end == SIZE_MAX ? text.n : end};
    log_warn("%.*s: %.*s%s", RT_FMT(path), RT_FMT(line), after);
    while (end != SIZE_MAX) {
        text = rt_str_from(text, end + 1);
        end = rt_str_find(text, RT_LIT("\n"));
        line = (rt_str){text.p, end == SIZE_MAX ? text.n : end};
        log_more("%.*s", RT_FMT(line));
    }
}

/* Warnings of the inputs are in the report; the person at the terminal sees them too. */
static void
tell_warnings(const struct run *r, const struct report *rep)
{
    bool well =
        !r->o->strict && !r->input_errors && !r->rule_errors && r->o->fail_on == SEVERITY_NONE;
    for (size_t i = 0; i < rep->input_count; i++)
        for (size_t w = 0; w < rep->inputs[i].warning_count; w++)
            tell_warning(rep->inputs[i].path, rep->inputs[i].warnings[w],
                         w == 0 && well && !rep->inputs[i].complete
                             ? ". Exit code 0, --strict makes it 3."
                             : "");
}

struct batch *
run_batch(struct run *r, const struct input_list *inputs, bool filtered,
          const struct batch_stream *stream)
{
    const struct options *o = r->o;
    struct batch_progress counts = {0};
    struct batch_options options = {
        .inputs = inputs,
        .threads = o->threads > 0 ? o->threads : default_threads(),
        .format = o->as,
        .zone = o->tz,
        .since = o->since,
        .until = o->until,
        .session = filtered ? o->session : NULL,
        .channel = filtered ? o->channel : NULL,
        .app = filtered ? o->app : NULL,
        .no_rules = o->no_rules,
        .show_accepted = o->all,
        .now = rt_time_now(),
        .stamp = o->stamp ? rt_time_now() : RT_TIME_NONE,
        .stream = stream,
    };
    rt_dur begin = monotonic_now();
    struct progress *p = progress_start(o, inputs, &counts);
    struct batch *b = batch_run(r->rules, &rt_limits_default, &options, &counts, &r->err);
    progress_stop(&p);
    if (b != NULL)
        batch_set_seconds(b, (double)(monotonic_now() - begin) / (double)RT_SEC);
    return b;
}

static bool
was_refused(const struct input_list *l, const char *path)
{
    const struct input_problem *p;
    RT_EACH (p, &l->problems)
        if (p->fatal && strcmp(p->path, path) == 0)
            return true;
    return false;
}

/* As words for a shell. */
static void
note_operands(struct run *r, char *const *paths, int count)
{
    enum { MOST = 60 };
    struct rt_buf b;
    rt_buf_init(&b, MOST);
    for (int i = 0; i < count; i++)
        if (!was_refused(&r->inputs, paths[i])) {
            if (b.n > 0)
                rt_buf_addc(&b, ' ');
            rt_buf_add_word(&b, rt_str_of(paths[i]));
        }
    if (!b.failed && b.n > 0)
        r->next = rt_arena_strz(&r->inputs.arena, rt_buf_str(&b));
    rt_buf_fini(&b);
}

/* What there is to read. */
static int
open_inputs(struct run *r, char *const *paths, int count, int *status)
{
    r->from = &r->inputs;
    if (r->o->store == NULL)
        return gather(r, paths, count, status);
    r->recall = recall_new(r->o->store, r->rules, &rt_limits_default, &r->err);
    if (r->recall == NULL) {
        *status = run_fail(&r->err);
        return -1;
    }
    r->from = recall_inputs(r->recall);
    return 0;
}

int
run_read(struct run *r, char *const *paths, int count, const struct batch_stream *stream,
         int *status)
{
    if (open_inputs(r, paths, count, status) < 0)
        return -1;
    if (!r->again || input_list_keep(&r->inputs, &r->err) == 0)
        r->batch = run_batch(r, r->from, true, stream);
    if (r->batch == NULL) {
        *status = run_fail(&r->err);
        return -1;
    }
    if (r->o->store == NULL)
        note_operands(r, paths, count);
    r->input_errors |= batch_unreadable(r->batch) > 0;
    tell_warnings(r, batch_report(r->batch));
    return 0;
}

void
run_fini(struct run *r)
{
    if (rt_frees_at_end())
        batch_free(&r->batch);
    recall_free(&r->recall);
    input_list_fini(&r->inputs);
    if (rt_frees_at_end())
        rule_set_free(&r->rules);
}

int
run_status(const struct run *r)
{
    if (r->input_errors || (r->o->strict && (r->input_gaps || batch_incomplete(r->batch) > 0)))
        return EXIT_USAGE;
    if (r->rule_errors)
        return EXIT_RULES;
    const struct report *rep = batch_report(r->batch);
    for (int s = SEVERITY_CRITICAL; r->o->fail_on != SEVERITY_NONE && s >= (int)r->o->fail_on;
         s--)
        if (rep->severity_counts[s] > 0)
            return EXIT_FOUND;
    return EXIT_RAN;
}
