#include "config.h"

#include "receive/live.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#ifdef __linux__
#    include <sys/resource.h>
#    include <sys/syscall.h>
#    include <unistd.h>
#endif
#include <time.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/monotonic.h"
#include "live/engine.h"
#include "receive/news.h"
#include "receive/retain.h"

/* Between two views: this long, and four times as long as the last one kept the processor. */
#define LEAST_PAUSE (50 * RT_MS)
enum { REST = 4 };
#define RETAIN_EVERY RT_HOUR
#define SHELF_END    "-live" /* behind the name of the store */
#define SAVE_EVERY   (5 * RT_SEC)
/* Rows taken in at once; and how long a long way is gone before a view is made of what is known. */
enum { ROWS_AT_ONCE = 5000, FIRST_VIEW_S = 3 };
#define VIEW_MEANWHILE (2 * RT_SEC)
#define RETRY_AFTER    (2 * RT_SEC)
#define NO_SHELF       (5 * RT_MIN) /* after it failed: all is not read again and again for it */

struct live_view {
    atomic_uint users;
    struct live_report *report;
    struct live_facts facts;
};

struct live {
    const char *store;
    char *shelf;
    const struct rule_set *rules;
    const struct rt_limits *limits;
    struct counters *counters;
    rt_time (*now)(void);
    const struct retain *retain; /* NULL: keep all */
    struct changes *changes;
    struct live_engine *engine; /* of the thread alone; NULL: it could not be opened */
    rt_dur retained, saved;     /* monotonic: when it was done last */
    rt_dur no_shelf_until;      /* likewise */
    bool unsaved;
    atomic_bool low;           /* the disk: what is left of it is for the store */
    struct store_extent shown; /* what the newest view holds */
    uint64_t told;             /* sum of the counters then; 0: make one in any case */
    pthread_t thread;
    pthread_mutex_t lock;      /* guards what follows */
    pthread_cond_t wake, made; /* made: the first view */
    bool dirty, stop;
    struct live_view *view;
};

/* ---- views ---- */

const struct report *
live_view_report(const struct live_view *v)
{
    return live_report_model(v->report);
}

const struct live_facts *
live_view_facts(const struct live_view *v)
{
    return &v->facts;
}

void
live_view_put(const struct live_view **pv)
{
    struct live_view *v = (struct live_view *)(uintptr_t)*pv;
    *pv = NULL;
    if (v == NULL || atomic_fetch_sub(&v->users, 1) > 1)
        return;
    live_report_free(&v->report);
    rt_free(v);
}

static const struct live_view *
view_now(struct live *l)
{
    pthread_mutex_lock(&l->lock);
    struct live_view *v = l->view;
    if (v != NULL)
        atomic_fetch_add(&v->users, 1);
    pthread_mutex_unlock(&l->lock);
    return v;
}

const struct live_view *
live_view_get(struct live *l)
{
    rt_dur until = monotonic_now() + FIRST_VIEW_S * RT_SEC;
    pthread_mutex_lock(&l->lock);
    while (l->view == NULL && !l->stop && monotonic_wait(&l->made, &l->lock, until))
        ;
    pthread_mutex_unlock(&l->lock);
    return view_now(l);
}

static struct live_view *
make_view(struct live *l, struct rt_err *err)
{
    struct live_view *v = rt_calloc(1, sizeof(*v));
    const struct live_view *unused = v;
    if (v == NULL) {
        rt_fail_mem(err);
        return NULL;
    }
    atomic_init(&v->users, 1);
    v->report = live_report_new(l->engine, l->now(), err);
    live_engine_facts(l->engine, &v->facts);
    if (v->report != NULL)
        return v;
    live_view_put(&unused);
    return NULL;
}

/* ---- the thread ---- */

/* `attentive`: until somebody pokes, at most. */
static void
pause_locked(struct live *l, rt_dur length, bool attentive)
{
    rt_dur until = monotonic_now() + length;
    while (!l->stop && !(attentive && l->dirty) && monotonic_wait(&l->wake, &l->lock, until))
        ;
}

