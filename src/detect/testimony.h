/*
 * testimony.h - the witnesses of one session as bytes: a log may have millions of them.
 *
 *   testimony := session cname uid witness...     cname and uid: of its first witness
 *   witness   := like, how far it stands behind the begin, times, place, whose cname and uid
 */
#ifndef RECTRACE_DETECT_TESTIMONY_H
#define RECTRACE_DETECT_TESTIMONY_H

#include "event/event.h"

struct witness_like { /* what many witnesses share; it lives as long as they do */
    struct event e;   /* without times and place */
    uint64_t rules;   /* the bits of those that it may matter to; survey.h */
};
struct witness { /* an event, taken apart */
    const struct witness_like *like;
    rt_time begin, end, last;
    rt_str cname, uid, session; /* session: id; empty: none */
    uint64_t line;
    uint32_t input, order, repeated;
    uint32_t number; /* in its session, 1-based */
};

struct testimony;
struct testimonies { /* those of a detector, in the order in which they were given */
    struct testimony *first, *last;
    size_t witnesses; /* of all */
};

struct testimony_draft {
    struct rt_buf bytes;
    rt_str cname, uid;
    size_t witnesses;
};
void testimony_draft_init(struct testimony_draft *d);
void testimony_draft_fini(struct testimony_draft *d);
/* The first one tells the session. Check d->bytes.failed, or see what testimony_give() says. */
void testimony_add(struct testimony_draft *d, const struct witness *w);
/* Appends what was drafted, if anything, and empties the draft. 0, or -1: memory. */
int testimony_give(struct testimony_draft *d, struct testimonies *to, struct rt_arena *a);
/* All of `from` behind what is there; the bytes stay where they are. */
void testimonies_move(struct testimonies *to, struct testimonies *from);

struct testimony_walk {
    const struct testimony *t;
    const char *at;
};
struct testimony_walk testimony_walk(const struct testimonies *all);
/* The next witness, and where it stands; NULL: there is none. Its text lives as long as the testimony. */
const char *testimony_next(struct testimony_walk *w, struct witness *out);
/* The witness that stands there. Returns what stands behind it. */
const char *testimony_read(const char *at, struct witness *out);
/* The event that the witness was; its values are those of `like`. */
void witness_event(const struct witness *w, struct event *out);

#endif
