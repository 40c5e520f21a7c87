#include "config.h"

#include "receive/receiver.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/monotonic.h"
#include "receive/admin.h"
#include "receive/changes.h"
#include "receive/follow.h"
#include "receive/http.h"
#include "receive/listen.h"
#include "receive/private.h"
#include "receive/pulse.h"
#include "receive/retain.h"

struct receiver {
    const struct receiver_options *options;
    struct rt_limits limits; /* with as many connections as there are descriptors for */
    struct counters counters;
    struct writer *writer;
    struct http *http;
    struct live *live;
    struct changes *changes;
    struct admin *admin;
    struct follow *follow;
    struct pulse *pulse;
    struct gauges gauges;
    struct retain retain;
    char *token, *tls_cert, *tls_key;
    uint64_t commits; /* when the live view was told last */
    char admin_name[LISTEN_NAME];
    int epoll, signals;
    char name[LISTEN_NAME]; /* address of the hook port */
    rt_dur ticked, stop_at; /* monotonic; stop_at 0: running */
    bool low, log_large;
};

/* ---- start ---- */

/* A descriptor for every connection, and some for the rest: the store keeps what it has, and whoever reads it
 * beside opens it anew. */
static int
raise_descriptors(struct receiver *v, struct rt_err *err)
{
    enum { REST = 64, REST_LEAST = 48, CONNECTIONS_LEAST = 8 };
    struct rlimit r;
    rlim_t wanted = (rlim_t)v->limits.serve_connections + REST;
    if (getrlimit(RLIMIT_NOFILE, &r) < 0 || r.rlim_cur >= wanted)
        return 0;
    r.rlim_cur = r.rlim_max == RLIM_INFINITY || r.rlim_max >= wanted ? wanted : r.rlim_max;
    setrlimit(RLIMIT_NOFILE, &r);
    if (getrlimit(RLIMIT_NOFILE, &r) < 0 || r.rlim_cur >= wanted)
        return 0;
    if (r.rlim_cur < REST_LEAST + CONNECTIONS_LEAST)
        return rt_fail_here(err, RT_EIO, "%llu descriptors are too few (ulimit -n)",
                            (unsigned long long)r.rlim_cur);
    v->limits.serve_connections = r.rlim_cur - (r.rlim_cur < 2 * REST ? REST_LEAST : REST);
    log_warn("descriptors are few (ulimit -n): fewer connections at once connections=%llu",
             (unsigned long long)v->limits.serve_connections);
    return 0;
}

static int
open_signals(struct receiver *v, struct rt_err *err)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    if (sigprocmask(SIG_BLOCK, &set, NULL) < 0 ||
        (v->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC)) < 0)
        return rt_fail_here(err, RT_EIO, "signalfd: %s", strerror(errno));
    return 0;
}

static int
watch(struct receiver *v, int fd, struct rt_err *err)
{
    struct epoll_event e = {.events = EPOLLIN, .data.fd = fd};
    return epoll_ctl(v->epoll, EPOLL_CTL_ADD, fd, &e) == 0
               ? 0
               : rt_fail_here(err, RT_EIO, "epoll: %s", strerror(errno));
}

static const struct secrets *
load_secrets(const struct receiver_options *o, struct rt_err *err)
{
    return o->secret_file != NULL ? secrets_load(o->secret_file, err) : secrets_none(err);
}

enum { PEM_BYTES = 1 << 20 };

static int
read_tls(struct receiver *v, struct rt_err *err)
{
    const struct receiver_options *o = v->options;
    size_t n = 0;
    if (o->tls_cert == NULL)
        return 0;
    v->tls_cert = private_read(o->tls_cert, PEM_BYTES, true, &n, err);
    v->tls_key =
        v->tls_cert == NULL ? NULL : private_read(o->tls_key, PEM_BYTES, false, &n, err);
    return v->tls_key == NULL ? -1 : 0;
}

