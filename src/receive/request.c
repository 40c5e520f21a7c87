/*
 * request.c - one request: from its head to its answer.
 */
#include "config.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/alloc.h"
#include "base/monotonic.h"
#include "receive/http_internal.h"

#define HOLD_BACK (100 * RT_MS)

/* ---- the head ---- */

/* The head is not taken: the answer goes out now, and the body is never read. */
static enum MHD_Result
refuse_head(struct http *h, struct MHD_Connection *m, enum answer a)
{
    count(h->options.counters, a == ANSWER_TOO_LARGE      ? COUNT_REFUSED_SIZE
                               : a == ANSWER_BUSY         ? COUNT_REFUSED_BUSY
                               : a == ANSWER_UNAUTHORIZED ? COUNT_REFUSED_SIGNATURE
                                                          : COUNT_REFUSED_HEAD);
    return http_answer_queue(h, m, a, true);
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
        mhd.get_connection_info(m, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct connection *c = info == NULL ? NULL : info->socket_context;
    struct head head = http_head_read(h, m);
    count(h->options.counters, COUNT_REQUESTS);
    enum answer wrong = http_head_check(h, &head, version);
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
    bool taken = !busy(h);
    if (!taken && (h->draining || !http_head_is_short(&head)))
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
    if (!taken) {
        r->state = UNWANTED;
        r->answer = ANSWER_BUSY;
    }
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
        /* An answer cannot overtake a body that is being read: the rest goes nowhere. */
        r->answer = r->body.n + n > h->options.limits->serve_body_bytes ? ANSWER_TOO_LARGE
                                                                        : ANSWER_BUSY;
        r->state = UNWANTED;
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
        mhd.get_connection_info(m, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
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
    return http_answer_queue(h, r->mhd, a, a == ANSWER_TOO_LARGE);
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
    http_wait_append(&h->back, r);
    mhd.suspend_connection(r->mhd);
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
    struct head head = http_head_read(h, r->mhd);
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
    http_wait_append(&h->store, r);
    /* First suspended, then visible to the writer: never resumed before. */
    mhd.suspend_connection(r->mhd);
    writer_put(h->options.writer, &r->delivery);
    return MHD_YES;
}

void
http_count_stored(struct http *h, const struct request *r)
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

enum MHD_Result
http_on_request(void *arg, struct MHD_Connection *m, const char *url, const char *method,
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
    case UNWANTED:
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

void
http_request_free(struct http *h, struct request *r)
{
    if (r->at_writer || !r->over)
        return;
    h->held -= r->held;
    rt_buf_fini(&r->body);
    secrets_unref(&r->secrets);
    rt_free(r);
}

void
http_on_completed(void *arg, struct MHD_Connection *m, void **slot,
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
        http_connection_unlink(h, c);
        http_connection_append(h, c);
    }
    if (r->state == WAITING)
        http_wait_unlink(&h->store, r);
    else if (r->state == HELD_BACK)
        http_wait_unlink(&h->back, r);
    h->requests--;
    r->over = true;
    http_request_free(h, r);
}
