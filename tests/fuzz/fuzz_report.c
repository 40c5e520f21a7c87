/*
 * A log of any bytes through all stages and all writers: every line in one counter, the machine formats are
 * JSON, and the terminal gets nothing that steers it.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/out.h"
#include "extract/extract.h"
#include "ingest/feed.h"
#include "pack.h"
#include "pipeline/batch.h"
#include "report/writer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct bytes {
    const uint8_t *p;
    size_t n;
};

static void *
open_bytes(const void *arg, struct rt_err *err)
{
    struct bytes *b = malloc(sizeof(*b));
    (void)err;
    if (b != NULL)
        *b = *(const struct bytes *)arg;
    return b;
}

static ssize_t
read_bytes(void *state, void *out, size_t room)
{
    struct bytes *b = state;
    size_t n = b->n < room ? b->n : room;
    memcpy(out, b->p, n);
    b->p += n;
    b->n -= n;
    return (ssize_t)n;
}

static void
check_text(rt_str text)
{
    for (size_t i = 0; i < text.n; i++)
        if (((unsigned char)text.p[i] < 0x20 && text.p[i] != '\n') || text.p[i] == 0x7f)
            abort();
}

static void
check_writer(const char *name, const struct report *r)
{
    struct rt_err err = {0};
    struct writer_options w = {.columns = 80, .unicode = true, .all = true};
    struct out *o = out_memory(&err);
    if (o == NULL || writer_find(name)->write(r, &w, o, &err) < 0)
        abort();
    rt_str text = out_text(o);
    if (strcmp(name, "text") == 0)
        check_text(text);
    if (strcmp(name, "json") == 0 || strcmp(name, "sarif") == 0 || strcmp(name, "otlp") == 0 ||
        strcmp(name, "trace") == 0) {
        json_t *root =
            json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
        if (root == NULL)
            abort();
        json_decref(root);
    }
    out_abort(&o);
}

/* The table of sessions, and each of them; the bar of its phases fits the screen. */
static void
check_sessions(const struct report *r, unsigned columns)
{
    struct rt_err err = {0};
    struct writer_options w = {.columns = columns, .all = true};
    struct out *o = out_memory(&err);
    if (o == NULL || text_sessions(r, &w, o, &err) < 0)
        abort();
    for (size_t i = 0; i < r->session_count; i++)
        if (text_session(r, r->sessions[i], &w, o, &err) < 0)
            abort();
    rt_str text = out_text(o);
    check_text(text);
    for (rt_str rest = text; rest.n > 0;) {
        size_t end = rt_str_find(rest, RT_LIT("\n"));
        rt_str line = {rest.p, end == SIZE_MAX ? rest.n : end};
        bool bar = line.n > 2 && line.p[0] == ' ' && line.p[1] == '|';
        if (bar &&
            (line.n > columns || (line.p[line.n - 1] != '|' && line.p[line.n - 1] != 'X')))
            abort();
        rest = end == SIZE_MAX ? RT_NONE : rt_str_from(rest, end + 1);
    }
    out_abort(&o);
}

static void
check_report(const struct report *r)
{
    static const char *const names[] = {"text",  "json",  "md",   "html", "csv",
                                        "junit", "sarif", "otlp", "trace"};
    uint64_t sum = 0;
    for (int c = 0; c < LINE__COUNT; c++)
        sum += r->inputs[0].counts[c];
    if (sum != r->inputs[0].lines)
        abort();
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        check_writer(names[i], r);
    check_sessions(r, 80);
    check_sessions(r, 40);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct rule_set *rules = builtin_pack();
    struct rt_err err = {0};
    struct bytes bytes = {data, size};
    struct feed_source source = {open_bytes, read_bytes, free, &bytes};
    struct input_list inputs;
    input_list_init(&inputs);
    struct input *in = RT_VEC_PUSH(&inputs.inputs);
    if (in == NULL)
        abort();
    *in = (struct input){.path = "fuzz", .size = size, .source = &source};
    struct batch_options o = {.inputs = &inputs,
                              .threads = 1,
                              .since = RT_TIME_NONE,
                              .until = RT_TIME_NONE,
                              .now = RT_TIME_NONE,
                              .stamp = RT_TIME_NONE};
    struct batch *b = batch_run(rules, &rt_limits_default, &o, NULL, &err);
    if (b == NULL)
        abort();
    check_report(batch_report(b));
    batch_free(&b);
    input_list_fini(&inputs);
    return 0;
}
