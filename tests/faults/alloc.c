/*
 * alloc.c - every allocation fails once: loading rules and reading a log either work or end in a
 * clean "out of memory", without a leak (the sanitizer build looks).
 */
#include "config.h"

#include "base/alloc.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/out.h"
#include "pipeline/batch.h"
#include "report/writer.h"
#include "rules/load.h"

static int
attempt(const char *rules_path, char *log_path, struct rt_err *err)
{
    int rc = -1;
    struct rule_messages messages;
    struct input_list inputs;
    struct batch *batch = NULL;
    struct out *out = NULL;
    rule_messages_init(&messages);
    input_list_init(&inputs);
    const char *paths[] = {rules_path};
    struct rule_sources from = {.paths = paths, .path_count = 1};
    struct rule_set *rules = rule_set_load(&from, &rt_limits_default, &messages, err);
    if (rules == NULL || input_list_add(&inputs, log_path, &rt_limits_default, err) < 0)
        goto done;
    struct batch_options o = {
        .inputs = &inputs,
        .threads = 1,
        .since = RT_TIME_NONE,
        .until = RT_TIME_NONE,
        .now = RT_TIME_NONE,
        .stamp = RT_TIME_NONE,
    };
    batch = batch_run(rules, &rt_limits_default, &o, NULL, err);
    out = batch == NULL ? NULL : out_memory(err);
    if (out == NULL)
        goto done;
    struct writer_options w = {.columns = 80, .unicode = true};
    rc = writer_find("json")->write(batch_report(batch), &w, out, err);
    if (rc == 0)
        rc = writer_find("text")->write(batch_report(batch), &w, out, err);
done:
    out_abort(&out);
    batch_free(&batch);
    input_list_fini(&inputs);
    rule_set_free(&rules);
    rule_messages_fini(&messages);
    return rc;
}

int
main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    struct rt_err whole = {0};
    rt_alloc_fail_at(INT64_MAX / 2, 0);
    int rc = attempt(argv[1], argv[2], &whole);
    uint64_t count = rt_alloc_fail_at(-1, 0);
    if (rc < 0) {
        fprintf(stderr, "without a fault: %s\n", whole.msg);
        return 1;
    }
    unsigned refused = 0, survived = 0;
    for (uint64_t n = 0; n < count; n++) {
        struct rt_err err = {0};
        rt_alloc_fail_at((int64_t)n, 0);
        rc = attempt(argv[1], argv[2], &err);
        rt_alloc_fail_at(-1, 0);
        if (rc == 0)
            survived++; /* a cache, a warning: done without */
        else if (err.code == RT_ENOMEM)
            refused++;
        else {
            fprintf(stderr,
                    "allocation %llu of %llu: error %d \"%s\" instead of out of memory\n",
                    (unsigned long long)n, (unsigned long long)count, err.code, err.msg);
            return 1;
        }
    }
    printf("%llu allocations failed once each: %u clean refusals, %u done without\n",
           (unsigned long long)count, refused, survived);
    return refused == 0;
}
