/*
 * feed.h - one input as blocks of plain text: file, pipe or memory, gzip or not.
 *
 * The gzip magic decides. Damage ends the text: the feed says what happened and where, and what
 * came before it is good.
 */
#ifndef RECTRACE_INGEST_FEED_H
#define RECTRACE_INGEST_FEED_H

#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/limits.h"
#include "ingest/inflate.h"

enum feed_damage {
    FEED_WELL,
    FEED_CUT,       /* the file ends inside a member */
    FEED_BAD_DATA,  /* the stream is broken */
    FEED_BAD_CHECK, /* CRC or length of a member is wrong */
    FEED_GARBAGE,   /* bytes after a member that are not gzip */
    FEED_READ,      /* read() failed; see error */
    FEED_FULL,      /* limits.inflate_bytes reached */
    FEED_BOMB,      /* limits.inflate_times passed */
};

/* Text that is made as it is read, such as that of a store. Each opening begins anew. */
struct feed_source {
    void *(*open)(const void *arg, struct rt_err *err);
    /* Bytes put into `out`, 0 at the end, -1 with errno set. */
    ssize_t (*read)(void *state, void *out, size_t room);
    void (*close)(void *state);
    const void *arg;
};

struct feed {
    int fd; /* -1: memory or a source */
    const struct feed_source *source;
    void *source_state;
    const uint8_t *memory;
    size_t memory_n;
    const struct inflate_backend *backend;
    void *state; /* of the back end; NULL until gzip is seen */
    uint8_t *in; /* input buffer, owned */
    size_t in_n, in_at, in_cap;
    bool gzip, probed, ended, in_member;
    bool more; /* behind a wrong checksum; left out */
    uint32_t members;
    uint64_t given; /* bytes of text */
    const struct rt_limits *limits;
    enum feed_damage damage;
    uint64_t damage_at; /* offset in the file */
    int error;          /* errno */
    uint64_t file_bytes;
    atomic_uint_fast64_t taken; /* bytes of the file */
};

/* `path` "-" is standard input. 0, or -1: it cannot be opened (the message has no path), or memory. Limits are borrowed. */
int feed_open(struct feed *f, const char *path, const struct rt_limits *limits,
              struct rt_err *err);
/* Bytes that outlive the feed. `inflate`: the name of a back end; NULL: the best one. -1: memory. */
int feed_open_memory(struct feed *f, const void *p, size_t n, const char *inflate,
                     const struct rt_limits *limits, struct rt_err *err);
/* `source` must outlive the feed. -1: memory, or it cannot be opened. */
int feed_open_source(struct feed *f, const struct feed_source *source,
                     const struct rt_limits *limits, struct rt_err *err);
/* From then on no more than so much is read of the file at once. */
void feed_read_at_most(struct feed *f, size_t bytes);
void feed_close(struct feed *f);
/* Fills `out` as far as it goes; 0 bytes: the end (or damage). -1: memory. */
int feed_fill(struct feed *f, uint8_t *out, size_t room, size_t *got, struct rt_err *err);

#endif
