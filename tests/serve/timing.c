/*
 * timing.c - what the time of a check tells: not where a digest is wrong, and not which secret fits. Medians of many, by turns;
 * `make check-faults` runs it.
 */
#include "config.h"

#include <nettle/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "receive/signature.h"

enum { SECRETS = 8, ROUNDS = 50000, KINDS = 6, BODY = 1024 };
static double times[KINDS][ROUNDS];

static double
now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;
}

static int
by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void
sign(const char *secret, rt_str body, char hex[65])
{
    struct hmac_sha256_ctx c;
    uint8_t digest[32];
    hmac_sha256_set_key(&c, strlen(secret), (const uint8_t *)secret);
    hmac_sha256_update(&c, body.n, (const uint8_t *)body.p);
    hmac_sha256_digest(&c, sizeof(digest), digest);
    for (int i = 0; i < 32; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}

/* How far the slowest kind is from the fastest; -1: a verdict was wrong. */
static double
measure(const struct secret_app *app, char given[KINDS][65], rt_str text)
{
    static const char *const names[KINDS] = {
        "first digit wrong", "first digit wrong, again", "last digit wrong",
        "all digits wrong",  "fits the first secret",    "fits the last secret"};
    double most = 0, least = 1e18;
    for (int i = 0; i < ROUNDS; i++)
        for (int k = 0; k < KINDS; k++) {
            struct signatures one = {rt_str_of(given[k]), RT_NONE};
            double begun = now();
            enum signature_verdict v = signature_check(app, false, one, text, NULL);
            times[k][i] = now() - begun;
            if ((v == SIGNATURE_GOOD) != (k >= 4))
                return -1;
        }
    for (int k = 0; k < KINDS; k++) {
        qsort(times[k], ROUNDS, sizeof(double), by_size);
        double median = times[k][ROUNDS / 2];
        most = median > most ? median : most;
        least = median < least ? median : least;
        printf("      %-26s %8.0f ns\n", names[k], median);
    }
    return (most - least) / least;
}

int
main(void)
{
    char path[] = "/tmp/rectrace-timing-XXXXXX", body[BODY], given[KINDS][65];
    struct rt_err err = {0};
    int fd = mkstemp(path);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
    if (f == NULL)
        return 2;
    for (int i = 0; i < SECRETS; i++)
        fprintf(f, "secret main s%d value-%d\n", i, i);
    fclose(f);
    const struct secrets *s = secrets_load(path, &err);
    unlink(path);
    if (s == NULL)
        return 2;
    memset(body, 'x', sizeof(body));
    rt_str text = {body, sizeof(body)};
    for (int k = 0; k < 3; k++)
        sign("value-0", text, given[k]);
    sign("value-0", text, given[4]);
    sign("value-7", text, given[5]);
    memset(given[3], '0', 64);
    given[3][64] = '\0';
    given[0][0] = given[1][0] = given[0][0] == '0' ? '1' : '0';
    given[2][63] = given[2][63] == '0' ? '1' : '0';
    /* One secret of eight left out would be an eighth. A machine that changes its speed meanwhile does so not in three looks. */
    double apart = 1;
    for (int look = 0; look < 3 && apart >= 0.05; look++)
        if ((apart = measure(&s->apps.v[0], given, text)) < 0)
            return 2;
    bool same = apart < 0.05;
    printf("%s  a check takes as long wherever a digest is wrong, and whichever secret fits: "
           "%.1f %% apart\n",
           same ? "ok  " : "FAIL", 100 * apart);
    secrets_unref(&s);
    return same ? 0 : 1;
}
