/*
 * run.h - keys of callbacks on disk: sorted runs of them, in chunks that fill a page.
 *
 *   run 7  [chunk 31][chunk 32][chunk 35]     a fence in memory for each chunk: its first key
 *   run 9  [chunk 33][chunk 34]               a sieve in memory for each run
 *
 * A run is written once, some chunks with each commit, and counts from the commit that writes its row. What is
 * done in a transaction can be taken back as long as runs_begin() was not called. Chunks that belong to no run are
 * written again.
 */
#ifndef RECTRACE_STORE_RUN_H
#define RECTRACE_STORE_RUN_H

#include "base/vec.h"
#include "store/seen.h"
#include "store/sieve.h"
#include "store/store.h"

struct entry {
    unsigned char key[SEEN_KEY];
    int64_t id; /* of the row; 0: none */
};
enum { CHUNK_KEYS = 168 }; /* as many as a page of 4 KiB takes */
struct chunk {
    size_t n;
    struct entry v[CHUNK_KEYS];
};

struct fence {
    unsigned char first[SEEN_KEY];
    int64_t chunk;
};
struct run {
    int64_t id, level, upto; /* upto: the highest row whose keys it holds */
    size_t keys;
    RT_VEC(struct fence) fences;
    struct sieve *sieve; /* NULL: all sieves together were too large */
    size_t sieve_bytes;
    /* of one that is being written: when the transaction began */
    size_t begun_fences, begun_keys;
};

struct runs {
    struct store *s;
    RT_VEC(struct run *) v; /* the newest first */
    int64_t last_run, last_chunk, begun_chunk;
    RT_VEC(int64_t) unused; /* chunks; the last ones are taken first */
    size_t begun_unused;
    size_t sieves; /* bytes */
    int64_t pages; /* of the file, when it was opened */
    bool damaged;  /* then */
};

/* 1, or 0: they are damaged, and were thrown away. -1: err. */
int runs_open(struct runs *rs, struct store *s, struct rt_err *err);
void runs_close(struct runs *rs);
void runs_begin(struct runs *rs);
void runs_rollback(struct runs *rs);
/* The id of the newest row with this key: 1; 0 none; -1. */
int runs_find(struct runs *rs, const unsigned char *key, int64_t *id, struct rt_err *err);

/* ---- a run that is being written ---- */

/* `keys` at most. NULL: memory. */
struct run *run_new(struct runs *rs, int64_t level, int64_t upto, size_t keys,
                    struct rt_err *err);
void run_free(struct runs *rs, struct run **pr);
void run_begin(struct run *r);
void run_rollback(struct run *r);
/* The next one in order: 1; 0 at the end; -1. */
typedef int run_source(void *arg, struct entry *out, struct rt_err *err);
/* Writes so many chunks more: 1 that was all, and its row is written; 0 there are more; -1. */
int run_write(struct runs *rs, struct run *r, size_t chunks, run_source *next, void *arg,
              struct rt_err *err);
/* After the commit: it counts. Takes it. */
void runs_add(struct runs *rs, struct run **pr);
/* In a transaction: its row goes. After the commit: runs_drop(). */
int run_forget(struct runs *rs, const struct run *r, struct rt_err *err);
void runs_drop(struct runs *rs, struct run *r);

int chunk_read(struct store *s, int64_t id, struct chunk *out, struct rt_err *err);

#endif
