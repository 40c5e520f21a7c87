/*
 * http.c - connections and requests of the hook port.
 *
 *   head -> checks -> body -> signature -> suspended --writer--> resumed -> answer
 *
 * A connection stands in one list, the one that has gone longest without a whole request first:
 * time limits and evictions work from its head.
 */
#include "config.h"

#include "receive/http.h"

#include <arpa/inet.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <microhttpd.h>

#include "base/alloc.h"

/* What GnuTLS calls normal, without what is too old. */
#define TLS_PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

/* For head and answer of a request; libmicrohttpd clears all of it for each. Many a proxy sends no head above 8 KiB. */
enum { CONNECTION_BYTES = 8192 };

#define HOLD_BACK (100 * RT_MS)

enum answer {
#define ANSWER(id, status, body, header, value) ANSWER_##id,
#include "receive/answers.def"
#undef ANSWER
    ANSWER__COUNT
};
static const struct answer_row {
    unsigned status;
    const char *body, *header, *value;
} answer_rows[ANSWER__COUNT] = {
#define ANSWER(id, status, body, header, value) {status, body, header, value},
#include "receive/answers.def"
#undef ANSWER
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
    enum { READING, OVERSIZE, WAITING, HELD_BACK, ANSWER_DUE, ANSWERED } state;
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

const char *
http_library(void)
{
    return MHD_get_version();
}

/* ---- lists ---- */

static void
connection_unlink(struct http *h, struct connection *c)
{
    *(c->prev != NULL ? &c->prev->next : &h->first) = c->next;
    *(c->next != NULL ? &c->next->prev : &h->last) = c->prev;
}

static void
connection_append(struct http *h, struct connection *c)
{
    c->since = monotonic_now();
    c->next = NULL;
    c->prev = h->last;
    *(h->last != NULL ? &h->last->next : &h->first) = c;
    h->last = c;
}

static void
wait_append(struct waiting *w, struct request *r)
{
    r->wait_next = NULL;
    r->wait_prev = w->last;
    *(w->last != NULL ? &w->last->wait_next : &w->first) = r;
    w->last = r;
    w->n++;
}

static void
wait_unlink(struct waiting *w, struct request *r)
{
    *(r->wait_prev != NULL ? &r->wait_prev->wait_next : &w->first) = r->wait_next;
    *(r->wait_next != NULL ? &r->wait_next->wait_prev : &w->last) = r->wait_prev;
    w->n--;
}

static void
connection_close(struct http *h, struct connection *c, enum counter why)
{
    if (c->closing)
        return;
    c->closing = true;
    shutdown(c->fd, SHUT_RDWR);
    count(h->options.counters, why);
}

/* ---- answers ---- */

static enum MHD_Result
queue_answer(struct http *h, struct MHD_Connection *m, enum answer a, bool ends)
{
    return MHD_queue_response(m, answer_rows[a].status, h->responses[a][ends || h->draining]);
}

/* The head is not taken: the answer goes out now, and the body is never read. */
static enum MHD_Result
refuse_head(struct http *h, struct MHD_Connection *m, enum answer a)
{
    count(h->options.counters, a == ANSWER_TOO_LARGE      ? COUNT_REFUSED_SIZE
                               : a == ANSWER_BUSY         ? COUNT_REFUSED_BUSY
                               : a == ANSWER_UNAUTHORIZED ? COUNT_REFUSED_SIGNATURE
                                                          : COUNT_REFUSED_HEAD);
    return queue_answer(h, m, a, true);
}

static int
make_responses(struct http *h)
{
    for (int a = 0; a < ANSWER__COUNT; a++)
        for (int ends = 0; ends < 2; ends++) {
            const struct answer_row *row = &answer_rows[a];
            char *body = (char *)(uintptr_t)row->body;
            struct MHD_Response *r =
                MHD_create_response_from_buffer(strlen(body), body, MHD_RESPMEM_PERSISTENT);
            h->responses[a][ends] = r;
            if (r == NULL ||
                MHD_add_response_header(r, "Content-Type", "application/json") != MHD_YES ||
                (row->header != NULL &&
                 MHD_add_response_header(r, row->header, row->value) != MHD_YES) ||
                (ends && MHD_add_response_header(r, "Connection", "close") != MHD_YES))
                return -1;
        }
    return 0;
}

/* ---- the head ---- */

struct head {
    unsigned hosts, lengths, encodings, v1s, v2s, content_encodings;
    const struct rule_set *rules;
    const char *length, *encoding, *content_encoding;
    struct signatures given;
};

static enum MHD_Result
see_header(void *arg, enum MHD_ValueKind kind, const char *key, const char *value)
{
    struct head *h = arg;
    rt_str name = rt_str_of(key);
    (void)kind;
    if (value == NULL)
        value = "";
    if (rt_str_eq_nocase(name, RT_LIT("Host"))) {
        h->hosts++;
    } else if (rt_str_eq_nocase(name, RT_LIT("Content-Length"))) {
        h->lengths++;
        h->length = value;
    } else if (rt_str_eq_nocase(name, RT_LIT("Transfer-Encoding"))) {
        h->encodings++;
        h->encoding = value;
    } else if (rt_str_eq_nocase(name, RT_LIT("Content-Encoding"))) {
        h->content_encodings++;
        h->content_encoding = value;
    } else if (h->rules->delivery.sha256.n > 0 &&
               rt_str_eq_nocase(name, h->rules->delivery.sha256)) {
        h->v2s++;
        h->given.v2 = rt_str_of(value);
    } else if (h->rules->delivery.sha1.n > 0 &&
               rt_str_eq_nocase(name, h->rules->delivery.sha1)) {
        h->v1s++;
        h->given.v1 = rt_str_of(value);
    }
    return MHD_YES;
}

static struct head
read_head(const struct http *h, struct MHD_Connection *m)
{
    struct head head = {.rules = h->options.rules};
    MHD_get_connection_values(m, MHD_HEADER_KIND, see_header, &head);
    return head;
}

/* libmicrohttpd 0.9.75 takes a body whose length is told in two ways, and so can be led to see a
 * second request inside of it. ANSWER_STORED: nothing is wrong. */
static enum answer
check_head(const struct http *h, const struct head *head, const char *version)
{
    int64_t length = 0;
    if (strncmp(version, "HTTP/1.", 7) != 0 || head->hosts > 1 || head->lengths > 1 ||
        head->encodings > 1 || (head->encodings > 0 && head->lengths > 0))
        return ANSWER_BAD_REQUEST;
    if (head->encodings > 0 && !rt_str_eq_nocase(rt_str_of(head->encoding), RT_LIT("chunked")))
        return ANSWER_BAD_REQUEST;
    if (head->content_encodings > 0 &&
        !rt_str_eq_nocase(rt_str_of(head->content_encoding), RT_LIT("identity")))
        return ANSWER_UNSUPPORTED;
    if (head->lengths > 0 && (!rt_str_int(rt_str_of(head->length), &length) || length < 0))
        return ANSWER_BAD_REQUEST;
    return length > (int64_t)h->options.limits->serve_body_bytes ? ANSWER_TOO_LARGE
                                                                 : ANSWER_STORED;
}

/* Is it of use to take a body now? */
static bool
busy(struct http *h)
{
    struct writer_facts f;
    writer_facts(h->options.writer, &f);
    return h->low || h->draining || f.health != HEALTH_GOOD ||
           h->held > h->options.limits->serve_held_bytes ||
           f.busy > (rt_dur)h->options.limits->serve_wait_s * RT_SEC ||
           f.queued >= h->options.limits->serve_queue;
}

static enum MHD_Result
begin(struct http *h, struct MHD_Connection *m, const char *url, const char *method,
      const char *version, void **slot)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(m, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct connection *c = info == NULL ? NULL : info->socket_context;
    struct head head = read_head(h, m);
    count(h->options.counters, COUNT_REQUESTS);
    enum answer wrong = check_head(h, &head, version);
    if (wrong == ANSWER_BAD_REQUEST)
        return refuse_head(h, m, wrong);
    const struct secret_app *app = secrets_app(h->options.secrets, url);
    if (app == NULL)
        return refuse_head(h, m, ANSWER_NOT_FOUND);
    if (strcmp(method, "POST") != 0)
        return refuse_head(h, m, ANSWER_NOT_ALLOWED);
    if (wrong != ANSWER_STORED)
        return refuse_head(h, m, wrong);
    if (head.v1s > 1 || head.v2s > 1) /* which of them was checked would be a guess */
        return refuse_head(h, m, ANSWER_UNAUTHORIZED);
    if (busy(h))
        return refuse_head(h, m, ANSWER_BUSY);
    struct request *r = rt_calloc(1, sizeof(*r));
    if (r == NULL)
        return refuse_head(h, m, ANSWER_BUSY);
    r->mhd = m;
    r->app = app;
    r->secrets = secrets_ref(h->options.secrets);
    r->connection = c;
    r->delivery.owner = r;
    rt_buf_init(&r->body, (size_t)h->options.limits->serve_body_bytes);
    if (c != NULL)
        c->request = r;
    h->requests++;
    *slot = r;
    return MHD_YES;
}

/* ---- the body ---- */

static void
take_body(struct http *h, struct request *r, const char *data, size_t n)
{
    if (r->state != READING)
        return;
    if (r->body.n + n > h->options.limits->serve_body_bytes ||
        rt_buf_add(&r->body, (rt_str){data, n}) < 0) {
        /* An answer cannot overtake a body: the rest is read to nowhere. */
        r->answer = r->body.n + n > h->options.limits->serve_body_bytes ? ANSWER_TOO_LARGE
                                                                        : ANSWER_BUSY;
        r->state = OVERSIZE;
        rt_buf_fini(&r->body);
    }
    h->held += r->body.cap;
    h->held -= r->held;
    r->held = r->body.cap;
}

static const char *
client_name(struct MHD_Connection *m, char out[INET6_ADDRSTRLEN + 8])
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(m, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *a = info == NULL ? NULL : info->client_addr;
    strcpy(out, "?");
    if (a != NULL && a->sa_family == AF_INET)
        inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)a)->sin_addr, out,
                  INET6_ADDRSTRLEN);
    else if (a != NULL && a->sa_family == AF_INET6)
        inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)(const void *)a)->sin6_addr, out,
                  INET6_ADDRSTRLEN);
    return out;
}

