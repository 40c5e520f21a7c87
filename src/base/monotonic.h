/*
 * monotonic.h - waiting by a clock that nobody sets.
 */
#ifndef RECTRACE_BASE_MONOTONIC_H
#define RECTRACE_BASE_MONOTONIC_H

#include <pthread.h>
#include <stdbool.h>

#include "base/time.h"

/* Microseconds since some time in the past. */
rt_dur monotonic_now(void);
/* A condition for monotonic_wait(). */
void monotonic_cond_init(pthread_cond_t *cond);
/* `until`: by monotonic_now(). False: it has passed. As with all conditions, true does not mean that it holds. */
bool monotonic_wait(pthread_cond_t *cond, pthread_mutex_t *lock, rt_dur until);

#endif
