/*
 * token.h - what an access token says of itself: for whom, for which channel, until when.
 *
 * No secret is needed or checked: the signature is skipped. Any bytes may come; nothing of the
 * token's own text leaves this reader, only what was decoded.
 */
#ifndef RECTRACE_EXTRACT_TOKEN_H
#define RECTRACE_EXTRACT_TOKEN_H

#include "base/arena.h"
#include "rules/rule_set.h"

enum token_state {
    TOKEN_READ,
    TOKEN_BROKEN,   /* `defect` says where the reader gave up */
    TOKEN_OBSOLETE, /* of a layout that is not read */
    TOKEN_APP_ID,   /* no token at all: an App ID in its place */
};

enum { TOKEN_CLAIMS = 16 }; /* services that are kept; a token has one or two */

struct token_claim { /* one service that the token opens */
    const struct token_service *service;
    rt_str channel, account; /* account: empty = anybody */
    bool joins;              /* holds the privilege of the table */
    uint64_t privileges;     /* bit n: privilege n, below 64 */
};

struct token {
    enum token_state state;
    /* TOKEN_BROKEN: blanks, characters, prefix, cut, compression, signature, layout, size */
    const char *defect;
    const struct token_version *version; /* NULL: of none that is known */
    rt_str app_id;
    /* channel and account are known by checksum only; claims[0] has the rest */
    bool by_checksum;
    uint32_t channel_sum, account_sum; /* account_sum 0: anybody */
    int64_t issued, lifetime;          /* Unix seconds, seconds; -1: not told */
    int64_t ends; /* when a recorder can no longer use it; Unix seconds, -1: not told */
    struct token_claim claims[TOKEN_CLAIMS];
    size_t claim_count;
};

/* Texts of `out` are in `a`. `most`: bytes that may come of it. 0, -1: memory. */
int token_read(const struct token_table *t, rt_str text, size_t most, struct rt_arena *a,
               struct token *out);

/* The token with its signature set to zeros: it says the same and opens nothing. RT_NONE: it cannot be
 * read, or memory. The text is in `a`. */
rt_str token_blunt(const struct token_table *t, rt_str text, size_t most, struct rt_arena *a);

enum token_fit { /* what weighs more is larger */
                 TOKEN_FITS = 0,
                 TOKEN_OTHER_ACCOUNT = 1,
                 TOKEN_OTHER_CHANNEL = 2,
                 TOKEN_OTHER_APP = 4,
                 TOKEN_OTHER_SERVICE = 8,
};
/* A mask of what does not fit. Empty: not known, and not compared. TOKEN_READ only. */
unsigned token_fits(const struct token_table *t, const struct token *token, rt_str app_id,
                    rt_str channel, rt_str account);
/* The claim that fits best; NULL: none is of the recorder's service. */
const struct token_claim *token_claim_for(const struct token_table *t,
                                          const struct token *token, rt_str channel,
                                          rt_str account);

#endif
