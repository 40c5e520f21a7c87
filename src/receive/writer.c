#include "config.h"

#include "receive/writer.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"

/* Refusals that wait at most, and near misses looked for in one batch: each costs some digests. */
enum { REFUSALS_WAITING = 256, NEAR_A_BATCH = 16, REFUSALS_LOGGED_A_SECOND = 10 };
#define HEAL_EVERY (250 * RT_MS)
/* Senders that were answered a moment ago are about to send again. A batch waits for them a part of the time that a
 * sync takes: to come too late for it would cost them a whole one. */
enum { LINGER_BATCH = 4, LINGER_PART = 4 };
#define LINGER_MOST (1 * RT_MS)

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

rt_dur
monotonic_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (rt_dur)t.tv_sec * RT_SEC + t.tv_nsec / 1000;
}

/* ---- refusals ---- */

struct refusal *
refusal_new(const struct store_refused *what, const struct secrets *secrets,
            const struct secret_app *app, int status)
{
    const rt_str *from[] = {&what->app,       &what->reason,       &what->from,
                            &what->signature, &what->signature_v1, &what->body};
    size_t n = 0;
    for (size_t i = 0; i < 6; i++)
        n += from[i]->n;
    struct refusal *r = rt_malloc(sizeof(*r) + n + 1);
    if (r == NULL)
        return NULL;
    *r = (struct refusal){.what = *what, .app = app, .status = status};
    r->secrets = secrets == NULL ? NULL : secrets_ref(secrets);
    rt_str *to[] = {&r->what.app,       &r->what.reason,       &r->what.from,
                    &r->what.signature, &r->what.signature_v1, &r->what.body};
    char *at = (char *)(r + 1);
    for (size_t i = 0; i < 6; i++) {
        if (from[i]->p == NULL)
            continue;
        if (from[i]->n > 0)
            memcpy(at, from[i]->p, from[i]->n);
        *to[i] = (rt_str){at, from[i]->n};
        at += from[i]->n;
    }
    return r;
}

void
refusal_free(struct refusal **pr)
{
    struct refusal *r = *pr;
    *pr = NULL;
    if (r == NULL)
        return;
    secrets_unref(&r->secrets);
    rt_free(r);
}

static void
log_unlogged(struct writer *w)
{
    if (w->unlogged > 0)
        log_warn("refused bodies not told one by one: %u", w->unlogged);
    w->unlogged = 0;
}

static void
log_refusal(struct writer *w, const struct refusal *r)
{
    rt_dur second = monotonic_now() / RT_SEC;
    if (second != w->log_second) {
        log_unlogged(w);
        w->log_second = second;
        w->logged = 0;
    }
    if (w->logged++ >= REFUSALS_LOGGED_A_SECOND) {
        w->unlogged++;
        return;
    }
    log_warn("%d from %.*s: %.*s app=%.*s bytes=%llu%s%.*s", r->status, RT_FMT(r->what.from),
             RT_FMT(r->what.reason), RT_FMT(r->what.app), (unsigned long long)r->what.body.n,
             r->what.near.n > 0 ? ": " : "", RT_FMT(r->what.near));
}

static void
keep_refusals(struct writer *w, struct refusal *list, bool store_it)
{
    unsigned near = 0;
    struct rt_err ignored = {0};
    for (struct refusal *r = list, *next; r != NULL; r = next) {
        char text[NEAR_BYTES];
        struct signatures given = {r->what.signature, r->what.signature_v1};
        next = r->next;
        if (r->secrets != NULL && near++ < NEAR_A_BATCH &&
            signature_near(r->secrets, r->app, given, r->what.body, text))
            r->what.near = rt_str_of(text);
        log_refusal(w, r);
        if (store_it && store_refuse(w->store, &r->what, &ignored) == 0)
            count(w->counters, COUNT_QUARANTINED);
        else
            count(w->counters, COUNT_QUARANTINE_DROPPED);
        refusal_free(&r);
    }
}

/* ---- batches ---- */

/* What one turn of the thread takes from the queues. */
struct batch {
    struct delivery *deliveries;
    struct refusal *refused;
    struct writer_job *jobs;
    enum store_health health; /* when it was taken */
};

static bool
batch_is_empty(const struct batch *b)
{
    return b->deliveries == NULL && b->refused == NULL && b->jobs == NULL;
}

static size_t
batch_size(const struct batch *b)
{
    size_t n = 0;
    for (const struct delivery *d = b->deliveries; d != NULL; d = d->next)
        n++;
    return n;
}

