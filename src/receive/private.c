#include "config.h"

#include "receive/private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"

static int
read_all(int fd, const char *path, char *text, size_t most, size_t *n, struct rt_err *err)
{
    ssize_t got = 0;
    *n = 0;
    while (*n <= most &&
           ((got = read(fd, text + *n, most + 1 - *n)) > 0 || (got < 0 && errno == EINTR)))
        *n += got > 0 ? (size_t)got : 0;
    if (got < 0)
        return rt_fail_here(err, RT_EIO, "%s: %s", path, strerror(errno));
    if (*n > most)
        return rt_fail_here(err, RT_ELIMIT, "%s: is larger than %zu bytes", path, most);
    text[*n] = '\0';
    return 0;
}

char *
private_read(const char *path, size_t most, bool open_to_all, size_t *n, struct rt_err *err)
{
    struct stat st;
    char *text = rt_malloc(most + 2);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), rc = -1;
    *n = 0;
    if (text == NULL)
        rt_fail_mem(err);
    else if (fd < 0 || fstat(fd, &st) < 0)
        rt_fail_here(err, RT_EIO, "%s: %s", path, strerror(errno));
    else if (!S_ISREG(st.st_mode))
        rt_fail_here(err, RT_EIO, "%s: is no regular file", path);
    else if (!open_to_all && (st.st_mode & 0027) != 0)
        rt_fail_here(err, RT_EIO, "%s: others can read or change it (mode %03o); chmod 600",
                     path, (unsigned)st.st_mode & 0777);
    else
        rc = read_all(fd, path, text, most, n, err);
    if (fd >= 0)
        close(fd);
    if (rc < 0)
        private_free(&text, most + 2);
    return text;
}

void
private_free(char **ptext, size_t n)
{
    if (*ptext != NULL)
        explicit_bzero(*ptext, n);
    rt_free(*ptext);
    *ptext = NULL;
}