static void
quarantine(struct http *h, struct request *r, const struct signatures *given,
           const char *reason, bool look_near, int status)
{
    char from[INET6_ADDRSTRLEN + 8];
    struct store_refused what = {
        .app = r->app->name,
        .reason = rt_str_of(reason),
        .from = rt_str_of(client_name(r->mhd, from)),
        .signature = given->v2,
        .signature_v1 = given->v1,
        .received = h->options.now(),
        .body = rt_buf_str(&r->body),
    };
    struct refusal *refusal = refusal_new(&what, look_near ? r->secrets : NULL, r->app, status);
    if (refusal == NULL)
        count(h->options.counters, COUNT_QUARANTINE_DROPPED);
    else
        writer_refuse(h->options.writer, refusal);
}

static enum MHD_Result
answer_now(struct http *h, struct request *r, enum answer a)
{
    r->state = ANSWERED;
    return queue_answer(h, r->mhd, a, a == ANSWER_TOO_LARGE);
}

/* Who sends more bad signatures than anybody does by mistake is answered a little later: so he takes less of the time
 * that others need, and none of his bodies is kept. */
static enum MHD_Result
refuse_signature(struct http *h, struct request *r, const struct signatures *given,
                 enum signature_verdict v)
{
    enum { AT_ONCE_A_SECOND = 100, HELD_MOST = 1024 };
    rt_dur now = monotonic_now();
    if (now / RT_SEC != h->refusals_second) {
        h->refusals_second = now / RT_SEC;
        h->refusals = 0;
    }
    if (h->refusals++ < AT_ONCE_A_SECOND || h->draining || h->back.n >= HELD_MOST) {
        quarantine(h, r, given, signature_verdicts[v], v != SIGNATURE_MISSING, 401);
        return answer_now(h, r, ANSWER_UNAUTHORIZED);
    }
    count(h->options.counters, COUNT_QUARANTINE_DROPPED);
    h->held -= r->held;
    r->held = 0;
    rt_buf_fini(&r->body);
    r->state = HELD_BACK;
    r->queued = now + HOLD_BACK;
    wait_append(&h->back, r);
    MHD_suspend_connection(r->mhd);
    return MHD_YES;
}

