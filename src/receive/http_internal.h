/*
 * http_internal.h - what the files of the hook port share.
 *
 *   answer.c     what is answered
 *   head.c       is a head to be trusted?
 *   request.c    head -> checks -> body -> signature -> suspended --writer--> resumed -> answer
 *   connection.c who holds a place, and who waits
 *   http.c       the loop's side, time limits, start and end
 */
#ifndef RECTRACE_RECEIVE_HTTP_INTERNAL_H
#define RECTRACE_RECEIVE_HTTP_INTERNAL_H

#include "receive/http.h"
#include "receive/microhttpd.h"

enum answer {
#define ANSWER(id, status, body, header, value) ANSWER_##id,
#include "receive/answers.def"
#undef ANSWER
    ANSWER__COUNT
};

struct request;
struct connection {
    struct connection *prev, *next;
    int fd;
    rt_dur since; /* monotonic: opened, or last answer sent */
    bool closing; /* shut down by us */
    struct request *request;
};

struct request {
    struct connection *connection; /* NULL: it has gone */
    struct MHD_Connection *mhd;
    const struct secret_app *app;
    const struct secrets *secrets; /* a reference: `app` is of it */
    struct rt_buf body;
    size_t held; /* of the budget */
    struct envelope envelope;
    struct delivery delivery;
    rt_dur queued;                         /* monotonic; held back: when its answer is due */
    struct request *wait_prev, *wait_next; /* in the order of queuing, while suspended */
    enum { READING, UNWANTED, WAITING, HELD_BACK, ANSWER_DUE, ANSWERED } state;
    enum answer answer;
    bool at_writer; /* its text is still read there */
    bool over;      /* libmicrohttpd has let go of it */
};

/* Suspended requests, the one to be answered first in front. */
struct waiting {
    struct request *first, *last;
    size_t n;
};

struct http {
    struct http_options options;
    struct MHD_Daemon *daemon;
    struct MHD_Response *responses[ANSWER__COUNT][2]; /* [1]: the connection ends with it */
    struct envelope_reader *reader;
    struct connection *first, *last;
    size_t connections, requests;
    struct waiting store, back; /* for the disk; refusals that are held back */
    rt_dur refusals_second;
    unsigned refusals; /* in that second */
    uint64_t held;
    bool low, draining;
    bool again; /* a place has become free: libmicrohttpd accepts when it is run once more */
};

/* ---- answer.c ---- */

int http_responses_make(struct http *h);
void http_responses_free(struct http *h);
/* `ends`: the connection ends with it. */
enum MHD_Result http_answer_queue(struct http *h, struct MHD_Connection *m, enum answer a,
                                  bool ends);

/* ---- head.c ---- */

struct head {
    unsigned hosts, lengths, encodings, v1s, v2s, content_encodings;
    const struct rule_set *rules;
    const char *length, *encoding, *content_encoding;
    struct signatures given;
};

struct head http_head_read(const struct http *h, struct MHD_Connection *m);
/* ANSWER_STORED: nothing is wrong. */
enum answer http_head_check(const struct http *h, const struct head *head, const char *version);
/* Is the body here in no time? Then it is read to nowhere when it is not wanted, and the connection stays; an answer to the
 * head alone ends it. */
bool http_head_is_short(const struct head *head);

/* ---- connection.c: lists, and what libmicrohttpd calls ---- */

void http_connection_unlink(struct http *h, struct connection *c);
/* It stands last, as the one that has gone longest without a whole request stands first. */
void http_connection_append(struct http *h, struct connection *c);
void http_connection_close(struct http *h, struct connection *c, enum counter why);
void http_wait_append(struct waiting *w, struct request *r);
void http_wait_unlink(struct waiting *w, struct request *r);
void http_on_connection(void *arg, struct MHD_Connection *m, void **context,
                        enum MHD_ConnectionNotificationCode code);

/* ---- request.c ---- */

enum MHD_Result http_on_request(void *arg, struct MHD_Connection *m, const char *url,
                                const char *method, const char *version, const char *data,
                                size_t *size, void **slot);
void http_on_completed(void *arg, struct MHD_Connection *m, void **slot,
                       enum MHD_RequestTerminationCode code);
/* Unless somebody still reads it. */
void http_request_free(struct http *h, struct request *r);
void http_count_stored(struct http *h, const struct request *r);

#endif
