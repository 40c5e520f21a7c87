/*
 * spool.h - text that was made and is read like files: parts of one unlinked temporary file.
 *
 * Write a part, end it, read it as often as wanted, from any thread. The file lies in TMPDIR, readable
 * by its owner only, and is gone with the program.
 */
#ifndef RECTRACE_INGEST_SPOOL_H
#define RECTRACE_INGEST_SPOOL_H

#include <stdio.h>

#include "base/str.h"
#include "ingest/feed.h"

struct spool_part { /* begins zeroed */
    int fd;
    uint64_t begin, bytes;
    struct feed_source source; /* reads this part, which must not move */
};
struct spool {
    FILE *file;
    uint64_t bytes;
};
/* 0, or -1: no temporary file can be made. */
int spool_open(struct spool *s, struct rt_err *err);
void spool_close(struct spool *s);
void spool_begin(struct spool *s, struct spool_part *part);
/* 0, or -1: it cannot be written; then nothing more can be. */
int spool_write(struct spool *s, rt_str text, struct rt_err *err);
/* All that was written since spool_begin() is the part now. -1: it could not be written. */
int spool_end(struct spool *s, struct spool_part *part, struct rt_err *err);

#endif