static void
fill_delivery(struct http *h, struct request *r, const struct secret *s)
{
    const struct envelope *e = &r->envelope;
    r->delivery.callback = (struct store_callback){
        .app = r->app->name,
        .notice = {e->notice, e->notice_n},
        .has_twin = e->has_twin,
        .received = h->options.now(),
        .notify = e->notify,
        .label = e->label,
        .secret = s != NULL ? s->label : RT_NONE,
        .body = rt_buf_str(&r->body),
    };
    memcpy(r->delivery.callback.twin, e->twin, STORE_TWIN);
}

/* The whole body is here. */
static enum MHD_Result
judge(struct http *h, struct request *r)
{
    struct counters *counters = h->options.counters;
    struct head head = read_head(h, r->mhd);
    const struct secret *secret = NULL;
    enum signature_verdict v = signature_check(r->app, h->options.accept_v1, head.given,
                                               rt_buf_str(&r->body), &secret);
    if (v != SIGNATURE_GOOD && v != SIGNATURE_UNSIGNED_MODE) {
        count(counters, COUNT_REFUSED_SIGNATURE);
        return refuse_signature(h, r, &head.given, v);
    }
    if (!envelope_read(h->reader, rt_buf_str(&r->body), &r->envelope)) {
        count(counters, COUNT_REFUSED_BODY);
        quarantine(h, r, &head.given, "not JSON", false, 400);
        return answer_now(h, r, ANSWER_BAD_REQUEST);
    }
    if (busy(h) && !(h->draining && writer_has_room(h->options.writer))) {
        count(counters, COUNT_REFUSED_BUSY);
        return answer_now(h, r, ANSWER_BUSY);
    }
    fill_delivery(h, r, secret);
    r->state = WAITING;
    r->at_writer = true;
    r->queued = monotonic_now();
    wait_append(&h->store, r);
    /* First suspended, then visible to the writer: never resumed before. */
    MHD_suspend_connection(r->mhd);
    writer_put(h->options.writer, &r->delivery);
    return MHD_YES;
}

