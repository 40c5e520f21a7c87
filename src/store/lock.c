/*
 * lock.c - one writer a store: a lock beside it that the kernel releases with the process.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/internal.h"

#ifdef F_OFD_SETLK
#    define SET_LOCK F_OFD_SETLK
#    define GET_LOCK F_OFD_GETLK
#else
#    define SET_LOCK F_SETLK
#    define GET_LOCK F_GETLK
#endif

static int
refuse(struct store *s, int fd, struct rt_err *err)
{
    char pid[32] = "";
    ssize_t n = pread(fd, pid, sizeof(pid) - 1, 0);
    pid[n > 0 ? strcspn(pid, "\n") : 0] = '\0';
    return rt_fail_here(err, RT_EIO, "%s: another rectrace serve%s%s writes to it", s->path,
                        pid[0] != '\0' ? ", process " : "", pid);
}

bool
lock_is_taken(const struct store *s)
{
    char path[4096];
    snprintf(path, sizeof(path), "%s.lock", s->path);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct flock whole = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
    bool taken = fd >= 0 && fcntl(fd, GET_LOCK, &whole) == 0 && whole.l_type != F_UNLCK;
    if (fd >= 0)
        close(fd);
    return taken;
}

int
lock_take(struct store *s, struct rt_err *err)
{
    char path[4096], pid[32];
    if (snprintf(path, sizeof(path), "%s.lock", s->path) >= (int)sizeof(path))
        return rt_fail_here(err, RT_EIO, "%s: the name is too long", s->path);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return rt_fail_here(err, RT_EIO, "%s: %s", path, strerror(errno));
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(fd, SET_LOCK, &whole) < 0) {
        refuse(s, fd, err);
        close(fd);
        return -1;
    }
    int n = snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());
    /* The number is for people; the lock holds without it. */
    if (ftruncate(fd, 0) == 0 && pwrite(fd, pid, (size_t)n, 0) < 0)
        errno = 0;
    s->lock_fd = fd;
    return 0;
}
