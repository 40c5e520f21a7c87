/*
 * admin.h - the second port: health, metrics, what the store means now, and logs that are sent here.
 *
 * A thread a connection, few connections: nothing here may slow the port of the callbacks.
 */
#ifndef RECTRACE_RECEIVE_ADMIN_H
#define RECTRACE_RECEIVE_ADMIN_H

#include <stdatomic.h>

#include "receive/live.h"
#include "receive/writer.h"

struct gauges { /* set by the loop of the hook port */
    atomic_uint_fast64_t connections, waiting, disk_low;
    atomic_uint_fast64_t free_bytes, store_bytes, log_bytes;
    atomic_int_fast64_t ticked, oldest; /* monotonic */
};

struct admin_options {
    int listen_fd;     /* taken */
    const char *token; /* of --admin-token-file, or NULL; borrowed */
    bool unsigned_mode;
    const char *store;
    const struct rule_set *rules;
    const struct rt_limits *limits;
    struct counters *counters;
    struct gauges *gauges;
    struct writer *writer;
    struct live *live;
    struct changes *changes;
    rt_time (*now)(void);
};
struct admin;
struct admin *admin_new(const struct admin_options *options, struct rt_err *err);
/* Ends all connections; before the writer ends. */
void admin_free(struct admin **pa);

#endif
