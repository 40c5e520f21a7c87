/*
 * slices.c - threads that take the next slice until none is left.
 */
#include "config.h"

#include "base/slices.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "base/alloc.h"

struct slices {
    size_t count, n;
    rt_slice_fn *fn;
    void *arg;
    atomic_size_t next;
    atomic_bool failed;
};
struct slicer {
    struct slices *slices;
    size_t number;
    pthread_t thread;
    bool runs;
};

static size_t
begin_of(const struct slices *s, size_t i)
{
    size_t rest = s->n % s->count;
    return s->n / s->count * i + (i < rest ? i : rest);
}

static void *
run(void *arg)
{
    const struct slicer *r = arg;
    struct slices *s = r->slices;
    for (size_t i = 0; (i = atomic_fetch_add(&s->next, 1)) < s->count;)
        if (s->fn(s->arg, r->number, i, begin_of(s, i), begin_of(s, i + 1)) < 0)
            atomic_store(&s->failed, true);
    return NULL;
}

int
rt_slices(size_t threads, size_t slices, size_t n, rt_slice_fn *fn, void *arg)
{
    struct slices s = {.count = slices > 0 ? slices : 1, .n = n, .fn = fn, .arg = arg};
    if (threads > s.count)
        threads = s.count;
    struct slicer self = {.slices = &s},
                  *others = threads < 2 ? NULL : rt_calloc(threads - 1, sizeof(*others));
    for (size_t i = 0; others != NULL && i + 1 < threads; i++) {
        others[i] = (struct slicer){.slices = &s, .number = i + 1};
        others[i].runs = pthread_create(&others[i].thread, NULL, run, &others[i]) == 0;
    }
    run(&self);
    for (size_t i = 0; others != NULL && i + 1 < threads; i++)
        if (others[i].runs)
            pthread_join(others[i].thread, NULL);
    rt_free(others);
    return atomic_load(&s.failed) ? -1 : 0;
}
