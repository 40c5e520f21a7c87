/*
 * options.h - the command line as a value.
 */
#ifndef RECTRACE_MAIN_OPTIONS_H
#define RECTRACE_MAIN_OPTIONS_H

#include "base/err.h"
#include "base/time.h"
#include "base/vec.h"
#include "rules/rule_set.h"

enum when { WHEN_AUTO, WHEN_ALWAYS, WHEN_NEVER };

/* Options that belong together; a command takes some of them. */
enum option_group {
    TAKES_ALWAYS = 1 << 0,
    TAKES_FORMAT = 1 << 1,
    TAKES_OUTPUT = 1 << 2,
    TAKES_RULES = 1 << 3,
    TAKES_INPUT = 1 << 4,
    TAKES_VERDICT = 1 << 5,
    TAKES_REPORT = 1 << 6,
    TAKES_SCREEN = 1 << 7,
    TAKES_ON = 1 << 8,
    TAKES_SERVE = 1 << 9,
    TAKES_STORE = 1 << 10,
    TAKES_SECRET = 1 << 11,
    TAKES_HEADER = 1 << 12,
    TAKES_TICKET = 1 << 13,
    TAKES_REDACT = 1 << 14,
    TAKES_SIMULATE = 1 << 15,
    TAKES_SERVICE = TAKES_SERVE | TAKES_STORE | TAKES_SECRET |
                    TAKES_HEADER, /* told by their commands' --help */
};

struct option_row {
    unsigned group; /* enum option_group */
    char letter;    /* 0: none */
    const char *name, *arg, *doc;
};
extern const struct option_row *const option_rows; /* ends with a row whose name is NULL */

struct options {
    const char *command; /* name; "analyze" when only files are given */
    const char *format;  /* NULL: text */
    const char *output;  /* "-": standard output */
    RT_VEC(const char *) rules;
    const char *as;
    const char *tz;
    rt_time since, until; /* RT_TIME_NONE: open */
    const char *session, *channel, *app;
    enum severity fail_on; /* SEVERITY_NONE: never */
    const char *on;
    char narrowed[200]; /* "--channel x --since": what leaves sessions out; "": nothing */
    bool strict, all, stamp, no_rules, help, version;
    enum when color, progress;
    const char *listen, *store, *secret_file, *admin, *admin_token_file, *tls_cert, *tls_key;
    bool allow_unsigned, accept_v1;
    rt_dur keep;              /* 0: not given */
    uint64_t keep_bytes;      /* 0: not given */
    const char *style;        /* NULL: not given */
    uint64_t max_bytes;       /* 0: not given */
    const char *redact, *map; /* NULL: not given */
    uint64_t seed;            /* 1: not given */
    unsigned sessions;        /* 0: not given */
    rt_dur jitter;
    double loss, disorder, duplicates; /* 0 to 1 */
    RT_VEC(const char *) headers;
    RT_VEC(const char *) tails;
    unsigned threads; /* 0: not given */
    int verbose;
    char *const *operands;
    int operand_count;
};

/* 0, or -1 with err set (RT_EUSAGE): also when the command does not take an option or format. `argv`
 * is borrowed and may be permuted. */
int options_parse(struct options *o, int argc, char **argv, struct rt_err *err);
void options_fini(struct options *o);
/* The option part of --help: those of some groups. */
struct out;
void options_help(struct out *o, unsigned groups);

#endif
