/*
 * scrub.h - raw lines of a log made fit to leave the machine: the one redactor.
 *
 * Taken out are the values behind the names of secrets and personal data (rules: withheld, secrets, delivery),
 * whatever quotes and escapes stand around them, what looks like a credential, publishing addresses, network and
 * mail addresses. For the public, ids become aliases too (rules: identities).
 *
 * Two walks: the first learns what is secret, the second writes; so a secret that a later line names is
 * taken out of an earlier one as well. scrub_leak() then searches what was made for all of it, in
 * other encodings too.
 */
#ifndef RECTRACE_REPORT_SCRUB_H
#define RECTRACE_REPORT_SCRUB_H

#include "report/alias.h"
#include "report/needles.h"
#include "report/scrub_value.h"
#include "rules/rule_set.h"

enum scrub_profile {
    SCRUB_VENDOR, /* keeps the ids that support asks for */
    SCRUB_PUBLIC, /* tells them by aliases */
    SCRUB_NONE,   /* changes nothing */
};
/* False: no such profile; `scrub_profiles` names them, ", " between. */
bool scrub_profile_find(const char *name, enum scrub_profile *out);
const char *scrub_profile_name(enum scrub_profile p);
extern const char *const scrub_profiles;

enum scrub_kind {
#define KIND(id, one, many) SCRUB_##id,
#include "report/scrub_kinds.def"
#undef KIND
    SCRUB__KINDS
};

struct
    scrub_name { /* a value stands behind it; the name is in lower case, letters and digits only */
    rt_str name;
    enum scrub_kind kind;      /* SCRUB_SECRET, SCRUB_PERSONAL, SCRUB_ID */
    bool header;               /* the value may hold blanks */
    rt_str put;                /* in its place, unless it is an id */
    const struct identity *id; /* of SCRUB_ID */
    const char *as;            /* likewise: see alias_of(); or NULL */
};
struct scrub {
    const struct rule_set *rules;
    enum scrub_profile profile;
    struct aliases *aliases; /* of SCRUB_PUBLIC */
    struct rt_arena arena;
    RT_VEC(struct scrub_name *) all; /* in the arena */
    /* longer names may end with them; by their last byte */
    RT_VEC(const struct scrub_name *) ends;
    uint16_t from[257]; /* where those of a byte begin */
    struct rt_map names;
    struct rt_map secrets;    /* that were seen; what is long enough to be searched for */
    struct rt_map ids;        /* of the sessions, to their alias */
    struct needles known;     /* both, after scrub_settle() */
    struct needles forbidden; /* both, in encodings that no search for the text finds */
    bool settled;
    bool prose; /* sentences of a report: a word behind a colon is a word */
    const struct scrub_name *pending; /* its value is in the next line */
    struct value_place place;         /* of it */
    bool cut;                         /* the line ended inside of a secret */
    unsigned depth;
    struct rt_buf text; /* of the last line */
    uint64_t counts[SCRUB__KINDS];
};
/* `aliases` is borrowed; NULL unless the profile is SCRUB_PUBLIC. 0, or -1: memory. */
int scrub_init(struct scrub *s, const struct rule_set *rules, enum scrub_profile profile,
               struct aliases *aliases);
void scrub_fini(struct scrub *s);
/* An id of a session, which becomes an alias wherever it stands; `as`: see alias_of(). Before scrub_settle(). */
void scrub_id(struct scrub *s, rt_str id, const char *as);
/* All was learnt. -1: memory. */
int scrub_settle(struct scrub *s);
/* Another input begins. */
void scrub_begin(struct scrub *s);
/* The line without its secrets, until the next call; RT_NONE with s->text.failed: memory. */
rt_str scrub_line(struct scrub *s, rt_str line);
/* Instead of scrub_line() for a line that is not wanted: the next one may depend on it. */
void scrub_skip(struct scrub *s, rt_str line);
/* A text of a report, of one line or more. */
rt_str scrub_text(struct scrub *s, rt_str text);
/* Does the text hold anything that was taken out: as it was, in base64 or hexadecimal, and that percent-encoded, escaped for
 * JSON or for HTML in up to four layers? */
bool scrub_leak(const struct scrub *s, rt_str text);
/* "2 secrets, 1 network address"; empty: nothing. */
const char *scrub_summary(const struct scrub *s, char *out, size_t room);
const char *scrub_kind_name(enum scrub_kind k);

#endif
