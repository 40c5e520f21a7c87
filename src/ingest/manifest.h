/*
 * manifest.h - what an evidence bundle says of itself, in its first member MANIFEST.json.
 *
 * The logs in a bundle hold only some of their lines, the others being left empty; so for which time
 * the whole logs told, and how they are to be read, is kept here.
 */
#ifndef RECTRACE_INGEST_MANIFEST_H
#define RECTRACE_INGEST_MANIFEST_H

#include "base/arena.h"
#include "base/err.h"
#include "base/time.h"
#include "base/vec.h"

#define MANIFEST_NAME "MANIFEST.json"
#define MANIFEST_LOGS "logs/"

struct manifest_log { /* member logs/NAME */
    const char *name;
    const char *format, *zone; /* as the user forced them, or NULL */
};
struct manifest_span {
    bool hook; /* of callbacks, else of API calls */
    rt_time from, to;
};
struct manifest_file { /* a member with its hash */
    const char *name;
    uint64_t bytes;
    char sha256[65];
};
struct manifest_count { /* what was taken out */
    const char *kind;
    uint64_t count;
};
struct manifest {
    const char *tool, *rules, *rules_sha256, *profile;
    RT_VEC(const char *) sessions; /* asked for; empty: all */
    RT_VEC(struct manifest_log) logs;
    RT_VEC(struct manifest_span) spans;
    RT_VEC(struct manifest_file) files;
    RT_VEC(struct manifest_count) removed;
    RT_VEC(const char *) lost; /* findings that rest on what was taken out */
    uint64_t lines, lines_kept;
};
void manifest_init(struct manifest *m);
void manifest_fini(struct manifest *m);
/* `text` is a manifest of ours: texts of `m` are in `a`. 1 read, 0 something else, -1 memory. */
int manifest_read(struct manifest *m, rt_str text, struct rt_arena *a, struct rt_err *err);
/* The document, in `b`. -1: memory. */
int manifest_write(const struct manifest *m, struct rt_buf *b, struct rt_err *err);

#endif
