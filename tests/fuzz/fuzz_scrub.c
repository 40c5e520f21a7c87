/*
 * Lines of any bytes through the redactor: learnt once, written once, and what is left of that which was learnt
 * (as a part of a name, in another encoding) is seen by scrub_leak(), so that nothing is written.
 */
#include "config.h"

#include <stdlib.h>

#include "pack.h"
#include "report/scrub.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
each_line(struct scrub *s, rt_str text, struct rt_buf *out)
{
    for (rt_str rest = text; rest.n > 0;) {
        size_t end = rt_str_find(rest, RT_LIT("\n"));
        rt_str line = {rest.p, end == SIZE_MAX ? rest.n : end};
        rt_str made = scrub_line(s, line);
        if (out != NULL) {
            rt_buf_add(out, made);
            rt_buf_addc(out, '\n');
        }
        rest = end == SIZE_MAX ? RT_NONE : rt_str_from(rest, end + 1);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct rule_set *rules = builtin_pack();
    struct scrub s;
    struct rt_buf out;
    if (scrub_init(&s, rules, SCRUB_VENDOR, NULL) < 0)
        abort();
    rt_buf_init(&out, 1 << 24);
    rt_str text = {(const char *)data, size};
    each_line(&s, text, NULL);
    if (scrub_settle(&s) < 0)
        abort();
    each_line(&s, text, &out);
    if (needles_in(&s.known, rt_buf_str(&out)) != NULL && !scrub_leak(&s, rt_buf_str(&out)))
        abort();
    rt_buf_fini(&out);
    scrub_fini(&s);
    return 0;
}
