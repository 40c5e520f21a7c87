/*
 * recall.h - a store as the inputs of a run: its callbacks as one log of records, each API log as
 * the lines that it was. What is concluded from them is what the same text in files would give.
 */
#ifndef RECTRACE_PIPELINE_RECALL_H
#define RECTRACE_PIPELINE_RECALL_H

#include "ingest/inputs.h"
#include "rules/rule_set.h"
#include "store/store.h"

/* The name of the input that holds the callbacks. */
#define RECALL_CALLBACKS "callbacks.jsonl"

struct recall;
/* What the store at `path` holds now. All is borrowed. */
struct recall *recall_new(const char *path, const struct rule_set *rules,
                          const struct rt_limits *limits, struct rt_err *err);
/* The id of the row that gave a line (1-based) of an input. */
int recall_place(const struct recall *r, uint32_t input, uint64_t line, int64_t *id,
                 struct rt_err *err);
bool recall_is_callbacks(const struct recall *r, uint32_t input);
void recall_free(struct recall **pr);
/* Borrowed; valid as long as the recall. */
const struct input_list *recall_inputs(const struct recall *r);
const struct store_extent *recall_extent(const struct recall *r);

/* A callback as its line in that input, with its end. */
void recall_record(const struct rule_set *rules, const struct store_callback *c,
                   struct rt_buf *out);

#endif
