/*
 * measure.c - runs two commands in turn, A B A B ..., and prints the median ratio of their wall times
 * and A's peak memory: measure RUNS 'COMMAND A' 'COMMAND B' -> "ratio min max peak_kib".
 *
 * In turn, because the machine's speed drifts: a ratio of neighbours holds where times do not.
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

static double
run(const char *command, long *peak_kib)
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
    if (pid < 0 || wait4(pid, &status, 0, &usage) != pid || !WIFEXITED(status) || WEXITSTATUS(status) > 1) {
        fprintf(stderr, "measure: failed: %s\n", command);
        exit(1);
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    if (peak_kib != NULL && usage.ru_maxrss > *peak_kib)
        *peak_kib = usage.ru_maxrss;
    return (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9;
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
    double ratios[MOST_RUNS];
    long peak = 0;
    int runs = argc == 4 ? atoi(argv[1]) : 0;
    if (runs < 1 || runs > MOST_RUNS) {
        fputs("usage: measure RUNS 'COMMAND A' 'COMMAND B'\n", stderr);
        return 3;
    }
    run(argv[2], NULL); /* both warm */
    run(argv[3], NULL);
    for (int i = 0; i < runs; i++) {
        double a = run(argv[2], &peak);
        double b = run(argv[3], NULL);
        ratios[i] = a / b;
    }
    qsort(ratios, (size_t)runs, sizeof(ratios[0]), by_size);
    printf("%.2f %.2f %.2f %ld\n", ratios[runs / 2], ratios[0], ratios[runs - 1], peak);
    return 0;
}
