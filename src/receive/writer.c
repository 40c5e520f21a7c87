#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/monotonic.h"
#include "receive/writer_internal.h"

/* Refusals that wait at most. */
enum { REFUSALS_WAITING = 256 };
#define HEAL_EVERY (250 * RT_MS)
/* Senders that were answered a moment ago are about to send again. A batch waits for them a part of the time that a
 * sync takes: to come too late for it would cost them a whole one. */
enum { LINGER_BATCH = 4, LINGER_PART = 4 };
#define LINGER_MOST (1 * RT_MS)
/* Each commit writes whole pages, however little it holds. While a reader keeps the log from being emptied, a batch waits
 * for company: the log then grows with what comes and not with how often. */
enum { COMPANY = 64 };
#define LINGER_LONG_LOG (10 * RT_MS)

static void
hand_back(struct writer *w, struct delivery *batch)
{
    struct delivery *last = batch;
    if (batch == NULL)
        return;
    while (last->next != NULL)
        last = last->next;
    pthread_mutex_lock(&w->lock);
    last->next = w->done;
    w->done = batch;
    pthread_mutex_unlock(&w->lock);
    uint64_t one = 1;
    while (write(w->fd, &one, sizeof(one)) < 0 && errno == EINTR)
        ;
}

/* Waits for work; while the store is sick, not longer than until it may be tried again, and with something to tell
 * not for long. */
static void
wait_locked(struct writer *w)
{
    while (w->first == NULL && w->refused == NULL && w->jobs == NULL && !w->stop) {
        if (w->health == HEALTH_GOOD && w->unlogged == 0) {
            pthread_cond_wait(&w->wake, &w->lock);
            continue;
        }
        rt_dur most = HEAL_EVERY + (w->health == HEALTH_GOOD ? RT_SEC : 0);
        if (!monotonic_wait(&w->wake, &w->lock, monotonic_now() + most))
            return;
    }
}

static void
wait_for_more_locked(struct writer *w, size_t awaited, rt_dur most)
{
    rt_dur until = monotonic_now() + most;
    w->awaited = awaited;
    while (w->queued < w->awaited && !w->stop && monotonic_wait(&w->wake, &w->lock, until))
        ;
    w->awaited = 0;
}

static void
linger_locked(struct writer *w)
{
    if (store_log_is_long(w->store) && w->first != NULL && !w->stop && w->jobs == NULL) {
        wait_for_more_locked(w, COMPANY, LINGER_LONG_LOG);
        return;
    }
    rt_dur most = w->commit_takes / LINGER_PART;
    most = most < LINGER_MOST ? most : LINGER_MOST;
    if (w->last_batch < LINGER_BATCH || w->stop || w->jobs != NULL || most < 50)
        return;
    wait_for_more_locked(w, w->queued + w->last_batch, most);
}

static struct batch
take_locked(struct writer *w)
{
    struct batch b = {w->first, w->refused, w->jobs, w->health};
    w->first = NULL;
    w->tail = &w->first;
    w->refused = NULL;
    w->jobs = NULL;
    w->refusals = 0;
    w->busy_since = monotonic_now();
    return b;
}

static void
end_locked(struct writer *w, const struct batch *b, bool written)
{
    struct writer_job *next;
    w->busy_since = 0;
    w->last_batch = batch_size(b);
    w->queued -= w->last_batch;
    for (struct writer_job *j = b->jobs; j != NULL; j = next) {
        next = j->next; /* who waits may free it at once */
        j->state = written ? JOB_WRITTEN : JOB_FAILED;
    }
    if (b->jobs != NULL)
        pthread_cond_broadcast(&w->job_done);
}

/* A disk that hangs now is one that hangs. */
static void
tidy(struct writer *w, bool idle)
{
    pthread_mutex_lock(&w->lock);
    w->busy_since = monotonic_now();
    pthread_mutex_unlock(&w->lock);
    store_tidy(w->store, idle);
    pthread_mutex_lock(&w->lock);
    w->busy_since = 0;
    pthread_mutex_unlock(&w->lock);
}

