/*
 * writer_off.c - the receiver's writer without a store: all is done at once. For comparison only; linked
 * in the place of src/receive/writer.c.
 */
#include "config.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/alloc.h"
#include "receive/writer.h"

struct writer {
    int fd;
    struct delivery *done;
};

struct refusal *
refusal_new(const struct store_refused *what, const struct secrets *secrets,
            const struct secret_app *app, int status)
{
    (void)what, (void)secrets, (void)app, (void)status;
    return NULL;
}
void
refusal_free(struct refusal **pr)
{
    *pr = NULL;
}
struct writer *
writer_new(const char *path, const struct rt_limits *limits, struct counters *counters,
           struct rt_err *err)
{
    struct writer *w = rt_calloc(1, sizeof(*w));
    (void)path, (void)limits, (void)counters, (void)err;
    if (w != NULL)
        w->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    return w;
}
bool
writer_has_room(struct writer *w)
{
    (void)w;
    return true;
}
uint64_t
writer_room(const struct writer *w, uint64_t *reserve)
{
    (void)w;
    *reserve = 0;
    return UINT64_MAX;
}
void
writer_put(struct writer *w, struct delivery *d)
{
    uint64_t one = 1;
    d->outcome = DELIVERY_NEW;
    d->next = w->done;
    w->done = d;
    if (d->next == NULL && write(w->fd, &one, sizeof(one)) < 0)
        errno = 0;
}
void
writer_refuse(struct writer *w, struct refusal *r)
{
    (void)w, (void)r;
}
int
writer_run(struct writer *w, struct writer_job *job)
{
    (void)w, (void)job;
    return -1;
}
int
writer_fd(const struct writer *w)
{
    return w->fd;
}
struct delivery *
writer_done(struct writer *w)
{
    uint64_t n;
    struct delivery *list = w->done;
    w->done = NULL;
    if (list != NULL && read(w->fd, &n, sizeof(n)) < 0)
        errno = 0;
    return list;
}
void
writer_facts(struct writer *w, struct writer_facts *out)
{
    (void)w;
    *out = (struct writer_facts){.health = HEALTH_GOOD};
}
bool
writer_stop(struct writer *w, rt_dur timeout)
{
    (void)w, (void)timeout;
    return true;
}
void
writer_free(struct writer **pw)
{
    if (*pw != NULL)
        close((*pw)->fd);
    rt_free(*pw);
    *pw = NULL;
}
