/*
 * batch.c - one turn of the writer: a batch in one transaction, or none of it.
 */
#include "config.h"

#include <stdio.h>

#include "base/log.h"
#include "base/monotonic.h"
#include "receive/writer_internal.h"

bool
batch_is_empty(const struct batch *b)
{
    return b->deliveries == NULL && b->refused == NULL && b->jobs == NULL;
}

size_t
batch_size(const struct batch *b)
{
    size_t n = 0;
    for (const struct delivery *d = b->deliveries; d != NULL; d = d->next)
        n++;
    return n;
}

/* A refusal before the disk is full takes no time, one after a write has failed does. */
static int
look_for_room(struct writer *w, struct rt_err *err)
{
    uint64_t reserve = 0, room = store_room(w->store, &reserve);
    unsigned long long owed = store_owed(w->store);
    w->disk_low = room < reserve;
    if (!w->disk_low)
        return 0;
    return owed == 0 ? rt_fail_here(err, RT_EIO, "the disk is nearly full: %llu bytes are left",
                                    (unsigned long long)room)
                     : rt_fail_here(err, RT_EIO,
                                    "the disk is nearly full: %llu bytes are left beside %llu "
                                    "for the log of the store, which a reader may be holding",
                                    (unsigned long long)room, owed);
}

static int
write_all(struct writer *w, struct batch *b, struct rt_err *err)
{
    if (look_for_room(w, err) < 0 || store_begin(w->store, err) < 0) {
        writer_keep_refusals(w, b->refused, false);
        return -1;
    }
    writer_keep_refusals(w, b->refused, true);
    for (struct delivery *d = b->deliveries; d != NULL; d = d->next) {
        enum store_put put = STORE_NEW;
        if (store_put(w->store, &d->callback, &put, err) < 0)
            return -1;
        d->outcome = put == STORE_NEW ? DELIVERY_NEW : DELIVERY_COPY;
    }
    for (struct writer_job *j = b->jobs; j != NULL; j = j->next)
        if (j->run(w->store, j->arg, err) < 0)
            return -1;
    return store_commit(w->store, err);
}

static void
set_health(struct writer *w, enum store_health health, const char *why)
{
    pthread_mutex_lock(&w->lock);
    bool changed = w->health != health;
    w->health = health;
    if (why != NULL)
        snprintf(w->why, sizeof(w->why), "%s", why);
    pthread_mutex_unlock(&w->lock);
    if (changed && health == HEALTH_GOOD)
        log_warn("the store is well again");
    else if (changed)
        log_error("the store fails, callbacks are answered 503: %s", why);
}

bool
writer_heal(struct writer *w)
{
    struct rt_err err = {0};
    /* The log may be what fills the disk, held by a reader until now: first it goes, then room is looked for. */
    if (store_heal(w->store, false, &err) < 0 || look_for_room(w, &err) < 0)
        return false;
    set_health(w, HEALTH_GOOD, NULL);
    return true;
}

bool
writer_write(struct writer *w, struct batch *b)
{
    struct rt_err err = {0};
    rt_dur begun = monotonic_now();
    bool well = b->health == HEALTH_GOOD || writer_heal(w);
    if (!well)
        writer_keep_refusals(w, b->refused, false);
    else if (write_all(w, b, &err) == 0) {
        count(w->counters, COUNT_COMMITS);
        rt_dur now = monotonic_now();
        w->commit_takes += (now - begun - w->commit_takes) / 8;
        spread_add(w->counters, SPREAD_COMMIT, (uint64_t)(now - begun));
        if (b->deliveries != NULL)
            spread_add(w->counters, SPREAD_BATCH, batch_size(b));
        pthread_mutex_lock(&w->lock);
        w->committed = now;
        w->last_id = store_last_id(w->store);
        pthread_mutex_unlock(&w->lock);
        return true;
    }
    if (well) {
        store_rollback(w->store);
        bool full = w->disk_low || store_is_full(w->store);
        set_health(w, full ? HEALTH_FULL : HEALTH_SICK, err.msg);
        count(w->counters, COUNT_COMMIT_FAILURES);
    }
    for (struct delivery *d = b->deliveries; d != NULL; d = d->next)
        d->outcome = DELIVERY_FAILED;
    return false;
}
