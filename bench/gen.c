/*
 * gen.c - writes logs for the benchmark: fixed seed, size as a parameter, nothing from outside.
 *
 *   gen KIND MIB [SEED]
 *
 * KIND is dense (every line a recording call as JSON, about 1.2 KB), sparse (one line in fifty is),
 * or access (combined access log, every second line is) or steady (dense, but few sessions that come
 * and go quickly, so that a short log already has as many open as a long one) or hostile (deep
 * nesting, long escapes) or plain (text of the same size as hostile). A fixed number of sessions is
 * open at any time, so a longer log has more sessions, not longer ones; another seed gives others.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPEN = 200, OPEN_STEADY = 20, POLLS = 300, RID = 214 };

struct recording {
    char rid[RID + 1], sid[33], cname[24];
    unsigned uid;
    int step, polls, odd;
};

static uint64_t state;
static uint64_t written;
static int64_t now_ms = 1767600000000; /* 2026-01-05T08:00:00Z */

static uint64_t
next(void)
{
    uint64_t z = (state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static void
fill(char *out, size_t n, const char *alphabet, unsigned size)
{
    for (size_t i = 0; i < n; i++)
        out[i] = alphabet[next() % size];
    out[n] = '\0';
}

static void
renew(struct recording *r, unsigned number)
{
    fill(r->rid, RID, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", 64);
    fill(r->sid, 32, "0123456789abcdef", 16);
    snprintf(r->cname, sizeof(r->cname), "room-%u", number);
    r->uid = (unsigned)(next() % 2000000000 + 1);
    r->step = 0;
    r->polls = POLLS / 2 + (int)(next() % POLLS);
    r->odd = (int)(next() % 16);
}

static const char app[] = "8f2c6f5e0f7b4c1c9f6d2f3a1b0c9d8e";

static const char *
stamp(int iso)
{
    static char buf[40];
    int64_t s = now_ms / 1000;
    int64_t day = s / 86400, in_day = s % 86400;
    /* Days since 2026-01-01; the logs stay inside a few months. */
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    static const char *const names[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    int d = (int)(day - 20454), m = 0;
    while (m < 11 && d >= lengths[m])
        d -= lengths[m++];
    if (iso)
        snprintf(buf, sizeof(buf), "2026-%02d-%02dT%02d:%02d:%02d.%03dZ", m + 1, d + 1,
                 (int)(in_day / 3600), (int)(in_day / 60 % 60), (int)(in_day % 60),
                 (int)(now_ms % 1000));
    else
        snprintf(buf, sizeof(buf), "%02d/%s/2026:%02d:%02d:%02d +0000", d + 1, names[m],
                 (int)(in_day / 3600), (int)(in_day / 60 % 60), (int)(in_day % 60));
    return buf;
}

struct call {
    const char *op, *method, *with_sid;
    int http;
    char request[400], response[900];
};

static void
answer(struct call *c, const struct recording *r, const char *rest)
{
    snprintf(c->response, sizeof(c->response),
             "{\"cname\":\"%s\",\"uid\":\"%u\",\"resourceId\":\"%s\"%s}", r->cname, r->uid,
             r->rid, rest);
}

static void
refuse(struct call *c, int http, int code, const char *reason)
{
    c->http = http;
    snprintf(c->response, sizeof(c->response), "{\"code\":%d,\"reason\":\"%s\"}", code, reason);
}

/* The next call of a recording; every sixteenth is misused in one of three ways. */
static void
advance(struct recording *r, struct call *c)
{
    char rest[500];
    memset(c, 0, sizeof(*c));
    c->http = 200;
    c->method = "POST";
    c->with_sid = r->sid;
    int step = r->step++;
    if (step == 0) {
        c->op = "acquire";
        c->with_sid = NULL;
        snprintf(c->request, sizeof(c->request),
                 "{\"cname\":\"%s\",\"uid\":\"%u\",\"clientRequest\":{\"scene\":0}}", r->cname,
                 r->uid);
        answer(c, r, "");
    } else if (step == 1 || (step == 2 && r->odd == 0)) {
        c->op = "start";
        c->with_sid = NULL;
        snprintf(c->request, sizeof(c->request),
                 "{\"cname\":\"%s\",\"uid\":\"%u\",\"clientRequest\":{\"recordingConfig\":{"
                 "\"channelType\":1,"
                 "\"maxIdleTime\":120},\"recordingFileConfig\":{\"avFileType\":[\"hls\"]}}}",
                 r->cname, r->uid);
        if (step == 2) {
            refuse(c, 201, 7, "already started");
        } else if (r->odd == 1) {
            refuse(c, 400, 433, "resource id expired");
            r->step = 1 << 20;
        } else {
            snprintf(rest, sizeof(rest), ",\"sid\":\"%s\"", r->sid);
            answer(c, r, rest);
        }
    } else if (step <= r->polls) {
        c->op = "query";
        c->method = "GET";
        snprintf(rest, sizeof(rest),
                 ",\"sid\":\"%s\",\"serverResponse\":{\"status\":5,\"fileListMode\":\"json\","
                 "\"fileList\":[{\"fileName\":"
                 "\"%s_%s.m3u8\",\"trackType\":\"audio_and_video\",\"uid\":\"0\","
                 "\"mixedAllUser\":true,\"isPlayable\":"
                 "true,\"sliceStartTime\":1767600004123}],\"sliceStartTime\":1767600004123}",
                 r->sid, r->sid, r->cname);
        answer(c, r, rest);
    } else if (step == r->polls + 1) {
        c->op = "stop";
        snprintf(c->request, sizeof(c->request),
                 "{\"cname\":\"%s\",\"uid\":\"%u\",\"clientRequest\":{\"async_stop\":false}}",
                 r->cname, r->uid);
        snprintf(rest, sizeof(rest),
                 ",\"sid\":\"%s\",\"serverResponse\":{\"fileListMode\":\"json\",\"fileList\":[]"
                 ",\"uploadingStatus\":"
                 "\"uploaded\"}",
                 r->sid);
        answer(c, r, rest);
        if (r->odd != 2)
            r->step = 1 << 20;
    } else {
        c->op = "query";
        c->method = "GET";
        refuse(c, 404, 501, "the recording is exiting");
        r->step = 1 << 20;
    }
}

static void
path_of(char *out, size_t size, const struct recording *r, const struct call *c)
{
    if (strcmp(c->op, "acquire") == 0)
        snprintf(out, size, "/v1/apps/%s/cloud_recording/acquire", app);
    else if (c->with_sid == NULL)
        snprintf(out, size, "/v1/apps/%s/cloud_recording/resourceid/%s/mode/mix/%s", app,
                 r->rid, c->op);
    else
        snprintf(out, size, "/v1/apps/%s/cloud_recording/resourceid/%s/sid/%s/mode/mix/%s", app,
                 r->rid, c->with_sid, c->op);
}

static void
write_json(const struct recording *r, const struct call *c)
{
    char path[500], id[33];
    path_of(path, sizeof(path), r, c);
    fill(id, 32, "0123456789abcdef", 16);
    written += (uint64_t)printf(
        "{\"time\":\"%s\",\"level\":\"info\",\"msg\":\"cloud recording call\",\"service\":"
        "\"recorder-api\",\"host\":\"api-7c9d-%u\",\"trace_id\":\"%s\",\"method\":\"%s\","
        "\"url\":"
        "\"https://"
        "api.agora.io%s\",\"status\":%d,\"duration_ms\":%d%s%s,\"response_body\":%s}\n",
        stamp(1), (unsigned)(next() % 8), id, c->method, path, c->http,
        (int)(20 + next() % 200), c->request[0] != '\0' ? ",\"request_body\":" : "", c->request,
        c->response);
}

static void
write_access(const struct recording *r, const struct call *c)
{
    char path[500];
    path_of(path, sizeof(path), r, c);
    written += (uint64_t)printf(
        "198.51.100.%u - - [%s] \"%s %s HTTP/1.1\" %d %d \"-\" \"recorder-client/2.3\"\n",
        (unsigned)(next() % 250), stamp(0), c->method, path, c->http, (int)(80 + next() % 900));
}

static void
write_other(int json)
{
    static const char *const words[] = {
        "user",   "session", "cache",  "token", "room",  "payment", "profile", "search",
        "upload", "message", "worker", "retry", "index", "billing", "avatar",  "queue"};
    char id[33], text[300] = "";
    size_t n = 0;
    fill(id, 32, "0123456789abcdef", 16);
    for (int i = 0; i < 24; i++)
        n += (size_t)snprintf(text + n, sizeof(text) - n, "%s ", words[next() % 16]);
    if (json)
        written += (uint64_t)printf(
            "{\"time\":\"%s\",\"level\":\"info\",\"msg\":\"%s\",\"service\":\"web\",\"trace_"
            "id\":"
            "\"%s\",\"path\":\"/api/%s/%u\",\"status\":200,\"duration_ms\":%u}\n",
            stamp(1), text, id, words[next() % 16], (unsigned)(next() % 100000),
            (unsigned)(next() % 500));
    else
        written +=
            (uint64_t)printf("198.51.100.%u - - [%s] \"GET /api/%s/%u?t=%s HTTP/1.1\" 200 %u "
                             "\"-\" \"Mozilla/5.0 "
                             "(X11; Linux x86_64)\"\n",
                             (unsigned)(next() % 250), stamp(0), words[next() % 16],
                             (unsigned)(next() % 100000), id, (unsigned)(next() % 90000));
}

static void
write_calls(const char *kind, uint64_t bytes)
{
    static struct recording open[OPEN];
    unsigned number = 0;
    int access = strcmp(kind, "access") == 0, sparse = strcmp(kind, "sparse") == 0;
    int steady = strcmp(kind, "steady") == 0;
    /* A session polls every ten seconds, however many there are. */
    unsigned count = steady ? OPEN_STEADY : OPEN, pause_ms = 5000 / count;
    for (unsigned i = 0; i < count; i++) {
        renew(&open[i], number++);
        open[i].step =
            i % 7 == 0 ? 0 : (int)(next() % (uint64_t)open[i].polls); /* begins in the middle */
    }
    while (written < bytes) {
        for (unsigned i = 0; i < count && written < bytes; i++) {
            struct call c;
            now_ms += pause_ms + (int64_t)(next() % (2 * pause_ms));
            if (open[i].step > open[i].polls + 3)
                renew(&open[i], number++);
            advance(&open[i], &c);
            if (access)
                write_access(&open[i], &c);
            else
                write_json(&open[i], &c);
            for (int k = access ? 1 : sparse ? 49 : 0; k > 0; k--)
                write_other(!access);
        }
    }
}

/* 50 000 lines by default; the two kinds differ in what the bytes are, not in how many there are. */
static void
write_lines(int hostile, uint64_t bytes)
{
    enum { WIDTH = 1200 };
    char line[WIDTH + 2];
    for (unsigned n = 0; written < bytes; n++) {
        if (!hostile)
            fill(line, WIDTH, "abcdefghijklmnopqrstuvwxyz      ", 32);
        else if (n % 3 == 0)
            memset(line, n % 2 == 0 ? '[' : '{', WIDTH);
        else
            for (int i = 0; i < WIDTH; i++)
                line[i] = n % 3 == 1 ? (i % 2 == 0 ? '\\' : '"') : "{\"code\":"[i % 8];
        if (hostile)
            memcpy(line, "{\"url\":\"/cloud_recording/", 25);
        line[WIDTH] = '\n';
        fwrite(line, 1, WIDTH + 1, stdout);
        written += WIDTH + 1;
    }
}

int
main(int argc, char **argv)
{
    static const char usage[] =
        "usage: gen dense|sparse|access|steady|hostile|plain MIB [SEED]\n";
    if (argc != 3 && argc != 4) {
        fputs(usage, stderr);
        return 3;
    }
    uint64_t bytes = strtoull(argv[2], NULL, 10) << 20;
    state = argc > 3 ? strtoull(argv[3], NULL, 10) : 1;
    if (strcmp(argv[1], "hostile") == 0 || strcmp(argv[1], "plain") == 0)
        write_lines(argv[1][0] == 'h', bytes);
    else if (strcmp(argv[1], "dense") == 0 || strcmp(argv[1], "sparse") == 0 ||
             strcmp(argv[1], "access") == 0 || strcmp(argv[1], "steady") == 0)
        write_calls(argv[1], bytes);
    else {
        fputs(usage, stderr);
        return 3;
    }
    return fflush(stdout) == 0 ? 0 : 1;
}
