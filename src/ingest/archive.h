/*
 * archive.h - the files inside an archive as inputs: tar, tar.gz, zip and what else libarchive reads. A file that
 * is packed in another way than gzip is an archive of one.
 *
 * An evidence bundle is one, and its manifest says more; any other archive gives all its regular files.
 */
#ifndef RECTRACE_INGEST_ARCHIVE_H
#define RECTRACE_INGEST_ARCHIVE_H

#include "base/arena.h"
#include "base/limits.h"
#include "ingest/manifest.h"
#include "ingest/spool.h"

struct archive_member {
    const char *name;
    struct spool_part *part; /* in the arena */
    bool cut;                /* it is damaged: the part is what came before */
};
struct archive_content {
    struct spool spool;
    struct rt_arena arena;
    RT_VEC(struct archive_member) members; /* in the order of the archive */
    bool bundle, single;                   /* single: nothing but a packed file */
    struct manifest manifest;              /* of a bundle */
    const char *damage;                    /* why it was read in part; NULL: it was not */
};
/* Looks at the first bytes, packed or not. */
bool archive_is(const char *path);
/* NULL: it cannot be read at all, or memory. limits->inflate_bytes and inflate_times hold for all members together. */
struct archive_content *archive_open(const char *path, const struct rt_limits *limits,
                                     struct rt_err *err);
void archive_close(struct archive_content **pc);

#endif
