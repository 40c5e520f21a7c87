/*
 * finish.h - a cluster of boxes becomes sessions.
 */
#ifndef RECTRACE_SESSION_FINISH_H
#define RECTRACE_SESSION_FINISH_H

#include "session/cluster.h"
#include "session/groups.h"

/* Adds the cluster's sessions to `out`; the boxes are left empty. 0, or -1: memory. */
int finish_cluster(const struct closing *how, struct cluster *c, struct group_list *out,
                   struct rt_err *err);
/* Whether nothing more is to be expected of it, should it be quiet for the linger time. */
bool finish_is_over(struct cluster *c);

#endif
