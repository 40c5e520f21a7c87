/* A rule file of any bytes: mistakes are messages with a place inside the file, never a crash. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "rules/load.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[] = "/tmp/rectrace-fuzz-XXXXXX";
    int fd = mkstemp(path);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    close(fd);
    const char *paths[] = {path};
    struct rule_sources from = {.paths = paths, .path_count = 1};
    struct rule_messages m;
    struct rt_err err = {0};
    rule_messages_init(&m);
    struct rule_set *set = rule_set_load(&from, &rt_limits_default, &m, &err);
    if (set != NULL)
        rule_set_lint(set, &m);
    uint32_t lines = 2;
    for (size_t i = 0; i < size; i++)
        lines += data[i] == '\n' || data[i] == '\r' || data[i] >= 0x80; /* libyaml knows further line ends */
    for (size_t i = 0; i < m.list.n; i++)
        if (m.list.v[i].pos.line > lines)
            abort();
    rule_set_free(&set);
    rule_messages_fini(&m);
    unlink(path);
    return 0;
}
