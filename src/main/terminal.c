#include "config.h"

#include "main/terminal.h"

#include <langinfo.h>
#include <locale.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/monotonic.h"

enum { COLUMNS_DEFAULT = 96, COLUMNS_LEAST = 40, COLUMNS_MOST = 400 };

static bool
utf8_locale(void)
{
    setlocale(LC_CTYPE, "");
    const char *set = nl_langinfo(CODESET);
    return set != NULL && (strcasecmp(set, "UTF-8") == 0 || strcasecmp(set, "UTF8") == 0);
}

static bool
dumb(void)
{
    const char *term = getenv("TERM");
    return term == NULL || strcmp(term, "dumb") == 0;
}

/* Of the terminal behind `fd`; negative: there is none. */
static unsigned
columns(int fd)
{
    int64_t n = 0;
    const char *given = getenv("COLUMNS");
    struct winsize size;
    if (given != NULL && rt_str_int(rt_str_of(given), &n) && n > 0)
        ;
    else if (fd >= 0 && ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        n = size.ws_col;
    else
        n = COLUMNS_DEFAULT;
    n = n < COLUMNS_LEAST ? COLUMNS_LEAST : n > COLUMNS_MOST ? COLUMNS_MOST : n;
    return (unsigned)n;
}

struct writer_options
terminal_writer_options(const struct options *o)
{
    bool terminal = strcmp(o->output, "-") == 0 && isatty(STDOUT_FILENO) == 1;
    const char *no_color = getenv("NO_COLOR");
    bool wanted = terminal && !dumb() && (no_color == NULL || no_color[0] == '\0');
    return (struct writer_options){
        .colour = o->color == WHEN_ALWAYS || (o->color == WHEN_AUTO && wanted),
        .unicode = utf8_locale(),
        .columns = columns(terminal ? STDOUT_FILENO : -1),
        .all = o->all,
        .verbose = o->verbose > 0,
        .narrowed = o->narrowed[0] != '\0' ? o->narrowed : NULL,
    };
}

/* ---- progress ---- */

struct progress {
    const struct input_list *inputs;
    struct batch_progress *counts;
    uint64_t total; /* compressed bytes; 0 = unknown */
    rt_dur begin;   /* by monotonic_now() */
    pthread_t thread;
    pthread_mutex_t lock; /* guards `shown`, `stop` and the line on stderr */
    pthread_cond_t wake;
    bool shown, stop;
};

static double
seconds_since(rt_dur begin)
{
    return (double)(monotonic_now() - begin) / (double)RT_SEC;
}

static void
erase_locked(struct progress *p)
{
    if (p->shown)
        fputs("\r\033[K", stderr);
    p->shown = false;
}

static void
draw_locked(struct progress *p)
{
    static const char spinner[] = "|/-\\";
    double s = seconds_since(p->begin);
    double bytes = (double)atomic_load_explicit(&p->counts->bytes, memory_order_relaxed);
    unsigned long long lines = atomic_load_explicit(&p->counts->lines, memory_order_relaxed);
    unsigned current = atomic_load_explicit(&p->counts->current, memory_order_relaxed);
    const char *path = current < p->inputs->inputs.n ? p->inputs->inputs.v[current].path : "";
    const char *base = strrchr(path, '/');
    char name[32];
    snprintf(name, sizeof(name), "%.30s", base != NULL ? base + 1 : path);
    for (char *c = name; *c != '\0'; c++)
        if ((unsigned char)*c < 0x20 || (unsigned char)*c >= 0x7f)
            *c = '?';
    char line[200], grouped[RT_GROUPED_MAX];
    size_t n = 0, room = columns(STDERR_FILENO);
    rt_grouped(lines, grouped);
    if (p->total == 0) {
        n = (size_t)snprintf(line, sizeof(line), "reading  %s  %c  %.1f MB  %s lines", name,
                             spinner[(int)(s * 8) % 4], bytes / 1e6, grouped);
    } else {
        double share = bytes > (double)p->total ? 1 : bytes / (double)p->total;
        char bar[21];
        int width = room < 96 ? 10 : 20;
        for (int i = 0; i < width; i++)
            bar[i] = i < (int)(share * width) ? '#' : '.';
        bar[width] = '\0';
        n = (size_t)snprintf(line, sizeof(line),
                             "reading  %s  [%s]  %.0f %%  %.0f MB/s  %s lines", name, bar,
                             share * 100, s > 0 ? bytes / 1e6 / s : 0, grouped);
        if (share > 0.02)
            n += (size_t)snprintf(line + n, sizeof(line) - n, "  eta %.0f s",
                                  s / share - s + 0.5);
    }
    /* One that wraps could not be erased. */
    fprintf(stderr, "\r\033[K%.*s", (int)(n < room ? n : room - 1), line);
    fflush(stderr);
    p->shown = true;
}

static void *
show(void *arg)
{
    struct progress *p = arg;
    pthread_mutex_lock(&p->lock);
    while (!p->stop) {
        monotonic_wait(&p->wake, &p->lock, monotonic_now() + (p->shown ? 100 : 300) * RT_MS);
        if (!p->stop && seconds_since(p->begin) >= 0.3)
            draw_locked(p);
    }
    erase_locked(p);
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

static void
step_aside(void *arg)
{
    struct progress *p = arg;
    pthread_mutex_lock(&p->lock);
    erase_locked(p);
    pthread_mutex_unlock(&p->lock);
}

struct progress *
progress_start(const struct options *o, const struct input_list *inputs,
               struct batch_progress *counts)
{
    if (o->progress == WHEN_NEVER ||
        (o->progress == WHEN_AUTO && (isatty(STDERR_FILENO) != 1 || dumb())))
        return NULL;
    struct progress *p = rt_calloc(1, sizeof(*p));
    if (p == NULL)
        return NULL;
    p->inputs = inputs;
    p->counts = counts;
    for (size_t i = 0; i < inputs->inputs.n; i++) {
        if (inputs->inputs.v[i].size == 0) { /* a pipe: no share can be told */
            p->total = 0;
            break;
        }
        p->total += inputs->inputs.v[i].size;
    }
    p->begin = monotonic_now();
    pthread_mutex_init(&p->lock, NULL);
    monotonic_cond_init(&p->wake);
    if (pthread_create(&p->thread, NULL, show, p) != 0) {
        rt_free(p);
        return NULL;
    }
    log_set_before(step_aside, p);
    return p;
}

void
progress_stop(struct progress **pp)
{
    struct progress *p = *pp;
    *pp = NULL;
    if (p == NULL)
        return;
    log_set_before(NULL, NULL);
    pthread_mutex_lock(&p->lock);
    p->stop = true;
    pthread_cond_signal(&p->wake);
    pthread_mutex_unlock(&p->lock);
    pthread_join(p->thread, NULL);
    pthread_cond_destroy(&p->wake);
    pthread_mutex_destroy(&p->lock);
    rt_free(p);
}
