/*
 * connection.c - connections, and the requests that wait.
 *
 * A connection stands in one list, the one that has gone longest without a whole request first:
 * time limits and evictions work from its head.
 */
#include "config.h"

#include <sys/socket.h>

#include "base/alloc.h"
#include "base/monotonic.h"
#include "receive/http_internal.h"

void
http_connection_unlink(struct http *h, struct connection *c)
{
    *(c->prev != NULL ? &c->prev->next : &h->first) = c->next;
    *(c->next != NULL ? &c->next->prev : &h->last) = c->prev;
}

void
http_connection_append(struct http *h, struct connection *c)
{
    c->since = monotonic_now();
    c->next = NULL;
    c->prev = h->last;
    *(h->last != NULL ? &h->last->next : &h->first) = c;
    h->last = c;
}

void
http_wait_append(struct waiting *w, struct request *r)
{
    r->wait_next = NULL;
    r->wait_prev = w->last;
    *(w->last != NULL ? &w->last->wait_next : &w->first) = r;
    w->last = r;
    w->n++;
}

void
http_wait_unlink(struct waiting *w, struct request *r)
{
    *(r->wait_prev != NULL ? &r->wait_prev->wait_next : &w->first) = r->wait_next;
    *(r->wait_next != NULL ? &r->wait_next->wait_prev : &w->last) = r->wait_prev;
    w->n--;
}

void
http_connection_close(struct http *h, struct connection *c, enum counter why)
{
    if (c->closing)
        return;
    c->closing = true;
    shutdown(c->fd, SHUT_RDWR);
    count(h->options.counters, why);
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
    return !idle_only && (c->request->state == READING || c->request->state == UNWANTED) &&
           now - c->since > BUSY_S * RT_SEC;
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
                http_connection_close(h, c, COUNT_EVICTED);
                return;
            }
}

void
http_on_connection(void *arg, struct MHD_Connection *m, void **context,
                   enum MHD_ConnectionNotificationCode code)
{
    struct http *h = arg;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info =
            mhd.get_connection_info(m, MHD_CONNECTION_INFO_CONNECTION_FD);
        struct connection *c = rt_calloc(1, sizeof(*c));
        *context = c;
        count(h->options.counters, COUNT_CONNECTIONS);
        if (c == NULL)
            return;
        c->fd = info->connect_fd;
        make_room(h);
        http_connection_append(h, c);
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
    http_connection_unlink(h, c);
    h->connections--;
    rt_free(c);
}
