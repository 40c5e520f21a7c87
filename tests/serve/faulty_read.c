/*
 * faulty_read.c - read() that fails when it is told to: FAULTY_READ = eio:N (after N bytes in all), eintr (every other
 * call), short (a few bytes a call), vanish:FILE (FILE is deleted when something is first read).
 */
#undef _FORTIFY_SOURCE /* with it read() is an inline of the headers */
#include "config.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static atomic_ulong calls, given;

ssize_t
read(int fd, void *out, size_t room)
{
    const char *fault = getenv("FAULTY_READ");
    unsigned long call = atomic_fetch_add(&calls, 1);
    if (fault == NULL || room == 0)
        return syscall(SYS_read, fd, out, room);
    if (strncmp(fault, "vanish:", 7) == 0 && call == 0)
        unlink(fault + 7);
    if (strcmp(fault, "eintr") == 0 && call % 2 == 0) {
        errno = EINTR;
        return -1;
    }
    if (strcmp(fault, "short") == 0 && room > 1 + call % 7)
        room = 1 + call % 7;
    if (strncmp(fault, "eio:", 4) == 0) {
        unsigned long most = strtoul(fault + 4, NULL, 10), so_far = atomic_load(&given);
        if (so_far >= most) {
            errno = EIO;
            return -1;
        }
        room = room < most - so_far ? room : most - so_far;
    }
    ssize_t n = syscall(SYS_read, fd, out, room);
    if (n > 0)
        atomic_fetch_add(&given, (unsigned long)n);
    return n;
}
