#include "config.h"

#include "receive/live.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/log.h"
#include "pipeline/batch.h"
#include "pipeline/recall.h"
#include "receive/changes.h"
#include "receive/retain.h"
#include "report/json.h"

/* Between two views: this long, and four times as long as the last one took. */
#define LEAST_PAUSE (200 * RT_MS)
enum { REST = 4 };
#define RETAIN_EVERY RT_HOUR

struct live_view {
    atomic_uint users;
    struct recall *recall;
    struct batch *batch;
    struct batch_options options; /* the batch borrows it */
};

struct live {
    const char *store;
    const struct rule_set *rules;
    const struct rt_limits *limits;
    struct counters *counters;
    rt_time (*now)(void);
    const struct retain *retain; /* NULL: keep all */
    struct changes *changes;
    rt_dur retained; /* monotonic: when it ran last */
    pthread_t thread;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t wake;
    bool dirty, stop;
    struct live_view *view;
};

/* ---- views ---- */

const struct report *
live_view_report(const struct live_view *v)
{
    return batch_report(v->batch);
}

const struct store_extent *
live_view_extent(const struct live_view *v)
{
    return recall_extent(v->recall);
}

void
live_view_put(const struct live_view **pv)
{
    struct live_view *v = (struct live_view *)(uintptr_t)*pv;
    *pv = NULL;
    if (v == NULL || atomic_fetch_sub(&v->users, 1) > 1)
        return;
    batch_free(&v->batch);
    recall_free(&v->recall);
    rt_free(v);
}

const struct live_view *
live_view_get(struct live *l)
{
    pthread_mutex_lock(&l->lock);
    struct live_view *v = l->view;
    if (v != NULL)
        atomic_fetch_add(&v->users, 1);
    pthread_mutex_unlock(&l->lock);
    return v;
}

static struct live_view *
make_view(struct live *l, struct rt_err *err)
{
    struct live_view *v = rt_calloc(1, sizeof(*v));
    const struct live_view *unused = v;
    struct batch_progress counts = {0};
    if (v == NULL) {
        rt_fail_mem(err);
        return NULL;
    }
    atomic_init(&v->users, 1);
    v->recall = recall_new(l->store, l->rules, l->limits, err);
    if (v->recall != NULL) {
        recall_look_back(v->recall, (int64_t)l->limits->live_callbacks,
                         (int64_t)l->limits->live_lines);
        v->options = (struct batch_options){
            .inputs = recall_inputs(v->recall),
            .threads = 1,
            .since = RT_TIME_NONE,
            .until = RT_TIME_NONE,
            .now = l->now(),
            .stamp = RT_TIME_NONE,
        };
        v->batch = batch_run(l->rules, l->limits, &v->options, &counts, err);
    }
    if (v->batch != NULL)
        return v;
    live_view_put(&unused);
    return NULL;
}

/* ---- what changed ---- */

static int
by_key(const void *a, const void *b)
{
    const struct finding *x = *(const struct finding *const *)a,
                         *y = *(const struct finding *const *)b;
    int order = rt_str_cmp(x->id, y->id);
    order = order != 0 ? order : rt_str_cmp(x->session, y->session);
    return order != 0 ? order : rt_str_cmp(x->app_id, y->app_id);
}

static const struct finding **
sorted(const struct report *r)
{
    const struct finding **v = rt_calloc(r->finding_count + 1, sizeof(*v));
    if (v == NULL)
        return NULL;
    for (size_t i = 0; i < r->finding_count; i++)
        v[i] = r->findings[i];
    if (r->finding_count > 1)
        qsort(v, r->finding_count, sizeof(*v), by_key);
    return v;
}

static void
tell(struct live *l, const struct report *r, const struct finding *f, bool appears)
{
    struct out *o = out_memory(NULL);
    if (o != NULL) {
        json_finding(o, r, f);
        changes_tell(l->changes, appears ? "appeared" : "withdrawn", out_text(o));
    }
    out_abort(&o);
    count(l->counters, appears ? COUNT_FINDINGS_APPEARED : COUNT_FINDINGS_WITHDRAWN);
    log_info("finding %s: %.*s session=%.*s", appears ? "appeared" : "withdrawn", RT_FMT(f->id),
             RT_FMT(f->session));
}

static void
tell_changes(struct live *l, const struct report *old, const struct report *new)
{
    const struct finding **a = sorted(old), **b = sorted(new);
    size_t i = 0, k = 0;
    while (a != NULL && b != NULL && (i < old->finding_count || k < new->finding_count)) {
        int order = i == old->finding_count   ? 1
                    : k == new->finding_count ? -1
                                              : by_key(&a[i], &b[k]);
        if (order < 0)
            tell(l, old, a[i], false);
        if (order > 0)
            tell(l, new, b[k], true);
        i += order <= 0;
        k += order >= 0;
    }
    rt_free(a);
    rt_free(b);
}

