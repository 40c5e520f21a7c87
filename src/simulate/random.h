/*
 * random.h - numbers that one seed decides: splitmix64.
 */
#ifndef RECTRACE_SIMULATE_RANDOM_H
#define RECTRACE_SIMULATE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

struct sim_random {
    uint64_t state;
};
uint64_t sim_next(struct sim_random *r);
/* 0 <= x < n; n > 0. */
uint64_t sim_below(struct sim_random *r, uint64_t n);
/* True with this probability. */
int sim_chance(struct sim_random *r, double p);
/* `n` characters of `of`, and NUL. */
void sim_text(struct sim_random *r, const char *of, size_t n, char *out);

#endif
