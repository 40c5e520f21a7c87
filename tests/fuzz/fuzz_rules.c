/* A rule file of any bytes: mistakes are messages with a place inside the file, never a crash. */
#include "config.h"

#include <stdlib.h>

#include "base/out.h"
#include "rules/load.h"
#include "rules/pack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_places(const struct rule_messages *m, rt_str text)
{
    uint32_t lines = 2;
    for (size_t i = 0; i < text.n; i++)
        lines += text.p[i] == '\n' || text.p[i] == '\r' ||
                 (text.p[i] & 0x80) != 0; /* libyaml knows further line ends */
    for (size_t i = 0; i < m->list.n; i++)
        if (m->list.v[i].pos.line > lines)
            abort();
    if (m->list.n > m->errors + m->warnings)
        abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    rt_str text = {(const char *)data, size};
    const struct pack_file files[] = {{.name = "fuzz.yaml", .text = text}, {.name = NULL}};
    struct rule_sources from = {.memory = files};
    struct rule_messages m;
    struct rt_err err = {0};
    rule_messages_init(&m);
    struct rule_set *set = rule_set_load(&from, &rt_limits_default, &m, &err);
    if (set == NULL)
        abort();
    if (set->skipped > 0 && m.errors == 0)
        abort();
    rule_set_lint(set, &m);
    check_places(&m, text);
    struct out *o = out_memory(&err);
    if (o != NULL)
        rule_messages_print(&m, o);
    out_abort(&o);
    rule_set_free(&set);
    rule_messages_fini(&m);
    return 0;
}
