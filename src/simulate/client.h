/*
 * client.h - one client that goes through a scenario, and what its log and its receiver hold afterwards.
 */
#ifndef RECTRACE_SIMULATE_CLIENT_H
#define RECTRACE_SIMULATE_CLIENT_H

#include "simulate/service.h"

struct sim_line {
    rt_time at; /* where it stands in its file */
    uint64_t order;
    bool hook;
    rt_str text;
};
struct sim_lines {
    RT_VEC(struct sim_line) list;
};
struct sim_habits { /* how unkind the world is */
    rt_dur jitter;
    double loss, disorder, duplicates; /* chances */
};
struct sim_instance { /* a scenario that was gone through */
    const struct sim_scenario *scenario;
    rt_str app, cname;
    rt_time begin, end;
    uint32_t lost, repeated; /* callbacks */
};
/* From `in->begin` on, polls "for: run" until `until`. -1: memory. */
int sim_client_run(const struct sim_plan *p, struct sim_instance *in, rt_time until,
                   const struct sim_habits *habits, struct sim_random *r, struct rt_arena *a,
                   struct sim_lines *out);

#endif
