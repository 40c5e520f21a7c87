/*
 * html_parts.h - what any browser shows of the page: verdict, coverage, findings, sessions, where it comes from.
 */
#ifndef RECTRACE_REPORT_HTML_PARTS_H
#define RECTRACE_REPORT_HTML_PARTS_H

#include "report/course.h"
#include "report/writer.h"

struct html_frame {
    rt_time first, last; /* of the inputs; RT_TIME_NONE: they tell no times */
    bool days;           /* on more than one day: times are shown with theirs */
};
void html_frame_of(const struct report *r, struct html_frame *f);
/* A text from outside. */
void html_text(struct out *o, rt_str s);
/* A time, with its day when the page has several; "-". */
void html_when(const struct html_frame *f, rt_time t, struct out *o);

void html_verdict(const struct report *r, struct out *o);
void html_coverage(const struct report *r, const struct html_frame *f, struct out *o);
void html_findings(const struct report *r, const struct html_frame *f, struct out *o);
void html_sessions(const struct report *r, const struct phase_signs *signs,
                   const struct html_frame *f, struct out *o);
/* `removed`: what the redactor took out of the data of the page; "": nothing. */
void html_foot(const struct report *r, const struct writer_options *w, const char *removed,
               struct out *o);

/* html_live.c: what a page of a receiver has besides. */
struct page_live_facts;
void html_live_banners(const struct page_live_facts *live, struct out *o);
void html_live_parts(const struct report *r, const struct page_live_facts *live, struct out *o);

#endif
