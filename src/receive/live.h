/*
 * live.h - what the store means now, for pages and for the log.
 *
 * A thread takes in what was stored (live/engine.h), and makes a view of it, not more than a fifth of its
 * time; what a view replaced lives until the last reader has let go. Findings that appear and that are
 * withdrawn are told in the log and to `changes`, and so is each new view. What is at hand is put on a
 * shelf beside the store now and then, so that the next start goes on from there.
 */
#ifndef RECTRACE_RECEIVE_LIVE_H
#define RECTRACE_RECEIVE_LIVE_H

#include "receive/counters.h"
#include "report/model.h"
#include "store/store.h"

struct live;
struct live_view; /* immutable */
struct changes;
/* All is borrowed; `now` is the wall clock, for acceptances that end. */
/* Beside it, once an hour, `retain` runs; NULL: nothing is ever removed. Borrowed. */
struct retain;
struct live *live_new(const char *store, const struct rule_set *rules,
                      const struct rt_limits *limits, struct counters *counters,
                      rt_time (*now)(void), const struct retain *retain,
                      struct changes *changes, struct rt_err *err);
void live_free(struct live **pl);
/* While the disk is nearly full, nothing is put on the shelf. Any thread. */
void live_note_room(struct live *l, bool low);
/* Something was stored. Any thread. */
void live_poke(struct live *l);
/* A reference to the newest view; waits a moment for the first one. NULL: none was made yet. */
const struct live_view *live_view_get(struct live *l);
void live_view_put(const struct live_view **pv);
const struct report *live_view_report(const struct live_view *v);
struct live_facts;
const struct live_facts *live_view_facts(const struct live_view *v);

#endif