static int
open_http(struct receiver *v, struct rt_err *err)
{
    const struct receiver_options *o = v->options;
    if (read_tls(v, err) < 0)
        return -1;
    struct http_options h = {
        .secrets = load_secrets(o, err),
        .accept_v1 = o->accept_v1,
        .tls_cert = v->tls_cert,
        .tls_key = v->tls_key,
        .rules = o->rules,
        .limits = &v->limits,
        .counters = &v->counters,
        .now = o->now,
    };
    if (h.secrets == NULL)
        return -1;
    v->writer = h.writer = writer_new(o->store, &v->limits, &v->counters, err);
    h.listen_fd = h.writer == NULL ? -1 : listen_inherited(v->name);
    if (h.writer != NULL && h.listen_fd < 0)
        h.listen_fd = listen_open(o->listen, v->name, err);
    if (h.listen_fd < 0) {
        secrets_unref(&h.secrets);
        return -1;
    }
    v->http = http_new(&h, err);
    return v->http == NULL ? -1 : 0;
}

static char *
read_token(const char *path, struct rt_err *err)
{
    enum { LEAST = 16, MOST = 128, FILE_MOST = 256 };
    size_t n = 0;
    char *text = private_read(path, FILE_MOST, false, &n, err), *copy = NULL;
    rt_str token = text == NULL ? RT_NONE : rt_str_trim((rt_str){text, n});
    if (text != NULL && (token.n < LEAST || token.n > MOST))
        rt_fail_here(err, RT_ESYNTAX, "%s: a token of 16 to 128 characters is meant", path);
    else if (text != NULL && (copy = rt_calloc(1, token.n + 1)) == NULL)
        rt_fail_mem(err);
    if (copy != NULL)
        memcpy(copy, token.p, token.n);
    private_free(&text, n);
    return copy;
}

static bool
is_loopback(const char *name)
{
    return strncmp(name, "127.", 4) == 0 || strncmp(name, "[::1]", 5) == 0;
}

static int
open_admin(struct receiver *v, struct rt_err *err)
{
    const struct receiver_options *o = v->options;
    if (o->admin_token_file != NULL &&
        (v->token = read_token(o->admin_token_file, err)) == NULL)
        return -1;
    struct admin_options a = {
        .token = v->token,
        .unsigned_mode = o->secret_file == NULL,
        .store = o->store,
        .rules = o->rules,
        .limits = &v->limits,
        .counters = &v->counters,
        .gauges = &v->gauges,
        .writer = v->writer,
        .live = v->live,
        .changes = v->changes,
        .now = o->now,
    };
    a.listen_fd = listen_open(o->admin, v->admin_name, err);
    if (a.listen_fd < 0) {
        rt_err_prefix(err, "admin port");
        return -1;
    }
    if (!is_loopback(v->admin_name) && v->token == NULL) {
        close(a.listen_fd);
        return rt_fail_here(err, RT_EUSAGE,
                            "--admin %s: an address that others reach needs --admin-token-file",
                            o->admin);
    }
    v->admin = admin_new(&a, err);
    return v->admin == NULL ? -1 : 0;
}

/* What stands beside the hook port: the view, the admin port, logs that are followed. */
static int
open_rest(struct receiver *v, struct rt_err *err)
{
    const struct receiver_options *o = v->options;
    atomic_store(&v->gauges.ticked, monotonic_now());
    bool forgets = o->keep > 0 || o->keep_bytes > 0;
    if (o->admin == NULL && o->tail_count == 0 && !forgets)
        return 0;
    v->retain = (struct retain){
        .store = o->store,
        .keep = o->keep,
        .keep_bytes = o->keep_bytes,
        .rules = o->rules,
        .limits = &v->limits,
        .counters = &v->counters,
        .writer = v->writer,
    };
    v->changes = changes_new(o->now(), err);
    if (v->changes != NULL)
        v->live = live_new(o->store, o->rules, &v->limits, &v->counters, o->now,
                           forgets ? &v->retain : NULL, v->changes, err);
    if (v->live == NULL || (o->admin != NULL && open_admin(v, err) < 0))
        return -1;
    if (o->tail_count > 0)
        v->follow = follow_new(o->tails, o->tail_count, v->writer, &v->limits, &v->counters,
                               o->now, err);
    return o->tail_count > 0 && v->follow == NULL ? -1 : 0;
}

