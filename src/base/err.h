/*
 * err.h - one error type, with a place in the input.
 *
 * Functions that can fail take `struct rt_err *err` last and return 0/-1, 1/0/-1 for
 * item/end/error, or a pointer/NULL. The first error wins. Nobody but main and the receiver prints one.
 */
#ifndef RECTRACE_BASE_ERR_H
#define RECTRACE_BASE_ERR_H

#include <stdint.h>

enum rt_code {
    RT_OK = 0,
    RT_ENOMEM,  /* memory ran out */
    RT_EIO,     /* the world failed: file, pipe, disk */
    RT_ESYNTAX, /* text that we were asked to understand is wrong */
    RT_ELIMIT,  /* a maximum of base/limits.def was reached */
    RT_EUSAGE,  /* the command line asks for something that does not exist */
};

/* A place in the INPUT (a rule file, a log), 1-based; 0 = unknown. `file` is borrowed. */
struct rt_pos {
    const char *file;
    uint32_t line, col;
};

struct rt_err {
    enum rt_code code;
    struct rt_pos pos;
    char msg[400];
};

/* Fills `err` unless it holds an error already (or is NULL). Always returns -1. */
int rt_fail(struct rt_err *err, enum rt_code code, struct rt_pos pos, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* rt_fail without a place. */
int rt_fail_here(struct rt_err *err, enum rt_code code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
int rt_fail_mem(struct rt_err *err);
/* Puts "what: " before the message. */
void rt_err_prefix(struct rt_err *err, const char *what);

#endif
