/*
 * paging.h - lists by pages that stay right while the list changes.
 *
 * A page is asked for behind an item, by what the list is sorted by, not by a number: what came or went
 * before that item moves nothing, and the item itself may be gone.
 */
#ifndef RECTRACE_RECEIVE_PAGING_H
#define RECTRACE_RECEIVE_PAGING_H

#include "base/out.h"
#include "live/engine.h"
#include "report/model.h"

enum { PAGING_USUAL = 100, PAGING_MOST = 500 };

/* NULL, or what is wrong with the arguments (NULL: not given). */
const char *paging_limit(const char *text, size_t *out);
/* A number of a row; `none` when not given. */
const char *paging_row(const char *text, int64_t none, int64_t *out);

/* The page behind `after` (NULL: the first), as JSON. NULL, or what is wrong with `after`. */
const char *paging_sessions(const struct report *r, const struct live_facts *facts,
                            const char *after, size_t limit, struct out *o);
const char *paging_findings(const struct report *r, const struct live_facts *facts,
                            const char *after, size_t limit, struct out *o);

#endif
