/*
 * run.h - many clients at once: one log of calls, one of callbacks, and what is to be found of each.
 */
#ifndef RECTRACE_SIMULATE_RUN_H
#define RECTRACE_SIMULATE_RUN_H

#include "base/out.h"
#include "simulate/client.h"

struct sim_run {
    struct rt_arena arena;
    struct sim_lines lines;                /* of both, sorted */
    RT_VEC(struct sim_instance) instances; /* the first is the one that watches */
    const char *name;
    uint64_t seed;
};
/* `only`: NULL for all scenarios in turn, then at random. -1: memory. */
int sim_run_make(struct sim_run *run, const struct sim_plan *p, const struct sim_scenario *only,
                 uint64_t seed, unsigned count, const struct sim_habits *habits,
                 struct rt_err *err);
void sim_run_fini(struct sim_run *run);
void sim_run_write(const struct sim_run *run, bool calls, bool hooks, struct out *o);
void sim_run_expected(const struct sim_run *run, struct out *o);

#endif
