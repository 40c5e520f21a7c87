/*
 * value_ids.h - the values of fields as small numbers, so that `same` and `differ` compare numbers.
 */
#ifndef RECTRACE_DETECT_VALUE_IDS_H
#define RECTRACE_DETECT_VALUE_IDS_H

#include "detect/scope.h"

#define VALUE_UNKNOWN 0

/* By event: the id of its values of all `fields` together; VALUE_UNKNOWN when one is missing. In `a`;
 * NULL: memory. */
uint32_t *value_ids(const struct scope *s, const uint16_t *fields, size_t count,
                    struct rt_arena *a);

#endif
