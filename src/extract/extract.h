/*
 * extract.h - lines to events, by the formats of the rule set.
 *
 * One extractor belongs to one input and one thread. The format is chosen on the first lines
 * that could hold a call and is then fixed; text that no format claims is searched for the
 * vendor's shapes, over line ends too. Every line ends in exactly one counter.
 */
#ifndef RECTRACE_EXTRACT_EXTRACT_H
#define RECTRACE_EXTRACT_EXTRACT_H

#include "base/err.h"
#include "base/limits.h"
#include "event/event.h"
#include "rules/rule_set.h"

struct extract_sink {
    /* Borrows the event for the call. 0, or -1 to stop with err set. */
    int (*event)(void *arg, const struct event *e, struct rt_err *err);
    void *arg;
};
/* URLs met lately; may be handed on from input to input, in one thread. NULL: memory. */
struct route_cache;
struct route_cache *route_cache_new(void);
void route_cache_free(struct route_cache **pc);

struct extract_options {
    const char *format;        /* name; NULL = chosen by content */
    const char *zone;          /* of stamps without one: UTC, +08:00, Asia/Tokyo; NULL = none */
    uint32_t input;            /* index put into the events */
    const char *path;          /* for messages; borrowed */
    struct route_cache *cache; /* borrowed; NULL: one of its own */
    /* only format and times are asked for: of a call no body is read, and events say little */
    bool glance;
    /* what an earlier look chose: taken if it reads every line; NULL: none did */
    const struct format *likely;
};
enum line_fate {
    LINE_EVENT,
    LINE_IGNORED,
    LINE_UNMATCHED,
    LINE_UNDECODABLE,
    LINE_TOO_LONG,
    LINE__COUNT
};

struct extract_facts {
    const char *format;            /* name of the chosen format, or "text" */
    uint64_t counts[LINE__COUNT];  /* adds up to the lines */
    rt_time first_time, last_time; /* of all lines that carry one, calls or not */
    /* the chosen format, with nothing wrapped around it; NULL: it is not so */
    const struct format *bare;
    bool unzoned;                /* stamps without a zone were met and none was given */
    uint64_t first_unread;       /* first line of LINE_UNMATCHED, 0 = none */
    char first_unread_text[120]; /* its beginning, as it is */
    uint32_t first_unread_stop;  /* byte where the format stopped */
    uint32_t limit_hits;         /* matches that ended at a PCRE2 limit */
    char limit_pattern[160];     /* first pattern that did */
    uint32_t foreign;            /* callbacks of other products, left out */
    const char *const *warnings; /* sentences; borrowed */
    size_t warning_count;
};

struct extract;
struct extract *extract_new(const struct rule_set *rules, const struct extract_options *options,
                            const struct rt_limits *limits, struct extract_sink sink,
                            struct rt_err *err);
void extract_free(struct extract **px);
/* Lines in input order. 0, -1: memory, or the sink stopped. */
int extract_line(struct extract *x, rt_str line, uint64_t number, struct rt_err *err);
void extract_too_long(struct extract *x, uint64_t number);
/* Text at the end of a document, requests without answer, … */
int extract_end(struct extract *x, struct rt_err *err);
void extract_facts(const struct extract *x, struct extract_facts *out);
/* The same for an input that may go on: says what there is to say so far, ends nothing. */
int extract_pause(struct extract *x, struct rt_err *err);
/* Is the format chosen, and was all told that the lines so far can tell? Not while text is open whose end
 * is to come. */
bool extract_settled(const struct extract *x);

/* What an extractor has counted, to go on in another run behind the lines that chose its format. */
struct extract_tally {
    uint64_t counts[LINE__COUNT];
    rt_time first_time, last_time, clock;
    bool unzoned, undated;
    uint64_t first_unread, first_too_long;
    char first_unread_text[120];
    uint32_t first_unread_stop, foreign, probes, nameless, masked, limit_hits;
    char limit_pattern[160];
};
/* False: it holds more than that. */
bool extract_tally(const struct extract *x, struct extract_tally *out);
void extract_go_on(struct extract *x, const struct extract_tally *from);

/* `formats test`: how each format fares on one line. */
struct format_trial {
    const struct format *format;
    bool matched;
    size_t stop; /* byte at which it gave up */
};
int extract_trial(const struct rule_set *rules, const struct rt_limits *limits, rt_str line,
                  struct format_trial *out, size_t count, struct rt_err *err);

#endif
