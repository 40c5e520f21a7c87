#include "config.h"

#include "receive/pulse.h"

#include <pthread.h>
#include <time.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/monotonic.h"

#define BEAT       (5 * RT_SEC)
#define BEAT_AGAIN (1 * RT_SEC) /* after one that failed */
/* Without a beat for so long it was stopped, asleep, or its disk took nothing. */
#define MISSED (3 * BEAT)
/* A restart within this time is none: a sender tries again. */
#define HOLE_LEAST (1 * RT_SEC)

struct pulse {
    struct writer *writer;
    rt_time (*now)(void);
    pthread_t thread;
    pthread_mutex_t lock; /* guards these two; the rest belongs to whoever beats */
    pthread_cond_t wake;
    bool stop, ended;
    bool begun;       /* the time before the start was told */
    rt_dur last;      /* when it beat, by a clock that is never set and does not sleep */
    rt_time from, to; /* of the hole that the beat at work tells; to RT_TIME_NONE: none */
};

static rt_dur
sleepless_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_BOOTTIME, &t);
    return (rt_dur)t.tv_sec * RT_SEC + t.tv_nsec / 1000;
}

/* By the clock that is never set where there is one; before the start there is only that of the wall. */
static int
find_hole(struct pulse *p, struct store *s, rt_dur since, struct rt_err *err)
{
    rt_time now = p->now();
    p->to = RT_TIME_NONE;
    if (p->begun)
        p->from = since > MISSED ? now - since : now;
    else if (store_alive_until(s, &p->from, err) < 0)
        return -1;
    if (p->from != RT_TIME_NONE && now - p->from >= HOLE_LEAST)
        p->to = now;
    return 0;
}

static int
write_beat(struct store *s, void *arg, struct rt_err *err)
{
    struct pulse *p = arg;
    if (find_hole(p, s, sleepless_now() - p->last, err) < 0)
        return -1;
    if (p->to != RT_TIME_NONE && store_put_outage(s, p->from, p->to, err) < 0)
        return -1;
    return store_set_alive(s, p->to != RT_TIME_NONE ? p->to : p->now(), err);
}

static bool
beat(struct pulse *p)
{
    char from[RT_TIME_MAX], to[RT_TIME_MAX];
    struct writer_job job = {.run = write_beat, .arg = p};
    rt_dur begun = sleepless_now();
    if (writer_run(p->writer, &job) < 0)
        return false;
    if (p->to != RT_TIME_NONE)
        log_warn(
            "no callbacks were taken for a while; what was sent then may be lost from=%s to=%s",
            rt_time_rfc3339(p->from, from), rt_time_rfc3339(p->to, to));
    p->begun = true;
    p->last = begun;
    return true;
}

static void *
work(void *arg)
{
    struct pulse *p = arg;
    pthread_mutex_lock(&p->lock);
    while (!p->stop) {
        rt_dur next = p->begun && sleepless_now() - p->last < BEAT ? BEAT : BEAT_AGAIN;
        rt_dur until = monotonic_now() + next;
        while (!p->stop && monotonic_wait(&p->wake, &p->lock, until))
            ;
        if (p->stop)
            break;
        pthread_mutex_unlock(&p->lock);
        beat(p);
        pthread_mutex_lock(&p->lock);
    }
    pthread_mutex_unlock(&p->lock);
    beat(p);
    pthread_mutex_lock(&p->lock);
    p->ended = true;
    pthread_cond_signal(&p->wake);
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

struct pulse *
pulse_new(struct writer *w, rt_time (*now)(void), struct rt_err *err)
{
    struct pulse *p = rt_calloc(1, sizeof(*p));
    if (p == NULL) {
        rt_fail_mem(err);
        return NULL;
    }
    p->writer = w;
    p->now = now;
    pthread_mutex_init(&p->lock, NULL);
    monotonic_cond_init(&p->wake);
    beat(p);
    if (pthread_create(&p->thread, NULL, work, p) == 0)
        return p;
    rt_fail_here(err, RT_EIO, "no thread for the pulse");
    pthread_cond_destroy(&p->wake);
    pthread_mutex_destroy(&p->lock);
    rt_free(p);
    return NULL;
}

void
pulse_stop(struct pulse *p, rt_dur timeout)
{
    rt_dur until = monotonic_now() + timeout;
    pthread_mutex_lock(&p->lock);
    p->stop = true;
    pthread_cond_signal(&p->wake);
    while (!p->ended && monotonic_wait(&p->wake, &p->lock, until))
        ;
    pthread_mutex_unlock(&p->lock);
}

void
pulse_free(struct pulse **pp)
{
    struct pulse *p = *pp;
    *pp = NULL;
    if (p == NULL)
        return;
    pulse_stop(p, 0);
    pthread_join(p->thread, NULL);
    pthread_cond_destroy(&p->wake);
    pthread_mutex_destroy(&p->lock);
    rt_free(p);
}
