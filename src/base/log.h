/*
 * log.h - messages for the person at the terminal: stderr, one line each.
 *
 * Only main and the receiver call the first four; stages log at debug. Bytes that are not
 * printable are escaped. A line: "rectrace: a sentence".
 */
#ifndef RECTRACE_BASE_LOG_H
#define RECTRACE_BASE_LOG_H

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

void log_set_level(enum log_level level);
enum log_level log_get_level(void);
/* Called before a line is written, so that a progress bar can step aside; NULL to unset. */
void log_set_before(void (*before)(void *), void *arg);
/* Stands before each line from then on; a literal. Before other threads are there. */
void log_set_mark(const char *mark);
void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* A further line of a warning. */
void log_more(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
