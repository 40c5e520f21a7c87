/*
 * tree.h - an object whose members are found once, for many pointers into one body.
 *
 * A level is scanned when somebody asks for it; text stays where it is.
 */
#ifndef RECTRACE_EXTRACT_TREE_H
#define RECTRACE_EXTRACT_TREE_H

#include "base/arena.h"
#include "extract/scan.h"

struct tree {
    rt_str key;
    struct scan_value value;
    /* members, once `open`; of a broken object those before the break */
    struct tree *first, *next;
    bool open;
};
/* A root; its members will live in the arena that tree_open() is given. */
struct tree tree_of(rt_str object);
/* Finds the members (or items) of `t`. 0, or -1: memory. */
int tree_open(struct tree *t, struct rt_arena *a, unsigned depth);

#endif