/* ---- the thread ---- */

static void
pause_locked(struct live *l, rt_dur length)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t ns = until.tv_nsec + length % RT_SEC * 1000;
    until.tv_sec += length / RT_SEC + ns / 1000000000;
    until.tv_nsec = ns % 1000000000;
    while (!l->stop && pthread_cond_timedwait(&l->wake, &l->lock, &until) == 0)
        ;
}

static void
tell_view(struct live *l)
{
    struct rt_buf b;
    rt_buf_init(&b, 8192);
    for (int i = 0; i < COUNT__COUNT; i++)
        rt_buf_addf(&b, "%s\"%s\":%llu", i == 0 ? "{" : ",", counter_rows[i].name,
                    (unsigned long long)counted(l->counters, (enum counter)i));
    rt_buf_addc(&b, '}');
    changes_tell(l->changes, "view", b.failed ? RT_LIT("{}") : rt_buf_str(&b));
    rt_buf_fini(&b);
}

static void
renew(struct live *l)
{
    struct rt_err err = {0};
    const struct live_view *old = live_view_get(l);
    struct live_view *new = make_view(l, &err);
    if (new == NULL) {
        log_warn("the view of the store cannot be made: %s", err.msg);
        live_view_put(&old);
        return;
    }
    struct report none = {0};
    tell_changes(l, old != NULL ? live_view_report(old) : &none, live_view_report(new));
    pthread_mutex_lock(&l->lock);
    const struct live_view *replaced = l->view;
    l->view = new;
    pthread_mutex_unlock(&l->lock);
    tell_view(l);
    live_view_put(&replaced);
    live_view_put(&old);
}

static void
retain(struct live *l)
{
    struct rt_err err = {0};
    if (l->retain == NULL || monotonic_now() - l->retained < RETAIN_EVERY)
        return;
    l->retained = monotonic_now();
    if (retain_run(l->retain, l->now(), &err) < 0)
        log_warn("nothing could be forgotten: %s", err.msg);
}

static void *
work(void *arg)
{
    struct live *l = arg;
    pthread_mutex_lock(&l->lock);
    while (!l->stop) {
        while (!l->dirty && !l->stop)
            pthread_cond_wait(&l->wake, &l->lock);
        if (l->stop)
            break;
        l->dirty = false;
        pthread_mutex_unlock(&l->lock);
        rt_dur begun = monotonic_now();
        retain(l);
        renew(l);
        rt_dur took = (monotonic_now() - begun) * REST;
        pthread_mutex_lock(&l->lock);
        pause_locked(l, took > LEAST_PAUSE ? took : LEAST_PAUSE);
    }
    pthread_mutex_unlock(&l->lock);
    return NULL;
}

struct live *
live_new(const char *store, const struct rule_set *rules, const struct rt_limits *limits,
         struct counters *counters, rt_time (*now)(void), const struct retain *retain,
         struct changes *changes, struct rt_err *err)
{
    struct live *l = rt_calloc(1, sizeof(*l));
    if (l == NULL) {
        rt_fail_mem(err);
        return NULL;
    }
    l->store = store;
    l->rules = rules;
    l->limits = limits;
    l->counters = counters;
    l->now = now;
    l->retain = retain;
    l->changes = changes;
    l->retained = -RETAIN_EVERY;
    l->dirty = true;
    pthread_condattr_t clock;
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_mutex_init(&l->lock, NULL);
    pthread_cond_init(&l->wake, &clock);
    pthread_condattr_destroy(&clock);
    if (pthread_create(&l->thread, NULL, work, l) == 0)
        return l;
    rt_fail_here(err, RT_EIO, "no thread for the live view");
    rt_free(l);
    return NULL;
}

void
live_free(struct live **pl)
{
    struct live *l = *pl;
    *pl = NULL;
    if (l == NULL)
        return;
    pthread_mutex_lock(&l->lock);
    l->stop = true;
    pthread_cond_signal(&l->wake);
    pthread_mutex_unlock(&l->lock);
    pthread_join(l->thread, NULL);
    const struct live_view *v = l->view;
    live_view_put(&v);
    pthread_cond_destroy(&l->wake);
    pthread_mutex_destroy(&l->lock);
    rt_free(l);
}

void
live_poke(struct live *l)
{
    pthread_mutex_lock(&l->lock);
    l->dirty = true;
    pthread_cond_signal(&l->wake);
    pthread_mutex_unlock(&l->lock);
}