static bool
renew(struct live *l)
{
    struct rt_err err = {0};
    const struct live_view *old = view_now(l);
    struct live_view *new = make_view(l, &err);
    if (new == NULL) {
        log_warn("the view of the store cannot be made: %s", err.msg);
        live_view_put(&old);
        return false;
    }
    struct report none = {0};
    news_findings(l->changes, l->counters, old != NULL ? live_view_report(old) : &none,
                  live_view_report(new));
    pthread_mutex_lock(&l->lock);
    const struct live_view *replaced = l->view;
    l->view = new;
    pthread_cond_broadcast(&l->made);
    pthread_mutex_unlock(&l->lock);
    news_counters(l->changes, l->counters);
    live_view_put(&replaced);
    live_view_put(&old);
    return true;
}

/* All that a look at the page could tell apart: the receiver itself writes now and then, too. */
static uint64_t
sum_of_counters(struct live *l)
{
    uint64_t sum = 1;
    for (int i = 0; i < COUNT__COUNT; i++)
        if (i != COUNT_COMMITS && i != COUNT_CONNECTIONS)
            sum += counted(l->counters, (enum counter)i);
    return sum;
}

static bool
same_rows(const struct store_extent *a, const struct store_extent *b)
{
    return a->callbacks == b->callbacks && a->lines == b->lines;
}

static void
renew_if_changed(struct live *l)
{
    struct live_facts f;
    uint64_t sum = sum_of_counters(l);
    live_engine_facts(l->engine, &f);
    bool stale = l->told == 0 || !same_rows(&f.extent, &l->shown);
    if (stale && !renew(l))
        sum = 0;
    else if (!stale && sum != l->told)
        news_counters(l->changes, l->counters);
    l->shown = f.extent;
    l->told = sum;
}

/* ---- the engine ---- */

static bool
stopping(struct live *l)
{
    pthread_mutex_lock(&l->lock);
    bool stop = l->stop;
    pthread_mutex_unlock(&l->lock);
    return stop;
}

static bool
open_engine(struct live *l)
{
    struct rt_err err = {0};
    bool failed = monotonic_now() < l->no_shelf_until;
    struct live_options o = {l->store, failed ? NULL : l->shelf, l->rules, l->limits};
    l->engine = live_engine_new(&o, &err);
    if (l->engine == NULL)
        log_warn("the view of the store cannot be made: %s", err.msg);
    return l->engine != NULL;
}

/* What it held is in the store. */
static void
begin_anew(struct live *l, const struct rt_err *why)
{
    log_warn("the view of the store is begun anew: %s", why->msg);
    l->told = 0;
    if (strstr(why->msg, l->shelf) != NULL) /* its errors name it */
        l->no_shelf_until = monotonic_now() + NO_SHELF;
    live_engine_free(&l->engine);
}

static void
retain(struct live *l)
{
    struct rt_err err = {0};
    if (l->retain == NULL || monotonic_now() - l->retained < RETAIN_EVERY)
        return;
    l->retained = monotonic_now();
    uint64_t before = counted(l->counters, COUNT_FORGOTTEN);
    if (retain_run(l->retain, l->now(), &err) < 0)
        log_warn("nothing could be forgotten: %s", err.msg);
    if (counted(l->counters, COUNT_FORGOTTEN) == before)
        return;
    l->told = 0;
    if (l->engine != NULL && live_engine_restart(l->engine, &err) < 0)
        begin_anew(l, &err);
}

static void
save(struct live *l)
{
    struct rt_err err = {0};
    if (!l->unsaved || l->engine == NULL)
        return;
    l->saved = monotonic_now();
    if (atomic_load(&l->low))
        return;
    if (live_engine_save(l->engine, &err) < 0)
        begin_anew(l, &err);
    l->unsaved = false;
    l->saved = monotonic_now();
}

