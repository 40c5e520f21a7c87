/*
 * library.h - a shared library that is opened when it is first asked for.
 *
 * For those that bring much and are seldom needed: libarchive comes with an XML parser and Unicode tables, libmicrohttpd
 * with TLS. Linked in the usual way, they took a third of the time of every start. A library has
 *
 *   NAME.def   FUNCTION(f) for each of its functions that we call, without its prefix
 *   NAME.h     a struct of these, and NAME_open(): before the first call
 *   NAME.c     the struct: filled by library_open(), or by the linker where configure found no name to open
 */
#ifndef RECTRACE_BASE_LIBRARY_H
#define RECTRACE_BASE_LIBRARY_H

#include <pthread.h>
#include <stddef.h>

#include "base/err.h"

struct library_function {
    const char *name;
    void *at; /* of a pointer to a function */
};
struct library {
    const char *soname;
    const struct library_function *functions;
    size_t count;
    pthread_mutex_t lock;
    void *handle; /* NULL: not opened yet; stays open as long as the process runs */
};
#define LIBRARY(soname, functions)                                     \
    {                                                                  \
        soname, functions, sizeof(functions) / sizeof((functions)[0]), \
            PTHREAD_MUTEX_INITIALIZER, NULL                            \
    }
/* Any thread, any number of times. -1: it is not there, or lacks a function; the message names it. */
int library_open(struct library *l, struct rt_err *err);

#endif
