/*
 * writer_internal.h - what the files of the writer share.
 *
 *   writer.c  the thread, and those who hand it work
 *   batch.c   one turn of it: what becomes of a batch, and of a store that fails
 *   refusal.c what was refused, on its way into the quarantine
 */
#ifndef RECTRACE_RECEIVE_WRITER_INTERNAL_H
#define RECTRACE_RECEIVE_WRITER_INTERNAL_H

#include <pthread.h>

#include "receive/writer.h"

struct writer {
    struct store *store;
    const struct rt_limits *limits;
    struct counters *counters;
    pthread_t thread;
    int fd; /* eventfd: something is done */

    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t wake;
    struct delivery *first, **tail;
    struct delivery *done;
    struct refusal *refused;
    struct writer_job *jobs;
    pthread_cond_t job_done;
    size_t queued, refusals;
    size_t awaited; /* the batch at hand waits for so many; 0: it does not */
    bool stop, ended;
    enum store_health health;
    char why[400];
    int64_t last_id;
    rt_dur busy_since, committed; /* monotonic; busy_since 0: idle */

    bool disk_low; /* of the thread alone, as are these: */
    rt_dur log_second;
    size_t last_batch;
    rt_dur commit_takes; /* lately */
    unsigned logged, unlogged;
};

/* What one turn of the thread takes from the queues. */
struct batch {
    struct delivery *deliveries;
    struct refusal *refused;
    struct writer_job *jobs;
    enum store_health health; /* when it was taken */
};

bool batch_is_empty(const struct batch *b);
size_t batch_size(const struct batch *b); /* deliveries */
/* Gives each delivery its outcome; true: all of it was written. */
bool writer_write(struct writer *w, struct batch *b);
/* True: the store may be written to again. */
bool writer_heal(struct writer *w);

/* Tells of each and frees it. Not stored: it is counted as dropped. */
void writer_keep_refusals(struct writer *w, struct refusal *list, bool store_it);
void writer_log_unlogged(struct writer *w);

#endif
