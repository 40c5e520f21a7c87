/*
 * reader.h - one input as lines: plain or gzip by content, file or stream.
 *
 * Lines are slices into the reader's buffer, without their end (LF, CRLF), the first without a
 * BOM; NUL bytes and invalid UTF-8 are passed on. Damage is a warning with its place, never an
 * error: everything before it is delivered. A reader belongs to one thread; reader_done_bytes() may be asked by any.
 */
#ifndef RECTRACE_INGEST_READER_H
#define RECTRACE_INGEST_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/limits.h"
#include "base/str.h"

struct reader;

enum reader_way {
    READ_ALONE, /* on demand, by who asks */
    READ_AHEAD, /* a second thread inflates ahead into a ring of buffers */
    READ_FEW,   /* as READ_ALONE, in small blocks: a look at the first lines */
};

struct reader_line {
    rt_str text;     /* valid until the next call; empty when too_long */
    uint64_t number; /* 1-based */
    bool too_long;   /* longer than limits.line_bytes; skipped */
};

/* `path` "-" is stdin. NULL: the input cannot be read at all (message names it). */
struct reader *reader_open(const char *path, enum reader_way way,
                           const struct rt_limits *limits, struct rt_err *err);
/* The same over bytes in memory, which must outlive the reader. `inflate`: a back end's name, NULL = the
 * best one. Never a second thread. */
struct reader *reader_open_memory(const void *p, size_t n, const char *inflate,
                                  const struct rt_limits *limits, struct rt_err *err);
/* The same over text that is made as it is read. */
struct feed_source;
struct reader *reader_open_source(const struct feed_source *source, enum reader_way way,
                                  const struct rt_limits *limits, struct rt_err *err);
void reader_free(struct reader **pr);
/* 1 line, 0 end, -1 memory. */
int reader_next(struct reader *r, struct reader_line *out, struct rt_err *err);
struct reader_facts {
    bool gzip;
    bool complete;               /* no damage, no limit reached, no read error */
    bool foreign;                /* no text, by its first bytes; a warning says what */
    uint64_t lines;              /* delivered or skipped so far */
    uint64_t bytes;              /* of text so far */
    uint64_t file_bytes;         /* of the file, 0 = unknown (pipe) */
    uint32_t members;            /* of gzip */
    const char *const *warnings; /* sentences, without the path; borrowed */
    size_t warning_count;
};
void reader_facts(const struct reader *r, struct reader_facts *out);
/* Compressed bytes consumed; any thread. */
uint64_t reader_done_bytes(const struct reader *r);
/* Name of the inflate in use ("isa-l", "zlib"). */
const char *reader_inflate_name(void);

#endif
