/*
 * vec.h - a growing array: struct { T *v; size_t n, cap; } declared with RT_VEC(T).
 *
 * RT_VEC_PUSH gives a pointer to a zeroed new element, or NULL when memory ran out.
 */
#ifndef RECTRACE_BASE_VEC_H
#define RECTRACE_BASE_VEC_H

#include <stddef.h>
#include <string.h>

#define RT_VEC(type)   \
    struct {           \
        type *v;       \
        size_t n, cap; \
    }
#define RT_VEC_PUSH(vec)                                                         \
    ((vec)->n == (vec)->cap &&                                                   \
             rt_vec_grow((void **)&(vec)->v, &(vec)->cap, sizeof(*(vec)->v)) < 0 \
         ? NULL                                                                  \
         : (memset(&(vec)->v[(vec)->n], 0, sizeof(*(vec)->v)), &(vec)->v[(vec)->n++]))
#define RT_VEC_FREE(vec) (rt_free((vec)->v), (vec)->v = NULL, (vec)->n = 0, (vec)->cap = 0)
#define RT_EACH(var, vec) \
    for ((var) = (vec)->v; (vec)->n > 0 && (var) < (vec)->v + (vec)->n; (var)++)

/* Room for more elements. 0, or -1 when memory ran out. */
int rt_vec_grow(void **v, size_t *cap, size_t size);
void rt_free(void *p);

#endif
