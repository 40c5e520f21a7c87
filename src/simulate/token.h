/*
 * token.h - the tokens that simulated clients sign.
 */
#ifndef RECTRACE_SIMULATE_TOKEN_H
#define RECTRACE_SIMULATE_TOKEN_H

#include "simulate/service.h"

/* For a call at `at`, in the arena of the service. */
rt_str sim_token_sign(struct sim_service *s, const struct sim_token *t,
                      const struct sim_vars *v, rt_time at);

#endif