static void
count_stored(struct http *h, const struct request *r)
{
    static const enum counter by_label[STORE__LABELS] = {
        [STORE_EVENT] = COUNT__COUNT,
        [STORE_PROBE] = COUNT_PROBES,
        [STORE_FOREIGN] = COUNT_FOREIGN,
        [STORE_UNKNOWN] = COUNT_UNKNOWN,
    };
    struct counters *c = h->options.counters;
    const struct store_callback *b = &r->delivery.callback;
    rt_dur after = h->options.rules->delivery.replay_after;
    if (r->delivery.outcome == DELIVERY_COPY) {
        count(c, COUNT_COPIES);
    } else {
        count(c, COUNT_STORED);
        if (by_label[b->label] != COUNT__COUNT)
            count(c, by_label[b->label]);
    }
    if (b->secret.p == NULL)
        count(c, COUNT_UNSIGNED);
    if (after > 0 && b->notify != RT_TIME_NONE && b->received - b->notify > after)
        count(c, COUNT_REPLAYS);
}

static enum MHD_Result
on_request(void *arg, struct MHD_Connection *m, const char *url, const char *method,
           const char *version, const char *data, size_t *size, void **slot)
{
    struct http *h = arg;
    struct request *r = *slot;
    if (r == NULL)
        return begin(h, m, url, method, version, slot);
    if (*size > 0) {
        take_body(h, r, data, *size);
        *size = 0;
        return MHD_YES;
    }
    switch (r->state) {
    case READING: return judge(h, r);
    case OVERSIZE:
        count(h->options.counters,
              r->answer == ANSWER_BUSY ? COUNT_REFUSED_BUSY : COUNT_REFUSED_SIZE);
        return answer_now(h, r, r->answer);
    case ANSWER_DUE: return answer_now(h, r, r->answer);
    case WAITING:
    case HELD_BACK:
    case ANSWERED: break;
    }
    return MHD_YES;
}

/* ---- the end of a request ---- */

static void
request_free(struct http *h, struct request *r)
{
    if (r->at_writer || !r->over)
        return;
    h->held -= r->held;
    rt_buf_fini(&r->body);
    secrets_unref(&r->secrets);
    rt_free(r);
}

static void
on_completed(void *arg, struct MHD_Connection *m, void **slot,
             enum MHD_RequestTerminationCode code)
{
    struct http *h = arg;
    struct request *r = *slot;
    (void)m, (void)code;
    *slot = NULL;
    if (r == NULL)
        return;
    struct connection *c = r->connection;
    if (c != NULL) {
        c->request = NULL;
        connection_unlink(h, c);
        connection_append(h, c);
    }
    if (r->state == WAITING)
        wait_unlink(&h->store, r);
    else if (r->state == HELD_BACK)
        wait_unlink(&h->back, r);
    h->requests--;
    r->over = true;
    request_free(h, r);
}

/* Is something underway that may still become a request, or does it only hold a place? */
static bool
may_go(const struct connection *c, bool idle_only, rt_dur now)
{
    enum { BUSY_S = 2 };
    if (c->closing)
        return false;
    if (c->request == NULL)
        return true;
    return !idle_only && c->request->state == READING && now - c->since > BUSY_S * RT_SEC;
}

