/*
 * inputs.h - the FILE arguments as a list of inputs: directories walked, names sorted.
 *
 * An argument may carry options: api.log@json-lines,tz=Asia/Tokyo (format, zone). A file whose
 * name really holds an '@' is taken as it is. An archive gives the files that it holds, an evidence
 * bundle its logs.
 */
#ifndef RECTRACE_INGEST_INPUTS_H
#define RECTRACE_INGEST_INPUTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/vec.h"
#include "ingest/manifest.h"
#include "ingest/reader.h"

struct archive_content;
struct spool;
struct feed_source;
struct input {
    const char *path;   /* as shown and opened; "-" is stdin */
    const char *format; /* forced format or NULL */
    const char *zone;   /* forced zone or NULL */
    uint64_t size;      /* bytes; 0 = unknown */
    bool walked;        /* found in a directory, not named by the user */
    bool cut;           /* of an archive that is damaged there */
    bool once;          /* standard input or a pipe: what was read of it is gone */
    const struct feed_source *source; /* read this instead of a file; or NULL */
};
struct input_problem { /* an argument or entry that was left out */
    const char *path;
    const char *why;
    bool fatal; /* named by the user and unreadable, as against skipped inside a directory */
};
struct input_list {
    RT_VEC(struct input) inputs;
    RT_VEC(struct input_problem) problems;
    RT_VEC(struct archive_content *) archives; /* that were opened */
    /* for which whole logs told, of which only some lines are here */
    RT_VEC(struct manifest_span) spans;
    struct spool *kept;   /* what can be read once only; NULL: it was not kept */
    struct rt_map walked; /* directories of the argument at hand */
    bool full;            /* at limits.inputs: what is added is left out, and was told */
    struct rt_arena arena;
};
void input_list_init(struct input_list *l);
void input_list_fini(struct input_list *l);
struct reader;
/* NULL: it cannot be read at all. `way`: as reader_open(). */
struct reader *input_open(const struct input *in, enum reader_way way,
                          const struct rt_limits *limits, struct rt_err *err);
/* May it be read again, or looked at before it is read? */
static inline bool
input_stays(const struct input *in)
{
    return in->source != NULL || !in->once;
}
/* Standard input and pipes are kept in a temporary file from now on, so that they can be read again. -1: they cannot. */
int input_list_keep(struct input_list *l, struct rt_err *err);
/* Missing or unreadable files become problems; -1 only for memory. A directory gives its regular
 * files, recursively, in byte order; hidden ones are left out. The same file twice is kept twice, a directory that links
 * lead to twice is not. */
int input_list_add(struct input_list *l, const char *argument, const struct rt_limits *limits,
                   struct rt_err *err);

#endif
