/*
 * cmd_formats.c - which format reads a file, and where the others stopped.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/out.h"
#include "extract/extract.h"
#include "ingest/inputs.h"
#include "ingest/reader.h"
#include "main/run.h"
#include "main/terminal.h"
#include "report/layout.h"

struct tally {
    const struct format *format;
    uint64_t matched;
    uint64_t first_line; /* that did not match; 0 = none */
    size_t stop;
    char text[120];
};

static void
list(const struct rule_set *set, const struct writer_options *w, struct out *out)
{
    enum { ABOUT = 32 }; /* the column where it begins */
    const struct layout l = {out, w};
    const struct format *f;
    RT_EACH (f, &set->formats) {
        out_fmt(out, "%-24.*s %-6s ", RT_FMT(f->name), f->is_json ? "json" : "text");
        layout_wrapped(&l, f->about, ABOUT, ABOUT);
    }
}

static int
by_matches(const void *a, const void *b)
{
    const struct tally *x = a, *y = b;
    if (x->matched != y->matched)
        return x->matched > y->matched ? -1 : 1;
    return x->format < y->format ? -1 : 1;
}

static int
try_lines(const struct rule_set *set, struct reader *reader, struct tally *tallies,
          uint64_t *lines, struct rt_err *err)
{
    struct format_trial *trials = rt_calloc(set->formats.n, sizeof(*trials));
    if (trials == NULL)
        return rt_fail_mem(err);
    struct reader_line line;
    int got = 0;
    while (*lines < 1000 && (got = reader_next(reader, &line, err)) == 1) {
        (*lines)++;
        if (line.too_long)
            continue;
        got = extract_trial(set, &rt_limits_default, line.text, trials, set->formats.n, err);
        for (size_t i = 0; got >= 0 && i < set->formats.n; i++) {
            struct tally *t = &tallies[i];
            t->matched += trials[i].matched;
            if (trials[i].matched || t->first_line != 0)
                continue;
            t->first_line = line.number;
            t->stop = trials[i].stop;
            snprintf(t->text, sizeof(t->text), "%.*s", RT_FMT(line.text));
        }
        if (got < 0)
            break;
    }
    rt_free(trials);
    return got < 0 ? -1 : 0;
}

static void
show(const char *path, const struct tally *tallies, size_t count, uint64_t lines,
     struct out *out)
{
    out_tty(out, rt_str_of(path));
    out_fmt(out, ": %llu lines tried\n", (unsigned long long)lines);
    for (size_t i = 0; i < count; i++) {
        const struct tally *t = &tallies[i];
        out_fmt(out, "  %-24.*s %5.1f %%", RT_FMT(t->format->name),
                lines == 0 ? 0.0 : 100.0 * (double)t->matched / (double)lines);
        if (t->first_line == 0) {
            out_raw(out, "  reads every line\n");
            continue;
        }
        size_t stop = t->stop < 60 ? t->stop : 60;
        rt_str text = rt_str_of(t->text);
        text.n = text.n > 72 ? 72 : text.n;
        rt_str before = {text.p, stop < text.n ? stop : text.n};
        out_fmt(out, "  line %llu stops at byte %zu\n    ", (unsigned long long)t->first_line,
                t->stop + 1);
        out_tty(out, text);
        out_raw(out, "\n    ");
        out_pad(out, ' ', out_tty_width(before));
        out_raw(out, "^\n");
    }
}

static int
test_input(const struct rule_set *set, const struct input *in, struct out *out,
           struct rt_err *err)
{
    const char *path = in->path;
    struct reader *reader = input_open(in, READ_ALONE, &rt_limits_default, err);
    struct tally *tallies =
        rt_calloc(set->formats.n == 0 ? 1 : set->formats.n, sizeof(*tallies));
    int rc = -1;
    if (reader == NULL || tallies == NULL) {
        if (reader != NULL)
            rt_fail_mem(err);
        goto out;
    }
    for (size_t i = 0; i < set->formats.n; i++)
        tallies[i].format = &set->formats.v[i];
    uint64_t lines = 0;
    if (try_lines(set, reader, tallies, &lines, err) < 0)
        goto out;
    qsort(tallies, set->formats.n, sizeof(*tallies), by_matches);
    show(path, tallies, set->formats.n, lines, out);
    rc = 0;
out:
    rt_free(tallies);
    reader_free(&reader);
    return rc;
}

/* A file, or those of a directory, an archive, a bundle. */
static int
test_file(const struct rule_set *set, const char *path, struct out *out, struct rt_err *err)
{
    struct input_list list;
    const struct input_problem *p;
    input_list_init(&list);
    int rc = input_list_add(&list, path, &rt_limits_default, err);
    RT_EACH (p, &list.problems)
        if (rc == 0 && p->fatal)
            rc = rt_fail_here(err, RT_EIO, "%s: %s", p->path, p->why);
    for (size_t i = 0; rc == 0 && i < list.inputs.n; i++)
        rc = test_input(set, &list.inputs.v[i], out, err);
    input_list_fini(&list);
    return rc;
}

static int
run_formats(const struct options *o)
{
    bool is_list = o->operand_count >= 1 && strcmp(o->operands[0], "list") == 0;
    bool is_test = o->operand_count >= 2 && strcmp(o->operands[0], "test") == 0;
    if (!is_list && !is_test) {
        log_error("formats needs list, or test FILE...: rectrace formats test api.log");
        return EXIT_USAGE;
    }
    struct run r;
    struct writer_options w = terminal_writer_options(o);
    int status = EXIT_RULES;
    struct out *out = NULL;
    if (run_load_rules(&r, o) < 0)
        goto out;
    status = EXIT_USAGE;
    out = out_file(o->output, &r.err);
    if (out == NULL)
        goto failed;
    if (is_list)
        list(r.rules, &w, out);
    for (int i = 1; is_test && i < o->operand_count; i++)
        if (test_file(r.rules, o->operands[i], out, &r.err) < 0)
            goto failed;
    if (out_close(&out, &r.err) < 0)
        goto failed;
    status = r.rule_errors ? EXIT_RULES : EXIT_RAN;
    goto out;
failed:
    status = run_fail(&r.err);
out:
    out_abort(&out);
    run_fini(&r);
    return status;
}

const struct command cmd_formats = {
    .name = "formats",
    .arguments = "list | test FILE...",
    .group = "Write rules and formats",
    .doc = "the log formats; which one reads a file, and where the others stopped",
    .about =
        "list: the log formats. test: for each file which format reads it, how much of it, and at which line "
        "and place the others stopped.",
    .examples = "rectrace formats test api.log\nrectrace formats list --rules my-format.yaml",
    .takes = TAKES_OUTPUT | TAKES_RULES | TAKES_INPUT | TAKES_REPORT | TAKES_SCREEN,
    .formats = "text",
    .run = run_formats,
};