static void *
work(void *arg)
{
    struct writer *w = arg;
    bool stop = false;
    while (!stop) {
        pthread_mutex_lock(&w->lock);
        wait_locked(w);
        linger_locked(w);
        struct batch b = take_locked(w);
        stop = w->stop && batch_is_empty(&b);
        pthread_mutex_unlock(&w->lock);
        bool written = false;
        if (!batch_is_empty(&b))
            written = writer_write(w, &b);
        else if (b.health != HEALTH_GOOD && !stop)
            writer_heal(w);
        if (batch_is_empty(&b))
            writer_log_unlogged(w);
        pthread_mutex_lock(&w->lock);
        end_locked(w, &b, written);
        bool idle = w->first == NULL;
        pthread_mutex_unlock(&w->lock);
        hand_back(w, b.deliveries);
        if (written)
            tidy(w, idle);
    }
    pthread_mutex_lock(&w->lock);
    w->ended = true;
    pthread_cond_broadcast(&w->wake);
    pthread_cond_broadcast(&w->job_done);
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

/* ---- life ---- */

struct writer *
writer_new(const char *path, const struct rt_limits *limits, struct counters *counters,
           struct rt_err *err)
{
    struct writer *w = rt_calloc(1, sizeof(*w));
    if (w == NULL) {
        rt_fail_mem(err);
        return NULL;
    }
    w->limits = limits;
    w->counters = counters;
    w->tail = &w->first;
    w->committed = monotonic_now();
    w->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    w->store = store_open(path, STORE_WRITE, limits, err);
    if (w->fd < 0)
        rt_fail_here(err, RT_EIO, "eventfd: %s", strerror(errno));
    if (w->fd < 0 || w->store == NULL)
        goto failed;
    w->last_id = store_last_id(w->store);
    pthread_mutex_init(&w->lock, NULL);
    monotonic_cond_init(&w->wake);
    monotonic_cond_init(&w->job_done);
    if (pthread_create(&w->thread, NULL, work, w) == 0)
        return w;
    rt_fail_here(err, RT_EIO, "no thread for the store");
    pthread_cond_destroy(&w->wake);
    pthread_cond_destroy(&w->job_done);
    pthread_mutex_destroy(&w->lock);
failed:
    store_close(&w->store);
    if (w->fd >= 0)
        close(w->fd);
    rt_free(w);
    return NULL;
}

bool
writer_stop(struct writer *w, rt_dur timeout)
{
    rt_dur until = monotonic_now() + timeout + RT_SEC;
    pthread_mutex_lock(&w->lock);
    w->stop = true;
    pthread_cond_broadcast(&w->wake);
    while (!w->ended && monotonic_wait(&w->wake, &w->lock, until))
        ;
    bool ended = w->ended;
    pthread_mutex_unlock(&w->lock);
    if (ended)
        pthread_join(w->thread, NULL);
    return ended;
}

void
writer_free(struct writer **pw)
{
    struct writer *w = *pw;
    *pw = NULL;
    if (w == NULL)
        return;
    store_close(&w->store);
    close(w->fd);
    pthread_cond_destroy(&w->wake);
    pthread_cond_destroy(&w->job_done);
    pthread_mutex_destroy(&w->lock);
    rt_free(w);
}

/* ---- the other side ---- */

bool
writer_has_room(struct writer *w)
{
    pthread_mutex_lock(&w->lock);
    bool room = w->queued < w->limits->serve_queue && !w->stop;
    pthread_mutex_unlock(&w->lock);
    return room;
}

uint64_t
writer_room(const struct writer *w, uint64_t *reserve)
{
    return store_room(w->store, reserve);
}

void
writer_put(struct writer *w, struct delivery *d)
{
    d->next = NULL;
    pthread_mutex_lock(&w->lock);
    *w->tail = d;
    w->tail = &d->next;
    w->queued++;
    if (w->queued >= w->awaited)
        pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->lock);
}

void
writer_refuse(struct writer *w, struct refusal *r)
{
    pthread_mutex_lock(&w->lock);
    bool room = w->refusals < REFUSALS_WAITING && !w->stop && w->health == HEALTH_GOOD;
    if (room) {
        r->next = w->refused;
        w->refused = r;
        w->refusals++;
        pthread_cond_signal(&w->wake);
    }
    pthread_mutex_unlock(&w->lock);
    if (room)
        return;
    count(w->counters, COUNT_QUARANTINE_DROPPED);
    refusal_free(&r);
}

int
writer_run(struct writer *w, struct writer_job *job)
{
    job->state = JOB_WAITS;
    pthread_mutex_lock(&w->lock);
    if (w->stop || w->health != HEALTH_GOOD) {
        pthread_mutex_unlock(&w->lock);
        return -1;
    }
    job->next = w->jobs;
    w->jobs = job;
    pthread_cond_signal(&w->wake);
    while (job->state == JOB_WAITS)
        pthread_cond_wait(&w->job_done, &w->lock);
    pthread_mutex_unlock(&w->lock);
    return job->state == JOB_WRITTEN ? 0 : -1;
}

int
writer_fd(const struct writer *w)
{
    return w->fd;
}

struct delivery *
writer_done(struct writer *w)
{
    uint64_t n;
    while (read(w->fd, &n, sizeof(n)) < 0 && errno == EINTR)
        ;
    pthread_mutex_lock(&w->lock);
    struct delivery *list = w->done;
    w->done = NULL;
    pthread_mutex_unlock(&w->lock);
    return list;
}

void
writer_facts(struct writer *w, struct writer_facts *out)
{
    rt_dur now = monotonic_now();
    pthread_mutex_lock(&w->lock);
    out->queued = w->queued;
    out->health = w->health;
    out->busy = w->busy_since == 0 ? 0 : now - w->busy_since;
    out->since_commit = now - w->committed;
    out->last_id = w->last_id;
    out->why[0] = '\0';
    if (w->health != HEALTH_GOOD) /* asked for with each request */
        memcpy(out->why, w->why, sizeof(out->why));
    pthread_mutex_unlock(&w->lock);
}
