#include "config.h"

#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/out.h"

static enum log_level shown = LOG_WARN;
static void (*step_aside)(void *);
static void *step_aside_arg;
static const char *mark = "";

void
log_set_level(enum log_level level)
{
    shown = level;
}

enum log_level
log_get_level(void)
{
    return shown;
}

void
log_set_before(void (*before)(void *), void *arg)
{
    step_aside = before;
    step_aside_arg = arg;
}

void
log_set_mark(const char *text)
{
    mark = text;
}

__attribute__((format(printf, 3, 0))) static void
write_line(enum log_level level, const char *prefix, const char *fmt, va_list ap)
{
    char text[2048];
    if (level > shown)
        return;
    vsnprintf(text, sizeof(text), fmt, ap);
    struct out *o = out_memory(NULL);
    if (o == NULL)
        return;
    out_raw(o, prefix);
    out_raw(o, mark);
    out_tty(o, rt_str_of(text));
    out_char(o, '\n');
    if (step_aside != NULL)
        step_aside(step_aside_arg);
    rt_str line = out_text(o);
    fwrite(line.p, 1, line.n, stderr);
    out_abort(&o);
}

#define LOG_FUNCTION(name, level, prefix)   \
    void name(const char *fmt, ...)         \
    {                                       \
        va_list ap;                         \
        va_start(ap, fmt);                  \
        write_line(level, prefix, fmt, ap); \
        va_end(ap);                         \
    }
LOG_FUNCTION(log_error, LOG_ERROR, "rectrace: ")
LOG_FUNCTION(log_warn, LOG_WARN, "rectrace: warning: ")
LOG_FUNCTION(log_more, LOG_WARN, "")
LOG_FUNCTION(log_info, LOG_INFO, "rectrace: ")
LOG_FUNCTION(log_debug, LOG_DEBUG, "rectrace: debug: ")
