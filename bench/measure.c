/*
 * measure.c - runs two commands in turn, A B A B ..., and prints what a row of the benchmark shows:
 *
 *   measure RUNS 'COMMAND A' 'COMMAND B' -> "ratio min max cpu ms peak_kib"
 *
 * ratio, min, max are of the wall times of A over B (median, least, most), cpu is the median of the
 * ratios of processor time, ms the median wall time of A, peak_kib the most memory of A.
 *
 * In turn, because the machine's speed drifts: a ratio of neighbours holds where times do not. The
 * processor time tells what is left when others use the machine too.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST_RUNS = 100 };

struct cost {
    double wall, cpu; /* seconds */
    long peak_kib;
};

static double
seconds(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static struct cost
run(const char *command)
{
    struct timespec begin, end;
    struct rusage usage;
    int status = 0;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    pid_t pid = fork();
    if (pid == 0) {
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    if (pid < 0 || wait4(pid, &status, 0, &usage) != pid || !WIFEXITED(status) ||
        WEXITSTATUS(status) > 1) {
        fprintf(stderr, "failed: %s\n", command);
        exit(1);
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    return (struct cost){
        .wall =
            (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9,
        .cpu = seconds(usage.ru_utime) + seconds(usage.ru_stime),
        .peak_kib = usage.ru_maxrss,
    };
}

static int
by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int
main(int argc, char **argv)
{
    double walls[MOST_RUNS], cpus[MOST_RUNS], times[MOST_RUNS];
    long peak = 0;
    int runs = argc == 4 ? atoi(argv[1]) : 0;
    if (runs < 1 || runs > MOST_RUNS) {
        fputs("usage: measure RUNS 'COMMAND A' 'COMMAND B'\n", stderr);
        return 3;
    }
    run(argv[2]); /* both warm */
    run(argv[3]);
    for (int i = 0; i < runs; i++) {
        struct cost a = run(argv[2]), b = run(argv[3]);
        walls[i] = a.wall / b.wall;
        cpus[i] = b.cpu > 0 ? a.cpu / b.cpu : 0;
        times[i] = a.wall * 1e3;
        peak = a.peak_kib > peak ? a.peak_kib : peak;
    }
    qsort(walls, (size_t)runs, sizeof(walls[0]), by_size);
    qsort(cpus, (size_t)runs, sizeof(cpus[0]), by_size);
    qsort(times, (size_t)runs, sizeof(times[0]), by_size);
    printf("%.2f %.2f %.2f %.2f %.1f %ld\n", walls[runs / 2], walls[0], walls[runs - 1],
           cpus[runs / 2], times[runs / 2], peak);
    return 0;
}
