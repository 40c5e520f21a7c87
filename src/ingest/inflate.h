/*
 * inflate.h - gzip behind one small interface; inflate_table.c lists the back ends, best first.
 */
#ifndef RECTRACE_INGEST_INFLATE_H
#define RECTRACE_INGEST_INFLATE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum inflate_state {
    INFLATE_MORE,      /* wants input, or room */
    INFLATE_MEMBER,    /* a member ended well (CRC and size checked); another may follow */
    INFLATE_BAD_DATA,  /* the stream is broken here */
    INFLATE_BAD_CHECK, /* CRC or length of the member is wrong; its text was given out */
};
struct inflate_step {
    const uint8_t *in;
    size_t in_n; /* before: available, after: left */
    uint8_t *out;
    size_t out_n; /* before: room, after: room left */
};
struct inflate_backend {
    const char *name;
    const char *doc;
    void *(*open)(struct rt_err *err);
    void (*close)(void *state);
    /* Begins the next member at the next input byte. */
    void (*reset)(void *state);
    enum inflate_state (*step)(void *state, struct inflate_step *s);
};
extern const struct inflate_backend *const inflate_backends[]; /* NULL-terminated */

#endif
