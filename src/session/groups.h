/*
 * groups.h - finished sessions by channel, waiting to be handed out.
 */
#ifndef RECTRACE_SESSION_GROUPS_H
#define RECTRACE_SESSION_GROUPS_H

#include "session/draft.h"

struct group_list {
    RT_VEC(struct session_group) v;
};

/* Takes the sessions of the drafts, which belong to one cluster. On failure the drafts keep those
 * that were not taken. */
int groups_add(struct group_list *groups, struct draft_list *drafts, const struct closing *how);
/* Moves all of `from`. 0, or -1: memory; each is in one of the lists. */
int groups_move(struct group_list *groups, struct group_list *from);
void groups_fini(struct group_list *groups);
/* Hands everything to the sink, by first time (or, `by_end`, by last), then id. On failure the rest is
 * freed by groups_fini. */
int groups_deliver(struct group_list *groups, bool by_end, struct session_sink sink,
                   struct rt_err *err);

#endif
