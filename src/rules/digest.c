#include "config.h"

#include "rules/digest.h"

#include <stdio.h>
#include <string.h>

void
rule_digest_begin(struct rule_digest *d)
{
    sha256_init(&d->sha);
}

void
rule_digest_add(struct rule_digest *d, const char *name, rt_str text)
{
    sha256_update(&d->sha, strlen(name) + 1, (const uint8_t *)name);
    sha256_update(&d->sha, text.n, (const uint8_t *)text.p);
}

void
rule_digest_end(struct rule_digest *d, char hex[RULE_DIGEST_HEX])
{
    uint8_t sum[SHA256_DIGEST_SIZE];
    sha256_digest(&d->sha, sizeof(sum), sum);
    for (size_t i = 0; i < sizeof(sum); i++)
        snprintf(hex + 2 * i, 3, "%02x", sum[i]);
}
