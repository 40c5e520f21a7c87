/*
 * plan.h - the service's habits and the clients' scenarios, as rules/simulate/ tells them.
 *
 * Texts are borrowed from the arena of the plan. Times are rt_dur.
 */
#ifndef RECTRACE_SIMULATE_PLAN_H
#define RECTRACE_SIMULATE_PLAN_H

#include "base/arena.h"
#include "base/time.h"
#include "base/vec.h"
#include "rules/load.h"

struct sim_var {
    rt_str name, value;
};
struct sim_vars {
    RT_VEC(struct sim_var) list;
};

enum sim_call {
    SIM_ACQUIRE,
    SIM_START,
    SIM_QUERY,
    SIM_UPDATE,
    SIM_LAYOUT,
    SIM_STOP,
    SIM_CALLS
};
extern const char *const sim_call_names[SIM_CALLS];

struct sim_path {
    rt_str method, path;
    rt_dur takes;
};
struct sim_request {
    rt_str name, body;
};
struct sim_answer {
    rt_str name, body;
    int64_t http;
    rt_dur took; /* RT_DUR_NONE: as the call usually takes */
};
struct sim_token { /* that a client signs */
    rt_str name, app, channel, uid;
    int64_t service;
    rt_dur made, lives; /* made: before the call */
};
struct sim_hook {
    rt_str name, details;
    int64_t type, module;
};

enum sim_anchor {
    SIM_AT_START,
    SIM_AT_PUBLISH,
    SIM_AT_LEAVE,
    SIM_AT_IDLE,
    SIM_AT_STOP,
    SIM_AT_END,
    SIM_ANCHORS
};
struct sim_happening {
    enum sim_anchor at;
    rt_dur after, every, away;   /* 0: once; 0: it stays */
    const struct sim_hook *hook; /* NULL: it is not told */
    int64_t status;              /* -1: as before */
    bool ends;
};
struct sim_life {
    rt_str name;
    RT_VEC(struct sim_happening) list;
};

struct sim_step {
    enum { SIM_WAIT, SIM_POLL, SIM_CALL } what;
    rt_dur wait;   /* of a poll: between two */
    rt_dur during; /* of a poll; RT_DUR_NONE: the whole run */
    enum sim_call call;
    int64_t task, times;             /* from 1 */
    rt_dur every, took;              /* took: RT_DUR_NONE, as usual */
    rt_str body;                     /* name of a request; empty: the usual one */
    rt_str method;                   /* empty: the right one */
    const struct sim_answer *answer; /* NULL: what the service thinks right */
    bool acts, lost;
    struct sim_vars with;
};
struct sim_scenario {
    rt_str name, about, mode;
    const struct sim_life *life;
    int64_t idle;                /* seconds */
    rt_dur users_from, users_to; /* RT_DUR_NONE: nobody comes; they stay */
    bool hooks;                  /* there is a receiver */
    rt_str received;             /* how it logs a callback; empty: the body alone */
    struct sim_vars with;
    RT_VEC(struct sim_step) steps;
    const rt_str *expect, *may;
    size_t expect_count, may_count;
};
struct sim_plan {
    struct rt_arena arena;
    rt_str host;
    rt_dur control, resource_life, joins_after, leaves_after, exit_takes, client_waits,
        hook_takes;
    int64_t first_status, files_from;
    struct sim_path paths[SIM_CALLS];
    RT_VEC(struct sim_request) requests;
    RT_VEC(struct sim_answer) answers;
    RT_VEC(struct sim_hook) hooks;
    RT_VEC(struct sim_token) tokens;
    struct sim_vars defaults, receptions;
    RT_VEC(struct sim_life *) lives;
    rt_str envelope;
    RT_VEC(struct sim_scenario *) scenarios;
};
/* NULL: mistakes are in `m`, or err is set. */
struct sim_plan *sim_plan_load(struct rule_messages *m, struct rt_err *err);
void sim_plan_free(struct sim_plan **pp);
const struct sim_scenario *sim_scenario_find(const struct sim_plan *p, rt_str name);
const struct sim_answer *sim_answer_find(const struct sim_plan *p, rt_str name);
const struct sim_life *sim_life_find(const struct sim_plan *p, rt_str name);
const struct sim_request *sim_request_find(const struct sim_plan *p, rt_str name);
const struct sim_token *sim_token_find(const struct sim_plan *p, rt_str name);
/* Value of a variable, RT_NONE when it is not there. */
rt_str sim_vars_get(const struct sim_vars *v, rt_str name);

#endif
