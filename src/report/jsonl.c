/*
 * jsonl.c - the same objects, one a line, as sessions close.
 */
#include "config.h"

#include "report/json.h"
#include "report/writer.h"

/* The object is written as it is, with its type put in front of its first member. */
static void
line(struct out *o, const char *type, struct out *object)
{
    rt_str text = out_text(object);
    out_fmt(o, "{ \"type\": \"%s\", ", type);
    out_rawn(o, rt_str_trim(rt_str_from(text, 1)));
    out_char(o, '\n');
}

static int
jsonl_session(const struct report *r, const struct session *s, struct out *o,
              struct rt_err *err)
{
    struct out *object = out_memory(err);
    if (object == NULL)
        return -1;
    json_session(object, r, s, NULL, 0);
    line(o, "session", object);
    out_abort(&object);
    return 0;
}

static int
jsonl_finding(const struct report *r, const struct finding *f, struct out *o,
              struct rt_err *err)
{
    struct out *object = out_memory(err);
    if (object == NULL)
        return -1;
    json_finding(object, r, f);
    line(o, "finding", object);
    out_abort(&object);
    return 0;
}

static int
jsonl_unchecked(const struct report *r, const struct unchecked *u, struct out *o,
                struct rt_err *err)
{
    struct out *object = out_memory(err);
    if (object == NULL)
        return -1;
    json_unchecked(object, r, u);
    line(o, "unchecked", object);
    out_abort(&object);
    return 0;
}

static int
jsonl_end(const struct report *r, struct out *o, struct rt_err *err)
{
    for (size_t i = 0; i < r->input_count; i++) {
        struct out *object = out_memory(err);
        if (object == NULL)
            return -1;
        json_input(object, &r->inputs[i]);
        line(o, "input", object);
        out_abort(&object);
    }
    out_raw(o, "{ \"type\": \"totals\", \"schema\": \"rectrace.report/1\", \"tool\": ");
    json_tool(o, r);
    out_raw(o, ", \"coverage\": ");
    json_coverage(o, r);
    out_raw(o, ", \"clock_skew\": ");
    json_skew(o, r);
    out_raw(o, ", \"totals\": ");
    json_totals(o, r);
    out_raw(o, " }\n");
    return 0;
}

extern const struct writer writer_jsonl;
const struct writer writer_jsonl = {
    .name = "jsonl",
    .title = "one JSON object a line, as sessions close",
    .media_type = "application/x-ndjson",
    .session = jsonl_session,
    .finding = jsonl_finding,
    .unchecked = jsonl_unchecked,
    .end = jsonl_end,
};
