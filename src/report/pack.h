/*
 * pack.h - a .tgz whose bytes depend on what is in it, and on nothing else: no times, no owners.
 */
#ifndef RECTRACE_REPORT_PACK_H
#define RECTRACE_REPORT_PACK_H

#include "base/out.h"

struct pack;
struct pack *pack_open(struct out *o, struct rt_err *err);
/* A member of `size` bytes, which pack_write() gives. */
int pack_member(struct pack *p, const char *name, uint64_t size, struct rt_err *err);
int pack_write(struct pack *p, rt_str text, struct rt_err *err);
/* Finishes the archive; `o` is left open. */
int pack_close(struct pack **pp, struct rt_err *err);
void pack_abort(struct pack **pp);

#endif
