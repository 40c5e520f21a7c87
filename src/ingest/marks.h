/*
 * marks.h - what bytes are that are no plain text, by the first of them.
 */
#ifndef RECTRACE_INGEST_MARKS_H
#define RECTRACE_INGEST_MARKS_H

#include "base/str.h"

enum mark_kind {
    MARK_ENCODED, /* text in another encoding */
    MARK_GZIP,
    MARK_PACKED, /* in another way: a file, or a tar */
    MARK_FILES,  /* an archive */
};
struct mark {
    rt_str first;
    enum mark_kind kind;
    const char *told; /* where it stands in place of text */
};
/* NULL: it may be text. */
const struct mark *mark_of(rt_str head);

#endif
