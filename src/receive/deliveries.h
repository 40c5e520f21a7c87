/*
 * deliveries.h - what was delivered, as JSON: stored callbacks and refused bodies, the newest first.
 *
 * Digests of signatures never leave the store, and credentials in a body are taken out.
 */
#ifndef RECTRACE_RECEIVE_DELIVERIES_H
#define RECTRACE_RECEIVE_DELIVERIES_H

#include "base/out.h"
#include "rules/rule_set.h"
#include "store/store.h"

struct deliveries {
    const char *store;
    const struct rule_set *rules;
    const struct rt_limits *limits;
};
/* Up to `limit` before row `before`. 0, or -1 with err. */
int deliveries_stored(const struct deliveries *d, int64_t before, size_t limit, struct out *o,
                      struct rt_err *err);
int deliveries_refused(const struct deliveries *d, int64_t before, size_t limit, struct out *o,
                       struct rt_err *err);
/* Up to `limit` of both as list items of HTML, for a reader without scripts. */
int deliveries_html(const struct deliveries *d, size_t limit, struct out *o,
                    struct rt_err *err);
/* One row, with its body. 1, 0 it is not there, -1. */
int deliveries_one(const struct deliveries *d, int64_t id, struct out *o, struct rt_err *err);
int deliveries_refusal(const struct deliveries *d, int64_t id, struct out *o,
                       struct rt_err *err);

#endif
