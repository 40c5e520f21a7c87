#include "config.h"

#include "base/monotonic.h"

#include <errno.h>
#include <time.h>

rt_dur
monotonic_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (rt_dur)t.tv_sec * RT_SEC + t.tv_nsec / 1000;
}

void
monotonic_cond_init(pthread_cond_t *cond)
{
    pthread_condattr_t clock;
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(cond, &clock);
    pthread_condattr_destroy(&clock);
}

bool
monotonic_wait(pthread_cond_t *cond, pthread_mutex_t *lock, rt_dur until)
{
    struct timespec t = {.tv_sec = (time_t)(until / RT_SEC),
                         .tv_nsec = (long)(until % RT_SEC * 1000)};
    return pthread_cond_timedwait(cond, lock, &t) != ETIMEDOUT;
}