/* Of those without a request the one idle for longest, else the one that takes longest for it. */
static void
make_room(struct http *h)
{
    uint64_t most = h->options.limits->serve_connections;
    rt_dur now = monotonic_now();
    if (h->connections < most - most / 16)
        return;
    for (int idle_only = 1; idle_only >= 0; idle_only--)
        for (struct connection *c = h->first; c != NULL; c = c->next)
            if (may_go(c, idle_only, now)) {
                connection_close(h, c, COUNT_EVICTED);
                return;
            }
}

static void
on_connection(void *arg, struct MHD_Connection *m, void **context,
              enum MHD_ConnectionNotificationCode code)
{
    struct http *h = arg;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info =
            MHD_get_connection_info(m, MHD_CONNECTION_INFO_CONNECTION_FD);
        struct connection *c = rt_calloc(1, sizeof(*c));
        *context = c;
        count(h->options.counters, COUNT_CONNECTIONS);
        if (c == NULL)
            return;
        c->fd = info->connect_fd;
        make_room(h);
        connection_append(h, c);
        h->connections++;
        return;
    }
    struct connection *c = *context;
    *context = NULL;
    if (c == NULL)
        return;
    if (c->request != NULL)
        c->request->connection = NULL;
    h->again = h->again || c->closing;
    connection_unlink(h, c);
    h->connections--;
    rt_free(c);
}

/* ---- what the loop asks for ---- */

static void
resume(struct http *h, struct request *r, enum answer a)
{
    wait_unlink(r->state == HELD_BACK ? &h->back : &h->store, r);
    r->state = ANSWER_DUE;
    r->answer = a;
    MHD_resume_connection(r->mhd);
}

static void
let_go(struct http *h)
{
    rt_dur now = h->back.first == NULL ? 0 : monotonic_now();
    while (h->back.first != NULL && (h->draining || h->back.first->queued <= now))
        resume(h, h->back.first, ANSWER_UNAUTHORIZED);
}

void
http_run(struct http *h)
{
    struct delivery *next;
    for (struct delivery *d = writer_done(h->options.writer); d != NULL; d = next) {
        struct request *r = d->owner;
        next = d->next;
        r->at_writer = false;
        if (d->outcome != DELIVERY_FAILED)
            count_stored(h, r);
        else if (r->state == WAITING)
            count(h->options.counters, COUNT_REFUSED_BUSY);
        if (r->state == WAITING)
            resume(h, r, d->outcome == DELIVERY_FAILED ? ANSWER_BUSY : ANSWER_STORED);
        request_free(h, r);
    }
    let_go(h);
    h->again = false;
    MHD_run(h->daemon);
}

static void
give_up_waiting(struct http *h, rt_dur before)
{
    while (h->store.first != NULL && h->store.first->queued < before) {
        count(h->options.counters, COUNT_REFUSED_BUSY);
        resume(h, h->store.first, ANSWER_BUSY);
    }
}

void
http_give_up(struct http *h)
{
    give_up_waiting(h, INT64_MAX);
}

void
http_tick(struct http *h, bool low)
{
    rt_dur now = monotonic_now();
    h->low = low;
    give_up_waiting(h, now - (rt_dur)h->options.limits->serve_wait_s * RT_SEC);
    for (struct connection *c = h->first; c != NULL; c = c->next) {
        if (now - c->since < (rt_dur)h->options.limits->serve_request_s * RT_SEC)
            break;
        if (c->request == NULL ||
            (c->request->state != WAITING && c->request->state != HELD_BACK))
            connection_close(h, c, COUNT_TIMED_OUT);
    }
}

void
http_set_secrets(struct http *h, const struct secrets *secrets)
{
    secrets_unref(&h->options.secrets);
    h->options.secrets = secrets;
}

void
http_drain(struct http *h)
{
    if (h->draining)
        return;
    h->draining = true;
    MHD_socket fd = MHD_quiesce_daemon(h->daemon);
    if (fd != MHD_INVALID_SOCKET)
        close(fd);
}

bool
http_idle(const struct http *h)
{
    return h->requests == 0;
}

size_t
http_connections(const struct http *h)
{
    return h->connections;
}

size_t
http_waiting(const struct http *h)
{
    return h->store.n;
}

