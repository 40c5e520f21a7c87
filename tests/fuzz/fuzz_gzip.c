/* Any bytes as an input: both inflates end, and agree on what a sound stream says. */
#include "config.h"

#include <stdlib.h>

#include "ingest/inflate.h"
#include "ingest/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t
drain(const uint8_t *data, size_t size, const char *inflate, bool *sound, uint64_t *lines)
{
    struct rt_limits limits = rt_limits_default;
    struct rt_err err = {0};
    struct reader_line line;
    uint64_t hash = 0;
    limits.inflate_bytes = 1 << 22;
    struct reader *r = reader_open_memory(data, size, inflate, &limits, &err);
    if (r == NULL)
        abort();
    while (reader_next(r, &line, &err) == 1)
        hash = hash * 31 + rt_str_hash(line.text);
    struct reader_facts f;
    reader_facts(r, &f);
    *sound = f.complete;
    *lines = f.lines;
    reader_free(&r);
    return hash;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bool a = false, b = false;
    uint64_t x = 0, y = 0;
    uint64_t first = drain(data, size, "zlib", &a, &x),
             second = drain(data, size, inflate_backends[0]->name, &b, &y);
    if (a && b && (first != second || x != y))
        abort();
    return 0;
}
