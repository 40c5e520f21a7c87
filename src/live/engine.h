/*
 * engine.h - what a store means now, kept up to date row by row.
 *
 *   rows ──springs──▶ events ──ties──▶ knots ──session engine──▶ sessions ──batch──▶ report
 *                                       │ ▲
 *                                  put away, found again: the shelf
 *
 * A spring is an input that goes on: its extractor stays. A knot holds the packed events of all that has
 * to do with each other (by resource id, sid, channel, request id), so that it can be finished by itself:
 * it is when something was added, and gives what the batch run gives of the same events. Knots whose
 * recordings are over make room for others and stand on the shelf, from where anything late brings them
 * back. What a report says of all (coverage, clocks, rules about apps) is decided each time, by the very
 * code of the batch run, over the knots at hand.
 *
 * One thread; reports may be let go of by another one.
 */
#ifndef RECTRACE_LIVE_ENGINE_H
#define RECTRACE_LIVE_ENGINE_H

#include "report/model.h"
#include "store/store.h"

struct live_engine;
struct live_options {
    const char *store; /* there must be one */
    const char *shelf; /* file; NULL: none, nothing is put away */
    const struct rule_set *rules;
    const struct rt_limits *limits;
}; /* all borrowed */
struct live_engine *live_engine_new(const struct live_options *options, struct rt_err *err);
void live_engine_free(struct live_engine **pe);

/* Takes in up to `most` rows. 1: more are there, 0: all is in, -1: the engine must be begun anew. */
int live_engine_pump(struct live_engine *e, int64_t most, struct rt_err *err);
/* Puts on the shelf what has changed, so that another run goes on from here. */
int live_engine_save(struct live_engine *e, struct rt_err *err);
/* Rows were removed from the store: forgets all, to be pumped again. */
int live_engine_restart(struct live_engine *e, struct rt_err *err);

struct live_facts {
    struct store_extent extent; /* that was taken in */
    size_t knots, events;       /* at hand */
    uint64_t bytes;             /* of these events, packed */
    uint64_t put_away, found_again, finished;
    bool resumed; /* the shelf gave what was known */
};
void live_engine_facts(const struct live_engine *e, struct live_facts *out);

/* The report of what is at hand; immutable, and independent of the engine. `now`: for acceptances. */
struct live_report;
struct live_report *live_report_new(struct live_engine *e, rt_time now, struct rt_err *err);
void live_report_free(struct live_report **pr);
const struct report *live_report_model(const struct live_report *r);

#endif
