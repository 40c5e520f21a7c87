/*
 * digest.h - what tells one set of rule files from another.
 */
#ifndef RECTRACE_RULES_DIGEST_H
#define RECTRACE_RULES_DIGEST_H

#include <nettle/sha2.h>

#include "base/str.h"

enum { RULE_DIGEST_HEX = 2 * SHA256_DIGEST_SIZE + 1 };
struct rule_digest {
    struct sha256_ctx sha;
};
void rule_digest_begin(struct rule_digest *d);
/* The files count in their order, with their names. */
void rule_digest_add(struct rule_digest *d, const char *name, rt_str text);
void rule_digest_end(struct rule_digest *d, char hex[RULE_DIGEST_HEX]);

#endif
