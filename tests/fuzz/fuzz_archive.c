/*
 * Any bytes as an archive, and as the manifest of a bundle: members and texts lie within what was read,
 * a manifest that is written again reads the same.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ingest/archive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
try_manifest(rt_str text)
{
    struct manifest m, again;
    struct rt_arena a;
    struct rt_buf b;
    struct rt_err err = {0};
    manifest_init(&m);
    manifest_init(&again);
    rt_arena_init(&a, 1024, 0);
    rt_buf_init(&b, 1 << 24);
    if (manifest_read(&m, text, &a, &err) == 1) {
        m.tool = m.rules = m.rules_sha256 = m.profile = "x"; /* which are not read */
        if (manifest_write(&m, &b, &err) < 0 ||
            manifest_read(&again, rt_buf_str(&b), &a, &err) != 1 || again.logs.n != m.logs.n ||
            again.spans.n != m.spans.n)
            abort();
    }
    rt_buf_fini(&b);
    rt_arena_fini(&a);
    manifest_fini(&again);
    manifest_fini(&m);
}

static void
try_archive(const char *path)
{
    struct rt_limits limits = rt_limits_default;
    struct rt_err err = {0};
    limits.inflate_bytes = 1 << 20;
    limits.inputs = 100;
    struct archive_content *c = archive_is(path) ? archive_open(path, &limits, &err) : NULL;
    uint64_t sum = 0;
    for (size_t i = 0; c != NULL && i < c->members.n; i++) {
        const struct archive_member *m = &c->members.v[i];
        if (m->name == NULL || m->part->begin + m->part->bytes > c->spool.bytes)
            abort();
        sum += m->part->bytes;
    }
    if (c != NULL && sum > limits.inflate_bytes + (1 << 16))
        abort();
    archive_close(&c);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int fd = -1;
    static char path[64];
    try_manifest((rt_str){(const char *)data, size});
    if (fd < 0)
        fd = (int)syscall(SYS_memfd_create, "fuzz", 0);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    if (fd < 0 || ftruncate(fd, 0) < 0 || pwrite(fd, data, size, 0) != (ssize_t)size)
        abort();
    try_archive(path);
    return 0;
}
