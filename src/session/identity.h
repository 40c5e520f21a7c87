/*
 * identity.h - who gets what: which resource id a sid belongs to, and what a session is called.
 */
#ifndef RECTRACE_SESSION_IDENTITY_H
#define RECTRACE_SESSION_IDENTITY_H

#include "session/cluster.h"
#include "session/session.h"

/* How sure a call that names both ids makes it that they belong together. */
enum binding_rank identity_rank(const struct event *e);
/* Gives every sid of the cluster its owner, the surest; ties go to the earlier, then by text. */
void identity_resolve(struct cluster *c);
/* The sid of a resource id that belongs to it most surely; RT_NONE. */
rt_str identity_sid(const struct box *b);
/* The start of `sid`, as far as the cluster knows: the box whose start issued it, or NULL. */
const struct box *identity_issuer(const struct binding *b);
/* Fills app_id, cname, uid and mode from events in order, and runs. -1: memory. */
int identity_fill(struct session *s, const struct box *b, struct event *const *events,
                  size_t count);

#endif
