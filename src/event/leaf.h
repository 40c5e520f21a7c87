/*
 * leaf.h - what a member of a request says, as a hash: two bodies can be compared without keeping them.
 *
 * The value of FIELD_LEAVES is an array of these, as bytes, in the order of the table of parameters.
 */
#ifndef RECTRACE_EVENT_LEAF_H
#define RECTRACE_EVENT_LEAF_H

#include <stdint.h>

struct leaf {
    uint32_t node; /* index of the rule set's names; 0: none of them */
    /* of lists: index, the outer one in the upper half; without a node a hash of the path */
    uint32_t item;
    uint32_t value; /* hash; LEAF_MASKED: nobody knows */
};
enum { LEAF_MASKED = 0, LEAVES_MOST = 256 };

#endif
