#include "config.h"

#include "base/vec.h"

#include "base/alloc.h"

int
rt_vec_grow(void **v, size_t *cap, size_t size)
{
    size_t more = *cap < 8 ? 8 : *cap + *cap / 2;
    void *p = more < *cap ? NULL : rt_realloc_array(*v, more, size);
    if (p == NULL)
        return -1;
    *v = p;
    *cap = more;
    return 0;
}
