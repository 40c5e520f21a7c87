/*
 * service.h - the recording service of one simulated app: resources, tasks, answers, callbacks.
 *
 * It knows nothing of our rules; what it does is told by the plan.
 */
#ifndef RECTRACE_SIMULATE_SERVICE_H
#define RECTRACE_SIMULATE_SERVICE_H

#include "simulate/plan.h"
#include "simulate/random.h"

enum { SIM_RID = 96, SIM_SID = 32 };

struct sim_task {
    rt_str rid, sid, cname, uid, newuid;
    const struct sim_life *life;
    rt_time begin, stopped; /* RT_TIME_NONE: not yet */
};
struct sim_resource {
    rt_str rid, cname, uid;
    rt_time at;
    rt_dur control;        /* from its sid on; then nobody finds the task */
    struct sim_task *task; /* NULL: none was started on it */
};
struct sim_due { /* a callback */
    rt_time at;
    const struct sim_happening *of;
    rt_time gone; /* of one after an interruption: when that began */
    bool renamed; /* the recorder has its new uid by then */
};
struct sim_service {
    const struct sim_plan *plan;
    const struct sim_scenario *scenario;
    struct sim_random *random;
    struct rt_arena *arena;
    rt_time opened; /* of the first start; RT_TIME_NONE: none yet */
    RT_VEC(struct sim_resource *) resources;
    RT_VEC(struct sim_task *) tasks;
    bool failed; /* memory */
};
void sim_service_init(struct sim_service *s, const struct sim_plan *p,
                      const struct sim_scenario *of, struct sim_random *r, struct rt_arena *a);
void sim_service_fini(struct sim_service *s);
/* The call of one who gives cname, uid, rid and sid in `vars` at that time: it is done, and answered. Adds
 * to `vars` what the answer tells: newrid, newsid, status, files. Never NULL. */
const struct sim_answer *sim_service_call(struct sim_service *s, enum sim_call call,
                                          struct sim_vars *vars, rt_time at);
/* The callbacks of a task until `until`, in order; `out` holds no more than it did when memory runs out. */
struct sim_dues {
    RT_VEC(struct sim_due) list;
};
void sim_service_dues(struct sim_service *s, const struct sim_task *t, rt_time until,
                      bool repeats, struct sim_dues *out);
/* Sets a variable, the last one of its name counts. */
void sim_vars_set(struct sim_service *s, struct sim_vars *v, const char *name, rt_str value);
/* `text` with its $x replaced; in the arena. */
rt_str sim_expand(struct sim_service *s, rt_str text, const struct sim_vars *v);

#endif
