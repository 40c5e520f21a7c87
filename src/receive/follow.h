/*
 * follow.h - API logs that other programs write: followed over rotation, stored line by line.
 *
 * The lines and the place up to which a file was read are written in one transaction: nothing is read
 * twice and nothing left out, whatever is killed in between.
 */
#ifndef RECTRACE_RECEIVE_FOLLOW_H
#define RECTRACE_RECEIVE_FOLLOW_H

#include <sys/types.h>

#include "receive/writer.h"

struct follow;
/* Starts a thread. `paths` and the rest are borrowed; `now` is the wall clock. NULL: err says why. */
struct follow *follow_new(const char *const *paths, size_t count, struct writer *writer,
                          const struct rt_limits *limits, struct counters *counters,
                          rt_time (*now)(void), struct rt_err *err);
/* Ends the thread; before the writer ends. */
void follow_free(struct follow **pf);

/* Stores the whole lines of a text; `source` names the log. Bytes used (those after the last line end
 * are left), or -1: they are not stored. `tail` (may be NULL) is stored with them. */
ssize_t lines_store(struct writer *writer, struct counters *counters, const char *source,
                    rt_str text, rt_time now, const struct store_tail *tail);

#endif
