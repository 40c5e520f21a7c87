/*
 * pulse.h - notes in the store that the receiver is there, so that the time in which it was not can be told.
 */
#ifndef RECTRACE_RECEIVE_PULSE_H
#define RECTRACE_RECEIVE_PULSE_H

#include "receive/writer.h"

struct pulse;
/* Beats once before it returns: a time without the receiver is told before the first callback after it. */
struct pulse *pulse_new(struct writer *w, rt_time (*now)(void), struct rt_err *err);
/* Beats a last time; waits no longer than that for a disk that hangs. Before writer_stop(). */
void pulse_stop(struct pulse *p, rt_dur timeout);
/* Between writer_stop() and writer_free(). */
void pulse_free(struct pulse **pp);

#endif
