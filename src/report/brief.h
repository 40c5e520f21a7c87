/*
 * brief.h - an event's outcome and a session's name in few words, as all documents have them.
 */
#ifndef RECTRACE_REPORT_BRIEF_H
#define RECTRACE_REPORT_BRIEF_H

#include "base/out.h"
#include "event/event.h"
#include "session/session.h"

/* What came of a call or callback: status, code, state, reason. */
void brief_result(const struct event *e, struct rt_buf *b);
/* The name of a session, as a word for a shell. */
void brief_name(struct out *o, const struct session *s);

#endif
