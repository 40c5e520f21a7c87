/*
 * http.h - the port that the vendor sends to: heads checked, bodies taken, answers after the sync.
 *
 * Everything here runs on one thread, that of the caller's loop: it sleeps on http_fd() and
 * writer_fd(), at most http_timeout(), and calls http_run() after every wake-up. libmicrohttpd's own
 * loops are not used: 0.9.75 hangs when exactly 128 descriptors are ready at once.
 */
#ifndef RECTRACE_RECEIVE_HTTP_H
#define RECTRACE_RECEIVE_HTTP_H

#include "receive/envelope.h"
#include "receive/writer.h"

struct http_options {
    int listen_fd;                 /* taken */
    const struct secrets *secrets; /* a reference, taken */
    bool accept_v1;
    const char *tls_cert, *tls_key; /* PEM texts, borrowed; NULL: plain HTTP */
    const struct rule_set *rules;
    const struct rt_limits *limits;
    struct counters *counters;
    struct writer *writer;
    rt_time (*now)(void); /* wall clock, for the time of arrival */
};
struct http;
struct http *http_new(const struct http_options *options, struct rt_err *err);
/* Only when http_idle(). */
void http_free(struct http **ph);
int http_fd(const struct http *h);
/* Milliseconds that the loop may sleep at most; -1: any time. */
int http_timeout(struct http *h);
/* Takes what the writer has done, and lets libmicrohttpd work. */
void http_run(struct http *h);
/* Once a second: time limits, and whether the disk has room (`low`: answer 503). */
void http_tick(struct http *h, bool low);
/* Another set of secrets; a reference, taken. */
void http_set_secrets(struct http *h, const struct secrets *secrets);
/* No new connections; those that are here may end what they have begun. */
void http_drain(struct http *h);
/* Answers 503 to all that still waits for the store. */
void http_give_up(struct http *h);
/* No request is being read, waits, or is being answered. */
bool http_idle(const struct http *h);
size_t http_connections(const struct http *h);
size_t http_waiting(const struct http *h);
/* Since when the oldest of them waits, monotonic; 0: none does. */
rt_dur http_oldest(const struct http *h);
const char *http_library(void);

#endif
