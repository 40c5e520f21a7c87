/*
 * microhttpd.h - the functions of libmicrohttpd that are called, opened when a server starts.
 */
#ifndef RECTRACE_RECEIVE_MICROHTTPD_H
#define RECTRACE_RECEIVE_MICROHTTPD_H

#include <microhttpd.h>

#include "base/err.h"

struct mhd {
#define FUNCTION(f) __typeof__(&MHD_##f) f;
#include "receive/microhttpd.def"
#undef FUNCTION
};
extern struct mhd mhd;
/* Before anything of it is called. 0, or -1: it is not there. */
int mhd_open(struct rt_err *err);

#endif
