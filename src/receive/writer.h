/*
 * writer.h - the one thread that owns the store: many callbacks a sync.
 *
 * While one batch is synced the next one gathers, so that its size regulates itself. A delivery that
 * was put comes back through writer_done(), with its outcome, after the sync has returned; only then
 * may its sender be told. After a failure all batches fail until the store has healed.
 */
#ifndef RECTRACE_RECEIVE_WRITER_H
#define RECTRACE_RECEIVE_WRITER_H

#include "receive/counters.h"
#include "receive/signature.h"
#include "store/store.h"

enum delivery_outcome { DELIVERY_NEW, DELIVERY_COPY, DELIVERY_FAILED };

struct delivery {
    struct delivery *next;
    struct store_callback callback; /* text borrowed from the owner until it is done */
    enum delivery_outcome outcome;
    void *owner;
};

/* A refused body, with memory of its own; the writer frees it and answers nobody. */
struct refusal {
    struct refusal *next;
    struct store_refused what;
    const struct secrets *secrets; /* a reference; NULL: no near miss is looked for */
    const struct secret_app *app;
    int status; /* of the answer, for the log */
};
/* Copies all text. NULL: memory. */
struct refusal *refusal_new(const struct store_refused *what, const struct secrets *secrets,
                            const struct secret_app *app, int status);
void refusal_free(struct refusal **pr);

enum store_health { HEALTH_GOOD, HEALTH_SICK, HEALTH_FULL };

/* Something else to be written: runs in the writer's thread, inside the transaction of a batch. */
struct writer_job {
    struct writer_job *next;
    int (*run)(struct store *s, void *arg, struct rt_err *err);
    void *arg;
    enum { JOB_WAITS, JOB_WRITTEN, JOB_FAILED } state;
};

struct writer_facts {
    size_t queued;
    enum store_health health;
    rt_dur busy; /* how long the batch at work has been; 0: none */
    rt_dur since_commit;
    int64_t last_id; /* of the newest row that is on disk */
    char why[400];   /* of the last failure */
};

struct writer;
/* Opens the store and starts the thread. `counters` and `limits` are borrowed. */
struct writer *writer_new(const char *path, const struct rt_limits *limits,
                          struct counters *counters, struct rt_err *err);
/* Room for one more? Stays true until the next put of the same thread. */
bool writer_has_room(struct writer *w);
void writer_put(struct writer *w, struct delivery *d);
/* Takes the refusal; when too many wait it is dropped and counted. */
void writer_refuse(struct writer *w, struct refusal *r);
/* Waits until the job is on disk. 0, or -1: it is not (the store fails, or the writer ends). */
int writer_run(struct writer *w, struct writer_job *job);
/* Becomes readable when deliveries are done. */
int writer_fd(const struct writer *w);
/* The list of those that are done, in any order; NULL: none. */
struct delivery *writer_done(struct writer *w);
/* As store_room(). */
uint64_t writer_room(const struct writer *w, uint64_t *reserve);
void writer_facts(struct writer *w, struct writer_facts *out);
/* All that was put is written; then the thread ends. False: it did not within `timeout`. */
bool writer_stop(struct writer *w, rt_dur timeout);
void writer_free(struct writer **pw); /* only after writer_stop() gave true */

#endif
