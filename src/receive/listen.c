#include "config.h"

#include "receive/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/str.h"

enum { BACKLOG = 1024, FIRST_INHERITED = 3 };

static void
name_of(int fd, char name[LISTEN_NAME])
{
    struct sockaddr_storage a;
    socklen_t n = sizeof(a);
    char host[64] = "?", port[16] = "?";
    if (getsockname(fd, (struct sockaddr *)&a, &n) == 0)
        getnameinfo((struct sockaddr *)&a, n, host, sizeof(host), port, sizeof(port),
                    NI_NUMERICHOST | NI_NUMERICSERV);
    snprintf(name, LISTEN_NAME, strchr(host, ':') != NULL ? "[%s]:%s" : "%s:%s", host, port);
}

static int
split(const char *where, char host[256], char port[16])
{
    const char *colon = strrchr(where, ':'), *from = where;
    size_t n = colon == NULL ? 0 : (size_t)(colon - where);
    if (n >= 2 && where[0] == '[' && where[n - 1] == ']') {
        from++;
        n -= 2;
    } else if (colon != NULL && memchr(where, ':', n) != NULL) {
        return -1;
    }
    int64_t number = 0;
    rt_str digits = rt_str_of(colon == NULL ? where : colon + 1);
    if (n >= 256 || !rt_str_int(digits, &number) || number < 0 || number > 65535)
        return -1;
    snprintf(host, 256, "%.*s", (int)n, from);
    snprintf(port, 16, "%d", (int)number);
    return 0;
}

static int
open_one(const struct addrinfo *a)
{
    int on = 1, fd = socket(a->ai_family, a->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC,
                            a->ai_protocol);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (bind(fd, a->ai_addr, a->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    int why = errno;
    close(fd);
    errno = why;
    return -1;
}

int
listen_open(const char *where, char name[LISTEN_NAME], struct rt_err *err)
{
    char host[256], port[16];
    struct addrinfo hints = {.ai_family = AF_UNSPEC,
                             .ai_socktype = SOCK_STREAM,
                             .ai_flags = AI_NUMERICSERV},
                    *list = NULL;
    if (split(where, host, port) < 0)
        return rt_fail_here(err, RT_EUSAGE,
                            "--listen %s: PORT, HOST:PORT or [ADDRESS]:PORT is meant", where);
    int rc = getaddrinfo(host[0] == '\0' ? "127.0.0.1" : host, port, &hints, &list);
    if (rc != 0)
        return rt_fail_here(err, RT_EUSAGE, "--listen %s: %s", where, gai_strerror(rc));
    int fd = open_one(list), why = errno;
    freeaddrinfo(list);
    if (fd < 0)
        return rt_fail_here(err, RT_EIO, "--listen %s: %s", where, strerror(why));
    name_of(fd, name);
    return fd;
}

int
listen_inherited(char name[LISTEN_NAME])
{
    const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");
    if (pid == NULL || count == NULL || strtol(pid, NULL, 10) != (long)getpid() ||
        strtol(count, NULL, 10) < 1)
        return -1;
    fcntl(FIRST_INHERITED, F_SETFD, FD_CLOEXEC);
    fcntl(FIRST_INHERITED, F_SETFL, O_NONBLOCK);
    name_of(FIRST_INHERITED, name);
    return FIRST_INHERITED;
}

void
listen_notify(const char *state)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    if (path == NULL || (path[0] != '/' && path[0] != '@') ||
        strlen(path) >= sizeof(a.sun_path))
        return;
    size_t n = strlen(path);
    memcpy(a.sun_path, path, n);
    if (a.sun_path[0] == '@')
        a.sun_path[0] = '\0';
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
    /* Nobody is listening: there is nobody to tell. */
    if (sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&a, length) < 0)
        errno = 0;
    close(fd);
}
