#include "config.h"

#include "receive/metrics.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/monotonic.h"
#include "live/engine.h"
#include "receive/http.h"

/* Without a check of signatures every number says so. */
static void
labels(struct out *o, const struct admin_options *a, const char *more)
{
    const char *mode = a->unsigned_mode ? "mode=\"unsigned\"" : "";
    if (*mode != '\0' || *more != '\0')
        out_fmt(o, "{%s%s%s}", mode, *mode != '\0' && *more != '\0' ? "," : "", more);
}

static void
head(struct out *o, const char *name, const char *suffix, const char *type, const char *doc)
{
    out_fmt(o, "# HELP rectrace_%s%s %s\n# TYPE rectrace_%s%s %s\n", name, suffix, doc, name,
            suffix, type);
}

static void
metric(struct out *o, const struct admin_options *a, const char *name, const char *suffix,
       const char *type, const char *doc, double value)
{
    head(o, name, suffix, type, doc);
    out_fmt(o, "rectrace_%s%s", name, suffix);
    labels(o, a, "");
    out_fmt(o, " %.17g\n", value);
}

static void
spread(struct out *o, const struct admin_options *a, const struct spread_row *row,
       const struct spread *s)
{
    uint64_t sum = 0;
    head(o, row->name, "", "histogram", row->doc);
    for (int i = 0; i <= SPREAD_BOUNDS; i++) {
        char le[64];
        sum += atomic_load_explicit(&s->v[i], memory_order_relaxed);
        if (i < SPREAD_BOUNDS)
            snprintf(le, sizeof(le), "le=\"%.9g\"", row->first * (double)(1 << i) * row->unit);
        else
            snprintf(le, sizeof(le), "le=\"+Inf\"");
        out_fmt(o, "rectrace_%s_bucket", row->name);
        labels(o, a, le);
        out_fmt(o, " %llu\n", (unsigned long long)sum);
    }
    out_fmt(o, "rectrace_%s_sum", row->name);
    labels(o, a, "");
    out_fmt(o, " %.17g\n",
            (double)atomic_load_explicit(&s->sum, memory_order_relaxed) * row->unit);
    out_fmt(o, "rectrace_%s_count", row->name);
    labels(o, a, "");
    out_fmt(o, " %llu\n", (unsigned long long)sum);
}

static double
since(rt_dur then)
{
    return then == 0 ? 0 : (double)(monotonic_now() - then) / RT_SEC;
}

static double
behind(const struct admin_options *a, const struct writer_facts *f)
{
    const struct live_view *v = live_view_get(a->live);
    int64_t seen = v == NULL ? 0 : live_view_facts(v)->extent.callbacks;
    live_view_put(&v);
    return f->last_id > seen ? (double)(f->last_id - seen) : 0;
}

static unsigned
descriptors(void)
{
    unsigned n = 0;
    DIR *d = opendir("/proc/self/fd");
    for (const struct dirent *e; d != NULL && (e = readdir(d)) != NULL;)
        n += e->d_name[0] != '.';
    if (d != NULL)
        closedir(d);
    return n > 0 ? n - 1 : 0;
}

static double
resident(void)
{
    unsigned long long all = 0, pages = 0;
    FILE *f = fopen("/proc/self/statm", "re");
    if (f != NULL && fscanf(f, "%llu %llu", &all, &pages) != 2)
        pages = 0;
    if (f != NULL)
        fclose(f);
    return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

/* Under the names that every process has. */
static void
process(struct out *o)
{
    struct rusage u;
    struct rlimit r;
    if (getrusage(RUSAGE_SELF, &u) == 0)
        out_fmt(o,
                "# HELP process_cpu_seconds_total processor time, user and system\n"
                "# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total %.6f\n",
                (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
                    (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6);
    out_fmt(o,
            "# HELP process_open_fds open descriptors\n# TYPE process_open_fds gauge\n"
            "process_open_fds %u\n",
            descriptors());
    if (getrlimit(RLIMIT_NOFILE, &r) == 0)
        out_fmt(o,
                "# HELP process_max_fds descriptors at most\n# TYPE process_max_fds gauge\n"
                "process_max_fds %llu\n",
                (unsigned long long)r.rlim_cur);
    out_fmt(o,
            "# HELP process_resident_memory_bytes memory in use\n"
            "# TYPE process_resident_memory_bytes gauge\nprocess_resident_memory_bytes %.17g\n",
            resident());
}

void
metrics_write(const struct admin_options *a, struct out *o)
{
    struct gauges *g = a->gauges;
    struct writer_facts f;
    char versions[200];
    writer_facts(a->writer, &f);
    for (int i = 0; i < COUNT__COUNT; i++)
        metric(o, a, counter_rows[i].name, "_total", "counter", counter_rows[i].doc,
               (double)counted(a->counters, (enum counter)i));
#define GAUGE(name, unit, value, doc) metric(o, a, #name, unit, "gauge", doc, value);
#include "receive/gauges.def"
#undef GAUGE
    for (int i = 0; i < SPREAD__COUNT; i++)
        spread(o, a, &spread_rows[i], &a->counters->spreads[i]);
    head(o, "build_info", "", "gauge", "versions in use");
    out_raw(o, "rectrace_build_info");
    snprintf(versions, sizeof(versions), "version=\"%s\",libmicrohttpd=\"%s\",sqlite=\"%s\"",
             PACKAGE_VERSION, http_library(), store_library());
    labels(o, a, versions);
    out_raw(o, " 1\n");
    process(o);
}
