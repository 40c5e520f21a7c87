/*
 * libarchive.h - the functions of libarchive that are called, opened when an archive is met.
 */
#ifndef RECTRACE_INGEST_LIBARCHIVE_H
#define RECTRACE_INGEST_LIBARCHIVE_H

#include <archive.h>
#include <archive_entry.h>

#include "base/err.h"

struct libarchive {
#define FUNCTION(f) __typeof__(&archive_##f) f;
#include "ingest/libarchive.def"
#undef FUNCTION
};
extern struct libarchive libarchive;
/* Before anything of it is called. 0, or -1: it is not there. */
int libarchive_open(struct rt_err *err);

#endif
