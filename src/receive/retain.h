/*
 * retain.h - forgets what is old or too much, but nothing of a recording that may go on.
 */
#ifndef RECTRACE_RECEIVE_RETAIN_H
#define RECTRACE_RECEIVE_RETAIN_H

#include "receive/writer.h"
#include "rules/rule_set.h"

struct retain {
    const char *store;
    rt_dur keep;         /* 0: any age */
    uint64_t keep_bytes; /* 0: any size */
    const struct rule_set *rules;
    const struct rt_limits *limits;
    struct counters *counters;
    struct writer *writer;
};
/* One pass: reads the whole store in bounded memory, then removes in small transactions. A recording
 * that was heard of within limits.session_quiet_s of the log's clock may go on. 0, or -1 with err. */
int retain_run(const struct retain *r, rt_time now, struct rt_err *err);

#endif