rt_dur
http_oldest(const struct http *h)
{
    return h->store.first == NULL ? 0 : h->store.first->queued;
}

int
http_fd(const struct http *h)
{
    return MHD_get_daemon_info(h->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
}

int
http_timeout(struct http *h)
{
    MHD_UNSIGNED_LONG_LONG ms = 0;
    if (h->again)
        return 0;
    int most = MHD_get_timeout(h->daemon, &ms) != MHD_YES ? -1
               : ms > INT_MAX                             ? INT_MAX
                                                          : (int)ms;
    if (h->back.first == NULL)
        return most;
    rt_dur left = (h->back.first->queued - monotonic_now()) / RT_MS + 1;
    left = left < 0 ? 0 : left;
    return most >= 0 && most < left ? most : (int)left;
}

/* ---- life ---- */

/* Paths are compared as they were sent. */
static size_t
unescape_nothing(void *arg, struct MHD_Connection *m, char *s)
{
    (void)arg, (void)m;
    return strlen(s);
}

static void
no_log(void *arg, const char *fmt, va_list ap)
{
    (void)arg, (void)fmt, (void)ap;
}

static void *
text_of(const char *s)
{
    return (void *)(uintptr_t)s;
}

static int
start(struct http *h, struct rt_err *err)
{
    const struct rt_limits *l = h->options.limits;
    /* Resumed from this thread only, so no descriptor to wake it is needed. */
    unsigned flags = MHD_USE_EPOLL | MHD_USE_ERROR_LOG |
                     ((unsigned)MHD_ALLOW_SUSPEND_RESUME & ~(unsigned)MHD_USE_ITC);
    struct MHD_OptionItem items[] = {
        {MHD_OPTION_LISTEN_SOCKET, h->options.listen_fd, NULL},
        {MHD_OPTION_CONNECTION_LIMIT, (intptr_t)l->serve_connections, NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, (intptr_t)l->serve_idle_s, NULL},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_BYTES, NULL},
        {MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL},
        {h->options.tls_cert == NULL ? MHD_OPTION_END : MHD_OPTION_HTTPS_MEM_CERT, 0,
         text_of(h->options.tls_cert)},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, text_of(h->options.tls_key)},
        {MHD_OPTION_HTTPS_PRIORITIES, 0, text_of(TLS_PRIORITIES)},
        {MHD_OPTION_END, 0, NULL},
    };
    if (h->options.tls_cert != NULL)
        flags |= MHD_USE_TLS;
    if (h->options.tls_cert != NULL && MHD_is_feature_supported(MHD_FEATURE_TLS) != MHD_YES)
        return rt_fail_here(err, RT_EIO, "this libmicrohttpd was built without TLS");
    h->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, h, MHD_OPTION_EXTERNAL_LOGGER, no_log, NULL,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, h, MHD_OPTION_NOTIFY_CONNECTION,
        on_connection, h, MHD_OPTION_UNESCAPE_CALLBACK, unescape_nothing, NULL,
        MHD_OPTION_ARRAY, items, MHD_OPTION_END);
    if (h->daemon != NULL)
        return 0;
    return rt_fail_here(err, RT_EIO, "libmicrohttpd does not start%s",
                        h->options.tls_cert != NULL ? ": do certificate and key fit?" : "");
}

struct http *
http_new(const struct http_options *options, struct rt_err *err)
{
    struct http *h = rt_calloc(1, sizeof(*h));
    if (h == NULL) {
        const struct secrets *unused = options->secrets;
        secrets_unref(&unused);
        close(options->listen_fd);
        rt_fail_mem(err);
        return NULL;
    }
    h->options = *options;
    h->reader = envelope_reader_new(options->rules, options->limits, err);
    if (h->reader != NULL && make_responses(h) < 0)
        rt_fail_mem(err);
    if (err->code != RT_OK || start(h, err) < 0) {
        close(options->listen_fd);
        http_free(&h);
    }
    return h;
}

void
http_free(struct http **ph)
{
    struct http *h = *ph;
    *ph = NULL;
    if (h == NULL)
        return;
    if (h->daemon != NULL)
        MHD_stop_daemon(h->daemon);
    for (int a = 0; a < ANSWER__COUNT; a++)
        for (int ends = 0; ends < 2; ends++)
            if (h->responses[a][ends] != NULL)
                MHD_destroy_response(h->responses[a][ends]);
    envelope_reader_free(&h->reader);
    secrets_unref(&h->options.secrets);
    rt_free(h);
}
