/*
 * receiver.h - the running service: ports, store, signals, from start to a clean end.
 */
#ifndef RECTRACE_RECEIVE_RECEIVER_H
#define RECTRACE_RECEIVE_RECEIVER_H

#include "base/err.h"
#include "base/limits.h"
#include "base/time.h"
#include "rules/rule_set.h"

struct receiver_options {
    const char *listen;      /* of the hook port */
    const char *store;       /* path */
    const char *secret_file; /* NULL: unsigned */
    bool accept_v1;
    const char *tls_cert, *tls_key; /* PEM files; NULL: plain HTTP */
    const char *admin;              /* address of the admin port; NULL: none */
    const char *admin_token_file;   /* NULL: loopback only, and no logs by HTTP */
    const char *const *tails;       /* API logs to follow */
    size_t tail_count;
    rt_dur keep;         /* retention by age; 0: none */
    uint64_t keep_bytes; /* by size; 0: none */
    const struct rule_set *rules;
    const struct rt_limits *limits;
    rt_time (*now)(void); /* wall clock */
};

/* Runs until SIGTERM or SIGINT. SIGHUP reads the secrets again. Blocks these signals in the calling
 * thread; to be called before any other thread is there. 0: ended as asked; -1: err says why not. */
int receiver_run(const struct receiver_options *options, struct rt_err *err);

#endif
