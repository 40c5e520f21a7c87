#include "config.h"

#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

__attribute__((format(printf, 4, 0))) static int
fail_v(struct rt_err *err, enum rt_code code, struct rt_pos pos, const char *fmt, va_list ap)
{
    if (err == NULL || err->code != RT_OK)
        return -1;
    err->code = code;
    err->pos = pos;
    vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
    return -1;
}

int
rt_fail(struct rt_err *err, enum rt_code code, struct rt_pos pos, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fail_v(err, code, pos, fmt, ap);
    va_end(ap);
    return -1;
}

int
rt_fail_here(struct rt_err *err, enum rt_code code, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fail_v(err, code, (struct rt_pos){NULL, 0, 0}, fmt, ap);
    va_end(ap);
    return -1;
}

int
rt_fail_mem(struct rt_err *err)
{
    return rt_fail_here(err, RT_ENOMEM, "out of memory");
}

void
rt_err_prefix(struct rt_err *err, const char *what)
{
    char old[sizeof(err->msg)];
    if (err == NULL || err->code == RT_OK)
        return;
    memcpy(old, err->msg, sizeof(old));
    snprintf(err->msg, sizeof(err->msg), "%.80s: %.300s", what, old);
}
