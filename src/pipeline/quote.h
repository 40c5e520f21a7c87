/*
 * quote.h - lines of the inputs read once more, to be shown as they stand.
 */
#ifndef RECTRACE_PIPELINE_QUOTE_H
#define RECTRACE_PIPELINE_QUOTE_H

#include "base/arena.h"
#include "ingest/inputs.h"

struct quote {
    uint32_t input;
    uint64_t line;
    rt_str text; /* empty: it cannot be read again, as standard input */
};
/* Sorts `v` by place and fills the texts, which live in the arena; each line is cut at `most` bytes. 0,
 * or -1: memory. An input that cannot be read again leaves its lines empty. */
int quote_read(const struct input_list *inputs, const struct rt_limits *limits, struct quote *v,
               size_t n, size_t most, struct rt_arena *a, struct rt_err *err);

#endif
