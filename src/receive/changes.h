/*
 * changes.h - what changed, as events that several readers follow: the newest are kept, so that a reader who
 * comes back goes on where it was.
 *
 * An id is RUN-NUMBER; RUN differs from one start of the program to the next. A reader whose place is no
 * longer kept, or of another run, is told "reset" and has to read everything anew.
 */
#ifndef RECTRACE_RECEIVE_CHANGES_H
#define RECTRACE_RECEIVE_CHANGES_H

#include "base/err.h"
#include "base/str.h"
#include "base/time.h"

struct changes;
/* `run`: a number of this start. NULL: memory. */
struct changes *changes_new(int64_t run, struct rt_err *err);
void changes_free(struct changes **pc);
/* A line of JSON under a type, both without line ends. Without memory it becomes a "reset". */
void changes_tell(struct changes *c, const char *type, rt_str json);
/* The place behind the event with that id (NULL: behind the newest); 0 when it is not kept. */
uint64_t changes_place(struct changes *c, const char *id);
/* The events behind *place as text/event-stream, into `out`; waits for one at most that long. 1, 0 when
 * none came, -1 after changes_stop(). */
int changes_next(struct changes *c, uint64_t *place, rt_dur wait, struct rt_buf *out);
/* Wakes all readers, for good. */
void changes_stop(struct changes *c);

#endif