/* A refusal before the disk is full takes no time, one after a write has failed does. */
static int
look_for_room(struct writer *w, struct rt_err *err)
{
    uint64_t reserve = 0, room = store_room(w->store, &reserve);
    w->disk_low = room < reserve;
    return w->disk_low
               ? rt_fail_here(err, RT_EIO, "the disk is nearly full: %llu bytes are left",
                              (unsigned long long)room)
               : 0;
}

static int
write_all(struct writer *w, struct batch *b, struct rt_err *err)
{
    if (look_for_room(w, err) < 0 || store_begin(w->store, err) < 0) {
        keep_refusals(w, b->refused, false);
        return -1;
    }
    keep_refusals(w, b->refused, true);
    for (struct delivery *d = b->deliveries; d != NULL; d = d->next) {
        enum store_put put = STORE_NEW;
        if (store_put(w->store, &d->callback, &put, err) < 0)
            return -1;
        d->outcome = put == STORE_NEW ? DELIVERY_NEW : DELIVERY_COPY;
    }
    for (struct writer_job *j = b->jobs; j != NULL; j = j->next)
        if (j->run(w->store, j->arg, err) < 0)
            return -1;
    return store_commit(w->store, err);
}

static void
set_health(struct writer *w, enum store_health health, const char *why)
{
    pthread_mutex_lock(&w->lock);
    bool changed = w->health != health;
    w->health = health;
    if (why != NULL)
        snprintf(w->why, sizeof(w->why), "%s", why);
    pthread_mutex_unlock(&w->lock);
    if (changed && health == HEALTH_GOOD)
        log_warn("the store is well again");
    else if (changed)
        log_error("the store fails, callbacks are answered 503: %s", why);
}

static bool
heal(struct writer *w)
{
    struct rt_err err = {0};
    if (look_for_room(w, &err) < 0 || store_heal(w->store, &err) < 0)
        return false;
    set_health(w, HEALTH_GOOD, NULL);
    return true;
}

/* Were all of it written? */
static bool
write_batch(struct writer *w, struct batch *b)
{
    struct rt_err err = {0};
    rt_dur begun = monotonic_now();
    bool well = b->health == HEALTH_GOOD || heal(w);
    if (!well)
        keep_refusals(w, b->refused, false);
    else if (write_all(w, b, &err) == 0) {
        count(w->counters, COUNT_COMMITS);
        rt_dur now = monotonic_now();
        w->commit_takes += (now - begun - w->commit_takes) / 8;
        spread_add(w->counters, SPREAD_COMMIT, (uint64_t)(now - begun));
        if (b->deliveries != NULL)
            spread_add(w->counters, SPREAD_BATCH, batch_size(b));
        pthread_mutex_lock(&w->lock);
        w->committed = now;
        w->last_id = store_last_id(w->store);
        pthread_mutex_unlock(&w->lock);
        return true;
    }
    if (well) {
        store_rollback(w->store);
        bool full = w->disk_low || store_is_full(w->store);
        set_health(w, full ? HEALTH_FULL : HEALTH_SICK, err.msg);
        count(w->counters, COUNT_COMMIT_FAILURES);
    }
    for (struct delivery *d = b->deliveries; d != NULL; d = d->next)
        d->outcome = DELIVERY_FAILED;
    return false;
}

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
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += HEAL_EVERY * 1000;
        until.tv_sec += w->health == HEALTH_GOOD;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        if (pthread_cond_timedwait(&w->wake, &w->lock, &until) == ETIMEDOUT)
            return;
    }
}

static void
linger_locked(struct writer *w)
{
    struct timespec until;
    rt_dur most = w->commit_takes / LINGER_PART;
    most = most < LINGER_MOST ? most : LINGER_MOST;
    if (w->last_batch < LINGER_BATCH || w->stop || w->jobs != NULL || most < 50)
        return;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += most * 1000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    w->awaited = w->queued + w->last_batch;
    while (w->queued < w->awaited && !w->stop &&
           pthread_cond_timedwait(&w->wake, &w->lock, &until) != ETIMEDOUT)
        ;
    w->awaited = 0;
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
            written = write_batch(w, &b);
        else if (b.health != HEALTH_GOOD && !stop)
            heal(w);
        if (batch_is_empty(&b))
            log_unlogged(w);
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
    pthread_condattr_t clock;
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->wake, &clock);
    pthread_cond_init(&w->job_done, &clock);
    pthread_condattr_destroy(&clock);
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
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += timeout / RT_SEC + 1;
    pthread_mutex_lock(&w->lock);
    w->stop = true;
    pthread_cond_broadcast(&w->wake);
    while (!w->ended && pthread_cond_timedwait(&w->wake, &w->lock, &until) != ETIMEDOUT)
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
