/*
 * merge.h - many runs become one, a little with each commit.
 */
#ifndef RECTRACE_STORE_MERGE_H
#define RECTRACE_STORE_MERGE_H

#include "store/run.h"

struct merge; /* opaque */

/* Of the runs that are to be merged now, if any are: NULL, and err->code tells whether that is a failure. */
struct merge *merge_new(struct runs *rs, struct rt_err *err);
void merge_free(struct merge **pm);
/* As run_write(); when that was all, the rows of the old ones are gone. */
int merge_fill(struct merge *m, size_t chunks, struct rt_err *err);
/* What was done is done: true, the new run stands in the place of the old ones. */
bool merge_begin(struct merge *m);
void merge_rollback(struct merge *m);

#endif
