/*
 * data.h - the files of rules/simulate/ inside the binary.
 */
#ifndef RECTRACE_SIMULATE_DATA_H
#define RECTRACE_SIMULATE_DATA_H

#include "rules/pack.h"

extern const struct pack simulate_pack;

#endif
