/* A log of any bytes through the extractor: no crash, no hang, every line in one counter. */
#include "config.h"

#include <stdlib.h>

#include "extract/extract.h"
#include "pack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
take(void *arg, const struct event *e, struct rt_err *err)
{
    (void)arg, (void)err;
    if (e->kind >= KIND__MAX)
        abort();
    return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct rule_set *rules = builtin_pack();
    struct rt_err err = {0};
    struct extract_options o = {.path = "fuzz"};
    struct extract *x =
        extract_new(rules, &o, &rt_limits_default, (struct extract_sink){take, NULL}, &err);
    if (x == NULL)
        abort();
    uint64_t lines = 0, sum = 0;
    for (rt_str rest = {(const char *)data, size}; rest.n > 0;) {
        size_t end = rt_str_find(rest, RT_LIT("\n"));
        rt_str line = {rest.p, end == SIZE_MAX ? rest.n : end};
        extract_line(x, line, ++lines, &err);
        rest = end == SIZE_MAX ? RT_NONE : rt_str_from(rest, end + 1);
    }
    extract_end(x, &err);
    struct extract_facts f;
    extract_facts(x, &f);
    for (int i = 0; i < LINE__COUNT; i++)
        sum += f.counts[i];
    if (err.code == RT_OK && sum != lines)
        abort();
    extract_free(&x);
    return 0;
}
