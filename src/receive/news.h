/*
 * news.h - what a new view of the store has and the one before had not, for those who watch.
 */
#ifndef RECTRACE_RECEIVE_NEWS_H
#define RECTRACE_RECEIVE_NEWS_H

#include "receive/changes.h"
#include "receive/counters.h"
#include "report/model.h"

/* "appeared" and "withdrawn", each with its finding; counted and logged as well. */
void news_findings(struct changes *to, struct counters *c, const struct report *old,
                   const struct report *new);
/* "view", with all counters. */
void news_counters(struct changes *to, struct counters *c);

#endif
