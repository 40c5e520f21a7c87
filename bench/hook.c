/*
 * hook.c - sends signed callbacks over many keep-alive connections and tells how fast they are answered.
 *
 *   hook PORT PATH SECRET CONNECTIONS SECONDS [RATE]
 *
 * Without RATE each connection sends the next as soon as it was answered. With RATE they are due at fixed
 * times, and the time of an answer counts from there. Prints: rate, p50 and p99 in ms, answers that
 * were not 200.
 */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <nettle/hmac.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BODY = 1024, ANSWER = 2048, CONNECTIONS_MOST = 4096, TIMES_MOST = 4000000 };

struct connection {
    int fd;
    double due; /* of the request that is out; 0: none */
    size_t got;
    char answer[ANSWER];
};

static struct connection connections[CONNECTIONS_MOST];
static float *times;
static size_t time_count, other;
static uint64_t number;
static const char *path, *secret;
static struct hmac_sha256_ctx key;

static double
now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
die(const char *what)
{
    perror(what);
    exit(1);
}

static void
send_next(struct connection *c, double due)
{
    char body[BODY + 1], hex[65], text[BODY + 512];
    uint8_t digest[SHA256_DIGEST_SIZE];
    int n = snprintf(body, sizeof(body),
                     "{\"noticeId\":\"%016llx%08x\",\"productId\":3,\"eventType\":33,"
                     "\"notifyMs\":1767600000000,"
                     "\"payload\":{\"cname\":\"room-%llu\",\"uid\":\"1\",\"sid\":\"%08x%"
                     "024llx\",\"sequence\":%llu,\"sendts\":1767600000000,"
                     "\"serviceType\":2,\"details\":{\"msgName\":\"uploading_progress\","
                     "\"progress\":1,\"pad\":\"",
                     (unsigned long long)number * 0x9E3779B97F4A7C15u, (unsigned)getpid(),
                     (unsigned long long)number % 50, (unsigned)getpid(),
                     (unsigned long long)number % 50, (unsigned long long)number);
    memset(body + n, 'x', (size_t)(BODY - 4 - n));
    memcpy(body + BODY - 4, "\"}}}", 4);
    number++;
    struct hmac_sha256_ctx work = key;
    hmac_sha256_update(&work, BODY, (const uint8_t *)body);
    hmac_sha256_digest(&work, sizeof(digest), digest);
    for (int i = 0; i < 32; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    int head = snprintf(text, sizeof(text),
                        "POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: "
                        "application/json\r\nAgora-Signature-V2: %s\r\n"
                        "Content-Length: %d\r\n\r\n",
                        path, hex, BODY);
    memcpy(text + head, body, BODY);
    if (send(c->fd, text, (size_t)head + BODY, MSG_NOSIGNAL) != (ssize_t)(head + BODY))
        die("send");
    c->due = due;
    c->got = 0;
}

/* Whole when its head and the length that it tells are there. */
static int
answered(const struct connection *c)
{
    const char *end = strstr(c->answer, "\r\n\r\n"),
               *length = strcasestr(c->answer, "content-length:");
    if (end == NULL || length == NULL || length > end)
        return 0;
    return c->got >= (size_t)(end - c->answer) + 4 + strtoul(length + 15, NULL, 10);
}

/* 1: the request that was out is answered. */
static int
receive(struct connection *c)
{
    ssize_t n = recv(c->fd, c->answer + c->got, ANSWER - 1 - c->got, MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN)
        return 0;
    if (n <= 0)
        die("recv");
    c->got += (size_t)n;
    c->answer[c->got] = '\0';
    if (c->due == 0 || !answered(c))
        return 0;
    other += strncmp(c->answer, "HTTP/1.1 200", 12) != 0;
    if (time_count < TIMES_MOST)
        times[time_count++] = (float)(now() - c->due);
    c->due = 0;
    return 1;
}

static int
by_size(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

int
main(int argc, char **argv)
{
    if (argc < 6)
        return 3;
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[1]))};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    path = argv[2];
    secret = argv[3];
    int count = atoi(argv[4]), epoll = epoll_create1(0);
    double seconds = atof(argv[5]), rate = argc > 6 ? atof(argv[6]) : 0;
    hmac_sha256_set_key(&key, strlen(secret), (const uint8_t *)secret);
    times = calloc(TIMES_MOST, sizeof(*times));
    for (int i = 0; i < count && i < CONNECTIONS_MOST; i++) {
        struct connection *c = &connections[i];
        struct epoll_event e = {.events = EPOLLIN, .data.ptr = c};
        c->fd = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(c->fd, (struct sockaddr *)&to, sizeof(to)) < 0 ||
            epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &e) < 0)
            die("connect");
    }
    double begun = now(), due = begun, end = begun + seconds, free_at = 0;
    int idle = 0;
    for (int i = 0; rate == 0 && i < count; i++)
        send_next(&connections[i], now());
    while (now() < end) {
        /* Open loop: what is due goes out on the next connection that is free. */
        for (int tried = 0; rate > 0 && due <= now() && tried < count;
             tried++, idle = (idle + 1) % count)
            if (connections[idle].due == 0) {
                send_next(&connections[idle], due);
                due += 1 / rate;
            }
        struct epoll_event events[256];
        int n = epoll_wait(epoll, events, 256, rate > 0 ? 1 : 100);
        for (int i = 0; i < n; i++)
            if (receive(events[i].data.ptr) && rate == 0)
                send_next(events[i].data.ptr, now());
        free_at = now();
    }
    qsort(times, time_count, sizeof(*times), by_size);
    printf("%.0f %.2f %.2f %zu\n", (double)time_count / (free_at - begun),
           time_count ? 1e3 * (double)times[time_count / 2] : 0,
           time_count ? 1e3 * (double)times[time_count * 99 / 100] : 0, other);
    return 0;
}
