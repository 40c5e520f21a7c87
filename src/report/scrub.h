/*
 * scrub.h - raw text of a log made fit to leave the machine.
 *
 * Taken out are the values behind the names of secrets (rules: secrets, delivery), whatever quotes and
 * escapes stand around them, what looks like a credential, publishing addresses, and network addresses.
 * Everything that was taken out is remembered: scrub_leak() searches a finished document for it.
 */
#ifndef RECTRACE_REPORT_SCRUB_H
#define RECTRACE_REPORT_SCRUB_H

#include "base/arena.h"
#include "base/vec.h"
#include "rules/rule_set.h"

enum scrub_kind { SCRUB_SECRET, SCRUB_CREDENTIAL, SCRUB_STREAM, SCRUB_ADDRESS, SCRUB__KINDS };

struct scrub {
    const struct rule_set *rules;
    struct rt_arena arena;
    RT_VEC(rt_str) names; /* behind which secrets stand */
    RT_VEC(rt_str) taken; /* secrets, each once; longer than a few bytes */
    struct rt_buf text;   /* of the last line */
    uint64_t counts[SCRUB__KINDS];
};
/* 0, or -1: memory. */
int scrub_init(struct scrub *s, const struct rule_set *rules);
void scrub_fini(struct scrub *s);
/* The line without its secrets, until the next call; RT_NONE with s->text.failed: memory. */
rt_str scrub_line(struct scrub *s, rt_str line);
/* Does the text hold anything that was taken out: as it was, in base64, percent-encoded or escaped for JSON? */
bool scrub_leak(const struct scrub *s, rt_str text);
/* "2 secrets, 1 network address"; empty: nothing. */
const char *scrub_summary(const struct scrub *s, char *out, size_t room);

#endif
