/*
 * pack.h - events as bytes, one behind the other: small, and good for a file.
 *
 * An event that says the same as the one before it, at another time or place, is a few bytes. The bytes
 * are read by the program that wrote them only; EVENT_PACK_VERSION tells.
 */
#ifndef RECTRACE_EVENT_PACK_H
#define RECTRACE_EVENT_PACK_H

#include "event/event.h"

enum { EVENT_PACK_VERSION = 1 };

/* Where the content of the newest event stands in the buffer; {0}: of none. */
struct event_packer {
    size_t from, to;
};
/* Appends to `out`. Check out->failed. */
void event_pack(struct event_packer *p, struct rt_buf *out, const struct event *e);

struct event_unpacker {
    const char *at, *end;
    struct event like;
    struct rt_arena *arena; /* of the values */
    bool damaged;
};
/* `bytes` must outlive the events: their text stands in it. */
void event_unpack_begin(struct event_unpacker *u, rt_str bytes, struct rt_arena *arena);
/* False: the end, or the bytes are damaged, or memory; see `damaged`. */
bool event_unpack_next(struct event_unpacker *u, struct event *out);

#endif