static int
start(struct receiver *v, struct rt_err *err)
{
    if (raise_descriptors(v, err) < 0)
        return -1;
    v->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (v->epoll < 0)
        return rt_fail_here(err, RT_EIO, "epoll: %s", strerror(errno));
    if (open_signals(v, err) < 0 || open_http(v, err) < 0)
        return -1;
    v->pulse = pulse_new(v->writer, v->options->now, err);
    if (v->pulse == NULL || open_rest(v, err) < 0)
        return -1;
    return watch(v, v->signals, err) < 0 || watch(v, writer_fd(v->writer), err) < 0 ||
                   watch(v, http_fd(v->http), err) < 0
               ? -1
               : 0;
}

/* ---- the loop ---- */

static uint64_t
size_of(const char *path, const char *suffix)
{
    struct stat st;
    char name[4096];
    snprintf(name, sizeof(name), "%s%s", path, suffix);
    return stat(name, &st) == 0 && st.st_size > 0 ? (uint64_t)st.st_size : 0;
}

/* A reader that does not let go keeps the log of the store from being cut. */
static void
look_at_log(struct receiver *v)
{
    uint64_t bytes = size_of(v->options->store, "-wal");
    bool large = bytes > v->limits.store_log_bytes;
    if (large && !v->log_large)
        log_warn("the log of the store grows: is a reader holding it? bytes=%llu log=%s-wal",
                 (unsigned long long)bytes, v->options->store);
    v->log_large = large;
    atomic_store(&v->gauges.log_bytes, bytes);
    atomic_store(&v->gauges.store_bytes, size_of(v->options->store, ""));
}

static void
tick(struct receiver *v, rt_dur now)
{
    v->ticked = now;
    uint64_t reserve = 0, room = writer_room(v->writer, &reserve);
    bool low = room < reserve;
    if (low && !v->low)
        log_error("the disk is nearly full, callbacks are answered 503 store=%s",
                  v->options->store);
    if (!low && v->low)
        log_warn("the disk has room again store=%s", v->options->store);
    v->low = low;
    http_tick(v->http, low);
    if (v->live != NULL)
        live_note_room(v->live, low);
    look_at_log(v);
    atomic_store(&v->gauges.free_bytes, room);
    atomic_store(&v->gauges.disk_low, low);
    atomic_store(&v->gauges.ticked, now);
}

static void
reload(struct receiver *v)
{
    struct rt_err err = {0};
    if (v->options->secret_file == NULL) {
        log_warn("SIGHUP: there is no secret file to read");
        return;
    }
    const struct secrets *s = secrets_load(v->options->secret_file, &err);
    if (s == NULL) {
        count(&v->counters, COUNT_RELOAD_FAILURES);
        if (err.pos.line > 0)
            log_error("SIGHUP: the old secrets stay: %s:%u: %s", err.pos.file, err.pos.line,
                      err.msg);
        else
            log_error("SIGHUP: the old secrets stay: %s", err.msg);
        return;
    }
    count(&v->counters, COUNT_RELOADS);
    log_info("SIGHUP: secrets read anew apps=%zu", s->apps.n);
    http_set_secrets(v->http, s);
}

static void
take_signals(struct receiver *v)
{
    struct signalfd_siginfo i;
    while (read(v->signals, &i, sizeof(i)) == sizeof(i)) {
        if (i.ssi_signo == SIGHUP) {
            listen_notify("RELOADING=1");
            reload(v);
            listen_notify("READY=1");
        } else if (v->stop_at == 0) {
            log_info("stopping signal=%s waiting=%zu", i.ssi_signo == SIGINT ? "INT" : "TERM",
                     http_waiting(v->http));
            listen_notify("STOPPING=1");
            http_drain(v->http);
            v->stop_at = monotonic_now() + (rt_dur)v->limits.serve_drain_s * RT_SEC;
        }
    }
}

static void
note_state(struct receiver *v)
{
    uint64_t commits = counted(&v->counters, COUNT_COMMITS);
    atomic_store_explicit(&v->gauges.connections, http_connections(v->http),
                          memory_order_relaxed);
    atomic_store_explicit(&v->gauges.waiting, http_waiting(v->http), memory_order_relaxed);
    atomic_store_explicit(&v->gauges.oldest, http_oldest(v->http), memory_order_relaxed);
    if (v->live != NULL && commits != v->commits)
        live_poke(v->live);
    v->commits = commits;
}