/* Takes in all that is there. False: it could not, or it is to stop. */
static bool
catch_up(struct live *l)
{
    struct rt_err err = {0};
    rt_dur begun = monotonic_now();
    int more = 1;
    struct live_facts f;
    while (more == 1 && !stopping(l)) {
        more = live_engine_pump(l->engine, ROWS_AT_ONCE, &err);
        live_engine_facts(l->engine, &f);
        l->unsaved |= l->told == 0 || more != 0 || !same_rows(&f.extent, &l->shown);
        if (more == 1 && monotonic_now() - begun > VIEW_MEANWHILE) {
            save(l);
            if (l->engine == NULL)
                return false;
            renew(l);
            begun = monotonic_now();
        }
    }
    if (more < 0)
        begin_anew(l, &err);
    return more == 0;
}

/* One round: false when it should be tried again soon. */
static bool
turn(struct live *l)
{
    retain(l);
    if (l->engine == NULL && !open_engine(l))
        return false;
    if (!catch_up(l))
        return false;
    renew_if_changed(l);
    if (monotonic_now() - l->saved > SAVE_EVERY)
        save(l);
    return true;
}

/* True: somebody poked, or it is to stop; false: it is time to save. */
static bool
wait_locked(struct live *l)
{
    while (!l->dirty && !l->stop) {
        if (!l->unsaved) {
            pthread_cond_wait(&l->wake, &l->lock);
            continue;
        }
        rt_dur left = l->saved + SAVE_EVERY - monotonic_now();
        if (left <= 0)
            return false;
        pause_locked(l, left, true);
    }
    return true;
}

/* Of the processor: a process that was stopped in the middle of a turn has no reason to rest for that. */
static rt_dur
worked_so_far(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (rt_dur)t.tv_sec * RT_SEC + t.tv_nsec / 1000;
}

/* A sender waits for the threads that receive, nobody for this one: where processors are short, it goes last.
 * Linux has a priority for each thread; elsewhere it would be that of the process. */
static void
stand_back(void)
{
#ifdef __linux__
    /* refused: it competes as before */
    setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), 15);
#endif
}

static void *
work(void *arg)
{
    struct live *l = arg;
    stand_back();
    pthread_mutex_lock(&l->lock);
    while (!l->stop) {
        bool poked = wait_locked(l);
        if (l->stop)
            break;
        l->dirty = false;
        pthread_mutex_unlock(&l->lock);
        rt_dur begun = worked_so_far();
        bool well = true;
        if (poked)
            well = turn(l);
        else
            save(l);
        rt_dur took = (worked_so_far() - begun) * REST;
        pthread_mutex_lock(&l->lock);
        l->dirty |= !well;
        rt_dur least = well ? LEAST_PAUSE : RETRY_AFTER;
        pause_locked(l, took > least ? took : least, false);
    }
    pthread_mutex_unlock(&l->lock);
    save(l);
    live_engine_free(&l->engine);
    return NULL;
}

void
live_note_room(struct live *l, bool low)
{
    atomic_store(&l->low, low);
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
    l->saved = monotonic_now();
    rt_str name = rt_str_of(store);
    l->shelf = rt_calloc(1, name.n + sizeof(SHELF_END));
    if (l->shelf == NULL) {
        rt_fail_mem(err);
        rt_free(l);
        return NULL;
    }
    snprintf(l->shelf, name.n + sizeof(SHELF_END), "%s" SHELF_END, store);
    l->dirty = true;
    pthread_mutex_init(&l->lock, NULL);
    monotonic_cond_init(&l->wake);
    monotonic_cond_init(&l->made);
    if (pthread_create(&l->thread, NULL, work, l) == 0)
        return l;
    rt_fail_here(err, RT_EIO, "no thread for the live view");
    rt_free(l->shelf);
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
    pthread_cond_broadcast(&l->made);
    pthread_mutex_unlock(&l->lock);
    pthread_join(l->thread, NULL);
    const struct live_view *v = l->view;
    live_view_put(&v);
    pthread_cond_destroy(&l->wake);
    pthread_cond_destroy(&l->made);
    pthread_mutex_destroy(&l->lock);
    rt_free(l->shelf);
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
