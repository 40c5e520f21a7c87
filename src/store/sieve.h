/*
 * sieve.h - which keys are surely not among many: a Bloom filter whose bits of one key stand in one line of
 * the cache. About one key in a hundred that is not there passes all the same.
 */
#ifndef RECTRACE_STORE_SIEVE_H
#define RECTRACE_STORE_SIEVE_H

#include <stdbool.h>
#include <stddef.h>

struct sieve; /* opaque */

/* For so many keys at most. NULL: memory. */
struct sieve *sieve_new(size_t keys);
size_t sieve_bytes(size_t keys);
void sieve_free(struct sieve **ps);
/* Keys are of SEEN_KEY bytes. */
void sieve_add(struct sieve *s, const unsigned char *key);
bool sieve_may_hold(const struct sieve *s, const unsigned char *key);

#endif
