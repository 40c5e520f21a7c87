#include "config.h"

#include "pipeline/quote.h"

#include <stdlib.h>
#include <string.h>

#include "ingest/reader.h"

static int
by_place(const void *a, const void *b)
{
    const struct quote *x = a, *y = b;
    if (x->input != y->input)
        return x->input < y->input ? -1 : 1;
    return (x->line > y->line) - (x->line < y->line);
}

/* The lines of one input, which are those from `v` on. */
static int
read_input(const struct input *in, const struct rt_limits *limits, struct quote *v, size_t n,
           size_t most, struct rt_arena *a, struct rt_err *err)
{
    struct reader_line line;
    struct rt_err unread = {0};
    int got = 1;
    if (!input_stays(in))
        return 0;
    struct reader *r = input_open(in, READ_ALONE, limits, &unread);
    for (size_t i = 0; r != NULL && i < n && (got = reader_next(r, &line, err)) == 1;)
        for (; i < n && v[i].line <= line.number; i++) {
            bool ok = true;
            if (v[i].line == line.number)
                v[i].text = rt_arena_str(
                    a, (rt_str){line.text.p, line.text.n < most ? line.text.n : most}, &ok);
            got = ok ? got : rt_fail_mem(err);
        }
    reader_free(&r);
    return got < 0 ? -1 : 0;
}

int
quote_read(const struct input_list *inputs, const struct rt_limits *limits, struct quote *v,
           size_t n, size_t most, struct rt_arena *a, struct rt_err *err)
{
    if (n > 1)
        qsort(v, n, sizeof(*v), by_place);
    for (size_t from = 0, to = 0; from < n; from = to) {
        while (to < n && v[to].input == v[from].input)
            to++;
        if (v[from].input < inputs->inputs.n &&
            read_input(&inputs->inputs.v[v[from].input], limits, v + from, to - from, most, a,
                       err) < 0)
            return -1;
    }
    return 0;
}
