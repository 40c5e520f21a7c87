/*
 * fill.c - what bench-serve needs of the disk.
 *
 *   fill store PATH COUNT    a store of that many callbacks, of recordings that began and ended one after another
 *   fill sync PATH           the median of 64 KiB appended and synced, in ms
 *   fill ready PORT          asks /readyz of an admin port until it says 200
 *   fill idle PORT COUNT     holds connections that say nothing until its input ends; prints when it has them
 */
#include "config.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "store/store.h"

enum { A_BATCH = 1000, OF_A_RECORDING = 20, BODY = 1024, SYNCS = 200 };

static void
die(const char *what)
{
    fprintf(stderr, "fill: %s\n", what);
    exit(1);
}

static size_t
make_body(long number, char *out)
{
    long recording = number / OF_A_RECORDING, n = number % OF_A_RECORDING;
    long long at = 1767600000000ll + recording * 1000 + n * 60000;
    int type = n == 0 ? 40 : n == OF_A_RECORDING - 1 ? 11 : 33;
    static const char *const names[] = {"recorder_started", "uploading_progress",
                                        "session_exit"};
    int k = snprintf(
        out, BODY,
        "{\"noticeId\":\"%016lx%08x\",\"productId\":3,\"eventType\":%d,\"notifyMs\":%lld,"
        "\"payload\":{"
        "\"cname\":\"room-%ld\",\"uid\":\"527\",\"sid\":\"%032lx\",\"sequence\":%ld,\"sendts\":"
        "%lld,"
        "\"serviceType\":0,\"details\":{\"msgName\":\"%s\",\"status\":0,\"pad\":\"",
        number * 0x9E3779B1L, 77u, type, at + 90, recording % 500, recording + 1, n, at,
        names[type == 40   ? 0
              : type == 33 ? 1
                           : 2]);
    memset(out + k, 'x', (size_t)(BODY - 4 - k));
    memcpy(out + BODY - 4, "\"}}}", 4);
    return BODY;
}

static int
fill_store(const char *path, long count)
{
    struct rt_err err = {0};
    char body[BODY + 1], notice[40];
    struct store *s = store_open(path, STORE_WRITE, &rt_limits_default, &err);
    for (long i = 0; s != NULL && i < count; i++) {
        enum store_put put;
        if (i % A_BATCH == 0 && store_begin(s, &err) < 0)
            die(err.msg);
        size_t n = make_body(i, body);
        memcpy(notice, body + strlen("{\"noticeId\":\""), 24);
        struct store_callback c = {.app = RT_LIT("main"),
                                   .notice = {notice, 24},
                                   .has_twin = true,
                                   .received = (1767600000000ll + i) * 1000,
                                   .notify = (1767600000000ll + i) * 1000,
                                   .label = STORE_EVENT,
                                   .secret = RT_LIT("a"),
                                   .body = {body, n}};
        long recording = i / OF_A_RECORDING;
        int sequence = (int)(i % OF_A_RECORDING);
        memcpy(c.twin, &recording, sizeof(recording));
        memcpy(c.twin + 8, &sequence, sizeof(sequence));
        if (store_put(s, &c, &put, &err) < 0 ||
            ((i % A_BATCH == A_BATCH - 1 || i == count - 1) && store_commit(s, &err) < 0))
            die(err.msg);
    }
    if (s == NULL)
        die(err.msg);
    store_close(&s);
    return 0;
}

static int
by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int
time_syncs(const char *path)
{
    static char block[65536];
    static double times[SYNCS];
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (fd < 0)
        die("cannot write");
    for (int i = 0; i < SYNCS; i++) {
        struct timespec a, b;
        clock_gettime(CLOCK_MONOTONIC, &a);
        if (write(fd, block, sizeof(block)) != (ssize_t)sizeof(block) || fdatasync(fd) < 0)
            die("cannot write");
        clock_gettime(CLOCK_MONOTONIC, &b);
        times[i] = 1e3 * (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e6;
    }
    close(fd);
    unlink(path);
    qsort(times, SYNCS, sizeof(times[0]), by_size);
    printf("%.2f\n", times[SYNCS / 2]);
    return 0;
}

static int
hold_idle(int port, int count)
{
    struct rlimit r;
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (getrlimit(RLIMIT_NOFILE, &r) == 0) {
        r.rlim_cur = r.rlim_max;
        setrlimit(RLIMIT_NOFILE, &r);
    }
    int held = 0;
    for (; held < count; held++) {
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0)
            break;
    }
    printf("%d\n", held);
    fflush(stdout);
    while (getchar() != EOF)
        ;
    return 0;
}

static int
is_ready(const struct sockaddr_in *to)
{
    static const char ask[] = "GET /readyz HTTP/1.0\r\nHost: localhost\r\n\r\n";
    char answer[64] = "";
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    int ready = fd >= 0 && connect(fd, (const struct sockaddr *)to, sizeof(*to)) == 0 &&
                send(fd, ask, sizeof(ask) - 1, MSG_NOSIGNAL) > 0 &&
                recv(fd, answer, sizeof(answer) - 1, MSG_WAITALL) > 12 &&
                memcmp(answer + 8, " 200", 4) == 0;
    if (fd >= 0)
        close(fd);
    return ready;
}

static int
wait_ready(int port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    struct timespec pause = {0, 10000000};
    for (int i = 0; i < 6000; i++) {
        if (is_ready(&to))
            return 0;
        nanosleep(&pause, NULL);
    }
    die("never ready");
    return 1;
}

int
main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "store") == 0)
        return fill_store(argv[2], atol(argv[3]));
    if (argc == 3 && strcmp(argv[1], "sync") == 0)
        return time_syncs(argv[2]);
    if (argc == 3 && strcmp(argv[1], "ready") == 0)
        return wait_ready(atoi(argv[2]));
    if (argc == 4 && strcmp(argv[1], "idle") == 0)
        return hold_idle(atoi(argv[2]), atoi(argv[3]));
    return 3;
}
