/*
 * admin_internal.h - what the files of the admin port share.
 *
 *   access.c  who may ask
 *   pages.c   the table of pages, and what each says
 *   stream.c  changes, as long as somebody reads
 *   admin.c   requests in, answers out, start and end
 */
#ifndef RECTRACE_RECEIVE_ADMIN_INTERNAL_H
#define RECTRACE_RECEIVE_ADMIN_INTERNAL_H

#include <stdatomic.h>

#include "base/out.h"
#include "receive/admin.h"
#include "receive/microhttpd.h"

struct admin {
    struct admin_options options;
    atomic_uint streams; /* that follow the changes */
    struct MHD_Daemon *daemon;
};

struct page { /* an answer being made */
    unsigned status;
    const char *type;
    char policy[300]; /* empty: a page that does nothing */
    bool stream;      /* /api/v1/changes: made by itself */
    struct out *out;
};

enum needs { OPEN, TOKEN, ALWAYS };
struct route {
    const char *method, *path;
    enum needs needs;
    void (*make)(struct admin *, struct MHD_Connection *, rt_str body, struct page *);
};

/* NULL: no page; *other_method: there is one for another method. */
const struct route *pages_find(const char *path, const char *method, bool *other_method);
void pages_fail(struct page *p, unsigned status, const char *why);
/* 0: go on; else the status. */
unsigned access_refused(const struct admin *a, struct MHD_Connection *m, const struct route *r);
/* One place among those who follow; stream_answer() gives it back when the reader has gone. False: none is free. */
bool stream_take(struct admin *a);
enum MHD_Result stream_answer(struct admin *a, struct MHD_Connection *m);

#endif