static int
sleep_ms(struct receiver *v, rt_dur now)
{
    rt_dur next = v->ticked + RT_SEC - now;
    int most = next < 0 ? 0 : (int)(next / 1000) + 1, wanted = http_timeout(v->http);
    return wanted >= 0 && wanted < most ? wanted : most;
}

static int
loop(struct receiver *v, struct rt_err *err)
{
    struct epoll_event events[4];
    while (v->stop_at == 0 || !http_idle(v->http)) {
        rt_dur now = monotonic_now();
        int n = epoll_wait(v->epoll, events, 4, sleep_ms(v, now));
        if (n < 0 && errno != EINTR)
            return rt_fail_here(err, RT_EIO, "epoll: %s", strerror(errno));
        for (int i = 0; i < n; i++)
            if (events[i].data.fd == v->signals)
                take_signals(v);
        now = monotonic_now();
        if (now - v->ticked >= RT_SEC)
            tick(v, now);
        http_run(v->http);
        note_state(v);
        if (v->stop_at != 0 && now > v->stop_at - RT_SEC)
            http_give_up(v->http);
        if (v->stop_at != 0 && now > v->stop_at)
            break;
    }
    return 0;
}

/* ---- end ---- */

static void
say_goodbye(const struct receiver *v)
{
    char text[1500];
    size_t n = 0;
    for (int i = 0; i < COUNT__COUNT && n < sizeof(text); i++)
        if (counted(&v->counters, (enum counter)i) > 0)
            n += (size_t)snprintf(text + n, sizeof(text) - n, " %s=%llu", counter_rows[i].name,
                                  (unsigned long long)counted(&v->counters, (enum counter)i));
    log_info("stopped%s", n > 0 ? text : " after nothing");
}

static int
finish(struct receiver *v, int rc)
{
    if (v->http != NULL)
        http_drain(v->http);
    follow_free(&v->follow);
    admin_free(&v->admin);
    live_free(&v->live);
    changes_free(&v->changes);
    if (v->pulse != NULL)
        pulse_stop(v->pulse, 2 * RT_SEC);
    if (v->writer != NULL && !writer_stop(v->writer, 2 * RT_SEC)) {
        /* The disk does not come back: what waits there was answered 503, and threads cannot be ended. */
        log_error("the store hangs; what was not acknowledged is left to the senders");
        _exit(EXIT_FAILURE);
    }
    pulse_free(&v->pulse);
    if (v->http != NULL) {
        http_run(v->http);
        http_give_up(v->http);
        http_run(v->http);
        http_free(&v->http);
    }
    writer_free(&v->writer);
    if (v->signals >= 0)
        close(v->signals);
    if (v->epoll >= 0)
        close(v->epoll);
    rt_free(v->token);
    rt_free(v->tls_cert);
    private_free(&v->tls_key, v->tls_key == NULL ? 0 : strlen(v->tls_key));
    return rc;
}

int
receiver_run(const struct receiver_options *options, struct rt_err *err)
{
    struct receiver *v = rt_calloc(1, sizeof(*v));
    if (v == NULL)
        return rt_fail_mem(err);
    v->options = options;
    v->limits = *options->limits;
    v->signals = v->epoll = -1;
    umask(0077); /* bodies name channels and users */
    if (options->secret_file == NULL)
        log_set_mark("UNSIGNED ");
    int rc = start(v, err);
    if (rc == 0) {
        log_info("listening addr=%s store=%s%s%s", v->name, options->store,
                 options->tls_cert != NULL ? " tls=yes" : "",
                 options->secret_file == NULL ? " UNSIGNED: bodies of anybody are taken" : "");
        if (v->admin != NULL)
            log_info("admin addr=%s", v->admin_name);
        listen_notify("READY=1");
        tick(v, monotonic_now());
        rc = loop(v, err);
    }
    rc = finish(v, rc);
    if (rc == 0)
        say_goodbye(v);
    log_set_mark("");
    rt_free(v);
    return rc;
}
