/*
 * private.h - small files that nobody else may read: secrets, tokens, keys.
 */
#ifndef RECTRACE_RECEIVE_PRIVATE_H
#define RECTRACE_RECEIVE_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* The whole file with a NUL behind it, its size in `n`; NULL: err says why. `open_to_all`: no secret, a certificate. */
char *private_read(const char *path, size_t most, bool open_to_all, size_t *n,
                   struct rt_err *err);
/* Clears it, too. */
void private_free(char **ptext, size_t n);

#endif
