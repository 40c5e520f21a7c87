/*
 * slices.c - one thread a slice; a slice without a thread is done by the caller.
 */
#include "config.h"

#include "base/slices.h"

#include <pthread.h>
#include <stdbool.h>

#include "base/alloc.h"

struct slice {
    rt_slice_fn *fn;
    void *arg;
    size_t number, from, to;
    pthread_t thread;
    bool runs; /* in its thread */
    int rc;
};

static void *
run(void *arg)
{
    struct slice *s = arg;
    s->rc = s->fn(s->arg, s->number, s->from, s->to);
    return NULL;
}

int
rt_slices(size_t slices, size_t n, rt_slice_fn *fn, void *arg)
{
    struct slice *v = slices < 2 ? NULL : rt_calloc(slices, sizeof(*v));
    if (v == NULL)
        return fn(arg, 0, 0, n);
    for (size_t i = 0; i < slices; i++)
        v[i] = (struct slice){.fn = fn,
                              .arg = arg,
                              .number = i,
                              .from = n / slices * i,
                              .to = i + 1 == slices ? n : n / slices * (i + 1)};
    for (size_t i = 1; i < slices; i++)
        v[i].runs = pthread_create(&v[i].thread, NULL, run, &v[i]) == 0;
    int rc = 0;
    for (size_t i = 0; i < slices; i++) {
        if (v[i].runs)
            pthread_join(v[i].thread, NULL);
        else
            run(&v[i]);
        rc = v[i].rc < 0 ? -1 : rc;
    }
    rt_free(v);
    return rc;
}
